#[derive(IngestTable)]
#[ingest(crate = "my::reexport")]
struct MyRow {
    id: i32,
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use my::reexport::__private::JsonFallback as _;
    #[automatically_derived]
    impl my::reexport::__private::IngestTable for MyRow {
        const TABLE: &'static my::reexport::__private::Table = {
            &my::reexport::__private::Table::new(
                "public",
                "my_row",
                const {
                    &[
                        my::reexport::__private::Column::new(
                            "id",
                            "id",
                            "i32",
                            <i32 as my::reexport::__private::IngestColumn>::FIELD_TYPE,
                        ),
                    ]
                },
                const { &[] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut my::reexport::__private::RowEncoder<'_>) {
            <i32 as my::reexport::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                0usize,
            );
        }
    }
    #[automatically_derived]
    impl my::reexport::__private::IngestTables for MyRow {
        const TABLES: &'static [&'static my::reexport::__private::Table] = &[
            <Self as my::reexport::__private::IngestTable>::TABLE,
        ];
    }
    #[automatically_derived]
    impl my::reexport::__private::RowOf<MyRow> for MyRow {
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
        fn encode_row(&self, __row: &mut my::reexport::__private::RowEncoder<'_>) {
            <Self as my::reexport::__private::IngestTable>::encode(self, __row);
        }
    }
};
