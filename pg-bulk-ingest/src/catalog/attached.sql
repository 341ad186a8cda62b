-- What hangs on the table and would be lost with it. Everything that depends on the table, on its
-- row type or on its indexes is named, whatever it is, but for what is made again with the table or
-- is carried over. Of a partitioned table, so is what hangs on its partitions.
WITH RECURSIVE tree(oid) AS (
  SELECT CAST(:oid AS oid)
  UNION
  SELECT h.inhrelid FROM tree JOIN pg_class p ON p.oid = tree.oid AND p.relkind = 'p'
    JOIN pg_inherits h ON h.inhparent = p.oid
), live AS (
  -- before 12, c.* does not have the oid
  SELECT c.*, c.oid AS table_oid, to_jsonb(c) AS attributes
  FROM pg_class c WHERE c.oid IN (SELECT oid FROM tree)
), part(classid, objid) AS (
  SELECT CAST('pg_class'::regclass AS oid), oid FROM tree
  UNION ALL
  SELECT 'pg_class'::regclass, x.indexrelid FROM pg_index x JOIN tree ON x.indrelid = tree.oid
  UNION ALL
  SELECT 'pg_type'::regclass, y.objid
  FROM live JOIN pg_type t ON t.oid = live.reltype CROSS JOIN LATERAL (VALUES (t.oid), (t.typarray)) y(objid)
  UNION ALL
  SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k JOIN tree ON k.conrelid = tree.oid
), depending AS (
  SELECT DISTINCT d.classid, d.objid
  FROM pg_depend d JOIN part ON part.classid = d.refclassid AND part.objid = d.refobjid
  WHERE d.deptype <> 'i'
    -- the partitions, and the indexes and constraints of them all
    AND NOT EXISTS (SELECT FROM part own WHERE own.classid = d.classid AND own.objid = d.objid)
), attached(description) AS (
  SELECT pg_describe_object(g.classid, g.objid, 0)
  FROM depending g
  LEFT JOIN pg_rewrite w ON g.classid = 'pg_rewrite'::regclass AND w.oid = g.objid
  LEFT JOIN pg_class v ON v.oid = coalesce(w.ev_class, CASE WHEN g.classid = 'pg_class'::regclass THEN g.objid END)
  LEFT JOIN pg_constraint k ON g.classid = 'pg_constraint'::regclass AND k.oid = g.objid
  LEFT JOIN pg_trigger r ON g.classid = 'pg_trigger'::regclass AND r.oid = g.objid
  LEFT JOIN pg_policy o ON g.classid = 'pg_policy'::regclass AND o.oid = g.objid
  LEFT JOIN pg_publication_rel m ON g.classid = 'pg_publication_rel'::regclass AND m.oid = g.objid
  LEFT JOIN pg_statistic_ext x ON g.classid = 'pg_statistic_ext'::regclass AND x.oid = g.objid
  WHERE g.classid <> 'pg_attrdef'::regclass
    AND k.contype IS DISTINCT FROM 'f'
    AND NOT coalesce(r.tgisinternal OR r.tgrelid IN (SELECT oid FROM tree), false)
    AND NOT coalesce(w.ev_class IN (SELECT oid FROM tree) AND w.ev_type <> '1', false)
    AND NOT coalesce(o.polrelid IN (SELECT oid FROM tree), false)
    AND NOT coalesce(m.prrelid IN (SELECT oid FROM tree), false)
    AND NOT coalesce(x.stxrelid IN (SELECT oid FROM tree), false)
    AND v.relkind IS DISTINCT FROM 'S'
    AND NOT coalesce(v.relkind IN ('v', 'm'), false)
  UNION
  SELECT 'inheritance from ' || pg_describe_object('pg_class'::regclass, h.inhparent, 0)
  FROM live JOIN pg_inherits h ON h.inhrelid = live.table_oid
  WHERE h.inhparent NOT IN (SELECT oid FROM tree)
  UNION
  -- an extension is made by its script, which does not know of another table
  SELECT 'that ' || CASE d.deptype WHEN 'e' THEN 'extension ' ELSE 'on extension ' END
    || quote_ident(e.extname)
    || CASE d.deptype WHEN 'e' THEN ' has ' ELSE ' depends ' END
    || pg_describe_object(d.classid, d.objid, 0)
  FROM pg_depend d
  JOIN pg_extension e ON e.oid = d.refobjid
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype IN ('e', 'x') AND (
    d.classid = 'pg_class'::regclass AND (d.classid, d.objid) IN (SELECT classid, objid FROM part)
    OR d.classid = 'pg_class'::regclass AND d.objid IN (
      SELECT i.objid FROM pg_depend i JOIN pg_class q ON q.oid = i.objid AND q.relkind = 'S'
      WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass
      AND i.refobjid IN (SELECT oid FROM tree) AND i.deptype = 'i')
    OR d.classid = 'pg_trigger'::regclass AND d.objid IN (
      SELECT r.oid FROM pg_trigger r WHERE r.tgrelid IN (SELECT oid FROM tree))
    OR d.classid = 'pg_policy'::regclass AND d.objid IN (
      SELECT o.oid FROM pg_policy o WHERE o.polrelid IN (SELECT oid FROM tree))
    OR d.classid = 'pg_rewrite'::regclass AND d.objid IN (
      SELECT w.oid FROM pg_rewrite w WHERE w.ev_class IN (SELECT oid FROM tree)))
  UNION
  SELECT 'its state in a subscription'
  FROM live WHERE EXISTS (SELECT FROM pg_subscription_rel b WHERE b.srrelid = live.table_oid)
  UNION
  SELECT 'that the triggers of constraint ' || quote_ident(k.conname) || ' of '
    || pg_describe_object('pg_class'::regclass, k.conrelid, 0) || ' are not enabled as usual'
  FROM pg_constraint k
  JOIN pg_trigger r ON r.tgconstraint = k.oid AND r.tgisinternal AND r.tgenabled <> 'O'
  WHERE k.conrelid IN (SELECT oid FROM tree) OR k.confrelid IN (SELECT oid FROM tree)
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
