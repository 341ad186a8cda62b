#[derive(IngestEnum)]
#[ingest(name = "mood")]
enum Mood<const N: usize> {
    Sad,
    Happy(i32),
}

// Expands to:

::core::compile_error! {
    "unknown setting `name`: did you mean `#[ingest(type = \"…\")]`?"
}
::core::compile_error! {
    "an enum type cannot be generic: it is one type in PostgreSQL, whatever the parameters"
}
::core::compile_error! {
    "a label is a variant without fields: write `Happy`"
}
const _: () = {
    #[automatically_derived]
    impl<const N: usize> ::pg_bulk_ingest::__private::IngestColumn for Mood<N> {
        type Key<'__k> = ::pg_bulk_ingest::__private::NoKey;
        const TYPE: ::pg_bulk_ingest::__private::ColumnType = ::pg_bulk_ingest::__private::ColumnType::enumeration(const {
            &::pg_bulk_ingest::__private::EnumType::new("", "", &[])
        });
        fn encode(
            &self,
            __cell: ::pg_bulk_ingest::__private::Cell<'_>,
        ) -> ::core::result::Result<
            ::pg_bulk_ingest::__private::Written,
            ::pg_bulk_ingest::__private::ValueError,
        > {
            ::core::result::Result::Ok(::pg_bulk_ingest::__private::Cell::null(__cell))
        }
    }
};
