"""Reports on time and on the coding itself: calendar, dates, gaps, coverage and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from database.connect import reading, writing
from reports.run import BadValueError
from schema.vocabulary import FactKind
from tests.harbour_articles import Row, ask, filled, golden, key_of, loaded, sourcebook
from tests.shipped_reports import REPORTS
from tests.sourcebook_builder import SourcebookBuilder

NAMES = ["expectations", "calendar", "dates", "gaps", "coverage", "changes"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    with filled(request.param, request) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest) -> Iterator[str]:
    with sourcebook(request.param, request) as made:
        yield made


@pytest.mark.parametrize("name", NAMES)
def test_rows_order_and_types_are_the_same_everywhere(database: str, name: str) -> None:
    assert ask(database, name) == golden(name)


def test_an_empty_database_gives_no_rows(blank: str) -> None:
    for name in NAMES:
        assert ask(blank, name) == [], name


def seen(at: int, start: int) -> Row:
    return {"voice": "log", "at": [(at, start)]}


# --- expectations ---------------------------------------------------------------------------------


def test_what_came_of_an_expectation(database: str) -> None:
    actual = {
        key_of(row): (row["expected_by"], row["denied_by"], row["outcome"])
        for row in ask(database, "expectations")
    }
    assert actual == {
        "retreat": ("an insider", "the document", "Did not happen"),
        "ultimatum": (None, None, "made"),
        "storm": ("what is hummed", None, "Imagined"),
        "pact": (None, "Wire report", "Said not to be so"),
    }


@pytest.mark.parametrize(
    ("outcome", "facts"),
    [
        ("did not happen", ["pact", "retreat"]),
        ("imagined", ["storm"]),
        ("threatened", ["ultimatum"]),
        ("came to pass", []),
    ],
)
def test_expectations_can_be_asked_for_by_what_came_of_them(
    database: str, outcome: str, facts: list[str]
) -> None:
    assert [key_of(row) for row in ask(database, "expectations", outcome=outcome)] == facts


@pytest.mark.parametrize(
    ("actor", "facts"),
    [
        ("alma", ["pact", "retreat"]),
        ("brim", ["pact", "ultimatum", "storm"]),
        ("idle", []),
    ],
)
def test_expectations_of_one_actor(database: str, actor: str, facts: list[str]) -> None:
    assert [key_of(row) for row in ask(database, "expectations", actor=actor)] == facts


def test_what_was_intended_and_done_shows_who_intended_it(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        book.event("trip", "A trip", {**seen(1, 0), "modality": "intended"}, seen(1, 9))
        book.event("walk", "A walk", seen(1, 20))
    rows = ask(blank, "expectations")
    assert [(row["expected_by"], row["reading"], row["outcome"]) for row in rows] == [
        ("the document", "intended; actual", "came to pass")
    ]


def test_hedges_are_shown_and_what_is_only_alleged_did_not_come_to_pass(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        denied = {**seen(1, 0), "modality": "denied"}
        book.event("scheme", "A scheme", {**denied, "hedge": "very unlikely"}, modality="denied")
        mostly = {**seen(1, 5), "modality": "denied", "hedge": "mostly"}
        book.event("retreat", "A retreat", mostly, modality="denied")
        planned = {**seen(1, 9), "modality": "intended"}
        book.event("raid", "A raid", planned, {**seen(1, 20), "certainty": "alleged"})
    rows = ask(blank, "expectations")
    assert [(row["part"], row["sentence"], row["hedge"]) for row in rows] == [
        ("Did not happen, or is not so", "Did not happen: A retreat (“mostly”)", "mostly"),
        ("Held unlikely", "Held unlikely: A scheme (“very unlikely”)", "very unlikely"),
        ("Alleged", "Alleged: A raid", None),
    ]


def test_each_voice_counts_once_on_its_side_and_who_rejects_what_it_relays_denies_it(
    blank: str,
) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        for source in ("hum", "rumour"):
            book.source(source, f"A {source}", "remarks")
            book.chain("log", source)
        relayed = {"modality": "possible", "certainty": "rumoured", "stance": "rejects"}
        book.event(
            "split",
            "A split",
            {"voice": "log>hum", "at": [(1, 0)], **relayed},
            {"voice": "log>rumour", "at": [(1, 9)], **relayed},
            {"voice": "log>hum", "at": [(1, 20)], **relayed},
            modality="denied",
        )
    [row] = ask(blank, "expectations")
    assert (row["expected_by"], row["denied_by"]) == ("A hum; and 1 more", "the document")


@pytest.mark.parametrize(("actor", "rows"), [("alma", 1), ("brim", 1), ("idle", 0)])
def test_expectations_of_an_actor_include_its_ties(blank: str, actor: str, rows: int) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        for key in ("alma", "brim", "idle"):
            book.actor(key, key.title())
        book.document("log", "The Log", 1)
        book.fact(
            FactKind.RELATION,
            "alma--ally-of--brim",
            [{**seen(1, 0), "modality": "denied"}],
            from_actor_id=book.ids["actor", "alma"],
            type="ally-of",
            to_actor_id=book.ids["actor", "brim"],
        )
    actual = ask(blank, "expectations", actor=actor)
    assert [(row["fact"], row["outcome"]) for row in actual] == [
        ("alma--ally-of--brim", "Not so")
    ] * rows


@pytest.mark.parametrize(("actor", "rows"), [("alma", 1), ("brim", 1), ("idle", 0)])
def test_expectations_of_an_actor_include_links_of_its_events(
    blank: str, actor: str, rows: int
) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        for key in ("alma", "brim", "idle"):
            book.actor(key, key.title())
        book.document("log", "The Log", 1)
        book.event("raid", "A raid", seen(1, 0), doer=["alma"])
        book.quote("threat", seen(1, 20), says="A threat.", speaker=["brim"])
        book.fact(
            FactKind.LINK,
            "raid--follows--threat",
            [{**seen(1, 40), "modality": "denied"}],
            from_fact_id=book.ids["fact", "raid"],
            from_kind="event",
            type="follows",
            to_fact_id=book.ids["fact", "threat"],
            to_kind="quote",
        )
    actual = ask(blank, "expectations", actor=actor)
    assert [row["fact"] for row in actual] == ["raid--follows--threat"] * rows


# --- calendar -------------------------------------------------------------------------------------


def months(rows: list[Row]) -> list[tuple[str, int, int]]:
    return [(row["period"], row["actual"], row["other"]) for row in rows]


def test_an_event_counts_where_its_bounds_lie(blank: str) -> None:
    dates = [
        *("2020-02-29", "2020-02", "2020-02~", "2020", "2020-21", "[2020-03-31..2020-04-01]"),
        *("2019-12-31/2020-01-01", "201X", "2020-01-01/..", "[..2020-01]", "2021-01", None),
    ]
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        for n, date in enumerate(dates):
            book.event(f"e{n}", "It is", seen(1, n), date=date)
        book.event("no", "It is not", seen(1, 90), date="2020-02", modality="denied")
    assert months(ask(blank, "calendar")) == [
        ("2020-02", 3, 1),
        ("2020", 3, 0),
        ("2021-01", 1, 0),
        ("several years", 2, 0),
        ("open", 2, 0),
        ("undated", 1, 0),
    ]


def test_months_and_years_are_counted_in_any_year(blank: str) -> None:
    dates = [
        *("-0043-03-15", "-0043-03", "-0043", "-0043-02-28/-0043-03-01", "0000-02-29", "Y-17000"),
        *("-0100/0014", "9999-12-31", "Y12000", "-0043-12", "2000-02-29"),
    ]
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        for n, date in enumerate(dates):
            book.event(f"e{n}", "It is", seen(1, n), date=date)
    assert months(ask(blank, "calendar")) == [
        ("Y-17000", 1, 0),
        ("-0043-03", 2, 0),
        ("-0043-12", 1, 0),
        ("-0043", 2, 0),
        ("0000-02", 1, 0),
        ("2000-02", 1, 0),
        ("9999-12", 1, 0),
        ("Y12000", 1, 0),
        ("several years", 1, 0),
    ]


def test_long_bars_are_drawn_to_scale_and_short_ones_are_seen(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        for n in range(100):
            modality = "actual" if n < 60 else "denied"
            book.event(f"e{n}", "It is", seen(1, n), date="2020-01", modality=modality)
        book.event("alone", "It is", seen(1, 200), date="2020-02")
    assert [row["bar"] for row in ask(blank, "calendar")] == ["█" * 24 + "░" * 16, "█"]


# --- dates ----------------------------------------------------------------------------------------


def test_each_date_stands_with_its_own_words(database: str) -> None:
    actual = {
        (key_of(row), row["date"]): (row["words"], row["date_of"], row["passage"])
        for row in ask(database, "dates")
    }
    assert actual["raid", "2020-02-03"] == ("on Monday", "date", "¶2")
    assert actual["raid", "2020-02-04"] == ("on Tuesday", "voice", "¶1")
    assert actual["pact", "2011"] == (None, "since", "bulletin ¶2; gazette ¶3")
    assert actual["era", None] == ("long", "voice", "¶2")  # these words give no date
    assert actual["era", "2011/.."] == (None, "date", "¶2")  # and no words give this one


def test_dates_are_counted_by_precision(database: str) -> None:
    alike = {row["precision"]: row["alike"] for row in ask(database, "dates")}
    assert alike == {"day": 5, "month": 1, "year": 1, "range": 1, "span": 1, None: 1}
    assert list(alike) == ["day", "month", "year", "range", "span", None]


# --- gaps -----------------------------------------------------------------------------------------


def test_gaps_are_what_lies_between(database: str) -> None:
    actual = [(row["gap"], row["what"], row["size"], row["near"]) for row in ask(database, "gaps")]
    assert actual == [
        ("months", "2020-03 to 2020-04", 2, 1),  # Alma stays, at some time from April to June
        ("months", "2020-06", 1, 1),
        ("actor", "idle", 0, 1),
        ("passage", "¶1", 1000, 0),
        ("passage", "¶4", 1000, 1),
    ]


def test_gaps_go_over_the_turn_of_the_year(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        for n, date in enumerate(("2018-11", "2019-01", "2019-02-03", "2020-12", "2022-01")):
            book.event(f"e{n}", "It is", seen(1, n), date=date)
        # Neither what did not happen nor what reaches beyond a month fills one.
        book.event("no", "It is not", seen(1, 90), date="2018-12", modality="denied")
        book.event("long", "It is", seen(1, 91), date="2019-03/2019-04")
        book.quote("word", seen(1, 99), says="A word.", date="2020-10")
    assert [(row["what"], row["size"], row["near"]) for row in ask(blank, "gaps")] == [
        ("2018-12", 1, 0),
        ("2019-03 to 2020-09", 19, 1),
        ("2020-11", 1, 0),
        ("2021-01 to 2021-12", 12, 0),
    ]


def test_the_time_between_two_documents_is_not_a_gap(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        for document, dates in (
            ("log", ("1979-01", "1979-03")),
            ("diary", ("2015-06", "2015-08")),
            ("annals", ("-0043-03",)),
        ):
            book.document(document, document.title(), 1)
            for n, date in enumerate(dates):
                voice = {"voice": document, "at": [(1, n)]}
                book.event(f"{document}-{n}", "It is", voice, date=date)
    assert [row["what"] for row in ask(blank, "gaps")] == ["1979-02", "2015-07"]


def test_gaps_are_found_in_years_before_0_and_at_their_end(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        dates = ("-0043-03-15", "-0043-02", "-0045-12", "-0001-11-30", "0000-02-29")
        for n, date in enumerate(dates):
            book.event(f"e{n}", "It is", seen(1, n), date=date)
        vague = ("-0044", "Y-20000/-0043-04", "Y-20000", "Y12015", "Y-20000/..", f"Y{'9' * 17}")
        for n, date in enumerate(vague):
            book.event(f"vague{n}", "It is", seen(1, 50 + n), date=date)
    columns = ("what", "note", "size", "near")
    assert [tuple(row[name] for name in columns) for row in ask(blank, "gaps")] == [
        ("-0044-01 to -0043-01", "between -0045-12 and -0043-02", 13, 2),
        ("-0043-04 to -0001-10", "between -0043-03 and -0001-11", 511, 1),
        ("-0001-12 to 0000-01", "between -0001-11 and 0000-02", 2, 0),
    ]


def test_years_before_0_come_first(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        for n, date in enumerate(("2015", "-0043", "Y12015", "0001", "-0050")):
            book.event(f"e{n}", date, {**seen(1, n), "date": book.date(date)}, date=date)
    order = ["-0050", "-0043", "0001", "2015", "Y12015"]
    assert [row["date"] for row in ask(blank, "timeline")] == order
    assert [row["date"] for row in ask(blank, "dates")] == order
    assert [row["date"] for row in ask(blank, "timeline", **{"from": "2014"})] == order[3:]
    assert [row["date"] for row in ask(blank, "timeline", to="2014")] == order[:3]


def test_nothing_lies_between_what_is_in_one_month(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        book.event("a", "It is", seen(1, 0), date="2020-01-01")
        book.event("b", "It is", seen(1, 9), date="2020-01-31")
    assert ask(blank, "gaps") == []


# --- coverage -------------------------------------------------------------------------------------


def test_characters_under_several_spans_are_covered_once(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        # Spans of five characters: 0-5, 3-8, 3-8 again, 100-105.
        for n, start in enumerate((0, 3, 3, 100)):
            book.event(f"e{n}", "It is", seen(1, start))
        connection.execute(sa.text("update passages set length = 105"))
    rows = ask(blank, "coverage")
    assert [row["fact"] for row in rows] == ["e0", "e1", "e2", "e3"]
    assert {(row["facts"], row["percent"]) for row in rows} == {(4, 12)}  # 13 of 105


def test_every_passage_is_there(database: str) -> None:
    rows = ask(database, "coverage")
    assert list(dict.fromkeys((row["source"], row["passage"]) for row in rows)) == [
        *(("bulletin", f"¶{n}") for n in (1, 2, 3, 4)),
        *(("gazette", f"¶{n}") for n in (1, 2, 3)),
    ]
    nothing = [row for row in rows if row["fact"] is None]
    assert [(row["source"], row["passage"], row["facts"]) for row in nothing] == [
        ("bulletin", "¶1", 0),
        ("bulletin", "¶4", 0),
    ]


NASTY = ["nowhere", "'", "' or 1=1 --", ":document", "hum", "\\", "🦊"]


@pytest.mark.parametrize("name", ["coverage", "changes"])
def test_one_document_can_be_asked_for(database: str, name: str) -> None:
    column = "source" if name == "coverage" else "document"
    for key in ("bulletin", "gazette"):
        assert {row[column] for row in ask(database, name, document=key)} == {key}
    for key in NASTY:
        with pytest.raises(BadValueError, match=re.escape(f"there is no document {key!r}")):
            ask(database, name, document=key)


# --- changes --------------------------------------------------------------------------------------


def test_changes_shows_the_last_load_whatever_the_clock_said(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        for key in ("log", "diary"):
            book.document(key, key.title(), 1)
        for document, second, key in (
            ("diary", "59", "first"),
            ("diary", "01", "second"),
            ("log", "59", "third"),
            ("log", "01", "fourth"),
        ):
            loaded(book, document, f"2020-01-01T00:00:{second}Z", {("event", key): "added"})
    assert [row["key"] for row in ask(blank, "changes")] == ["fourth"]
    assert [row["key"] for row in ask(blank, "changes", document="diary")] == ["second"]


# --- how it is found ------------------------------------------------------------------------------

BIG = re.compile(
    r"SCAN (events|participants|quotes|evidence|facts|spans|relations|passages|changes)\b"
)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("coverage", {"document": "bulletin"}),
        ("changes", {"document": "bulletin"}),
        ("expectations", {"actor": "alma"}),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_filter_goes_through_an_index(database: str, name: str, given: dict[str, str]) -> None:
    query = sa.text("explain query plan " + REPORTS[name].statement(given))
    with reading(database) as connection:
        plan = [row[3] for row in connection.execute(query, given)]
    assert [step for step in plan if BIG.match(step)] == []
    if "actor" in given:
        assert any("ix_participants_actor_id_role_fact_id (actor_id=?" in step for step in plan)
