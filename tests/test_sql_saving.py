"""From an ad hoc query to a report and back: --save, report --sql, and what one's own may do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli import sourcebook
from coding.load import load
from coding.validation import read as read_coding
from database.connect import reading, writing
from reports.catalogue import read
from reports.run import run
from tests.databases import Files, Server, on_postgresql, on_sqlite
from tests.shipped_reports import REPORTS
from tests.sql_databases import folder_of, make_sqlite
from tests.test_reports_golden import DOCUMENTS, questions


@pytest.fixture(scope="module")
def article(sourcebooks: Files | Server) -> Iterator[str]:
    """A sourcebook with a document in it."""
    made = sourcebooks.migrated()
    with writing(made) as connection:
        load(connection, read_coding(DOCUMENTS["example"]))
    yield made
    sourcebooks.remove(made)


def typed(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(sourcebook, ["--db", database, *arguments])


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.stderr
    actual: list[dict[str, object]] = json.loads(result.stdout)
    return actual


# --- sql --save -----------------------------------------------------------------------------------


def test_a_query_becomes_a_report(article: str, tmp_path: Path) -> None:
    query = (
        "-- the first\nselect key, length(name) as n, 1.5 as r -- :no\n"
        "from actors where key <> :k and key <> ':k' order by key limit :most;"
    )
    own = ("--reports", str(tmp_path))
    given = ("-p", "k=no-one", "-p", "most:int=2")
    result = typed(article, "sql", *own, "--save", "few", *given, "--", query)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(f"{tmp_path / 'few.sql'}: saved")
    report = read(tmp_path / "few.sql")
    assert [
        (parameter.name, parameter.type, parameter.default) for parameter in report.parameters
    ] == [
        ("k", "text", "no-one"),
        ("most", "integer", "2"),
    ]
    assert [(parameter.name, parameter.type) for parameter in report.columns] == [
        ("key", "text"),
        ("n", "integer"),
        ("r", "real"),
    ]
    asked = rows(typed(article, "sql", "--format", "json", *given, "--", query))
    assert len(asked) == 2
    assert rows(typed(article, "report", *own, "few", "--format", "json")) == asked
    first = asked[0]["key"]
    other = rows(typed(article, "report", *own, "few", "--k", str(first), "--format", "json"))
    assert first not in [row["key"] for row in other]


def test_a_value_that_is_no_default_is_asked_for(article: str, tmp_path: Path) -> None:
    own = ("--reports", str(tmp_path))
    query = "select key from actors where key <> :k or key <> :other"
    given = ("-p", "k=two\nlines", "-p", "other=two  blanks")
    assert typed(article, "sql", *own, "--save", "q", *given, query).exit_code == 0
    assert all(parameter.required for parameter in read(tmp_path / "q.sql").parameters)


@on_sqlite
@pytest.mark.parametrize(
    ("name", "query", "given", "message"),
    [
        ("timeline", "select 1 as a", [], "there already is a report timeline"),
        ("mine", "select 1 as a", [], "there already is a report mine"),
        ("../mine2", "select 1 as a", [], "cannot be the name of a report"),
        ("", "select 1 as a", [], "cannot be the name of a report"),
        ("new", "select count(*) from actors", [], "rename 'count(*)'"),
        ("new", "select 1 as a, 2 as a", [], "a appears twice"),
        ("new", "pragma user_version", [], "write a query"),
        ("new", "delete from actors", [], "is not allowed"),
        ("new", "select nme from actors", [], "no column"),
        ("new", "select :n as a", ["-p", "n:float=1"], "parameter of type float"),
        ("new", "select :n as a", ["-p", "n:null"], "parameter of type null"),
        ("new", "select :format as a", ["-p", "format=1"], "choose another name"),
        ("new", "select :N as a", ["-p", "N=1"], "N is not a name"),
        ("new", "select :n as a", [], "there is no value for :n"),
    ],
)
def test_what_makes_no_report_is_not_saved(
    article: str, tmp_path: Path, name: str, query: str, given: list[str], message: str
) -> None:
    (tmp_path / "mine.sql").write_text("-- mine\n")
    before = folder_of(tmp_path / "mine.sql")
    result = typed(article, "sql", "--reports", str(tmp_path), "--save", name, *given, query)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert folder_of(tmp_path / "mine.sql") == before


@on_sqlite
def test_a_folder_is_needed_and_a_sourcebook(article: str, tmp_path: Path) -> None:
    query = ("--save", "new", "select 1 as a")
    assert typed(article, "sql", *query).exit_code == 2
    nowhere = typed(article, "sql", "--reports", str(tmp_path / "no"), *query)
    assert nowhere.exit_code == 1
    foreign = make_sqlite(tmp_path / "people.db")
    result = typed(foreign, "sql", "--reports", str(tmp_path), *query)
    assert "holds no sourcebook" in result.stderr
    assert not (tmp_path / "new.sql").exists()


# --- report --sql ---------------------------------------------------------------------------------

HARD = 'it\'s :no \\: 100% -- "x" $$ \\'


def test_text_is_quoted_as_every_engine_reads_it(article: str, tmp_path: Path) -> None:
    (tmp_path / "hard.sql").write_text(
        "-- Hard\n-- Which?\n--\n-- Parameters\n--   t  text     words\n--   n  integer  less\n--\n"
        "-- Columns\n--   t  text     words\n--   n  integer  less\n--   c  text     a colon\n\n"
        "select :t as t, -- if :t\n  1 -:n as n, -- if :n\n  'a:t \\ %' as c\n",
        encoding="utf-8",
    )
    own = ("report", "--reports", str(tmp_path), "hard", "--t", HARD, "--n", "-3")
    [expected] = rows(typed(article, *own, "--format", "json"))
    printed = typed(article, *own, "--sql")
    assert (printed.exit_code, printed.stderr) == (0, "")
    assert printed.stdout.startswith("-- Hard\n-- Which?\n\nselect")
    engine = sa.create_engine(
        article if "://" in article else f"sqlite:///{article}", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        assert by_driver(connection, printed.stdout) == [expected]


def by_driver(
    connection: sa.Connection, sql: str, values: dict[str, str] | None = None
) -> list[dict[str, object]]:
    """Run a text as any other tool would: given to the engine as it stands."""
    cursor = cast("Any", connection.connection).cursor()
    if values and connection.dialect.name == "postgresql":
        sql = re.sub(r"(?<!:):([a-z_]\w*)", r"%(\1)s", sql.replace("%", "%%"))
    cursor.execute(sql, *([values] if values else []))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_can_be_pasted(article: str, name: str) -> None:
    given = questions(REPORTS[name], "example")[0]
    options = [f"--{key}={value}" for key, value in given.items()]
    printed = typed(article, "report", name, *options, "--sql")
    assert printed.exit_code == 0, printed.stderr
    portable = typed(article, "report", name, *options, "--sql", "--portable").stdout
    comment, _, query = portable.partition("\n\n")
    values = dict(re.findall("^--   :([a-z_]+) = (.*)$", comment, re.MULTILINE))
    assert set(values) == set(re.findall(r"(?<!:):([a-z_]+)", query))
    with reading(article) as connection:
        with run(connection, REPORTS[name], given) as page:
            names = [column.name for column in page.columns]
            expected = [dict(zip(names, row, strict=True)) for row in page.rows]
        assert by_driver(connection, printed.stdout) == expected
        assert by_driver(connection, query, values) == expected


def test_a_portable_query_leaves_out_what_was_not_asked(article: str) -> None:
    printed = typed(article, "report", "network", "--at-least", "2", "--sql", "--portable").stdout
    assert "--   :at_least = 2\n" in printed
    assert ">= cast(:at_least as integer)" in printed  # tools pass every value as text
    assert ":actor" not in printed
    refused = typed(article, "report", "network", "--portable")
    assert (refused.exit_code, "--portable is for --sql" in refused.stderr) == (2, True)


@on_sqlite
def test_the_query_goes_to_a_file_and_takes_no_other_option(article: str, tmp_path: Path) -> None:
    file = tmp_path / "timeline.sql"
    typed(article, "report", "timeline", "--sql", "-o", str(file))
    assert file.read_text(encoding="utf-8") == typed(article, "report", "timeline", "--sql").stdout
    for option in ("--cite", "--words", "--format=csv"):
        assert typed(article, "report", "timeline", "--sql", option).exit_code == 2
    assert typed(article, "report", "actor", "--sql", "--actor", "nobody-at-all").exit_code == 2


# --- reports of one's own -------------------------------------------------------------------------


@on_sqlite
def test_a_report_of_ones_own_only_reads_in_sqlite(article: str, tmp_path: Path) -> None:
    refused(article, tmp_path, "select load_extension('x') as x", "reaches beyond the database")
    refused(article, tmp_path, "with a as (select 1) delete from actors returning 1 as x", "delete")
    refused(article, tmp_path, "select fts3_tokenizer('simple') as x", "`fts3_tokenizer`")
    refused(article, tmp_path, 'select "nme" as x from actors', "no such column: nme")


@on_postgresql
def test_a_report_of_ones_own_only_reads_in_postgresql(article: str, tmp_path: Path) -> None:
    refused(article, tmp_path, "select pg_read_file('PG_VERSION') as x", "`pg_read_file`")
    refused(article, tmp_path, "select '100%' || pg_notify('a', 'b') as x", "`pg_notify`")
    refused(
        article,
        tmp_path,
        "with a as (delete from actors returning 1 as x) select x from a",
        "`delete`",
    )


def refused(database: str, folder: Path, query: str, message: str) -> None:
    own = folder / "own.sql"
    own.write_text(f"-- Own\n-- What?\n--\n-- Columns\n--   x  text  what\n\n{query}\n")
    result = typed(database, "report", "--reports", str(folder), "own")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {own}: ")
    assert message in result.stderr
    # What ships, and what else the command asks, is not held up.
    assert typed(database, "report", "--reports", str(folder), "summary").exit_code == 0


@on_sqlite
def test_all_reports_are_written_with_those_of_ones_own(article: str, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    for name, query in (("good", "select 1 as x"), ("evil", "select load_extension('x') as x")):
        (tmp_path / "own" / f"{name}.sql").write_text(
            f"-- Own\n-- What?\n--\n-- Columns\n--   x  text  what\n\n{query}\n"
        )
    out = tmp_path / "out"
    result = typed(article, "report", "--reports", str(tmp_path / "own"), "--all", "-o", str(out))
    assert result.exit_code == 1
    assert "evil.sql: the function `load_extension` is not allowed" in result.stderr
    assert (out / "good.txt").exists()
    assert (out / "timeline.txt").exists()
    assert not (out / "evil.txt").exists()
