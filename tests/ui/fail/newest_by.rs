use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(newest_by(version))]
struct WithoutKey {
    version: i32,
}

#[derive(IngestTable)]
#[ingest(newest_by(id))]
struct ByTheKey {
    #[ingest(primary_key)]
    id: i32,
}

#[derive(IngestTable)]
#[ingest(newest_by(version, updated))]
struct ByTwo {
    #[ingest(primary_key)]
    id: i32,
    version: i32,
    updated: i32,
}

#[derive(IngestTable)]
#[ingest(newest_by(version))]
struct ByWhatIsKept {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(on_update = "keep")]
    version: i32,
}

#[derive(IngestTable)]
#[ingest(newest_by(version))]
struct ByWhatCanBeNull {
    #[ingest(primary_key)]
    id: i32,
    version: Option<i32>,
}

#[derive(IngestTable)]
#[ingest(newest_by = "version")]
struct ByText {
    #[ingest(primary_key)]
    id: i32,
    version: i32,
}

fn main() {}
