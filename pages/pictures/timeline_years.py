"""A timeline of many facts: an axis for each year, and above them how many facts each year has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from output.wording import counted
from pages.pictures.axis import calendar_day, day_number, year_in_words
from pages.pictures.lettering import width
from pages.pictures.svg import SIZES, Drawing
from pages.pictures.timeline_facts import TimelineFact, Window

MOST_TOGETHER = 150
"""Facts on one axis; if there are more, each year has its own, and each fact one line."""

MOST_IN_PART = 40
"""Years that have no more facts together share an axis."""

HIGH, WIDEST, APART = 72.0, 44.0, 34.0
"""Height of the highest bar, the greatest width of bars, and the least between two years' names."""

STYLE = """
.picture .years{stroke:none} .picture .years.said{fill-opacity:.55}
.picture .years.other{fill:var(--bg);stroke:var(--other);stroke-width:1.2}
.picture a:hover .years,.picture a:focus .years{stroke:var(--ink);stroke-width:1.5}
"""

KINDS = ("happened", "said", "other")
WORDS = {
    "happened": "happened",
    "said": "said",
    "other": "intended, expected, possible or denied",
}


class Part(NamedTuple):
    """Facts of some years, with the days of their axis."""

    title: str
    window: Window
    facts: Sequence[TimelineFact]
    id: str = ""


def parts(facts: Sequence[TimelineFact]) -> list[Part]:
    """Return the facts in parts of whole years, each with an axis of its own."""
    years: dict[int, list[TimelineFact]] = {}
    for fact in facts:
        years.setdefault(year_of(fact), []).append(fact)
    divided: list[Part] = []
    together: list[int] = []
    for year in sorted(years):
        if together and sum(len(years[it]) for it in [*together, year]) > MOST_IN_PART:
            divided.append(_part(together, years))
            together = []
        together.append(year)
    return [*divided, _part(together, years)]


def year_of(fact: TimelineFact) -> int:
    """Return the year below which a fact stands: that in which it begins, if that is known."""
    day = fact.last if fact.first is None else fact.first
    return calendar_day(day or 0)[0]


def _part(together: Sequence[int], years: dict[int, list[TimelineFact]]) -> Part:
    facts = [fact for year in together for fact in years[year]]
    names = dict.fromkeys(year_in_words(year) for year in (together[0], together[-1]))
    ends = [fact.last for fact in facts if fact.last is not None]
    window = Window(
        day_number(together[0]), max(day_number(together[-1] + 1) - 1, max(ends, default=0))
    )
    title = f"{' to '.join(names)}: {counted(len(facts), 'fact')}"
    return Part(title, window, facts, f"years-{together[0]}")


def overview(
    drawing: Drawing, divided: Sequence[Part], y: float, left: float, right: float
) -> float:
    """Draw how many facts each year has, as bars that lead to its part; return where it ends."""
    counts = {kind: Counter[int]() for kind in KINDS}
    leads: dict[int, str] = {}
    for part in divided:
        for fact in part.facts:
            counts[fact.colour][year_of(fact)] += 1
            leads[year_of(fact)] = f"{drawing.name}-{part.id}"
    first, last = min(leads), max(leads)
    step = _step(last - first + 1, right - left)
    groups = [
        [it for it in range(year, year + step) if it in leads]
        for year in range(first - first % step, last + 1, step)
    ]
    most = max(sum(counts[kind][year] for kind in KINDS for year in group) for group in groups)
    wide = min((right - left) / len(groups), WIDEST + 6)
    free = left - 1.0
    bottom = y + 20 + HIGH
    for n, group in enumerate(groups):
        if not group:
            continue
        x = left + n * wide
        total = sum(counts[kind][year] for kind in KINDS for year in group)
        names = " to ".join(dict.fromkeys(year_in_words(year) for year in (group[0], group[-1])))
        split = ((kind, sum(counts[kind][year] for year in group)) for kind in KINDS)
        listed = ", ".join(f"{count:,} {WORDS[kind]}" for kind, count in split if count)
        drawing.open_link(f"#{leads[group[0]]}", f"{names}: {counted(total, 'fact')}: {listed}")
        base = bottom
        for kind in KINDS:
            high = HIGH * sum(counts[kind][year] for year in group) / most
            if high:
                drawing.rect(x, base - high, wide - 6, high, f"{kind} years")
                base -= high
        words = f"{total:,}"
        if width(words, SIZES["small"]) <= wide:
            middle = x + (wide - 6) / 2 - width(words, SIZES["small"]) / 2
            drawing.text(middle, base - 4, words, "small")
        name = year_in_words(group[0])
        if x > free:
            drawing.text(x, bottom + 14, name, "small")
            free = x + max(width(name, SIZES["small"]) + 6, APART)
        drawing.close_link()
    return bottom + 20


def _step(years: int, room: float) -> int:
    """Return how many years a bar holds, so that each bar is at least ten pixels wide."""
    steps: Iterator[int] = (n * 10**power for power in range(9) for n in (1, 2, 5))
    return next(step for step in steps if years / step * 10 <= room - 20)
