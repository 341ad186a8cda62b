//! Types that are seen to be right by their names.

use crate::generics::referent;
use syn::{GenericArgument, PathArguments, Type, TypePath};

/// Types of columns that are neither arrays nor may be NULL, by the names they usually have.
const PLAIN: &[&str] = &[
    "bool",
    "i8",
    "i16",
    "i32",
    "i64",
    "u8",
    "u16",
    "u32",
    "u64",
    "f32",
    "f64",
    "str",
    "String",
    "char",
    "Uuid",
    "NaiveDate",
    "NaiveTime",
    "NaiveDateTime",
    "DateTime",
    "Decimal",
    "Value",
];

/// Whether the type is a plain one, or an `Option` or a list of such, or one of the other. A type
/// under a name that usually has another is looked at no further: the names save the compiler most
/// of what there is to check.
pub(super) fn is_simple(ty: &Type) -> bool {
    let ty = referent(ty);
    is_plain(ty)
        || inner(ty, "Option")
            .is_some_and(|ty| is_plain(ty) || inner(ty, "Vec").is_some_and(is_plain))
        || inner(ty, "Vec")
            .is_some_and(|ty| is_plain(ty) || inner(ty, "Option").is_some_and(is_plain))
}

fn is_plain(ty: &Type) -> bool {
    let Type::Path(TypePath { qself: None, path, .. }) = referent(ty) else { return false };
    path.segments.last().is_some_and(|last| PLAIN.iter().any(|plain| last.ident == plain))
}

/// The `T` of a `name<T>`.
fn inner<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(TypePath { qself: None, path, .. }) = ty else { return None };
    let last = path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}
