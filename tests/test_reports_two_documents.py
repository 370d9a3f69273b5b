"""Reports about actors on made-up sourcebooks of two documents: counts, equal ties, any year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from database.connect import reading, writing
from reports.run import run
from schema.vocabulary import FactKind
from tests.databases import Files, Server
from tests.island_relations import at, tie
from tests.shipped_reports import REPORTS
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
    report = REPORTS[name]
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
        ("Alma", "the Chief", "held", "2020-01-01; 2020-03-01", 2, "diary; log", "diary ¶2; log ¶1")
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
    assert [
        row for row in parts if row[0] in ("Before", "Meanwhile", "Order unknown", "After")
    ] == [
        ("Before", "log:ides"),
        ("Before", "log:ice"),
        ("Order unknown", "log:year"),  # some time in 2015: perhaps before, perhaps after
    ]
    in_order = ["log:ice", "log:ides", "log:year", "log:now"]
    assert [row[0] for row in ask(new, "dyad", "fact", a="alma", b="brim")] == in_order
    rows = ask(new, "actor", "part key", actor="alma")
    assert [fact for part, fact in rows if part == "event"] == in_order


@pytest.mark.parametrize(
    ("date", "part"),
    [
        ("2015-07-24", "Meanwhile"),
        ("2015-07", "Order unknown"),
        ("[2015-07-20..2015-07-30]", "Order unknown"),
        ("2015-07-20/2015-07-30", "Meanwhile"),
        ("2011/..", "Meanwhile"),
        ("../2017", "Meanwhile"),
        ("2015/..", "Order unknown"),  # it may have begun in autumn
        ("2015/2016", "Order unknown"),
        ("2014-07-01/2015-07-24", "Meanwhile"),
        ("2015-07-25/..", "After"),
    ],
)
def test_meanwhile_is_what_surely_shares_a_day(new: str, date: str, part: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        for n, (key, when) in enumerate({"visit": "2015-07-24", "fair": date}.items(), start=1):
            book.event(key, key.title(), at((n, 0), voice="log"), date=when, doer=["alma"])

    add(new, fill)
    rows = ask(new, "event", "part key", event="visit")
    assert rows[-1] == (part, "log:fair")
    if part in ("Meanwhile", "Order unknown"):
        assert ask(new, "event", "part key", event="fair")[-1] == (part, "log:visit")


def test_two_long_events_that_surely_overlap_go_on_meanwhile(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        for n, (key, when) in enumerate({"war": "2011/..", "aid": "2015/.."}.items(), start=1):
            book.event(key, key.title(), at((n, 0), voice="log"), date=when, doer=["alma"])

    add(new, fill)
    assert ask(new, "event", "part key", event="war")[-1] == ("Meanwhile", "log:aid")


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


def test_everybody_of_one_heading_who_acts_for_the_actor_is_named(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        for n in (1, 2):
            book.actor(f"ali-{n}", "Ali Hassan", "person")
            tie(book, f"ali-{n}", "holds-post-in", "alma", at((n, 0), voice="log"))
            tie(book, f"ali-{n}", "depends-on", "brim", at((n, 2), voice="log"))
        both = ["ali-1", "ali-2"]
        book.event("talk", "They talk", at((3, 0), voice="log"), doer=[*both, "brim"])
        denied = at((4, 0), voice="log", modality="denied")
        book.event("row", "They shout", denied, modality="denied", doer=both)
        book.quote("word", at((5, 0), voice="log"), says="Yes.", speaker=both, subject=["brim"])

    add(new, fill)
    twice = "Ali Hassan for Alma; Ali Hassan for Alma"
    for name, options, kind in (
        ("actor", {"actor": "alma"}, "event"),
        ("dyad", {"a": "alma", "b": "brim"}, "event"),
        ("expectations", {"actor": "alma"}, "event"),
        ("quotes", {"speaker": "alma"}, ""),
        ("timeline", {"actor": "alma"}, "event"),
    ):
        column = {"actor": "part", "quotes": "acting_for"}.get(name, "kind")
        rows = ask(new, name, f"{column} acting_for", with_members="1", **options)
        chosen = [acting for what, acting in rows if not kind or what == kind]
        assert set(chosen) == {twice}, name


def test_sources_of_one_title_are_all_counted(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        for n in (1, 2):
            book.source(f"official-{n}", "An official", "remarks", unnamed_in="log")
            book.chain("log", f"official-{n}")
        pieces = [
            at((n, 0), voice=f"log>official-{n}", certainty="alleged", modality="expected")
            for n in (1, 2)
        ]
        book.event("raid", "A raid", *pieces, modality="expected", doer=["alma"])

    add(new, fill)
    assert ask(new, "expectations", "expected_by through") == [
        ("An official; and 1 more", "An official; Log | An official; Log")
    ]


def test_the_first_voice_of_an_expectation_is_that_of_the_first_document(new: str) -> None:
    """By document and number together, not by the least of each."""

    def fill(book: SourcebookBuilder) -> None:
        for source in ("cook", "maid"):
            book.source(source, source.title(), "remarks")
            for document in ("diary", "log"):
                book.chain(document, source)
        voices = ("diary>maid", "diary>cook", "log>cook", "log>maid")
        pieces = [
            at((n, 0), voice=voice, modality="possible") for n, voice in enumerate(voices, start=1)
        ]
        book.event("raid", "A raid", *pieces, modality="possible", doer=["alma"])

    add(new, fill)
    assert ask(new, "expectations", "expected_by") == [("Maid; and 1 more",)]


@pytest.mark.parametrize("name", ["single-source", "own-voice"])
def test_an_equal_tie_is_shown_as_the_document_that_is_asked_for_has_it(
    new: str, name: str
) -> None:
    def fill(book: SourcebookBuilder) -> None:
        book.source("wire", "Wire")
        for document in ("diary", "log"):
            book.chain(document, "wire")
            voice = f"{document}>wire" if name == "single-source" else document
            tie(book, "alma", "supports", "brim", at((1, 0), voice=voice))

    add(new, fill)
    columns = "source fact documents"
    assert ask(new, name, columns) == [("diary", "diary:alma--supports--brim", 2)]
    assert ask(new, name, columns, document="log") == [("log", "log:alma--supports--brim", 2)]
    assert len(ask(new, name, columns, certainty="asserted")) == 1


def test_equal_ties_of_other_documents_support_what_an_unnamed_voice_says(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        book.source("aide", "An aide", "remarks", unnamed_in="diary")
        book.chain("diary", "aide")
        tie(book, "alma", "supports", "brim", at((1, 0), voice="log"))
        tie(book, "alma", "supports", "brim", at((2, 0), voice="diary>aide"))
        tie(book, "brim", "supports", "alma", at((3, 0), voice="diary>aide"))

    add(new, fill)
    columns = "support fact overall named"
    alone = ("Nothing else supports these", "diary:brim--supports--alma", None, 0)
    assert ask(new, "anonymous", columns) == [
        alone,
        ("Others speak of these, too", "diary:alma--supports--brim", "Stated", 1),
    ]
    assert ask(new, "anonymous", columns, only_support="1") == [alone]
    counted: dict[str, int] = dict(ask(new, "summary", "measure count"))
    assert (counted["facts, unnamed alone"], counted["facts, unnamed in part"]) == (1, 1)


def test_corroboration_lists_an_equal_tie_of_the_document_that_is_asked_for(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        for voice in ("diary", "log"):
            tie(book, "alma", "supports", "brim", at((1, 0), voice=voice))

    add(new, fill)
    columns = "fact source documents origins"
    log = ("log:alma--supports--brim", "log", 2, 2)
    assert ask(new, "corroboration", columns, document="log") == [log]
    assert len(ask(new, "corroboration", columns)) == 2


def test_a_title_within_another_stays_whole(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        book.source("keeper", "Log", "remarks")
        book.source("logger", "Logger's notes", "remarks")
        book.chain("log", "logger")
        book.chain("log", "logger", "keeper")
        pieces = [
            at((1, 0), voice="log"),
            at((2, 0), voice="log>logger"),
            at((3, 0), voice="log>logger>keeper"),
        ]
        book.event("raid", "A raid", *pieces, doer=["alma"])

    add(new, fill)
    assert ask(new, "corroboration", "relayed_from") == [
        ("the document; Logger's notes; Log → Logger's notes",)
    ]


def test_dated_positions_and_control_count_as_dated(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        topic = book.keyed_row("topic", "sea", "topics", label="The sea")
        place = book.keyed_row("place", "port", "places", name="The port", kind="site")
        dated = at((1, 0), voice="log", date="1990", date_words="then")
        for key, evidence in (("wish", dated), ("hope", at((2, 0), voice="log"))):
            book.fact(
                FactKind.POSITION,
                key,
                [evidence],
                {"holder": ["alma"], "object": ["brim"]},
                topic_id=topic,
                position_kind="goal",
                statement="to sail",
                date=book.date("1990"),
            )
        book.fact(
            FactKind.CONTROL,
            "hold",
            [at((3, 0), voice="log")],
            actor_id=book.ids["actor", "alma"],
            place_id=place,
            type="holds",
            since=book.date("1991"),
            until=book.date("1995"),
        )

    add(new, fill)
    assert ask(new, "dates", "fact date date_of words") == [
        ("log:wish", "1990", "date", "then"),
        ("log:hope", "1990", "date", None),
        ("log:hold", "1991", "since", None),
        ("log:hold", "1995", "until", None),
    ]
    assert ask(new, "dyad", "fact part date", a="alma", b="brim", dated="1") == [
        ("log:wish", "Dated", "1990"),
        ("log:hope", "Dated", "1990"),
    ]
    rows = ask(new, "actor", "part key date", actor="alma")
    assert ("position", "log:hope", "1990") in rows


def test_drafts_of_what_is_alleged_are_no_facts(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        for n, certainty in enumerate(("asserted", "alleged"), start=1):
            evidence = at((n, 0), voice="log", certainty=certainty)
            book.event(f"e{n}", "They meet", evidence, doer=["alma", "brim"])
        book.connection.execute(sa.text("update facts set draft = true"))

    add(new, fill)
    assert ask(new, "network", "weight alleged") == [(1, 1)]
    notes: dict[str, str] = dict(ask(new, "summary", "measure note"))
    assert notes["events"].startswith("1 happened, 1 only by allegation")


def test_an_author_by_name_alone_keeps_the_place(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        log = book.ids["source", "log"]
        book.row("source_credits", source_id=log, role="author", n=1, name="Zoe Young")
        book.row(
            "source_actors", source_id=log, actor_id=book.ids["actor", "alma"], role="author", n=2
        )

    add(new, fill)
    notes = [note for about, note in ask(new, "summary", "about note") if about == "document"]
    assert "Zoe Young and Alma, “Log”" in notes


def test_a_comparison_that_a_document_denies_is_no_agreement(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        book.keyed_row("topic", "sea", "topics", label="The sea")
        for n, modality in enumerate(("denied", "actual"), start=1):
            ends = ("alma", "brim")[:: 3 - 2 * n]
            evidence = at((n, 0), voice="log", modality=modality)
            tie(book, ends[0], "agrees-with", ends[1], evidence, topic="sea")

    add(new, fill)
    assert ask(new, "stances", "how modality") == [("denied", "denied"), ("meet", "actual")]


def test_what_is_reported_with_doubt_is_alleged(new: str) -> None:
    def fill(book: SourcebookBuilder) -> None:
        book.source("cook", "Cook", "remarks")
        book.chain("log", "cook")
        doubted = at((1, 0), voice="log>cook", certainty="reported", stance="doubts")
        book.event("raid", "A raid", doubted, doer=["alma"])

    add(new, fill)
    assert ask(new, "timeline", "what") == [("Alleged: A raid",)]
