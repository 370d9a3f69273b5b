"""The table of dates; the value type that fills it is in schema/edtf.py."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, one_of
from schema.edtf import Precision, Qualifier


class Date(Base):
    """Every date used in the database, once.

    Days, precision and qualifier depend only on the EDTF text, so they are here and not in the rows
    that have the date. Days are ISO text, which compares the same way on every engine.
    """

    __tablename__ = "dates"
    __table_args__ = (
        one_of("precision", Precision),
        one_of("qualifier", Qualifier),
        CheckConstraint("earliest <= latest", name="in_order"),
        CheckConstraint("length(earliest) = 10 and length(latest) = 10", name="iso_days"),
        {"comment": "dates as the text gives them (EDTF, ISO 8601-2), with their bounds"},
    )

    edtf: Mapped[str] = mapped_column(primary_key=True, comment="the date in EDTF")
    earliest: Mapped[str | None] = mapped_column(
        index=True,
        comment="first day that it can mean, YYYY-MM-DD; null where open, unknown or outside the "
        "years 0000 to 9999",
    )
    latest: Mapped[str | None] = mapped_column(
        index=True,
        comment="last day that it can mean, YYYY-MM-DD; null where open, unknown or outside the "
        "years 0000 to 9999",
    )
    precision: Mapped[str] = mapped_column(
        comment="day, month, season, year, decade, century; range: once within; span: from to"
    )
    qualifier: Mapped[str | None] = mapped_column(
        comment="approximate (~), uncertain (?) or both (%); leaves the bounds as they are"
    )
