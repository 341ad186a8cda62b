-- Tables of every kind of column, key, index and constraint that PostgreSQL 10 has.
CREATE SCHEMA "My Schema";
CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE TYPE weather AS ENUM ('sunny', 'partly_cloudy', 'rain');
CREATE TYPE "My Schema"."Odd Labels" AS ENUM ('in transit', 'in-transit', 'Self', '42', 'ok', '+');
CREATE TYPE level AS ENUM ('LOW', 'VERY_HIGH');
CREATE TYPE empty AS ENUM ();
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN happy AS mood CHECK (VALUE <> 'sad');
CREATE DOMAIN numbers AS integer[];
CREATE DOMAIN cents AS numeric(12, 2);

CREATE TABLE numbers_of_all_kinds (
    a smallint NOT NULL, b integer NOT NULL, c bigint NOT NULL, d real NOT NULL, e double precision NOT NULL,
    f numeric NOT NULL, g numeric(10, 2) NOT NULL, h numeric(40, 10) NOT NULL, i boolean NOT NULL, j numeric(5, 0)
);
CREATE TABLE nullable_numbers (
    a smallint, b integer, c bigint, d real, e double precision, f numeric, g boolean
);
CREATE TABLE texts (
    a text NOT NULL, b varchar, c varchar(16) NOT NULL, d char(3), e char, f "char", g name, h citext, i xml, j bpchar
);
CREATE TABLE times (
    a date NOT NULL, b time, c time(3), d timestamp, e timestamp(0), f timestamptz NOT NULL, g timestamptz(3),
    h interval, i interval(3), j interval day to second, k timetz, l timetz(2)
);
CREATE TABLE binary_and_json (a bytea NOT NULL, b uuid, c json, d jsonb NOT NULL);
CREATE TABLE networks (a inet, b cidr, c macaddr, d macaddr8);
CREATE TABLE ranges (
    a int4range, b int8range NOT NULL, c numrange, d daterange, e tsrange, f tstzrange, g int4range[]
);
CREATE TABLE arrays (
    a integer[] NOT NULL, b text[], c varchar(8)[], d timestamptz(3)[], e uuid[], f jsonb[], g numeric(5, 2)[],
    h integer[][], i bytea[], j boolean[], k date[], l point[], m citext[]
);
CREATE TABLE geometry (a point, b line, c lseg, d box, e path, f polygon, g circle);
CREATE TABLE of_the_server (a money, b bit(3), c varbit(5), d tsvector, e tsquery, f pg_lsn, g oid, h regclass, i xid);
CREATE TABLE domains (a short_text NOT NULL, b positive, c happy, d numbers, e cents, f filled_text);
CREATE TABLE enums (
    a mood NOT NULL, b mood, c mood[], d weather NOT NULL, e "My Schema"."Odd Labels", f level, g empty,
    h mood DEFAULT 'ok'
);
CREATE TABLE composites (a pair, b pair[], c ext.hstore);
CREATE TABLE collations (
    a text COLLATE "C" NOT NULL, b varchar(8) COLLATE "POSIX", c text COLLATE "C", d text
);
CREATE INDEX ON collations (d COLLATE "C", c COLLATE "POSIX", a);

CREATE TABLE key_of_one (id bigint PRIMARY KEY, value text);
CREATE TABLE key_of_two (a integer, b text, c text, PRIMARY KEY (a, b));
CREATE TABLE key_in_another_order (a integer, b text, c text, PRIMARY KEY (c, a));
CREATE TABLE uniques (
    a integer UNIQUE, b integer NOT NULL, c integer, d text, UNIQUE (b, c), UNIQUE (d, a)
);
CREATE TABLE indexes (id integer PRIMARY KEY, a integer, b text NOT NULL, c timestamptz, tags text[], doc jsonb);
CREATE INDEX ON indexes (a);
CREATE INDEX ON indexes (c DESC);
CREATE INDEX ON indexes (c DESC NULLS LAST);
CREATE INDEX ON indexes (a NULLS FIRST, c);
CREATE INDEX ON indexes (a, c DESC);
CREATE INDEX ON indexes (b text_pattern_ops);
CREATE INDEX ON indexes (b COLLATE "C" text_pattern_ops DESC, a);
CREATE INDEX ON indexes (lower(b), (a + 1) DESC);
CREATE INDEX ON indexes (lower(b) COLLATE "C");
CREATE INDEX ON indexes (a) WHERE a > 0 AND b <> 'x "y"';
CREATE INDEX ON indexes USING gin (tags);
CREATE INDEX ON indexes USING gin (doc jsonb_path_ops, tags) WITH (fastupdate = off);
CREATE INDEX ON indexes USING gin (doc jsonb_path_ops);
CREATE INDEX ON indexes USING hash (b);
CREATE INDEX ON indexes USING brin (c) WITH (pages_per_range = 32);
CREATE INDEX ON indexes USING gist (to_tsvector('english', b));
CREATE INDEX ON indexes (a, a);
CREATE INDEX twice ON indexes (a);
CREATE TABLE unique_indexes (a integer NOT NULL, b text, c text);
CREATE UNIQUE INDEX ON unique_indexes (a);
CREATE UNIQUE INDEX ON unique_indexes (lower(b));
CREATE UNIQUE INDEX ON unique_indexes (c) WHERE a > 0;
CREATE TABLE deferrable_keys (
    a integer PRIMARY KEY DEFERRABLE, b integer UNIQUE DEFERRABLE INITIALLY DEFERRED, c integer UNIQUE
);
CREATE TABLE stored_tightly (a integer PRIMARY KEY WITH (fillfactor = 70), b integer, UNIQUE (b) WITH (fillfactor = 80));

CREATE TABLE defaults (
    id uuid PRIMARY KEY, a integer DEFAULT 0 NOT NULL, b text DEFAULT 'it''s "new" \ ', c timestamptz DEFAULT now() NOT NULL,
    d date DEFAULT CURRENT_DATE, e boolean DEFAULT true, f text[] DEFAULT '{}', g jsonb DEFAULT '{"a": 1}',
    h numeric(10, 2) DEFAULT -1.5, i timestamptz DEFAULT '2020-01-01 00:00:00+02', j varchar(8) DEFAULT 'x',
    k point DEFAULT '(0,0)', l tsvector DEFAULT to_tsvector('english', ''), m text DEFAULT CURRENT_USER,
    n money DEFAULT 0, o interval DEFAULT '1 day', p double precision DEFAULT random(), q bytea DEFAULT '\x00ff',
    r integer[] DEFAULT ARRAY[1, 2], s mood DEFAULT 'ok'
);
CREATE TABLE identities (id bigint GENERATED BY DEFAULT AS IDENTITY, value text PRIMARY KEY);
CREATE TABLE identities_always (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value text);
CREATE TABLE identities_from (id smallint GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 5), value text);
CREATE TABLE serials (id serial PRIMARY KEY, b bigserial, value text);

CREATE TABLE commented (id integer PRIMARY KEY, a text, b text, c text);
COMMENT ON TABLE commented IS 'Two lines,
  the second of which is "indented".';
COMMENT ON COLUMN commented.a IS 'A \ backslash, */ and // é';
COMMENT ON COLUMN commented.b IS E'First paragraph.\n\nSecond one.';
COMMENT ON COLUMN commented.c IS E'ends a line with white space \n';
CREATE TABLE ingested (id integer PRIMARY KEY, value text);
COMMENT ON TABLE ingested IS '{"pg-bulk-ingest": {"high-watermark": 7}, "comment": "Own."}';

CREATE TABLE "My Schema"."Order Items" (
    "Id" integer PRIMARY KEY, "type" text, "self" text, "Customer Id" integer, customer_id integer, "a__b" text,
    "2nd" text, "%" text, "gen" text, "größe" text, "select" text, "Filled" text, "quo""te" text, "r#in" text
);
CREATE INDEX ON "My Schema"."Order Items" ("type", "Customer Id" DESC);
CREATE TABLE option (string text, vec text[]);
CREATE TABLE "2020 sales" (a integer);
CREATE TABLE keywords (
    "as" text, "async" text, "await" text, "crate" text, "dyn" text, "fn" text, "match" text, "Self" text,
    "struct" text, "super" text, "try" text, "use" text, "where" text, "yield" text, "_" text, "union" text
);

CREATE TABLE checked (
    id integer PRIMARY KEY, price numeric(10, 2) CHECK (price > 0), parent integer REFERENCES checked,
    during int4range, CONSTRAINT within CHECK (price < 1000) NO INHERIT,
    EXCLUDE USING gist (during WITH &&)
);
CREATE TABLE watched (id integer PRIMARY KEY, value text);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watch BEFORE UPDATE ON watched FOR EACH ROW EXECUTE PROCEDURE watch();
CREATE RULE quiet AS ON DELETE TO watched DO ALSO NOTHING;
ALTER TABLE watched ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON watched USING (true);
CREATE STATISTICS together ON id, value FROM watched;
CREATE UNLOGGED TABLE unlogged (id integer PRIMARY KEY) WITH (fillfactor = 80);
CREATE TABLE parent (id integer NOT NULL, value text);
CREATE TABLE child (more text) INHERITS (parent);
CREATE TABLE days (day date NOT NULL, value text) PARTITION BY RANGE (day);
CREATE TABLE days_2020 PARTITION OF days FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE dropped (a integer, gone text, b integer);
ALTER TABLE dropped DROP COLUMN gone;
CREATE TABLE only_filled (a text DEFAULT now() NOT NULL, b tsvector DEFAULT to_tsvector('english', ''));
