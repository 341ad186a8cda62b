-- Each of these views with all that is needed to make it again.
SELECT json_build_object(
  'oid', c.oid::int8,
  'schema', n.nspname,
  'name', c.relname,
  'materialized', c.relkind = 'm',
  'temporary', n.oid = pg_my_temp_schema(),
  'other_session', CASE WHEN pg_is_other_temp_schema(n.oid) THEN (
    -- the schema has the session's number, by which it can be asked for from 16 on; before, only
    -- sessions that hold a lock show theirs, and of the others it can be each that may have made the view
    SELECT coalesce(
      array_to_string((array_agg(a.described ORDER BY a.pid))[1:5], ' or ')
        || CASE WHEN count(*) > 5 THEN ' or one of ' || count(*) - 5 || ' more' ELSE '' END,
      'a session that has ended')
    FROM (
      SELECT a.pid, 'process ' || a.pid || coalesce(' of role ' || quote_ident(a.usename), '')
        || coalesce(' (' || nullif(a.application_name, '') || ')', '') AS described
      FROM pg_stat_activity a
      CROSS JOIN LATERAL (SELECT substr(n.nspname, length('pg_temp_') + 1) AS number) s
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
        -- which is hidden from who may not see the session's statements
        AND coalesce(a.backend_type, 'client backend') = 'client backend'
        AND CASE WHEN current_setting('server_version_num')::int4 >= 160000
          THEN a.pid = pg_stat_get_backend_pid(s.number::int4)
          ELSE pg_has_role(a.usesysid, c.relowner, 'MEMBER')
            AND NOT EXISTS (SELECT FROM pg_locks l
              WHERE (l.pid = a.pid) <> (split_part(l.virtualtransaction, '/', 1) = s.number))
          END
    ) a
  ) END,
  'owner', pg_get_userbyid(c.relowner),
  'is_owner', pg_has_role(c.relowner, 'USAGE'),
  'can_give', CASE
    WHEN c.relowner = own.oid OR own.rolsuper THEN true
    WHEN current_setting('server_version_num')::int4 >= 160000 THEN pg_has_role(c.relowner, 'SET')
    ELSE pg_has_role(c.relowner, 'MEMBER') END,
  'schema_create', has_schema_privilege(n.oid, 'CREATE'),
  'owner_create', c.relowner = own.oid OR own.rolsuper
    OR has_schema_privilege(c.relowner, n.oid, 'CREATE'),
  'definition', rtrim(pg_get_viewdef(c.oid), '; '),
  'populated', c.relispopulated,
  'options', coalesce(to_json(c.reloptions), '[]'),
  'toast_options', coalesce((SELECT to_json(t.reloptions) FROM pg_class t WHERE t.oid = c.reltoastrelid), '[]'),
  'tablespace', (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace),
  'access_method', (SELECT m.amname FROM pg_am m WHERE c.relkind = 'm' AND m.oid = c.relam),
  'replica_identity', CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN
    CASE c.relkind WHEN 'm' THEN 'NOTHING' END END,
  'columns', (
    SELECT coalesce(json_agg(json_build_object(
      'name', a.attname,
      'type', format_type(a.atttypid, a.atttypmod),
      'collation', CASE WHEN a.attcollation <> t.typcollation
        THEN quote_ident(on_.nspname) || '.' || quote_ident(o.collname) END,
      'default', pg_get_expr(d.adbin, d.adrelid),
      'statistics', nullif(coalesce((to_jsonb(a) ->> 'attstattarget')::int4, -1), -1),
      'storage', CASE WHEN c.relkind = 'm' AND a.attstorage <> t.typstorage THEN
        CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN'
          WHEN 'x' THEN 'EXTENDED' END END,
      'compression', CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
      -- point releases of 15 keep internal options here too
      'options', (SELECT coalesce(json_agg(p), '[]') FROM unnest(a.attoptions) p WHERE p LIKE 'n\_distinct%')
    ) ORDER BY a.attnum), '[]')
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation o ON o.oid = a.attcollation
    LEFT JOIN pg_namespace on_ ON on_.oid = o.collnamespace
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ),
  'indexes', (
    SELECT coalesce(json_agg(json_build_object(
      'name', i.relname,
      'definition', pg_get_indexdef(i.oid),
      'tablespace', (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = i.reltablespace),
      'clustered', x.indisclustered,
      'replica_identity', x.indisreplident,
      'statistics', (SELECT coalesce(json_agg(json_build_array(a.attnum, a.target) ORDER BY a.attnum), '[]')
        FROM (SELECT attnum, nullif(coalesce((to_jsonb(a) ->> 'attstattarget')::int4, -1), -1) AS target
          FROM pg_attribute a WHERE a.attrelid = i.oid AND a.attnum > 0) a
        WHERE a.target IS NOT NULL)
    ) ORDER BY i.relname), '[]')
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid
  ),
  'rules', (
    SELECT coalesce(json_agg(json_build_object(
      'name', w.rulename, 'definition', rtrim(pg_get_ruledef(w.oid), '; ')
    ) ORDER BY w.rulename), '[]')
    FROM pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN'
  ),
  'triggers', (
    SELECT coalesce(json_agg(json_build_object(
      'name', r.tgname, 'definition', pg_get_triggerdef(r.oid)
    ) ORDER BY r.tgname), '[]')
    FROM pg_trigger r WHERE r.tgrelid = c.oid AND NOT r.tgisinternal
  ),
  'grants', (
    SELECT coalesce(json_agg(json_build_object(
      'live', true,
      'column', g.attname,
      'grantee', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_get_userbyid(g.grantee) END,
      'privilege', g.privilege_type,
      'grantable', g.is_grantable
    ) ORDER BY g.attname NULLS FIRST, g.grantee, g.privilege_type), '[]')
    FROM (
      SELECT NULL::name AS attname, e.*
      FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) e
      UNION ALL
      SELECT a.attname, e.*
      FROM pg_attribute a, aclexplode(a.attacl) e
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) g
  ),
  -- as if nobody had granted or revoked anything, neither on it nor by default privileges
  'has_default_grants', coalesce(c.relacl = acldefault('r', c.relowner), true)
    AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL)
    AND NOT EXISTS (SELECT FROM pg_default_acl f WHERE f.defaclrole = own.oid AND f.defaclobjtype = 'r'),
  'default_grantees', (
    -- to whom default privileges may give something on what this role creates
    SELECT coalesce(json_agg(DISTINCT pg_get_userbyid(e.grantee)) FILTER (WHERE e.grantee <> 0), '[]')
    FROM pg_default_acl f, aclexplode(f.defaclacl) e
    WHERE f.defaclrole = own.oid AND f.defaclobjtype = 'r'
  ),
  'comments', (
    SELECT coalesce(json_agg(json_build_object('on', e.kind, 'name', e.name, 'text', e.description)
      ORDER BY e.kind, e.name), '[]')
    FROM (
      SELECT CASE WHEN e.objsubid = 0 THEN 'relation' ELSE 'column' END AS kind,
        (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = e.objsubid AND a.attnum > 0) AS name,
        e.description
      FROM pg_description e WHERE e.classoid = 'pg_class'::regclass AND e.objoid = c.oid
      UNION ALL
      SELECT 'type', NULL, e.description
      FROM pg_description e WHERE e.classoid = 'pg_type'::regclass AND e.objoid = c.reltype
      UNION ALL
      SELECT 'index', i.relname, e.description
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      JOIN pg_description e ON e.classoid = 'pg_class'::regclass AND e.objoid = i.oid AND e.objsubid = 0
      WHERE x.indrelid = c.oid
      UNION ALL
      SELECT 'rule', w.rulename, e.description
      FROM pg_rewrite w JOIN pg_description e ON e.classoid = 'pg_rewrite'::regclass AND e.objoid = w.oid
      WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN'
      UNION ALL
      SELECT 'trigger', r.tgname, e.description
      FROM pg_trigger r JOIN pg_description e ON e.classoid = 'pg_trigger'::regclass AND e.objoid = r.oid
      WHERE r.tgrelid = c.oid
    ) e
  ),
  'labels', (
    SELECT coalesce(json_agg(json_build_object('provider', z.provider, 'label', z.label, 'column',
        (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = z.objsubid AND a.attnum > 0))
      ORDER BY z.objsubid, z.provider), '[]')
    FROM pg_seclabel z WHERE z.classoid = 'pg_class'::regclass AND z.objoid = c.oid
  ),
  'needs', (
    SELECT coalesce(json_agg(json_build_object(
      'oid', u.oid::int8, 'column', u.attname, 'reads', u.reads
    ) ORDER BY u.oid, u.attname, u.reads), '[]')
    FROM (
      -- from the view to what it depends on: each step is a look into an index
      SELECT DISTINCT p.oid, a.attname, coalesce(o.rulename = '_RETURN', true) AS reads
      FROM (
        SELECT 'pg_rewrite'::regclass::oid AS classid, w.oid AS objid, w.rulename
        FROM pg_rewrite w WHERE w.ev_class = c.oid
        UNION ALL SELECT 'pg_class'::regclass, c.oid, NULL
      ) o
      JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid
      CROSS JOIN LATERAL (
        SELECT d.refobjid AS oid WHERE d.refclassid = 'pg_class'::regclass
        UNION ALL
        SELECT coalesce(nullif(y.typrelid, 0), e.typrelid)
        FROM pg_type y LEFT JOIN pg_type e ON e.oid = y.typelem AND e.typarray = y.oid
        WHERE d.refclassid = 'pg_type'::regclass AND y.oid = d.refobjid
      ) p
      LEFT JOIN pg_attribute a ON d.refclassid = 'pg_class'::regclass
        AND a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
      WHERE p.oid NOT IN (0, c.oid)
    ) u
  )
)::text
FROM dependent r
JOIN pg_class c ON c.oid = r.oid AND c.oid NOT IN (:roots)
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_roles own ON own.rolname = current_user
ORDER BY n.nspname, c.relname
