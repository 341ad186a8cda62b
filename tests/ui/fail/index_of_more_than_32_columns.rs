use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(
    index(
        f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10,
        f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21,
        f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32,
    ),
    unique(
        f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10,
        f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21,
        f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32,
    )
)]
struct MyRow {
    #[ingest(primary_key)]
    f0: i32,
    #[ingest(primary_key)]
    f1: i32,
    #[ingest(primary_key)]
    f2: i32,
    #[ingest(primary_key)]
    f3: i32,
    #[ingest(primary_key)]
    f4: i32,
    #[ingest(primary_key)]
    f5: i32,
    #[ingest(primary_key)]
    f6: i32,
    #[ingest(primary_key)]
    f7: i32,
    #[ingest(primary_key)]
    f8: i32,
    #[ingest(primary_key)]
    f9: i32,
    #[ingest(primary_key)]
    f10: i32,
    #[ingest(primary_key)]
    f11: i32,
    #[ingest(primary_key)]
    f12: i32,
    #[ingest(primary_key)]
    f13: i32,
    #[ingest(primary_key)]
    f14: i32,
    #[ingest(primary_key)]
    f15: i32,
    #[ingest(primary_key)]
    f16: i32,
    #[ingest(primary_key)]
    f17: i32,
    #[ingest(primary_key)]
    f18: i32,
    #[ingest(primary_key)]
    f19: i32,
    #[ingest(primary_key)]
    f20: i32,
    #[ingest(primary_key)]
    f21: i32,
    #[ingest(primary_key)]
    f22: i32,
    #[ingest(primary_key)]
    f23: i32,
    #[ingest(primary_key)]
    f24: i32,
    #[ingest(primary_key)]
    f25: i32,
    #[ingest(primary_key)]
    f26: i32,
    #[ingest(primary_key)]
    f27: i32,
    #[ingest(primary_key)]
    f28: i32,
    #[ingest(primary_key)]
    f29: i32,
    #[ingest(primary_key)]
    f30: i32,
    #[ingest(primary_key)]
    f31: i32,
    #[ingest(primary_key)]
    f32: i32,
}

fn main() {}
