"""Resolves date words to EDTF, against the publication date and against each other.

A date is never finer than its words: what is calculated ("two weeks later") is marked with `~`.
Where the words leave open which day they mean, there is no date but a reason.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from coding.date_finder import DateWords
from coding.drafting.plain import forms
from coding.drafting.sentences import sentence_at
from coding.languages import Language, alternatives
from schema.edtf import Edtf, EdtfError

FAR = 62
"""After how many days between a date in the text and the publication a weekday is a guess."""

_MORE = re.compile(r"more|over|least", re.IGNORECASE)
_LESS = re.compile(r"less|under|fewer|most|up to", re.IGNORECASE)
_PLURAL = re.compile(r"(?:days|weeks|months|years)$", re.IGNORECASE)
_DAYS_AFTER = {"yesterday": -1, "today": 0, "tomorrow": 1}
_NO_DATE = {
    "repeated": "repeated",
    "now": "names no day, month or year",
    "clock": "a time of day",
}
"""Why words of some kinds have no date."""

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


@dataclass(frozen=True)
class Resolved:
    """What date words say: a date, or why there is none; and why it is a guess, if it is one."""

    date: str | None
    open: str | None = None
    unsure: str | None = None


def _open(reason: str) -> Resolved:
    return Resolved(None, open=reason)


class Resolver:
    """Resolves the date words of one document, in order."""

    def __init__(self, published: date) -> None:
        self.published = published
        self.latest: tuple[str, date] | None = None
        """The last date that the text gave, and its first day: what "later" refers to."""

    def resolve(self, item: DateWords, future: bool) -> Resolved:
        """Return what the words say; `future` if the sentence speaks of what is to come."""
        try:
            resolved = self._resolved(item, future)
            parsed = Edtf.parse(resolved.date) if resolved.date else None
        except (EdtfError, KeyError, ValueError, OverflowError):
            return _open("no such day")
        if parsed and parsed.earliest and item.kind not in ("lasting", "today", "ago"):
            self.latest = (str(resolved.date), date.fromisoformat(parsed.earliest))
        return resolved

    def _resolved(self, item: DateWords, future: bool) -> Resolved:
        parts, words = item.parts, item.words
        match item.kind:
            case "date":
                return self._date(parts, words, future)
            case "month":
                return self._month(parts, future)
            case "season":
                return self._season(parts, future)
            case "weekday" | "clock" if "weekday" in parts:
                return self._weekday(parts, future)
            case "yesterday" | "today" | "tomorrow":
                day = self.published + timedelta(days=_DAYS_AFTER[item.kind])
                return Resolved(day.isoformat())
            case "relative":
                return self._relative(parts, words)
            case "ago":
                return self._distant(parts, -1, self.published)
            case "after" | "before":
                sign = 1 if item.kind == "after" else -1
                return self._distant(parts, sign, self.latest and self.latest[1])
            case "same":
                return self._same(parts)
            case "lasting":
                return self._lasting(parts, words, future)
        return _open(_NO_DATE.get(item.kind, "not resolved"))

    # --- dates with their parts --------------------------------------------------------------

    def _date(self, parts: dict[str, str], words: str, future: bool) -> Resolved:
        if "decade" in parts:
            decade = parts["decade"]
            decade = f"19{decade[1:]}" if len(decade) == 3 else decade
            first = {"early": 0, "mid": 4, "late": 7}.get(parts.get("part", ""))
            if first is None:
                return Resolved(f"{decade[:3]}X")
            return Resolved(f"[{decade[:3]}{first}..{decade[:3]}{min(first + 3, 9)}]")
        if "endyear" in parts:
            year, end = parts["year"], parts["endyear"]
            return Resolved(f"{year}/{year[: 4 - len(end)]}{end}")
        if "century" in words.casefold():
            century = int(parts.get("ordinal") or parts["day"])
            return Resolved(f"{century - 1:02}XX")
        month, day = parts.get("month") or parts.get("mm"), parts.get("day") or parts.get("dd")
        day = day or parts.get("ordinal")
        if "holiday" in parts:
            month, day = parts["holiday"].split("-")
        if "season" in parts:
            return Resolved(f"{parts['year']}-{parts['season']}")
        if month is None:
            return Resolved(_part_of_year(parts["year"], parts.get("part")))
        year, unsure = parts.get("year", ""), None
        if not year:
            year, unsure = self._year(int(month), int(day) if day else None, future)
        if day is None:
            return Resolved(_part_of_month(int(year), int(month), parts.get("part")), unsure=unsure)
        day_date = date(int(year), int(month), int(day))
        weekday = parts.get("weekday")
        if weekday and day_date.isoweekday() != int(weekday):
            unsure = f"{day_date} is no {calendar.day_name[int(weekday) - 1]}"
        return Resolved(day_date.isoformat(), unsure=unsure)

    def _month(self, parts: dict[str, str], future: bool) -> Resolved:
        month = int(parts["month"])
        if "this" in parts:
            year, unsure = self.published.year, None
        elif "last" in parts:
            # "last May": the one before this month; "last month" is another template.
            year, unsure = self.published.year - (month >= self.published.month), None
        elif "next" in parts:
            year, unsure = self.published.year + (month <= self.published.month), None
        else:
            text, unsure = self._year(month, None, future)
            year = int(text)
        return Resolved(_part_of_month(year, month, parts.get("part")), unsure=unsure)

    def _year(self, month: int, day: int | None, future: bool) -> tuple[str, str | None]:
        """Return the year of a month that has none: the last one, or the next of what will be."""
        now = self.published
        here = (month, day or 1) <= (now.month, now.day if day else 1)
        past = now.year if here else now.year - 1
        if future:
            return str(past if month == now.month and not day else past + 1), None
        unsure = None
        if self.latest and self.latest[1].year < past and (now - self.latest[1]).days > 365:
            unsure = f"or {self.latest[1].year}, the year of the date before it?"
        elif (now.year - past) * 12 + now.month - month > 8:
            unsure = f"or is it {past + 1}?"
        return str(past), unsure

    def _season(self, parts: dict[str, str], future: bool) -> Resolved:
        season, now = int(parts["season"]), self.published
        first = {21: 3, 22: 6, 23: 9, 24: 12}[season]
        year = now.year
        if "last" in parts:
            year -= first + 2 >= now.month
        elif "next" in parts or future:
            year += first < now.month
        elif "this" not in parts:
            year -= first > now.month
        return Resolved(f"{year:04}-{season}")

    def _weekday(self, parts: dict[str, str], future: bool) -> Resolved:
        now, weekday = self.published, int(parts["weekday"])
        unsure = None
        if self.latest and self._is_far(*self.latest):
            unsure = f"or after {self.latest[0]}, the date before it?"
        back = (now.isoweekday() - weekday) % 7
        ahead = (weekday - now.isoweekday()) % 7
        if "next" in parts:
            return Resolved((now + timedelta(days=ahead or 7)).isoformat(), unsure=unsure)
        if "last" in parts:
            return Resolved((now - timedelta(days=back or 7)).isoformat(), unsure=unsure)
        if future or "this" in parts:
            return Resolved((now + timedelta(days=ahead)).isoformat(), unsure=unsure)
        return Resolved((now - timedelta(days=back)).isoformat(), unsure=unsure)

    def _is_far(self, text: str, first: date) -> bool:
        """Whether a date of the text is long before or after the publication."""
        last = Edtf.parse(text).latest or text
        around = first <= self.published and last >= self.published.isoformat()
        return not around and abs((self.published - first).days) > FAR

    # --- relative to the publication ---------------------------------------------------------

    def _relative(self, parts: dict[str, str], words: str) -> Resolved:
        shift = -1 if "last" in parts else 1 if "next" in parts else 0
        unit = parts["unit"]
        plural = _PLURAL.search(words)  # in the coming weeks
        if plural or unit in ("minute", "hour", "day", "season", "decade", "century"):
            return _open("how long, not when")
        if re.search("fiscal|school|academic", words):
            return Resolved(f"{self.published.year + shift:04}~")
        return Resolved(_shifted(self.published, shift, unit, parts.get("part")))

    def _same(self, parts: dict[str, str]) -> Resolved:
        if self.latest is None:
            return _open("the same as what? the text has no date before it")
        text = _shifted(self.latest[1], 0, parts.get("unit", "day"), None, about="~")
        return Resolved(text, unsure=f"the one of {self.latest[0]}?")

    def _distant(self, parts: dict[str, str], sign: int, origin: date | None) -> Resolved:
        if origin is None:
            return _open("counted from what? the text has no date before it")
        if "number" not in parts:  # the following month
            text = _shifted(origin, sign, parts.get("unit", "day"), None, about="~")
            return Resolved(text, unsure=f"counted from {self.latest[0]}?" if self.latest else None)
        if not parts["number"]:
            return _open("no number in it")
        count, unit = int(parts["number"]), parts["unit"]
        if unit in ("minute", "hour"):
            return _open("a time of day")
        bare = _shifted(origin, sign * count, unit, None, far=True)
        unsure = (
            f"counted from {self.latest[0]}?" if self.latest and origin != self.published else None
        )
        about = parts.get("about", "")
        if _MORE.search(about):
            return Resolved(f"[..{bare}]" if sign < 0 else f"[{bare}..]", unsure=unsure)
        if _LESS.search(about):
            here = origin.isoformat()[: len(bare)]
            text = f"[{bare}..{here}]" if sign < 0 else f"[{here}..{bare}]"
            return Resolved(text, unsure=unsure)
        return Resolved(f"{bare}~", unsure=unsure)

    # --- how long ----------------------------------------------------------------------------

    def _lasting(self, parts: dict[str, str], words: str, future: bool) -> Resolved:
        since = re.match(r"(for|over|during|in|within)\b|the (past|last)", words, re.IGNORECASE)
        if not since or future or not parts.get("number") or parts["unit"] in ("minute", "hour"):
            return _open("how long, not when")
        bare = _shifted(self.published, -int(parts["number"]), parts["unit"], None, far=True)
        if _MORE.search(parts.get("about", "")):
            return Resolved(None, open=f"how long: since [..{bare}] if it still goes on")
        return Resolved(None, open=f"how long: since {bare}~ if it still goes on")


def _part_of_year(year: str, part: str | None) -> str:
    months = {"early": ("01", "04"), "mid": ("05", "08"), "late": ("09", "12")}.get(part or "")
    return f"[{year}-{months[0]}..{year}-{months[1]}]" if months else year


def _part_of_month(year: int, month: int, part: str | None) -> str:
    last = calendar.monthrange(year, month)[1]
    days = {"early": (1, 10), "mid": (11, 20), "late": (21, last)}.get(part or "")
    base = f"{year:04}-{month:02}"
    return f"[{base}-{days[0]:02}..{base}-{days[1]:02}]" if days else base


def _shifted(
    origin: date, count: int, unit: str, part: str | None, *, about: str = "", far: bool = False
) -> str:
    """Return the day, week, month or year `count` units away, as precise as the unit.

    `far` counts weeks in days: "two weeks later" is a day, "last week" a week.
    """
    if unit == "week" and not far:
        monday = origin - timedelta(days=origin.weekday()) + timedelta(weeks=count)
        return f"[{monday}..{monday + timedelta(days=6)}]"
    if unit in _DAYS:
        return (origin + timedelta(days=count * _DAYS[unit])).isoformat() + about
    months = origin.year * 12 + origin.month - 1 + count * _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    if unit == "month":
        return _part_of_month(year, month, part)
    if unit == "quarter":
        return f"{year:04}-{33 + (month - 1) // 3}"
    return _part_of_year(f"{year:04}", part)


class Outlook:
    """Whether the words around a date speak of what is to come."""

    def __init__(self, words: Language) -> None:
        self._future = _any_of(words.words("future"))
        self._that = _any_of(words.words("that"))
        verbs = "|".join(map(re.escape, forms(words, words.words("say")))) or "(?!)"
        self._before_quote = re.compile(rf"(?<!\w)(?:{verbs})\s(?:\w+\s)?$", re.IGNORECASE)

    def future(self, text: str, at: int) -> bool:
        """Return whether the date that begins at `at` is likely to be later than the publication.

        "She said on Monday that it would end": Monday is in another clause than "would".
        """
        low, high = sentence_at(text, at)
        for that in self._that.finditer(text, low, high):
            if that.end() > at:
                high = that.start()
                break
            low = that.end()
        if self._before_quote.search(text, low, at):
            high = at
        return self._future.search(text, low, high) is not None


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternatives(words)})(?!\w)", re.IGNORECASE)
