"""The rows of a sourcebook, table by table, as every feed and export reads them.

Touches the source only, and only to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, null, select

from schema.loading import Fed
from schema.models import METADATA

BATCH = 10_000
"""Rows that are held at a time."""

TABLES: tuple[Table, ...] = tuple(
    table for table in METADATA.sorted_tables if table is not Fed.__table__
)
"""Every table that is fed, each behind those that it refers to: all but the record of feeds."""


def batches(
    connection: Connection, table: Table, without: Sequence[str] = ()
) -> Iterator[Sequence[Sequence[Any]]]:
    """Give the rows of a table by primary key, BATCH at a time.

    Columns stand as the model has them; those named in `without` are null.
    """
    chosen = [null() if column.name in without else column for column in table.columns]
    query = select(*chosen).order_by(*table.primary_key.columns)
    streaming = connection.execution_options(stream_results=True, yield_per=BATCH)
    with streaming.execute(query) as result:
        yield from result.partitions(BATCH)
