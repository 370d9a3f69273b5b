"""What a timeline draws: dated facts in bands, and how many can't be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, text

from output.wording import counted
from pages.answers import Answer, Row, passages, published
from pages.pictures.drawn_dates import Piece, pieces
from pages.pictures.marks import Look, look
from schema.date_words import date_in_words

LONG = 366
"""Days; what may have been longer has a band and a scale of its own."""

MOST_EMPTY = 4
"""How many times as long as the time of nine tenths of the facts an axis may be."""


@dataclass(frozen=True)
class Fact:
    """A dated fact, ready to be drawn."""

    key: str
    sentence: str
    when: str
    """Date and passages, in words."""
    explained: str
    """All that a reader sees on hovering."""
    pieces: tuple[Piece, ...]
    look: Look
    is_statement: bool
    modality: str
    acting_for: str
    limit: int | None
    """The last day that its documents can know about; None: not known."""

    @property
    def brief(self) -> str:
        """Date and passages where room is short: those of one document, and how many have more."""
        words, _, where = self.when.partition(" · ")
        first, *more = where.split("; ")
        others = f" and {counted(len(more), 'document')} more" if more else ""
        return f"{words} · {first}{others}"

    @property
    def first(self) -> int | None:
        """First day that it may mean."""
        days = [piece.first for piece in self.pieces]
        return None if None in days else min(day for day in days if day is not None)

    @property
    def last(self) -> int | None:
        """Last day that it may mean."""
        days = [piece.last for piece in self.pieces]
        return None if None in days else max(day for day in days if day is not None)

    @property
    def colour(self) -> str:
        """Name of the colour of its mark."""
        if self.modality != "actual":
            return "other"
        return "said" if self.is_statement else "happened"

    @property
    def lasts(self) -> bool:
        """Whether it is too long for the common scale: longer than a year, or still going on."""
        if self.first is None or self.last is None:
            return not all(piece.once for piece in self.pieces)
        return self.last - self.first > LONG


class Window(NamedTuple):
    """Days that an axis shows."""

    first: int
    last: int

    def holds(self, fact: Fact) -> bool:
        """Return whether a fact can be drawn on it."""
        bounds = [day for day in (fact.first, fact.last) if day is not None]
        return all(self.first <= day <= self.last for day in bounds)


@dataclass
class Dated:
    """The facts of a timeline, and what it leaves out."""

    facts: list[Fact] = field(default_factory=list)
    undated: Counter[str] = field(default_factory=Counter)
    undrawn: int = 0
    """How many are dated, but not so that it can be drawn."""
    publication: int | None = None
    """Day of publication, if all comes from one document."""


def dated(connection: Connection, answer: Answer) -> Dated:
    """Return what an answer of the report `timeline` holds."""
    query = "select cited_as, standing from timeline where standing is not null"
    standings = {row.cited_as: row.standing for row in connection.execute(text(query))}
    days = published(connection)
    result = Dated()
    if len(days) == 1:
        result.publication = next(iter(days.values()))
    for row in answer.rows:
        if row["date"] is None:
            result.undated[_kind(row)] += 1
            continue
        drawn = pieces(row["date"])
        if not drawn:
            result.undrawn += 1
            continue
        result.facts.append(_fact(row, drawn, standings.get(row["event"]), days))
    if not answer.values:
        query = "select count(*) from quotes where date is null"
        result.undated["statement"] += connection.execute(text(query)).scalar_one()
    return result


def _fact(
    row: Row, drawn: tuple[Piece, ...], standing: str | None, published: dict[str, int]
) -> Fact:
    words = date_in_words(row["date"])
    where = passages(row["passage"])
    limits = [published.get(key) for key in str(row["source"] or "").split("; ")]
    modality = row["modality"] or "actual"
    settled = modality in ("actual", "denied") and None not in limits
    uncertain = "?" if row["qualifier"] and "uncertain" in row["qualifier"] else ""
    acting = f" ({row['acting_for']})" if row["acting_for"] else ""
    return Fact(
        key=row["event"],
        sentence=f"{row['what']}{f' {uncertain}' if uncertain else ''}",
        when=f"{words} · {where}",
        explained=f"{row['what']}{acting}. {words[:1].upper()}{words[1:]}. "
        f"{(row['certainty'] or 'no evidence').capitalize()}, {where}. {row['through'] or ''}",
        pieces=drawn,
        look=look(row["modality"], standing),
        is_statement=row["kind"] == "statement",
        modality=modality,
        acting_for=row["acting_for"] or "",
        limit=max(day for day in limits if day is not None) if settled else None,
    )


def _kind(row: Row) -> str:
    if row["modality"] not in ("actual", None):
        return "other"
    return "statement" if row["kind"] == "statement" else "happened"


def left_out(dated: Dated, answer: Answer) -> Iterator[str]:
    """Yield sentences on what the picture leaves out, by number and kind."""
    if {"from", "to"} & answer.values.keys():
        yield "Undated facts aren't drawn."
    else:
        kinds = [
            (dated.undated["happened"], "{} that happened", "thing"),
            (dated.undated["other"], "{} intended, expected, denied or imagined", "thing"),
            (dated.undated["statement"], "{}", "statement"),
        ]
        listed = [words.format(counted(n, unit)) for n, words, unit in kinds if n]
        if listed:
            yield f"Not drawn, because undated: {', '.join(listed)}."
        if answer.values:
            yield "Undated statements aren't drawn either; the report quotes has them."
    if dated.undrawn:
        yield f"Not drawn, because their dates can't be: {counted(dated.undrawn, 'fact')}."


def window(facts: Sequence[Fact], publication: int | None) -> Window | None:
    """Return the days of the common axis; None if no fact belongs on it.

    Facts far from the others don't stretch it: it holds nine tenths of them, and the rest if that
    doesn't make it several times as long.
    """
    short = [
        (fact.first, fact.last)
        for fact in facts
        if not fact.lasts and fact.first is not None and fact.last is not None
    ]
    if not short:
        return None
    whole = Window(min(first for first, _ in short), max(last for _, last in short))
    dense = _densest(sorted(first for first, _ in short), max(len(short) * 9 // 10, 1))
    kept = whole
    if whole.last - whole.first > MOST_EMPTY * (dense[1] - dense[0] + LONG):
        near = [(first, last) for first, last in short if dense[0] <= first <= dense[1]]
        kept = Window(dense[0], max(last for _, last in near))
    if publication is not None and 0 < publication - kept.last < (kept.last - kept.first) / 4:
        kept = Window(kept.first, publication)
    return kept


def _densest(days: Sequence[int], count: int) -> tuple[int, int]:
    """Return the shortest time that holds `count` of the days, which are sorted."""
    spans = ((days[n + count - 1] - days[n], n) for n in range(len(days) - count + 1))
    _, begin = min(spans)
    return days[begin], days[begin + count - 1]
