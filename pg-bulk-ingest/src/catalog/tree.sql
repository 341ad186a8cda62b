-- A partitioned table and its partitions to any depth, each above those below it, with their indexes;
-- and, with the first of each schema, the names of all relations there. From 11 on.
WITH RECURSIVE tree(oid, above, depth) AS (
  SELECT CAST(:oid AS oid), CAST(0 AS oid), 0
  UNION ALL
  SELECT h.inhrelid, h.inhparent, t.depth + 1 FROM tree t JOIN pg_inherits h ON h.inhparent = t.oid
), numbered AS (
  SELECT t.oid, t.above, t.depth, c.relname, c.relkind, c.relowner, n.oid AS namespace, n.nspname,
    row_number() OVER (PARTITION BY n.oid ORDER BY t.depth, c.relname) AS number
  FROM tree t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace
)
SELECT json_build_object(
  'oid', b.oid::int8,
  'above', b.above::int8,
  'schema', b.nspname,
  'name', b.relname,
  'kind', b.relkind,
  'owner', pg_get_userbyid(b.relowner),
  'is_owner', pg_has_role(b.relowner, 'USAGE'),
  'may_create', coalesce(has_schema_privilege(b.namespace, 'CREATE'), false),
  'keys', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]')
    FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid
    WHERE p.partrelid = b.oid AND a.attnum = ANY (p.partattrs::int2[])),
  'by_expression', EXISTS (SELECT FROM pg_partitioned_table p
    WHERE p.partrelid = b.oid AND p.partexprs IS NOT NULL),
  'taken', CASE WHEN b.number = 1
    THEN (SELECT json_agg(c.relname) FROM pg_class c WHERE c.relnamespace = b.namespace)
    ELSE '[]' END,
  'constraints', (SELECT coalesce(json_agg(k.conname), '[]')
    FROM pg_constraint k WHERE k.conrelid = b.oid),
  'indexes', (
    SELECT coalesce(json_agg(json_build_object(
      'name', i.relname,
      'form', substr(f.after_name, 1 + length(f.using)),
      'unique', x.indisunique,
      'primary', x.indisprimary,
      'valid', x.indisvalid,
      'immediate', x.indimmediate,
      'constraint', (SELECT k.conname FROM pg_constraint k
        WHERE k.conindid = x.indexrelid AND k.conrelid = b.oid AND k.contype IN ('p', 'u')),
      'part_of', (SELECT above.relname FROM pg_inherits h JOIN pg_class above ON above.oid = h.inhparent
        WHERE h.inhrelid = x.indexrelid)
    ) ORDER BY i.relname), '[]')
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    CROSS JOIN LATERAL (
      -- another session may have renamed the index since the query began
      SELECT
        regexp_replace(pg_get_indexdef(x.indexrelid),
          '^CREATE (UNIQUE )?INDEX ("([^"]|"")*"|[^" ]+) ON (ONLY )?', '') AS after_name,
        quote_ident(b.nspname) || '.' || quote_ident(b.relname) || ' USING ' AS using
    ) f
    -- one that another session has dropped since the query began has no definition
    WHERE x.indrelid = b.oid AND NOT x.indisexclusion AND f.after_name IS NOT NULL
  )
)::text
FROM numbered b
ORDER BY b.depth, b.nspname, b.relname
