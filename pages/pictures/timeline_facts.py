"""What a timeline draws: dated facts in bands, and how many can't be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, text

from output.wording import counted
from pages.answers import ReportAnswer, published
from pages.look import Look
from pages.pictures.drawn_dates import Piece, pieces
from pages.reader import StatementReader
from pages.statements import Statement
from schema.date_words import date_in_words
from schema.vocabulary import FactKind, Modality

IDS = "select cited_as, fact_id from timeline"

LONG = 366
"""Days; what may have been longer has a band and a scale of its own."""

MOST_EMPTY = 4
"""How many times as long as the time of nine tenths of the facts an axis may be."""


@dataclass(frozen=True)
class TimelineFact:
    """A dated fact, ready to be drawn."""

    key: str
    sentence: str
    when: str
    """Date and passages, in words."""
    explained: str
    """All that a reader sees on hovering."""
    pieces: tuple[Piece, ...]
    look: Look
    kind: str
    """event, quote or position."""
    modality: str
    acting_for: str
    limit: int | None
    """The last day that its documents can know about; None: not known."""

    @property
    def is_statement(self) -> bool:
        """Whether it was said or wanted, and didn't happen."""
        return self.kind != FactKind.EVENT

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

    def holds(self, fact: TimelineFact) -> bool:
        """Return whether a fact can be drawn on it."""
        bounds = [day for day in (fact.first, fact.last) if day is not None]
        return all(self.first <= day <= self.last for day in bounds)


@dataclass
class Dated:
    """The facts of a timeline, and what it leaves out."""

    published: Mapping[str, int]
    """Day of publication of each document."""
    facts: list[TimelineFact] = field(default_factory=list)
    undated: Counter[str] = field(default_factory=Counter)
    undrawn: int = 0
    """How many are dated, but not so that it can be drawn."""

    @property
    def publication(self) -> int | None:
        """Day of publication, if all comes from one document."""
        return next(iter(self.published.values())) if len(self.published) == 1 else None

    def add(self, statement: Statement, acting_for: str = "") -> None:
        """Add a fact, or count it if it can't be drawn; it may be in a lane of somebody else."""
        if statement.date is None:
            plain = "happened" if statement.kind == FactKind.EVENT else "statement"
            self.undated[plain if statement.modality == Modality.ACTUAL else "other"] += 1
        elif pieces(statement.date):
            self.facts.append(_fact(statement, self.published, acting_for))
        else:
            self.undrawn += 1


def dated(connection: Connection, answer: ReportAnswer) -> Dated:
    """Return what an answer of the report `timeline` holds."""
    ids = dict(map(tuple, connection.execute(text(IDS))))
    rows = {ids[row["event"]]: row["acting_for"] for row in answer.rows}
    result = Dated(published(connection))
    for statement in StatementReader(connection).read(rows):
        result.add(statement, rows[statement.id] or "")
    if not answer.values:
        query = "select count(*) from quotes where date is null"
        result.undated["statement"] += connection.execute(text(query)).scalar_one()
    return result


def _fact(it: Statement, published: Mapping[str, int], acting_for: str) -> TimelineFact:
    date = it.date or ""
    words = date_in_words(date)
    limits = [published.get(piece.document.key) for piece in it.evidence]
    days = [day for day in limits if day is not None]
    settled = it.modality in (Modality.ACTUAL, Modality.DENIED) and len(days) == len(limits) > 0
    stated = "; ".join(dict.fromkeys(f"{e.how}; {e.chain}" for e in it.evidence)) or "no evidence"
    doubt = " ?" if set(date) & {"?", "%"} else ""
    acting = f" ({acting_for})" if acting_for else ""
    where = it.where or "no passage"
    return TimelineFact(
        key=it.key,
        sentence=f"{it.sentence}{doubt}",
        when=f"{words} · {where}",
        explained=f"{it.sentence}{acting}. {words[:1].upper()}{words[1:]}. {where}: {stated}",
        pieces=pieces(date),
        look=it.look,
        kind=it.kind,
        modality=it.modality,
        acting_for=acting_for,
        limit=max(days) if settled else None,
    )


def left_out(dated: Dated, answer: ReportAnswer) -> Iterator[str]:
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


def window(facts: Sequence[TimelineFact], publication: int | None) -> Window | None:
    """Return the days of the common axis; None if no fact belongs on it.

    Facts far from the others don't stretch it: it holds nine tenths of them, and the rest if that
    doesn't make it several times as long. Where each fact would fill it, such as a month that all
    of them share, it shows the time around them.
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
    days = kept.last - kept.first + 1
    if all(2 * (last - first + 1) > days for first, last in short):
        kept = Window(kept.first - 2 * days, kept.last + 2 * days)
    if publication is not None and 0 < publication - kept.last < (kept.last - kept.first) / 4:
        kept = Window(kept.first, publication)
    return kept


def _densest(days: Sequence[int], count: int) -> tuple[int, int]:
    """Return the shortest time that holds `count` of the days, which are sorted."""
    spans = ((days[n + count - 1] - days[n], n) for n in range(len(days) - count + 1))
    _, begin = min(spans)
    return days[begin], days[begin + count - 1]
