use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct OfTheKey {
    #[ingest(primary_key, on_update = "keep")]
    id: i32,
    #[ingest(on_update = "old.visits + (new.visits")]
    visits: i32,
    #[ingest(on_update = "")]
    seen: i32,
}

#[derive(IngestTable)]
#[ingest(primary_key(a, b))]
struct OfTheKeyOfTheStruct {
    a: i32,
    #[ingest(on_update = "keep")]
    b: i32,
}

#[derive(IngestTable)]
struct WithoutKey {
    #[ingest(on_update = "keep")]
    a: i32,
}

#[derive(IngestTable)]
#[ingest(newest_by(version))]
struct OfOlderRowsToo {
    #[ingest(primary_key)]
    id: i32,
    version: i32,
    #[ingest(on_update = "old.visits + new.visits")]
    visits: i32,
}

fn main() {}
