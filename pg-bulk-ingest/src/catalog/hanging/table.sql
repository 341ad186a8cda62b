-- What a table has of its own beside columns, indexes, constraints and the like.
SELECT json_build_object(
  'partitioned', c.relkind = 'p',
  'row_security', c.relrowsecurity,
  'force_row_security', c.relforcerowsecurity,
  'unlogged', c.relpersistence = 'u',
  'options', (SELECT coalesce(json_agg(o), '[]') FROM unnest(c.reloptions) o),
  'toast_options', (SELECT coalesce(json_agg(o), '[]') FROM unnest(t.reloptions) o),
  -- where it is not that in which a new table would be
  'tablespace', CASE WHEN s.oid <> fresh.tablespace THEN json_build_object(
    'name', s.spcname,
    'may_create', s.oid = d.dattablespace OR has_tablespace_privilege(s.oid, 'CREATE')
  ) END,
  'access_method', CASE WHEN m.amname <> current_setting('default_table_access_method', true)
    THEN m.amname END,
  'can_set_access_method', current_setting('server_version_num')::int4 >= 150000,
  'replica_identity', c.relreplident,
  'type_comment', obj_description(c.reltype, 'pg_type'),
  'labels', (
    SELECT coalesce(json_agg(json_build_object(
      'provider', z.provider, 'column', a.attname, 'label', z.label
    ) ORDER BY z.provider, z.objsubid), '[]')
    FROM pg_seclabel z
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = z.objsubid AND z.objsubid > 0
    WHERE z.classoid = 'pg_class'::regclass AND z.objoid = c.oid
  ),
  -- those who granted something and are not the owner
  'grantors', (
    SELECT coalesce(json_agg(DISTINCT jsonb_build_object(
      'role', pg_get_userbyid(g.grantor), 'is_member', pg_has_role(g.grantor, 'MEMBER'))), '[]')
    FROM (
      SELECT (aclexplode(c.relacl)).grantor
      UNION SELECT (aclexplode(a.attacl)).grantor FROM pg_attribute a WHERE a.attrelid = c.oid
      UNION SELECT (aclexplode(q.relacl)).grantor
      FROM pg_depend i JOIN pg_class q ON q.oid = i.objid AND q.relkind = 'S'
      WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass
        AND i.refobjid = c.oid AND i.deptype = 'i'
    ) g WHERE g.grantor <> c.relowner
  )
)::text
FROM pg_class c
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
JOIN pg_database d ON d.datname = current_database()
CROSS JOIN LATERAL (SELECT coalesce(
  (SELECT p.oid FROM pg_tablespace p WHERE p.spcname = current_setting('default_tablespace')),
  d.dattablespace) AS tablespace) fresh
JOIN pg_tablespace s ON s.oid = CASE c.reltablespace WHEN 0 THEN d.dattablespace ELSE c.reltablespace END
LEFT JOIN pg_am m ON m.oid::int8 = (to_jsonb(c) ->> 'relam')::int8 AND m.amtype::text = 't'
WHERE c.oid = :oid
