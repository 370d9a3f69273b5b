"""Reports about actors on made-up sourcebooks of two documents: counts, equal ties, any year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from database.connect import reading, writing
from reports.catalogue import Catalogue
from reports.run import run
from tests.databases import Files, Server
from tests.island_relations import at, tie
from tests.sourcebook_builder import SourcebookBuilder

Row = tuple[Any, ...]


@pytest.fixture
def new(sourcebooks: Files | Server) -> Iterator[str]:
    """A sourcebook without rows."""
    database = sourcebooks.migrated()
    yield database
    sourcebooks.remove(database)


def ask(database: str, name: str, columns: str, **arguments: str) -> list[Row]:
    """Return these columns of a report's rows."""
    report = Catalogue().report(name)
    with reading(database) as connection, run(connection, report, arguments) as page:
        names = [column.name for column in page.columns]
        return [tuple(row[names.index(name)] for name in columns.split()) for row in page.rows]


def add(database: str, fill: Callable[[SourcebookBuilder], None]) -> None:
    """Add rows to a sourcebook that has an actor Alma and an actor Brim, and two documents."""
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        for key in ("alma", "brim"):
            book.actor(key, key.title())
        for document, published in (("log", "2020-01-01"), ("diary", "2020-03-01")):
            book.document(document, document.title(), 9)
            connection.execute(
                sa.text("update sources set published = :on where key = :key"),
                {"on": book.date(published), "key": document},
            )
        fill(book)


def test_edges_count_what_happened_and_what_is_only_alleged_apart(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        for n, certainty in enumerate(("asserted", "alleged", "inferred", "rumoured"), start=1):
            evidence = at((n, 0), voice="log", certainty=certainty)
            book.event(f"e{n}", "They meet", evidence, doer=["alma", "brim"])
        evidence = at((5, 0), voice="log", modality="denied")
        book.event("no", "They meet", evidence, modality="denied", doer=["alma", "brim"])

    add(new, fill)
    columns = "source target weight alleged together passage"
    edges = [("alma", "brim", 1, 3, 1, "¶1; ¶2; ¶3; ¶4")]
    assert ask(new, "network", columns) == edges
    assert ask(new, "network", columns, at_least="4") == edges
    assert ask(new, "network", columns, at_least="5") == []


def test_equal_posts_of_two_documents_are_one(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        tie(book, "alma", "heads", "brim", at((1, 0), voice="log"), what="chief")
        again = at((2, 0), voice="diary")
        tie(book, "alma", "heads", "brim", again, what="the Chief", since="2019-05-01")

    add(new, fill)
    columns = "holder post status attested documents source passage"
    assert ask(new, "posts", columns) == [
        ("Alma", "the Chief", "held", "2020-01-01; 2020-03-01", 2, "diary", "¶2")
    ]


def test_a_post_that_another_document_denies_is_disputed(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        tie(book, "alma", "heads", "brim", at((1, 0), voice="log"))
        tie(book, "alma", "heads", "brim", at((2, 0), voice="diary", modality="denied"))

    add(new, fill)
    assert ask(new, "posts", "holder status documents") == [("Alma", "disputed", 2)]


# --- any year -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [
        ("-0048-10", "-0043-03-15", None),  # over: not shown
        (None, "-0043", None),
        ("-0048", None, "open"),
        ("-0048", "Y12000", "held"),
        ("Y12000", None, None),  # not yet
    ],
)
def test_posts_of_any_year_are_compared_with_a_day(
    new: str, since: str | None, until: str | None, status: str | None
) -> None:
    def fill(book: SourcebookBuilder) -> None:
        tie(book, "alma", "heads", "brim", at((1, 0), voice="log"), since=since, until=until)

    add(new, fill)
    rows = ask(new, "posts", "status", on="2020-06-01")
    assert rows == ([(status,)] if status else [])


def test_time_has_one_order_in_any_year(new: str) -> None:
    dates = {"now": "2015-07-24", "year": "2015", "ides": "-0043-03-15", "ice": "Y-17000"}

    def fill(book: SourcebookBuilder) -> None:
        for n, (key, date) in enumerate(dates.items()):
            evidence = at((n + 1, 0), voice="log")
            book.event(key, key.title(), evidence, date=date, doer=["alma", "brim"])

    add(new, fill)
    key = "log:now"
    parts = ask(new, "event", "part key", event=key)
    assert [row for row in parts if row[0] in ("Before", "Meanwhile", "After")] == [
        ("Before", "log:ides"),
        ("Before", "log:ice"),
        ("Meanwhile", "log:year"),  # some time in 2015: perhaps before, perhaps after
    ]
    in_order = ["log:ice", "log:ides", "log:year", "log:now"]
    assert [row[0] for row in ask(new, "dyad", "fact", a="alma", b="brim")] == in_order
    rows = ask(new, "actor", "part key", actor="alma")
    assert [fact for part, fact in rows if part == "event"] == in_order


# --- people with one heading ----------------------------------------------------------------------


def test_two_actors_of_one_heading_are_both_named(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        for key in ("official-1", "official-2"):
            book.actor(key, "An official", "unnamed")
        evidence = at((1, 0), voice="log")
        book.event("talk", "They talk", evidence, doer=["official-1", "official-2"])

    add(new, fill)
    rows = ask(new, "actor", "part who", actor="official-1")
    assert ("event", "An official; An official") in rows
    assert ask(new, "network", "source target weight") == [("official-1", "official-2", 1)]
