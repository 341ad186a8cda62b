-- Equal as long as nothing that is read of these views has changed: the version of each row of the
-- catalog, and what is printed with names of other objects.
SELECT coalesce(md5(string_agg(s.state, E'\n' ORDER BY s.state)), '')
FROM dependent r
JOIN pg_class c ON c.oid = r.oid AND c.oid NOT IN (:roots)
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT concat_ws(' ', c.oid, c.xmin, n.nspname, c.relacl, pg_get_userbyid(c.relowner),
    pg_get_viewdef(c.oid),
    (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
    (SELECT string_agg(concat_ws(' ', d.adnum, d.xmin), ',' ORDER BY d.adnum) FROM pg_attrdef d WHERE d.adrelid = c.oid),
    (SELECT t.xmin FROM pg_class t WHERE t.oid = c.reltoastrelid),
    (SELECT string_agg(concat_ws(' ', f.oid, f.xmin), ',' ORDER BY f.oid) FROM pg_default_acl f)) AS state
  UNION ALL
  SELECT concat_ws(' ', i.oid, i.xmin, x.xmin, pg_get_indexdef(i.oid),
    (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = i.oid AND a.attnum > 0))
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid
  UNION ALL
  SELECT concat_ws(' ', w.oid, w.xmin, CASE WHEN w.rulename <> '_RETURN' THEN pg_get_ruledef(w.oid) END)
  FROM pg_rewrite w WHERE w.ev_class = c.oid
  UNION ALL
  SELECT concat_ws(' ', g.oid, g.xmin, pg_get_triggerdef(g.oid)) FROM pg_trigger g WHERE g.tgrelid = c.oid
  UNION ALL
  SELECT concat_ws(' ', e.classoid, e.objoid, e.objsubid, e.xmin)
  FROM (
    SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid
    UNION ALL SELECT 'pg_type'::regclass, c.reltype
    UNION ALL SELECT 'pg_class'::regclass, x.indexrelid FROM pg_index x WHERE x.indrelid = c.oid
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid FROM pg_rewrite w WHERE w.ev_class = c.oid
    UNION ALL SELECT 'pg_trigger'::regclass, g.oid FROM pg_trigger g WHERE g.tgrelid = c.oid
  ) o
  JOIN pg_description e ON e.classoid = o.classid AND e.objoid = o.objid
  UNION ALL
  SELECT concat_ws(' ', 'label', z.objsubid, z.provider, z.label)
  FROM pg_seclabel z WHERE z.classoid = 'pg_class'::regclass AND z.objoid = c.oid
) s
