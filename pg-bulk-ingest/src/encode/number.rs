//! `boolean`, integers and floating point.

use super::numeric::{self, Numeric};
use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use std::marker::PhantomData;

macro_rules! fixed {
    ($($rust:ty as $wire:ty => $kind:ident, $size:literal, $write:ident;)*) => {$(
        impl IngestColumn for $rust {
            type Key<'k> = Self;
            const TYPE: ColumnType = ColumnType::new(Kind::$kind);

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                Ok(cell.$write(<$wire>::from(*self).to_be_bytes()))
            }
        }
    )*};
}

fixed! {
    i8 as i16 => Int2, 2, two_bytes;
    i16 as i16 => Int2, 2, two_bytes;
    u16 as i32 => Int4, 4, four_bytes;
    i32 as i32 => Int4, 4, four_bytes;
    u32 as i64 => Int8, 8, eight_bytes;
    i64 as i64 => Int8, 8, eight_bytes;
    f32 as f32 => Float4, 4, four_bytes;
    f64 as f64 => Float8, 8, eight_bytes;
}

/// Whether an integer is of one size on all machines, which `usize` and `isize` are not: their
/// impls, whose bound is never met, are there for what the compiler then says of it. The lifetime
/// keeps it from being looked at before it is used.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not the type of a PostgreSQL column: its size depends on the machine",
    label = "write `i64`, which is `bigint`, or `u64`, which is `numeric(20,0)`",
    note = "convert the value where the row is made: `i64::try_from(value)?`"
)]
pub trait OfOneSize<T> {}

/// The integers of a machine.
#[derive(Debug)]
pub struct Machine<'a>(PhantomData<&'a ()>);

macro_rules! sized_by_the_machine {
    ($($rust:ty)*) => {$(
        #[doc(hidden)]
        impl IngestColumn for $rust
        where
            for<'a> Machine<'a>: OfOneSize<$rust>,
        {
            type Key<'k> = Self;
            const TYPE: ColumnType = ColumnType::new(Kind::Int8);

            fn encode(&self, _: Cell<'_>) -> Result<Written, ValueError> {
                Err(ValueError::new("is of a type whose size depends on the machine"))
            }
        }
    )*};
}

sized_by_the_machine! { usize isize }

impl IngestColumn for bool {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Bool);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        Ok(cell.one_byte(u8::from(*self)))
    }
}

impl IngestColumn for u64 {
    type Key<'k> = Self;
    const TYPE: ColumnType =
        ColumnType::new(Kind::Numeric).named("numeric(20,0)").also(&[Kind::Int8]);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if cell.target().is_bigint() {
            return match i64::try_from(*self) {
                Ok(value) => Ok(cell.eight_bytes(value.to_be_bytes())),
                Err(_) => {
                    Err(ValueError::new("is over 9223372036854775807, which bigint cannot hold")
                        .with_value(self))
                }
            };
        }
        let number = Numeric { negative: false, coefficient: u128::from(*self), scale: 0 };
        numeric::encode_short(number, cell, self)
    }
}
