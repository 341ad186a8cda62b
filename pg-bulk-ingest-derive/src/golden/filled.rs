#[derive(IngestTable)]
struct MyRow {
    #[ingest(identity = "always")]
    id: Filled<i64>,
    #[ingest(primary_key)]
    email: String,
    #[ingest(generated = "lower(email)", virtual)]
    lower: Filled<Option<String>>,
    #[ingest(default = "now()")]
    created_at: Filled<DateTime<Utc>>,
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
        < Filled < i64 > as ::pg_bulk_ingest::__private::IngestColumn > ::FIELD_TYPE
        .is_filled(), "{}",
        "the server fills a column that is `identity = \"always\"`, and rows come without it: let the type of field `id` be `Filled<Filled<i64>>`, or remove `identity = \"always\"`"
    );
    const _: () = ::core::assert!(
        ! < Filled < i64 > as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE,
        "{}",
        "field `id` is an identity, which cannot be NULL: its type must not be an Option"
    );
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ! ::pg_bulk_ingest::__private::ColumnField:: < Filled < Option < String > > >
            ::NESTED_OPTION, "{}",
            "field `lower` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
        )
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ::pg_bulk_ingest::__private::ColumnField:: < Filled < Option < String > > >
            ::DIMENSIONS <= 6, "{}",
            "field `lower` is an array of more than 6 dimensions, which PostgreSQL does not have: mark the field `json`"
        )
    };
    const _: () = ::core::assert!(
        < Filled < Option < String > > as ::pg_bulk_ingest::__private::IngestColumn >
        ::FIELD_TYPE.is_filled(), "{}",
        "the server fills a column that is `generated`, and rows come without it: let the type of field `lower` be `Filled<Filled<Option<String>>>`, or remove `generated`"
    );
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ! ::pg_bulk_ingest::__private::ColumnField:: < Filled < DateTime < Utc > > >
            ::NESTED_OPTION, "{}",
            "field `created_at` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
        )
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::pg_bulk_ingest::__private::ColumnFallback as _;
        ::core::assert!(
            ::pg_bulk_ingest::__private::ColumnField:: < Filled < DateTime < Utc > > >
            ::DIMENSIONS <= 6, "{}",
            "field `created_at` is an array of more than 6 dimensions, which PostgreSQL does not have: mark the field `json`"
        )
    };
    const _: () = ::core::assert!(
        ! < String as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE, "{}",
        "column `email` is in the primary key, so it cannot be NULL: its type must not be an Option"
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
                            .with_identity(true),
                        ::pg_bulk_ingest::__private::Column::new(
                            "email",
                            "email",
                            "String",
                            <String as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                                "lower",
                                "lower",
                                "Filled<Option<String>>",
                                <Filled<
                                    Option<String>,
                                > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            )
                            .with_generated("lower(email)", true),
                        ::pg_bulk_ingest::__private::Column::new(
                                "created_at",
                                "created_at",
                                "Filled<DateTime<Utc>>",
                                <Filled<
                                    DateTime<Utc>,
                                > as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            )
                            .with_default("now()"),
                    ]
                },
                const { &[1usize] },
                const { &[] },
            )
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
            <String as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.email,
                __row,
                1usize,
            );
            <Filled<
                Option<String>,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.lower,
                __row,
                2usize,
            );
            <Filled<
                DateTime<Utc>,
            > as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.created_at,
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
        type Key<'__k> = <String as ::pg_bulk_ingest::__private::IngestColumn>::Key<
            '__k,
        >;
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
