"""Facts say whether they are drafts that nobody has reviewed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "sourcebook_0006"
down_revision = "sourcebook_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: whatever is loaded already has been reviewed."""
    op.add_column(
        "facts",
        sa.Column(
            "draft",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="whether it was drafted by rules and nobody has reviewed it",
        ),
    )
    op.create_index(
        "ix_facts_draft",
        "facts",
        ["draft"],
        sqlite_where=sa.text("draft"),
        postgresql_where=sa.text("draft"),
    )


def downgrade() -> None:
    """Drop the column; views are made again by the revision below."""
    for name in sa.inspect(op.get_bind()).get_view_names():
        op.execute(f"drop view {name}")
    op.drop_index("ix_facts_draft", "facts")
    op.drop_column("facts", "draft")
