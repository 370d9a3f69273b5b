"""What all models share: metadata with a naming convention, column types, small helpers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from sqlalchemy import BigInteger, CheckConstraint, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

CONVENTION = {
    # Names contain every column: two composite constraints may begin with the same one.
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Text is ordered and compared by code point on both engines, so that reports and dates agree.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")

BIGINT = BigInteger()
"""For day numbers: years of more than six digits have them too."""


class Base(DeclarativeBase):
    """The base of all models."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {str: TEXT}  # noqa: RUF012 - SQLAlchemy reads it so


Id = Annotated[
    int,
    mapped_column(Integer, primary_key=True, comment="local number; means nothing elsewhere"),
]


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return a CHECK that limits a column to a closed vocabulary (null passes, as in SQL)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


def not_blank(column: str) -> CheckConstraint:
    """Return a CHECK that refuses the empty text (null passes, as in SQL)."""
    return CheckConstraint(f"{column} <> ''", name=f"{column}_not_blank")
