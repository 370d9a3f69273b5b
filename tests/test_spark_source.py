"""A Parquet export on Spark answers as the sourcebook does, and can only be read."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from adhoc.session import Session
from database.cancellation import TimeLimitError
from database.connect import REVISION, reading
from database.errors import DatabaseError
from database.location import locate, name_of
from database.spark import spark_sql
from database.statement import StatementError
from exports.export import export
from tests.databases import on_sqlite
from tests.test_duckdb_source import answer

# The engine that is exported makes no difference.
pytestmark = [on_sqlite, pytest.mark.usefixtures("sourcebooks")]

ENDLESS = "select count(*) from range(1000000000000) as numbers (n) where n % 7 = 3"


def refusal(database: str, *arguments: str) -> str:
    """Run a command that fails; return its message without the name of the database."""
    status, out, message = answer("--db", database, *arguments)
    assert (status, out, message.count("\n")) == (1, "", 1)
    return message.removeprefix(f"Error: {database}: ").strip()


@pytest.fixture(scope="module")
def session(on_spark: str) -> Iterator[Session]:
    """A session that several tests use: opening one takes longer than a query."""
    with Session(on_spark) as opened:
        yield opened


# --- what it answers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("report", "timeline", "--actor", "Qassem Soleimani", "--format", "json"),
        ("report", "quotes", "--words", "--cite", "--format", "markdown"),
        ("report", "changes", "--format", "csv"),
        ("search", "Soleimani", "visit*", "--format", "csv"),
        ("sql", "select earliest, latest, precision from dates order by edtf", "--format", "csv"),
        ("sql", "-p", "kind=state", "select key from actors where kind = :kind order by key"),
    ],
    ids=" ".join,
)
def test_output_is_that_of_the_sourcebook(
    shipped: str, on_spark: str, exported_folder: Path, command: tuple[str, ...]
) -> None:
    ours, theirs = (answer("--db", database, *command) for database in (shipped, on_spark))
    names = Path(shipped).name, exported_folder.name  # an answer says where it comes from
    assert ours[0] == 0
    assert theirs == (0, *(text.replace(*names) for text in ours[1:]))


def test_tables_are_counted(on_spark: str) -> None:
    status, out, message = answer("--db", on_spark, "tables", "--format", "csv")
    assert (status, message) == (0, "")
    assert {line.split(",")[1]: line.split(",")[2] for line in out.splitlines() if ",view," in line}
    assert "codings,table,1," in out


def test_a_value_arrives_as_it_is(on_spark: str, session: Session) -> None:
    with reading(on_spark) as connection:
        for value in ('O\'Hara \\ \\n "x" `y`', "Ünï ✓ ,\t", "; drop table actors --"):
            with session.ask("select :v as v", {"v": value}) as result:
                assert list(result.rows) == [(value,)]
            assert connection.execute(sa.text("select :v as v"), {"v": value}).scalar() == value
            literal = "'" + value.replace("'", "''").replace(":", "\\:") + "'"
            assert connection.execute(sa.text(f"select {literal} as v")).scalar() == value


@pytest.mark.parametrize(
    ("portable", "spark"),
    [
        ("cast(n as text)", "cast(n as string)"),
        ("select name as text from actors", "select name as text from actors"),
        ("(select name as text)", "(select name as text)"),
        ("cast((a/b) as text) as text", "cast((a div b) as string) as text"),
        ("with a as materialized (select 1)", "with a as  (select 1)"),
        ("'a / b as text'", "'a / b as text'"),
        (r"'a\b' || 'it''s'", r"'a\\b' || 'it\'s'"),
        ("-- as text /\nselect 1", "-- as text /\nselect 1"),
    ],
)
def test_sql_is_rewritten_for_spark(portable: str, spark: str) -> None:
    assert spark_sql(portable) == spark


# --- what it refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "insert into actors select * from actors",
        "with a as (select 1) insert into actors select * from a",
        "from actors insert into actors select *",
        "insert overwrite directory '{folder}/out' using csv select 1",
        "create table t as select 1",
        "create temporary view actors as select 1",
        "drop view actors",
        "cache table actors",
        "set spark.sql.ansi.enabled = false",
        "add jar '{folder}/x.jar'",
        "use other",
        "clear cache",
        "select reflect('java.lang.System', 'exit', 1)",
        "select `java_method`('java.lang.System', 'exit', 1)",
        "select 1; drop view actors",
        "select ?",
        "select nme from actors",
        "(select 1",
    ],
)
def test_a_query_only_reads(session: Session, tmp_path: Path, statement: str) -> None:
    with (
        pytest.raises(StatementError),
        session.ask(statement.replace("{folder}", str(tmp_path))) as result,
    ):
        list(result.rows)
    with session.ask("select count(*) from actors") as result:
        [[actors]] = list(result.rows)
    assert isinstance(actors, int)
    assert actors > 10
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "select nme from actors",
            "no column `nme` in `actors`; did you mean `name`? `actors` has",
        ),
        ("select a.nme from actors a", "no column `a.nme` in `actors`; did you mean `name`?"),
        ('select kind from actors where name = "Iran"', "write 'Iran' if it is text"),
        ("select * from actrs", "no table `actrs`; did you mean `actors`?"),
    ],
)
def test_a_name_that_does_not_exist_is_refused(session: Session, query: str, message: str) -> None:
    with (
        pytest.raises(StatementError, match=re.escape(message)),
        session.ask(query) as result,
    ):
        list(result.rows)


def test_double_quotes_are_for_names(session: Session) -> None:
    query = 'select "key" as "The ""key""" from actors as "a b" where "a b".key = \'iran\''
    with session.ask(query) as result:
        assert [column.name for column in result.columns] == ['The "key"']
        assert list(result.rows) == [("iran",)]


def test_a_report_of_ones_own_only_reads_too(on_spark: str, tmp_path: Path) -> None:
    report = tmp_path / "mine.sql"
    header = "-- Mine\n-- What?\n-- Columns\n--   n  integer  a number\n"
    run = ("--db", on_spark, "report", "--reports", str(tmp_path), "mine", "--format", "csv")
    report.write_text(f"{header}select count(*) / 2 as n from codings")
    assert answer(*run)[1] == "n\n0\n"
    report.write_text(f"{header}select reflect('java.lang.System', 'exit', 1) as n")
    assert "the function `reflect` is not allowed" in answer(*run)[2]


@pytest.mark.parametrize(
    "command",
    [("migrate",), ("migrate", "--verify"), ("export", "out", "--format", "csv"), ("feed", "a.db")],
    ids=" ".join,
)
def test_what_needs_the_sourcebook_itself_says_so(on_spark: str, command: tuple[str, ...]) -> None:
    assert refusal(on_spark, *command) == (
        "is a copy for reports and queries; give the sourcebook itself, in SQLite or PostgreSQL"
    )


# --- what cannot be opened ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "database",
    ["sc://", "sc://here:15002", "sc://here/;path=", "sc://here:x/;path=a", "sc://here/a;path=b"],
)
def test_a_url_that_is_not_of_this_form_is_explained(database: str) -> None:
    with pytest.raises(DatabaseError, match=r"--db: a sourcebook on Spark is sc://HOST:PORT/;path"):
        locate(database)


def test_a_token_is_not_shown() -> None:
    url = locate("sc://here:443/;use_ssl=true;token=secret;path=s3://bucket/a%20b/")
    assert name_of(url) == "sc://here:443/;path=s3://bucket/a b"
    assert url.query == {"use_ssl": "true", "token": "secret"}


def test_a_server_that_does_not_answer_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        database = f"sc://127.0.0.1:{free.getsockname()[1]}/;path=/a"
        began = time.monotonic()
        assert refusal(database, "report", "actors").endswith(
            "check that the server runs, and its host and port"
        )
    assert time.monotonic() - began < 30


def test_a_folder_without_a_parquet_export_is_refused(
    spark_server: str, shipped: str, exported_folder: Path, tmp_path: Path
) -> None:
    message = "is not a folder with a parquet export that the cluster can read"
    assert message in refusal(f"{spark_server}{tmp_path}", "report", "actors")
    with reading(shipped) as connection:
        export(connection, tmp_path / "csv", "csv")
    assert message in refusal(f"{spark_server}{tmp_path / 'csv'}", "sql", "select 1")
    copy = Path(shutil.copytree(exported_folder, tmp_path / "copy"))
    (copy / "actors.parquet").unlink()
    assert refusal(f"{spark_server}{copy}", "report", "actors")


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("sourcebook_0001", "has an older schema; `sourcebook export` it again"),
        ("sourcebook_9999", f"this one knows {REVISION}"),
        ("x'; drop view actors; --", "is not a folder with a parquet export"),
    ],
)
def test_an_export_of_another_revision_is_refused(
    spark_server: str, exported_folder: Path, tmp_path: Path, revision: str, message: str
) -> None:
    described = json.loads((exported_folder / "datapackage.json").read_text())
    described["sourcebook"]["schema"] = revision
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    assert message in refusal(f"{spark_server}{tmp_path}", "report", "actors")


def test_without_the_client_it_says_how_to_install_it(
    on_spark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql.connect.client", None)
    for command in (("report", "actors"), ("sql", "select 1"), ("tables",)):
        assert answer("--db", on_spark, *command)[2].startswith(
            f"Error: Spark needs its client: {sys.executable} -m pip install pyspark-client"
        )


# --- what takes too long --------------------------------------------------------------------------


def test_a_query_is_stopped_by_its_time_limit(session: Session) -> None:
    with pytest.raises(TimeLimitError), session.ask(ENDLESS, timeout=0.3):
        pass
    with session.ask("select 1") as result:
        assert list(result.rows) == [(1,)]


def test_a_query_is_stopped_by_ctrl_c(session: Session) -> None:
    session.columns()
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), session.ask(ENDLESS, timeout=60):
        pass
