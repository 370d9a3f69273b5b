"""The first page of a site: what is in it, and how well sourced it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from output.wording import counted
from pages.answers import Row, ask
from pages.site.parts import Link, Table

MOST_ROWS = 14
"""Actors and sources that the first page lists."""

FIGURES = {
    "events": ("events", "events.html", ": "),
    "quotes": ("statements", "statements.html", ": "),
    "positions": ("positions", "topics.html", " of actors on topics"),
    "ties": ("ties", "network.html#ties", " between actors"),
    "actors": ("actors", "actors.html", " "),
    "other sources": ("sources", "sources.html", " beside the documents: "),
}
"""Measures of the report `summary`, with the words and the address for each."""


@dataclass(frozen=True)
class Figure:
    """A figure of the sourcebook, with what it counts."""

    count: int
    what: Link
    words: str


@dataclass(frozen=True)
class Sourcing:
    """What vouches for the facts."""

    facts: int
    own: int
    """On a document's word alone."""
    voices: int
    """On named voices, or on several."""
    unnamed: int
    """On unnamed voices alone."""
    sentences: Sequence[str]


def summary(connection: Connection) -> Mapping[str, Row]:
    """Return the rows of the report `summary`, by their measure."""
    return {row["measure"]: row for row in ask(connection, "summary", {}).rows}


def figures(measures: Mapping[str, Row]) -> Sequence[Figure]:
    """Return how much of everything there is."""
    return [
        Figure(
            _count(measures, name),
            Link(words, address),
            f"{more}{measures[name]['note'] or ''}" if name in measures else more,
        )
        for name, (words, address, more) in FIGURES.items()
    ]


def sourcing(measures: Mapping[str, Row]) -> Sourcing:
    """Return what vouches for the facts; equal ties count as one, names don't count."""
    facts, own, several, unnamed = (
        _count(measures, name)
        for name in (
            *("facts", "facts, own word alone", "facts, several origins", "facts, unnamed alone"),
        )
    )
    number = counted(several, "fact")
    have = "has" if several == 1 else "have"
    sentences = [f"{number[:1].upper()}{number[1:]} {have} two or more named origins."]
    if stated := measures.get("evidence, asserted"):
        pieces = counted(_count(measures, "evidence"), "piece")
        flat = f"{_count(measures, 'evidence, asserted'):,} are stated flatly"
        sentences.append(f"Of {pieces} of evidence, {flat}; {stated['note']}.")
    return Sourcing(facts, own, facts - own - unnamed, unnamed, sentences)


def most(table: Table, *columns: int) -> Table:
    """Return the rows of a table with the largest sums of these columns."""
    rows = sorted(table.rows, key=lambda row: -sum(_number(row[n]) for n in columns))
    return Table(table.columns, rows[:MOST_ROWS])


def _count(measures: Mapping[str, Row], name: str) -> int:
    return int(measures[name]["count"] or 0) if name in measures else 0


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
