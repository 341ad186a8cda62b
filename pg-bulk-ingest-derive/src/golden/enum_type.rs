#[derive(IngestEnum)]
#[ingest(schema = "sales", type = "order state", rename_all = "kebab-case")]
enum State {
    Placed,
    InTransit,
    #[ingest(rename = "came \"back\"")]
    Returned,
    r#Gone,
}

// Expands to:

const _: () = {
    #[automatically_derived]
    #[allow(deprecated)]
    impl ::pg_bulk_ingest::__private::IngestColumn for State {
        type Key<'__k> = Self;
        const TYPE: ::pg_bulk_ingest::__private::ColumnType = ::pg_bulk_ingest::__private::ColumnType::enumeration(const {
            &::pg_bulk_ingest::__private::EnumType::new(
                "sales",
                "order state",
                &["placed", "in-transit", "came \"back\"", "gone"],
            )
        });
        #[inline]
        fn encode(
            &self,
            __cell: ::pg_bulk_ingest::__private::Cell<'_>,
        ) -> ::core::result::Result<
            ::pg_bulk_ingest::__private::Written,
            ::pg_bulk_ingest::__private::ValueError,
        > {
            let __label: &'static ::core::primitive::str = match self {
                Self::Placed => "placed",
                Self::InTransit => "in-transit",
                Self::Returned => "came \"back\"",
                Self::r#Gone => "gone",
            };
            ::pg_bulk_ingest::__private::Cell::bytes(__cell, __label.as_bytes())
        }
    }
};
