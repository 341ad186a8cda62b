#[derive(IngestColumn)]
struct Id<'a, T>(&'a [T], #[ingest(skip)] PhantomData<T>);

// Expands to:

const _: () = {
    #[automatically_derived]
    impl<'a, T> ::pg_bulk_ingest::__private::IngestColumn for Id<'a, T>
    where
        [T]: ::pg_bulk_ingest::__private::IngestColumn,
    {
        type Key<'__k> = <&'a [T] as ::pg_bulk_ingest::__private::IngestColumn>::Key<
            '__k,
        >;
        const TYPE: ::pg_bulk_ingest::__private::ColumnType = <&'a [T] as ::pg_bulk_ingest::__private::IngestColumn>::TYPE;
        const NULLABLE: ::core::primitive::bool = <&'a [T] as ::pg_bulk_ingest::__private::IngestColumn>::NULLABLE;
        const DIMENSIONS: ::core::primitive::usize = <&'a [T] as ::pg_bulk_ingest::__private::IngestColumn>::DIMENSIONS;
        const NESTED_OPTION: ::core::primitive::bool = <&'a [T] as ::pg_bulk_ingest::__private::IngestColumn>::NESTED_OPTION;
        #[inline]
        fn encode(
            &self,
            __cell: ::pg_bulk_ingest::__private::Cell<'_>,
        ) -> ::core::result::Result<
            ::pg_bulk_ingest::__private::Written,
            ::pg_bulk_ingest::__private::ValueError,
        > {
            <&'a [T] as ::pg_bulk_ingest::__private::IngestColumn>::encode(
                &self.0,
                __cell,
            )
        }
        fn shape(&self, __shape: &mut ::pg_bulk_ingest::__private::Shape) {
            <&'a [T] as ::pg_bulk_ingest::__private::IngestColumn>::shape(
                &self.0,
                __shape,
            );
        }
        #[inline]
        fn encode_elements(
            &self,
            __shape: &::pg_bulk_ingest::__private::Shape,
            __dimension: ::core::primitive::usize,
            __row: &mut ::pg_bulk_ingest::__private::ValueEncoder<'_>,
        ) -> ::core::result::Result<(), ::pg_bulk_ingest::__private::ValueError> {
            <&'a [T] as ::pg_bulk_ingest::__private::IngestColumn>::encode_elements(
                &self.0,
                __shape,
                __dimension,
                __row,
            )
        }
    }
};
