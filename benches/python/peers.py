"""The Python peers: each loads rows that are in memory when the clock starts.

Run with the server's URL and a table, "w" or "n", that is filled: its rows are read, and "ready" is
printed. Then each line of the input names a peer, which loads the rows; the seconds that it took, by
the clock and of the processor, are printed.
"""

import asyncio
import gc
import json
import sys
import time

import asyncpg
import pg_bulk_ingest
import psycopg
import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql

COLUMNS = {
    "w": [
        ("id", "int8", sa.BigInteger),
        ("tenant", "int4", sa.Integer),
        ("name", "text", sa.Text),
        ("description", "text", sa.Text),
        ("amount", "float8", sa.Double),
        ("active", "bool", sa.Boolean),
        ("created", "timestamptz", postgresql.TIMESTAMP(timezone=True)),
        ("day", "date", sa.Date),
        ("reference", "uuid", postgresql.UUID),
        ("payload", "jsonb", postgresql.JSONB),
        ("tags", "text[]", postgresql.ARRAY(sa.Text)),
    ],
    "n": [
        ("id", "int8", sa.BigInteger),
        ("ts", "timestamptz", postgresql.TIMESTAMP(timezone=True)),
        ("value", "float8", sa.Double),
        ("sensor", "int4", sa.Integer),
    ],
}


async def read(url, table):
    """The rows of the table, as tuples."""
    connection = await asyncpg.connect(url)
    rows = [tuple(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY id")]
    await connection.close()
    return rows


def with_payload(rows, table, convert):
    """The rows with their JSON as the peer takes it."""
    places = [place for place, column in enumerate(COLUMNS[table]) if column[1] == "jsonb"]
    if not places:
        return rows
    [place] = places
    return [(*row[:place], convert(row[place]), *row[place + 1 :]) for row in rows]


class Asyncpg:
    """copy_records_to_table. It takes JSON as text."""

    def __init__(self, url, table, rows):
        self.url, self.table, self.rows = url, table, rows

    def load(self):
        return asyncio.run(self.copy())

    async def copy(self):
        connection = await asyncpg.connect(self.url)
        start = Clock()
        await connection.copy_records_to_table(self.table, records=self.rows)
        seconds = start.seconds()
        await connection.close()
        return seconds


class Psycopg:
    """A binary COPY, row by row. Its JSON is text already, and is passed on."""

    def __init__(self, url, table, rows):
        self.url, self.table = url, table
        self.rows = with_payload(rows, table, lambda text: Jsonb(text, dumps=str))

    def load(self):
        with psycopg.connect(self.url) as connection:
            start = Clock()
            with connection.cursor() as cursor:
                with cursor.copy(f"COPY {self.table} FROM STDIN BINARY") as copy:
                    copy.set_types([kind for _, kind, _ in COLUMNS[self.table]])
                    for row in self.rows:
                        copy.write_row(row)
            connection.commit()
            return start.seconds()


class Package:
    """The Python package, over psycopg 3. It takes JSON as objects."""

    def __init__(self, url, table, rows, key):
        self.rows = with_payload(rows, table, json.loads)
        self.engine = sa.create_engine("postgresql+psycopg" + url[url.index(":") :])
        self.metadata = sa.MetaData()
        self.table = sa.Table(
            table,
            self.metadata,
            *(
                sa.Column(
                    name,
                    kind,
                    primary_key=key and name == "id",
                    nullable=name == "description",
                )
                for name, _, kind in COLUMNS[table]
            ),
            schema="public",
        )

    def batches(self, _high_watermark):
        yield None, None, ((self.table, row) for row in self.rows)

    def load(self):
        with self.engine.connect() as connection:
            start = Clock()
            pg_bulk_ingest.ingest(connection, self.metadata, self.batches)
            return start.seconds()


class Clock:
    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def seconds(self):
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def main(url, table):
    rows = asyncio.run(read(url, table))
    make = {
        "asyncpg": lambda: Asyncpg(url, table, rows),
        "psycopg": lambda: Psycopg(url, table, rows),
        "package": lambda: Package(url, table, rows, key=False),
        "package-keyed": lambda: Package(url, table, rows, key=True),
    }
    print("ready", flush=True)
    for line in sys.stdin:
        peer = make[line.strip()]()
        # The rows are not looked at again whenever garbage is collected.
        gc.collect()
        gc.freeze()
        wall, cpu = peer.load()
        del peer
        gc.unfreeze()
        print(wall, cpu, flush=True)


main(*sys.argv[1:])
