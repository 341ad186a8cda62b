"""Replaces the rows of a table, on which views depend, by the Python package: prints the seconds."""

import sys
import time

import pg_bulk_ingest
import sqlalchemy as sa

URL = sys.argv[1]
ENGINE = sa.create_engine("postgresql+psycopg" + URL[URL.index(":") :])
METADATA = sa.MetaData()
TABLE = sa.Table(
    "viewed",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    schema="public",
)


def batches(_high_watermark):
    yield None, None, (((TABLE), (row, f"v{row}")) for row in (1, 2))


with ENGINE.connect() as connection:
    START = time.perf_counter()
    pg_bulk_ingest.ingest(
        connection, METADATA, batches, delete=pg_bulk_ingest.Delete.BEFORE_FIRST_BATCH
    )
    print(time.perf_counter() - START)
