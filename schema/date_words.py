"""Dates in words, for people: `2015-10-14~` is "about 14 Oct 2015".

Words are never more precise than the date that they stand for. "between … and …" means once, on
some day within; "… to …" means the whole time. What has no words here (`Y17000`, `156X-12-25`) is
shown as it is.
"""

import re

from schema.edtf import MONTHS, Edtf, EdtfError

_SEASONS = ("spring", "summer", "autumn", "winter")
_ORDINALS = ("1st", "2nd", "3rd", "4th")
_DIVISIONS = {
    **{21 + n: f"{season} {{}}" for n, season in enumerate(_SEASONS)},
    **{25 + n: f"{season} {{}} (northern)" for n, season in enumerate(_SEASONS)},
    **{29 + n: f"{season} {{}} (southern)" for n, season in enumerate(_SEASONS)},
    **{33 + n: f"{_ORDINALS[n]} quarter of {{}}" for n in range(4)},
    **{37 + n: f"{_ORDINALS[n]} third of {{}}" for n in range(3)},
    **{40 + n: f"{_ORDINALS[n]} half of {{}}" for n in range(2)},
}
"""The parts of a year, by their number in the month's place."""

_PARTS_OF_MONTH = {("01", "10"): "early ", ("11", "20"): "mid-", ("21", ""): "late "}
"""The first and the last day of a part of a month; the last part ends with the month."""

MONTH_NAMES = (*MONTHS, *(month[:3] for month in MONTHS))
"""The names of months, in full and with three letters."""

_DATE = re.compile(r"(-?[0-9]{2}(?:[0-9][0-9X]|XX))(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?")
_DAY = re.compile(r"(-?[0-9]{4}-[0-9]{2})-([0-9]{2})")


def date_in_words(edtf: str, *, full: bool = False, tie: bool = False) -> str:
    """Return a date in words, or the text itself if it is no EDTF or there are no words for it.

    Beside a day, a month has three letters, unless `full` asks for running text. `tie` says that
    the date is when something lasting began.
    """
    every = edtf.startswith("{") and edtf.endswith("}")
    try:
        # Edtf refuses {…}, which are several facts; its dates are those of […].
        Edtf.parse(f"[{edtf[1:-1]}]" if every else edtf)
    except EdtfError:
        return edtf
    if every:
        words = _every(edtf[1:-1], full=full)
    elif edtf.startswith("["):
        words = _either(edtf[1:-1], full=full, tie=tie)
    elif "/" in edtf:
        words = _interval(edtf, full=full)
    else:
        words = _date(edtf, full=full)
    return words or edtf


def _date(text: str, *, full: bool, month_as: int | None = None, alone: bool = True) -> str:
    """Return a single date in words, or nothing if there are none.

    `month_as` shortens a month without a day. A date that isn't `alone` is part of a longer one.
    """
    match = _DATE.fullmatch(re.sub("[?~%]", "", text))
    if match is None:
        return ""
    number, month, day = ("" if part in (None, "XX") else part for part in match.groups())
    if number.endswith("X"):
        if month or number.startswith(("-", "0")):
            return ""
        words = f"the {number[:3]}0s"
        if number[2] == "X":
            words = f"{number[:2]}00 to {number[:2]}99" if alone else ""
    elif day and not month:
        return ""
    else:
        words = _year(int(number))
        if month and int(month) in _DIVISIONS:
            words = _DIVISIONS[int(month)].format(words)
        elif month:
            letters = 3 if day and not full else month_as
            words = f"{MONTHS[int(month) - 1][:letters]} {words}"
        if day:
            words = f"{int(day)} {words}"
    if not words:
        return ""
    about = "about " if re.search("[~%]", text) else ""
    return f"{about}{words}{' (uncertain)' if re.search('[?%]', text) else ''}"


def _year(number: int) -> str:
    if number <= 0:
        return f"{1 - number} BC"
    return str(number) if number > 99 else f"AD {number}"


def _interval(text: str, *, full: bool) -> str:
    """Return in words what lasted from one date to another."""
    sides = text.split("/")
    first, last = (_date(side, full=full, alone=False) for side in sides)
    begin, end = sides
    if (begin.strip(".") and not first) or (end.strip(".") and not last):
        return ""
    if not first:
        return f"until {last}" if begin else f"to {last}, beginning not known"
    if not last:
        return f"since {first}" if end else f"from {first}, end not known"
    return f"{_shortened(first, last)} to {last}"


def _shortened(first: str, last: str) -> str:
    """Return the first of two dates without the end that it shares with the second: 26 Aug."""
    if "(" in first + last or " of " in first + last:
        return first
    about = "about " if first.startswith("about ") else ""
    words = first.removeprefix(about).split(" ")
    others = last.removeprefix("about ").split(" ")
    shared = 0
    while shared < min(len(words), len(others)) - 1 and words[-1 - shared] == others[-1 - shared]:
        shared += 1
    return about + " ".join(words[: len(words) - shared])


def _either(text: str, *, full: bool, tie: bool) -> str:
    """Return in words when something happened once."""
    members = text.split(",")
    words = [_within(member, full=full, tie=tie, alone=len(members) == 1) for member in members]
    return _listed(words, "or")


def _within(member: str, *, full: bool, tie: bool, alone: bool) -> str:
    begin, dots, end = member.partition("..")
    if not dots:
        return _date(member, full=full, alone=alone)
    short = None if full else 3
    first = _date(begin, full=full, month_as=short if end else None, alone=False)
    last = _date(end, full=full, month_as=short if begin else None, alone=False)
    if (begin and not first) or (end and not last):
        return ""
    if not first:
        return f"since {last} or earlier" if tie else f"in or before {last}"
    if not last:
        return f"since {first} or later" if tie else f"in or after {first}"
    return _part_of_month(begin, end) or f"between {_shortened(first, last)} and {last}"


def _part_of_month(begin: str, end: str) -> str:
    """Return early, mid or late and the month, if these are the days of that part."""
    first, last = _DAY.fullmatch(begin), _DAY.fullmatch(end)
    if first is None or last is None or first[1] != last[1]:
        return ""
    until = "" if Edtf.parse(end).last_day == Edtf.parse(first[1]).last_day else last[2]
    part = _PARTS_OF_MONTH.get((first[2], until))
    return part + _date(first[1], full=True) if part else ""


def _every(text: str, *, full: bool) -> str:
    """Return in words what happened at each of several dates."""
    words = []
    for member in text.split(","):
        begin, dots, end = member.partition("..")
        first = _date(begin, full=full, alone=False)
        last = _date(end, full=full, alone=False) if dots else first
        if dots and first and last:
            unit = ("year", "month", "day")[begin.lstrip("-").count("-")]
            first = f"every {unit} from {_shortened(first, last)} to {last}"
        words.append(first if last else "")
    return _listed(words, "and")


def _listed(words: list[str], conjunction: str) -> str:
    """Return dates as a list; what all share with the last one stands there alone."""
    if not all(words):
        return ""
    *others, last = words
    if not others:
        return last
    if not any(" and " in word or " or " in word or " from " in word for word in words):
        others = [_shortened(word, last) for word in others]
    return f"{', '.join(others)} {conjunction} {last}"
