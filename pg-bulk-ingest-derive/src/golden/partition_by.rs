#[derive(IngestTable)]
#[ingest(partition_by = "range (day)", partitions(every = "1 month", ahead = 2, default))]
struct MyRow {
    #[ingest(primary_key)]
    day: NaiveDate,
    #[ingest(primary_key)]
    id: i64,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    const _: () = ::core::assert!(
        ! < NaiveDate as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE, "{}",
        "column `day` is in the primary key, so it cannot be NULL: its type must not be an Option"
    );
    const _: () = ::core::assert!(
        ! < i64 as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE, "{}",
        "column `id` is in the primary key, so it cannot be NULL: its type must not be an Option"
    );
    const _: () = ::core::assert!(
        < NaiveDate as ::pg_bulk_ingest::__private::IngestColumn > ::FIELD_TYPE
        .is_in(::pg_bulk_ingest::__private::Period::Months(1u32)), "{}",
        "`every` is a period of a column of type `date`, `timestamptz` or `timestamp`, and the type of field `day` is `NaiveDate`"
    );
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::IngestTable for MyRow {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = {
            &::pg_bulk_ingest::__private::Table::new(
                    "public",
                    "my_row",
                    const {
                        &[
                            ::pg_bulk_ingest::__private::Column::new(
                                "day",
                                "day",
                                "NaiveDate",
                                <NaiveDate as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            ),
                            ::pg_bulk_ingest::__private::Column::new(
                                "id",
                                "id",
                                "i64",
                                <i64 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            ),
                        ]
                    },
                    const { &[0usize, 1usize] },
                    const { &[] },
                )
                .partitioned(
                    ::pg_bulk_ingest::__private::Partitioning::new(
                            ::pg_bulk_ingest::__private::PartitionStrategy::Range,
                            const { &[0usize] },
                        )
                        .making(::pg_bulk_ingest::__private::Partitions::Every {
                            period: ::pg_bulk_ingest::__private::Period::Months(1u32),
                            ahead: 2u32,
                        })
                        .with_default(),
                )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <NaiveDate as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.day,
                __row,
                0usize,
            );
            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
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
    impl ::pg_bulk_ingest::__private::Keyed for MyRow {
        type Key<'__k> = (
            <NaiveDate as ::pg_bulk_ingest::__private::IngestColumn>::Key<'__k>,
            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::Key<'__k>,
        );
        type Version<'__k> = ::pg_bulk_ingest::__private::NoVersion;
        #[inline]
        fn encode_key(
            __key: &Self::Key<'_>,
            __version: ::core::option::Option<&Self::Version<'_>>,
            __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>,
        ) {
            __row.column(0, &__key.0);
            __row.column(1, &__key.1);
            let _ = __version;
        }
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
