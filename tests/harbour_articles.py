"""Two invented articles on a harbour: each kind of good and bad sourcing, once.

Two documents that cite one report; a report that quotes somebody unnamed; hearsay; facts in the own
voice of two documents; dates that differ, overlap or are open.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from database.connect import reading, writing
from output.formats import Format, render
from reports.run import run
from schema.vocabulary import FactKind
from tests.databases import Files, Server
from tests.shipped_reports import REPORTS
from tests.sourcebook_builder import SourcebookBuilder

GOLDEN = Path(__file__).parent / "golden" / "harbour"

Row = dict[str, Any]


def harbour(connection: Connection) -> None:
    """Add the two articles to a sourcebook."""
    book = SourcebookBuilder(connection)
    book.actor("alma", "Alma")
    book.actor("brim", "Brim")
    book.actor("envoy", "an envoy", "unnamed")
    book.actor("idle", "The Idle", "outlet")
    book.keyed_row("topic", "port", "topics", label="The port")
    book.document("bulletin", "The Bulletin", 4)
    book.document("gazette", "The Gazette", 3)
    book.source("wire", "Wire report")
    book.source("atlas", "An Atlas", "book")
    book.source("insider", "an insider", "remarks", unnamed_in="bulletin")
    book.keyed_row(
        "source",
        "hum",
        "sources",
        title="what is hummed",
        kind="hearsay",
        anonymity="voiceless",
        document_id=book.ids["source", "gazette"],
    )
    book.row(
        "source_actors",
        source_id=book.ids["source", "wire"],
        actor_id=book.ids["actor", "idle"],
        role="publisher",
        n=1,
    )
    book.chain("bulletin", "wire")
    book.chain("bulletin", "wire", "insider")
    book.chain("gazette", "wire")
    book.chain("gazette", "hum")
    book.cites("bulletin", "atlas", 4)
    connection.execute(sa.text("update passages set section = 1 where n in (1, 2)"))

    def stated(voice: str, *at: tuple[int, int], **columns: Any) -> dict[str, Any]:
        return {"voice": voice, "at": at, **columns}

    def relayed(voice: str, *at: tuple[int, int], **columns: Any) -> dict[str, Any]:
        return stated(voice, *at, **{"certainty": "reported", "stance": "neutral", **columns})

    book.event(
        "raid",
        "Alma raids the port",
        relayed("bulletin>wire", (2, 10), date="2020-02-03", date_words="on Monday"),
        relayed("gazette>wire", (1, 0), date="2020-02-04", date_words="on Tuesday"),
        date="2020-02-03",
        event_type="assault",
        doer=["alma"],
        receiver=["brim"],
    )
    book.event(
        "truce",
        "A truce",
        stated("bulletin", (2, 40), date="2020-02", date_words="in February"),
        stated("gazette", (1, 40), date="2020-02-20~", date_words="around the 20th"),
        date="2020-02",
        event_type="agree",
        doer=["alma", "brim"],
    )
    book.event(
        "retreat",
        "Alma goes home",
        relayed(
            "bulletin>wire>insider",
            (3, 0),
            modality="expected",
            certainty="alleged",
            stance="doubts",
            hedge="may",
        ),
        stated("gazette", (2, 0), modality="denied"),
        modality="denied",
        event_type="retreat",
        doer=["alma"],
    )
    book.event("stay", "Alma stays", stated("bulletin", (3, 20)), date="[2020-04..2020-06]")
    book.event(
        "ultimatum",
        "Brim warns Alma",
        stated("gazette", (2, 20)),
        date="2020-05-01",
        event_type="threaten",
        doer=["brim"],
    )
    book.event(
        "talks", "Talks", stated("gazette", (2, 23)), date="2020-07-02", event_type="consult"
    )
    book.event(
        "storm",
        "A storm is made",
        relayed("gazette>hum", (3, 0), modality="hypothetical", certainty="rumoured"),
        modality="hypothetical",
        doer=["brim"],
    )
    book.event("era", "An era", stated("bulletin", (2, 60), date_words="long"), date="2011/..")
    for key, item, type, other in (
        ("stay-retreat", "stay", "instead-of", "retreat"),
        ("talks-ultimatum", "talks", "in-response-to", "ultimatum"),
    ):
        book.fact(
            FactKind.LINK,
            key,
            [stated("gazette", (2, 50))],
            from_fact_id=book.ids["fact", item],
            from_kind="event",
            type=type,
            to_fact_id=book.ids["fact", other],
            to_kind="event",
        )
    book.quote(
        "boast",
        stated("bulletin", (2, 80), (3, 80)),
        text="We stay … for ever",
        directness="direct",
        speaker=["alma"],
    )
    book.quote("whisper", relayed("bulletin>wire", (3, 60)), says="Enough.", speaker=["envoy"])
    book.fact(
        FactKind.POSITION,
        "wish",
        [stated("bulletin", (3, 42), certainty="inferred", hedge="seems")],
        {"holder": ["alma"]},
        topic_id=book.ids["topic", "port"],
        position_kind="goal",
        statement="to have the port",
    )
    book.fact(
        FactKind.RELATION,
        "pact",
        [stated("gazette", (3, 20)), relayed("bulletin>wire", (2, 90), modality="denied")],
        from_actor_id=book.ids["actor", "alma"],
        type="ally-of",
        to_actor_id=book.ids["actor", "brim"],
        what="the port",
        since=book.date("2011"),
    )
    book.name("alma", "Alma", stated("bulletin>wire>insider", (3, 5)))
    loaded(book, "bulletin", "2020-08-01T10:00:00Z", {("event", "raid"): "added"})
    loaded(
        book,
        "gazette",
        "2020-08-01T10:00:00Z",
        {("quote", "z"): "removed", ("event", "raid"): "changed", ("actor", "alma"): "added"},
    )


def loaded(
    book: SourcebookBuilder, document: str, at: str, changes: dict[tuple[str, str], str]
) -> None:
    """Add a load to the journal."""
    load = book.row(
        "loads", document=document, action="loaded", loaded_at=at, content_hash="0" * 64
    )
    for (item, key), action in changes.items():
        book.row("changes", load_id=load, item=item, key=key, action=action)


@contextmanager
def sourcebook(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield an empty sourcebook on this engine; remove it at the end."""
    sourcebooks: Files | Server = request.getfixturevalue(f"{engine}_sourcebooks")
    database = sourcebooks.migrated()
    yield database
    sourcebooks.remove(database)


@contextmanager
def filled(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield a sourcebook with the two articles."""
    with sourcebook(engine, request) as database:
        with writing(database) as connection:
            harbour(connection)
        yield database


def ask(database: str, name: str, **arguments: str) -> list[Row]:
    """Return the rows of a report as a program gets them."""
    out = io.StringIO()
    report = REPORTS[name]
    with reading(database) as connection, run(connection, report, arguments) as page:
        render(page, Format.JSONL, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def golden(name: str) -> list[Row]:
    """Return the rows that a report must return, checked by hand."""
    rows: list[Row] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def key_of(row: Row) -> str:
    """Return the key that a row's fact has in its document: no two facts here have the same."""
    return str(row["fact"]).rpartition(":")[2]


def by_fact(rows: list[Row], *columns: str) -> dict[str, Any]:
    """Return these columns of the only row of each fact, by its key in its document."""
    actual = {key_of(row): tuple(row[column] for column in columns) for row in rows}
    assert len(actual) == len(rows), "a fact has several rows"
    return actual
