"""A DuckDB file that a feed has filled answers as the sourcebook does, and can only be read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from adhoc.session import Session
from cli import sourcebook
from database.cancellation import TimeLimitError
from database.connect import REVISION, reading
from database.statement import StatementError
from tests.databases import on_sqlite
from tests.duckdb_files import change

# The engine that the file is fed from makes no difference.
pytestmark = [on_sqlite, pytest.mark.usefixtures("sourcebooks")]

ENDLESS = "select count(*) from range(1000000000000) as numbers (n) where n % 7 = 3"


def answer(*arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit status, stdout and stderr."""
    result = CliRunner().invoke(sourcebook, arguments)
    return result.exit_code, result.stdout, result.stderr


def refusal(database: Path, *arguments: str) -> str:
    """Run a command that fails; return its message without the name of the file."""
    status, out, message = answer("--db", str(database), *arguments)
    assert (status, out, message.count("\n")) == (1, "", 1)
    return message.removeprefix(f"Error: {database}: ").strip()


@pytest.fixture(scope="module")
def session(fed_file: Path) -> Iterator[Session]:
    """A session that several tests use."""
    with Session(str(fed_file)) as opened:
        yield opened


# --- what it answers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("report", "timeline", "--actor", "Qassem Soleimani", "--format", "json"),
        ("report", "quotes", "--words", "--cite", "--format", "markdown"),
        ("report", "summary", "--format", "csv"),
        ("search", "Soleimani", "visit*", "--format", "csv"),
        ("search", "Müller", "--format", "csv"),
        ("sql", "select key, id / 2 as half, null as missing from actors order by key"),
        ("sql", "-p", "kind=state", "select key from actors where kind = :kind order by key"),
        ("tables", "actors", "--format", "csv"),
        ("tables", "timeline", "--format", "csv"),
    ],
    ids=" ".join,
)
def test_output_is_that_of_the_sourcebook(
    shipped: str, fed_file: Path, command: tuple[str, ...]
) -> None:
    ours, theirs = (answer("--db", database, *command) for database in (shipped, str(fed_file)))
    names = Path(shipped).name, fed_file.name  # an answer says where it comes from
    assert ours[0] == 0
    assert theirs == (0, *(text.replace(*names) for text in ours[1:]))


def test_a_file_is_known_by_its_first_bytes(fed_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_bytes(fed_file.read_bytes())
    assert answer("--db", str(path), "report", "actors")[0] == 0
    assert answer("--db", f"duckdb:///{path}", "report", "actors")[0] == 0


def test_any_duckdb_file_can_be_queried_and_describes_itself(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    change(
        path,
        "create table ports (id integer primary key, name varchar not null unique)",
        "create table ships (id integer, port integer references ports (id), sailed timestamp)",
        "comment on table ports is 'where ships are'",
        "insert into ports values (1, 'Tarn')",
        "create view harbours as select name from ports",
    )
    status, out, message = answer("--db", str(path), "tables", "--format", "csv")
    assert out.splitlines() == [
        "name,kind,rows,meaning",
        "ports,table,1,where ships are",
        'ships,table,0,""',
        'harbours,view,,""',
    ]
    assert (status, message) == (
        0,
        f"{path}: is not a sourcebook; its own catalogue describes it\n",
    )
    assert [
        answer("--db", str(path), "tables", table, "--format", "csv")[1].splitlines()[1:]
        for table in ("ports", "ships")
    ] == [
        ['id,integer,pk,false,"",,1', 'name,varchar,unique,false,"",,Tarn'],
        [
            'id,integer,,true,"",,',
            'port,integer,fk ports.id,true,"",,',
            'sailed,timestamp,,true,"",,',
        ],
    ]
    query = "select date '2015-11-04' as day, [1, 2] as list, {'a': 1} as object, 1.5 as n"
    assert answer("--db", str(path), "sql", "--format", "jsonl", query)[1] == (
        '{"day": "2015-11-04", "list": [1, 2], "object": "{\\"a\\": 1}", "n": 1.5}\n'
    )


# --- what it refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "insert into actors select * from actors",
        "with a as (select 1) insert into actors select * from actors",
        "create table t as select 1",
        "create temp table t as select 1",
        "attach ':memory:' as other",
        "copy (select 1) to '{folder}/out.csv'",
        "copy actors from '{folder}/in.csv'",
        "export database '{folder}/out'",
        "select * from read_csv('{folder}/in.csv')",
        "select * from '{folder}/in.csv'",
        "select * from glob('{folder}/*')",
        "select * from read_text('{folder}/in.csv')",
        "from sniff_csv('{folder}/in.csv')",
        "explain analyze copy (select 1) to '{folder}/out.csv'",
        "install httpfs",
        "load json",
        "set enable_external_access = true",
        "set variable x = 1",
        "pragma enable_profiling",
        "call pragma_version()",
        "prepare p as select 1",
        "vacuum",
        "checkpoint",
        "begin",
        "select * from here",
        "select 1; drop table actors",
        "select $here",
    ],
)
def test_a_query_reads_the_file_and_does_nothing_else(
    fed_file: Path, session: Session, tmp_path: Path, statement: str
) -> None:
    here = [1]
    (tmp_path / "in.csv").write_text("a\n1\n")
    before = fed_file.read_bytes()
    with (
        pytest.raises(StatementError),
        session.ask(statement.replace("{folder}", str(tmp_path))) as result,
    ):
        list(result.rows)
    assert here
    assert fed_file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    assert [path.name for path in fed_file.parent.iterdir()] == [fed_file.name]


def test_a_report_of_ones_own_only_reads_too(fed_file: Path, tmp_path: Path) -> None:
    report = tmp_path / "mine.sql"
    header = "-- Mine\n-- What?\n-- Columns\n--   n  integer  a number\n"
    run = ("--db", str(fed_file), "report", "--reports", str(tmp_path), "mine", "--format", "csv")
    report.write_text(f"{header}select count(*) as n from codings")
    assert answer(*run)[1] == "n\n1\n"
    report.write_text(f"{header}with a as (select 1 as n) delete from codings")
    assert "`delete` is not allowed: a query here only reads" in answer(*run)[2]


@pytest.mark.parametrize(
    ("query", "word", "message"),
    [
        (
            "select nme from actors",
            "nme",
            "no column `nme` in `actors`; did you mean `name`? `actors` has id, key, name, kind",
        ),
        ('select "Iran" as a', '"Iran"', "write 'Iran' if it is text"),
        ("select * from actrs", "actrs", "no table `actrs`; did you mean `actors`?"),
        ("selec 1", "selec", 'syntax error at or near "selec"'),
    ],
)
def test_a_mistake_is_shown_where_it_is(
    fed_file: Path, query: str, word: str, message: str
) -> None:
    status, _, explained = answer("--db", str(fed_file), "sql", query)
    first, line, caret = explained.splitlines()
    assert (status, line[caret.index("^") :].startswith(word)) == (1, True)
    assert message in first


@pytest.mark.parametrize(
    "command",
    [
        ("init",),
        ("migrate",),
        ("migrate", "--verify"),
        ("load", "docs/example.yaml"),
        ("export", "out", "--format", "csv"),
        ("feed", "out.db"),
    ],
    ids=" ".join,
)
def test_what_needs_the_sourcebook_itself_says_so(fed_file: Path, command: tuple[str, ...]) -> None:
    assert refusal(fed_file, *command) == (
        "is a copy for reports and queries; give the sourcebook itself, in SQLite or PostgreSQL"
    )


# --- what cannot be opened ------------------------------------------------------------------------


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    path = tmp_path / "copy.duckdb"
    assert refusal(path, "report", "actors") == (
        "there is no such file; name another with --db, or make it from a sourcebook with "
        "`sourcebook feed`"
    )
    assert refusal(path, "sql", "select 1").startswith("there is no such file")
    assert not path.exists()


def test_what_is_no_duckdb_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "copy.duckdb"
    path.write_text("no database")
    assert refusal(path, "report", "actors") == "is not a DuckDB database; give another --db"
    path.write_bytes(b"12345678DUCKdamaged" * 1000)
    assert refusal(path, "report", "actors")


def test_another_duckdb_database_is_no_sourcebook(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    change(path, "create table ports (id integer)")
    assert "holds no sourcebook" in refusal(path, "report", "actors")


def test_an_older_copy_is_to_be_fed_again(fed_copy: Path) -> None:
    change(fed_copy, "update alembic_version set version_num = 'sourcebook_0001'")
    assert (
        refusal(fed_copy, "report", "actors") == "has an older schema; `sourcebook feed` it again"
    )
    change(fed_copy, "update alembic_version set version_num = 'sourcebook_9999'")
    assert f"this one knows {REVISION}" in refusal(fed_copy, "report", "actors")


def test_a_file_that_another_process_writes_to_is_busy(fed_copy: Path) -> None:
    code = (
        "import duckdb, sys, time\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "print('open', flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(fed_copy)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout
        writer.stdout.readline()
        for command in (("report", "actors"), ("sql", "select 1"), ("tables",)):
            assert refusal(fed_copy, *command) == (
                "another process is using it; try again when that has ended"
            )
        writer.kill()


def test_without_the_driver_it_says_how_to_install_it(
    fed_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    for command in (("report", "actors"), ("sql", "select 1"), ("tables",)):
        _, _, message = answer("--db", str(fed_file), *command)
        assert message.startswith(f"Error: DuckDB is not installed: {sys.executable} -m pip")


# --- what takes too long --------------------------------------------------------------------------


def test_a_query_is_stopped_by_its_time_limit(fed_file: Path) -> None:
    with Session(str(fed_file)) as session:
        with pytest.raises(TimeLimitError), session.ask(ENDLESS, timeout=0.3):
            pass
        with session.ask("select 1") as result:
            assert list(result.rows) == [(1,)]
    with (
        pytest.raises(TimeLimitError),
        reading(str(fed_file), timeout=0.3) as connection,
    ):
        connection.execute(sa.text(ENDLESS))


def test_a_query_is_stopped_by_ctrl_c(fed_file: Path) -> None:
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Session(str(fed_file)) as session, session.ask(ENDLESS):
        pass
    assert time.monotonic() - began < 30
