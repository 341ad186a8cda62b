//! Types of columns as `postgres_types` has them.

use serde::Deserialize;
use tokio_postgres::types::{Field, Kind, Type};

/// A type that is not built in.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LiveType {
    oid: u32,
    schema: String,
    name: String,
    /// `pg_type.typtype`.
    kind: char,
    /// Of an array, the elements' type.
    element: u32,
    /// Of a domain, the type that it is over.
    base: u32,
    /// Of a range or multirange, what it is of.
    subtype: Option<u32>,
    /// Of an enum.
    labels: Vec<String>,
    /// Of a composite type.
    fields: Vec<LiveField>,
}

/// A field of a composite type.
#[derive(Debug, Clone, Deserialize)]
struct LiveField {
    name: String,
    oid: u32,
}

/// PostgreSQL does not let a type contain itself; a catalog that says so is not followed for ever.
const MAX_DEPTH: usize = 64;

/// The type with this OID; or, if it is a domain, one that it is over: whichever is accepted.
pub(super) fn accepted(
    mut oid: u32,
    types: &[LiveType],
    accepts: fn(&Type) -> bool,
) -> Option<Type> {
    for _ in 0..MAX_DEPTH {
        let candidate = resolve(oid, types, 0);
        if accepts(&candidate) {
            return Some(candidate);
        }
        oid = types.iter().find(|live| live.oid == oid && live.kind == 'd')?.base;
    }
    None
}

fn resolve(oid: u32, types: &[LiveType], depth: usize) -> Type {
    if let Some(built_in) = Type::from_oid(oid) {
        return built_in;
    }
    let of = |oid: u32| resolve(oid, types, depth + 1);
    let found = types.iter().find(|live| live.oid == oid).filter(|_| depth < MAX_DEPTH);
    let Some(live) = found else {
        return Type::new(format!("type {oid}"), oid, Kind::Simple, String::new());
    };
    let kind = match (live.kind, live.subtype) {
        ('e', _) => Kind::Enum(live.labels.clone()),
        ('d', _) => Kind::Domain(of(live.base)),
        ('r', Some(subtype)) => Kind::Range(of(subtype)),
        ('m', Some(subtype)) => Kind::Multirange(of(subtype)),
        ('c', _) => {
            let field = |field: &LiveField| Field::new(field.name.clone(), of(field.oid));
            Kind::Composite(live.fields.iter().map(field).collect())
        }
        ('p', _) => Kind::Pseudo,
        _ if live.element != 0 => Kind::Array(of(live.element)),
        _ => Kind::Simple,
    };
    Type::new(live.name.clone(), oid, kind, live.schema.clone())
}
