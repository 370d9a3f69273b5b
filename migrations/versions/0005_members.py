"""Who belongs to an actor acts for it, a member does not; new views by which reports filter."""

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
    "true of heads, holds-post-in, advises, part-of and belongs-to; a member, such as a state in an "
    "alliance, acts for itself"
)


def upgrade() -> None:
    """Let who belongs to an actor act for it, but no member; `migrate` then derives who does."""
    acts_for(belongs="true", member="false", comment=AFTER)


def downgrade() -> None:
    """Take it back, and drop the views: the newest ones are not those of revision 0004."""
    for name in sa.inspect(op.get_bind()).get_view_names():
        op.execute(f"drop view {name}")
    acts_for(belongs="false", member="true", comment=BEFORE)


def acts_for(*, belongs: str, member: str, comment: str) -> None:
    """Say whether whoever belongs to an actor acts for it, and whether a member does."""
    op.execute(f"update relation_types set acts_for = {belongs} where key = 'belongs-to'")
    op.execute(f"update relation_types set acts_for = {member} where key = 'member-of'")
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"comment on column relation_types.acts_for is '{comment}'")
