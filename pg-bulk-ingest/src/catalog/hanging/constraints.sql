-- The constraints of the table, but for foreign keys. (NOT NULL has entries from 18 on.)
SELECT coalesce(json_agg(json_build_object(
  'oid', k.oid::int8,
  'name', k.conname,
  'kind', k.contype,
  'definition', pg_get_constraintdef(k.oid),
  'valid', k.convalidated,
  -- from the table above
  'inherited', k.coninhcount > 0,
  'comment', obj_description(k.oid, 'pg_constraint'),
  'index', (SELECT i.relname FROM pg_class i WHERE i.oid = k.conindid AND k.contype <> 't'),
  -- an expression that has the row as a whole prints with the name of the table
  'whole_row', coalesce(k.conbin::text LIKE '%:varattno 0 %', false)
    OR EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = k.conindid AND k.contype = 'x'
      AND (x.indexprs::text LIKE '%:varattno 0 %' OR x.indpred::text LIKE '%:varattno 0 %')),
  'columns', (
    SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
    FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = k.conrelid AND (
      d.classid = 'pg_constraint'::regclass AND d.objid = k.oid
      OR d.classid = 'pg_class'::regclass AND d.objid = k.conindid))
) ORDER BY k.contype, k.conname), '[]')::text
FROM pg_constraint k
WHERE k.conrelid = :oid AND k.contype <> 'f'
