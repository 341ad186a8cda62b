#[derive(IngestTable)]
#[ingest(table = "rate", partition_by = "list (day)")]
struct Rate {
    day: NaiveDate,
    value: f64,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::IngestTable for Rate {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = {
            &::pg_bulk_ingest::__private::Table::new(
                    "public",
                    "rate",
                    const {
                        &[
                            ::pg_bulk_ingest::__private::Column::new(
                                "day",
                                "day",
                                "NaiveDate",
                                <NaiveDate as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            ),
                            ::pg_bulk_ingest::__private::Column::new(
                                "value",
                                "value",
                                "f64",
                                <f64 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            ),
                        ]
                    },
                    const { &[] },
                    const { &[] },
                )
                .partitioned(
                    ::pg_bulk_ingest::__private::Partitioning::new(
                        ::pg_bulk_ingest::__private::PartitionStrategy::List,
                        const { &[0usize] },
                    ),
                )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <NaiveDate as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.day,
                __row,
                0usize,
            );
            <f64 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.value,
                __row,
                1usize,
            );
        }
    }
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::IngestTables for Rate {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = &[
            <Self as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
        ];
    }
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::Versioned for Rate {
        const VERSION: &'static ::pg_bulk_ingest::__private::Table = &<Self as ::pg_bulk_ingest::__private::IngestTable>::TABLE
            .unpartitioned();
    }
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::RowOf<Rate> for Rate {
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
