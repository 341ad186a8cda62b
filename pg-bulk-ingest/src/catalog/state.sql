SELECT c.oid::text, obj_description(c.oid, 'pg_class')
FROM (VALUES :tables) AS wanted(position, schema_name, table_name)
LEFT JOIN pg_namespace n ON n.nspname = wanted.schema_name::name
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name::name
ORDER BY wanted.position
