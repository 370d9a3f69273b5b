"""The index pages of a site: all actors, events, statements, topics, sources, places, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sqlalchemy import Connection, text

from output.wording import counted
from pages.answers import ask
from pages.reader import StatementReader
from pages.site.book import SiteBook
from pages.site.parts import (
    MOST_FACTS,
    MOST_ROWS,
    Cell,
    Item,
    Link,
    PageSection,
    PageText,
    Table,
    TableColumn,
    chunked,
    near,
    numbered,
    span,
)
from pages.site.subjects import VOICED
from pages.subjects import IN_ORDER
from reports.references import references
from schema.date_words import date_in_words
from schema.folding import fold

TIED = """
    select actors.key, count(*) as ties
    from relations
    join actors on actors.id in (relations.from_actor_id, relations.to_actor_id)
    group by actors.key
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
    select coalesce(documents.key || ':', '') || sources.key as key, sources.title,
      sources.kind, sources.anonymity, sources.published,
      count(distinct evidence.fact_id) as facts
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
    union all
    select id from positions where date is not null
"""
CRUMBS = (Link("Sourcebook", "index.html"),)


def lists(book: SiteBook) -> Iterator[PageText]:
    """Yield all index pages."""
    yield from _tabled("actors", "Actors", actors(book), by_name=True)
    lead = "Whatever happened, was intended, expected or denied, or is only imagined."
    yield from _facts(book, "events", "Events", lead, EVENTS)
    lead = "Who says what, in the speaker’s own words or in others."
    yield from _facts(book, "statements", "Statements", lead, STATEMENTS)
    yield from _tabled("topics", "Topics", topics(book))
    yield from _tabled("sources", "Sources", sources(book))
    yield from _tabled("places", "Places", _places(book))
    yield from _tabled("documents", "Documents", documents(book))


def actors(book: SiteBook) -> Table:
    """Return all actors by name, with what there is on each."""
    ties = {row.key: row.ties for row in book.rows(TIED)}
    rows = [
        (
            book.link("actor", it["actor"], it["name"]),
            it["kind"].replace("-", " "),
            *(it[name] for name in ("events", "quotes", "about", "positions")),
            ties.get(it["actor"], 0),
        )
        for it in ask(book.connection, "actors", {}).rows
    ]
    rows.sort(key=lambda row: (fold(row[0].words), row[0].address))
    numbers = _numbers("Events", "Says", "About it", "Positions", "Ties")
    return Table((TableColumn("Actor"), TableColumn("Kind", aside=True), *numbers), rows)


def topics(book: SiteBook) -> Table:
    """Return all topics, those with most positions first."""
    rows = [
        (book.link("topic", it.key, it.label), it.positions, it.holders, it.ties)
        for it in book.rows(TOPICS)
    ]
    return Table((TableColumn("Topic"), *_numbers("Positions", "Holders", "Comparisons")), rows)


def sources(book: SiteBook) -> Table:
    """Return all sources but the documents, those on which most facts rest first."""
    rows: list[Sequence[Cell]] = [
        (
            book.link("source", it.key, it.title),
            VOICED[it.anonymity],
            it.kind.replace("-", " "),
            date_in_words(it.published) if it.published else "",
            it.facts,
        )
        for it in book.rows(SOURCES)
    ]
    asides = (TableColumn("Kind", aside=True), TableColumn("Date", aside=True))
    return Table((TableColumn("Source"), TableColumn("Voice"), *asides, *_numbers("Facts")), rows)


def _places(book: SiteBook) -> Table:
    rows: list[Sequence[Cell]] = [
        (
            book.link("place", it.key, it.name),
            it.kind,
            it.within and book.link("place", it.within, it.within_name),
            it.events,
        )
        for it in book.rows(PLACES)
    ]
    columns = (TableColumn("Place"), TableColumn("Kind", aside=True), TableColumn("Lies in"))
    return Table((*columns, *_numbers("Events there")), rows)


def documents(book: SiteBook) -> Table:
    """Return all documents."""
    rows = {it.key: it for it in book.rows(DOCUMENTS)}
    listed: list[Sequence[Cell]] = [
        (
            book.link("document", it.key, it.title),
            ", ".join(author.name for author in it.authors),
            date_in_words(it.published),
            rows[it.key].passages,
            rows[it.key].facts or 0,
        )
        for it in references(book.connection, [row.id for row in rows.values()])
    ]
    columns = (TableColumn("Document"), TableColumn("By"), TableColumn("Published", aside=True))
    return Table((*columns, *_numbers("Passages", "Facts")), listed)


def pairs(book: SiteBook) -> PageSection:
    """Return the pairs of actors that take part in the same events, those with most first."""
    rows = [
        (
            book.link("actor", it["source"], it["source_name"]),
            book.link("actor", it["target"], it["target_name"]),
            it["weight"],
            it["alleged"],
        )
        for it in ask(book.connection, "network", {}).rows
    ]
    columns = (TableColumn("Actor"), TableColumn("And"), *_numbers("Joint events", "Only alleged"))
    section = PageSection("pairs", "Joint events", table=Table(columns, rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        more = counted(len(rows) - MOST_ROWS, "more pair")
        section.note = f"{more} are not listed; the page of an actor has its events."
    return section


def _numbers(*headings: str) -> list[TableColumn]:
    return [TableColumn(it, number=True) for it in headings]


def paged(
    name: str,
    title: str,
    items: Sequence[Item],
    most: int,
    labels: Callable[[Sequence[Sequence[Item]]], Sequence[str]],
) -> Iterator[tuple[PageText, PageSection, Sequence[Item]]]:
    """Yield the pages of a list, each with its section and the items that belong there.

    `labels` returns what the pages hold, in words, given the items of each.
    """
    chunks = chunked(items, most)
    parts = numbered(f"{name}.html", labels(chunks))
    for n, chunk in enumerate(chunks):
        section = PageSection("list", "All" if n == 0 else f"Page {n + 1}", parts=near(parts, n))
        page = PageText(parts[n].address, title, CRUMBS, f"{name}.html", sections=[section])
        yield page, section, chunk


def unlabelled(chunks: Sequence[Sequence[Item]]) -> list[str]:
    """Return no words for each page of a list."""
    return [""] * len(chunks)


def _facts(book: SiteBook, name: str, title: str, lead: str, query: str) -> Iterator[PageText]:
    """Yield the pages of a list of facts in the order of their dates, undated ones last."""
    ids = in_order(book.connection, query)
    dates = partial(dates_of, book.statements)
    for page, section, chunk in paged(name, title, ids, MOST_FACTS, dates):
        page.lead = lead
        page.meta = f"{counted(len(ids), title[:-1].lower())}, in the order of their dates."
        section.facts = list(book.statements.read(chunk))
        yield page


def _tabled(name: str, title: str, table: Table, *, by_name: bool = False) -> Iterator[PageText]:
    """Yield the pages of a table, each with some of its rows."""
    labels = _beginnings if by_name else unlabelled
    for page, section, chunk in paged(name, title, table.rows, MOST_ROWS, labels):
        page.meta = f"{counted(len(table.rows), title[:-1].lower())}."
        section.table = Table(table.columns, chunk)
        yield page


def _beginnings(chunks: Sequence[Sequence[Sequence[Cell]]]) -> list[str]:
    """Return for each page of a list by name how its first and its last name begin."""
    names = [[row[0] for row in (*chunk[:1], *chunk[-1:])] for chunk in chunks]
    words = [[it.words[:12].rstrip() for it in ends if isinstance(it, Link)] for ends in names]
    return [span(*ends) if ends else "" for ends in words]


def in_order(connection: Connection, query: str) -> Sequence[int]:
    """Return the ids of facts in the order of their dates, and then of the texts."""
    return connection.execute(text(IN_ORDER.format(about=query))).scalars().all()


def dates_of(statements: StatementReader, chunks: Sequence[Sequence[int]]) -> list[str]:
    """Return for each chunk of facts from when to when it reaches, in words."""
    ends = [id for chunk in chunks for id in (*chunk[:1], *chunk[-1:])]
    words = [date_in_words(it.date) if it.date else "undated" for it in statements.read(ends)]
    return [span(*pair) for pair in zip(words[::2], words[1::2], strict=True)] or [""]
