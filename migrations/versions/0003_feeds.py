"""The record of feeds holds only when the last one ended.

Feeds no longer keep digests between runs: they compare what both databases hold.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "sourcebook_0003"
down_revision = "sourcebook_0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Keep the time of the last feed, and nothing else."""
    last = None
    if not op.get_context().as_sql:  # written as SQL, it is for an empty database
        last = op.get_bind().execute(sa.text("select max(fed_at) from feeds")).scalar()
    op.drop_table("feeds")
    op.create_table(
        "feeds",
        sa.Column("fed_at", TEXT, nullable=False, comment="when, UTC, ISO 8601 to the second"),
        sa.PrimaryKeyConstraint("fed_at", name=op.f("pk_feeds")),
        comment="when `feed` last filled this database; no row: it was not filled by a feed",
    )
    if last:
        op.execute(sa.text("insert into feeds (fed_at) values (:last)").bindparams(last=last))


def downgrade() -> None:
    """Make the table as it was, without rows: the digests are gone."""
    op.drop_table("feeds")
    op.create_table(
        "feeds",
        sa.Column("table_name", TEXT, nullable=False, comment="the table"),
        sa.Column("row_count", sa.Integer(), nullable=False, comment="how many rows it held"),
        sa.Column(
            "digest",
            TEXT,
            nullable=False,
            comment="64 bits in hexadecimal: the rows' hashes added up, whatever their order",
        ),
        sa.Column(
            "checksum",
            TEXT,
            nullable=True,
            comment="the same by a function of this engine's own, which is named; null: it has none",
        ),
        sa.Column(
            "source_checksum",
            TEXT,
            nullable=True,
            comment="the same by a function of the source's engine, which is named",
        ),
        sa.Column(
            "left_out",
            TEXT,
            nullable=True,
            comment="the column that was left out: text, unless fed with --keep-text",
        ),
        sa.Column("fed_at", TEXT, nullable=False, comment="when, UTC, ISO 8601 to the second"),
        sa.Column(
            "seal",
            TEXT,
            nullable=False,
            comment="a hash of the columns before it: it shows that nobody wrote over them",
        ),
        sa.CheckConstraint("length(digest) = 16", name=op.f("ck_feeds_digest_of_64_bits")),
        sa.CheckConstraint("row_count >= 0", name=op.f("ck_feeds_rows_counted")),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_feeds")),
        comment="where `feed` made this database: what it left in each table",
    )
