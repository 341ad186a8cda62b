//! Differences in words.

use super::Change;
use crate::catalog::IndexShape;
use std::fmt;

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let key = |index: &Option<IndexShape>| match index {
            None => "none".to_owned(),
            Some(index) if index.immediate => index.form.clone(),
            Some(index) => format!("{}, deferrable", index.form),
        };
        match self {
            Self::AddColumn { column } => write!(f, "column {:?} is missing", column.name),
            Self::DropColumn { column } => {
                write!(f, "column {:?} is not in the struct", column.name)
            }
            Self::AlterType { live, defined } => write!(
                f,
                "column {:?} is of type {}, defined as {}",
                live.name, live.sql_type, defined.sql_type
            ),
            Self::DropNotNull { column } => {
                write!(f, "column {column:?} is NOT NULL, defined as nullable")
            }
            Self::SetNotNull { column } => {
                write!(f, "column {column:?} is nullable, defined as NOT NULL")
            }
            Self::AlterDefault { column, live, defined } => write!(
                f,
                "the default of column {column:?} is {}, defined as {}",
                or_none(live),
                or_none(defined)
            ),
            Self::AlterCollation { live, defined } => write!(
                f,
                "the collation of column {:?} is {}, defined as {}",
                live.name,
                or_none(&live.collation),
                or_none(&defined.collation)
            ),
            Self::Reorder { live, defined } => write!(
                f,
                "the columns are in the order {}, defined in the order {}",
                live.join(", "),
                defined.join(", ")
            ),
            Self::PrimaryKey { live, defined } => {
                write!(f, "the primary key is {}, defined as {}", key(live), key(defined))
            }
            Self::AdoptIndex { index, primary, .. } => {
                let constraint = if *primary { "the primary key" } else { "a unique constraint" };
                write!(f, "index {:?} is no constraint, defined as {constraint}", index.name)
            }
            Self::AddIndex { index } if index.unique => {
                write!(f, "a unique constraint over {} is missing", index.form)
            }
            Self::AddIndex { index } => write!(f, "an index {} is missing", index.form),
            Self::DropIndex { index } if index.valid => {
                write!(f, "index {:?}, {}, is not in the struct", index.name, index.form)
            }
            Self::DropIndex { index } => write!(f, "index {:?} is invalid", index.name),
        }
    }
}
