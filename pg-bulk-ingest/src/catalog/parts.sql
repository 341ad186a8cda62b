-- tables for its rows, of an ingest that is under way or was killed
(SELECT json_agg(p.relname ORDER BY p.relname) FROM pg_class p
  WHERE p.relnamespace = n.oid AND p.relkind = 'r' AND pg_has_role(p.relowner, 'USAGE')
  AND p.relname >= wanted.part_prefix::name AND p.relname < (wanted.part_prefix || '~')::name)::text
