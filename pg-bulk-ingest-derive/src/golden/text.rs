#[derive(IngestTable)]
struct MyRow<'a> {
    #[ingest(text, sql_type = "date", primary_key)]
    day: &'a str,
    #[ingest(text, sql_type = "point")]
    place: Option<String>,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    const _: () = ::core::assert!(
        < & 'static str as ::pg_bulk_ingest::__private::IngestColumn > ::TYPE.is_text(),
        "{}",
        "field `day` is marked `text`, so its type is to be one of text, as `String` is: `&'a str` is not"
    );
    const _: () = ::core::assert!(
        < Option < String > as ::pg_bulk_ingest::__private::IngestColumn > ::TYPE
        .is_text(), "{}",
        "field `place` is marked `text`, so its type is to be one of text, as `String` is: `Option<String>` is not"
    );
    const _: () = ::core::assert!(
        ! < & 'static str as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE,
        "{}",
        "column `day` is in the primary key, so it cannot be NULL: its type must not be an Option"
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
                                "day",
                                "day",
                                "&'a str",
                                ::pg_bulk_ingest::__private::FieldType::new(
                                    ::pg_bulk_ingest::__private::ColumnType::from_text(),
                                    <&'a str as ::pg_bulk_ingest::__private::IngestColumn>::NULLABLE,
                                ),
                            )
                            .with_sql_type("date"),
                        ::pg_bulk_ingest::__private::Column::new(
                                "place",
                                "place",
                                "Option<String>",
                                ::pg_bulk_ingest::__private::FieldType::new(
                                    ::pg_bulk_ingest::__private::ColumnType::from_text(),
                                    <Option<
                                        String,
                                    > as ::pg_bulk_ingest::__private::IngestColumn>::NULLABLE,
                                ),
                            )
                            .with_sql_type("point"),
                    ]
                },
                const { &[0usize] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <&'a str as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.day,
                __row,
                0usize,
            );
            <Option<
                String,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.place,
                __row,
                1usize,
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
