-- The tables of a schema that have columns, as a JSON array of their names: no partitions, which are of
-- their tables.
SELECT coalesce(json_agg(c.relname ORDER BY c.relname), '[]')::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND EXISTS (SELECT FROM pg_attribute a
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
