-- What there is of a table, as JSON; no row where there is no such relation. What is not of every
-- version is read off the row as JSON.
SELECT json_build_object(
  'schema', n.nspname,
  'name', c.relname,
  'kind', c.relkind,
  'persistence', c.relpersistence,
  'comment', obj_description(c.oid, 'pg_class'),
  'row_security', c.relrowsecurity,
  'options', coalesce(to_json(c.reloptions), '[]'),
  'partitioned_by', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
  'partition_of', CASE WHEN c.relispartition THEN (
    SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid) END,
  'inherits', (SELECT coalesce(json_agg(h.inhparent::regclass::text ORDER BY h.inhseqno), '[]')
    FROM pg_inherits h WHERE h.inhrelid = c.oid AND NOT c.relispartition),
  'columns', (
    SELECT coalesce(json_agg(json_build_object(
      'name', a.attname,
      'sql_type', format_type(a.atttypid, a.atttypmod),
      'is_domain', t.typtype = 'd',
      'dimensions', CASE WHEN b.element THEN greatest(a.attndims, 1) ELSE 0 END,
      'base', json_build_object(
        'builtin', bn.nspname = 'pg_catalog',
        'schema', bn.nspname,
        'name', bt.typname,
        'kind', bt.typtype,
        'is_domain', b.of_domain,
        'modifier', b.modifier,
        'labels', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
          FROM pg_enum e WHERE e.enumtypid = bt.oid)),
      'not_null', a.attnotnull AND NOT EXISTS (
        SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n'
        AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated),
      'default', pg_get_expr(d.adbin, d.adrelid),
      'identity', a.attidentity,
      'generated', coalesce(to_jsonb(a) ->> 'attgenerated', ''),
      'sequence', (
        SELECT json_build_object(
          'name', o.objid::regclass::text,
          'options', concat_ws(' ',
            CASE WHEN s.seqstart <> 1 THEN 'START ' || s.seqstart END,
            CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT ' || s.seqincrement END,
            CASE WHEN s.seqmin <> 1 THEN 'MINVALUE ' || s.seqmin END,
            CASE WHEN s.seqcache <> 1 THEN 'CACHE ' || s.seqcache END,
            CASE WHEN s.seqcycle THEN 'CYCLE' END))
        FROM pg_depend o JOIN pg_sequence s ON s.seqrelid = o.objid
        WHERE o.classid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
        AND o.refclassid = 'pg_class'::regclass AND o.refobjid = c.oid AND o.refobjsubid = a.attnum
        ORDER BY o.objid LIMIT 1),
      'collation', CASE WHEN a.attcollation <> t.typcollation THEN
        CASE WHEN co.nspname = 'pg_catalog' THEN '' ELSE quote_ident(co.nspname) || '.' END
        || quote_ident(o.collname) END,
      'comment', col_description(a.attrelid, a.attnum)
    ) ORDER BY a.attnum), '[]')
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation o ON o.oid = a.attcollation
    LEFT JOIN pg_namespace co ON co.oid = o.collnamespace
    CROSS JOIN LATERAL (
      -- domains unwrapped, then the elements of an array, then their domains
      WITH RECURSIVE unwrapped(base, modifier, element, of_domain, depth) AS (
        SELECT a.atttypid, a.atttypmod, false, false, 0
        UNION ALL
        SELECT
          CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.typelem END,
          CASE y.typtype WHEN 'd' THEN y.typtypmod ELSE u.modifier END,
          u.element OR y.typtype <> 'd',
          u.of_domain OR y.typtype = 'd',
          u.depth + 1
        FROM unwrapped u
        JOIN pg_type y ON y.oid = u.base
        WHERE y.typtype = 'd' OR (y.typcategory = 'A' AND y.typelem <> 0 AND NOT u.element)
      )
      SELECT base, modifier, element, of_domain FROM unwrapped ORDER BY depth DESC LIMIT 1
    ) b
    JOIN pg_type bt ON bt.oid = b.base
    JOIN pg_namespace bn ON bn.oid = bt.typnamespace
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ),
  'indexes', (
    SELECT coalesce(json_agg(json_build_object(
      'name', i.relname,
      'form', substr(f.after_name, strpos(f.after_name, f.using) + length(f.using)),
      'method', m.amname,
      'unique', x.indisunique,
      'primary', x.indisprimary,
      'exclusion', x.indisexclusion,
      'valid', x.indisvalid,
      'immediate', x.indimmediate,
      'nulls_not_distinct', coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::bool, false),
      'constraint', EXISTS (SELECT FROM pg_constraint k
        WHERE k.conindid = x.indexrelid AND k.conrelid = c.oid AND k.contype IN ('p', 'u')),
      'predicate', pg_get_expr(x.indpred, x.indrelid, true),
      'has_options', i.reloptions IS NOT NULL OR EXISTS (SELECT FROM pg_attribute p
        WHERE p.attrelid = i.oid AND p.attoptions IS NOT NULL),
      'keys', (
        SELECT coalesce(json_agg(json_build_object(
          'column', a.attname,
          'expression', CASE WHEN x.indkey[k.at] = 0
            THEN pg_get_indexdef(x.indexrelid, k.at + 1, true) END,
          'collation', CASE WHEN k.at < y.keys AND o.oid <> coalesce(a.attcollation, 100) THEN
            CASE WHEN con.nspname = 'pg_catalog' THEN '' ELSE quote_ident(con.nspname) || '.' END
            || quote_ident(o.collname) END,
          'operator_class', CASE WHEN k.at < y.keys AND NOT oc.opcdefault THEN
            CASE WHEN ocn.nspname = 'pg_catalog' THEN '' ELSE quote_ident(ocn.nspname) || '.' END
            || quote_ident(oc.opcname) END,
          'options', CASE WHEN k.at < y.keys THEN x.indoption[k.at] ELSE 0 END,
          'included', k.at >= y.keys
        ) ORDER BY k.at), '[]')
        FROM generate_series(0, array_upper(x.indkey, 1)) AS k(at)
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[k.at] AND a.attnum > 0
        LEFT JOIN pg_opclass oc ON oc.oid = x.indclass[k.at]
        LEFT JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
        LEFT JOIN pg_collation o ON o.oid = x.indcollation[k.at]
        LEFT JOIN pg_namespace con ON con.oid = o.collnamespace)
    ) ORDER BY x.indisprimary DESC, i.relname), '[]')
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_am m ON m.oid = i.relam
    CROSS JOIN LATERAL (
      SELECT coalesce((to_jsonb(x) ->> 'indnkeyatts')::int, x.indnatts::int) AS keys
    ) y
    CROSS JOIN LATERAL (
      SELECT
        substr(pg_get_indexdef(x.indexrelid), 1 + length(
          'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END
          || 'INDEX ' || quote_ident(i.relname))) AS after_name,
        quote_ident(c.relname) || ' USING ' AS using
    ) f
    WHERE x.indrelid = c.oid
  ),
  'constraints', (
    SELECT coalesce(json_agg(json_build_object(
      'name', k.conname, 'kind', k.contype, 'definition', pg_get_constraintdef(k.oid, true))
      ORDER BY k.contype, k.conname), '[]')
    FROM pg_constraint k
    WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f', 'x')
  ),
  'triggers', (SELECT coalesce(json_agg(r.tgname ORDER BY r.tgname), '[]')
    FROM pg_trigger r WHERE r.tgrelid = c.oid AND NOT r.tgisinternal),
  'rules', (SELECT coalesce(json_agg(w.rulename ORDER BY w.rulename), '[]')
    FROM pg_rewrite w WHERE w.ev_class = c.oid),
  'policies', (SELECT coalesce(json_agg(p.polname ORDER BY p.polname), '[]')
    FROM pg_policy p WHERE p.polrelid = c.oid),
  'statistics', (SELECT coalesce(json_agg(s.stxname ORDER BY s.stxname), '[]')
    FROM pg_statistic_ext s WHERE s.stxrelid = c.oid)
)::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind NOT IN ('i', 'I', 'S', 't', 'c')
