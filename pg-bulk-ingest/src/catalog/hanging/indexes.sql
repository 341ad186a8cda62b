-- The indexes, those of exclusion constraints too, each with what its definition does not say.
SELECT coalesce(json_agg(json_build_object(
  'name', i.relname,
  'comment', obj_description(i.oid, 'pg_class'),
  'clustered', x.indisclustered,
  'replica_identity', x.indisreplident,
  'tablespace', CASE WHEN s.oid <> fresh.tablespace THEN json_build_object(
    'name', s.spcname,
    'may_create', s.oid = d.dattablespace OR has_tablespace_privilege(s.oid, 'CREATE')
  ) END,
  'statistics', (
    SELECT coalesce(json_agg(json_build_array(a.attnum, (to_jsonb(a) ->> 'attstattarget')::int4)
      ORDER BY a.attnum), '[]')
    FROM pg_attribute a
    WHERE a.attrelid = i.oid AND (to_jsonb(a) ->> 'attstattarget')::int4 <> -1)
) ORDER BY i.relname), '[]')::text
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_database d ON d.datname = current_database()
CROSS JOIN LATERAL (SELECT coalesce(
  (SELECT p.oid FROM pg_tablespace p WHERE p.spcname = current_setting('default_tablespace')),
  d.dattablespace) AS tablespace) fresh
JOIN pg_tablespace s ON s.oid = CASE i.reltablespace WHEN 0 THEN d.dattablespace ELSE i.reltablespace END
WHERE x.indrelid = :oid
