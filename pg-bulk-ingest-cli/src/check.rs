//! Whether the structs of a file are those that would be printed.

mod read;
mod rust;

use crate::error::Error;
use read::{Definition, definitions};
use std::fs;
use std::path::Path;

/// In what the structs and enums of a file differ from these, a line each.
pub(crate) fn differences(path: &Path, printed: &str) -> Result<Vec<String>, Error> {
    let place = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| Error::failed(format!("cannot read {place}: {error}")))?;
    let there = definitions(&text).map_err(|error| {
        let start = error.span().start();
        Error::failed(format!("{place}:{}:{}: {error}", start.line, start.column + 1))
    })?;
    let wanted = definitions(printed)
        .map_err(|error| Error::failed(format!("what would be printed is no Rust: {error}")))?;
    Ok(wanted.iter().flat_map(|wanted| compare(wanted, &there, &place)).collect())
}

fn compare(wanted: &Definition, there: &[Definition], place: &str) -> Vec<String> {
    let Definition { kind, name, .. } = wanted;
    let found: Vec<_> =
        there.iter().filter(|found| found.kind == *kind && found.name == *name).collect();
    let [found] = found.as_slice() else {
        let how_many = if found.is_empty() { "nothing is" } else { "several things are" };
        return vec![format!("{name}: in {place} {how_many} the {kind}")];
    };
    let mut differences = Vec::new();
    let mut compare = |of: &dyn Fn(&Definition) -> Vec<(String, String)>| {
        let (wanted, found) = (of(wanted), of(found));
        for (part, value) in &wanted {
            match found.iter().find(|(other, _)| other == part) {
                None => differences.push(format!("{name}: {part} is not in {place}: {value}")),
                Some((_, other)) if other != value => {
                    differences.push(format!("{name}: {part} is {value}, and in {place} {other}"));
                }
                Some(_) => {}
            }
        }
        for (part, value) in found {
            if !wanted.iter().any(|(other, _)| *other == part) {
                differences.push(format!("{name}: {part} is only in {place}: {value}"));
            }
        }
    };
    compare(&|definition| definition.parts.clone());
    if found.has_comments {
        compare(&|definition| definition.comments.clone());
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::compare;
    use super::read::definitions;

    const PRINTED: &str = r#"
        /// Orders.
        #[derive(Debug, IngestTable)]
        #[ingest(schema = "public", table = "orders", comments)]
        #[ingest(index(id, total))]
        pub struct Orders {
            #[ingest(primary_key)]
            pub id: i64,
            #[ingest(column = "Total", sql_type = "varchar(16)")]
            pub total: Option<String>,
            #[ingest(default = "now()")]
            pub at: Filled<chrono::DateTime<chrono::Utc>>,
            pub state: State,
            #[ingest(unique)]
            pub tags: Vec<String>,
        }
        #[derive(IngestEnum)]
        #[ingest(schema = "public", type = "state", rename_all = "snake_case")]
        pub enum State { InTransit, Placed }
    "#;

    fn differences(file: &str) -> Vec<String> {
        let there = definitions(file).unwrap();
        definitions(PRINTED).unwrap().iter().flat_map(|one| compare(one, &there, "f.rs")).collect()
    }

    #[test]
    fn what_a_struct_says_of_its_table_counts_and_nothing_else() {
        assert_eq!(differences(PRINTED), [""; 0]);
        // Another spelling, other names in Rust, borrowed values, settings of the merge.
        let file = r#"
            mod tables {
                #[derive(serde::Deserialize, pg_bulk_ingest::IngestTable)]
                #[ingest(primary_key(number), newest_by(at), unique(labels))]
                #[ingest(table = "orders", index(number, sum))]
                struct Order<'a> {
                    #[ingest(column = "id")]
                    number: OrderId,
                    #[ingest(column = "Total", sql_type = "character varying(16)")]
                    sum: Option<Cow<'a, str>>,
                    #[ingest(default = "now()", on_update = "keep")]
                    at: DateTime<Utc>,
                    state: OrderState,
                    #[ingest(column = "tags")]
                    labels: &'a [&'a str],
                    #[ingest(skip)]
                    seen: bool,
                }
                #[derive(IngestColumn)]
                struct OrderId(i64);
                #[derive(IngestEnum)]
                #[ingest(type = "state")]
                enum OrderState {
                    #[ingest(rename = "in_transit")]
                    Moving,
                    #[ingest(rename = "placed")]
                    Placed,
                }
            }
        "#;
        assert_eq!(differences(file), [""; 0]);
    }

    #[test]
    fn differences_are_named_by_table_and_column() {
        let file = PRINTED
            .replace("i64", "i32")
            .replace("index(id, total)", "index(total)")
            .replace("/// Orders.", "/// Sales.")
            .replace("pub state: State,", "pub more: bool,")
            .replace("Placed", "Placed, Lost");
        assert_eq!(
            differences(&file),
            [
                "public.orders: column \"id\" is i64, and in f.rs i32",
                "public.orders: column \"state\" is not in f.rs: enum public.state",
                "public.orders: index(\"id\", \"Total\") is not in f.rs: one",
                "public.orders: column \"more\" is only in f.rs: bool",
                "public.orders: index(\"Total\") is only in f.rs: one",
                "public.orders: the comment is \"Orders.\", and in f.rs \"Sales.\"",
                "public.state: labels is [\"in_transit\", \"placed\"], and in f.rs [\"in_transit\", \
                 \"placed\", \"lost\"]",
            ]
        );
        assert_eq!(
            differences("struct Orders;"),
            [
                "public.orders: in f.rs nothing is the table",
                "public.state: in f.rs nothing is the enum type"
            ]
        );
    }
}
