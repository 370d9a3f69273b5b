"""Ad hoc SQL on other people's databases: any schema, any state, no byte changed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from adhoc.session import Session
from cli import sourcebook
from database import sqlite
from database.errors import DatabaseError
from database.sqlite import open_sqlite
from tests.foreign_sqlite_files import half_written, left_with_log, left_without_index, logged, odd
from tests.sql_databases import ask, folder_of


def rows(database: str, query: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(
        sourcebook, ["--db", database, "sql", "--format", "json", "--", query]
    )
    assert (result.exit_code, result.stderr) == (0, "")
    actual: list[dict[str, object]] = json.loads(result.stdout)
    return actual


def refusal(database: str, query: str) -> str:
    result = CliRunner().invoke(sourcebook, ["--db", database, "sql", "--", query])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    return result.stderr


# --- any schema -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            'select * from "select"',
            [{"from": "x", "it's": 1, "a b": 1.5, "c`d": "\\x00ff", "": "none"}],
        ),
        (
            'select v from "no rowid" order by k',
            [{"v": 1}, {"v": "two"}, {"v": 3.5}, {"v": "\\x0102"}, {"v": None}],
        ),
        ("select * from made", [{"a": 1, "b": 2, "c": 2}, {"a": 2, "b": 4, "c": 3}]),
        ("select title from docs where docs match 'run'", [{"title": "one"}]),
        ("select rank < 0 as r, title from docs('sleep')", [{"r": 1, "title": "two"}]),
        ("select body from old_docs where body match 'foxes'", [{"body": "running foxes"}]),
        ("select id, x1 from boxes where x0 < 5", [{"id": 1, "x1": 10.0}]),
        ('select * from "таблица 🙂"', [{"سطر": "日本"}]),
        ("select * from strictly", []),
        ("select count(*) as n from sqlitelike", [{"n": 0}]),
        ("select p from child", [{"p": 99}]),
        ('select "table" as t from pragma_foreign_key_check', [{"t": "child"}]),
        ("pragma application_id", [{"application_id": 1234}]),
    ],
)
def test_any_schema(
    tmp_path: Path, encoding: str, query: str, expected: list[dict[str, object]]
) -> None:
    database = odd(tmp_path / "odd.db", encoding)
    before = folder_of(database)
    assert rows(database, query) == expected
    assert folder_of(database) == before


def test_every_table_and_view_has_its_columns(tmp_path: Path) -> None:
    with Session(odd(tmp_path / "odd.db")) as session:
        names = session.columns()
    assert names["select"] == ["from", "it's", "a b", "c`d", ""]
    assert names["broken"] == []
    assert {"docs", "no rowid", "таблица 🙂"} <= names.keys()


def test_a_view_that_is_broken_is_named(tmp_path: Path) -> None:
    database = odd(tmp_path / "odd.db")
    assert "needs `missing`, which does not exist" in refusal(database, "select * from far")


@pytest.mark.parametrize("query", ["insert into boxes_node values (7, x'00')", "delete from boxes"])
def test_what_an_index_writes_to_itself_nobody_else_may(tmp_path: Path, query: str) -> None:
    database = odd(tmp_path / "odd.db")
    before = folder_of(database)
    assert "is not allowed: a query here only reads" in refusal(database, query)
    assert folder_of(database) == before


def test_text_that_is_no_text_and_bytes_come_out(tmp_path: Path) -> None:
    path = tmp_path / "bytes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "create table t (a);"
            "insert into t values (cast(x'ff41fe' as text)), (cast(x'41004200' as text));"
            "insert into t values ('\u202e');"
        )
    assert [row["a"] for row in rows(str(path), "select a from t")] == [
        "\udcffA\udcfe",
        "A\0B\0",
        "\u202e",
    ]
    result = CliRunner().invoke(sourcebook, ["--db", str(path), "sql", "select a from t"])
    assert r"\udcffA\udcfe" in result.stdout
    assert r"A\x00B\x00" in result.stdout
    assert r"\u202e" in result.stdout
    first = ask(str(path), "select a from t")[0].a
    assert first.encode("utf-8", "surrogateescape") == b"\xffA\xfe"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "there is no such file"),
        (b"", "is empty"),
        (b"not a database at all, but a text", "is not an SQLite database"),
        (bytes(range(1, 256)) * 16, "is not an SQLite database"),
        (b"SQLite format 3\0" + b"\1" * 4096, "damaged"),
    ],
)
def test_what_is_no_database(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "thing.db"
    if content is not None:
        path.write_bytes(content)
    before = folder_of(path)
    message = refusal(str(path), "select * from t")
    assert message.startswith(f"Error: {path}: ")
    assert reason in message
    assert message.count("\n") == 1
    assert folder_of(path) == before


def test_what_is_damaged_within(tmp_path: Path) -> None:
    path = Path(logged(tmp_path / "t.db"))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    assert "is damaged" in refusal(str(path), "select * from t")


# --- any state ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (logged, [1, 2]),
        (left_with_log, [1, 2, 3]),
        (left_without_index, [1, 2, 3]),
        (half_written, [1, 2]),
    ],
)
def test_any_state_is_read_and_kept(
    tmp_path: Path, make: Callable[[Path], str], expected: list[int]
) -> None:
    database = make(tmp_path / "t.db")
    before = folder_of(database)
    actual = rows(database, "select distinct n from t order by n")
    assert [row["n"] for row in actual] == expected
    assert folder_of(database) == before


@pytest.mark.parametrize("make", [logged, left_with_log, half_written])
def test_a_folder_that_may_only_be_read(tmp_path: Path, make: Callable[[Path], str]) -> None:
    database = make(tmp_path / "t.db")
    before = folder_of(database)
    Path(database).chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert rows(database, "select min(n) as n from t") == [{"n": 1}]
        assert folder_of(database) == before
    finally:
        tmp_path.chmod(0o755)


@contextmanager
def writer(database: str) -> Iterator[Callable[[str], None]]:
    """Give what lets another program run statements, one by one."""
    command = [sys.executable, "-c", WRITER, database]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        answer, answers = program.stdin, program.stdout

        def write(statement: str) -> None:
            answer.write(f"{statement}\n")
            answer.flush()
            assert answers.readline() == "done\n"

        yield write
        answer.close()


WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.stdin:
    connection.execute(statement)
    print("done", flush=True)
connection.close()
"""


def test_beside_a_program_that_writes(tmp_path: Path) -> None:
    database = logged(tmp_path / "t.db")
    with writer(database) as write:
        write("insert into t values (3)")
        before = folder_of(database)
        with Session(database) as session:
            with session.ask("select max(n) from t") as answer:
                assert list(answer.rows) == [(3,)]
            assert folder_of(database) == before
            write("insert into t values (4)")
            with session.ask("select max(n) from t") as answer:
                assert list(answer.rows) == [(4,)]
            with session.ask("select n from t") as answer:  # one state throughout
                first = next(answer.rows)
                write("insert into t values (5)")
                assert [first, *answer.rows] == [(1,), (2,), (3,), (4,)]
    assert sorted(folder_of(database)) == ["t.db"]


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    database = logged(tmp_path / "t.db")
    with ExitStack() as stack:
        connection, _ = stack.enter_context(open_sqlite(database))
        connection.execute("select * from t").fetchall()
        with writer(database) as write:
            write("insert into t values (3)")
        with pytest.raises(DatabaseError, match="was changed while it was read; ask again"):
            stack.close()


def test_a_file_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.1)
    database = odd(tmp_path / "odd.db")
    with writer(database) as write:
        write("begin exclusive")
        assert "another process is using it" in refusal(database, "select * from made")


def test_a_link_leads_to_the_files_beside_what_it_links_to(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    left_with_log(tmp_path / "there" / "t.db")
    (tmp_path / "link.db").symlink_to(tmp_path / "there" / "t.db")
    assert rows(str(tmp_path / "link.db"), "select count(*) as n from t") == [{"n": 3}]
    assert sorted(folder_of(tmp_path / "link.db")) == ["link.db", "there"]


def test_a_name_with_signs_that_urls_know(tmp_path: Path) -> None:
    assert rows(logged(tmp_path / "50% a?b#c&mode=rwc.db"), "select count(*) as n from t") == [
        {"n": 2}
    ]
