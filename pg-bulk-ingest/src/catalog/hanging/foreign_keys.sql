-- The foreign keys from the table and to it. Of those of a partitioned table that alone: its
-- partitions' go with it.
SELECT coalesce(json_agg(json_build_object(
  'oid', k.oid::int8,
  'name', k.conname,
  'is_from', k.conrelid = :oid,
  'is_to', k.confrelid = :oid,
  'referencing', json_build_object('schema', n.nspname, 'name', c.relname, 'oid', c.oid::int8),
  'referenced', json_build_object('schema', rn.nspname, 'name', r.relname, 'oid', r.oid::int8),
  'referencing_owner', CASE WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN pg_get_userbyid(c.relowner) END,
  'may_refer', has_table_privilege(r.oid, 'REFERENCES') OR NOT EXISTS (
    SELECT FROM unnest(k.confkey) number
    WHERE NOT has_column_privilege(r.oid, number, 'REFERENCES')),
  -- FOREIGN KEY (…), and what follows the name of the table that is referred to
  'key', substr(f.definition, 1, f.name_at - 1),
  'rest', substr(f.definition, f.name_at + length(f.name)),
  'comment', obj_description(k.oid, 'pg_constraint'),
  -- of a partitioned table that refers to this one: the constraints that its partitions have for it
  'partitions', (
    WITH RECURSIVE one AS (
      SELECT k.oid AS number, k.conrelid, k.conname
      UNION ALL
      SELECT x.oid, x.conrelid, x.conname
      FROM pg_constraint x JOIN one ON (to_jsonb(x) ->> 'conparentid')::int8 = one.number::int8
      WHERE x.contype = 'f' AND x.confrelid = k.confrelid
    )
    SELECT coalesce(json_agg(json_build_object(
      'schema', pn.nspname,
      'table', p.relname,
      'name', one.conname,
      'comment', obj_description(one.number, 'pg_constraint')
    ) ORDER BY pn.nspname, p.relname), '[]')
    FROM one JOIN pg_class p ON p.oid = one.conrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE one.conrelid <> k.conrelid),
  'index', (SELECT i.relname FROM pg_class i WHERE i.oid = k.conindid),
  'columns', (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)),
  'referenced_columns', (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = k.confrelid AND a.attnum = ANY (k.confkey))
) ORDER BY n.nspname, c.relname, k.conname), '[]')::text
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class r ON r.oid = k.confrelid
JOIN pg_namespace rn ON rn.oid = r.relnamespace
CROSS JOIN LATERAL (
  SELECT p.definition, p.name, length('FOREIGN KEY (') + length(p.columns) + length(') REFERENCES ') + 1
    AS name_at
  FROM (SELECT
    pg_get_constraintdef(k.oid) AS definition,
    -- not the cast of its OID: that would be without the schema where it is pg_catalog
    quote_ident(rn.nspname) || '.' || quote_ident(r.relname) AS name,
    (SELECT string_agg(
      CASE WHEN u.ordinality = array_length(k.conkey, 1) AND (to_jsonb(k) ->> 'conperiod')::bool
        THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY u.ordinality)
      FROM unnest(k.conkey) WITH ORDINALITY u(number, ordinality)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS columns
  ) p
) f
WHERE k.contype = 'f' AND :oid IN (k.conrelid, k.confrelid)
  AND coalesce((to_jsonb(k) ->> 'conparentid')::int8, 0) = 0
