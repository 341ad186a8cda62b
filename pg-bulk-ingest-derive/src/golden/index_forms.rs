#[derive(IngestTable)]
#[ingest(index(on(id desc nulls last, name(opclass = "text_ops", collate = "\"C\"")), include(at)))]
#[ingest(index(on(expr = "lower(name)" desc), where = "id > 0"), index(sql = "(at) WHERE id > 0"))]
struct MyRow {
    id: i32,
    #[ingest(unique(nulls_not_distinct), index(desc, where = "id > 0"))]
    name: Option<String>,
    at: i64,
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
                            "id",
                            "id",
                            "i32",
                            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "name",
                            "name",
                            "Option<String>",
                            <Option<
                                String,
                            > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "at",
                            "at",
                            "i64",
                            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                    ]
                },
                const { &[] },
                const {
                    &[
                        ::pg_bulk_ingest::__private::Index::new(const {
                                &[::pg_bulk_ingest::__private::IndexKey::column(1usize)]
                            })
                            .unique()
                            .nulls_not_distinct(),
                        ::pg_bulk_ingest::__private::Index::new(const {
                                &[
                                    ::pg_bulk_ingest::__private::IndexKey::column(1usize)
                                        .descending(),
                                ]
                            })
                            .filtered("id > 0"),
                        ::pg_bulk_ingest::__private::Index::new(const {
                                &[
                                    ::pg_bulk_ingest::__private::IndexKey::column(0usize)
                                        .descending()
                                        .nulls_last(),
                                    ::pg_bulk_ingest::__private::IndexKey::column(1usize)
                                        .with_collation("\"C\"")
                                        .with_operator_class("text_ops"),
                                ]
                            })
                            .including(const { &[2usize] }),
                        ::pg_bulk_ingest::__private::Index::new(const {
                                &[
                                    ::pg_bulk_ingest::__private::IndexKey::expression(
                                            "lower(name)",
                                        )
                                        .descending(),
                                ]
                            })
                            .filtered("id > 0"),
                        ::pg_bulk_ingest::__private::Index::from_sql("(at) WHERE id > 0"),
                    ]
                },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                0usize,
            );
            <Option<
                String,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.name,
                __row,
                1usize,
            );
            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.at,
                __row,
                2usize,
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
