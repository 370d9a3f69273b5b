"""Ad hoc SQL: what would change anything is refused, and what only reads runs.

Each statement goes through the real command.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli import sourcebook
from tests.sql_databases import folder_of, make_postgresql, make_sqlite, state_of
from tests.sql_statements import (
    HARMLESS_ON_POSTGRESQL,
    HARMLESS_ON_SQLITE,
    HOSTILE_ON_POSTGRESQL,
    HOSTILE_ON_SQLITE,
)

ROOT = Path(__file__).resolve().parent.parent


def asked(database: str, query: str, *options: str) -> Result:
    return CliRunner().invoke(sourcebook, ["--db", database, "sql", *options, "--", query])


def refused(result: Result) -> None:
    """See that it says why in a line, with the place below it where that is known."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    message, *place = result.stderr.splitlines()
    assert message.startswith("Error: ")
    assert message != "Error: "
    assert len(place) in (0, 2)
    assert isinstance(result.exception, SystemExit)


# --- SQLite ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_sqlite(tmp_path_factory.mktemp("sql") / "people.db")


@pytest.fixture(scope="module")
def untouched(file: str) -> Iterator[None]:
    """Whatever the tests of this module ask, the file's folder stays as it was."""
    before = folder_of(file)
    yield
    assert folder_of(file) == before


@pytest.mark.parametrize("query", HOSTILE_ON_SQLITE)
def test_sqlite_refuses(file: str, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(file).parent)  # where a relative path would lead
    before = folder_of(file)
    refused(asked(file, query))
    assert folder_of(file) == before


@pytest.mark.parametrize("query", HARMLESS_ON_SQLITE)
@pytest.mark.usefixtures("untouched")
def test_sqlite_answers(file: str, query: str) -> None:
    result = asked(file, query, "--format", "jsonl")
    assert (result.exit_code, result.stderr) == (0, "")
    for line in result.stdout.splitlines():
        json.loads(line)


def test_the_tables_are_of_a_size() -> None:
    for hostile, harmless in (
        (HOSTILE_ON_SQLITE, HARMLESS_ON_SQLITE),
        (HOSTILE_ON_POSTGRESQL, HARMLESS_ON_POSTGRESQL),
    ):
        assert len(set(hostile)) == len(hostile)
        assert len(set(harmless)) == len(harmless)
        assert len(harmless) > 0.65 * len(hostile)


# --- PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(postgres_server: str) -> Iterator[str]:
    """A database of the real server."""
    from tests.databases import Server

    made = Server(postgres_server)
    yield make_postgresql(made.empty())
    made.end()


@pytest.fixture(scope="module")
def observer(server: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def test_a_lock_that_is_left_would_be_seen(server: str, observer: sa.Connection) -> None:
    before = state_of(observer)
    engine = sa.create_engine(server, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("select pg_advisory_lock(1)")
        assert state_of(observer)["locks"] == str(int(before["locks"]) + 1)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder in which the server, too, may write."""
    import shutil
    import tempfile

    made = Path(tempfile.mkdtemp(prefix="sourcebook-"))
    made.chmod(0o777)
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize("query", HOSTILE_ON_POSTGRESQL)
def test_postgresql_refuses(server: str, observer: sa.Connection, folder: Path, query: str) -> None:
    before = state_of(observer)
    refused(asked(server, query.replace("{folder}", str(folder))))
    assert state_of(observer) == before
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("query", HARMLESS_ON_POSTGRESQL)
def test_postgresql_answers(server: str, observer: sa.Connection, query: str) -> None:
    before = state_of(observer)
    result = asked(server, query, "--format", "jsonl")
    assert (result.exit_code, result.stderr) == (0, "")
    for line in result.stdout.splitlines():
        json.loads(line)
    assert state_of(observer) == before


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("select bump()", "the function `public.bump` (owned by {owner}) is not allowed: it is "),
        ("select people.touch from people", "the function `public.touch` (owned by {owner}) is "),
        ("select 1 !! 2", "the operator `public.!!` (owned by {owner}) is not allowed: it is "),
        ("select 'x'::text::loud", "the cast to `public.loud` (owned by {owner}) is not allowed"),
        ("select setseed(1)", "the function `setseed` is not allowed: it is volatile"),
        ("select 1 into more", "into"),
        ("select * from people for update", "lock"),
        ("with a as (delete from people returning *) table a", "`delete`"),
        ("reset all", "`reset`"),
        ("explain analyze delete from people", "`delete`"),
    ],
)
def test_a_refusal_says_what_is_not_allowed(server: str, query: str, hint: str) -> None:
    hint = hint.replace("{owner}", str(sa.make_url(server).username))
    assert hint in asked(server, query).stderr.splitlines()[0]


SLY = "create function sly() returns int language plpgsql stable as"


# What the parse tree lets through the transaction still holds: views and functions that call
# themselves steady.
@pytest.mark.parametrize(
    "made",
    [
        "create view sly as select bump()",
        "create view sly as select nextval('counter')",
        f"{SLY} $$ begin perform bump(); return 1; end $$",
        f"{SLY} $$ begin perform set_config('transaction_read_only', 'no', true); return 1; end $$",
    ],
)
def test_what_others_made_cannot_write_either(
    server: str, observer: sa.Connection, made: str
) -> None:
    kind = made.split()[1]
    observer.exec_driver_sql(made)
    try:
        before = state_of(observer)
        refused(asked(server, "select * from sly" if kind == "view" else "select sly()"))
        assert state_of(observer) == before
    finally:
        observer.exec_driver_sql(f"drop {kind} sly")


def test_strings_are_read_as_they_are_checked(server: str, observer: sa.Connection) -> None:
    name = sa.make_url(server).database
    observer.exec_driver_sql(f'alter database "{name}" set standard_conforming_strings = off')
    try:
        result = asked(server, r"select '\' as a, ' is no end' as b", "--format", "csv")
        assert result.stdout == "a,b\n\\, is no end\n"
    finally:
        observer.exec_driver_sql(f'alter database "{name}" reset standard_conforming_strings')


# --- as a program ---------------------------------------------------------------------------------


def program(database: str, query: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "cli.py"), "--db", database, "sql", *options, query]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "query", ["delete from people", "attach 'other.db' as o", "vacuum into 'other.db'"]
)
def test_the_program_refuses(file: str, query: str) -> None:
    before = folder_of(file)
    ended = program(file, query)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "is not allowed" in ended.stderr
    assert folder_of(file) == before


def test_the_program_answers(server: str) -> None:
    ended = program(server, "select name from people order by 1", "--format", "csv")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "name\nann\nbob\ncyd\n", "")
