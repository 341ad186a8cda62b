//! Whether two tables have equal contents.

use crate::ident::{Ident, QualifiedName, list};

/// The first version that has the function by which rows are digested.
const HASH_EXTENDED: u32 = 110_000;

/// Asks whether tables have as many rows as each other, with equal values in these columns. The order of the rows
/// does not matter. Values count as equal that PostgreSQL prints alike.
///
/// Each table is read once: its rows are counted, and two digests of each are summed, 128 bits in all.
pub(crate) fn compare(
    one: &QualifiedName,
    other: &QualifiedName,
    columns: &[&str],
    version: u32,
) -> String {
    let (one, other) = (digest(one, columns, version), digest(other, columns, version));
    format!("SELECT ({one}) = ({other})")
}

fn digest(table: &QualifiedName, columns: &[&str], version: u32) -> String {
    let columns = list(columns.iter().map(|column| Ident::new(*column)));
    let halves = match version >= HASH_EXTENDED {
        true => ["hashtextextended(printed, 0)", "hashtextextended(printed, 1)"],
        // Of a digest in hexadecimal digits.
        false => [
            "('x' || substr(md5(printed), 1, 16))::bit(64)::int8",
            "('x' || substr(md5(printed), 17, 16))::bit(64)::int8",
        ],
    };
    let [first, second] = halves;
    format!(
        "SELECT concat_ws(' ', count(*), sum({first}), sum({second})) \
         FROM (SELECT ROW({columns})::text AS printed FROM {table}) AS rows"
    )
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::ident::QualifiedName;

    #[test]
    fn each_version_of_the_server_has_a_digest() {
        let [one, other] = ["a", "b"].map(|name| QualifiedName::new("s", name));
        let sql = compare(&one, &other, &["x", "y"], 100_000);
        assert!(sql.contains("md5") && sql.contains(r#"ROW("x", "y")::text"#), "{sql}");
        assert!(compare(&one, &other, &["x"], 110_000).contains("hashtextextended"));
    }
}
