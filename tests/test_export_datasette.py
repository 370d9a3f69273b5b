"""The export for Datasette: its own server answers every report as the command does."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from httpx import Response
from sqlalchemy import Connection

from database.connect import reading
from exports.datasette import DATABASE, JOURNALS, SEARCHES
from exports.export import export
from reports.about import content_hash
from reports.catalogue import Catalogue
from reports.definition import Report, Type
from reports.run import BadValueError, bind, execute
from schema import dictionary
from tests.databases import Files
from tests.export_folders import shipped_articles

Ask = Callable[..., Response]

YAML = ("datasette.yaml", "metadata.yaml")

REPORTS = {report.name: report for report in Catalogue.of(None).reports()}
TRIES = 2

KEYS = {
    Type.ACTOR: "select key from actors union all select name from actors",
    Type.PLACE: "select key from places union all select name from places",
    Type.TOPIC: "select key from topics union all select label from topics",
    Type.EVENT: "select facts.key from facts join events using (id)",
    Type.DOCUMENT: "select key from sources where id in (select document_id from codings)",
    Type.SOURCE: "select key from sources where key is not null",
}
TYPED = {
    Type.DATE: ("2015", "2015-11", "2015-02", "2015-09-30", "2016-04"),
    Type.FLAG: ("1",),
    Type.INTEGER: ("2", "3"),
    Type.TEXT: ("assad",),
}


@pytest.fixture(scope="module")
def source(sqlite_sourcebooks: Files) -> Iterator[Connection]:
    """The sourcebook that is exported."""
    yield from shipped_articles(sqlite_sourcebooks)


@pytest.fixture(scope="module")
def folder(source: Connection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the article for Datasette."""
    folder = tmp_path_factory.mktemp("datasette") / "out"
    export(source, folder, "datasette")
    return folder


@pytest.fixture(scope="module")
def ask(folder: Path) -> Iterator[Ask]:
    """Get a page from Datasette, which serves the folder as `datasette DIR` does."""
    from datasette.app import Datasette  # not at the top: it takes every worker a second

    with asyncio.Runner() as runner:
        server = Datasette([str(folder / DATABASE)], config_dir=folder)
        runner.run(server.invoke_startup())

        def get(path: str, **parameters: str) -> Response:
            query = f"/sourcebook{path}?{urlencode(parameters)}"
            response: Response = runner.run(server.client.get(query))
            return response

        yield get
        for database in server.databases.values():
            database.close()


def asked(report: Report, source: Connection) -> Iterator[dict[str, str]]:
    """Yield nothing, then values for some of the parameters, drawn from what there is."""
    draw = random.Random(report.name)
    values = {
        it.name: it.choices
        or TYPED.get(it.type)
        or source.exec_driver_sql(KEYS[it.type]).scalars().all()
        for it in report.parameters
    }
    required = {it.name for it in report.parameters if it.required}
    yield {}
    for name in [*values, *range(TRIES)]:
        yield {
            other: draw.choice(known)
            for other, known in values.items()
            if other in required or other == name or (name not in values and draw.random() < 0.5)
        }


def expected(
    source: Connection, report: Report, typed: Mapping[str, str]
) -> list[dict[str, Any]] | None:
    """Return the rows of the report; None if the command refuses these values."""
    try:
        values = bind(source, report, typed)
    except BadValueError:
        return None
    with execute(source, report, values) as page:
        names = [column.name for column in page.columns]
        return [dict(zip(names, row, strict=True)) for row in page.rows]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_has_the_rows_of_the_command(name: str, source: Connection, ask: Ask) -> None:
    report = REPORTS[name]
    answers = 0
    for typed in asked(report, source):
        # A form sends all its fields, also the empty ones.
        fields = {it.name: typed.get(it.name, "") for it in report.parameters}
        response = ask(f"/report-{name}.json", **fields, _shape="objects")
        assert response.status_code == 200, response.text
        answer = response.json()
        rows = expected(source, report, typed)
        if rows is not None:
            answers += 1
            assert answer["rows"] == rows, typed
            assert not answer["truncated"]
        elif not typed:
            assert answer["rows"] == []  # something required is missing
    assert answers


@pytest.mark.parametrize("value", ["nobody", "' or 1=1 --", "%", "\u202e", "<b>", " "])
def test_what_is_typed_is_only_a_value(value: str, ask: Ask, source: Connection) -> None:
    response = ask("/report-timeline.json", actor=value, _shape="array")
    everything = expected(source, REPORTS["timeline"], {})
    assert response.json() == ([] if value.strip() else everything)
    assert "<b>" not in ask("/report-timeline", actor=value).text.replace("<b>Custom", "")


def test_a_report_is_explained(ask: Ask) -> None:
    page = ask("/report-timeline").text
    assert "What happened, in what order, and how sure are the dates?" in page
    assert "<code>with_members</code>: also what those who act for this actor take part in" in page
    assert "one of actual, intended" in page
    assert "--" not in page.partition("<ul>")[0].partition("What happened")[2]
    assert "empty: actual" in ask("/report-network").text


def test_every_table_is_described_and_none_is_hidden_by_a_report(ask: Ask) -> None:
    described = ask(".json").json()
    tables = {table["name"]: table for table in described["tables"]}
    shown = {name for name, table in tables.items() if not table["hidden"]}
    names = {entry.name for entry in dictionary.tables()}
    assert names - set(JOURNALS) <= shown | {view["name"] for view in described["views"]}
    assert shown.isdisjoint(JOURNALS)
    queries = {query["name"] for query in described["queries"]}
    assert queries == {f"report-{name}" for name in REPORTS}
    for name in ("actors", "timeline"):
        page = ask(f"/{name}").text
        for field in dictionary.columns(name):
            assert field.meaning in unescape(page)


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("actors", "name", "khamenei"),
        ("timeline", "sentence", "tehran"),
        ("quotations", "sentence", "LAVROV"),
        ("ties", "sentence", "hezbollah"),
    ],
)
def test_words_are_searched(table: str, column: str, words: str, ask: Ask) -> None:
    rows = ask(f"/{table}.json", _search=words, _shape="array", _size="max").json()
    everything = ask(f"/{table}.json", _shape="array", _size="max").json()
    assert rows
    assert len(rows) < len(everything)
    if table != "actors":  # found by any of their names
        assert rows == [row for row in everything if words.lower() in row[column].lower()]


def test_a_reference_shows_a_name(ask: Ask) -> None:
    [row] = ask("/actor_names.json", name="Putin", _labels="on", _shape="array").json()
    assert row["actor_id"]["label"] == "Vladimir Putin"


def test_both_files_say_the_same(folder: Path) -> None:
    """The first for Datasette 1.0, the second for the versions before."""
    first, second = (yaml.safe_load((folder / name).read_bytes()) for name in YAML)
    assert first.pop("settings") == json.loads((folder / "settings.json").read_bytes())
    assert first == second


def test_the_database_is_a_sourcebook(folder: Path, source: Connection) -> None:
    with reading(str(folder / DATABASE)) as connection:
        assert content_hash(connection) == content_hash(source)
    with closing(sqlite3.connect(folder / DATABASE)) as file:
        assert file.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert file.execute("pragma foreign_key_check").fetchall() == []
        for index in SEARCHES:
            file.execute(f"insert into {index}({index}, rank) values ('integrity-check', 1)")
