-- What PostgreSQL 11 and 12 have beside.
CREATE TABLE generated (
    id integer PRIMARY KEY, name text NOT NULL, amount numeric(10, 2) NOT NULL,
    lower_name text GENERATED ALWAYS AS (lower(name)) STORED,
    words tsvector GENERATED ALWAYS AS (to_tsvector('english', name)) STORED,
    doubled numeric(12, 2) NOT NULL GENERATED ALWAYS AS (amount * 2) STORED,
    at point GENERATED ALWAYS AS (point(1, 2)) STORED,
    initial varchar(1) GENERATED ALWAYS AS (substr(name, 1, 1)) STORED
);
CREATE INDEX ON generated USING gin (words);
CREATE TABLE including (
    id integer, a text, b text, c integer, UNIQUE (a) INCLUDE (b), UNIQUE (a, c) INCLUDE (b, id)
);
CREATE INDEX ON including (id) INCLUDE (b);
CREATE INDEX ON including (id DESC, a) INCLUDE (b, c) WHERE c > 0;
CREATE TABLE key_that_includes (id integer, value text, PRIMARY KEY (id) INCLUDE (value));
CREATE TABLE partitioned_with_key (day date, id integer, value text, PRIMARY KEY (day, id)) PARTITION BY LIST (day);
CREATE INDEX ON partitioned_with_key (value);
CREATE TABLE partitioned_default PARTITION OF partitioned_with_key DEFAULT;
CREATE TABLE arrays_of_domains (a short_text[] NOT NULL, b positive[]);
