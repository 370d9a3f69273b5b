"""An axis of time: from days, in any year, to places in a picture, and its ticks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schema.edtf import MONTHS

CYCLE = 146_097
"""Days in 400 years, after which the Gregorian calendar repeats itself."""

APART = 58
"""The least distance between two ticks."""

MONTHS_APART = (1, 3, 6, *(12 * n * 10**power for power in range(7) for n in (1, 2, 5)))
DAYS_APART = (1, 2, 5, 10)


def day_number(year: int, month: int = 1, day: int = 1) -> int:
    """Return the number of a day: days from 1 January of the year 0."""
    cycles, year = divmod(year, 400)
    return (cycles - 1) * CYCLE + date(year + 400, month, day).toordinal() + 365


def calendar_day(number: int) -> tuple[int, int, int]:
    """Return year, month and day."""
    cycles, rest = divmod(number, CYCLE)
    day = date.fromordinal(rest + CYCLE - 365)
    return day.year - 400 + cycles * 400, day.month, day.day


@dataclass(frozen=True)
class Axis:
    """Days from `first` to `last` between `left` and `right`."""

    first: int
    last: int
    left: float
    right: float
    days_apart: int
    """Days between two ticks; 0: they are months."""
    months_apart: int

    @classmethod
    def over(cls, first: int, last: int, left: float, right: float) -> Axis:
        """Return an axis that begins at a tick and holds these days."""
        most = (right - left) / APART
        days = last - first + 1
        by_day = next((n for n in DAYS_APART if days / n <= most), 0)
        if by_day:
            return cls(first, last, left, right, by_day, 0)
        by_month = next(n for n in MONTHS_APART if days / (30.44 * n) <= most)
        year, month, _ = calendar_day(first)
        begin, _ = divmod(year * 12 + month - 1, by_month)
        return cls(_month(begin * by_month), last, left, right, 0, by_month)

    def x(self, day: float) -> float:
        """Return the place at which a day begins; days beyond the axis are at its ends."""
        part = (day - self.first) / (self.last + 1 - self.first)
        return self.left + min(max(part, 0.0), 1.0) * (self.right - self.left)

    def ticks(self) -> Iterator[tuple[float, str, bool]]:
        """Yield place and words of each tick, and whether a year begins there."""
        for number, day in enumerate(self._days()):
            year, month, of_month = calendar_day(day)
            words = year_in_words(year)
            if self.months_apart % 12 or self.days_apart:
                name = MONTHS[month - 1][:3]
                begins = number == 0 or (month == 1 and of_month == 1)
                words = f"{name} {words}" if begins else name
                if self.days_apart:
                    words = f"{of_month} {words}"
                yield self.x(day), words, begins
            else:
                yield self.x(day), words, False

    def _days(self) -> Iterator[int]:
        if self.days_apart:
            yield from range(self.first, self.last + 1, self.days_apart)
            return
        year, month, _ = calendar_day(self.first)
        number = year * 12 + month - 1
        while (day := _month(number)) <= self.last:
            yield day
            number += self.months_apart


def _month(number: int) -> int:
    """Return the first day of a month, counted from January of the year 0."""
    return day_number(number // 12, number % 12 + 1)


def year_in_words(year: int) -> str:
    """Return a year as people write it: 44 BC, AD 9, 2015."""
    if year <= 0:
        return f"{1 - year} BC"
    return str(year) if year > 99 else f"AD {year}"


def day_in_words(number: int) -> str:
    """Return a day as people write it: 31 May 2016."""
    year, month, day = calendar_day(number)
    return f"{day} {MONTHS[month - 1][:3]} {year_in_words(year)}"
