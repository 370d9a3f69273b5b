"""The journal of loads outlasts a dropped document, and holds old and new values.

Loads refer to documents by key instead of by id. A coding's own words about a document that it only
cites are kept, so that they remain when that document is dropped.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "sourcebook_0007"
down_revision = "sourcebook_0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Refer to documents by key; all journalled rows are of loads."""
    rows = _rows(
        """
        select loads.id, sources.key as document, loads.loaded_at, loads.content_hash
        from loads
        join sources on sources.id = loads.document_id
        """
    )
    _replace_loads(
        sa.Column(
            "document",
            TEXT,
            nullable=False,
            comment="key of the document; it may have been dropped since",
        ),
        sa.Column("action", TEXT, nullable=False, comment="loaded or dropped"),
        sa.CheckConstraint("action in ('loaded', 'dropped')", name=op.f("ck_loads_action")),
        sa.CheckConstraint("document <> ''", name=op.f("ck_loads_document_not_blank")),
        comment="journal of the loads that changed something, and of dropped documents",
        rows=[row | {"action": "loaded"} for row in rows],
    )
    op.create_index(op.f("ix_loads_document"), "loads", ["document"])
    op.create_table(
        "changed_fields",
        sa.Column("load_id", sa.Integer(), nullable=False, comment="the load"),
        sa.Column("item", TEXT, nullable=False, comment="what it is, as in changes"),
        sa.Column("key", TEXT, nullable=False, comment="its key"),
        sa.Column(
            "field",
            TEXT,
            nullable=False,
            comment="the field, as a coding calls it; evidence by its number",
        ),
        sa.Column("old_value", TEXT, nullable=True, comment="before the load; null: nothing"),
        sa.Column("new_value", TEXT, nullable=True, comment="after the load; null: nothing"),
        sa.ForeignKeyConstraint(
            ["load_id", "item", "key"],
            ["changes.load_id", "changes.item", "changes.key"],
            name=op.f("fk_changed_fields_load_id_item_key_changes"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["loads.id"],
            name=op.f("fk_changed_fields_load_id_loads"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("load_id", "item", "key", "field", name=op.f("pk_changed_fields")),
        comment="what each load changed, field by field, with its old and new value",
    )
    op.add_column(
        "introductions",
        sa.Column(
            "cited_as",
            TEXT,
            nullable=True,
            comment="of a source other than the document: what this coding says about it, as JSON; "
            "the source's own coding may say more; null: an earlier version loaded it",
        ),
    )


def downgrade() -> None:
    """Refer to documents by id; the journal of those that were dropped is lost."""
    for name in sa.inspect(op.get_bind()).get_view_names():
        op.execute(f"drop view {name}")
    rows = _rows(
        """
        select loads.id, codings.document_id, loads.loaded_at, loads.content_hash
        from loads
        join sources on sources.key = loads.document and sources.document_id is null
        join codings on codings.document_id = sources.id
        """
    )
    op.drop_table("changed_fields")
    op.drop_column("introductions", "cited_as")
    listed = ", ".join(str(row["id"]) for row in rows) or "null"
    op.execute(f"delete from changes where load_id not in ({listed})")
    _replace_loads(
        sa.Column(
            "document_id", sa.Integer(), nullable=False, comment="the document that was loaded"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["codings.document_id"], name=op.f("fk_loads_document_id_codings")
        ),
        comment="journal of the loads that changed something",
        rows=rows,
    )
    op.create_index(op.f("ix_loads_document_id"), "loads", ["document_id"])


def _rows(query: str) -> list[dict[str, Any]]:
    """Return rows; written as SQL, the migrations are for an empty database."""
    if op.get_context().as_sql:
        return []
    return [dict(row) for row in op.get_bind().execute(sa.text(query)).mappings()]


def _replace_loads(*parts: Any, comment: str, rows: list[dict[str, Any]]) -> None:
    """Create the table anew: only so are its columns in the same order on both engines."""
    postgresql = op.get_context().dialect.name == "postgresql"
    if postgresql:
        op.drop_constraint("fk_changes_load_id_loads", "changes", type_="foreignkey")
    op.drop_table("loads")
    loads = op.create_table(
        "loads",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        *(part for part in parts if isinstance(part, sa.Column)),
        sa.Column("loaded_at", TEXT, nullable=False, comment="when, UTC, ISO 8601 to the second"),
        sa.Column(
            "content_hash",
            TEXT,
            nullable=False,
            comment="SHA-256 of all that the database held after it, made from the codings' hashes",
        ),
        *(part for part in parts if not isinstance(part, sa.Column)),
        sa.CheckConstraint("length(content_hash) = 64", name=op.f("ck_loads_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loads")),
        comment=comment,
    )
    if rows:
        op.get_bind().execute(loads.insert(), rows)
    if postgresql:
        if rows:
            op.execute(
                "select setval(pg_get_serial_sequence('loads', 'id'), (select max(id) from loads))"
            )
        op.create_foreign_key(
            "fk_changes_load_id_loads", "changes", "loads", ["load_id"], ["id"], ondelete="cascade"
        )
