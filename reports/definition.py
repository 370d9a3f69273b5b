"""What a report is: its question, what it can be asked, its columns, its SQL.

Imports no SQLAlchemy: the list of reports and their `--help` need none.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from database.errors import SourcebookError
from output.page import Column

Value = str | int
"""What is bound in place of a parameter."""

LARGEST = 2**63 - 1
"""The largest integer that both engines hold."""

# [0-9], not \d, which takes the digits of every script.
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


class ReportError(SourcebookError):
    """A report that cannot be read or run; the message is one line, the file first."""


class Type(StrEnum):
    """What a parameter takes."""

    TEXT = "text"
    INTEGER = "integer"
    DATE = "date"
    ACTOR = "actor"
    TOPIC = "topic"
    PLACE = "place"
    EVENT = "event"
    DOCUMENT = "document"
    CHOICE = "choice"


NAMED = (Type.ACTOR, Type.TOPIC, Type.PLACE, Type.EVENT, Type.DOCUMENT)
"""Parameters whose values the database knows by key or name."""


@dataclass(frozen=True)
class Parameter:
    """Something that a report can be asked for."""

    name: str
    type: Type
    meaning: str
    choices: tuple[str, ...] = ()
    default: str | None = None
    required: bool = False
    day: Literal["first", "last"] | None = None
    """Which day of a month or a year is meant; None: only a day will do."""

    @property
    def optional(self) -> bool:
        """Whether the report also runs without a value for it."""
        return self.default is None and not self.required

    def value(self, given: Value) -> Value:
        """Turn what was given into what is bound; names are left for the database to know.

        Raises ValueError, whose message is one line.
        """
        if self.type is Type.INTEGER:
            return _integer(given)
        text = str(given)
        if not text.strip():
            raise ValueError("is empty; leave the option out to ask for everything")
        if "\0" in text or not _encodes(text):
            raise ValueError("holds what is no text: a NUL, or bytes that are not UTF-8")
        if self.type is Type.CHOICE and text not in self.choices:
            from schema.suggest import did_you_mean

            hint = did_you_mean(text, self.choices)
            raise ValueError(f"{text!r} is none of {', '.join(self.choices)}{hint}")
        if self.type is Type.DATE:
            return self._day(text)
        return text

    def _day(self, text: str) -> str:
        from schema.edtf import Edtf, EdtfError

        found = _DATE.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
        if self.day is None and not found[2]:
            raise ValueError(f"{text!r} is no day; write YYYY-MM-DD")
        try:
            date = Edtf.parse(text)
        except EdtfError as error:
            raise ValueError(str(error)) from None
        return (date.latest if self.day == "last" else date.earliest) or text


def _integer(given: Value) -> int:
    if isinstance(given, str) and not re.fullmatch(r"[+-]?[0-9]{1,100}", given):
        raise ValueError(f"{given!r} is no whole number")
    number = int(given)
    if abs(number) > LARGEST:
        raise ValueError(f"{number} is too large; the limit is {LARGEST}")
    return number


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True)
class Line:
    """A line of SQL without its comments, and the parameters for any of which it is kept."""

    sql: str
    when: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Report:
    """A report as its file has it."""

    name: str
    path: Path
    title: str
    question: str
    notes: tuple[str, ...]
    """Paragraphs."""
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    sql: str
    """The query as it is written, below the header."""
    lines: tuple[Line, ...]

    def statement(self, given: Collection[str]) -> str:
        """Give the SQL that answers when these parameters are given, as it stands in the file.

        Only whole lines of the file are kept or left out: no value ever becomes SQL.
        """
        return "\n".join(
            line.sql for line in self.lines if not line.when or not line.when.isdisjoint(given)
        )
