use pg_bulk_ingest::IngestTable;

#[doc = include_str!("comment_is_not_written_out.rs")]
#[derive(IngestTable)]
#[ingest(comments)]
struct MyRow {
    #[doc = concat!("a", "b")]
    a: i32,
    #[doc = "\0"]
    b: i32,
}

#[doc = concat!("a", "b")]
#[derive(IngestTable)]
#[ingest(comments = true, comments)]
struct Other {
    a: i32,
}

fn main() {}
