"""What the scripts of the tests begin with. The server's URL is the argument."""

import datetime
import decimal
import json
import sys
import uuid

import sqlalchemy as sa
from pg_bulk_ingest import Delete, HighWatermark, Upsert, Visibility, ingest
from sqlalchemy.dialects import postgresql as pg

metadata = sa.MetaData()


def table(name, *columns, schema="public"):
    """A table of the ingest."""
    return sa.Table(name, metadata, *columns, schema=schema)


def run(*batches, driver="psycopg", **settings):
    """Ingests batches, each a high watermark and rows. Prints the high watermark that they are asked for after."""

    def after(high_watermark):
        print(json.dumps(high_watermark))
        for batch_high_watermark, rows in batches:
            yield batch_high_watermark, None, rows

    engine = sa.create_engine(sys.argv[1].replace("postgresql:", f"postgresql+{driver}:", 1))
    with engine.connect() as connection:
        ingest(connection, metadata, after, **settings)
