#[derive(IngestTable)]
struct MyRow<T> {
    #[ingest(to_sql, sql_type = "point")]
    place: Option<Point>,
    #[ingest(to_sql, sql_type = "varbit")]
    bits: T,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ! ::pg_bulk_ingest::__private::JsonField:: < Option < Point > >
            ::NESTED_OPTION, "{}",
            "field `place` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
        )
    };
    #[automatically_derived]
    impl<T> ::pg_bulk_ingest::__private::IngestTable for MyRow<T>
    where
        T: ::pg_bulk_ingest::__private::ToSql,
    {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = {
            {
                #[allow(unused_imports)]
                use ::pg_bulk_ingest::__private::ColumnFallback as _;
                ::core::assert!(
                    ! ::pg_bulk_ingest::__private::JsonField:: < T > ::NESTED_OPTION,
                    "{}",
                    "field `bits` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
                )
            };
            &::pg_bulk_ingest::__private::Table::new(
                "public",
                "my_row",
                const {
                    &[
                        ::pg_bulk_ingest::__private::Column::new(
                                "place",
                                "place",
                                "Option<Point>",
                                ::pg_bulk_ingest::__private::FieldType::new(
                                    ::pg_bulk_ingest::__private::ColumnType::to_sql(
                                        <Option<
                                            Point,
                                        > as ::pg_bulk_ingest::__private::ToSqlColumn>::accepts,
                                    ),
                                    ::pg_bulk_ingest::__private::JsonField::<
                                        Option<Point>,
                                    >::NULLABLE,
                                ),
                            )
                            .with_sql_type("point"),
                        ::pg_bulk_ingest::__private::Column::new(
                                "bits",
                                "bits",
                                "T",
                                ::pg_bulk_ingest::__private::FieldType::new(
                                    ::pg_bulk_ingest::__private::ColumnType::to_sql(
                                        <T as ::pg_bulk_ingest::__private::ToSqlColumn>::accepts,
                                    ),
                                    ::pg_bulk_ingest::__private::JsonField::<T>::NULLABLE,
                                ),
                            )
                            .with_sql_type("varbit"),
                    ]
                },
                const { &[] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            __row
                .to_sql(
                    0usize,
                    |__to, __value| {
                        <Option<
                            Point,
                        > as ::pg_bulk_ingest::__private::ToSqlColumn>::write(
                            &self.place,
                            __to,
                            __value,
                        )
                    },
                );
            __row
                .to_sql(
                    1usize,
                    |__to, __value| {
                        <T as ::pg_bulk_ingest::__private::ToSqlColumn>::write(
                            &self.bits,
                            __to,
                            __value,
                        )
                    },
                );
        }
    }
    #[automatically_derived]
    impl<T> ::pg_bulk_ingest::__private::IngestTables for MyRow<T>
    where
        T: ::pg_bulk_ingest::__private::ToSql,
    {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = &[
            <Self as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
        ];
    }
    #[automatically_derived]
    impl<T> ::pg_bulk_ingest::__private::RowOf<MyRow<T>> for MyRow<T>
    where
        T: ::pg_bulk_ingest::__private::ToSql,
    {
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
