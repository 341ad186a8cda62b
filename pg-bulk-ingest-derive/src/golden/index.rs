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
                            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::TYPE,
                            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::NULLABLE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "name",
                            "name",
                            "Vec<String>",
                            <Vec<
                                String,
                            > as ::pg_bulk_ingest::__private::IngestColumn>::TYPE,
                            <Vec<
                                String,
                            > as ::pg_bulk_ingest::__private::IngestColumn>::NULLABLE,
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
        fn encode(
            &self,
            __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>,
        ) -> ::core::result::Result<(), ::pg_bulk_ingest::__private::ValueError> {
            let __bytes = 14usize;
            let __bytes = __bytes
                + <i32 as ::pg_bulk_ingest::__private::IngestColumn>::size_hint(
                    &self.id,
                );
            let __bytes = __bytes
                + <Vec<
                    String,
                > as ::pg_bulk_ingest::__private::IngestColumn>::size_hint(&self.name);
            ::pg_bulk_ingest::__private::RowEncoder::reserve(__row, __bytes);
            ::pg_bulk_ingest::__private::RowEncoder::column::<
                i32,
            >(__row, 0usize, &self.id)?;
            ::pg_bulk_ingest::__private::RowEncoder::column::<
                Vec<String>,
            >(__row, 1usize, &self.name)?;
            ::core::result::Result::Ok(())
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
        #[inline]
        fn table(&self) -> ::core::primitive::usize {
            0
        }
        #[inline]
        fn encode_row(
            &self,
            __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>,
        ) -> ::core::result::Result<(), ::pg_bulk_ingest::__private::ValueError> {
            <Self as ::pg_bulk_ingest::__private::IngestTable>::encode(self, __row)
        }
    }
};
