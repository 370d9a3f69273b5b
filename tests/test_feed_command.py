"""The command `feed`: what TARGET may be, what it prints, and that no password is ever shown."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from database.location import locate
from output.progress import Progress
from tests.databases import Files
from tests.feed_targets import (
    Place,
    asked,
    equal,
    fed,
    load,
    on_postgresql,
    sourcebook,
)

PASSWORD = "s3cret-and-long"
NOWHERE = "postgresql://me@127.0.0.1:1/none?connect_timeout=2"


def said_once(text: str) -> bool:
    return text.count("\n") == 1


# --- what is printed ------------------------------------------------------------------------------


def test_it_says_by_table_what_it_did(source: str, files: Files) -> None:
    place = Place(files.empty())
    load(source, 1)
    ran = sourcebook("--db", source, "feed", place.database, "--format", "csv")
    assert ran.returncode == 0
    rows = {row["table"]: row for row in csv.DictReader(io.StringIO(ran.stdout))}
    assert list(rows) == sorted(rows)
    counts = ("added", "changed", "removed", "compared")
    assert [rows["events"][name] for name in counts] == ["2", "0", "0", "2"]
    assert all(row["source"] == row["target"] != "" for row in rows.values())
    assert "feeds" not in rows
    total = sum(int(row["added"]) for row in rows.values())
    assert ran.stderr == (
        f"{place.database}: first feed; rows {total} added · content 1{'0' * 62}2\n"
    )
    again = asked("--db", source, "feed", place.database, "--format", "json")
    assert {row["source"] for row in json.loads(again.stdout)} == {None}
    assert again.stderr == f"{place.database}: nothing to copy · content 1{'0' * 62}2\n"
    dry = asked("--db", source, "feed", place.database, "--replace", "--dry-run")
    assert f"dry run: replaced; rows {total} added, {total} removed" in dry.stderr
    assert equal(source, place)


def test_a_refusal_has_status_one_and_prints_no_rows(source: str, files: Files) -> None:
    ran = asked("--db", source, "feed", source)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == f"Error: {source}: is the source itself; give another TARGET\n"


def test_what_cannot_be_listed_is_not_fed(small: str, files: Files) -> None:
    new = Path(files.empty())
    ran = asked("--db", small, "feed", new, "-o", new.parent / "none" / "rows.csv")
    assert ran.exit_code == 1
    assert list(new.parent.iterdir()) == []
    ran = asked("--db", small, "feed", new, "--format", "csv", "-o", new.parent / "rows.csv")
    assert ran.exit_code == 0
    assert (new.parent / "rows.csv").read_text().startswith("table,added,changed,removed,compared,")


def test_without_a_source_nothing_is_made(tmp_path: Path) -> None:
    ran = asked("--db", tmp_path / "none.db", "feed", tmp_path / "new.db")
    assert ran.exit_code == 1
    assert "there is no such file" in ran.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nosuch://me@host/name"], "TARGET: SQLAlchemy knows no such database; give PostgreSQL"),
        (["duckdb://host/name"], "TARGET: a sourcebook in DuckDB is a file; give its path"),
        (["x:y://"], "TARGET: SQLAlchemy knows no such database"),
        (["host=localhost dbname=x"], "write it as postgresql://USER@HOST:PORT/NAME"),
        (["dbname = x"], "write it as postgresql://USER@HOST:PORT/NAME"),
        ([":memory:"], "TARGET: give the path of a file"),
        (["sqlite:///:memory:"], "TARGET: a sourcebook in SQLite is a file; give its path"),
        (["duckdb:///:memory:"], "TARGET: a sourcebook in DuckDB is a file; give its path"),
        ([""], "TARGET: not a path"),
        (["x.db", "--schema", "Robert'); drop"], "--schema"),
        (["x.db", "--schema", "pg_mine"], "the server reserves names that begin with pg_"),
        (["x.db", "--schema", "mine"], "--schema is for PostgreSQL"),
        (
            ["x.db", "--output", "./x.db", "--format", "csv"],
            "--output: is TARGET itself; name another file",
        ),
        (["x.db", "--password-file", "x"], "--password-file is for servers"),
        (["x.db", "--raw"], "--raw is for --format csv"),
        ([], "Missing argument 'TARGET'"),
    ],
)
def test_wrong_usage_has_status_two(
    small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = asked("--db", small, "feed", *arguments, SOURCEBOOK_TARGET="")
    assert ran.exit_code == 2
    assert message in ran.stderr
    assert ran.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["copy.DUCKDB", "copy.DuckDB", "copy.DDB"])
def test_a_suffix_is_known_in_capitals_too(name: str) -> None:
    assert locate(name).get_backend_name() == "duckdb"


def test_a_file_that_is_called_like_a_connection_is_a_path(small: str, tmp_path: Path) -> None:
    target = tmp_path / "dbname=x"
    assert asked("--db", small, "feed", target).exit_code == 0
    assert target.is_file()


def test_a_log_beside_the_file_is_refused_with_what_to_do(small: str, files: Files) -> None:
    place = Place(files.empty())
    fed(small, place)
    with sqlite3.connect(place.database) as connection:
        connection.execute("pragma journal_mode = wal")
    connection.close()
    before = Path(place.database).read_bytes()
    ran = asked("--db", small, "feed", place.database, "--replace")
    assert ran.exit_code == 1
    assert "keeps a write-ahead log" in ran.stderr
    assert "`pragma journal_mode = delete`, or give another TARGET" in ran.stderr
    assert Path(place.database).read_bytes() == before


# --- passwords ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        f"postgresql://me:{PASSWORD}@127.0.0.1:1/none",
        f"{NOWHERE}&password={PASSWORD}",
        f"{NOWHERE}&sslpassword={PASSWORD}",
        f"{NOWHERE}&PASSWORD={PASSWORD}",
        f"{NOWHERE}&oauth_client_secret={PASSWORD}",
        f"mysql+pymysql://me:{PASSWORD}@127.0.0.1:1/none",
    ],
)
def test_a_password_on_the_command_line_is_refused_and_not_repeated(
    small: str, target: str
) -> None:
    ran = asked("--db", small, "feed", target)
    assert ran.exit_code == 2
    assert PASSWORD not in ran.stderr
    for way in ("PGPASSWORD", "~/.pgpass", "service file", "--password-file", "SOURCEBOOK_TARGET"):
        assert way in ran.stderr.replace("\n", " ")


@pytest.mark.parametrize(
    ("target", "advice"),
    [
        ("mysql://me@127.0.0.1:1/none", "pip install pymysql, and give mysql+pymysql://"),
        ("mysql+mysqlconnector://me@127.0.0.1:1/none", "pip install mysql-connector-python"),
        ("oracle://me@127.0.0.1:1/none", "pip install oracledb"),
        ("mssql://me@127.0.0.1:1/none", "pip install pyodbc"),
    ],
)
def test_a_driver_that_is_missing_is_named_as_pip_knows_it(
    small: str, target: str, advice: str
) -> None:
    ran = asked("--db", small, "feed", target)
    assert ran.exit_code == 1
    assert f"its driver is not installed: {sys.executable} -m {advice}" in ran.stderr


def test_a_password_is_never_shown(small: str, tmp_path: Path) -> None:
    whole = NOWHERE.replace("me@", f"me:{PASSWORD}@")
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    file.chmod(0o600)
    for ran in (
        asked("--db", small, "feed", SOURCEBOOK_TARGET=whole),
        asked("--db", small, "feed", NOWHERE, PGPASSWORD=PASSWORD),
        asked("--db", small, "feed", NOWHERE, "--password-file", file),
    ):
        assert ran.exit_code == 1
        assert PASSWORD not in ran.stdout + ran.stderr
        assert said_once(ran.stderr)
        assert "check that the server runs" in ran.stderr


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        ("secret\n", 0o644, "others can read"),
        ("\nsecret", 0o600, "the first line of"),
        (b"\xff", 0o600, "is not UTF-8"),
        (b"", 0o600, "the first line of"),
        (b"sec\0ret\n", 0o600, "holds a NUL"),
        (None, 0, "no such file"),
    ],
)
def test_a_password_file_must_be_ones_own(
    small: str, tmp_path: Path, content: str | bytes | None, mode: int, message: str
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)
    ran = asked("--db", small, "feed", NOWHERE, "--password-file", file)
    assert ran.exit_code == 2
    assert message in ran.stderr.replace("\n", " ")


def test_a_folder_is_no_password_file(small: str, tmp_path: Path) -> None:
    ran = asked("--db", small, "feed", NOWHERE, "--password-file", tmp_path)
    assert ran.exit_code == 2
    assert "is a directory" in ran.stderr


def test_the_password_file_gives_the_password(tmp_path: Path) -> None:
    """The server of the tests asks for none, so what would be sent is looked at."""
    from feeds.command import _target
    from feeds.postgresql import Postgresql

    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\r\nmore\n")
    file.chmod(0o600)
    target = _target(NOWHERE, "sourcebook", file, Progress(), typed=True)
    assert isinstance(target, Postgresql)
    assert target.url.password == PASSWORD
    assert PASSWORD not in target.name


# --- PostgreSQL -----------------------------------------------------------------------------------


@on_postgresql
def test_a_service_file_says_where(small: str, place: Place, tmp_path: Path) -> None:
    url = make_url(place.database)
    file = tmp_path / "services"
    file.write_text(
        f"[here]\nhost={url.query['host']}\nuser={url.username}\ndbname={url.database}\n"
    )
    ran = asked("--db", small, "feed", "postgresql://?service=here", PGSERVICEFILE=str(file))
    assert ran.exit_code == 0, ran.stderr
    assert equal(small, place)


@on_postgresql
def test_another_schema_and_the_way_to_read_it(small: str, place: Place) -> None:
    ran = asked("--db", small, "feed", place.database, "--schema", "news_2016")
    assert ran.exit_code == 0, ran.stderr
    there = f"{place.database}&options=-csearch_path=news_2016"
    ours = asked("--db", small, "report", "timeline", "--format", "csv")
    theirs = asked("--db", there, "report", "timeline", "--format", "csv")
    assert theirs.exit_code == 0, theirs.stderr
    assert sorted(theirs.stdout.splitlines()) == sorted(ours.stdout.splitlines())


@on_postgresql
def test_nothing_else_in_the_database_is_touched(small: str, place: Place) -> None:
    place.do("create table public.wages (id integer)", "insert into public.wages values (1)")
    assert asked("--db", small, "feed", place.database).exit_code == 0
    with place.changing() as connection:
        query = "select nspname || '.' || relname from pg_class join pg_namespace on "
        query += "pg_namespace.oid = relnamespace where relkind = 'r' and nspname !~ '^pg_|^inf'"
        names = connection.exec_driver_sql(query).scalars().all()
    assert [name for name in names if not name.startswith("sourcebook.")] == ["public.wages"]
