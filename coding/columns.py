"""Which columns hold an item: its fields, plain or as references to other rows."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Column, Select, Table, bindparam, case, select

from schema.facts import TABLE_OF
from schema.models import METADATA
from schema.vocabulary import FactKind

TABLE = METADATA.tables

KIND_OF = {
    "actors": "actor",
    "places": "place",
    "topics": "topic",
    "events": FactKind.EVENT,
    "facts": "fact",
}
"""The kind of item that a reference to a row of a table means; a fact may be of several kinds."""

OF_FACTS = (FactKind.EVENT, "fact")


class ItemField(NamedTuple):
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
def fields(kind: str) -> tuple[ItemField, ...]:
    """Return the fields of a kind of item that its own table holds."""
    left_out = {"id", "key", "document_id", "from_kind", "to_kind"} | (
        {"kind"} if kind in TABLE_OF else set()
    )
    return tuple(
        ItemField(re.sub("(_actor|_fact)?_id$", "", column.name), column, _kind(column))
        for column in table_of(kind).columns
        if column.name not in left_out
    )


def _kind(column: Column[Any]) -> str | None:
    tables = (foreign.column.table.name for foreign in column.foreign_keys)
    return next((KIND_OF[name] for name in tables if name in KIND_OF), None)


@cache
def contents(kind: str) -> Select[Any]:
    """Return a query for keys, ids and contents of items; `:document` is the one that reads them.

    Facts of other documents are called document:key.
    """
    table = table_of(kind)
    named = TABLE["facts"] if kind in TABLE_OF else table
    joined = named if named is table else named.join(table, table.c.id == named.c.id)
    columns: list[Any] = [named.c.key, named.c.id]
    for field in fields(kind):
        value: Any = field.column
        if field.refers_to:
            is_fact = field.refers_to in OF_FACTS
            target = (TABLE["facts"] if is_fact else table_of(field.refers_to)).alias()
            optional = bool(field.column.nullable)
            joined = joined.join(target, target.c.id == field.column, isouter=optional)
            value = target.c.key
            if is_fact:
                home = TABLE["sources"].alias()
                joined = joined.join(home, home.c.id == target.c.document_id, isouter=optional)
                elsewhere = home.c.id != bindparam("document")
                value = case((elsewhere, home.c.key + ":" + target.c.key), else_=target.c.key)
        columns.append(value.label(field.name))
    if named is not table:
        columns.append(named.c.draft)
    return select(*columns).select_from(joined)
