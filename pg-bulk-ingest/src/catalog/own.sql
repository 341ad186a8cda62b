SELECT json_build_object(
  'schema_exists', n.oid IS NOT NULL,
  'schema_usage', coalesce(has_schema_privilege(n.oid, 'USAGE'), false),
  'may_create', CASE
    WHEN n.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE')
    ELSE has_schema_privilege(n.oid, 'CREATE')
  END,
  'table_exists', c.oid IS NOT NULL,
  'columns', coalesce((
    SELECT json_object_agg(a.attname, format_type(a.atttypid, NULL)) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
  'lacks', (
    SELECT coalesce(json_agg(privilege), '[]') FROM unnest(ARRAY[:privileges]::text[]) AS privilege
    WHERE NOT coalesce(has_table_privilege(c.oid, privilege), true))
)::text
FROM (VALUES :table) AS wanted(schema_name, table_name)
LEFT JOIN pg_namespace n ON n.nspname = wanted.schema_name::name
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name::name
