-- The tables, and the views and materialized views that depend on them, to any depth.
WITH RECURSIVE dependent(oid) AS (
  SELECT c.oid FROM pg_class c WHERE c.oid IN (:roots)
  UNION
  SELECT v.oid
  FROM dependent r
  JOIN pg_class c ON c.oid = r.oid
  CROSS JOIN LATERAL (
    SELECT 'pg_class'::regclass::oid, c.oid
    UNION ALL SELECT 'pg_type'::regclass, c.reltype
    UNION ALL SELECT 'pg_type'::regclass, (SELECT y.typarray FROM pg_type y WHERE y.oid = c.reltype)
  ) o(classid, objid)
  JOIN pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.objid
  LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
  JOIN pg_class v ON v.oid = CASE d.classid
    WHEN 'pg_rewrite'::regclass THEN w.ev_class WHEN 'pg_class'::regclass THEN d.objid END
  WHERE v.relkind IN ('v', 'm')
)
