SELECT json_build_object(
  'version', current_setting('server_version_num')::int4,
  'in_transaction', :in_transaction,
  'in_recovery', pg_is_in_recovery(),
  'role', current_user,
  'database', current_database(),
  'read_only', current_setting('transaction_read_only')::bool,
  'client_encoding', current_setting('client_encoding'),
  'lock_timeout', current_setting('lock_timeout'),
  'deadlock_timeout', (SELECT setting::int8 FROM pg_settings WHERE name = 'deadlock_timeout'),
  'create', has_database_privilege(current_database(), 'CREATE'),
  'temp', has_database_privilege(current_database(), 'TEMP')
)::text
