"""The island states' posts, ties, positions, links and names, added to the two articles."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from schema.models import METADATA
from schema.vocabulary import FactKind
from tests.sourcebook_builder import SourcebookBuilder, derive, islands


def at(*places: tuple[int, int], voice: str = "bulletin", **columns: Any) -> dict[str, Any]:
    return {"voice": voice, "at": places, **columns}


def reopen(connection: Connection) -> SourcebookBuilder:
    """Return a builder that knows the rows of the islands, to add more."""
    book = SourcebookBuilder(connection)
    derive(connection)
    for what, table in (("actor", "actors"), ("source", "sources"), ("fact", "facts")):
        rows = connection.execute(sa.text(f"select key, id from {table}"))
        book.ids |= {(what, row[0]): row[1] for row in rows}
    rows = connection.execute(sa.text("select document, source, depth, attribution_id from chains"))
    for document, source, depth, voice in rows:
        path = {0: document, 1: f"{document}>{source}", 2: f"{document}>wire>{source}"}[depth]
        book.ids["voice", path] = voice
    return book


def tie(
    book: SourcebookBuilder,
    origin: str,
    type: str,
    target: str,
    *evidence: dict[str, Any],
    what: str | None = None,
    topic: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> None:
    book.fact(
        FactKind.RELATION,
        f"{origin}--{type}--{target}",
        evidence,
        from_actor_id=book.ids["actor", origin],
        type=type,
        to_actor_id=book.ids["actor", target],
        what=what,
        topic_id=book.ids["topic", topic] if topic else None,
        since=book.date(since),
        until=book.date(until),
    )


def position(
    book: SourcebookBuilder,
    key: str,
    topic: str,
    kind: str,
    place: tuple[int, int],
    **roles: list[str],
) -> None:
    book.fact(
        FactKind.POSITION,
        key,
        [at(place)],
        roles,
        topic_id=book.ids["topic", topic],
        position_kind=kind,
        statement=f"the {key}",
    )


def island_relations(connection: Connection) -> None:
    """Add the islands' relations: each case that these reports must distinguish, once."""
    islands(connection)
    book = reopen(connection)
    sources = METADATA.tables["sources"]
    for key, published in (("gazette", "2020-03-01"), ("bulletin", "2020-06")):
        connection.execute(
            sa.update(sources).where(sources.c.key == key).values(published=book.date(published))
        )
    book.keyed_row("topic", "trade", "topics", label="Trade by sea")
    book.keyed_row("topic", "war", "topics", label="The war")

    # Posts: current, stated by two documents, ended, and only expected.
    tie(book, "zoe", "heads", "alma", at((1, 9)), what="president", since="2019-05")
    attested = (at((8, 9)), at((2, 0), voice="gazette"))
    tie(book, "envoy", "holds-post-in", "brim", *attested, what="envoy")
    tie(book, "0042", "advises", "alma", at((1, 20)), since="2018", until="2019-12")
    expected = at((9, 5), modality="expected")
    tie(book, "0042", "holds-post-in", "brim", expected, what="consul")

    # Dependence: mutual, mutual except that one side is denied, and one-way.
    tie(book, "zoe", "depends-on", "0042", at((6, 1)), what="advice")
    tie(book, "0042", "depends-on", "zoe", at((6, 9)), what="protection")
    tie(book, "alma", "depends-on", "brim", at((3, 1)), what="grain")
    tie(book, "brim", "depends-on", "alma", at((3, 30), modality="denied"), what="harbours")
    tie(book, "zoe", "depends-on", "brim", at((7, 1)))

    tie(book, "alma", "ally-of", "brim", at((1, 50), voice="gazette", modality="hypothetical"))
    tie(
        book,
        "brim",
        "more-committed-than",
        "alma",
        at((5, 50), voice="bulletin>wire", certainty="reported"),
        what="pride",
        topic="war",
    )

    position(book, "win", "war", "goal", (5, 20), holder=["alma"])
    position(book, "lose", "war", "fear", (6, 20), holder=["alma"], object=["brim"])
    position(book, "rest", "war", "goal", (4, 90), holder=["brim"])
    position(book, "stalemate", "war", "view", (7, 20), holder=["alma", "brim"])
    position(book, "ships", "trade", "need", (8, 20), holder=["brim"], object=["alma"])

    # Before, during and after one event of two actors that appear nowhere else.
    book.actor("dune", "Dune")  # its id precedes the other, so that no order comes from ids
    book.actor("cape", "Cape")
    book.event("mid", "Mid", at((8, 30)), date="2019-05-10", doer=["dune"], receiver=["cape"])
    book.event("old", "Old", at((8, 31)), date="2017", doer=["cape"])
    book.event("eve", "Eve", at((8, 32)), date="2019-05-09", doer=["cape", "dune"], host=["dune"])
    book.event("spring", "Spring", at((8, 33)), date="2019-21", doer=["cape"])
    book.event("next", "Next", at((8, 34)), date="2019-05-11", doer=["cape"])
    book.event("later", "Later", at((8, 35)), date="2021/..", doer=["dune"])

    ids = book.ids
    for key, origin, type, target, lag in (
        ("soon", "landing", "follows", "siege", "soon after"),
        ("answer", "peace", "in-response-to", "landing", None),
    ):
        book.fact(
            FactKind.LINK,
            key,
            [at((6, 70))],
            from_fact_id=ids["fact", origin],
            from_kind="event",
            type=type,
            to_fact_id=ids["fact", target],
            to_kind="event",
            lag=lag,
        )
    quotes = METADATA.tables["quotes"]
    connection.execute(
        sa.update(quotes)
        .where(quotes.c.id == ids["fact", "speech"])
        .values(occasion_id=ids["fact", "landing"])
    )
    for places in ([(3, 20)], [(3, 40)], [(9, 10)]):
        evidence = at(*places)
        if ("fact", "brim:the regime") not in ids:
            book.name("brim", "the regime", evidence, "description")
        else:
            book._evidence(ids["fact", "brim:the regime"], ids["source", "bulletin"], **evidence)
    for place in ((7, 60), (8, 60)):
        wire = at(place, voice="bulletin>wire")
        book._evidence(ids["fact", "brim:the regime"], ids["source", "bulletin"], **wire)
