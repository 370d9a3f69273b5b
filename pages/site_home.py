"""The first page of a site: what is in it, how well sourced it is, and where to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from output.page import counted
from pages.site_parts import Link, Table
from pages.statements import STATED
from reports.overview import CONTENTS, EVENTS, SOURCES, SOURCING

MOST_ROWS = 14
"""Actors and sources that the first page lists."""

CERTAINTIES = """
    select evidence.certainty, count(*) as pieces
    from evidence
    join facts on facts.id = evidence.fact_id
    where facts.kind <> 'name'
    group by evidence.certainty
"""


@dataclass(frozen=True)
class Figure:
    """A figure of the sourcebook, with what it counts."""

    count: int
    what: Link
    words: str


def figures(connection: Connection) -> Sequence[Figure]:
    """Return how much of everything there is."""
    it, events = _one(connection, CONTENTS), _one(connection, EVENTS)
    sources = _one(connection, SOURCES)
    happened = events.events - events.others - events.alleged
    alleged = f", {events.alleged:,} more only by allegation or inference" if events.alleged else ""
    others = f"{events.others:,} are intended, expected, possible, imagined or said not to be so"
    return (
        Figure(
            events.events,
            Link("events", "events.html"),
            f": {happened:,} happened{alleged}; {others}",
        ),
        Figure(
            it.quotes,
            Link("statements", "statements.html"),
            f", {it.own_words:,} with the speaker’s own words",
        ),
        Figure(
            it.positions, Link("positions", "topics.html"), f" on {counted(it.topics, 'topic')}"
        ),
        Figure(it.ties, Link("ties", "network.html#ties"), " between actors"),
        Figure(it.actors, Link("actors", "actors.html"), f", {counted(it.names, 'name')}"),
        Figure(
            sum(sources),
            Link("sources", "sources.html"),
            f" beside the documents: {sources.named:,} named, {sources.unnamed:,} unnamed, "
            f"{sources.voiceless:,} with no voice",
        ),
    )


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


def sourcing(connection: Connection) -> Sourcing:
    """Return what vouches for the facts; equal ties count as one, names don't count."""
    it = _one(connection, SOURCING)
    pieces = dict(map(tuple, connection.execute(text(CERTAINTIES))))
    listed = [f"{pieces[key]:,} {words}" for key, words in STATED.items() if key in pieces]
    several = counted(it.several, "fact")
    have = "has" if it.several == 1 else "have"
    number = counted(sum(pieces.values()), "piece")
    sentences = [
        f"{several[:1].upper()}{several[1:]} {have} two or more named origins.",
        f"How the {number} of evidence are stated: {', '.join(listed)}.",
    ]
    return Sourcing(it.facts, it.alone, it.facts - it.alone - it.unnamed, it.unnamed, sentences)


def most(table: Table, *columns: int) -> Table:
    """Return the rows of a table with the largest sums of these columns."""
    rows = sorted(table.rows, key=lambda row: -sum(_number(row[n]) for n in columns))
    return Table(table.columns, rows[:MOST_ROWS])


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _one(connection: Connection, query: str) -> Any:
    return connection.execute(text(query)).one()
