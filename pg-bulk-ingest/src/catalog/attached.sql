-- What hangs on the table and would be lost with it. Everything that depends on the table, on its
-- row type or on its indexes is named, whatever it is, but for what is made again with the table or
-- is carried over.
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
  SELECT pg_describe_object(g.classid, g.objid, 0)
  FROM live, depending g
  LEFT JOIN pg_rewrite w ON g.classid = 'pg_rewrite'::regclass AND w.oid = g.objid
  LEFT JOIN pg_class v ON v.oid = coalesce(w.ev_class, CASE WHEN g.classid = 'pg_class'::regclass THEN g.objid END)
  LEFT JOIN pg_constraint k ON g.classid = 'pg_constraint'::regclass AND k.oid = g.objid
  LEFT JOIN pg_trigger r ON g.classid = 'pg_trigger'::regclass AND r.oid = g.objid
  LEFT JOIN pg_policy o ON g.classid = 'pg_policy'::regclass AND o.oid = g.objid
  LEFT JOIN pg_publication_rel m ON g.classid = 'pg_publication_rel'::regclass AND m.oid = g.objid
  LEFT JOIN pg_statistic_ext x ON g.classid = 'pg_statistic_ext'::regclass AND x.oid = g.objid
  LEFT JOIN pg_class q ON g.classid = 'pg_class'::regclass AND q.oid = g.objid AND q.relkind = 'S'
  WHERE NOT (g.classid = 'pg_attrdef'::regclass)
    AND NOT (g.classid = 'pg_class'::regclass AND g.objid IN (
      SELECT x.indexrelid FROM pg_index x, live WHERE x.indrelid = live.table_oid))
    AND NOT coalesce(k.conrelid = live.table_oid OR k.contype = 'f', false)
    AND NOT coalesce(r.tgisinternal OR r.tgrelid = live.table_oid, false)
    AND NOT coalesce(w.ev_class = live.table_oid AND w.ev_type <> '1', false)
    AND NOT coalesce(o.polrelid = live.table_oid, false)
    AND NOT coalesce(m.prrelid = live.table_oid, false)
    AND NOT coalesce(x.stxrelid = live.table_oid, false)
    AND q.oid IS NULL
    AND NOT coalesce(v.relkind IN ('v', 'm'), false)
  UNION
  SELECT 'inheritance from ' || pg_describe_object('pg_class'::regclass, h.inhparent, 0)
  FROM live JOIN pg_inherits h ON h.inhrelid = live.table_oid
  UNION
  -- an extension is made by its script, which does not know of another table
  SELECT 'that ' || CASE d.deptype WHEN 'e' THEN 'extension ' ELSE 'on extension ' END
    || quote_ident(e.extname)
    || CASE d.deptype WHEN 'e' THEN ' has ' ELSE ' depends ' END
    || pg_describe_object(d.classid, d.objid, 0)
  FROM live
  JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.deptype IN ('e', 'x')
  JOIN pg_extension e ON e.oid = d.refobjid
  WHERE (d.classid = 'pg_class'::regclass AND (d.objid = live.table_oid
      OR d.objid IN (SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = live.table_oid)
      OR d.objid IN (SELECT i.objid FROM pg_depend i JOIN pg_class q ON q.oid = i.objid AND q.relkind = 'S'
        WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass
        AND i.refobjid = live.table_oid AND i.deptype = 'i')))
    OR (d.classid = 'pg_trigger'::regclass AND d.objid IN (
      SELECT r.oid FROM pg_trigger r WHERE r.tgrelid = live.table_oid))
    OR (d.classid = 'pg_policy'::regclass AND d.objid IN (
      SELECT o.oid FROM pg_policy o WHERE o.polrelid = live.table_oid))
    OR (d.classid = 'pg_rewrite'::regclass AND d.objid IN (
      SELECT w.oid FROM pg_rewrite w WHERE w.ev_class = live.table_oid))
  UNION
  SELECT 'its state in a subscription'
  FROM live WHERE EXISTS (SELECT FROM pg_subscription_rel b WHERE b.srrelid = live.table_oid)
  UNION
  SELECT 'that the triggers of constraint ' || quote_ident(k.conname) || ' of '
    || pg_describe_object('pg_class'::regclass, k.conrelid, 0) || ' are not enabled as usual'
  FROM live
  JOIN pg_constraint k ON live.table_oid IN (k.conrelid, k.confrelid)
  JOIN pg_trigger r ON r.tgconstraint = k.oid AND r.tgisinternal AND r.tgenabled <> 'O'
  UNION
  SELECT unnest(ARRAY[
    CASE WHEN live.relpersistence = 't' THEN 'that it is temporary' END,
    CASE WHEN live.reloftype <> 0 THEN 'that it is of a composite type' END,
    CASE WHEN (live.attributes ->> 'relhasoids')::bool THEN 'its system column oid' END,
    CASE WHEN t.typacl IS NOT NULL THEN 'the grants on its row type' END
  ])
  FROM live JOIN pg_type t ON t.oid = live.reltype
  UNION
  -- before 11 they have no name to be set by
  SELECT 'the statistics target of a column of ' || pg_describe_object('pg_class'::regclass, x.indexrelid, 0)
  FROM live
  JOIN pg_index x ON x.indrelid = live.table_oid
  JOIN pg_attribute a ON a.attrelid = x.indexrelid AND (to_jsonb(a) ->> 'attstattarget')::int4 <> -1
  WHERE current_setting('server_version_num')::int4 < 110000
)
SELECT description FROM attached WHERE description IS NOT NULL ORDER BY description
