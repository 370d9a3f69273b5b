"""`--cite` and `--words`: what the rows of a report rest on, on both engines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import bindparam

from database.connect import reading, writing
from reports.catalogue import read
from reports.evidence_text import DOCUMENTS, PASSAGES, SPANS
from reports.references import DOCUMENTS as CITED
from reports.references import RELAYED, SOURCES, cited_passages
from reports.row_evidence import RowEvidence
from reports.run import run
from tests.databases import Files, Server, on_sqlite
from tests.island_reports import book, own, passage, put, rows, sourcebook
from tests.shipped_reports import REPORTS
from tests.sourcebook_builder import SourcebookBuilder, islands

__all__ = ["book", "own"]  # fixtures


def words(document: str, n: int, start: int) -> str:
    """Give what a span holds."""
    return passage(document, n)[start : start + 5]


# --- words ----------------------------------------------------------------------------------------


def test_words_are_those_of_the_fact_in_each_of_its_passages(book: str) -> None:
    answer = {row["event"]: row["rests_on"] for row in rows(book, "timeline", "--words")}
    assert answer["bulletin:landing"] == " | ".join(
        [
            f"bulletin ¶2 {words('bulletin', 2, 40)}",
            f"bulletin ¶6 {words('bulletin', 6, 0)}",
            f"bulletin ¶7 {words('bulletin', 7, 0)}",
            f"gazette ¶1 {words('gazette', 1, 30)}",
        ]
    )
    assert answer["bulletin:storm"] == f"¶2 {words('bulletin', 2, 10)}"


def test_what_is_broken_is_put_together_and_what_two_voices_say_stands_apart(book: str) -> None:
    answer = {row["quote"]: row["rests_on"] for row in rows(book, "quotes", "--words")}
    assert (
        answer["bulletin:speech"] == f"¶4 {words('bulletin', 4, 20)} … {words('bulletin', 4, 60)}"
    )
    assert (
        answer["bulletin:murmur"] == f"¶8 {words('bulletin', 8, 0)} | ¶8 {words('bulletin', 8, 50)}"
    )


def test_the_words_of_an_event_are_those_of_each_of_its_parts(book: str) -> None:
    answer = rows(book, "event", "--event", "landing", "--words")
    of_part = {(row["part"], row["what"], row["passage"]): row["rests_on"] for row in answer}
    assert len(of_part) > 5
    for (part, what, _), message in of_part.items():
        assert message is not None, (part, what)
        assert "whole:" not in message, (part, what)
    says = [row for row in answer if row["section"] == "Who says so" and row["source"] == "gazette"]
    assert [row["rests_on"] for row in says] == [f"¶1 {words('gazette', 1, 30)}"]


def test_two_facts_in_one_row_have_the_words_of_both(book: str, own: Path) -> None:
    path = put(
        own, "both", "select 'storm | vow' as fact, 'bulletin' as source, '¶2 | ¶5' as passage"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("n        integer", "fact     text"))
    [row] = rows(book, "--reports", own, "both", "--words")
    assert row["rests_on"] == f"¶2 {words('bulletin', 2, 10)} | ¶5 {words('bulletin', 5, 5)}"


def test_a_row_that_names_no_fact_gets_the_whole_passage(book: str, own: Path) -> None:
    put(own, "bare", "select 1 as n, 'gazette' as source, '¶3' as passage")
    [row] = rows(book, "--reports", own, "bare", "--words")
    assert row["rests_on"] == f"¶3 whole: {passage('gazette', 3)}"


def test_the_two_sides_of_a_row_are_told_apart(book: str, own: Path) -> None:
    put(own, "sides", "select 1 as n, 'gazette | bulletin' as source, '¶3 | ¶4; ¶9' as passage")
    done = sourcebook(book, "report", "--reports", own, "sides", "--cite", "--format", "json")
    cited = [citation["citation"] for citation in json.loads(done.stdout)["citations"]]
    assert [text.rpartition(", ¶")[2] for text in cited] == ["¶ 4, 9.", " 3."]


def test_one_key_in_two_documents_is_two_facts(sourcebooks: Files | Server, own: Path) -> None:
    made = sourcebooks.migrated()
    with writing(made) as connection:
        islands(connection)
        other = SourcebookBuilder(connection)
        other.ids = dict.fromkeys([("source", "gazette")], 0)
        actual = connection.execute(
            sa.text(
                "select s.id, a.id from sources as s join attributions as a on a.source_id = s.id "
                "where s.key = 'gazette'"
            )
        ).one()
        other.ids["source", "gazette"], other.ids["voice", "gazette"] = actual
        other.event("landing", "Another", {"voice": "gazette", "at": [(1, 100), (2, 200)]})
        connection.execute(sa.text("update passages set text = 'x'"))
        for n in (1, 2):
            connection.execute(
                sa.text("update passages set text = :text where n = :n"),
                {"text": passage("gazette", n), "n": n},
            )
    answer = {row["what"]: row["rests_on"] for row in rows(made, "timeline", "--words")}
    assert answer["Another"] == (f"¶1 {words('gazette', 1, 100)} | ¶2 {words('gazette', 2, 200)}")
    assert words("gazette", 1, 100) not in answer["Alma lands in the port of Brim"]
    assert words("gazette", 1, 30) in answer["Alma lands in the port of Brim"]
    sourcebooks.remove(made)


def test_words_that_are_not_kept_are_said_to_be_missing(database: str) -> None:
    with writing(database) as connection:
        islands(connection)
        connection.execute(
            sa.text(
                "update passages set text = 'kept here' where document_id in "
                "(select id from sources where key = 'gazette')"
            )
        )
    done = sourcebook(database, "report", "quotes", "--words", "--format", "jsonl")
    assert done.returncode == 0
    assert {json.loads(line)["rests_on"] for line in done.stdout.splitlines()} == {None}
    message = done.stderr.splitlines()[-1]
    assert message.startswith(
        "--words: the text of bulletin is not kept; keep it with `sourcebook load"
    )
    assert "--keep-text" in message


@pytest.fixture
def asking(book: str) -> Iterator[tuple[sa.Connection, list[str]]]:
    """A connection, and the queries that go over it."""
    with reading(book) as connection:
        queries: list[str] = []
        sa.event.listen(
            connection,
            "before_cursor_execute",
            lambda *arguments: queries.append(arguments[2]),
        )
        yield connection, queries


def test_no_query_runs_once_a_row(asking: tuple[sa.Connection, list[str]], own: Path) -> None:
    connection, queries = asking
    many = ", ".join("(values (1), (2)) as t" + str(n) for n in range(11))
    report = read(
        put(own, "many", f"select 1 as n, 'gazette' as source, '¶3' as passage from {many}")
    )
    with run(connection, report, {}) as page:
        page = RowEvidence(report).page(connection, page, cite=True, words=True)
        assert len(list(page.rows)) == 2048
        assert page.citations is not None
        assert len(list(page.citations)) == 1
    assert len(queries) < 20


def test_rows_still_come_as_they_are_used(
    asking: tuple[sa.Connection, list[str]], own: Path
) -> None:
    """Two hundred million rows would take minutes and gigabytes: the first come at once."""
    connection, _ = asking
    pairs = ", ".join(f"(values (1), (2)) as t{n}" for n in range(28))
    report = read(
        put(own, "vast", f"select 1 as n, 'gazette' as source, '¶3' as passage from {pairs}")
    )
    with run(connection, report, {}) as page:
        page = RowEvidence(report).page(connection, page, cite=True, words=True)
        for row in islice(page.rows, 3):
            assert row[-1] == f"¶3 whole: {passage('gazette', 3)}"


# --- citations ------------------------------------------------------------------------------------

GAZETTE = (
    "Zoë Ångström and Brim, “The Gazette”, The Idle, 1 March 2020, http://gazette.test/a_b?c, ¶ 1."
)
BULLETIN = "“The Bulletin”, ¶¶ 1–2, 4–7, 9."


def test_a_citation_can_be_pasted(book: str) -> None:
    done = sourcebook(book, "report", "timeline", "--cite")
    assert done.stdout.endswith(f"\n\n[bulletin] {BULLETIN}\n[gazette] {GAZETTE}\n")


def test_json_holds_rows_and_citations(book: str) -> None:
    done = sourcebook(book, "report", "timeline", "--cite", "--format", "json")
    given = json.loads(done.stdout)
    assert list(given) == ["meta", "rows", "citations"]
    assert given["citations"] == [
        {"source": "bulletin", "citation": BULLETIN},
        {"source": "gazette", "citation": GAZETTE},
    ]
    assert given["rows"] == rows(book, "timeline")


def test_only_what_the_rows_use_is_cited(book: str) -> None:
    done = sourcebook(book, "report", "timeline", "--actor", "zoe", "--cite", "--format", "json")
    assert [citation["citation"] for citation in json.loads(done.stdout)["citations"]] == [
        "“The Bulletin”, ¶¶ 1, 4."
    ]
    none = sourcebook(book, "report", "timeline", "--actor", "idle", "--cite", "--format", "json")
    assert json.loads(none.stdout)["citations"] == []


def test_markdown_and_html_list_the_citations(book: str) -> None:
    text = sourcebook(book, "report", "timeline", "--cite", "--format", "markdown").stdout
    assert "\n\n- **bulletin** “The Bulletin”, ¶¶ 1–2, 4–7, 9.\n- **gazette** Zoë" in text
    page = sourcebook(book, "report", "timeline", "--cite", "--format", "html").stdout
    address = "http://gazette.test/a_b?c"
    linked = GAZETTE.replace(
        address, f'<a href="{address}" rel="noopener noreferrer">{address}</a>'
    )
    assert f"<dt>gazette</dt><dd>{linked}</dd>" in page


@on_sqlite
@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl"])
def test_formats_of_rows_alone_have_no_room_for_citations(book: str, format: str) -> None:
    done = sourcebook(book, "report", "timeline", "--cite", "--format", format)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--cite is for --format table, markdown, html, xlsx or json" in done.stderr


@on_sqlite
@pytest.mark.parametrize("columns", ["quote", "quote,rests_on"])
def test_chosen_columns_have_the_words_once(book: str, columns: str) -> None:
    options = ("report", "quotes", "--words", "--columns", columns)
    csv = sourcebook(book, *options, "--format", "csv").stdout.splitlines()
    assert csv[0] == "quote,rests_on"
    jsonl = sourcebook(book, *options, "--format", "jsonl").stdout.splitlines()
    assert {tuple(json.loads(line)) for line in jsonl} == {("quote", "rests_on")}


@on_sqlite
@pytest.mark.parametrize("option", ["--cite", "--words"])
def test_a_report_without_passages_has_nothing_to_cite(book: str, option: str) -> None:
    done = sourcebook(book, "report", "calendar", option)
    assert (done.returncode, done.stdout) == (2, "")
    assert "calendar states no facts: it has no columns source and passage" in done.stderr


@on_sqlite
def test_reports_that_state_facts_say_where(book: str) -> None:
    """Every shipped report with a column passage can be cited, and cites what is a document."""
    for report in REPORTS.values():
        if "passage" not in [column.name for column in report.columns]:
            continue
        if any(parameter.required for parameter in report.parameters):
            continue
        with reading(book) as connection, run(connection, report, {}) as page:
            grounds = RowEvidence(report)
            page = grounds.page(connection, page, cite=True, words=False)
            passages = sum(row[grounds._passage] is not None for row in page.rows)
        assert set(grounds.places) <= {"bulletin", "gazette"}, report.name
        assert bool(passages) == bool(grounds.places), report.name


@pytest.mark.parametrize(
    ("numbers", "message"),
    [({4}, "¶ 4"), ({7, 4, 8, 9}, "¶¶ 4, 7–9"), ({1, 2}, "¶¶ 1–2"), ({3, 1}, "¶¶ 1, 3")],
)
def test_passages_are_cited_in_runs(numbers: set[int], message: str) -> None:
    assert cited_passages(numbers) == message


@on_sqlite
def test_words_are_found_through_indexes(book: str) -> None:
    numbers = {"places": ["1:2", "3:4"], "documents": [1, 3], "passages": [2, 4]}
    keys = {"documents": ["gazette", "bulletin"]}
    with reading(book) as connection:
        for query, values in (
            (SPANS, {**numbers, "facts": ["landing", "storm"]}),
            (PASSAGES, numbers),
            (DOCUMENTS, keys),
            (CITED, keys),
            (SOURCES, {"ids": [1, 3]}),
            (RELAYED, {"ids": [1, 3]}),
        ):
            statement = sa.text("explain query plan " + query).bindparams(
                *(bindparam(name, expanding=True) for name in values)
            )
            plan = [row[3] for row in connection.execute(statement, values)]
            assert [step for step in plan if re.match(r"SCAN (?!\d)", step)] == []
