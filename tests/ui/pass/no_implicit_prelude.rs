//! Nothing of the prelude is in scope, and nothing else is imported.

#![no_implicit_prelude]
#![deny(warnings)]

#[derive(::pg_bulk_ingest::IngestTable)]
#[ingest(index(name, note), unique(note))]
struct Customer<'a> {
    #[ingest(primary_key)]
    id: i32,
    name: &'a str,
    note: ::core::option::Option<::std::string::String>,
    #[ingest(json)]
    tags: ::core::option::Option<::std::vec::Vec<i32>>,
}

#[derive(::pg_bulk_ingest::IngestTable)]
struct Order {
    #[ingest(primary_key, sql_type = "numeric(20,0)")]
    id: u64,
}

#[derive(::pg_bulk_ingest::IngestTables)]
enum Shop<'a> {
    Customer(Customer<'a>),
    Order(Order),
}

fn main() {
    let customer = Customer {
        id: 1,
        name: "a",
        note: ::core::option::Option::None,
        tags: ::core::option::Option::None,
    };
    let _ = ::pg_bulk_ingest::RowOf::<Shop<'static>>::table(&customer);
    for row in [Shop::Customer(customer), Shop::Order(Order { id: 1 })] {
        let _ = ::pg_bulk_ingest::RowOf::<Shop<'static>>::table(&row);
    }
}
