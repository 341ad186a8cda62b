#[derive(IngestTable)]
struct MyRow {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(renamed_from = "value", renamed_from = "amount")]
    sum: i32,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    const _: () = ::core::assert!(
        ! < i32 as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE, "{}",
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
                            "i32",
                            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                                "sum",
                                "sum",
                                "i32",
                                <i32 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                            )
                            .renamed_from(const { &["value", "amount"] }),
                    ]
                },
                const { &[0usize] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                0usize,
            );
            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.sum,
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
        type Key<'__k> = <i32 as ::pg_bulk_ingest::__private::IngestColumn>::Key<'__k>;
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
