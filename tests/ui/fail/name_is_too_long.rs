use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(schema = "a_name_that_goes_on_and_on_until_it_is_longer_than_sixty_three_bytes", table = "ééééééééééééééééééééééééééééééééé")]
struct MyRow {
    #[ingest(column = "a_name_that_goes_on_and_on_until_it_is_longer_than_sixty_three_bytes")]
    id: i32,
    another_name_that_goes_on_and_on_until_it_is_longer_than_sixty_three_bytes: i32,
}

#[derive(IngestTable)]
struct ANameThatGoesOnAndOnUntilItIsLongerThanSixtyThreeBytesInSnakeCase {
    id: i32,
}

fn main() {}
