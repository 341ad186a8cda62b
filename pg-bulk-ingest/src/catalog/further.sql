SELECT json_build_object(
  'in_transaction', :in_transaction,
  'transaction', CASE WHEN :in_transaction THEN 0 ELSE txid_current() END,
  'role', current_user,
  'database', current_database(),
  'client_encoding', current_setting('client_encoding'),
  'create', coalesce((
    SELECT has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE')
    FROM pg_namespace n WHERE n.nspname = :schema), false)
)::text
