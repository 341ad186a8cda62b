-- All relations of a database and what hangs on them, a line each, without OIDs.
SET LOCAL search_path = pg_catalog;
WITH relation AS (
  SELECT c.*, c.oid AS number, to_jsonb(c) AS attributes, c.oid::regclass::text AS named
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), line(line) AS (
  SELECT concat_ws(' ', 'relation', c.named, c.relkind, c.relpersistence, pg_get_userbyid(c.relowner),
    c.reloptions::text, t.reloptions::text, s.spcname, m.amname, c.relreplident,
    CASE WHEN c.relrowsecurity THEN 'row security' END, CASE WHEN c.relforcerowsecurity THEN 'forced' END,
    CASE WHEN c.relkind = 'm' THEN c.relispopulated::text END)
  FROM relation c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
  LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
  LEFT JOIN pg_am m ON m.oid::text = c.attributes ->> 'relam'
  UNION ALL
  SELECT concat_ws(' ', 'grant on', c.named, pg_get_userbyid(g.grantee), g.privilege_type,
    g.is_grantable::text, 'by', pg_get_userbyid(g.grantor))
  FROM relation c CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, CASE WHEN c.relkind <> 'c' AND c.relkind <> 'i'
    THEN acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner) END)) g
  UNION ALL
  SELECT concat_ws(' ', 'grant on', c.named || '.' || quote_ident(a.attname), pg_get_userbyid(g.grantee),
    g.privilege_type, g.is_grantable::text, 'by', pg_get_userbyid(g.grantor))
  FROM relation c JOIN pg_attribute a ON a.attrelid = c.number CROSS JOIN LATERAL aclexplode(a.attacl) g
  WHERE NOT a.attisdropped
  UNION ALL
  SELECT concat_ws(' ', 'column', c.named || '.' || quote_ident(a.attname),
    row_number() OVER (PARTITION BY c.number ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'not null' END, a.collation,
    a.attidentity, to_jsonb(a) ->> 'attgenerated', pg_get_expr(d.adbin, d.adrelid), CASE WHEN c.relkind <> 'i' THEN a.attstorage END,
    to_jsonb(a) ->> 'attcompression', 'target ' || nullif((to_jsonb(a) ->> 'attstattarget')::int4, -1),
    (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(a.attoptions) o WHERE o LIKE 'n\_distinct%'))
  FROM relation c JOIN (
    SELECT b.*, (SELECT o.collname FROM pg_collation o
      WHERE o.oid = b.attcollation)::text AS collation FROM pg_attribute b
  ) a ON a.attrelid = c.number
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT concat_ws(' ', 'constraint', c.named, quote_ident(k.conname), pg_get_constraintdef(k.oid),
    k.convalidated::text, k.connoinherit::text)
  FROM relation c JOIN pg_constraint k ON k.conrelid = c.number
  -- a foreign key to a partitioned table has one for each partition, which PostgreSQL names
  WHERE NOT EXISTS (SELECT FROM pg_constraint p
    WHERE p.oid::text = to_jsonb(k) ->> 'conparentid' AND p.conrelid = k.conrelid)
  UNION ALL
  SELECT concat_ws(' ', 'index', pg_get_indexdef(x.indexrelid), x.indisvalid::text,
    CASE WHEN x.indisclustered THEN 'clustered' END, CASE WHEN x.indisreplident THEN 'replica identity' END)
  FROM relation c JOIN pg_index x ON x.indrelid = c.number
  UNION ALL
  SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(r.oid), r.tgenabled)
  FROM relation c JOIN pg_trigger r ON r.tgrelid = c.number WHERE NOT r.tgisinternal
  UNION ALL
  SELECT concat_ws(' ', 'internal triggers', c.named, count(*)::text, r.tgenabled)
  FROM relation c JOIN pg_trigger r ON r.tgrelid = c.number WHERE r.tgisinternal
  GROUP BY c.named, r.tgenabled
  UNION ALL
  SELECT concat_ws(' ', 'rule', pg_get_ruledef(w.oid), w.ev_enabled)
  FROM relation c JOIN pg_rewrite w ON w.ev_class = c.number
  UNION ALL
  SELECT concat_ws(' ', 'policy', c.named, quote_ident(p.polname), p.polcmd, p.polpermissive::text,
    (SELECT string_agg(pg_get_userbyid(role), ',' ORDER BY role) FROM unnest(p.polroles) role),
    pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
  FROM relation c JOIN pg_policy p ON p.polrelid = c.number
  UNION ALL
  SELECT concat_ws(' ', 'statistics', pg_get_statisticsobjdef(s.number), pg_get_userbyid(s.stxowner),
    (to_jsonb(s) ->> 'stxstattarget'))
  FROM relation c JOIN (SELECT e.oid AS number, e.* FROM pg_statistic_ext e) s ON s.stxrelid = c.number
  UNION ALL
  SELECT concat_ws(' ', 'publication', p.pubname, c.named,
    (SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.number
      AND a.attnum::text = ANY (regexp_split_to_array(to_jsonb(m) ->> 'prattrs', '[^0-9]+'))),
    (SELECT to_jsonb(v) ->> 'rowfilter' FROM pg_publication_tables v JOIN pg_namespace n
      ON n.nspname = v.schemaname
      WHERE v.pubname = p.pubname AND n.oid = c.relnamespace AND v.tablename = c.relname))
  FROM relation c JOIN pg_publication_rel m ON m.prrelid = c.number JOIN pg_publication p ON p.oid = m.prpubid
  UNION ALL
  SELECT concat_ws(' ', 'sequence', c.named, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,
    s.seqmin, s.seqmax, s.seqcache, s.seqcycle::text, pg_sequence_last_value(c.number), i.deptype,
    pg_describe_object(i.refclassid, i.refobjid, i.refobjsubid))
  FROM relation c JOIN pg_sequence s ON s.seqrelid = c.number
  LEFT JOIN pg_depend i ON i.classid = 'pg_class'::regclass AND i.objid = c.number AND i.deptype IN ('a', 'i')
  UNION ALL
  SELECT concat_ws(' ', 'partition', c.named, pg_get_expr(c.relpartbound, c.number), pg_get_partkeydef(c.number))
  FROM relation c WHERE c.relispartition OR c.relkind = 'p'
  UNION ALL
  SELECT concat_ws(' ', 'inheritance', c.named, h.inhparent::regclass::text, h.inhseqno)
  FROM relation c JOIN pg_inherits h ON h.inhrelid = c.number
  UNION ALL
  SELECT concat_ws(' ', 'comment on', pg_describe_object(e.classoid, e.objoid, e.objsubid), 'is', e.description)
  FROM pg_description e WHERE e.objoid >= 16384
  UNION ALL
  SELECT concat_ws(' ', 'label on', pg_describe_object(z.classoid, z.objoid, z.objsubid), z.provider, z.label)
  FROM pg_seclabel z
)
SELECT line FROM line ORDER BY line COLLATE "C"
