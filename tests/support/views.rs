//! All that there is to say of views.

use crate::Database;

/// Each view and materialized view of the database outside PostgreSQL's own schemas, with what
/// hangs on it, a line each. The lines do not depend on OIDs.
pub async fn snapshot_of_views(database: &Database) -> Vec<String> {
    database.rows(SQL).await
}

const SQL: &str = r"
    SET search_path = pg_catalog;
    WITH view AS (
        SELECT c.*, c.oid AS view, c.oid::regclass::text AS shown
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_|^information_schema$'
    )
    SELECT 'view ' || shown || ' ' || relkind::text || ' owner ' || relowner::regrole
        || ' options ' || coalesce(reloptions::text, '-') || ' populated ' || relispopulated
        || ' identity ' || relreplident::text
        || ' tablespace ' || coalesce((SELECT spcname FROM pg_tablespace s WHERE s.oid = reltablespace), '-')
        || ' toast ' || coalesce((SELECT t.reloptions::text FROM pg_class t WHERE t.oid = v.reltoastrelid), '-')
        || ' method ' || coalesce((SELECT amname FROM pg_am m WHERE m.oid::text = to_jsonb(v) ->> 'relam'), '-')
    FROM view v
    UNION ALL SELECT 'query ' || shown || pg_get_viewdef(view) FROM view
    UNION ALL SELECT 'column ' || shown || ' ' || attnum || ' ' || quote_ident(attname) || ' '
        || format_type(atttypid, atttypmod) || ' ' || (SELECT coalesce(min(collname::text), '-') FROM pg_collation o WHERE o.oid = attcollation) || ' '
        || coalesce(to_jsonb(a) ->> 'attstattarget', '-1') || ' ' || attstorage::text || ' '
        || coalesce(to_jsonb(a) ->> 'attcompression', '') || ' ' || coalesce((SELECT string_agg(o, ',') FROM unnest(attoptions) o WHERE o LIKE 'n\_distinct%'), '-')
        || ' default ' || coalesce(pg_get_expr(adbin, adrelid), '-')
    FROM view JOIN pg_attribute a ON attrelid = view AND attnum > 0
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    UNION ALL SELECT 'grant ' || shown || ' ' || coalesce(g.attname, '-') || ' ' || g.grantee::regrole
        || ' ' || g.privilege_type || ' ' || g.is_grantable || ' by ' || g.grantor::regrole
    FROM view, LATERAL (
        SELECT NULL::name AS attname, e.* FROM aclexplode(coalesce(relacl, acldefault('r', relowner))) e
        UNION ALL SELECT attname, e.* FROM pg_attribute, aclexplode(attacl) e WHERE attrelid = view
    ) g
    UNION ALL SELECT 'rule ' || pg_get_ruledef(w.oid) || ' ' || ev_enabled::text
    FROM view JOIN pg_rewrite w ON ev_class = view AND rulename <> '_RETURN'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(r.oid) || ' ' || tgenabled::text
    FROM view JOIN pg_trigger r ON tgrelid = view
    UNION ALL SELECT 'index ' || pg_get_indexdef(indexrelid) || ' owner ' || i.relowner::regrole
        || ' clustered ' || indisclustered || ' identity ' || indisreplident || ' valid ' || indisvalid
        || ' tablespace ' || coalesce((SELECT spcname FROM pg_tablespace s WHERE s.oid = i.reltablespace), '-')
        || ' targets ' || (SELECT array_agg(coalesce(to_jsonb(a) ->> 'attstattarget', '-1') ORDER BY attnum)::text
            FROM pg_attribute a WHERE attrelid = indexrelid)
    FROM view JOIN pg_index ON indrelid = view JOIN pg_class i ON i.oid = indexrelid
    UNION ALL SELECT 'comment ' || pg_describe_object(classoid, objoid, objsubid) || ' ' || description
    FROM pg_description e WHERE e.objoid >= 16384 AND e.classoid::regclass::text <> 'pg_extension'
        AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = e.classoid AND d.objid = e.objoid AND d.deptype = 'e')
        AND (e.classoid <> 'pg_class'::regclass OR e.objoid NOT IN (
            SELECT c.oid FROM pg_class c WHERE relkind = 'r'))
    ORDER BY 1";

/// Asserts that views are as they were.
///
/// # Panics
///
/// If they are not, with the lines that differ.
pub fn assert_same_views(before: &[String], after: &[String], what: &str) {
    let lost = before.iter().filter(|line| !after.contains(line)).collect::<Vec<_>>();
    let new = after.iter().filter(|line| !before.contains(line)).collect::<Vec<_>>();
    assert!(before == after, "{what}\nlost: {lost:#?}\nnew: {new:#?}");
}
