SELECT coalesce(json_agg(json_build_object(
  'schema', wanted.schema_name,
  'name', wanted.type_name,
  'schema_exists', n.oid IS NOT NULL,
  'schema_usage', coalesce(has_schema_privilege(n.oid, 'USAGE'), false),
  'schema_create', coalesce(has_schema_privilege(n.oid, 'CREATE'), false),
  'type', CASE WHEN t.oid IS NOT NULL THEN json_build_object(
    'kind', CASE WHEN c.relkind <> 'c' THEN 'T' ELSE t.typtype END,
    'spelled', format_type(t.oid, NULL),
    'owner', pg_get_userbyid(t.typowner),
    'is_owner', pg_has_role(t.typowner, 'USAGE'),
    'usage', has_type_privilege(t.oid, 'USAGE'),
    'labels', (
      SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
      FROM pg_enum e WHERE e.enumtypid = t.oid
    )
  ) END
) ORDER BY wanted.position), '[]')::text
FROM (:types) AS wanted(position, schema_name, type_name)
LEFT JOIN pg_namespace n ON n.nspname = wanted.schema_name::name
LEFT JOIN pg_type t ON t.typnamespace = n.oid AND t.typname = wanted.type_name::name
  -- the array type that PostgreSQL made for another gives way to a type of its name
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
LEFT JOIN pg_class c ON c.oid = t.typrelid
