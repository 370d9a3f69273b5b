"""The index pages of a site: all actors, events, statements, topics, sources, places, documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from output.wording import counted
from pages.answers import ask
from pages.site.addresses import Addresses
from pages.site.parts import (
    MOST_FACTS,
    MOST_ROWS,
    Cell,
    Column,
    Link,
    PageText,
    Section,
    Table,
    chunked,
    near,
    numbered,
    span,
)
from pages.site.subjects import VOICED, source_key
from pages.statements import Statements, Thing
from pages.subjects import IN_ORDER
from reports.references import references
from schema.date_words import date_in_words
from schema.folding import fold

ACTORS = """
    with taking (actor_id, role, facts) as (
      select actor_id, role, count(*) from participants group by actor_id, role
    ),
    tied (actor_id, facts) as (
      select actor_id, cast(sum(facts) as integer)
      from (
        select from_actor_id as actor_id, count(*) as facts from relations group by from_actor_id
        union all
        select to_actor_id, count(*) from relations group by to_actor_id
      ) as ends
      group by actor_id
    ),
    acting (actor_id, facts) as (
      select actor_id, count(distinct fact_id) from participants where kind = 'event'
      group by actor_id
    )
    select actors.key, actors.name, actors.kind,
      coalesce(max(acting.facts), 0) as events,
      coalesce(max(taking.facts) filter (where taking.role = 'speaker'), 0) as says,
      coalesce(max(taking.facts) filter (where taking.role = 'subject'), 0) as about,
      coalesce(max(taking.facts) filter (where taking.role = 'holder'), 0) as positions,
      coalesce(max(tied.facts), 0) as ties
    from actors
    left join taking on taking.actor_id = actors.id
    left join tied on tied.actor_id = actors.id
    left join acting on acting.actor_id = actors.id
    group by actors.id, actors.key, actors.name, actors.kind
    order by actors.key
"""
TOPICS = """
    select topics.key, topics.label,
      (select count(*) from positions where positions.topic_id = topics.id) as positions,
      (
        select count(distinct participants.actor_id)
        from positions
        join participants on participants.fact_id = positions.id and participants.role = 'holder'
        where positions.topic_id = topics.id
      ) as holders,
      (select count(*) from relations where relations.topic_id = topics.id) as ties
    from topics
    order by positions desc, topics.label, topics.key
"""
SOURCES = """
    select sources.id, sources.key, sources.title, sources.kind, sources.anonymity,
      sources.published, documents.key as document, count(distinct evidence.fact_id) as facts
    from sources
    left join sources as documents on documents.id = sources.document_id
    left join codings on codings.document_id = sources.id
    left join attributions on attributions.source_id = sources.id
    left join attribution_ancestors on attribution_ancestors.ancestor_id = attributions.id
    left join evidence on evidence.attribution_id = attribution_ancestors.attribution_id
    where codings.document_id is null
    group by sources.id, sources.key, sources.title, sources.kind, sources.anonymity,
      sources.published, documents.key
    order by facts desc, documents.key nulls first, sources.key
"""
PLACES = """
    select places.key, places.name, places.kind, wholes.key as within, wholes.name as within_name,
      (select count(*) from events where events.place_id = places.id) as events
    from places
    left join places as wholes on wholes.id = places.within_id
    order by places.name, places.key
"""
DOCUMENTS = """
    with stated (document_id, facts) as (
      select document_id, count(distinct fact_id) from evidence group by document_id
    )
    select sources.id, sources.key, count(passages.n) as passages, max(stated.facts) as facts
    from codings
    join sources on sources.id = codings.document_id
    join passages on passages.document_id = codings.document_id
    left join stated on stated.document_id = codings.document_id
    group by sources.id, sources.key
    order by sources.key
"""
EVENTS = "select id from events"
STATEMENTS = "select id from quotes"
TIES = "select id from relations"
POSITIONS = "select id from positions"
DATED = """
    select id from events where date is not null
    union all
    select id from quotes where date is not null
"""
CRUMBS = (Link("Sourcebook", "index.html"),)


class Lists:
    """Makes the index pages."""

    def __init__(
        self, connection: Connection, statements: Statements, addresses: Addresses
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._addresses = addresses

    def pages(self) -> Iterator[PageText]:
        """Yield all index pages."""
        yield from tabled("actors", "Actors", self.actors(), by_name=True)
        lead = "Whatever happened, was intended, expected or denied, or is only imagined."
        yield from self._facts("events", "Events", lead, EVENTS)
        lead = "Who says what, in the speaker’s own words or in others."
        yield from self._facts("statements", "Statements", lead, STATEMENTS)
        yield from tabled("topics", "Topics", self.topics())
        yield from tabled("sources", "Sources", self.sources())
        yield from tabled("places", "Places", self.places())
        yield from tabled("documents", "Documents", self.documents())

    def actors(self) -> Table:
        """Return all actors by name, with what there is on each."""
        columns = (
            Column("Actor"),
            Column("Kind", aside=True),
            *(Column(name, number=True) for name in ("Events", "Says", "About it")),
            *(Column(name, number=True) for name in ("Positions", "Ties")),
        )
        rows = [
            (
                Link(it.name, self._address("actor", it.key)),
                it.kind.replace("-", " "),
                *(it.events, it.says, it.about, it.positions, it.ties),
            )
            for it in sorted(self._rows(ACTORS), key=lambda it: (fold(it.name), it.key))
        ]
        return Table(columns, rows)

    def topics(self) -> Table:
        """Return all topics, those with most positions first."""
        columns = ("Positions", "Holders", "Comparisons")
        rows = [
            (Link(it.label, self._address("topic", it.key)), it.positions, it.holders, it.ties)
            for it in self._rows(TOPICS)
        ]
        return Table((Column("Topic"), *(Column(name, number=True) for name in columns)), rows)

    def sources(self) -> Table:
        """Return all sources but the documents, those on which most facts rest first."""
        rows: list[Sequence[Cell]] = [
            (
                Link(it.title, self._addresses.source(source_key(it.document, it.key))),
                VOICED[it.anonymity],
                it.kind.replace("-", " "),
                date_in_words(it.published) if it.published else "",
                it.facts,
            )
            for it in self._rows(SOURCES)
        ]
        columns = ("Voice", "Kind", "Date")
        listed = (Column("Source"), *(Column(name, aside=name != "Voice") for name in columns))
        return Table((*listed, Column("Facts", number=True)), rows)

    def places(self) -> Table:
        """Return all places by name."""
        rows: list[Sequence[Cell]] = [
            (
                Link(it.name, self._address("place", it.key)),
                it.kind,
                it.within and Link(it.within_name, self._address("place", it.within)),
                it.events,
            )
            for it in self._rows(PLACES)
        ]
        columns = (Column("Place"), Column("Kind", aside=True), Column("Lies in"))
        return Table((*columns, Column("Events there", number=True)), rows)

    def documents(self) -> Table:
        """Return all documents."""
        rows = self._rows(DOCUMENTS)
        cited = {it.key: it for it in references(self._connection, [row.id for row in rows])}
        columns = (
            *(Column("Document"), Column("By"), Column("Published", aside=True)),
            *(Column("Passages", number=True), Column("Facts", number=True)),
        )
        listed: list[Sequence[Cell]] = [
            (
                Link(cited[row.key].title, self._addresses.document(row.key)),
                ", ".join(author.name for author in cited[row.key].authors),
                date_in_words(cited[row.key].published),
                row.passages,
                row.facts or 0,
            )
            for row in rows
        ]
        return Table(columns, listed)

    def pairs(self) -> Section:
        """Return the pairs of actors that take part in the same events, those with most first."""
        rows = [
            (
                Link(it["source_name"], self._address("actor", it["source"])),
                Link(it["target_name"], self._address("actor", it["target"])),
                it["weight"],
                it["alleged"],
            )
            for it in ask(self._connection, "network", {}).rows
        ]
        columns = (Column("Actor"), Column("And"), Column("Joint events", number=True))
        table = Table((*columns, Column("Only alleged", number=True)), rows[:MOST_ROWS])
        section = Section("pairs", "Joint events", table=table)
        if len(rows) > MOST_ROWS:
            more = counted(len(rows) - MOST_ROWS, "more pair")
            section.note = f"{more} are not listed; the page of an actor has its events."
        return section

    def _facts(self, name: str, title: str, lead: str, query: str) -> Iterator[PageText]:
        """Yield the pages of a list of facts in the order of their dates, undated ones last."""
        ids = in_order(self._connection, query)
        chunks = chunked(ids, MOST_FACTS)
        parts = numbered(f"{name}.html", dates_of(self._statements, chunks))
        for n, chunk in enumerate(chunks):
            page = PageText(numbered_path(name, n), title, CRUMBS, f"{name}.html", lead=lead)
            page.meta = f"{counted(len(ids), title[:-1].lower())}, in the order of their dates."
            section = Section("list", "All" if n == 0 else f"Page {n + 1}")
            section.facts, section.parts = list(self._statements.read(chunk)), near(parts, n)
            page.sections = [section]
            yield page

    def _address(self, kind: str, key: str) -> str:
        return self._addresses.thing(Thing(kind, key, ""))

    def _rows(self, query: str) -> Sequence[Any]:
        return self._connection.execute(text(query)).all()


def in_order(connection: Connection, query: str) -> Sequence[int]:
    """Return the ids of facts in the order of their dates, and then of the texts."""
    return connection.execute(text(IN_ORDER.format(about=query))).scalars().all()


def dates_of(statements: Statements, chunks: Sequence[Sequence[int]]) -> list[str]:
    """Return for each chunk of facts from when to when it reaches, in words."""
    ends = [id for chunk in chunks for id in (*chunk[:1], *chunk[-1:])]
    words = [date_in_words(it.date) if it.date else "undated" for it in statements.read(ends)]
    return [span(*pair) for pair in zip(words[::2], words[1::2], strict=True)]


def numbered_path(name: str, n: int) -> str:
    """Return the path of a page of a list; the first has n = 0."""
    return f"{name}.html" if n == 0 else f"{name}-{n + 1}.html"


def tabled(name: str, title: str, table: Table, *, by_name: bool = False) -> Iterator[PageText]:
    """Yield the pages of a table, each with some of its rows."""
    chunks = chunked(table.rows, MOST_ROWS)
    labels = [
        span(*map(_beginning, (chunk[0], chunk[-1]))) if by_name and chunk else ""
        for chunk in chunks
    ]
    parts = numbered(f"{name}.html", labels)
    for n, chunk in enumerate(chunks):
        page = PageText(numbered_path(name, n), title, CRUMBS, f"{name}.html")
        page.meta = f"{counted(len(table.rows), title[:-1].lower())}."
        section = Section("list", "All" if n == 0 else f"Page {n + 1}")
        section.table, section.parts = Table(table.columns, chunk), near(parts, n)
        page.sections = [section]
        yield page


def _beginning(row: Sequence[Cell]) -> str:
    """Return how the name in a row begins."""
    return row[0].words[:12].rstrip() if isinstance(row[0], Link) else ""
