"""Who belongs to an actor acts for it; the views by which reports filter are new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "sourcebook_0005"
down_revision = "sourcebook_0004"
branch_labels = None
depends_on = None

BEFORE = "whether the first actor acts for the second"
AFTER = (
    "whether the first actor acts for the second, so that --with-members of a report includes it: "
    "true of heads, holds-post-in, advises, member-of, part-of and belongs-to"
)


def upgrade() -> None:
    """Count who belongs to an actor among those who act for it; `migrate` then derives who does."""
    acts_for("true", AFTER)


def downgrade() -> None:
    """Take it back, and drop the views: the newest ones are not those of revision 0004."""
    for name in sa.inspect(op.get_bind()).get_view_names():
        op.execute(f"drop view {name}")
    acts_for("false", BEFORE)


def acts_for(value: str, comment: str) -> None:
    """Say whether whoever belongs to an actor acts for it."""
    op.execute(f"update relation_types set acts_for = {value} where key = 'belongs-to'")
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"comment on column relation_types.acts_for is '{comment}'")
