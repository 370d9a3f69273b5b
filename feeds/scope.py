"""Which rows belong to which document: everything that a load of it can have changed.

Touches nothing: it writes conditions in SQL that hold for source and target alike.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Table

from database.digest import quoted
from database.snapshot import TABLES
from schema.models import DERIVED

SHARED = {"relation_types", "dates", "actors", "places", "topics", "sources", "source_actors"}
"""Tables whose rows belong to no single document; they are small, and compared whole."""

REFERENCED = {"codings", "passages", "attributions", "facts", "events"}
"""Tables of a document to which rows of others refer: their rows are changed in place."""

SMALL = tuple(table for table in TABLES if table.name in SHARED)


class ChangeSet(NamedTuple):
    """What can differ in a target that descends from the source."""

    documents: Collection[int]
    last_load: int
    """The last that the target knows."""
    shared: Collection[Table]

    def scopes(self) -> dict[Table, str]:
        """Return the tables to copy from, each with the condition for the rows that can differ.

        Derived tables are not among them: the target computes their rows from the others.
        """
        return {
            table: condition(table, self.documents, self.last_load)
            for table in TABLES
            if table not in DERIVED and (table.name not in SHARED or table in self.shared)
        }


def condition(table: Table, documents: Collection[int], last_load: int) -> str:
    """Write the condition for rows that belong to these documents or to loads after the last."""
    if table.name in SHARED:
        return "true"
    if table.name == "loads":
        return f"id > {last_load}"
    if table.name == "changes":
        return f"load_id > {last_load}"
    if "document_id" in table.columns:
        return f"document_id in ({', '.join(map(str, sorted(documents))) or 'null'})"
    # A table of facts, or one that hangs on another table of a document.
    key = next(
        key
        for key in table.foreign_key_constraints
        if key.referred_table.name not in SHARED and key.elements[0].parent.primary_key
    )
    column, referred = key.elements[0].parent.name, key.elements[0].column.name
    rows = condition(key.referred_table, documents, last_load)
    return (
        f"{quoted(column)} in "
        f"(select {quoted(referred)} from {quoted(key.referred_table.name)} where {rows})"
    )
