-- The triggers, rules and policies of the table.
SELECT json_build_object(
  'triggers', (
    SELECT coalesce(json_agg(json_build_object(
      'name', r.tgname,
      'definition', pg_get_triggerdef(r.oid),
      'enabled', r.tgenabled,
      -- of the trigger of the table above that it comes with (from 13 on)
      'above', (SELECT p.tgenabled FROM pg_trigger p
        WHERE p.oid::int8 = (to_jsonb(r) ->> 'tgparentid')::int8),
      'comment', obj_description(r.oid, 'pg_trigger'),
      'may_execute', has_function_privilege(r.tgfoid, 'EXECUTE'),
      'function', r.tgfoid::regprocedure::text,
      'columns', (
        SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
        FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_trigger'::regclass AND d.objid = r.oid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)
    ) ORDER BY r.tgname), '[]')
    FROM pg_trigger r WHERE r.tgrelid = :oid AND NOT r.tgisinternal),
  'rules', (
    SELECT coalesce(json_agg(json_build_object(
      'name', w.rulename,
      'definition', rtrim(pg_get_ruledef(w.oid), ';'),
      'enabled', w.ev_enabled,
      'comment', obj_description(w.oid, 'pg_rewrite'),
      'columns', (
        SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
        FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)
    ) ORDER BY w.rulename), '[]')
    FROM pg_rewrite w WHERE w.ev_class = :oid AND w.ev_type <> '1'),
  'policies', (
    SELECT coalesce(json_agg(json_build_object(
      'name', p.polname,
      'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
        WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      'permissive', p.polpermissive,
      -- null: PUBLIC
      'roles', (SELECT json_agg(CASE WHEN role = 0 THEN NULL ELSE pg_get_userbyid(role) END ORDER BY at)
        FROM unnest(p.polroles) WITH ORDINALITY u(role, at)),
      'using', pg_get_expr(p.polqual, p.polrelid),
      'check', pg_get_expr(p.polwithcheck, p.polrelid),
      'comment', obj_description(p.oid, 'pg_policy'),
      'columns', (
        SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
        FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)
    ) ORDER BY p.polname), '[]')
    FROM pg_policy p WHERE p.polrelid = :oid)
)::text
