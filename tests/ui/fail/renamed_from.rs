use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct OfOthers {
    #[ingest(primary_key, renamed_from = "id")]
    id: i32,
    #[ingest(renamed_from = "b")]
    a: i32,
    #[ingest(renamed_from = "a")]
    b: i32,
    #[ingest(renamed_from = "old", renamed_from = "older", renamed_from = "old")]
    c: i32,
    #[ingest(renamed_from = "older")]
    d: i32,
}

#[derive(IngestTable)]
struct OfNobody {
    #[ingest(renamed_from = "")]
    a: i32,
    #[ingest(renamed_from = "a_name_that_is_longer_than_postgresql_has_room_for_and_so_is_not_there")]
    b: i32,
    #[ingest(renamed_from("one", "two"))]
    c: i32,
    #[ingest(skip, renamed_from = "d0")]
    d: i32,
    #[ingest(was = "e0")]
    e: i32,
}

fn main() {}
