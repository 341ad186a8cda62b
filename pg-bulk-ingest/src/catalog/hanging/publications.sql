-- The publications of which the table is a member. (Of those of all tables it is none.)
SELECT coalesce(json_agg(json_build_object(
  'name', p.pubname,
  'owner', CASE WHEN NOT pg_has_role(p.pubowner, 'USAGE') THEN pg_get_userbyid(p.pubowner) END,
  'columns', (
    SELECT json_agg(a.attname ORDER BY a.attnum)
    FROM pg_attribute a
    WHERE a.attrelid = :oid
      AND a.attnum::text = ANY (regexp_split_to_array(to_jsonb(m) ->> 'prattrs', '[^0-9]+'))),
  'filter', (
    SELECT to_jsonb(v) ->> 'rowfilter'
    FROM pg_publication_tables v, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = :oid AND v.pubname = p.pubname
      AND v.schemaname = n.nspname AND v.tablename = c.relname),
  'used', (
    SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
    FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_publication_rel'::regclass AND d.objid = m.member
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)
) ORDER BY p.pubname), '[]')::text
FROM (SELECT r.oid AS member, r.* FROM pg_publication_rel r WHERE r.prrelid = :oid) m
JOIN pg_publication p ON p.oid = m.prpubid
