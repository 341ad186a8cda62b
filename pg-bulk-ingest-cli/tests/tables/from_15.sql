-- What PostgreSQL 13 to 15 have beside.
CREATE TABLE nulls_not_distinct (
    a integer UNIQUE NULLS NOT DISTINCT, b integer, c integer, UNIQUE NULLS NOT DISTINCT (b, c)
);
CREATE UNIQUE INDEX ON nulls_not_distinct (c) NULLS NOT DISTINCT;
CREATE TABLE multiranges (a int4multirange, b datemultirange[], c xid8, d pg_snapshot);
CREATE TABLE identifiers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), value text);
CREATE TABLE brin_multi (a integer, b timestamptz);
CREATE INDEX ON brin_multi USING brin (a int4_minmax_multi_ops (values_per_range = 16), b);
CREATE INDEX ON brin_multi USING brin (a int4_bloom_ops);
CREATE INDEX ON brin_multi (b) WITH (deduplicate_items = off);
