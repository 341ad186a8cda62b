-- The columns, each with what it has beside its type, default and collation.
SELECT coalesce(json_agg(json_build_object(
  'name', a.attname,
  'comment', col_description(a.attrelid, a.attnum),
  'storage', CASE WHEN a.attstorage <> y.typstorage THEN
    CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END
  END,
  'compression', CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
  'statistics', nullif((to_jsonb(a) ->> 'attstattarget')::int4, -1),
  -- point releases of 15 keep internal options here too
  'options', (SELECT coalesce(json_agg(o), '[]') FROM unnest(a.attoptions) o
    WHERE o LIKE 'n\_distinct=%' OR o LIKE 'n\_distinct\_inherited=%'),
  -- 18: a constraint that is more than "no row is without it"
  'not_null', (
    SELECT json_build_object('name', k.conname, 'inherit', NOT k.connoinherit)
    FROM pg_constraint k
    WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]
      AND (k.connoinherit OR NOT k.convalidated)),
  'identity', (
    SELECT json_build_object(
      'always', a.attidentity = 'a',
      'oid', q.oid::int8,
      'schema', n.nspname,
      'name', q.relname,
      'start', s.seqstart::text,
      'increment', s.seqincrement::text,
      'minimum', s.seqmin::text,
      'maximum', s.seqmax::text,
      'cache', s.seqcache::text,
      'cycles', s.seqcycle,
      'comment', obj_description(q.oid, 'pg_class')
    )
    FROM pg_depend i
    JOIN pg_class q ON q.oid = i.objid AND q.relkind = 'S'
    JOIN pg_namespace n ON n.oid = q.relnamespace
    JOIN pg_sequence s ON s.seqrelid = q.oid
    WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass
      AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum AND i.deptype = 'i'
      AND a.attidentity <> ''),
  -- sequences of their own that go with it
  'sequences', (
    SELECT coalesce(json_agg(json_build_object(
      'schema', n.nspname,
      'name', q.relname,
      'users', (
        SELECT coalesce(json_agg(DISTINCT pg_describe_object(u.classid, u.objid, u.objsubid)), '[]')
        FROM pg_depend u LEFT JOIN pg_attrdef f ON u.classid = 'pg_attrdef'::regclass AND f.oid = u.objid
        WHERE u.refclassid = 'pg_class'::regclass AND u.refobjid = q.oid AND u.deptype = 'n'
          AND f.adrelid IS DISTINCT FROM a.attrelid)
    ) ORDER BY n.nspname, q.relname), '[]')
    FROM pg_depend i
    JOIN pg_class q ON q.oid = i.objid AND q.relkind = 'S'
    JOIN pg_namespace n ON n.oid = q.relnamespace
    WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass
      AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum AND i.deptype = 'a')
) ORDER BY a.attnum), '[]')::text
FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped
