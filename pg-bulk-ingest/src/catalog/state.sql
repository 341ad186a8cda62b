SELECT
  c.oid::text,
  -- obj_description() plans a query of its own each time
  (SELECT d.description FROM pg_description d
    WHERE d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0),
  -- the rows, as the planner estimates them: as dense as they were when they were counted last
  (CASE WHEN c.relpages > 0 AND c.reltuples >= 0 THEN c.reltuples / c.relpages ELSE 50 END
    * pg_relation_size(c.oid) / current_setting('block_size')::int8)::int8::text,
  -- tables for its rows, of an ingest that is under way or was killed
  (SELECT json_agg(p.relname ORDER BY p.relname) FROM pg_class p
    WHERE p.relnamespace = n.oid AND p.relkind = 'r' AND pg_has_role(p.relowner, 'USAGE')
    AND p.relname >= wanted.part_prefix::name AND p.relname < (wanted.part_prefix || '~')::name)::text,
  -- the transaction, by an id that does not wrap around
  txid_current()::text
FROM (VALUES :tables) AS wanted(position, schema_name, table_name, part_prefix)
LEFT JOIN pg_namespace n ON n.nspname = wanted.schema_name::name
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name::name
ORDER BY wanted.position
