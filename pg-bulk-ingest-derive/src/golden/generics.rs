#[derive(IngestTable)]
struct MyRow<'a, 'b: 'a, T: ?Sized + 'a, J, const N: usize = 3>
where
    J: Source<'b>,
{
    #[ingest(primary_key)]
    id: &'a T,
    #[ingest(json)]
    payload: Option<J>,
    array: &'b [i32; N],
}

// Expands to:

const _: () = {
    #[allow(unused_imports)]
    use ::pg_bulk_ingest::__private::JsonFallback as _;
    #[automatically_derived]
    impl<
        'a,
        'b: 'a,
        T: ?Sized + 'a,
        J,
        const N: usize,
    > ::pg_bulk_ingest::__private::IngestTable for MyRow<'a, 'b, T, J, N>
    where
        J: Source<'b>,
        T: ::pg_bulk_ingest::__private::IngestColumn,
        J: ::pg_bulk_ingest::__private::Serialize,
        Option<J>: ::pg_bulk_ingest::__private::Serialize,
    {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = {
            ::core::assert!(
                ! < & 'a T as ::pg_bulk_ingest::__private::IngestColumn > ::NULLABLE,
                "{}",
                "column `id` is in the primary key, so it cannot be NULL: its type must not be an Option"
            );
            &::pg_bulk_ingest::__private::Table::new(
                "public",
                "my_row",
                const {
                    &[
                        ::pg_bulk_ingest::__private::Column::new(
                            "id",
                            "id",
                            "&'a T",
                            <&'a T as ::pg_bulk_ingest::__private::IngestColumn>::TYPE,
                            <&'a T as ::pg_bulk_ingest::__private::IngestColumn>::NULLABLE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "payload",
                            "payload",
                            "Option<J>",
                            ::pg_bulk_ingest::__private::JsonField::<Option<J>>::TYPE,
                            ::pg_bulk_ingest::__private::JsonField::<Option<J>>::NULLABLE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "array",
                            "array",
                            "&'b [i32; N]",
                            <&'b [i32; N] as ::pg_bulk_ingest::__private::IngestColumn>::TYPE,
                            <&'b [i32; N] as ::pg_bulk_ingest::__private::IngestColumn>::NULLABLE,
                        ),
                    ]
                },
                const { &[0usize] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(
            &self,
            __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>,
        ) -> ::core::result::Result<(), ::pg_bulk_ingest::__private::ValueError> {
            let __bytes = 14usize;
            let __bytes = __bytes
                + <&'a T as ::pg_bulk_ingest::__private::IngestColumn>::size_hint(
                    &self.id,
                );
            let __bytes = __bytes + 64usize;
            let __bytes = __bytes
                + <&'b [i32; N] as ::pg_bulk_ingest::__private::IngestColumn>::size_hint(
                    &self.array,
                );
            ::pg_bulk_ingest::__private::RowEncoder::reserve(__row, __bytes);
            ::pg_bulk_ingest::__private::RowEncoder::column::<
                &'a T,
            >(__row, 0usize, &self.id)?;
            let __value = ::pg_bulk_ingest::__private::JsonField::<
                Option<J>,
            >::column(&self.payload);
            __row.column(1usize, &__value)?;
            ::pg_bulk_ingest::__private::RowEncoder::column::<
                &'b [i32; N],
            >(__row, 2usize, &self.array)?;
            ::core::result::Result::Ok(())
        }
    }
    #[automatically_derived]
    impl<
        'a,
        'b: 'a,
        T: ?Sized + 'a,
        J,
        const N: usize,
    > ::pg_bulk_ingest::__private::IngestTables for MyRow<'a, 'b, T, J, N>
    where
        J: Source<'b>,
        T: ::pg_bulk_ingest::__private::IngestColumn,
        J: ::pg_bulk_ingest::__private::Serialize,
        Option<J>: ::pg_bulk_ingest::__private::Serialize,
    {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = &[
            <Self as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
        ];
    }
    #[automatically_derived]
    impl<
        'a_twin,
        'a,
        'b: 'a,
        T: ?Sized + 'a,
        J,
        const N: usize,
    > ::pg_bulk_ingest::__private::RowOf<MyRow<'a_twin, 'b, T, J, N>>
    for MyRow<'a, 'b, T, J, N>
    where
        J: Source<'b>,
        'b: 'a_twin,
        T: 'a_twin,
        T: ::pg_bulk_ingest::__private::IngestColumn,
        J: ::pg_bulk_ingest::__private::Serialize,
        Option<J>: ::pg_bulk_ingest::__private::Serialize,
    {
        #[inline]
        fn table(&self) -> ::core::primitive::usize {
            0
        }
        #[inline]
        fn encode_row(
            &self,
            __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>,
        ) -> ::core::result::Result<(), ::pg_bulk_ingest::__private::ValueError> {
            <Self as ::pg_bulk_ingest::__private::IngestTable>::encode(self, __row)
        }
    }
};
