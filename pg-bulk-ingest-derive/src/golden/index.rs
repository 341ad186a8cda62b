#[derive(IngestTable)]
#[ingest(index(id, name), index(name, using = "hash"))]
struct MyRow {
    #[ingest(index)]
    id: i32,
    #[ingest(index(using = "gin"))]
    name: Vec<String>,
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
                            "Vec<String>",
                            <Vec<
                                String,
                            > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                    ]
                },
                const { &[] },
                const {
                    &[
                        ::pg_bulk_ingest::__private::Index::new(const {
                            &[::pg_bulk_ingest::__private::IndexKey::column(0usize)]
                        }),
                        ::pg_bulk_ingest::__private::Index::new(const {
                                &[::pg_bulk_ingest::__private::IndexKey::column(1usize)]
                            })
                            .using("gin"),
                        ::pg_bulk_ingest::__private::Index::new(const {
                            &[
                                ::pg_bulk_ingest::__private::IndexKey::column(0usize),
                                ::pg_bulk_ingest::__private::IndexKey::column(1usize),
                            ]
                        }),
                        ::pg_bulk_ingest::__private::Index::new(const {
                                &[::pg_bulk_ingest::__private::IndexKey::column(1usize)]
                            })
                            .using("hash"),
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
            <Vec<
                String,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.name,
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
