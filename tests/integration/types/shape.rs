//! The shapes in which a type is a column: as it is, nullable, in arrays.

use super::pg_text::{Cells, PgText};
use super::read_back::ReadBack;
use super::strategy::grid;
use pg_bulk_ingest::{IngestTable, RowOf};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::fmt::Debug;

/// The values of a row.
#[derive(Debug, Clone)]
pub(super) struct Shapes<T> {
    pub(super) value: T,
    pub(super) optional: Option<T>,
    pub(super) list: Vec<T>,
    pub(super) gaps: Vec<Option<T>>,
    pub(super) nested: Vec<Vec<Option<T>>>,
    pub(super) no_list: Option<Vec<T>>,
}

/// A row made of the shapes of a type.
pub(super) trait FromShapes<T> {
    fn from_shapes(id: i32, shapes: Shapes<T>) -> Self;
}

/// A table of the shapes of a type, in columns of the type that follows from it or in others.
macro_rules! shapes {
    ($name:ident $(, $scalar:literal, $array:literal)?) => {
        #[derive(pg_bulk_ingest::IngestTable)]
        pub(super) struct $name<T> {
            id: i32,
            $(#[ingest(sql_type = $scalar)])?
            value: T,
            $(#[ingest(sql_type = $scalar)])?
            optional: Option<T>,
            $(#[ingest(sql_type = $array)])?
            list: Vec<T>,
            $(#[ingest(sql_type = $array)])?
            gaps: Vec<Option<T>>,
            $(#[ingest(sql_type = $array)])?
            nested: Vec<Vec<Option<T>>>,
            $(#[ingest(sql_type = $array)])?
            no_list: Option<Vec<T>>,
        }

        impl<T> $crate::types::shape::FromShapes<T> for $name<T> {
            fn from_shapes(id: i32, shapes: $crate::types::shape::Shapes<T>) -> Self {
                let $crate::types::shape::Shapes { value, optional, list, gaps, nested, no_list } =
                    shapes;
                Self { id, value, optional, list, gaps, nested, no_list }
            }
        }

        impl<T> $crate::types::pg_text::Cells for $name<T>
        where
            T: $crate::types::pg_text::PgText,
        {
            fn cells(&self) -> Vec<Option<String>> {
                use $crate::types::pg_text::PgText;
                vec![
                    self.value.pg_text(),
                    self.optional.pg_text(),
                    self.list.pg_text(),
                    self.gaps.pg_text(),
                    self.nested.pg_text(),
                    self.no_list.pg_text(),
                ]
            }
        }
    };
}

pub(super) use shapes;

/// A table of the shapes of a type that has no arrays.
macro_rules! alone {
    ($name:ident, $scalar:literal) => {
        #[derive(pg_bulk_ingest::IngestTable)]
        pub(super) struct $name<T> {
            id: i32,
            #[ingest(sql_type = $scalar)]
            value: T,
            #[ingest(sql_type = $scalar)]
            optional: Option<T>,
        }

        impl<T> $crate::types::shape::FromShapes<T> for $name<T> {
            fn from_shapes(id: i32, shapes: $crate::types::shape::Shapes<T>) -> Self {
                Self { id, value: shapes.value, optional: shapes.optional }
            }
        }

        impl<T> $crate::types::pg_text::Cells for $name<T>
        where
            T: $crate::types::pg_text::PgText,
        {
            fn cells(&self) -> Vec<Option<String>> {
                use $crate::types::pg_text::PgText;
                vec![self.value.pg_text(), self.optional.pg_text()]
            }
        }
    };
}

pub(super) use alone;

shapes!(OwnType);

impl ReadBack {
    /// Every shape of generated values of a type reads back equal, in columns of the type.
    pub(super) fn every_shape<R, T>(&self, table: &str, sql_type: &str, value: BoxedStrategy<T>)
    where
        R: IngestTable + RowOf<R> + Cells + FromShapes<T>,
        T: PgText + Debug + Clone + 'static,
    {
        self.shapes_of::<R, T>(table, value);
        let array = format!("{sql_type}[]");
        let types = [sql_type, sql_type, &array, &array, &array, &array].join(", ");
        assert_eq!(self.types(table), types);
    }

    /// The same of a domain. Before 11 there are no arrays of domains: a table of them is refused,
    /// and one of the domain alone is not.
    pub(super) fn every_shape_of_domain<R, A, T>(
        &self,
        table: &str,
        domain: &str,
        value: BoxedStrategy<T>,
    ) where
        R: IngestTable + RowOf<R> + Cells + FromShapes<T>,
        A: IngestTable + RowOf<A> + Cells + FromShapes<T>,
        T: PgText + Debug + Clone + 'static,
    {
        if tests::version() >= 11 {
            return self.every_shape::<R, T>(table, domain, value);
        }
        let refused = self.check::<R>(table, &[]).unwrap_err().to_string();
        assert!(refused.contains(&format!("type \"{domain}[]\" does not exist")), "{refused}");
        self.shapes_of::<A, T>(table, value);
        assert_eq!(self.types(table), [domain, domain].join(", "));
    }

    fn shapes_of<R, T>(&self, table: &str, value: BoxedStrategy<T>)
    where
        R: IngestTable + RowOf<R> + Cells + FromShapes<T>,
        T: PgText + Debug + Clone + 'static,
    {
        let shapes = (
            value.clone(),
            option::of(value.clone()),
            vec(value.clone(), 0..4),
            vec(option::of(value.clone()), 0..4),
            grid(option::of(value.clone()).boxed()),
            option::of(vec(value, 0..3)),
        );
        let shapes = shapes.prop_map(|(value, optional, list, gaps, nested, no_list)| Shapes {
            value,
            optional,
            list,
            gaps,
            nested,
            no_list,
        });
        self.property(vec(shapes, 1..120), |server, rows| {
            let row = |(id, shapes)| R::from_shapes(i32::try_from(id).unwrap(), shapes);
            server.check(table, &rows.into_iter().enumerate().map(row).collect::<Vec<_>>())
        });
    }
}
