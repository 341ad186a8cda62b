#[derive(IngestTable)]
struct MyRow {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(loaded_at, column = "_loaded_at", index)]
    at: Filled<DateTime<Utc>>,
    #[ingest(load_id)]
    load: Filled<i64>,
    #[ingest(soft_delete)]
    deleted_at: Filled<Option<DateTime<Utc>>>,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ! ::pg_bulk_ingest::__private::ColumnField:: < Filled < DateTime < Utc > > >
            ::NESTED_OPTION, "{}",
            "field `at` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
        )
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ::pg_bulk_ingest::__private::ColumnField:: < Filled < DateTime < Utc > > >
            ::DIMENSIONS <= 6, "{}",
            "field `at` is an array of more than 6 dimensions, which PostgreSQL does not have: mark the field `json`"
        )
    };
    const _: () = ::core::assert!(
        ::pg_bulk_ingest::__private::Stamp::LoadedAt.fits(< Filled < DateTime < Utc > >
        as ::pg_bulk_ingest::__private::IngestColumn > ::FIELD_TYPE), "{}",
        "field `at` is marked `loaded_at`, so its type is to be `Filled<DateTime<Utc>>`, or `Filled` of another type of `timestamptz`: `Filled<DateTime<Utc>>` is not"
    );
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ! ::pg_bulk_ingest::__private::ColumnField:: < Filled < i64 > >
            ::NESTED_OPTION, "{}",
            "field `load` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
        )
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ::pg_bulk_ingest::__private::ColumnField:: < Filled < i64 > > ::DIMENSIONS <=
            6, "{}",
            "field `load` is an array of more than 6 dimensions, which PostgreSQL does not have: mark the field `json`"
        )
    };
    const _: () = ::core::assert!(
        ::pg_bulk_ingest::__private::Stamp::LoadId.fits(< Filled < i64 > as
        ::pg_bulk_ingest::__private::IngestColumn > ::FIELD_TYPE), "{}",
        "field `load` is marked `load_id`, so its type is to be `Filled<i64>`: `Filled<i64>` is not"
    );
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ! ::pg_bulk_ingest::__private::ColumnField:: < Filled < Option < DateTime <
            Utc > > > > ::NESTED_OPTION, "{}",
            "field `deleted_at` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
        )
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ::pg_bulk_ingest::__private::ColumnField:: < Filled < Option < DateTime < Utc
            > > > > ::DIMENSIONS <= 6, "{}",
            "field `deleted_at` is an array of more than 6 dimensions, which PostgreSQL does not have: mark the field `json`"
        )
    };
    const _: () = ::core::assert!(
        ::pg_bulk_ingest::__private::Stamp::SoftDelete.fits(< Filled < Option < DateTime
        < Utc > > > as ::pg_bulk_ingest::__private::IngestColumn > ::FIELD_TYPE), "{}",
        "field `deleted_at` is marked `soft_delete`, so its type is to be `Filled<Option<DateTime<Utc>>>`, or `Filled<Option<…>>` of another type of `timestamptz`: `Filled<Option<DateTime<Utc>>>` is not"
    );
    const _: () = ::core::assert!(
        ! < i64 as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE, "{}",
        "column `id` is in the primary key, so it cannot be NULL: its type must not be an Option"
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
                            "id",
                            "id",
                            "i64",
                            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                                "_loaded_at",
                                "at",
                                "Filled<DateTime<Utc>>",
                                <Filled<
                                    DateTime<Utc>,
                                > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            )
                            .with_stamp(::pg_bulk_ingest::__private::Stamp::LoadedAt),
                        ::pg_bulk_ingest::__private::Column::new(
                                "load",
                                "load",
                                "Filled<i64>",
                                <Filled<
                                    i64,
                                > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            )
                            .with_stamp(::pg_bulk_ingest::__private::Stamp::LoadId),
                        ::pg_bulk_ingest::__private::Column::new(
                                "deleted_at",
                                "deleted_at",
                                "Filled<Option<DateTime<Utc>>>",
                                <Filled<
                                    Option<DateTime<Utc>>,
                                > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            )
                            .with_stamp(::pg_bulk_ingest::__private::Stamp::SoftDelete),
                    ]
                },
                const { &[0usize] },
                const {
                    &[
                        ::pg_bulk_ingest::__private::Index::new(const {
                            &[::pg_bulk_ingest::__private::IndexKey::column(1usize)]
                        }),
                    ]
                },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                0usize,
            );
            <Filled<
                DateTime<Utc>,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.at,
                __row,
                1usize,
            );
            <Filled<
                i64,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.load,
                __row,
                2usize,
            );
            <Filled<
                Option<DateTime<Utc>>,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.deleted_at,
                __row,
                3usize,
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
        type Key<'__k> = <i64 as ::pg_bulk_ingest::__private::IngestColumn>::Key<'__k>;
        type Version<'__k> = ::pg_bulk_ingest::__private::NoVersion;
        #[inline]
        fn encode_key(
            __key: &Self::Key<'_>,
            __version: ::core::option::Option<&Self::Version<'_>>,
            __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>,
        ) {
            __row.column(0, __key);
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
