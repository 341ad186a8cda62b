use chrono::NaiveDate;
use pg_bulk_ingest::{Filled, IngestTable};

#[derive(IngestTable)]
#[ingest(partition_by = "day")]
struct WithoutStrategy {
    day: NaiveDate,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (dya)", partitions(every = "1 day"))]
struct Mistyped {
    day: NaiveDate,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (day)")]
struct NotInTheKey {
    #[ingest(primary_key)]
    id: i32,
    day: NaiveDate,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (day)")]
struct NotUnique {
    #[ingest(unique)]
    id: i32,
    day: NaiveDate,
}

#[derive(IngestTable)]
#[ingest(partition_by = "list (shop, region)")]
struct ListOfTwo {
    shop: i32,
    region: i32,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (shop, day)", partitions(every = "1 day"))]
struct PeriodOfTwo {
    shop: i32,
    day: NaiveDate,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (day)", partitions(list))]
struct ListOfRange {
    day: NaiveDate,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (id)", partitions(every = "1 day", default))]
struct DaysOfNumbers {
    id: i32,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (day)", partitions(every = "1 fortnight"))]
struct UnknownPeriod {
    day: NaiveDate,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (day)", partitions(every = "1 day"))]
struct NullInNoPeriod {
    day: Option<NaiveDate>,
}

#[derive(IngestTable)]
#[ingest(partition_by = "list (price)", partitions(list))]
struct ListOfFloats {
    price: f64,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (id)", partitions(every = 100))]
struct ByWhatTheServerGives {
    #[ingest(identity)]
    id: Filled<i64>,
}

#[derive(IngestTable)]
#[ingest(partition_by = "hash (id)", partitions(hash = 0))]
struct NoPartitions {
    id: i64,
}

#[derive(IngestTable)]
#[ingest(partitions(hash = 2))]
struct OfNothing {
    id: i64,
}

#[derive(IngestTable)]
#[ingest(partition_by = "hash (id)", partitions(hash = 2, ahead = 1, default))]
struct AheadOfHashes {
    id: i64,
}

#[derive(IngestTable)]
#[ingest(partition_by = "range (id)", partitions(evry = 2))]
struct MistypedSetting {
    id: i64,
}

fn main() {}
