"""Which columns hold an item: its fields, plain or as references to other rows."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Column, Table

from schema.facts import TABLE_OF
from schema.models import METADATA

TABLE = METADATA.tables

KIND_OF = {"actors": "actor", "places": "place", "topics": "topic", "events": "event"}
"""The kind of item that a reference to a row of a table means."""


class Field(NamedTuple):
    """A field of an item's content, and its column."""

    name: str
    column: Column[Any]
    refers_to: str | None
    """The kind of item that it refers to, by key in a coding and by id in the database."""


def table_of(kind: str) -> Table:
    """Return the table of a kind of item."""
    if kind in TABLE_OF:
        return TABLE[TABLE_OF[kind]]
    return TABLE["sources" if kind == "voice" else f"{kind}s"]


@cache
def fields(kind: str) -> tuple[Field, ...]:
    """Return the fields of a kind of item that its own table holds."""
    left_out = {"id", "key", "document_id"} | ({"kind"} if kind in TABLE_OF else set())
    return tuple(
        Field(re.sub("(_actor|_event)?_id$", "", column.name), column, _kind(column))
        for column in table_of(kind).columns
        if column.name not in left_out
    )


def _kind(column: Column[Any]) -> str | None:
    tables = (foreign.column.table.name for foreign in column.foreign_keys)
    return next((KIND_OF[name] for name in tables if name in KIND_OF), None)
