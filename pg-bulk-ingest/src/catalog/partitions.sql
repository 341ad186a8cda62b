SELECT json_build_object(
  'partitions', (
    SELECT coalesce(json_agg(json_build_object(
      'schema', n.nspname, 'name', c.relname, 'bound', pg_get_expr(c.relpartbound, c.oid))), '[]')
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.inhparent = :oid),
  -- in what is printed, too
  'has_escapes', current_setting('standard_conforming_strings') = 'off',
  'taken', (
    SELECT coalesce(json_agg(wanted.name), '[]') FROM unnest(ARRAY[:names]::name[]) AS wanted(name)
    WHERE EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = s.oid AND c.relname = wanted.name)
      OR EXISTS (SELECT FROM pg_type t WHERE t.typnamespace = s.oid AND t.typname = wanted.name)),
  'is_owner', pg_has_role(t.relowner, 'USAGE'),
  'may_create', has_schema_privilege(s.oid, 'CREATE'),
  'owner', pg_get_userbyid(t.relowner)
)::text
FROM pg_class t, pg_namespace s
WHERE t.oid = :oid AND s.nspname = :schema
