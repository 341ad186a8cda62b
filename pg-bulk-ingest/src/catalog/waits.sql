WITH RECURSIVE wanted(oid) AS (
  SELECT unnest(ARRAY[:oids]::oid[])
  UNION
  SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN wanted w ON i.inhparent = w.oid WHERE :children
)
SELECT
  CASE WHEN l.locktype = 'relation' THEN n.nspname END,
  CASE WHEN l.locktype = 'relation' THEN c.relname END,
  CASE
    WHEN l.pid IS NULL THEN 'prepared transaction '
      || coalesce(quote_literal(p.gid), 'of another session')
      || coalesce(' of role ' || quote_ident(p.owner), '')
      || coalesce(', since ' || to_char(p.prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), '')
    ELSE 'process ' || l.pid
      || coalesce(' of role ' || quote_ident(a.usename), '')
      || coalesce(' (' || nullif(a.application_name, '') || ')', '')
      || coalesce(', ' || a.state, '')
      || coalesce(', since ' || to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), '')
  END
  || CASE WHEN l.granted THEN ', holds ' ELSE ', waits for ' END
  || CASE l.locktype
    WHEN 'advisory' THEN 'the advisory lock'
    ELSE upper(regexp_replace(left(l.mode, -4), '([a-z])([A-Z])', E'\\1 \\2', 'g'))
  END
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_class c ON l.locktype = 'relation' AND c.oid = l.relation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
-- a prepared transaction holds the lock on its own id, too
LEFT JOIN pg_catalog.pg_locks own
  ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
    AND own.virtualtransaction = l.virtualtransaction
LEFT JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = own.transactionid
WHERE l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
  AND l.pid IS DISTINCT FROM pg_backend_pid()
  AND (
    l.locktype = 'relation' AND l.relation IN (SELECT oid FROM wanted) AND l.mode = ANY (ARRAY[:modes]::text[])
    -- one that waits for the advisory lock itself is in nobody's way
    OR l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND (l.classid::int8 << 32) | l.objid::int8 = ANY (ARRAY[:keys]::int8[])
  )
-- those that hold before those that wait
ORDER BY l.locktype, NOT l.granted, 3
