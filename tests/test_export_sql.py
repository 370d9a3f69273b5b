"""An export as SQL makes, with `sqlite3` and with `psql`, the sourcebook that it came from."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from database.connect import reading, writing
from schema.models import METADATA
from tests.databases import create, migrate, parts
from tests.export_folders import run
from tests.export_hostile import hostile
from tests.postgres import installed
from tests.sample_rows import EXTRA_ROWS, stored_rows


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook of hostile texts."""
    database = create(tmp_path_factory.mktemp("sql") / "sourcebook.db")
    with writing(database) as connection:
        hostile(connection)
        connection.execute(sa.text("delete from feeds"))  # an export has no feeds
    return database


@pytest.fixture(scope="module")
def dumps(source: str) -> Path:
    """Its dumps, with the text."""
    run(source, Path(source).with_name("out"), "sql", keep_text=True)
    return Path(source).with_name("out")


def into_sqlite(dump: Path, database: str) -> None:
    """Load it with the shell if there is one, else with Python."""
    shell = shutil.which("sqlite3")
    if shell is None:
        with closing(sqlite3.connect(database)) as opened:
            opened.executescript(dump.read_bytes().decode())
        return
    with dump.open("rb") as file:
        ran = subprocess.run(
            [shell, "-bail", database], stdin=file, capture_output=True, check=True
        )
    assert (ran.stdout, ran.stderr) == (b"", b"")


def into_postgresql(dump: Path, url: str) -> subprocess.CompletedProcess[str]:
    program = installed() / "pginstall" / "bin" / "psql"
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run(
        [program, "--no-psqlrc", "--quiet", "--dbname", plain, "--file", dump],
        capture_output=True,
        text=True,
        check=False,
    )


def require_same(first: str, other: str) -> None:
    with reading(first) as left, reading(other) as right:
        assert stored_rows(left) == stored_rows(right)


def numbered_on(database: str) -> None:
    with writing(database) as connection:
        for table in ("actors", "introductions", "evidence"):
            row = {name: value for name, value in EXTRA_ROWS[table].items() if name != "id"}
            connection.execute(METADATA.tables[table].insert(), row)


def test_sqlite3_makes_the_sourcebook(source: str, dumps: Path, tmp_path: Path) -> None:
    made = str(tmp_path / "made.db")
    into_sqlite(dumps / "sourcebook.sqlite.sql", made)
    require_same(source, made)
    with reading(source) as left, reading(made) as right:
        assert parts(left) == parts(right)
    with closing(sqlite3.connect(made)) as opened:
        assert opened.execute("pragma foreign_key_check").fetchall() == []
        assert opened.execute("pragma integrity_check").fetchall() == [("ok",)]
    numbered_on(made)


def test_psql_makes_the_sourcebook(
    source: str, dumps: Path, postgres_database: Callable[..., str]
) -> None:
    made = postgres_database()
    ran = into_postgresql(dumps / "sourcebook.postgresql.sql", made)
    assert (ran.returncode, ran.stderr) == (0, "")
    require_same(source, made)
    with reading(migrate(postgres_database())) as left, reading(made) as right:
        assert parts(left) == parts(right)
    numbered_on(made)


def test_a_dump_that_does_not_fit_leaves_nothing(
    dumps: Path, postgres_database: Callable[..., str]
) -> None:
    made = postgres_database()
    engine = sa.create_engine(made, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table spans (mine text)")
    ran = into_postgresql(dumps / "sourcebook.postgresql.sql", made)
    assert ran.returncode != 0
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["spans"]
