"""`import sourcebook`: reports and SQL from Python, on every engine; docs/python.md shows it."""

from __future__ import annotations

import ast
import datetime
import doctest
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import sourcebook
from tests.databases import create_shipped, on_sqlite
from tests.sql_databases import make_sqlite

ROOT = Path(__file__).parent.parent


# --- reports --------------------------------------------------------------------------------------


def test_a_report_has_typed_rows(shipped: str) -> None:
    with sourcebook.open(shipped) as book:
        rows = book.report("timeline", actor="lavrov")
    assert rows.title == "Timeline"
    assert rows.notes == ("lavrov: understood as Sergei Lavrov",)
    [row] = rows
    assert row.date == "[2016-05-01..2016-05-10]"
    assert (row.passage, row.place) == ("¶4", None)
    names = [column.name for column in rows.columns]
    assert list(row._fields) == names
    assert all(column.type and column.meaning for column in rows.columns)


def test_numbers_are_numbers(shipped: str) -> None:
    with sourcebook.open(shipped) as book:
        rows = book.report("network", actor="iran", at_least=3)
    numbers = [n for n, column in enumerate(rows.columns) if column.type == "integer"]
    assert numbers
    assert len(rows) > 1
    assert all(isinstance(row[n], int) for row in rows for n in numbers)


def test_arguments_are_the_options_of_the_command(shipped: str) -> None:
    with sourcebook.open(shipped) as book:
        expected = book.report("timeline", **{"from": "2015-07", "to": "2015-12-31"})
        days = {"from_": datetime.date(2015, 7, 1), "to": datetime.date(2015, 12, 31)}
        assert list(book.report("TIMELINE", **days)) == list(expected)
        members = book.report("ties", actor="russia", with_members=True)
        assert len(members) > len(book.report("ties", actor="russia", with_members=False))
        assert "actor" in book.reports()


OWN = """
-- Mine
-- What?
-- Parameters
--   document  document, repeated  these documents
-- Columns
--   n  integer  a number
select count(*) as n from codings
where ',' || :document || ',' like '%,stand-together-or-fall-apart,%' -- if :document
"""


def test_reports_of_ones_own(shipped: str, tmp_path: Path) -> None:
    (tmp_path / "mine.sql").write_text(OWN)
    with sourcebook.open(shipped, reports=tmp_path) as book:
        assert book.reports()["mine"] == "What?"
        for documents in ([], "lund", ["lund", "Stand Together or Fall Apart"], ("lund",)):
            assert [row.n for row in book.report("mine", document=documents)] == [1]


# --- SQL ------------------------------------------------------------------------------------------


def test_a_query_has_typed_rows(shipped: str) -> None:
    query = "select id, key, null as missing from actors where kind = :kind order by key"
    with sourcebook.open(shipped) as book:
        rows = book.sql(query, {"kind": "state"})
    assert rows[0].key == "france"
    assert isinstance(rows[0].id, int)
    assert rows[0].missing is None
    assert [row.key for row in rows[:2]] == [rows[0].key, rows[1].key]
    assert [column.name for column in rows.columns] == ["id", "key", "missing"]
    assert repr(rows) == f"<{len(rows)} rows: id, key, missing>"


def test_rows_become_a_data_frame(shipped: str) -> None:
    import pandas  # not at the top: it takes every worker most of a second

    with sourcebook.open(shipped) as book:
        frame = book.sql(
            "select 1 as n, 'a' as t union all select null, 'b' order by t"
        ).to_pandas()
        assert list(frame.columns) == ["n", "t"]
        assert str(frame.dtypes["n"]) == "Int64"  # though a value is missing
        assert frame["t"].tolist() == ["a", "b"]
        assert frame["n"].isna().tolist() == [False, True]
        people = book.report("actors").to_pandas()
        assert isinstance(people, pandas.DataFrame)
        assert len(people) == 63
        assert book.sql("select 1 as n where 1 = 0").to_pandas().empty


@on_sqlite
def test_without_pandas_it_says_how_to_install_it(
    shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with (
        sourcebook.open(shipped) as book,
        pytest.raises(sourcebook.SourcebookError) as error,
    ):
        book.report("actors").to_pandas()
    assert str(error.value) == f"to_pandas() needs pandas: {sys.executable} -m pip install pandas"


# --- every database -------------------------------------------------------------------------------


@on_sqlite
def test_copies_are_read_too(shipped: str, fed_file: Path, on_spark: str) -> None:
    with sourcebook.open(shipped) as book:
        expected = list(book.report("ties", actor="lavrov"))
    for copy in (fed_file, f"duckdb:///{fed_file}", on_spark, f"sqlite:///{shipped}"):
        with sourcebook.open(copy) as book:
            assert list(book.report("ties", actor="lavrov")) == expected
            assert book.sql("select count(*) as n from codings")[0].n == 1


def test_any_database_takes_sql_but_only_a_sourcebook_has_reports(tmp_path: Path) -> None:
    with sourcebook.open(make_sqlite(tmp_path / "people.db")) as book:
        assert book.sql("select name from people where id = 1")[0].name == "ann"
        with pytest.raises(sourcebook.SourcebookError, match="holds no sourcebook"):
            book.report("timeline")


def test_the_usual_database_is_opened_without_a_name(
    shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCEBOOK_DB", shipped)
    with sourcebook.open() as book:
        assert len(book.report("actors")) == 63


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda it: it.report("timelin"), "there is no report 'timelin'; nearest: timeline"),
        (lambda it: it.report("timeline", actr="iran"), "actr: timeline has no such parameter; it"),
        (lambda it: it.report("timeline", actor="nobody"), "actor: there is no actor 'nobody'"),
        (lambda it: it.report("actor"), "actor: is required"),
        (lambda it: it.report("timeline", actor=object()), "actor: takes no object; give text"),
        (lambda it: it.report("timeline", from_="2015-13"), "from: "),
        (lambda it: it.sql("select nme from actors"), "no column `nme` in `actors`"),
        (lambda it: it.sql("select :kind as kind"), "there is no value for :kind"),
        (lambda it: it.sql("select :x as x", {"x": object()}), "object"),
        (lambda it: it.sql("delete from actors"), "`delete` is not allowed"),
        (lambda it: it.sql(""), "the query is empty"),
    ],
)
def test_what_is_wrong_is_an_error_of_one_line(shipped: str, ask: Any, message: str) -> None:
    with sourcebook.open(shipped) as book:
        with pytest.raises(sourcebook.SourcebookError) as error:
            ask(book)
        assert message in str(error.value)
        assert str(error.value).isprintable()
        assert len(book.sql("select key from topics")) == 15  # it goes on


def test_a_book_that_is_closed_is_not_read(shipped: str) -> None:
    book = sourcebook.open(shipped)
    rows = book.sql("select 1 as one")
    book.close()
    book.close()
    assert rows[0].one == 1
    with pytest.raises(sourcebook.SourcebookError, match="the book is closed"):
        book.sql("select 1")
    with pytest.raises(sourcebook.SourcebookError, match="the book is closed"):
        book.report("actors")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.db", "none.db: there is no such file in "),
        ("mysql://localhost/x", "mysql is not supported"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "check that the server runs"),
    ],
)
def test_a_database_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sourcebook.SourcebookError, match=message) as error:
        sourcebook.open(name)
    assert "secret" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


# --- the documentation ----------------------------------------------------------------------------


@on_sqlite
def test_the_page_is_true(shipped: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of a `>>>` block is run; what it prints is on the page."""
    monkeypatch.chdir(tmp_path)
    create_shipped("sourcebook.db")
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```pycon\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    test = doctest.DocTestParser().get_doctest(blocks, {}, "python.md", None, 0)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    runner = doctest.DocTestRunner(optionflags=flags)
    assert runner.run(test).attempted > 8
    assert runner.failures == 0


def test_everything_public_is_documented() -> None:
    for name in sourcebook.__all__:
        assert inspect.getdoc(getattr(sourcebook, name))
    assert ast.get_docstring(ast.parse(inspect.getsource(sourcebook)))
