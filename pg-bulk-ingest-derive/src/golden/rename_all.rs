#[derive(IngestTable)]
#[ingest(rename_all = "camelCase")]
struct HTTPServer {
    first_name: String,
    #[ingest(column = "given")]
    last_name: String,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::IngestTable for HTTPServer {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = {
            &::pg_bulk_ingest::__private::Table::new(
                "public",
                "http_server",
                const {
                    &[
                        ::pg_bulk_ingest::__private::Column::new(
                            "firstName",
                            "first_name",
                            "String",
                            <String as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "given",
                            "last_name",
                            "String",
                            <String as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                    ]
                },
                const { &[] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <String as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.first_name,
                __row,
                0usize,
            );
            <String as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.last_name,
                __row,
                1usize,
            );
        }
    }
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::IngestTables for HTTPServer {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = &[
            <Self as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
        ];
    }
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::RowOf<HTTPServer> for HTTPServer {
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
