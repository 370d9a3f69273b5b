"""How invented event data are distributed: a few actors do most, busy days come in bursts.

Everything is drawn from one random seed: the same seed makes the same world on any machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from math import exp
from random import Random
from typing import TypeVar

T = TypeVar("T")

FIRST_DAY = date(2010, 1, 1)
DAYS = 5_479
"""Fifteen years, to the end of 2024."""

PAST = 3_000
"""The most days between an event and a document about it."""

SKEW = 1.05
"""The exponent of Zipf's law by which actors, places and sources are drawn."""

SYLLABLES = re.findall(r"\w+", "ka ro bel dun mar ti zo an sha vel or im que lu né fa gör is ta ñu")
WORDS = re.findall(
    r"\w+",
    "talks agreement front supply border ministry convoy ceasefire offer harbour delegation "
    "province budget election sanctions airfield railway garrison envoy committee pipeline "
    "rivals partners neighbours reserve treaty summit inquiry broadcast withdrawal pressure",
)
SCRIPTS = ("كارو بلدون", "کرانه", "Кароль", "卡罗", "Ñuñez-Öz")

FORMS = {
    "{day}": 62,
    "{month}": 12,
    "": 9,
    "{year}": 5,
    "{day}~": 3,
    "{season}": 2,
    "{month}?": 1,
    "[{day}..{later}]": 2,
    "{day}/{later}": 2,
    "{month}/..": 1,
    "[..{day}]": 0.5,
    "{decade}X": 0.3,
    "19XX": 0.2,
}
"""Forms of dates in EDTF, and how often each occurs; the empty one is undated."""


def draws(random: Random, values: Sequence[T], weights: Sequence[float]) -> Iterator[T]:
    """Yield random values by weight, without end; drawing them in blocks is five times as fast."""
    cumulative = list(accumulate(weights))
    while True:
        yield from random.choices(values, cum_weights=cumulative, k=4096)


def ranks(random: Random, count: int) -> Iterator[int]:
    """Yield random ranks from 0 by Zipf's law, without end."""
    return draws(random, range(count), [1 / (rank + 1) ** SKEW for rank in range(count)])


def chances(random: Random, weights: Mapping[T, float]) -> Iterator[T]:
    """Yield random keys by weight, without end."""
    return draws(random, list(weights), list(weights.values()))


def name(number: int) -> str:
    """Return a name, a different one for each number."""
    base = len(SYLLABLES)
    first = SYLLABLES[number % base] + SYLLABLES[number // base % base]
    last = SYLLABLES[number * 7 % base] + SYLLABLES[number // base**2 % base]
    return f"{first} {last}{number // base**3 or ''}".title()


def slug(text: str) -> str:
    """Return the key for a name."""
    return text.lower().translate(str.maketrans(" éöñ'", "-eon-"))


def calendar(random: Random, documents: int) -> list[int]:
    """Return the sorted days on which documents appear: a base level, weekends and bursts."""
    level = []
    for day in range(DAYS):
        weekend = (FIRST_DAY + timedelta(day)).weekday() >= 5
        level.append((0.5 if weekend else 1.0) * exp(random.gauss(0, 0.3)))
    for _ in range(120):  # a crisis breaks out at once and ebbs over weeks
        start, ebb = random.randrange(DAYS), random.expovariate(0.05)
        height = exp(random.gauss(1.5, 1))
        for day in range(start, min(DAYS, start + int(6 * ebb) + 1)):
            level[day] += height * exp((start - day) / (ebb + 1))
    return sorted(random.choices(range(DAYS), weights=level, k=documents))


class Dates:
    """Dates of every precision, near the day on which a document appears or long before it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.forms = chances(random, FORMS)
        recent, past = range(15), range(30, PAST, 30)
        weights = [1 / (lag + 1) for lag in recent] + [0.01 for _ in past]
        self.lags = draws(random, [*recent, *past], weights)
        self.days = [(FIRST_DAY + timedelta(day)).isoformat() for day in range(-PAST, DAYS)]

    def on(self, day: int) -> str:
        """Return a day in ISO format."""
        return self.days[PAST + day]

    def near(self, day: int) -> str | None:
        """Return the EDTF date of something reported on a day; None if it is undated."""
        at = day - next(self.lags)
        text, later = self.on(at), self.on(min(day, at + 1 + int(self.random.random() * 20)))
        year, month = text[:4], text[:7]
        season = f"{year}-{21 + int(text[5:7]) % 12 // 3}"
        form = next(self.forms)
        return (
            form.format(
                day=text, month=month, year=year, decade=year[:3], season=season, later=later
            )
            or None
        )


def partners(rank: int, everybody: Iterator[int]) -> list[int]:
    """Return the actors that an actor mostly deals with: more of them for a busier actor."""
    known = {next(everybody) for _ in range(8 + int(2_000 / (rank + 5)))}
    known |= {max(0, rank + step) for step in (-2, -1, 1, 2)}
    known.discard(rank)
    return sorted(known)
