-- What hangs on the views and would be lost with them: all that depends on one of them and is
-- neither a view, nor its own, nor the tables' (which is looked for with them).
WITH view AS (
  SELECT c.*, c.oid AS view_oid,
    CASE c.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END
      || quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS described
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN (:views)
), part(classid, objid) AS (
  SELECT 'pg_class'::regclass::oid, v.view_oid FROM view v
  UNION ALL
  SELECT 'pg_class'::regclass, x.indexrelid FROM pg_index x JOIN view v ON x.indrelid = v.view_oid
  UNION ALL
  SELECT 'pg_type'::regclass, t.objid
  FROM view v JOIN pg_type y ON y.oid = v.reltype
  CROSS JOIN LATERAL (VALUES (y.oid), (y.typarray)) t(objid)
), depending AS (
  SELECT DISTINCT d.classid, d.objid
  FROM pg_depend d JOIN part p ON p.classid = d.refclassid AND p.objid = d.refobjid
  WHERE d.deptype <> 'i'
    AND NOT EXISTS (SELECT FROM part q WHERE q.classid = d.classid AND q.objid = d.objid)
), attached(description) AS (
  SELECT pg_describe_object(g.classid, g.objid, 0)
  FROM depending g
  LEFT JOIN pg_rewrite w ON g.classid = 'pg_rewrite'::regclass AND w.oid = g.objid
  LEFT JOIN pg_trigger r ON g.classid = 'pg_trigger'::regclass AND r.oid = g.objid
  LEFT JOIN pg_policy b ON g.classid = 'pg_policy'::regclass AND b.oid = g.objid
  LEFT JOIN pg_attrdef f ON g.classid = 'pg_attrdef'::regclass AND f.oid = g.objid
  LEFT JOIN pg_constraint k ON g.classid = 'pg_constraint'::regclass AND k.oid = g.objid
  WHERE coalesce(w.ev_class, r.tgrelid, b.polrelid, f.adrelid, k.conrelid, 0) NOT IN (:views, :roots)
  UNION
  SELECT 'that ' || v.described || ' belongs to ' || pg_describe_object(d.refclassid, d.refobjid, 0)
  FROM view v JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = v.view_oid AND d.deptype = 'e'
  UNION
  SELECT 'the privileges on the row type of ' || v.described
  FROM view v JOIN pg_type y ON y.oid = v.reltype WHERE y.typacl IS NOT NULL
  UNION
  SELECT 'the security label of ' || pg_describe_object(z.classoid, z.objoid, z.objsubid)
  FROM view v JOIN pg_seclabel z ON z.classoid = 'pg_type'::regclass AND z.objoid = v.reltype
  UNION
  SELECT 'a grant on ' || v.described || ' by ' || quote_ident(pg_get_userbyid(g.grantor))
    || ', who is not the owner'
  FROM view v
  CROSS JOIN LATERAL (
    SELECT e.grantor FROM aclexplode(v.relacl) e
    UNION SELECT e.grantor FROM pg_attribute a, aclexplode(a.attacl) e WHERE a.attrelid = v.view_oid
  ) g
  WHERE g.grantor <> v.relowner
)
SELECT description FROM attached WHERE description IS NOT NULL ORDER BY description
