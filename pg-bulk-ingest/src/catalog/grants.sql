-- The grants on two tables: those to carry over, and those that default privileges gave.
SELECT json_build_object(
  'live', :live = c.oid,
  'column', g.attname,
  'grantee', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_get_userbyid(g.grantee) END,
  'privilege', g.privilege_type,
  'grantable', g.is_grantable
)::text
FROM pg_class c
CROSS JOIN LATERAL (
  SELECT NULL::name AS attname, e.*
  FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) e
  UNION ALL
  SELECT a.attname, e.*
  FROM pg_attribute a, aclexplode(a.attacl) e
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) g
WHERE c.oid IN (:live, :fresh)
ORDER BY g.attname NULLS FIRST, 1
