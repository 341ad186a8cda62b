-- The extended statistics of the table.
SELECT coalesce(json_agg(json_build_object(
  'oid', s.number::int8,
  'schema', n.nspname,
  'name', s.stxname,
  'owner', CASE WHEN s.stxowner <> c.relowner THEN pg_get_userbyid(s.stxowner) END,
  'is_owner', pg_has_role(s.stxowner, 'MEMBER'),
  'may_create', has_schema_privilege(n.oid, 'CREATE'),
  -- what is between the name and FROM
  'middle', substr(f.definition, length(f.before) + 1, length(f.definition) - length(f.before) - length(f.after)),
  'target', nullif((to_jsonb(s) ->> 'stxstattarget')::int4, -1),
  'comment', obj_description(s.number, 'pg_statistic_ext'),
  'whole_row', coalesce(to_jsonb(s) ->> 'stxexprs' LIKE '%:varattno 0 %', false),
  'columns', (
    SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
    FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_statistic_ext'::regclass AND d.objid = s.number
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)
) ORDER BY n.nspname, s.stxname), '[]')::text
-- before 12, s.* does not have the oid
FROM (SELECT e.oid AS number, e.* FROM pg_statistic_ext e WHERE e.stxrelid = :oid) s
JOIN pg_namespace n ON n.oid = s.stxnamespace
JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace cn ON cn.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT
  pg_get_statisticsobjdef(s.number) AS definition,
  'CREATE STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(s.stxname) AS before,
  ' FROM ' || quote_ident(cn.nspname) || '.' || quote_ident(c.relname) AS after
) f
