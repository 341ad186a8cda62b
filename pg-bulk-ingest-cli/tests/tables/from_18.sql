-- What PostgreSQL 16 to 18 have beside.
CREATE EXTENSION btree_gist;
CREATE TABLE virtual_columns (
    id integer PRIMARY KEY, name text NOT NULL, upper_name text GENERATED ALWAYS AS (upper(name)) VIRTUAL
);
CREATE TABLE temporal (id integer, during daterange, value text, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE not_null_not_valid (id integer PRIMARY KEY, value text);
ALTER TABLE not_null_not_valid ADD CONSTRAINT value_is_there NOT NULL value NOT VALID;
CREATE TABLE version_7 (id uuid PRIMARY KEY DEFAULT uuidv7());
