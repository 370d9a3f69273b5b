"""Dates in words, for people: `2015-10-14~` is "about 14 Oct 2015"; and words that people type.

Words are never more precise than the date that they stand for. "between … and …" means once, on
some day within; "… to …" means the whole time. What has no words here (`156X-12-25`) is shown
as it is.
"""

import re

from schema.edtf import MAX_LENGTH, MONTHS, Edtf, EdtfError
from schema.escape import visible

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
_LONG_YEAR = re.compile("Y(-?[0-9]+)()()")
_MONTH = re.compile(r"-?[0-9]{4}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"(-?[0-9]{4}-[0-9]{2})-([0-9]{2})")


def date_in_words(edtf: str, *, full: bool = False, tie: bool = False) -> str:
    """Return a date in words, or the text itself if it isn't EDTF or there are no words for it.

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
    bare = re.sub("[?~%]", "", text)
    match = _DATE.fullmatch(bare) or _LONG_YEAR.fullmatch(bare)
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
    if number > 9999:
        return f"the year {number}"
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
    if shared == 1 and words[-1] == "BC":
        return first
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
    if _DAY.fullmatch(begin) and _MONTH.fullmatch(end):
        end = Edtf.parse(end).latest or end
    elif _MONTH.fullmatch(begin) and _DAY.fullmatch(end):
        begin = Edtf.parse(begin).earliest or begin
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


# --- from words to EDTF ---------------------------------------------------------------------------

_NUMBER_OF = {
    **{name.lower(): f"{n % 12 + 1:02}" for n, name in enumerate(MONTH_NAMES)},
    "sept": "09",
}
_SPELT = {"first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fall": "autumn"}
_PART_OF_YEAR = {words.replace(" {}", ""): n for n, words in _DIVISIONS.items() if "(" not in words}
_PARTS = {
    "early": ("01", "10", "01", "04"),
    "mid": ("11", "20", "05", "08"),
    "late": ("21", "", "09", "12"),
}
"""The first and last day of a part of a month, the first and last month of a part of a year."""

_NUMBERS = re.compile(r"(-?[0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?")
_YEAR_LAST = re.compile(r"(.*?) ?(?:([0-9]{3,4})|([0-9]+) ?(bce?|ad|ce)|ad ([0-9]{1,4}))")
_LATE_YEAR = re.compile("(?:the )?year ([1-9][0-9]{4,})")
_DECADE = re.compile(r"(?:the )?([0-9]{3})0s")
_MONTH_AND_DAY = re.compile(r"(?:([0-9]{1,2}) )?([a-z]+)(?: ([0-9]{1,2}))?")
_EARLY_OR_LATE = re.compile(r"(early|mid|late)(?:[ -]([a-z]+))?")


def edtf_of(typed: str) -> str:
    """Return the EDTF of a date that somebody typed: EDTF, 2015-7, July 2015, late 2015, 44 BC.

    Raises EdtfError, with a message of one line.
    """
    text = " ".join(typed.split())
    try:
        return Edtf.parse(text).text
    except EdtfError as error:
        reason = str(error)
    words = " ".join(re.sub("[.,]", " ", text[:MAX_LENGTH].lower()).split())
    edtf = _typed(words.removeprefix("about "))
    if edtf:
        about = words.startswith("about ") and edtf[0] != "["
        return Edtf.parse(f"{edtf}~" if about else edtf).text
    if re.search("[A-Za-z]{3}", text):
        shown = visible(text)
        shown = shown if len(shown) <= 60 else shown[:59] + "…"
        raise EdtfError(
            f"{shown}: not a date; write 2015, July 2015, 2015-07-26, 26 July 2015, autumn 2015, "
            "late 2015, 44 BC or EDTF"
        )
    raise EdtfError(reason)


def _typed(words: str) -> str:
    """Return the EDTF of words in lower case, or nothing."""
    if match := _NUMBERS.fullmatch(words):
        year, *rest = filter(None, match.groups())
        return "-".join([year, *(part.zfill(2) for part in rest)])
    if match := _DECADE.fullmatch(words):
        return f"{match[1]}X"
    if match := _LATE_YEAR.fullmatch(words):
        return f"Y{match[1]}"
    match = _YEAR_LAST.fullmatch(words)
    if match is None:
        return ""
    before, year, digits, era, ad = match.groups()
    if era in ("bc", "bce"):
        number = 1 - int(digits)
        if number > 0:
            return ""
        year = f"Y{number}" if number < -9999 else f"{number:0{5 if number else 4}}"
    else:
        year = (year or digits or ad).zfill(4)
    return _in_year(before.removesuffix("-"), year) if before else year


def _in_year(words: str, year: str) -> str:
    """Return the EDTF of a part of a year, or nothing."""
    first, _, rest = words.removesuffix(" of").partition(" ")
    division = f"{_SPELT.get(first, first)} {rest} of".replace("  of", "")
    if division in _PART_OF_YEAR:
        return f"{year}-{_PART_OF_YEAR[division]}"
    if match := _EARLY_OR_LATE.fullmatch(words):
        day, last_day, month, last_month = _PARTS[match[1]]
        if not match[2]:
            return f"[{year}-{month}..{year}-{last_month}]"
        if match[2] in _NUMBER_OF:
            month = f"{year}-{_NUMBER_OF[match[2]]}"
            return f"[{month}-{day}..{month}{last_day and '-' + last_day}]"
    match = _MONTH_AND_DAY.fullmatch(words)
    if match is None or match[2] not in _NUMBER_OF or (match[1] and match[3]):
        return ""
    number = match[1] or match[3]
    return f"{year}-{_NUMBER_OF[match[2]]}" + (f"-{number.zfill(2)}" if number else "")
