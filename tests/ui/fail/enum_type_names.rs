use pg_bulk_ingest::IngestEnum;

#[derive(IngestEnum)]
#[ingest(schema = "", type = "a\0b")]
enum Mood {
    Sad,
}

#[derive(IngestEnum)]
enum AnEnumTypeWhoseNameInSnakeCaseIsLongerThanTheSixtyThreeBytesThatAreAllowed {
    Sad,
}

fn main() {}
