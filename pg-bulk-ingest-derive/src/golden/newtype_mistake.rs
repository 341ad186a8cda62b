#[derive(IngestColumn)]
struct Pair {
    one: i32,
    two: i32,
}

// Expands to:

::core::compile_error! {
    "a column holds one value, and this is one more: mark the field `skip` if it is not stored, or store the struct as JSON by `#[ingest(json)]` where it is a field"
}
const _: () = {
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::IngestColumn for Pair {
        type Key<'__k> = ::pg_bulk_ingest::__private::NoKey;
        const TYPE: ::pg_bulk_ingest::__private::ColumnType = ::pg_bulk_ingest::__private::ColumnType::to_sql(|
            _|
        true);
        fn encode(
            &self,
            __cell: ::pg_bulk_ingest::__private::Cell<'_>,
        ) -> ::core::result::Result<
            ::pg_bulk_ingest::__private::Written,
            ::pg_bulk_ingest::__private::ValueError,
        > {
            ::core::result::Result::Ok(__cell.null())
        }
    }
};
