SELECT json_build_object(
  'version', current_setting('server_version_num')::int4,
  'in_transaction', :in_transaction,
  'process', pg_backend_pid(),
  'in_recovery', pg_is_in_recovery(),
  'has_citus', to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL,
  'has_timescale', to_regclass('_timescaledb_catalog.hypertable') IS NOT NULL,
  'engine', substring(version() from '(Greenplum|Cloudberry|CockroachDB|YugabyteDB|-YB-|Redshift)'),
  'role', current_user,
  'database', current_database(),
  'read_only', current_setting('transaction_read_only')::bool,
  'client_encoding', current_setting('client_encoding'),
  'server_encoding', current_setting('server_encoding'),
  'lock_timeout', current_setting('lock_timeout'),
  'deadlock_timeout', (SELECT setting::int8 FROM pg_settings WHERE name = 'deadlock_timeout'),
  'create', has_database_privilege(current_database(), 'CREATE'),
  'temp', has_database_privilege(current_database(), 'TEMP')
)::text
