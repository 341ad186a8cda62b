//! An enum type.

use crate::ident::QualifiedName;

/// A PostgreSQL enum type, as `#[derive(IngestEnum)]` makes it of an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumType {
    schema: &'static str,
    name: &'static str,
    labels: &'static [&'static str],
}

impl EnumType {
    /// The enum type `schema.name` with these labels, in this order.
    #[must_use]
    pub const fn new(
        schema: &'static str,
        name: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self { schema, name, labels }
    }

    /// The schema.
    #[must_use]
    pub const fn schema(&self) -> &'static str {
        self.schema
    }

    /// The type's name in its schema.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The labels, in the order of the enum's variants.
    #[must_use]
    pub const fn labels(&self) -> &'static [&'static str] {
        self.labels
    }

    /// The type's name with that of its schema.
    #[must_use]
    pub fn qualified_name(&self) -> QualifiedName {
        QualifiedName::new(self.schema, self.name)
    }
}
