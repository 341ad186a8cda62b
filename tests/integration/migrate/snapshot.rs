//! What the catalog says of a table, for one to be compared with another.

use tests::{Database, rows};

/// Everything that a definition can say, but for names of indexes and constraints.
pub(super) async fn of_table(database: &Database, table: &str) -> Vec<String> {
    let client = database.connect().await;
    let (schema, name) = table.split_once('.').unwrap();
    client.batch_execute("SET search_path = pg_catalog").await.unwrap();
    let sql = format!(
        "SELECT 'column ' || row_number() OVER (ORDER BY a.attnum), a.attname,
            format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation::regcollation,
            pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attstorage, a.attstattarget,
            to_jsonb(a) ->> 'attgenerated', a.attinhcount, a.attacl
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum"
    )
    .replace("a.attcollation::regcollation", "a.attcollation");
    let mut lines = rows(&client, &sql).await;
    // Neither the names nor the table's.
    let sql = format!(
        "SELECT 'index', substr(f, strpos(f, ' USING ')), x.indisunique, x.indisprimary,
            x.indisvalid, x.indimmediate, k.contype, k.condeferrable, x.indisclustered,
            x.indisreplident
        FROM pg_index x
        CROSS JOIN LATERAL pg_get_indexdef(x.indexrelid) f
        LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid
        WHERE x.indrelid = '{table}'::regclass ORDER BY 2"
    );
    lines.extend(rows(&client, &sql).await);
    let sql = format!(
        "SELECT 'constraint', pg_get_constraintdef(k.oid), k.convalidated FROM pg_constraint k
        WHERE k.conrelid = '{table}'::regclass AND k.contype NOT IN ('p', 'u') ORDER BY 2"
    );
    lines.extend(rows(&client, &sql).await);
    let sql = format!(
        "SELECT 'table', c.relkind, c.relpersistence, c.relreplident, c.reloptions, c.relacl,
            c.relrowsecurity
        FROM pg_class c WHERE c.oid = '{table}'::regclass"
    );
    lines.extend(rows(&client, &sql).await);
    let sql = format!(
        "SELECT 'beside', c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = '{schema}' AND c.relname <> '{name}'
        AND c.relname LIKE '%pg\\_bulk\\_ingest%' ORDER BY 2"
    );
    lines.extend(rows(&client, &sql).await);
    lines
}
