#[derive(IngestTable)]
#[ingest(primary_key(id, address.street), index(address.city, at))]
struct MyRow<'a, T> {
    id: i32,
    #[ingest(flatten, prefix = "address_")]
    address: &'a Address<T>,
    at: i64,
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
    impl<'a, T> ::pg_bulk_ingest::__private::Flatten for MyRow<'a, T>
    where
        Address<T>: ::pg_bulk_ingest::__private::IngestTable,
    {
        const PARTS: &'static [::pg_bulk_ingest::__private::Part] = const {
            &[
                ::pg_bulk_ingest::__private::Part::fields(const {
                    &[
                        ::pg_bulk_ingest::__private::Column::new(
                            "id",
                            "id",
                            "i32",
                            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                    ]
                }),
                ::pg_bulk_ingest::__private::Part::flattened(
                    "address",
                    "address_",
                    <Address<T> as ::pg_bulk_ingest::__private::FlattenedTable>::TABLE
                        .columns(),
                ),
                ::pg_bulk_ingest::__private::Part::fields(const {
                    &[
                        ::pg_bulk_ingest::__private::Column::new(
                            "at",
                            "at",
                            "i64",
                            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::FIELD_TYPE,
                        ),
                    ]
                }),
            ]
        };
    }
    #[automatically_derived]
    impl<'a, T> ::pg_bulk_ingest::__private::IngestTable for MyRow<'a, T>
    where
        Address<T>: ::pg_bulk_ingest::__private::IngestTable,
    {
        const TABLE: &'static ::pg_bulk_ingest::__private::Table = {
            ::core::assert!(
                ! < Address < T > as ::pg_bulk_ingest::__private::FlattenedTable >
                ::TABLE.is_field_nullable("street"), "{}",
                "the field `address.street` is in the primary key, so its column cannot be NULL: its type must not be an Option"
            );
            ::core::assert!(
                < Address < T > as ::pg_bulk_ingest::__private::FlattenedTable > ::TABLE
                .has_field("street"), "{}",
                "the struct `Address<T>` has no field `street` that is a column"
            );
            ::core::assert!(
                < Address < T > as ::pg_bulk_ingest::__private::FlattenedTable > ::TABLE
                .has_field("city"), "{}",
                "the struct `Address<T>` has no field `city` that is a column"
            );
            {
                let __problem = ::pg_bulk_ingest::__private::flatten_problem(
                    <MyRow<'a, T> as ::pg_bulk_ingest::__private::Flatten>::PARTS,
                    1usize,
                    true,
                );
                ::core::assert!(__problem.is_none(), "{}", __problem.as_str());
            };
            &::pg_bulk_ingest::__private::Table::new(
                "public",
                "my_row",
                ::pg_bulk_ingest::__private::Flattened::<Self>::COLUMNS,
                const {
                    &[
                        0usize,
                        1usize
                            + match <Address<
                                T,
                            > as ::pg_bulk_ingest::__private::FlattenedTable>::TABLE
                                .position_of_field("street")
                            {
                                ::core::option::Option::Some(__position) => __position,
                                ::core::option::Option::None => 0,
                            },
                    ]
                },
                const {
                    &[
                        ::pg_bulk_ingest::__private::Index::new(const {
                            &[
                                ::pg_bulk_ingest::__private::IndexKey::column(
                                    1usize
                                        + match <Address<
                                            T,
                                        > as ::pg_bulk_ingest::__private::FlattenedTable>::TABLE
                                            .position_of_field("city")
                                        {
                                            ::core::option::Option::Some(__position) => __position,
                                            ::core::option::Option::None => 0,
                                        },
                                ),
                                ::pg_bulk_ingest::__private::IndexKey::column(
                                    1usize
                                        + <Address<
                                            T,
                                        > as ::pg_bulk_ingest::__private::FlattenedTable>::TABLE
                                            .columns()
                                            .len(),
                                ),
                            ]
                        }),
                    ]
                },
            )
        };
        #[inline]
        fn encode(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <i32 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.id,
                __row,
                const { 0usize },
            );
            __row
                .flattened(
                    const { 1usize },
                    |__row| {
                        <Address<
                            T,
                        > as ::pg_bulk_ingest::__private::FlattenedTable>::encode(
                            &self.address,
                            __row,
                        );
                    },
                );
            <i64 as ::pg_bulk_ingest::__private::IngestColumn>::encode_column(
                &self.at,
                __row,
                const {
                    1usize
                        + <Address<
                            T,
                        > as ::pg_bulk_ingest::__private::FlattenedTable>::TABLE
                            .columns()
                            .len()
                },
            );
        }
    }
    #[automatically_derived]
    impl<'a, T> ::pg_bulk_ingest::__private::IngestTables for MyRow<'a, T>
    where
        Address<T>: ::pg_bulk_ingest::__private::IngestTable,
    {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = &[
            <Self as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
        ];
    }
    #[automatically_derived]
    impl<'a_twin, 'a, T> ::pg_bulk_ingest::__private::RowOf<MyRow<'a_twin, T>>
    for MyRow<'a, T>
    where
        Address<T>: ::pg_bulk_ingest::__private::IngestTable,
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
