use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct Ten {
    a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32, h: i32, i: i32, j: i32,
}

#[derive(IngestTable)]
struct Hundred {
    #[ingest(flatten, prefix = "a")] a: Ten,
    #[ingest(flatten, prefix = "b")] b: Ten,
    #[ingest(flatten, prefix = "c")] c: Ten,
    #[ingest(flatten, prefix = "d")] d: Ten,
    #[ingest(flatten, prefix = "e")] e: Ten,
    #[ingest(flatten, prefix = "f")] f: Ten,
    #[ingest(flatten, prefix = "g")] g: Ten,
    #[ingest(flatten, prefix = "h")] h: Ten,
    #[ingest(flatten, prefix = "i")] i: Ten,
    #[ingest(flatten, prefix = "j")] j: Ten,
}

#[derive(IngestTable)]
struct FourHundred {
    #[ingest(flatten, prefix = "a")] a: Hundred,
    #[ingest(flatten, prefix = "b")] b: Hundred,
    #[ingest(flatten, prefix = "c")] c: Hundred,
    #[ingest(flatten, prefix = "d")] d: Hundred,
}

#[derive(IngestTable)]
struct Thousands {
    #[ingest(flatten, prefix = "a")] a: FourHundred,
    #[ingest(flatten, prefix = "b")] b: FourHundred,
    #[ingest(flatten, prefix = "c")] c: FourHundred,
    #[ingest(flatten, prefix = "d")] d: FourHundred,
    one_more: i32,
}

// One less, and a key.
#[derive(IngestTable)]
#[ingest(primary_key(a.a.a.a))]
struct Keyed {
    #[ingest(flatten, prefix = "a")] a: FourHundred,
    #[ingest(flatten, prefix = "b")] b: FourHundred,
    #[ingest(flatten, prefix = "c")] c: FourHundred,
    #[ingest(flatten, prefix = "d")] d: FourHundred,
}

fn main() {}
