use pg_bulk_ingest::IngestEnum;

#[derive(IngestEnum)]
enum Mood {
    #[ingest(rename = "")]
    Empty,
    #[ingest(rename = "a\0b")]
    Nul,
    #[ingest(rename = "éééééééééééééééééééééééééééééééé")]
    SixtyFourBytes,
    AVariantWhoseNameIsOneByteLongerThanTheSixtyThreeThatPostgresqlHas,
}

fn main() {}
