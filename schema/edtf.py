"""Dates as historians write them: EDTF text in, the days it may mean out.

`Edtf.parse` reads the Extended Date/Time Format of the Library of Congress (specification of
4 February 2019, https://www.loc.gov/standards/datetime/), which is Annex A of ISO 8601-2:2019.
Levels 0 and 1 are read whole, level 2 as far as a historian's date needs it:

- years are those of ISO 8601, Gregorian throughout: 1 BC is `0000`, 44 BC is `-0043`, and one of
  more than four digits follows a `Y`, without month or day: `Y-17000`;
- a bound is None where open, unknown or outside the years 0000 to 9999, which text can order. Days
  that do not exist and ends before beginnings are refused in any year;
- a side or a part may carry `?`, `~` or `%`: these set the qualifier and never move a bound;
- `a/b` lasted from a to b (a span); `[a..b]` and `[a,b]` happened once within (a range);
- `..` or nothing where a side should be is an open or unknown side: its bound is None;
- `X` is any digit. `199X` is a decade, `19XX` a century, `2004-XX` a year, `2004-06-XX` a
  month; any other pattern (`156X-12-25`, `2004-1X`, `1XXX`) is a range from its first day to its
  last. Of a wholly unknown year (`XXXX-12-25`) both bounds are None: any would be made up;
- 21 to 41 in the month's place divide the year: seasons are meteorological, 21 to 28 northern, 29
  to 32 southern, and a December winter runs into the next February; 33 to 36 are quarters, 37 to
  39 thirds, 40 and 41 halves. All of them have the precision season;
- a time of day is checked and stays in the text; the bounds are the day written, in its own zone.

Refused with a reason, although well-formed: exponential years (`Y-17E7`: write the digits out);
significant digits (`1950S2` is `19XX`); all-of sets (`{1960,1961}` is two facts, neither a span nor
a range); and what names no date at all (`../..`, `XXXX`, `[..]`).

Why no library reads them: edtf 5.0.2 accepts `1900-02-29` and `2002/2001`, ends the winter
`2001-24` on 31 December, makes a northern spring of the southern autumn `2001-31`, ends `1985/`
after ten years, raises TypeError for the bounds of `1985/..` and `[1760..]`, and takes 90 ms to
import; undate 0.8.0 fails on seasons, sets and marks on parts, accepts `20151104` as a year, and
brings numpy. The tests hold this module against edtf where edtf is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import NamedTuple, NoReturn

from schema.escape import visible
from schema.vocabulary import Vocabulary

MAX_LENGTH = 255
"""The longest text that is read, in characters: a list of some twenty days."""

MAX_DAY = 9_000_000_000_000_000
"""The highest day number: later days, some 24 million million years from now, share it."""


class EdtfError(ValueError):
    """A text that is not a usable EDTF date; the message is one line that says why."""


class Precision(Vocabulary):
    """What the bounds of a date are the bounds of."""

    DAY = "day", "one day"
    MONTH = "month", "one month"
    SEASON = "season", "a season, or another division of a year: a quarter, a third, a half"
    YEAR = "year", "one year"
    DECADE = "decade", "ten years, as in 198X"
    CENTURY = "century", "a hundred years, as in 19XX"
    RANGE = "range", "once, somewhere between the bounds"
    SPAN = "span", "all the while, from one bound to the other"


class Qualifier(Vocabulary):
    """How reliable a date is, by its own marks."""

    APPROXIMATE = "approximate", "about then (~)"
    UNCERTAIN = "uncertain", "then, but it is not sure (?)"
    BOTH = "uncertain and approximate", "about then, and even that is not sure (%)"


@dataclass(frozen=True, slots=True)
class Edtf:
    """One date: its EDTF text, and all that depends on the text alone."""

    text: str
    """As it was given: two texts of one meaning stay two texts."""
    earliest: str | None
    """The first day it may mean, YYYY-MM-DD; None where open, unknown or outside 0000 to 9999."""
    latest: str | None
    """The last day it may mean, YYYY-MM-DD; None where open, unknown or outside 0000 to 9999."""
    precision: Precision
    qualifier: Qualifier | None
    first_day: int | None = field(default=None, compare=False)
    """The first day it may mean as a day number, in any year; None where open or unknown."""
    last_day: int | None = field(default=None, compare=False)
    """The last day it may mean as a day number, in any year; None where open or unknown."""

    @classmethod
    def parse(cls, text: str) -> Edtf:
        """Read an EDTF text, whoever wrote it.

        Raises EdtfError, and nothing else, where it is not EDTF, means no day that exists, ends
        before it begins, or is refused all the same (see above).
        """
        if not isinstance(text, str):
            raise EdtfError(f"a date is text, not {type(text).__name__}: put it in quotes")
        return cls._parse(text)

    @classmethod
    @lru_cache(maxsize=4096)  # a coding has few dates, and many rules look at them
    def _parse(cls, text: str) -> Edtf:
        if not text:
            raise EdtfError("the text is empty: leave the date out where none is known")
        if len(text) > MAX_LENGTH:
            _refuse(text, f"{len(text)} characters are too long for a date (limit {MAX_LENGTH})")
        if any(map(str.isspace, text)):
            _refuse(text, "EDTF has no spaces and no line breaks: remove them")
        if text[0] in "[{":
            parsed = _one_of(text)
        elif "/" in text:
            parsed = _interval(text)
        elif re.match(r"[0-9-]+T", text):
            parsed = _date_and_time(text)
        else:
            parsed = _date(text)
        first, last, precision = parsed
        days = _day_number(first), _day_number(last)
        return cls(text, _iso(first), _iso(last), precision, _qualifier(text), *days)


_Day = tuple[int, int, int]  # year, month and day: unlike text, in order in every year


class _Bounds(NamedTuple):
    """What a text, or a part of it, means."""

    earliest: _Day | None
    latest: _Day | None
    precision: Precision


# [0-9], not \d, which takes the digits of every script; no repeated group, so no backtracking.
_YEAR, _TWO = "[?~%]?((?!-0000)-?[0-9X]{4})[?~%]?", "[?~%]?([0-9X]{2})[?~%]?"
_LONG_YEAR = "[?~%]?Y(-?[1-9][0-9]{2,}[0-9X]{2})[?~%]?"
_DATE = re.compile(f"{_LONG_YEAR}|{_YEAR}(?:-{_TWO}(?:-{_TWO})?)?")
_TIME = re.compile(
    r"(-?[0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:Z|[+-]([0-9]{2})(?::([0-9]{2}))?)?"
)

# Digits as 9, the year's last four, and without trailing -XX, which adds nothing; else a range.
_PRECISIONS = {
    "9999": Precision.YEAR,
    "9999-99": Precision.MONTH,
    "9999-99-99": Precision.DAY,
    "999X": Precision.DECADE,
    "99XX": Precision.CENTURY,
}

# Divisions of a year (ISO 8601-2:2019, 4.8.1): the first month, and how many months.
_DIVISIONS = {
    "21": (3, 3), "22": (6, 3), "23": (9, 3), "24": (12, 3),  # seasons, read as northern
    "25": (3, 3), "26": (6, 3), "27": (9, 3), "28": (12, 3),  # northern, and said to be
    "29": (9, 3), "30": (12, 3), "31": (3, 3), "32": (6, 3),  # southern, from spring on
    "33": (1, 3), "34": (4, 3), "35": (7, 3), "36": (10, 3),  # quarters
    "37": (1, 4), "38": (5, 4), "39": (9, 4), "40": (1, 6), "41": (7, 6),  # thirds, halves
}  # fmt: skip

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

# What people write instead of EDTF, tried in order once a text has been refused.
_ADVICE = (
    (r"[?~%Y]?-0000+([?~%-].*)?", "the year 0 has no minus: it is 0000"),
    (r"Y(-?)0*([0-9]{4})", r"Y is for years of more than four digits: write \1\2"),
    (r"Y?-?[0-9E]+S[0-9]+", "significant digits are not read: write 19XX, 195X or [1940..1960]"),
    (r"-[0-9]{1,3}([?~%-].*)?|[0-9]+BCE?", "44 BC is -0043, with four digits: 1 BC is 0000"),
    (r"(-?[0-9]{4})(0[1-9]|1[0-2])([0-2][0-9]|3[01])", r"EDTF needs its hyphens: write \1-\2-\3"),
    (r"(-?[0-9]{4})(0[1-9]|1[0-2])", r"EDTF needs its hyphens: write \1-\2"),
    (r"(-?[1-9][0-9]{4,})", r"a year of more than four digits begins with Y: write Y\1"),
    (r"[0-9]{4}-?W.*", "EDTF has no weeks: write the days, as in 2015-11-02/2015-11-08"),
    (r"[0-9]{4}-[0-9]{3}", "EDTF has no days of the year: write year, month and day"),
    (r"([0-9]{4})-([0-9]{4})", r"write \1/\2 for 'from, to', [\1..\2] for 'once, within'"),
    (r"-?[0-9]{4}-[0-9]{1,2}(-[0-9]{1,2})?", "months and days have two digits, as in 2015-01-09"),
    (r"([0-9]{3})", r"a year has four digits: write \1X for the decade"),
    (r"[0-9]", "a year has four digits: leave the date out where none is known"),
    (r"([0-9]{2})", r"each date begins with a year of four digits; the century is \1XX"),
    (r"([0-9XY?~%-]+)\.\.", r"write \1/.. for 'from then on', [\1..] for 'once, then or later'"),
    (r"\.\.([0-9XY?~%-]+)", r"write ../\1 for 'until then', [..\1] for 'once, then or earlier'"),
    (r"Y[0-9X-].*", "after Y come all digits of a year, at least five, the first not 0; no month"),
    (r"([0-9X-]+)(\?~|~\?)", r"uncertain and approximate at once is one mark: write \1%"),
    (r".*[?~%]{2}.*", "one mark of ? ~ % in one place"),
    (r"(open|unknown)", "that is an older EDTF: write .. for open, nothing for unknown"),
    (r"[0-9X?~%-]*[ux][0-9uxX?~%-]*", "an unspecified digit is a capital X"),
    (r"(-?[0-9X]{4}(-[0-9X]{2})?)-", r"nothing follows the last hyphen: write \1"),
    (r".*[0-9]T[0-9].*", "a time of day cannot be in an interval or set: write the day"),
    (r".*[\[\]{}].*", "a set is the whole date: no other text beside its brackets, none within"),
)


def _refuse(text: str, reason: str) -> NoReturn:
    """Raise with a message of one line, however long or unprintable the text."""
    shown = visible(text)
    raise EdtfError(f"{shown if len(shown) <= 60 else shown[:59] + '…'}: {reason}")


def _not_edtf(text: str) -> NoReturn:
    """Say what is wrong with a text that is not of a date's form, and what to write."""
    for pattern, advice in _ADVICE:
        if match := re.fullmatch(pattern, text):
            _refuse(text, match.expand(advice))
    for char in text:
        if not re.match(r"[0-9A-Za-z?~%:/.,+\[\]{}-]", char):
            shown = char if visible(char) == char else "a character"
            _refuse(text, f"{shown} (U+{ord(char):04X}) is not used in EDTF; 2015-11-04 is a date")
    _refuse(text, "not EDTF: write YYYY, YYYY-MM or YYYY-MM-DD, as in 2015-11-04")


def _qualifier(text: str) -> Qualifier | None:
    """What all the marks of a text that has been read say together."""
    approximate, uncertain = "~" in text or "%" in text, "?" in text or "%" in text
    if approximate and uncertain:
        return Qualifier.BOTH
    return Qualifier.APPROXIMATE if approximate else Qualifier.UNCERTAIN if uncertain else None


def _last_day(year: int, month: int) -> int:
    """The length of a month; datetime and calendar know no year 0, ISO 8601 does."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _iso(day: _Day | None) -> str | None:
    """The day as text, where text has the order of days."""
    return "{:04}-{:02}-{:02}".format(*day) if day and 0 <= day[0] <= 9999 else None


def _day_number(day: _Day | None) -> int | None:
    """The days from 1 January of the year 0, by the Gregorian calendar; negative before it."""
    if day is None:
        return None
    year, month, number = day
    leap_days = (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    number += 365 * year + leap_days - 1
    number += sum(_last_day(year, before) for before in range(1, month))
    return max(-MAX_DAY, min(number, MAX_DAY))


def _numbers(mask: str) -> list[int]:
    """Every number that digits and X may mean, ascending; none is -0."""
    choices = ("0123456789" if char == "X" else char for char in mask)
    numbers = sorted(int("".join(digits)) for digits in product(*choices))
    return [number for number in numbers if number or mask[0] != "-"]


def _first(years: list[int], months: list[int], days: list[int]) -> _Day | None:
    """The first day that exists, in the order the numbers are given in."""
    fitting = (
        (year, month, day)
        for year in years
        for month in months
        for day in days
        if day <= _last_day(year, month)
    )
    return next(fitting, None)


def _date(text: str) -> _Bounds:
    """A year, with or without month or division and day, with X and marks anywhere."""
    match = _DATE.fullmatch(text)
    if not match:
        _not_edtf(text)
    parts = [part for part in match.groups() if part]
    year, month, day = (*parts, "XX", "XX")[:3]
    shape = re.sub("[0-9]", "9", f"{year[-4:]}-{month}-{day}").removesuffix("-XX")
    precision = _PRECISIONS.get(shape.removesuffix("-XX"), Precision.RANGE)
    unknown = year.endswith("XXXX")
    if shape == "XXXX-XX":
        _refuse(text, "that names no date: leave it out where none is known")

    # Of an unknown year only the day within it can be wrong, and 2000 has every day.
    years = [2000] if unknown else _numbers(year)
    if month in _DIVISIONS:
        if len(parts) == 3:
            _refuse(text, f"{month} is a season or other part of a year, which has no days")
        if precision is Precision.MONTH:
            precision = Precision.SEASON
        begin, length = _DIVISIONS[month]
        last, end = divmod(years[-1] * 12 + begin + length - 2, 12)
        earliest: _Day | None = (years[0], begin, 1)
        latest: _Day | None = (last, end + 1, _last_day(last, end + 1))
    else:
        # X replaces digits of months only: 2X is not a season, since it could be any.
        months = [number for number in _numbers(month) if 1 <= number <= 12]
        if not months:
            _refuse(text, "no such month: months are 01 to 12, parts of a year 21 to 41")
        days = [number for number in _numbers(day) if 1 <= number <= 31]
        earliest = _first(years, months, days)
        latest = _first(years[::-1], months[::-1], days[::-1])
        if earliest is None:
            if len(months) > 1 or len(years) > 1 or unknown:
                _refuse(text, "no day of the calendar fits that")
            name, length = MONTHS[months[0] - 1], _last_day(years[0], months[0])
            raise EdtfError(f"{text} is not a day: {name} {year} has {length} days")
    if unknown:
        earliest = latest = None
    return _Bounds(earliest, latest, precision)


def _date_and_time(text: str) -> _Bounds:
    """A day with its time (ISO 8601-1:2019, 5.4.1), read as the day."""
    match = _TIME.fullmatch(text)
    if not match:
        _refuse(text, "a day and time are 1985-04-12T23:20:30, then nothing, Z, +04 or +04:30")
    hour, minute, second, zone_hour, zone_minute = (int(n or 0) for n in match.groups()[1:])
    if hour > 23 or minute > 59 or second > 60:
        _refuse(text, "times run from 00:00:00 to 23:59:59; midnight is 00:00:00 of the next day")
    # Leap seconds are inserted at midnight UTC, and zones differ from it by quarters of an hour.
    if second == 60 and minute % 15 != 14:
        _refuse(text, "a second 60 is a leap second, as in 23:59:60Z")
    if zone_hour * 60 + zone_minute > 14 * 60 or zone_minute > 59:
        _refuse(text, "zones are at most 14 hours from UTC")
    return _date(match[1])


def _interval(text: str) -> _Bounds:
    """From one date to another; either side may be open (`..`) or unknown (nothing)."""
    sides = text.split("/")
    if len(sides) != 2:
        _refuse(text, "one slash, between two dates; a day is written 2015-11-04")
    if all(side in ("", "..") for side in sides):
        _refuse(text, "no side names a date: leave it out where none is known")
    nothing = _Bounds(None, None, Precision.SPAN)
    start, end = (nothing if side in ("", "..") else _date(side) for side in sides)
    return _between(text, start, end, Precision.SPAN)


def _between(text: str, start: _Bounds, end: _Bounds, precision: Precision) -> _Bounds:
    """From the first day of start to the last of end, refused where no day lies between."""
    if start.earliest and end.latest and start.earliest > end.latest:
        raise EdtfError(f"{text} ends before it begins: swap its dates, or correct one")
    return _Bounds(start.earliest, end.latest, precision)


def _one_of(text: str) -> _Bounds:
    """One of a set of dates (ISO 8601-2:2019, clause 6): `[a,b]`, `[a..b]`, `[..a]`, `[a..]`."""
    if text[0] == "{":
        _refuse(text, "{} means every one of these dates: give each its own fact, or write [..]")
    if text[-1] != "]":
        _refuse(text, "a set that begins with [ ends with ]")
    nothing = _Bounds(None, None, Precision.RANGE)
    members = text[1:-1].split(",")
    parts = []
    for place, member in enumerate(members):
        left, dots, right = member.partition("..")
        if not left and not right:
            _refuse(text, "every member of a set names a date")
        if (not left and place > 0) or (dots and not right and place < len(members) - 1):
            _refuse(text, "only the first member of a set is open before, only the last after")
        start = _date(left) if left else nothing
        end = (_date(right) if right else nothing) if dots else start
        parts.append(_between(member, start, end, Precision.RANGE))
    firsts = [part.earliest for part in parts if part.earliest]
    lasts = [part.latest for part in parts if part.latest]
    # One member that is open or unknown on a side leaves the whole set so.
    earliest = min(firsts) if len(firsts) == len(parts) else None
    latest = max(lasts) if len(lasts) == len(parts) else None
    return _Bounds(earliest, latest, Precision.RANGE)
