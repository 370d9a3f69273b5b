"""Every report on every engine: the same rows, in the same order, of the same types.

The rows of two articles are kept whole. They are read before they are committed; WRITE_GOLDEN=1
writes them again. With filters, and on sourcebooks of several documents and of nothing, every
engine must return what SQLite returns. A filter is the same line of SQL on every sourcebook, so
each is tried on one of them, several at once where they find different rows, and all together on
several documents.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from coding.load import load
from coding.validation import read
from database.connect import reading, writing
from database.snapshot import Snapshot
from exports.export import export
from feeds.duckdb import Duckdb
from feeds.sync import sync
from feeds.target import FeedOptions
from output.progress import Progress
from reports.definition import Parameter, Report, Type
from reports.run import run
from tests.databases import Files, Server
from tests.harbour_articles import harbour
from tests.shipped_reports import REPORTS
from tests.sourcebook_builder import SourcebookBuilder

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"

ENGINES = ("postgresql", "duckdb", "spark")

DOCUMENTS = {
    "example": ROOT / "docs" / "example.yaml",
    "article": ROOT / "articles" / "stand-together-or-fall-apart.yaml",
}
"""The documents whose rows are kept; the other sourcebooks are made of rows."""

ARGUMENTS: dict[str, dict[str, str]] = {
    "example": {
        "actor": "jonas-arvel",
        "a": "ostrand",
        "b": "velmora-state",
        "event": "arvel-in-tarn",
        "topic": "fishing",
        "place": "velmora",
        "document": "two-sides-of-the-sound",
        "from": "2019",
        "to": "2024-06",
        "on": "2024-05-01",
    },
    "article": {
        "actor": "Iran",
        "a": "iran",
        "b": "russia",
        "event": "russian-withdrawal",
        "speaker": "iran",
        "about": "russia",
        "topic": "syrian-war",
        "place": "syria",
        "document": "stand-together-or-fall-apart",
        "from": "2015-10",
        "to": "2016",
        "on": "2016-05-31",
    },
    "harbour": {
        "actor": "alma",
        "a": "alma",
        "b": "brim",
        "event": "retreat",
        "topic": "port",
        "document": "gazette",
        "from": "2019-11",
        "to": "2020-06-01",
        "on": "2020-05-01",
    },
    "empty": {"from": "2015", "to": "2016", "on": "2015-03-15"},
}
"""What reports are asked, by the name or the type of their parameter."""

TIMES = ("loaded", "time", "loaded_at")
"""Columns that say when something was done here."""


Given = dict[str, str]
Rows = list[dict[str, Any]]

# --- the databases --------------------------------------------------------------------------------


def notes(connection: Connection) -> None:
    """Add two short documents in which much that reports count is missing: 0 of 0 quotes and names.

    They tell of one event before the year 0.
    """
    book = SourcebookBuilder(connection)
    book.actor("cleo", "Cleo")
    book.actor("dion", "Dion")
    book.keyed_row("topic", "tides", "topics", label="Tides")
    book.document("note", "A Note", 2)
    book.document("memo", "A Memo", 1)
    book.event("fall", "The tide falls", {"voice": "note", "at": [(1, 0)]}, date="-0043-03-15")
    book.event("rise", "The tide rises", {"voice": "note", "at": [(1, 9)]}, date="2015-03-15")


def fill(database: str, document: str) -> None:
    """Fill a sourcebook with a document, or with rows."""
    coding = read(DOCUMENTS[document]) if document in DOCUMENTS else None
    with writing(database) as connection:
        if coding:
            load(connection, coding)
        elif document == "harbour":
            harbour(connection)
            notes(connection)


@pytest.fixture(scope="session", params=sorted(ARGUMENTS))
def document(request: pytest.FixtureRequest) -> str:
    """What the databases hold."""
    return str(request.param)


@pytest.fixture(scope="session")
def original(document: str, sqlite_sourcebooks: Files) -> Iterator[Connection]:
    """The sourcebook in SQLite, with which the other engines are compared."""
    database = sqlite_sourcebooks.migrated()
    fill(database, document)
    with reading(database) as connection:
        yield connection
    sqlite_sourcebooks.remove(database)


@pytest.fixture(scope="session", params=ENGINES)
def connection(
    document: str,
    original: Connection,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Connection]:
    """The same on each engine: loaded into PostgreSQL, fed to DuckDB, exported for Spark."""
    remove: Callable[[str], None] = lambda _: None  # noqa: E731
    folder = tmp_path_factory.mktemp(document)
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql_sourcebooks")
        database, remove = server.migrated(), server.remove
        fill(database, document)
    elif request.param == "duckdb":
        database = str(folder / "copy.duckdb")
        sync(Snapshot(original), Duckdb(Path(database)), FeedOptions(), Progress())
    else:
        export(original, folder / "export", "parquet")
        database = f"{request.getfixturevalue('spark_server')}{folder / 'export'}"
    with reading(database) as opened:
        yield opened
    remove(database)


# --- what they are asked --------------------------------------------------------------------------


def arguments(document: str, parameter: Parameter) -> list[str]:
    """Return what a parameter is given: its first choice, one value, or none if none exists."""
    known = ARGUMENTS[document]
    if parameter.type is Type.INTEGER:
        return ["2"]
    if parameter.type is Type.FLAG:
        return ["yes"]
    value = known.get(parameter.name) or known.get(parameter.type)
    return list(parameter.choices[:1]) or ([value] if value else [])


def questions(report: Report, document: str) -> list[Given]:
    """Return no filter, then each filter alone and, on several documents, all together.

    A sourcebook without what a report requires is asked nothing.
    """
    required = {
        parameter.name: value
        for parameter in report.parameters
        if parameter.required
        for value in arguments(document, parameter)[:1]
    }
    if len(required) < sum(parameter.required for parameter in report.parameters):
        return []
    single = [
        (parameter, required | needed(report, document, parameter) | {parameter.name: value})
        for parameter in report.parameters
        if not parameter.required and (not parameter.needs or needed(report, document, parameter))
        for value in arguments(document, parameter)
    ]
    alone = [given for parameter, given in single if alone_on(parameter) == document]
    # Of the values of one filter, the first.
    together = {name: value for _, given in reversed(single) for name, value in given.items()}
    return [required, *alone, *([together] if len(single) > 1 and document == "harbour" else [])]


def alone_on(parameter: Parameter) -> str:
    """Return the sourcebook on which a filter is tried alone: where it finds some of the rows."""
    return "harbour" if parameter.type is Type.DOCUMENT else "article"


def needed(report: Report, document: str, parameter: Parameter) -> Given:
    """Return what a flag needs beside it: the first parameter that can be given."""
    others = [other for other in report.parameters if other.name in parameter.needs]
    given = {other.name: value for other in others for value in arguments(document, other)[:1]}
    return dict([*given.items()][:1])


def rows_of(connection: Connection, report: Report, given: Given) -> Rows:
    """Run a report and return its rows, times aside."""
    with run(connection, report, given) as page:
        columns = [column.name for column in page.columns]
        return [
            {
                column: value
                for column, value in zip(columns, row, strict=True)
                if column not in TIMES
            }
            for row in page.rows
        ]


def answered(document: str, original: Connection, name: str) -> list[tuple[Given, Rows]]:
    """Return what engines ask a report, and what SQLite returns.

    A filter joins earlier ones if both still make a difference: each question takes an engine time.
    """
    report = REPORTS[name]
    answers: list[tuple[Given, Rows]] = []
    for given in questions(report, document):
        rows = rows_of(original, report, given)
        for n, (others, before) in enumerate(answers[1:], start=1):
            if any(others.get(name, value) != value for name, value in given.items()):
                continue
            both = rows_of(original, report, others | given)
            if both and both not in (before, rows):
                answers[n] = others | given, both
                break
        else:
            answers.append((given, rows))
    return answers


@pytest.fixture(scope="session")
def answers(document: str, original: Connection) -> Callable[[str], list[tuple[Given, Rows]]]:
    """What every engine must answer."""
    return cache(partial(answered, document, original))


@pytest.mark.parametrize("document", DOCUMENTS, indirect=True)
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_returns_its_golden_rows(document: str, original: Connection, name: str) -> None:
    report = REPORTS[name]
    rows = rows_of(original, report, questions(report, document)[0])
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    golden = GOLDEN / document / f"{name}.jsonl"
    if os.environ.get("WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(lines, encoding="utf-8")
    assert lines == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REPORTS)
def test_values_have_the_types_of_the_header(
    document: str, original: Connection, name: str
) -> None:
    types = {"text": str, "integer": int, "real": float}
    report = REPORTS[name]
    for given in questions(report, document)[:1]:
        for row in rows_of(original, report, given):
            for column in report.columns:
                value = row.get(column.name)
                kind = types.get(column.type, str)
                assert value is None or type(value) is kind, (column.name, value)


@pytest.mark.parametrize("name", REPORTS)
def test_every_engine_returns_the_rows_of_sqlite(
    answers: Callable[[str], list[tuple[Given, Rows]]], connection: Connection, name: str
) -> None:
    report = REPORTS[name]
    for given, expected in answers(name):
        rows = rows_of(connection, report, given)
        # Compared as text: 1, 1.0 and True are equal in Python.
        assert list(map(repr, rows)) == list(map(repr, expected)), given
