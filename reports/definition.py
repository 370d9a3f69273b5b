"""What a report is: its question, its parameters, its columns and its SQL.

Imports no SQLAlchemy: the list of reports and their `--help` don't need it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from database.errors import SourcebookError
from output.page import PageColumn
from schema.escape import shortened

if TYPE_CHECKING:
    from schema.edtf import Edtf

Value = str | int
"""The value of a parameter."""

MAX_INTEGER = 2**63 - 1
"""The largest integer that both engines hold."""

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


class ReportError(SourcebookError):
    """A report that cannot be read or run; the message names its file first."""


class Type(StrEnum):
    """The type of a parameter."""

    TEXT = "text"
    INTEGER = "integer"
    DATE = "date"
    ACTOR = "actor"
    TOPIC = "topic"
    PLACE = "place"
    EVENT = "event"
    DOCUMENT = "document"
    SOURCE = "source"
    FLAG = "flag"
    CHOICE = "choice"


NAMED = (Type.ACTOR, Type.TOPIC, Type.PLACE, Type.EVENT, Type.DOCUMENT, Type.SOURCE)
"""Types whose values are looked up in the database, by key or name."""


def day_of(parameter: str) -> str:
    """Return the name under which SQL finds the day number of a date parameter."""
    return f"{parameter}_day"


@dataclass(frozen=True)
class Parameter:
    """A parameter of a report."""

    name: str
    type: Type
    meaning: str
    choices: tuple[str, ...] = ()
    default: str | None = None
    required: bool = False
    day: Literal["first", "last"] | None = None
    """Which day a month or a year means; None: the user must give a day."""
    other_than: str | None = None
    """The parameter whose value this one must not repeat."""
    repeated: bool = False
    """Whether it may be given several times; the value is the keys, joined by commas."""
    least: int | None = None
    """Of an integer: the least that it may be."""
    needs: tuple[str, ...] = ()
    """Parameters; the flag can be given only with one of them."""

    @property
    def option(self) -> str:
        """The name of its option on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def optional(self) -> bool:
        """Whether the report may run without a value for it."""
        return self.default is None and not self.required

    def value(self, given: Value) -> Value:
        """Return the value to bind; a name is checked later, against the database.

        Raises ValueError with a message of one line.
        """
        if self.type is Type.INTEGER:
            number = _integer(given)
            if self.least is not None and number < self.least:
                raise ValueError(f"{number} is less than {self.least}")
            return number
        text = str(given)
        if not text.strip():
            raise ValueError("is empty; leave the option out to ask for everything")
        if _NOT_TEXT.search(text):
            raise ValueError("isn't text: it holds a NUL, or bytes that aren't UTF-8")
        if self.type is Type.CHOICE and text not in self.choices:
            from schema.suggest import did_you_mean

            hint = did_you_mean(text, self.choices)
            raise ValueError(f"{shortened(text)!r} is none of {', '.join(self.choices)}{hint}")
        if self.type is Type.DATE:
            return self._date(text)
        return text

    def date(self, given: Value) -> "Edtf":
        """Return the day, or the longer time, that was asked for. Raises ValueError."""
        from schema.date_words import edtf_of
        from schema.edtf import Edtf, Precision
        from schema.escape import visible

        date = Edtf.parse(edtf_of(str(given)))
        writable = not date.text.startswith("Y")  # EDTF has no days beyond the year 9999
        if self.day is None and date.precision != Precision.DAY and writable:
            raise ValueError(
                f"{visible(shortened(str(given)))}: not a day; write YYYY-MM-DD or 26 July 2015"
            )
        if (date.last_day if self.day == "last" else date.first_day) is None:
            day = self.day or "first"
            raise ValueError(f"{visible(shortened(str(given)))}: has no {day} day; write that day")
        return date

    def day_number(self, given: Value) -> int:
        """Return the day that counts, as a number: days from 1 January of the year 0."""
        date = self.date(given)
        return cast(int, date.last_day if self.day == "last" else date.first_day)

    def _date(self, text: str) -> str:
        """Return the day that counts, as text.

        Outside the years 0000 to 9999 it is a text that sorts before or after all days.
        """
        date = self.date(text)
        if day := date.latest if self.day == "last" else date.earliest:
            return day
        sign = "-" if self.day_number(text) < 0 else "Y"
        return date.text if date.text.startswith(sign) else sign + date.text


def _integer(given: Value) -> int:
    if isinstance(given, str) and not re.fullmatch(r"[+-]?[0-9]{1,100}", given):
        raise ValueError(f"{shortened(given)!r} is not a whole number")
    number = int(given)
    if abs(number) > MAX_INTEGER:
        raise ValueError(f"{number} is too large; the limit is {MAX_INTEGER}")
    return number


@dataclass(frozen=True)
class SqlLine:
    """A line of SQL without comments, and the parameters that decide whether it runs."""

    sql: str
    when: frozenset[str] = frozenset()
    """If there are any, one of them must be given."""
    unless: frozenset[str] = frozenset()
    """None of them may be given."""

    def runs(self, given: Collection[str]) -> bool:
        """Return whether the line runs when these parameters are given."""
        return (not self.when or not self.when.isdisjoint(given)) and self.unless.isdisjoint(given)


@dataclass(frozen=True)
class Report:
    """A report, as its file defines it."""

    name: str
    path: Path
    title: str
    question: str
    notes: tuple[str, ...]
    """Paragraphs."""
    parameters: tuple[Parameter, ...]
    columns: tuple[PageColumn, ...]
    legend: tuple[str, ...]
    """Sentences that people need to read the rows."""
    unit: str
    """What a row is, for captions that count them."""
    out_of_all: bool
    """Whether captions say how many rows there are without filters."""
    sql: str
    """The query as written, below the header."""
    lines: tuple[SqlLine, ...]

    def statement(self, given: Collection[str]) -> str:
        """Return the SQL to run when these parameters are given, for SQLAlchemy's text().

        Whole lines of the file are kept or left out: a value never becomes SQL.
        """
        return "\n".join(line.sql for line in self.lines if line.runs(given))
