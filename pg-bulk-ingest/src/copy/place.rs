//! Where in a `COPY` an error is.

use tokio_postgres::error::DbError;

/// The line and column of an error within a `COPY`: `COPY my_table, line 7, column value`, in
/// whatever language the server says it.
pub(super) fn place(error: &DbError) -> (Option<u64>, Option<String>) {
    let context = error.where_().and_then(|context| context.lines().rev().find_map(copy_context));
    let (line, column) = context.unzip();
    (line, error.column().map(str::to_owned).or(column.flatten()))
}

fn copy_context(context: &str) -> Option<(u64, Option<String>)> {
    let mut parts = context.strip_prefix("COPY ")?.split_once(", ")?.1.splitn(2, ", ");
    let line = parts.next()?.rsplit(' ').next()?.parse().ok()?;
    let column = parts.next().and_then(|column| column.split_once(' '));
    Some((line, column.map(|(_, name)| name.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::copy_context;

    #[test]
    fn the_place_of_an_error_is_read_off_its_context() {
        for (context, place) in [
            ("COPY my_table, line 7", Some((7, None))),
            ("COPY my_table, line 7, column value", Some((7, Some("value")))),
            ("COPY t, line 7, column a, b", Some((7, Some("a, b")))),
            ("COPY t, Zeile 12, Spalte wert", Some((12, Some("wert")))),
            ("SQL statement \"INSERT INTO t, line 7\"", None),
        ] {
            let expected = place.map(|(line, column)| (line, column.map(str::to_owned)));
            assert_eq!(copy_context(context), expected, "{context}");
        }
    }
}
