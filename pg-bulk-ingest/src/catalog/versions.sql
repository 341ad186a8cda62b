SELECT json_build_object(
  'transaction', txid_current(),
  'version', current_setting('server_version_num')::int,
  -- Those that an ingest published have a number.
  'partitions', (
    SELECT coalesce(json_agg(json_build_object(
      'schema', pn.nspname, 'name', p.relname,
      'bound', pg_get_expr(p.relpartbound, p.oid), 'comment', obj_description(p.oid, 'pg_class'))), '[]')
    FROM pg_inherits i
    JOIN pg_class p ON p.oid = i.inhrelid
    JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE i.inhparent = t.oid),
  'has_escapes', current_setting('standard_conforming_strings') = 'off',
  'draft', (
    SELECT json_build_object(
      'oid', d.oid::int8, 'comment', obj_description(d.oid, 'pg_class'),
      'is_partition', d.relispartition,
      'is_draft', EXISTS (
        SELECT FROM pg_constraint k
        WHERE k.conrelid = d.oid AND k.conname = :constraint AND k.contype = 'c'))
    FROM pg_class d WHERE d.relnamespace = s.oid AND d.relname = :draft),
  'view', (
    SELECT json_build_object(
      'oid', v.oid::int8, 'kind', v.relkind, 'owner', pg_get_userbyid(v.relowner),
      'options', coalesce(to_json(v.reloptions), '[]'),
      'comment', obj_description(v.oid, 'pg_class'),
      'columns', (
        SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod))
          ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = v.oid AND a.attnum > 0 AND NOT a.attisdropped),
      'grants', (
        SELECT coalesce(json_agg(json_build_array(
          CASE WHEN acl.grantee <> 0 THEN pg_get_userbyid(acl.grantee) END,
          acl.privilege_type, acl.is_grantable)), '[]')
        FROM aclexplode(v.relacl) acl WHERE acl.grantee <> v.relowner))
    FROM pg_class v WHERE v.relnamespace = s.oid AND v.relname = :view),
  'columns', (
    SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'checks_rows', t.relrowsecurity,
  'is_owner', pg_has_role(t.relowner, 'USAGE'),
  'may_create', has_schema_privilege(s.oid, 'CREATE'),
  'owner', pg_get_userbyid(t.relowner)
)::text
FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE t.oid = :oid
