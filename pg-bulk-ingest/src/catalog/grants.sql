-- The grants on two tables and on the sequences of their identity columns: those to carry over, and
-- those that default privileges gave.
SELECT json_build_object(
  'live', o.of_table = :live,
  'identity', o.identity,
  'column', g.attname,
  'grantee', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_get_userbyid(g.grantee) END,
  'grantor', CASE WHEN g.grantor <> c.relowner THEN pg_get_userbyid(g.grantor) END,
  'privilege', g.privilege_type,
  'grantable', g.is_grantable
)::text
FROM (
  SELECT c.oid AS of_table, c.oid AS object, NULL::name AS identity
  FROM pg_class c WHERE c.oid IN (:live, :fresh)
  UNION ALL
  SELECT i.refobjid, i.objid, a.attname
  FROM pg_depend i JOIN pg_attribute a ON a.attrelid = i.refobjid AND a.attnum = i.refobjsubid
  WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass
    AND i.refobjid IN (:live, :fresh) AND i.deptype = 'i' AND a.attidentity <> ''
) o
JOIN pg_class c ON c.oid = o.object
CROSS JOIN LATERAL (
  SELECT NULL::name AS attname, e.*
  FROM aclexplode(coalesce(c.relacl,
    acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner))) e
  UNION ALL
  SELECT a.attname, e.*
  FROM pg_attribute a, aclexplode(a.attacl) e
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) g
ORDER BY o.identity NULLS FIRST, g.attname NULLS FIRST, 1
