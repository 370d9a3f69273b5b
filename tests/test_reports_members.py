"""Who acts for whom in reports: --with-members, at the time of each fact, and what rows say."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import sourcebook
from database.connect import reading, writing
from reports.catalogue import Catalogue
from reports.run import BadValueError, run
from tests.databases import Files
from tests.island_relations import at, tie
from tests.sourcebook_builder import SourcebookBuilder


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory, sqlite_sourcebooks: Files) -> Any:
    """The article that ships."""
    database = sqlite_sourcebooks.shipped()
    yield database
    sqlite_sourcebooks.remove(database)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def realm(request: pytest.FixtureRequest) -> Any:
    """A state with a queen until 1990 and a king from 1991, and a navy with an admiral."""
    sourcebooks = request.getfixturevalue(f"{request.param}_sourcebooks")
    database = sourcebooks.migrated()
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        for key, kind in (
            *(("realm", "state"), ("navy", "armed-force"), ("court", "community")),
            ("league", "organisation"),
            *((key, "person") for key in ("queen", "king", "admiral", "friend", "rebel")),
        ):
            book.actor(key, f"The {key.title()}", kind)
        book.document("log", "The Log", 9)
        tie(book, "queen", "heads", "realm", at((1, 0), voice="log"), until="1990")
        tie(book, "king", "heads", "realm", at((1, 9), voice="log"), since="1991")
        tie(book, "navy", "part-of", "realm", at((2, 0), voice="log"))
        tie(book, "admiral", "heads", "navy", at((2, 9), voice="log"))
        tie(book, "court", "belongs-to", "realm", at((3, 0), voice="log", certainty="alleged"))
        tie(book, "friend", "supports", "realm", at((3, 9), voice="log"))
        tie(book, "realm", "member-of", "league", at((3, 12), voice="log"))
        rebel = at((4, 0), voice="log", modality="denied")
        tie(book, "rebel", "part-of", "realm", rebel)
        for n, (key, date) in enumerate(
            [("early", "1985"), ("change", "1990/1991"), ("late", "1995-03"), ("undated", None)]
        ):
            evidence = at((5, n), voice="log")
            book.event(key, key, evidence, date=date, doer=["queen", "king"])
        book.event("sailing", "sailing", at((6, 0), voice="log"), doer=["admiral", "navy", "court"])
        book.event("other", "other", at((6, 9), voice="log"), doer=["friend", "rebel"])
    yield database
    sourcebooks.remove(database)


def acting(database: str, key: str) -> set[tuple[str, str, str | None]]:
    """Return in which events an actor takes part, who does for it, and how that reads."""
    query = """
        select facts.key, member, acting_for
        from participation
        join facts on facts.id = participation.fact_id and facts.kind = 'event'
        where actor = :actor
    """
    with reading(database) as connection:
        from sqlalchemy import text

        return {tuple(row) for row in connection.execute(text(query), {"actor": key})}


def test_ties_count_as_they_stood_at_the_time(realm: str) -> None:
    queen = ("queen", "The Queen for the Realm")
    king = ("king", "The King for the Realm")
    assert acting(realm, "realm") == {
        ("early", *queen),
        ("change", *queen),
        ("change", *king),
        ("late", *king),
        ("undated", *queen),
        ("undated", *king),
        ("sailing", "navy", "The Navy for the Realm"),
        ("sailing", "admiral", "The Admiral for the Realm"),
        ("sailing", "court", "Alleged: The Court for the Realm"),
    }


def test_everybody_is_there_for_themselves(realm: str) -> None:
    assert acting(realm, "friend") == {("other", "friend", None)}
    assert acting(realm, "navy") == {
        ("sailing", "navy", None),
        ("sailing", "admiral", "The Admiral for the Navy"),
    }


def test_a_member_does_not_act_for_an_organisation_nor_do_its_people(realm: str) -> None:
    assert acting(realm, "league") == set()
    ties = [("The Realm is a member of the League", None)]
    actual = rows(realm, "ties", "sentence acting_for", actor="league", with_members=True)
    assert actual == ties


def rows(database: str, name: str, columns: str, **given: Any) -> list[tuple[Any, ...]]:
    """Return these columns of a report's rows."""
    report = Catalogue().report(name)
    with reading(database) as connection, run(connection, report, given) as page:
        names = [column.name for column in page.columns]
        return [tuple(row[names.index(name)] for name in columns.split()) for row in page.rows]


def test_a_row_names_those_who_act_for_the_actor(realm: str) -> None:
    assert ("The Admiral heads the Navy", None) not in rows(
        realm, "ties", "sentence acting_for", actor="realm"
    )
    actual = dict(rows(realm, "ties", "sentence acting_for", actor="realm", with_members=True))
    assert actual["The Admiral heads the Navy"] == (
        "The Admiral for the Realm; The Navy for the Realm"
    )
    assert actual["The Friend supports the Realm"] is None
    assert "The Admiral heads the Navy" in {
        sentence for (sentence,) in rows(realm, "posts", "sentence", actor="realm", with_members=1)
    }


def test_the_members_of_whom_has_to_be_said(realm: str) -> None:
    with pytest.raises(BadValueError, match="needs --actor"):
        rows(realm, "ties", "sentence", with_members=True)
    assert rows(realm, "ties", "sentence", with_members=False) == rows(realm, "ties", "sentence")


# --- on the command line --------------------------------------------------------------------------


def typed(database: str, *arguments: str) -> Result:
    """Run the real command."""
    return CliRunner().invoke(sourcebook, ["--db", database, "report", *arguments])


def test_a_line_says_who_was_left_out(article: str) -> None:
    done = typed(article, "ties", "--actor", "russia")
    assert (
        "left out are those who act for Russia: Sergei Lavrov, Vladimir Putin, "
        in done.stderr.replace("\n", " ")
    )
    assert "in all); --with-members adds them" in done.stderr
    assert "left out" not in typed(article, "ties", "--actor", "russia", "--with-members").stderr
    assert "left out" not in typed(article, "ties", "--actor", "Aron Lund").stderr
    assert "left out" not in typed(article, "ties").stderr


def test_the_printed_query_has_the_lines_of_a_flag(article: str) -> None:
    without = typed(article, "ties", "--actor", "iran", "--sql").stdout
    given = typed(article, "ties", "--actor", "iran", "--with-members", "--sql").stdout
    assert "steps = 0" in without
    assert "steps = 0" not in given
    with reading(article) as connection:
        assert len(connection.exec_driver_sql(given.rstrip(";\n")).all()) > len(
            connection.exec_driver_sql(without.rstrip(";\n")).all()
        )


def test_putin_acts_for_russia_and_khamenei_for_iran(article: str) -> None:
    actual = typed(article, "dyad", "iran", "russia", "--with-members", "--format", "csv").stdout
    assert "Putin visits Tehran" in actual
    assert "Putin and Khamenei meet" in actual
    assert "complete agreement" in actual
    assert "Ali Khamenei for Iran" in actual
    assert "Vladimir Putin for Russia" in actual
    assert "Putin visits Tehran" not in typed(article, "dyad", "iran", "russia").stdout


def test_the_united_nations_are_not_their_members(article: str) -> None:
    actual = typed(article, "actor", "un", "--with-members", "--format", "csv").stdout
    assert "for the United Nations" in actual
    assert "Russia for" not in actual
    assert "Putin for" not in actual
    assert "Lavrov for" not in actual


def test_lavrov_and_putin_speak_for_russia(article: str) -> None:
    spoken = ("quotes", "--speaker", "russia", "--format", "csv")
    actual = typed(article, *spoken, "--with-members").stdout
    assert "Sergei Lavrov for Russia" in actual
    assert "Vladimir Putin for Russia" in actual
    assert "Sergei Lavrov" not in typed(article, *spoken).stdout


@pytest.mark.parametrize(
    "name",
    [
        report.name
        for report in Catalogue().reports()
        if any(parameter.type == "actor" for parameter in report.parameters)
    ],
)
def test_every_report_that_takes_an_actor_takes_its_members(name: str) -> None:
    report = Catalogue().report(name)
    assert "with_members" in {parameter.name for parameter in report.parameters}
    assert "acting_for" in {column.name for column in report.columns}
