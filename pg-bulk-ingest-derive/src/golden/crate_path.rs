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
                            <i32 as my::reexport::__private::IngestColumn>::TYPE,
                            <i32 as my::reexport::__private::IngestColumn>::NULLABLE,
                        ),
                    ]
                },
                const { &[] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(
            &self,
            __row: &mut my::reexport::__private::RowEncoder<'_>,
        ) -> ::core::result::Result<(), my::reexport::__private::ValueError> {
            let __bytes = 14usize;
            let __bytes = __bytes
                + <i32 as my::reexport::__private::IngestColumn>::size_hint(&self.id);
            my::reexport::__private::RowEncoder::reserve(__row, __bytes);
            my::reexport::__private::RowEncoder::column::<i32>(__row, 0usize, &self.id)?;
            ::core::result::Result::Ok(())
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
        #[inline]
        fn table(&self) -> ::core::primitive::usize {
            0
        }
        #[inline]
        fn encode_row(
            &self,
            __row: &mut my::reexport::__private::RowEncoder<'_>,
        ) -> ::core::result::Result<(), my::reexport::__private::ValueError> {
            <Self as my::reexport::__private::IngestTable>::encode(self, __row)
        }
    }
};
