"""Runs the scripts of the tests, one process for all, as each start takes most of a second.

A line of the input is a database's URL and a script, as JSON. The answer is a line too: the high watermarks
that the script's ingests began after, or why it failed.
"""

import datetime
import decimal
import json
import sys
import traceback
import uuid

import sqlalchemy as sa
from pg_bulk_ingest import Delete, HighWatermark, Upsert, Visibility, ingest
from sqlalchemy.dialects import postgresql as pg


class Ingests:
    """What a script calls: ingests into tables of its own."""

    def __init__(self, url):
        self.url = url
        self.metadata = sa.MetaData()
        self.began = []

    def table(self, name, *columns, schema="public"):
        """A table that the next ingest ingests into."""
        return sa.Table(name, self.metadata, *columns, schema=schema)

    def run(self, *batches, driver="psycopg", **settings):
        """Ingests batches, each a high watermark and rows."""

        def after(high_watermark):
            self.began.append(high_watermark)
            for batch_high_watermark, rows in batches:
                yield batch_high_watermark, None, rows

        engine = sa.create_engine(self.url.replace("postgresql:", f"postgresql+{driver}:", 1))
        try:
            with engine.connect() as connection:
                ingest(connection, self.metadata, after, **settings)
        finally:
            engine.dispose()


for line in sys.stdin:
    url, script = json.loads(line)
    ingests = Ingests(url)
    names = {"metadata": ingests.metadata, "table": ingests.table, "run": ingests.run}
    try:
        exec(script, {**globals(), **names})
        answer = {"Ok": ingests.began}
    except Exception:
        answer = {"Err": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
