-- The unique indexes and exclusion constraints of a table, but for its primary key, that are checked row by
-- row, and what tells whether two rows can stand beside each other.
SELECT json_build_object(
  'name', coalesce(k.conname, i.relname),
  'keys', (
    SELECT json_agg(json_build_object(
      'sql', pg_get_indexdef(x.indexrelid, p.at + 1, false),
      'collation', (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.collname)
        FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace
        WHERE o.oid = x.indcollation[p.at]),
      'operator', 'OPERATOR(' || quote_ident(n.nspname) || '.' || e.oprname || ')',
      'is_equality', e.oprcanmerge OR e.oprcanhash
    ) ORDER BY p.at)
    -- not those of INCLUDE
    FROM generate_series(0, array_upper(x.indclass, 1)) AS p(at)
    JOIN pg_opclass c ON c.oid = x.indclass[p.at]
    JOIN pg_operator e ON e.oid = coalesce(k.conexclop[p.at + 1], (SELECT m.amopopr FROM pg_amop m
      WHERE m.amopfamily = c.opcfamily AND m.amopstrategy = 3
      AND m.amoplefttype = c.opcintype AND m.amoprighttype = c.opcintype))
    JOIN pg_namespace n ON n.oid = e.oprnamespace),
  'predicate', pg_get_expr(x.indpred, x.indrelid),
  'nulls_distinct', NOT coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::bool, false),
  'columns', u.columns,
  -- columns that can be NULL for a moment, without others being changed by that
  'nullable', u.nullable
)::text
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint k
  ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid AND k.contype IN ('u', 'x')
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') AS columns,
    coalesce(json_agg(a.attname ORDER BY a.attnum = ANY (x.indkey) DESC, a.attnum) FILTER (
      WHERE NOT a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint f
        WHERE f.confrelid = x.indrelid AND f.contype = 'f' AND a.attnum = ANY (f.confkey))
    ), '[]') AS nullable
  FROM pg_attribute a
  WHERE a.attrelid = x.indrelid AND a.attnum > 0 AND (
    a.attnum IN (SELECT x.indkey[q.at] FROM generate_series(0, array_upper(x.indclass, 1)) AS q(at))
    -- those of expressions and of the predicate
    OR (x.indexprs IS NOT NULL OR x.indpred IS NOT NULL) AND EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = x.indrelid
      AND d.refobjsubid = a.attnum))
) u
WHERE x.indrelid = :oid AND (x.indisunique OR x.indisexclusion) AND x.indimmediate AND x.indisready
AND NOT x.indisprimary
ORDER BY i.relname
