"""The table of dates; the value type that fills it is in schema/edtf.py."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import BIGINT, Base, one_of
from schema.edtf import Precision, Qualifier


class Date(Base):
    """Every date used in the database, once.

    Days, precision and qualifier depend on the EDTF text alone, so they stand here and not on
    the rows that bear the date. Days are ISO text, which readers know, and numbers, which compare
    in any year.
    """

    __tablename__ = "dates"
    __table_args__ = (
        one_of("precision", Precision),
        one_of("qualifier", Qualifier),
        CheckConstraint("earliest <= latest", name="in_order"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
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
    first_day: Mapped[int | None] = mapped_column(
        BIGINT,
        index=True,
        comment="first day that it can mean, in any year, BCE too: days from 1 January of the "
        "year 0 (1 BCE), Gregorian; null where open or unknown",
    )
    last_day: Mapped[int | None] = mapped_column(
        BIGINT,
        index=True,
        comment="last day that it can mean, in any year, BCE too: days from 1 January of the "
        "year 0 (1 BCE), Gregorian; null where open or unknown",
    )
