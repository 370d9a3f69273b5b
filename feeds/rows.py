"""The tables of a sourcebook as every feed and export takes them. Touches nothing."""

from __future__ import annotations

from sqlalchemy import Table

from schema.loads import Fed
from schema.models import METADATA

BATCH = 10_000
"""Rows that are held at a time."""

RECORD = METADATA.tables[Fed.__tablename__]
"""The record that a feed leaves in its target: it tells of one database alone."""

TABLES: tuple[Table, ...] = tuple(table for table in METADATA.sorted_tables if table is not RECORD)
"""Every table that is fed, each behind those that it refers to: all but the record of feeds."""


def left_out(table: Table, *, keep_text: bool) -> tuple[str, ...]:
    """Name the columns of a table that go along as null: the passages' text, unless asked for."""
    return ("text",) if table.name == "passages" and not keep_text else ()
