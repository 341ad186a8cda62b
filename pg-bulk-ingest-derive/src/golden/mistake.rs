#[derive(IngestTable)]
#[ingest(shema = "my_schema")]
struct MyRow<'a> {
    id: &'a str,
}

// Expands to:

::core::compile_error! {
    "unknown setting `shema`: did you mean `schema`?\nthe settings of a struct are `schema`, `table`, `rename_all`, `primary_key`, `merge_on`, `newest_by`, `unique`, `index`, `partition_by`, `partitions`, `comments`, `crate`"
}
const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    #[automatically_derived]
    impl<'a> ::pg_bulk_ingest::__private::IngestTable for MyRow<'a> {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = &::pg_bulk_ingest::__private::Table::new(
            "",
            "",
            &[],
            &[],
            &[],
        );
        #[allow(unused_variables)]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <&'a str as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                0,
            );
        }
    }
    #[automatically_derived]
    impl<'a> ::pg_bulk_ingest::__private::IngestTables for MyRow<'a> {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = &[];
    }
    #[automatically_derived]
    impl<'a_twin, 'a> ::pg_bulk_ingest::__private::RowOf<MyRow<'a_twin>> for MyRow<'a> {
        type Row = Self;
        fn row(&self) -> ::core::option::Option<&Self> {
            ::core::option::Option::Some(self)
        }
        fn table(&self) -> ::core::primitive::usize {
            0
        }
        fn encode_row(&self, _: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {}
    }
};
