"""What of a date can be drawn: from which day to which, and what its ends look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from schema.edtf import Edtf, EdtfError, Precision

_DRAWN = re.compile(r"-?[0-9]{2}(?:[0-9]X|XX)|-?[0-9]{4}(?:-(?:XX|[0-9]{2})(?:-(?:XX|[0-9]{2}))?)?")


class End(Enum):
    """What one end of a date looks like."""

    EXACT = auto()
    ABOUT = auto()
    """It fades: `~` or `%`."""
    ONGOING = auto()
    """It points onwards: `..` beside a slash."""
    UNKNOWN = auto()
    """It fades out: nothing beside a slash."""
    OPEN = auto()
    """An open arrow: `..` without a bound, once."""


@dataclass(frozen=True)
class Piece:
    """One bar or mark; a date such as `[2015-10,2015-12]` has several."""

    first: int | None
    """Number of the first day; None: no bound."""
    last: int | None
    begin: End = End.EXACT
    end: End = End.EXACT
    once: bool = False
    """Whether it was once, on some day within: pale between two strokes."""
    day: bool = False

    @property
    def days(self) -> int | None:
        """How many days it may mean; None: no bound."""
        if self.first is None or self.last is None:
            return None
        return self.last - self.first + 1


@lru_cache(maxsize=4096)
def pieces(edtf: str) -> tuple[Piece, ...]:
    """Return the pieces of a date; none if it can't be drawn."""
    try:
        if edtf.startswith("["):
            return tuple(_once(member) for member in edtf[1:-1].split(","))
        if "/" in edtf:
            return (_lasting(*edtf.split("/")),)
        return (_single(edtf),)
    except EdtfError:
        return ()


def _single(text: str) -> Piece:
    if not _DRAWN.fullmatch(re.sub("[?~%]", "", text)):
        raise EdtfError(f"{text}: isn't drawn")
    date = Edtf.parse(text)
    end = End.ABOUT if re.search("[~%]", text) else End.EXACT
    day = date.precision == Precision.DAY
    once = "-XX" in text or date.precision == Precision.RANGE
    return Piece(date.first_day, date.last_day, end, end, once, day and not once)


def _once(member: str) -> Piece:
    begin, dots, end = member.partition("..")
    if not dots:
        date = _single(begin)
        return Piece(date.first, date.last, date.begin, date.end, once=True)
    first, last = _side(begin), _side(end)
    return Piece(
        first.first if first else None,
        last.last if last else None,
        first.begin if first else End.OPEN,
        last.end if last else End.OPEN,
        once=True,
    )


def _lasting(begin: str, end: str) -> Piece:
    first, last = _side(begin.removesuffix("..")), _side(end.removesuffix(".."))
    return Piece(
        first.first if first else None,
        last.last if last else None,
        first.begin if first else End.ONGOING if begin else End.UNKNOWN,
        last.end if last else End.ONGOING if end else End.UNKNOWN,
    )


def _side(text: str) -> Piece | None:
    return _single(text) if text else None
