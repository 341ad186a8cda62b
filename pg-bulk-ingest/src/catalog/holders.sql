SELECT
  l.pid::text,
  l.virtualtransaction,
  CASE
    WHEN l.pid IS NULL THEN 'prepared transaction ' || coalesce(quote_literal(p.gid), 'of another session')
    ELSE 'process ' || l.pid
      || coalesce(' of role ' || quote_ident(a.usename), '')
      || coalesce(' (' || nullif(a.application_name, '') || ')', '')
  END
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
-- a prepared transaction holds the lock on its own id, too
LEFT JOIN pg_catalog.pg_locks own
  ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
    AND own.virtualtransaction = l.virtualtransaction
LEFT JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = own.transactionid
WHERE l.granted
  AND l.locktype = 'relation'
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
  AND l.relation IN (
    -- LOCK TABLE and ALTER TABLE lock what inherits, too
    WITH RECURSIVE locked(oid) AS (
      SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid IN (:oids)
      UNION
      SELECT i.inhrelid FROM locked p JOIN pg_catalog.pg_inherits i ON i.inhparent = p.oid
    )
    SELECT oid FROM locked
  )
  AND l.mode IN (:modes)
  AND l.pid IS DISTINCT FROM pg_backend_pid()
GROUP BY 1, 2, 3
ORDER BY 3
