-- What depends on the table's columns, indexes and keys, but for what the definition makes; then the
-- names that relations of its schema and constraints of its own have.
WITH depending AS (
  SELECT DISTINCT d.classid, d.objid, a.attname, NULL::name AS index_name
  FROM pg_depend d
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND d.refobjsubid > 0
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
    coalesce(cardinality(k.conkey) = 1 AND k.conrelid = :oid AND k.contype IN ('c', 'f'), false) AS own
  FROM depending g
  LEFT JOIN pg_attrdef f ON g.classid = 'pg_attrdef'::regclass AND f.oid = g.objid
  LEFT JOIN pg_attribute ga ON ga.attrelid = f.adrelid AND ga.attnum = f.adnum
  LEFT JOIN pg_class q ON g.classid = 'pg_class'::regclass AND q.oid = g.objid
  LEFT JOIN pg_constraint k ON g.classid = 'pg_constraint'::regclass AND k.oid = g.objid
  LEFT JOIN pg_rewrite w ON g.classid = 'pg_rewrite'::regclass AND w.oid = g.objid
  LEFT JOIN pg_class v ON v.oid = w.ev_class
  LEFT JOIN pg_trigger r ON g.classid = 'pg_trigger'::regclass AND r.oid = g.objid
  -- a column's default and the sequence that it owns go with it
  WHERE NOT coalesce(f.adrelid = :oid AND ga.attname = g.attname, false)
    AND NOT coalesce(q.relkind IN ('S', 'i', 'I') OR q.oid = :oid, false)
    AND NOT coalesce(k.contype IN ('p', 'u', 'n') AND k.conrelid = :oid, false)
    -- a partition has a constraint because the table above it has one (from 11 on)
    AND NOT coalesce((to_jsonb(k) ->> 'conparentid')::int8 <> 0 AND k.conrelid <> :oid, false)
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
    FROM pg_constraint k WHERE k.conrelid = :oid)
)::text
