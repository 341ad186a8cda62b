-- The partitions of a table to any depth, each after the one that it is a partition of.
WITH RECURSIVE tree(oid, above, depth, leaves) AS (
  SELECT CAST(:oid AS oid), CAST(0 AS oid), 0, false
  UNION ALL
  -- one that is being detached concurrently (from 14 on)
  SELECT h.inhrelid, h.inhparent, t.depth + 1, coalesce((to_jsonb(h) ->> 'inhdetachpending')::bool, false)
  FROM tree t JOIN pg_inherits h ON h.inhparent = t.oid
)
SELECT json_build_object(
  'oid', c.oid::int8,
  'above', t.above::int8,
  'schema', n.nspname,
  'name', c.relname,
  'kind', c.relkind,
  'bound', pg_get_expr(c.relpartbound, c.oid),
  'key', CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END,
  'leaves', t.leaves,
  -- its indexes that are parts of those above
  'parts', (SELECT coalesce(json_agg(i.relname ORDER BY i.relname), '[]')
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = c.oid AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.oid)),
  'taken', (SELECT coalesce(json_agg(o.relname), '[]') FROM pg_class o
    WHERE o.relnamespace = n.oid AND n.oid <> (SELECT r.relnamespace FROM pg_class r WHERE r.oid = :oid))
)::text
FROM tree t
JOIN pg_class c ON c.oid = t.oid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.depth > 0
ORDER BY t.depth, n.nspname, c.relname
