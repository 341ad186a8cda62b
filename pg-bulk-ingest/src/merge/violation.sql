-- What is so of a row that violates a constraint; nothing where that cannot be said of a row alone.
SELECT CASE c.contype
  WHEN 'c' THEN 'NOT COALESCE((' || pg_get_expr(c.conbin, c.conrelid) || '), true)'
  -- MATCH SIMPLE: a row with a NULL in it refers to none; a period is covered, and not equal
  WHEN 'f' THEN CASE WHEN c.confmatchtype = 's' AND to_jsonb(c) ->> 'conperiod' IS DISTINCT FROM 'true'
    -- rows that a policy hides are referred to all the same
    AND NOT row_security_active(c.confrelid) THEN (
    SELECT string_agg('row.' || quote_ident(a.attname) || ' IS NOT NULL', ' AND ')
      || ' AND NOT EXISTS (SELECT FROM ' || CASE referred.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END
      || c.confrelid::regclass || ' AS referred WHERE '
      || string_agg('referred.' || quote_ident(b.attname) || ' OPERATOR(' || quote_ident(n.nspname) || '.'
        || o.oprname || ') row.' || quote_ident(a.attname), ' AND ') || ')'
    FROM unnest(c.conkey, c.confkey, c.conpfeqop) AS pair(own, other, equal)
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = pair.own
    JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = pair.other
    JOIN pg_operator o ON o.oid = pair.equal
    JOIN pg_namespace n ON n.oid = o.oprnamespace
  ) END
END
FROM pg_constraint c
LEFT JOIN pg_class referred ON referred.oid = c.confrelid
WHERE c.conrelid = :table AND c.conname = :constraint
