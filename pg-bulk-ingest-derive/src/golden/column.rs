#[derive(IngestTable)]
struct MyRow {
    #[ingest(column = "Customer ID")]
    id: i32,
    r#type: i32,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::IngestTable for MyRow {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = {
            &::pg_bulk_ingest::__private::Table::new(
                "public",
                "my_row",
                const {
                    &[
                        ::pg_bulk_ingest::__private::Column::new(
                            "Customer ID",
                            "id",
                            "i32",
                            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "type",
                            "type",
                            "i32",
                            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                    ]
                },
                const { &[] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                0usize,
            );
            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.r#type,
                __row,
                1usize,
            );
        }
    }
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::IngestTables for MyRow {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = &[
            <Self as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
        ];
    }
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::RowOf<MyRow> for MyRow {
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
