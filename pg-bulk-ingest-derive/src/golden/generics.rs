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
            {
                #[allow(unused_imports)]
                use ::pg_bulk_ingest::__private::ColumnFallback as _;
                ::core::assert!(
                    ! ::pg_bulk_ingest::__private::ColumnField:: < & 'a T >
                    ::NESTED_OPTION, "{}",
                    "field `id` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
                )
            };
            {
                #[allow(unused_imports)]
                use ::pg_bulk_ingest::__private::ColumnFallback as _;
                ::core::assert!(
                    ::pg_bulk_ingest::__private::ColumnField:: < & 'a T > ::DIMENSIONS <=
                    6, "{}",
                    "field `id` is an array of more than 6 dimensions, which PostgreSQL does not have: mark the field `json`"
                )
            };
            {
                #[allow(unused_imports)]
                use ::pg_bulk_ingest::__private::ColumnFallback as _;
                ::core::assert!(
                    ! ::pg_bulk_ingest::__private::ColumnField:: < & 'b[i32; N] >
                    ::NESTED_OPTION, "{}",
                    "field `array` holds an `Option` of an `Option`, and a column has one NULL for both: make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
                )
            };
            {
                #[allow(unused_imports)]
                use ::pg_bulk_ingest::__private::ColumnFallback as _;
                ::core::assert!(
                    ::pg_bulk_ingest::__private::ColumnField:: < & 'b[i32; N] >
                    ::DIMENSIONS <= 6, "{}",
                    "field `array` is an array of more than 6 dimensions, which PostgreSQL does not have: mark the field `json`"
                )
            };
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
                            <&'a T as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "payload",
                            "payload",
                            "Option<J>",
                            ::pg_bulk_ingest::__private::JsonField::<
                                Option<J>,
                            >::FIELD_TYPE,
                        ),
                        ::pg_bulk_ingest::__private::Column::new(
                            "array",
                            "array",
                            "&'b [i32; N]",
                            <&'b [i32; N] as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                    ]
                },
                const { &[0usize] },
                const { &[] },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <&'a T as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                0usize,
            );
            let __value = ::pg_bulk_ingest::__private::JsonField::<
                Option<J>,
            >::column(&self.payload);
            __row.column(1usize, &__value);
            <&'b [i32; N] as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.array,
                __row,
                2usize,
            );
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
        'a,
        'b: 'a,
        T: ?Sized + 'a,
        J,
        const N: usize,
    > ::pg_bulk_ingest::__private::Keyed for MyRow<'a, 'b, T, J, N>
    where
        J: Source<'b>,
        T: ::pg_bulk_ingest::__private::IngestColumn,
        J: ::pg_bulk_ingest::__private::Serialize,
        Option<J>: ::pg_bulk_ingest::__private::Serialize,
    {
        type Key<'__k> = <&'a T as ::pg_bulk_ingest::__private::IngestColumn>::Key<'__k>;
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
