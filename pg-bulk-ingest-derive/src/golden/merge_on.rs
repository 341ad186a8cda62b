#[derive(IngestTable)]
#[ingest(merge_on(shop, code), unique(shop, code, nulls_not_distinct), newest_by(version))]
struct MyRow {
    #[ingest(primary_key, identity)]
    id: Filled<i64>,
    shop: i32,
    code: Option<String>,
    version: i64,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ! ::pg_bulk_ingest::__private::ColumnField:: < Filled < i64 > >
            ::NESTED_OPTION, "{}",
            "field `id` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
        )
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ::pg_bulk_ingest::__private::ColumnField:: < Filled < i64 > > ::DIMENSIONS <=
            6, "{}",
            "field `id` is an array of more than 6 dimensions, which PostgreSQL does not have: mark the field `json`"
        )
    };
    const _: () = ::core::assert!(
        ! < Filled < i64 > as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE,
        "{}",
        "field `id` is an identity, which cannot be NULL: its type must not be an Option"
    );
    const _: () = ::core::assert!(
        ! < Filled < i64 > as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE,
        "{}",
        "column `id` is in the primary key, so it cannot be NULL: its type must not be an Option"
    );
    const _: () = ::core::assert!(
        ! < i64 as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE, "{}",
        "column `version` tells the newest of rows with equal keys, so it cannot be NULL: its type must not be an Option"
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
                                    "Filled<i64>",
                                    <Filled<
                                        i64,
                                    > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                                )
                                .with_identity(false),
                            ::pg_bulk_ingest::__private::Column::new(
                                "shop",
                                "shop",
                                "i32",
                                <i32 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            ),
                            ::pg_bulk_ingest::__private::Column::new(
                                "code",
                                "code",
                                "Option<String>",
                                <Option<
                                    String,
                                > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            ),
                            ::pg_bulk_ingest::__private::Column::new(
                                "version",
                                "version",
                                "i64",
                                <i64 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            ),
                        ]
                    },
                    const { &[0usize] },
                    const {
                        &[
                            ::pg_bulk_ingest::__private::Index::new(const {
                                    &[
                                        ::pg_bulk_ingest::__private::IndexKey::column(1usize),
                                        ::pg_bulk_ingest::__private::IndexKey::column(2usize),
                                    ]
                                })
                                .unique()
                                .nulls_not_distinct(),
                        ]
                    },
                )
                .merging_on(const { &[1usize, 2usize] })
                .newest_by(3usize)
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <Filled<
                i64,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                0usize,
            );
            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.shop,
                __row,
                1usize,
            );
            <Option<
                String,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.code,
                __row,
                2usize,
            );
            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.version,
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
    impl ::pg_bulk_ingest::__private::Reserve for MyRow {
        type Id = i64;
        const IDENTITY: &'static ::core::primitive::str = "id";
    }
    #[automatically_derived]
    impl ::pg_bulk_ingest::__private::Keyed for MyRow {
        type Key<'__k> = (
            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::Key<'__k>,
            <Option<String> as ::pg_bulk_ingest::__private::IngestColumn>::Key<'__k>,
        );
        type Version<'__k> = <i64 as ::pg_bulk_ingest::__private::IngestColumn>::Key<
            '__k,
        >;
        #[inline]
        fn encode_key(
            __key: &Self::Key<'_>,
            __version: ::core::option::Option<&Self::Version<'_>>,
            __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>,
        ) {
            __row.column(0, &__key.0);
            __row.column(1, &__key.1);
            __row.optional(2, __version);
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
