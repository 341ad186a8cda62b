-- The constraints that may be checked later than at the end of a statement, of these tables and of
-- those that foreign keys connect with them: what is still to be checked of a table keeps it from
-- being altered.
WITH near AS (
  SELECT unnest(ARRAY[:oids]::oid[]) AS oid
), connected AS (
  SELECT oid FROM near
  UNION SELECT k.conrelid FROM pg_constraint k JOIN near ON near.oid = k.confrelid WHERE k.contype = 'f'
  UNION SELECT k.confrelid FROM pg_constraint k JOIN near ON near.oid = k.conrelid WHERE k.contype = 'f'
)
SELECT DISTINCT quote_ident(n.nspname) || '.' || quote_ident(k.conname) AS name
FROM pg_constraint k
JOIN connected t ON t.oid IN (k.conrelid, k.confrelid)
JOIN pg_namespace n ON n.oid = k.connamespace
WHERE k.condeferrable
ORDER BY name
