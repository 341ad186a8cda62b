SELECT
  n.nspname,
  c.relname,
  CASE w.locktype
    WHEN 'relation' THEN upper(regexp_replace(left(w.mode, -4), '([a-z])([A-Z])', E'\\1 \\2', 'g'))
    WHEN 'transactionid' THEN 'a row or a key that another transaction has changed'
    WHEN 'tuple' THEN 'a row that others wait for'
    WHEN 'virtualxid' THEN 'the end of an older transaction'
    WHEN 'advisory' THEN 'an advisory lock'
    ELSE 'a lock of type ' || w.locktype
  END,
  CASE
    WHEN b.pid = 0 THEN 'prepared transaction '
      || coalesce(quote_literal(p.gid) || ' of role ' || quote_ident(p.owner)
        || ', since ' || to_char(p.prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), 'of another session')
    ELSE 'process ' || b.pid
      || coalesce(' of role ' || quote_ident(a.usename), '')
      || coalesce(' (' || nullif(a.application_name, '') || ')', '')
      || coalesce(', ' || a.state, '')
      || coalesce(', since ' || to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), '')
  END
FROM (
  SELECT * FROM pg_locks WHERE pid = :process AND NOT granted LIMIT 1
) w
CROSS JOIN (SELECT oid FROM pg_database WHERE datname = current_database()) d
-- one that waits for a row has a lock on it, which says in which table it is
LEFT JOIN pg_class c ON c.oid = coalesce(w.relation, (
  SELECT t.relation FROM pg_locks t
  WHERE t.pid = :process AND t.granted AND t.locktype = 'tuple' LIMIT 1
)) AND coalesce(w.database, d.oid) = d.oid
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_prepared_xacts p ON p.transaction = w.transactionid
LEFT JOIN (SELECT DISTINCT unnest(pg_blocking_pids(:process)) AS pid) b ON true
LEFT JOIN pg_stat_activity a ON a.pid = b.pid
ORDER BY 4
