"""Indexes that a key makes superfluous are gone, which saves room and time to load.

A primary key that begins with a fact or a piece of evidence finds its rows as well as an index on
both columns of a compound foreign key does. In SQLite two derived tables keep their rows in the key
itself.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "sourcebook_0009"
down_revision = "sourcebook_0008"
branch_labels = None
depends_on = None

OF_FACTS = (
    "events",
    "event_links",
    "quotes",
    "positions",
    "relations",
    "actor_names",
    "event_names",
    "territorial_control",
)

SUPERFLUOUS = {
    **dict.fromkeys(OF_FACTS, ("id", "kind")),
    "participants": ("fact_id", "kind"),
    "spans": ("evidence_id", "document_id"),
}
"""The columns of an index, by table."""

IN_THE_KEY = ("fact_passages", "passage_coverage")
MARK = " WITHOUT ROWID"


def upgrade() -> None:
    """Drop the indexes, and the second copy of two keys."""
    for table, columns in SUPERFLUOUS.items():
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
    for table, sql in definitions():
        revision_0004().refill(table, f"{sql}{MARK}")


def downgrade() -> None:
    """Take it back."""
    for name in sa.inspect(op.get_bind()).get_view_names():
        op.execute(f"drop view {name}")
    for table, columns in SUPERFLUOUS.items():
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    for table, sql in definitions():
        revision_0004().refill(table, sql.removesuffix(MARK))


def definitions() -> list[tuple[str, str]]:
    """Return the two tables and how SQLite defines them; none on PostgreSQL."""
    if op.get_context().dialect.name != "sqlite":
        return []
    listed = ", ".join(f"'{table}'" for table in IN_THE_KEY)
    return [
        (name, sql.rstrip())
        for name, sql in revision_0004().definitions(f"type = 'table' and name in ({listed})")
    ]


def revision_0004() -> Any:
    """Return the revision that knows how to remake tables."""
    return context.script.get_revision("sourcebook_0004").module
