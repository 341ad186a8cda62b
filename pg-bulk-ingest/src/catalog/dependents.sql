-- What depends on the table's columns, indexes and keys, but for what the definition makes; then the
-- names that relations of its schema and constraints of its own have; then what keeps its columns as
-- they are. A change of columns is one of the tables that inherit from it, too.
WITH RECURSIVE tree(oid) AS (
  SELECT CAST(:oid AS oid)
  UNION
  SELECT h.inhrelid FROM tree JOIN pg_inherits h ON h.inhparent = tree.oid
), depending AS (
  SELECT DISTINCT d.classid, d.objid, a.attname, NULL::name AS index_name
  FROM pg_depend d
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM tree)
    AND d.refobjsubid > 0
  UNION
  SELECT DISTINCT d.classid, d.objid, NULL::name, i.relname
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x')
  JOIN pg_depend d
    ON (d.refclassid = 'pg_class'::regclass AND d.refobjid = x.indexrelid)
    OR (d.refclassid = 'pg_constraint'::regclass AND d.refobjid = k.oid)
  WHERE x.indrelid = :oid AND d.deptype <> 'i'
), described AS (
  SELECT g.attname, g.index_name, CASE
      WHEN g.classid = 'pg_attrdef'::regclass
        THEN 'the generated column ' || quote_ident(ga.attname)
      WHEN v.relkind IN ('v', 'm') AND w.rulename = '_RETURN'
        THEN pg_describe_object('pg_class'::regclass, v.oid, 0)
      ELSE pg_describe_object(g.classid, g.objid, 0)
    END AS description,
    coalesce(cardinality(k.conkey) = 1 AND k.conrelid IN (SELECT oid FROM tree) AND k.contype IN ('c', 'f'), false) AS own
  FROM depending g
  LEFT JOIN pg_attrdef f ON g.classid = 'pg_attrdef'::regclass AND f.oid = g.objid
  LEFT JOIN pg_attribute ga ON ga.attrelid = f.adrelid AND ga.attnum = f.adnum
  LEFT JOIN pg_class q ON g.classid = 'pg_class'::regclass AND q.oid = g.objid
  LEFT JOIN pg_constraint k ON g.classid = 'pg_constraint'::regclass AND k.oid = g.objid
  LEFT JOIN pg_rewrite w ON g.classid = 'pg_rewrite'::regclass AND w.oid = g.objid
  LEFT JOIN pg_class v ON v.oid = w.ev_class
  LEFT JOIN pg_trigger r ON g.classid = 'pg_trigger'::regclass AND r.oid = g.objid
  -- a column's default and the sequence that it owns go with it
  WHERE NOT coalesce(f.adrelid IN (SELECT oid FROM tree) AND ga.attname = g.attname, false)
    AND NOT coalesce(q.relkind IN ('S', 'i', 'I') OR q.oid IN (SELECT oid FROM tree), false)
    AND NOT coalesce(k.contype IN ('p', 'u', 'n') AND k.conrelid IN (SELECT oid FROM tree), false)
    -- a partition has a constraint because the table above it has one (from 11 on)
    AND NOT coalesce((to_jsonb(k) ->> 'conparentid')::int8 <> 0 AND k.conrelid <> :oid, false)
    AND NOT coalesce(k.coninhcount > 0 AND k.conrelid <> :oid, false)
    AND NOT coalesce(r.tgisinternal, false)
  UNION
  SELECT NULL, i.relname, 'the replica identity', false
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
  WHERE x.indrelid = :oid AND x.indisreplident
)
SELECT json_build_object(
  'dependents', (SELECT coalesce(json_agg(json_build_object(
      'column', d.attname, 'index', d.index_name, 'description', d.description, 'own', d.own
    ) ORDER BY d.attname, d.index_name, d.description), '[]') FROM described d),
  'names', (SELECT coalesce(json_agg(c.relname ORDER BY c.relname), '[]')
    FROM pg_class c WHERE c.relnamespace = (SELECT t.relnamespace FROM pg_class t WHERE t.oid = :oid)),
  'constraints', (SELECT coalesce(json_agg(k.conname ORDER BY k.conname), '[]')
    FROM pg_constraint k WHERE k.conrelid = :oid),
  'bound', json_build_object(
    -- those of dropped columns are not used again
    'attributes', (SELECT max(c.relnatts) FROM pg_class c JOIN tree ON tree.oid = c.oid),
    'of_type', (SELECT format_type(c.reloftype, NULL) FROM pg_class c
      WHERE c.oid = :oid AND c.reloftype <> 0),
    'partition_of', (SELECT pg_describe_object('pg_class'::regclass, h.inhparent, 0)
      FROM pg_class c JOIN pg_inherits h ON h.inhrelid = c.oid
      WHERE c.oid = :oid AND c.relispartition),
    'inherited', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]')
      FROM pg_attribute a
      WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount > 0),
    'inherited_not_null', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]')
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped AND (
        c.relispartition AND EXISTS (
          SELECT FROM pg_inherits h JOIN pg_attribute p ON p.attrelid = h.inhparent
          WHERE h.inhrelid = c.oid AND p.attname = a.attname AND p.attnotnull)
        -- 18 has constraints
        OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n'
          AND k.conkey = ARRAY[a.attnum] AND k.coninhcount > 0))),
    'inherited_indexes', (SELECT coalesce(json_agg(i.relname ORDER BY i.relname), '[]')
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      WHERE x.indrelid = :oid AND i.relispartition),
    'partition_keys', (SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
      FROM tree
      JOIN pg_partitioned_table p ON p.partrelid = tree.oid
      JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum > 0
      WHERE a.attnum = ANY (p.partattrs::int2[])
      -- of an expression: one of the two depends on the other, by version
      OR EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.objid = p.partrelid AND d.refobjid = p.partrelid
        AND (d.objsubid, d.refobjsubid) IN ((0, a.attnum), (a.attnum, 0))))
  )
)::text
