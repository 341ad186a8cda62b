SELECT
  c.oid::text,
  -- obj_description() plans a query of its own each time
  (SELECT d.description FROM pg_description d
    WHERE d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0),
  -- the rows, as the planner estimates them: as dense as they were when they were counted last
  (CASE WHEN c.relpages > 0 AND c.reltuples >= 0 THEN c.reltuples / c.relpages ELSE 50 END
    * pg_relation_size(c.oid) / current_setting('block_size')::int8)::int8::text,
  :parts,
  -- what rows are encoded for
  (SELECT json_agg(json_build_array(a.attname, a.atttypid::int8, format_type(a.atttypid, a.atttypmod)))
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  -- the transaction, by an id that does not wrap around
  txid_current()::text,
  -- behind a pooler, each transaction may be served by another
  pg_backend_pid()::text
FROM (VALUES :tables) AS wanted(position, schema_name, table_name, part_prefix)
LEFT JOIN pg_namespace n ON n.nspname = wanted.schema_name::name
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name::name
ORDER BY wanted.position
