#[derive(IngestTable)]
struct MyRow<'a> {
    #[ingest(sql_type = "varchar(16)")]
    name: &'a str,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    const _: () = ::core::assert!(
        < & 'static str as ::pg_bulk_ingest::__private::IngestColumn > ::TYPE
        .may_be("varchar(16)"), "{}",
        "the Rust type `&'a str` of field `name` cannot be stored as `varchar(16)`, which takes `String`, `&str`: change one of the two"
    );
    #[automatically_derived]
    impl<'a> ::pg_bulk_ingest::__private::IngestTable for MyRow<'a> {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = {
            &::pg_bulk_ingest::__private::Table::new(
                "public",
                "my_row",
                const {
                    &[
                        ::pg_bulk_ingest::__private::Column::new(
                                "name",
                                "name",
                                "&'a str",
                                <&'a str as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            )
                            .with_sql_type("varchar(16)"),
                    ]
                },
                const { &[] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <&'a str as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.name,
                __row,
                0usize,
            );
        }
    }
    #[automatically_derived]
    impl<'a> ::pg_bulk_ingest::__private::IngestTables for MyRow<'a> {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = &[
            <Self as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
        ];
    }
    #[automatically_derived]
    impl<'a_twin, 'a> ::pg_bulk_ingest::__private::RowOf<MyRow<'a_twin>> for MyRow<'a> {
        type Row = Self;
        #[inline]
        fn row(&self) -> ::core::option::Option<&Self> {
            ::core::option::Option::Some(self)
        }
        #[inline]
        fn table(&self) -> ::core::primitive::usize {
            0
        }
        #[inline]
        fn encode_row(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <Self as ::pg_bulk_ingest::__private::IngestTable>::encode(self, __row);
        }
    }
};
