//! Where the tests' high watermarks are kept: in the comment on the ingested table, or, if the environment
//! has `WATERMARK_TABLE`, in a table that every test's database has.

use pg_bulk_ingest::{Ingest, IngestTables, Watermarks};
use tokio_postgres::Client;

/// Creates `harness.high_watermark(regclass)`, which returns the stored high watermark as JSON, and
/// `harness.set_high_watermark(regclass, json)`, which stores one as somebody else would.
pub(crate) const IN_COMMENT: &str = r#"
    CREATE SCHEMA harness;
    GRANT USAGE ON SCHEMA harness TO PUBLIC;
    CREATE FUNCTION harness.high_watermark(regclass) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT (pg_catalog.obj_description($1, 'pg_class')::json #> '{pg-bulk-ingest,high-watermark}')::text $$;
    CREATE FUNCTION harness.set_high_watermark(regclass, json) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE pg_catalog.format('COMMENT ON TABLE %s IS %L', $1,
            pg_catalog.format('{"pg-bulk-ingest": {"high-watermark": %s}}', $2));
    END $$;
"#;

/// Creates the same where high watermarks are in a table, and that table: so no plan has its creation, and
/// every role may use it. One that is not there yet is in the comment, from which it moves with the first
/// batch.
pub(crate) const IN_TABLE: &str = "
    CREATE SCHEMA harness;
    GRANT USAGE ON SCHEMA harness TO PUBLIC;
    CREATE TABLE harness.high_watermarks (table_schema text NOT NULL, table_name text NOT NULL,
        source text NOT NULL, high_watermark json, batch bigint NOT NULL, rows bigint NOT NULL,
        committed_at timestamptz NOT NULL, PRIMARY KEY (table_schema, table_name, source))
        WITH (fillfactor = 50);
    GRANT SELECT, INSERT, UPDATE ON harness.high_watermarks TO PUBLIC;
    CREATE FUNCTION harness.high_watermark(regclass) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT CASE WHEN s.source IS NULL
            THEN (pg_catalog.obj_description($1, 'pg_class')::json #> '{pg-bulk-ingest,high-watermark}')::text
            ELSE s.high_watermark::text END
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN harness.high_watermarks AS s
            ON s.table_schema = n.nspname AND s.table_name = c.relname AND s.source = ''
        WHERE c.oid = $1 $$;
    CREATE FUNCTION harness.set_high_watermark(regclass, json) RETURNS void LANGUAGE sql AS $$
        INSERT INTO harness.high_watermarks AS s
        SELECT n.nspname, c.relname, '', $2, 1, 0, pg_catalog.now()
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = $1
        ON CONFLICT (table_schema, table_name, source)
            DO UPDATE SET high_watermark = $2, batch = s.batch + 1 $$;
";

/// What a comment says of that table.
const NAMED: &str = r#""high-watermarks-in": ["harness","high_watermarks"]"#;

/// Begins an ingest, as `pg_bulk_ingest::ingest` does. If the environment has `WATERMARK_TABLE`, it keeps
/// high watermarks in a table unless the test says where.
pub fn ingest<S: IngestTables + ?Sized>(client: &mut Client) -> Ingest<'_, S> {
    let ingest = pg_bulk_ingest::ingest(client);
    match keeps_in_table() {
        true => ingest.watermarks(Watermarks::table("harness", "high_watermarks")),
        false => ingest,
    }
}

/// Whether high watermarks are kept in a table, so that the comment holds none.
#[must_use]
pub fn keeps_in_table() -> bool {
    std::env::var_os("WATERMARK_TABLE").is_some()
}

/// A comment without where the high watermarks are, which most tests do not mean; `∅` if it says nothing
/// else.
pub(crate) fn without_named(text: &str) -> String {
    if !text.contains(NAMED) {
        return text.to_owned();
    }
    let rest = [format!("{NAMED}, "), format!(", {NAMED}"), NAMED.to_owned()]
        .iter()
        .fold(text.to_owned(), |text, named| text.replace(named, ""));
    if rest == r#"{"pg-bulk-ingest": {}}"# { "∅".to_owned() } else { rest }
}
