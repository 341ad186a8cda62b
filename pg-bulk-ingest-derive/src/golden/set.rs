#[derive(IngestTables)]
enum Shop<'a, T> {
    Customer(Customer<'a>),
    Order(Order<T>),
}

// Expands to:

const _: () = {
    const fn __is_same_table(
        one: &::pg_bulk_ingest::__private::Table,
        two: &::pg_bulk_ingest::__private::Table,
    ) -> ::core::primitive::bool {
        const fn is_same(
            one: &::core::primitive::str,
            two: &::core::primitive::str,
        ) -> ::core::primitive::bool {
            let (one, two) = (one.as_bytes(), two.as_bytes());
            let mut at = 0;
            while at < one.len() && at < two.len() && one[at] == two[at] {
                at += 1;
            }
            at == one.len() && at == two.len()
        }
        is_same(one.schema(), two.schema()) && is_same(one.name(), two.name())
    }
    #[automatically_derived]
    impl<'a, T> ::pg_bulk_ingest::__private::IngestTables for Shop<'a, T>
    where
        Order<T>: ::pg_bulk_ingest::__private::IngestTable,
    {
        const TABLES: &'static [&'static ::pg_bulk_ingest::__private::Table] = {
            ::core::assert!(
                ! __is_same_table(< Customer < 'a > as
                ::pg_bulk_ingest::__private::IngestTable > ::TABLE, < Order < T > as
                ::pg_bulk_ingest::__private::IngestTable > ::TABLE), "{}",
                "the structs in the variants `Customer` and `Order` are the same table: give one of them another `table` or `schema`"
            );
            &[
                <Customer<'a> as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
                <Order<T> as ::pg_bulk_ingest::__private::IngestTable>::TABLE,
            ]
        };
    }
    #[automatically_derived]
    impl<'a_twin, 'a, T> ::pg_bulk_ingest::__private::RowOf<Shop<'a_twin, T>>
    for Shop<'a, T>
    where
        Order<T>: ::pg_bulk_ingest::__private::IngestTable,
    {
        type Row = Self;
        #[inline]
        fn row(&self) -> ::core::option::Option<&Self> {
            ::core::option::Option::Some(self)
        }
        #[inline]
        fn table(&self) -> ::core::primitive::usize {
            {
                let _ = (Self::Customer, Self::Order);
                match self {
                    Self::Customer(_) => 0usize,
                    Self::Order(_) => 1usize,
                }
            }
        }
        #[inline]
        fn encode_row(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            match self {
                Self::Customer(__self) => {
                    <Customer<
                        'a,
                    > as ::pg_bulk_ingest::__private::IngestTable>::encode(__self, __row)
                }
                Self::Order(__self) => {
                    <Order<
                        T,
                    > as ::pg_bulk_ingest::__private::IngestTable>::encode(__self, __row)
                }
            }
        }
    }
    #[automatically_derived]
    impl<'a_twin, 'a, T> ::pg_bulk_ingest::__private::RowOf<Shop<'a_twin, T>>
    for Customer<'a> {
        type Row = Self;
        const POSITION: ::core::primitive::usize = 0usize;
        #[inline]
        fn row(&self) -> ::core::option::Option<&Self> {
            ::core::option::Option::Some(self)
        }
        #[inline]
        fn table(&self) -> ::core::primitive::usize {
            0usize
        }
        #[inline]
        fn encode_row(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <Customer<
                'a,
            > as ::pg_bulk_ingest::__private::IngestTable>::encode(self, __row)
        }
    }
    #[automatically_derived]
    impl<'a, T> ::pg_bulk_ingest::__private::RowOf<Shop<'a, T>> for Order<T>
    where
        Order<T>: ::pg_bulk_ingest::__private::IngestTable,
    {
        type Row = Self;
        const POSITION: ::core::primitive::usize = 1usize;
        #[inline]
        fn row(&self) -> ::core::option::Option<&Self> {
            ::core::option::Option::Some(self)
        }
        #[inline]
        fn table(&self) -> ::core::primitive::usize {
            1usize
        }
        #[inline]
        fn encode_row(&self, __row: &mut ::pg_bulk_ingest::__private::RowEncoder<'_>) {
            <Order<T> as ::pg_bulk_ingest::__private::IngestTable>::encode(self, __row)
        }
    }
};
