use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    #[ingest(sql_type = "", default = " ", collate = "")]
    id: String,
}

fn main() {}
