"""Which rows belong to which document: all that a load of it can have changed.

Touches nothing: it writes conditions in SQL that hold for source and target alike.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Table

SHARED = ("relation_types", "dates", "actors", "places", "topics", "sources", "source_actors")
"""Tables whose rows belong to no single document; they are few, and compared whole."""

OWN = (
    "codings",
    "passages",
    "introductions",
    "citations",
    "attributions",
    "facts",
    "evidence",
    "spans",
)
"""Tables that name the document themselves."""

OF_FACT = {
    "events": "id",
    "quotes": "id",
    "positions": "id",
    "relations": "id",
    "event_links": "id",
    "actor_names": "id",
    "participants": "fact_id",
}
"""Tables that belong to the document of a fact, with the column that names the fact."""

OF_LOAD = {"loads": "id", "changes": "load_id"}
"""The journal, which only ever grows, with the column that names the load."""

REFERRED = ("codings", "passages", "attributions", "facts", "events")
"""Tables of a document to which rows refer that may stay: their rows are changed in place."""


def hangs(table: Table, changed: Iterable[str]) -> bool:
    """Say whether rows of a table go with rows of changed ones that go and come again."""
    again = {name for name in changed if name not in (*SHARED, *REFERRED)}
    return any(
        key.referred_table.name in again and key.ondelete for key in table.foreign_key_constraints
    )


def of(table: Table, documents: Iterable[int], last: int) -> str:
    """Give the condition for the rows that loads after `last`, of these documents, may change."""
    listed = ", ".join(map(str, sorted(documents))) or "null"
    if table.name in SHARED:
        return "true"
    if table.name in OWN:
        return f"document_id in ({listed})"
    if table.name in OF_FACT:
        facts = f"select id from facts where document_id in ({listed})"
        return f"{OF_FACT[table.name]} in ({facts})"
    return f"{OF_LOAD[table.name]} > {last}"
