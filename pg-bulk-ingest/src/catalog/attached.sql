-- What hangs on the table and would be lost with it. Everything that depends on the table, on its
-- row type or on its indexes is named, whatever it is, but for what is made again with the table:
-- its columns, defaults, own indexes, primary key and unique constraints; and but for views, which
-- are made again over it.
WITH live AS (
  -- before 12, c.* does not have the oid
  SELECT c.*, c.oid AS table_oid, to_jsonb(c) AS attributes FROM pg_class c WHERE c.oid = :oid
), depending AS (
  SELECT DISTINCT d.classid, d.objid
  FROM pg_depend d, live
  WHERE d.deptype <> 'i' AND (
    (d.refclassid = 'pg_class'::regclass AND d.refobjid = live.table_oid)
    OR (d.refclassid = 'pg_class'::regclass AND d.refobjid IN (
      SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = live.table_oid))
    OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (
      live.reltype, (SELECT y.typarray FROM pg_type y WHERE y.oid = live.reltype)))
    OR (d.refclassid = 'pg_constraint'::regclass AND d.refobjid IN (
      SELECT k.oid FROM pg_constraint k WHERE k.conrelid = live.table_oid))
  )
), attached(description) AS (
  SELECT CASE
    WHEN k.contype = 'f' AND k.conrelid <> live.table_oid
      THEN 'foreign key ' || pg_describe_object(g.classid, g.objid, 0)
    ELSE pg_describe_object(g.classid, g.objid, 0)
  END
  FROM live, depending g
  LEFT JOIN pg_rewrite w ON g.classid = 'pg_rewrite'::regclass AND w.oid = g.objid
  LEFT JOIN pg_class v ON v.oid = coalesce(w.ev_class, CASE WHEN g.classid = 'pg_class'::regclass THEN g.objid END)
  LEFT JOIN pg_constraint k ON g.classid = 'pg_constraint'::regclass AND k.oid = g.objid
  LEFT JOIN pg_trigger r ON g.classid = 'pg_trigger'::regclass AND r.oid = g.objid
  WHERE NOT (g.classid = 'pg_attrdef'::regclass)
    AND NOT (g.classid = 'pg_class'::regclass AND g.objid IN (
      SELECT x.indexrelid FROM pg_index x, live WHERE x.indrelid = live.table_oid AND NOT x.indisexclusion))
    AND NOT coalesce(k.contype IN ('p', 'u', 'n') AND k.conrelid = live.table_oid, false)
    AND NOT coalesce(r.tgisinternal, false)
    AND NOT coalesce(v.relkind IN ('v', 'm'), false)
  UNION
  SELECT pg_describe_object('pg_class'::regclass, s.objid, 0)
  FROM live JOIN pg_depend s ON s.refclassid = 'pg_class'::regclass AND s.refobjid = live.table_oid
  JOIN pg_class q ON s.classid = 'pg_class'::regclass AND q.oid = s.objid AND q.relkind = 'S'
  UNION
  SELECT 'inheritance from ' || pg_describe_object('pg_class'::regclass, h.inhparent, 0)
  FROM live JOIN pg_inherits h ON h.inhrelid = live.table_oid
  UNION
  SELECT 'the comment on ' || pg_describe_object(e.classoid, e.objoid, e.objsubid)
  FROM live, pg_description e
  WHERE (e.classoid = 'pg_class'::regclass AND e.objoid = live.table_oid AND e.objsubid > 0
      -- a comment of the definition's own is made again with the table
      AND NOT EXISTS (SELECT FROM pg_attribute a
        WHERE a.attrelid = live.table_oid AND a.attnum = e.objsubid
        AND a.attname::text = ANY (ARRAY[:commented]::text[])))
    OR (e.classoid = 'pg_class'::regclass AND e.objoid IN (
      SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = live.table_oid))
    OR (e.classoid = 'pg_constraint'::regclass AND e.objoid IN (
      SELECT k.oid FROM pg_constraint k WHERE k.conrelid = live.table_oid))
    OR (e.classoid = 'pg_type'::regclass AND e.objoid = live.reltype)
  UNION
  SELECT 'the security label of ' || pg_describe_object(z.classoid, z.objoid, z.objsubid)
  FROM live JOIN pg_seclabel z ON z.classoid = 'pg_class'::regclass AND z.objoid = live.table_oid
  UNION
  SELECT unnest(ARRAY[
    CASE WHEN live.reloptions IS NOT NULL
      THEN 'the storage parameters ' || array_to_string(live.reloptions, ', ') END,
    CASE WHEN t.reloptions IS NOT NULL
      THEN 'the storage parameters of its TOAST table ' || array_to_string(t.reloptions, ', ') END,
    CASE WHEN live.relpersistence <> 'p' THEN 'that it is unlogged' END,
    CASE WHEN live.relrowsecurity THEN 'row-level security' END,
    CASE WHEN live.relforcerowsecurity THEN 'forced row-level security' END,
    CASE WHEN live.relreplident <> 'd' THEN 'its replica identity' END,
    CASE WHEN live.reltablespace <> 0 THEN 'its tablespace' END,
    CASE WHEN live.reloftype <> 0 THEN 'that it is of a composite type' END,
    CASE WHEN coalesce((live.attributes ->> 'relam')::int8, 0) NOT IN (
      0, coalesce((SELECT m.oid::int8 FROM pg_am m
        WHERE m.amname = current_setting('default_table_access_method', true)), 0))
      THEN 'its table access method' END
  ])
  FROM live LEFT JOIN pg_class t ON t.oid = live.reltoastrelid
  UNION
  SELECT unnest(ARRAY[
    CASE WHEN x.indisclustered THEN 'the CLUSTER mark of ' END,
    CASE WHEN x.indisreplident THEN 'the replica identity of ' END,
    CASE WHEN i.reltablespace <> 0 THEN 'the tablespace of ' END
  ]) || pg_describe_object('pg_class'::regclass, i.oid, 0)
  FROM live JOIN pg_index x ON x.indrelid = live.table_oid JOIN pg_class i ON i.oid = x.indexrelid
  UNION
  SELECT unnest(ARRAY[
    -- point releases of 15 keep internal options here too
    CASE WHEN EXISTS (SELECT FROM unnest(a.attoptions) o WHERE o LIKE 'n\_distinct%')
      THEN 'the options of column ' END,
    CASE WHEN coalesce((to_jsonb(a) ->> 'attstattarget')::int4, -1) <> -1
      THEN 'the statistics target of column ' END,
    CASE WHEN a.attstorage <> y.typstorage THEN 'the storage of column ' END,
    CASE WHEN coalesce(to_jsonb(a) ->> 'attcompression', '') <> ''
      THEN 'the compression of column ' END
  ]) || quote_ident(a.attname)
  FROM live JOIN pg_attribute a ON a.attrelid = live.table_oid JOIN pg_type y ON y.oid = a.atttypid
  WHERE a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT 'a grant by ' || quote_ident(pg_get_userbyid(g.grantor)) || ', who is not the owner'
  FROM live, (
    SELECT (aclexplode(l.relacl)).grantor FROM live l
    UNION SELECT (aclexplode(a.attacl)).grantor FROM pg_attribute a, live l WHERE a.attrelid = l.table_oid
  ) g WHERE g.grantor <> live.relowner
)
SELECT description FROM attached WHERE description IS NOT NULL ORDER BY description
