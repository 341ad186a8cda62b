use pg_bulk_ingest::IngestTable;

type Three<T> = Vec<Vec<Vec<T>>>;

#[derive(IngestTable)]
struct MyRow<'a> {
    six: [[[[[[i32; 1]; 1]; 1]; 1]; 1]; 1],
    seven: Vec<Vec<Vec<Vec<Vec<Vec<Vec<i32>>>>>>>,
    also_seven: Option<Three<Three<&'a [i32]>>>,
}

fn main() {}
