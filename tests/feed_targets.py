"""Targets of feeds, on both engines, and sourcebooks to feed them from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url

import cli
from benchmarks.generate import generate
from database.connect import reading
from database.derived.refresh import recompute
from database.errors import SourcebookError
from database.location import locate
from database.snapshot import Snapshot
from feeds.postgresql import Postgresql
from feeds.sqlite import Sqlite
from feeds.sync import SyncResult, sync
from feeds.target import FeedOptions, Target
from output.progress import Progress
from schema.models import DERIVED, METADATA
from tests.databases import Files, Server
from tests.sample_rows import fill, stored_rows

SCHEMA = "sourcebook"
EVENTS = 60
PROGRAM = str(Path(sys.executable).with_name("sourcebook"))

on_sqlite = pytest.mark.parametrize("targets", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("targets", ["postgresql"], indirect=True)


class Place:
    """Where something is fed to."""

    def __init__(self, database: str) -> None:
        self.database = database
        """The path, or the URL of the database in which the schema is."""

    @property
    def is_file(self) -> bool:
        """Whether it is in SQLite."""
        return "://" not in self.database

    @property
    def url(self) -> str:
        """What --db takes to read it as a sourcebook."""
        if self.is_file:
            return self.database
        return f"{self.database}&options=-csearch_path%3D{SCHEMA}"

    def target(self) -> Target:
        """Give it as the application does."""
        if self.is_file:
            return Sqlite(Path(self.database))
        return Postgresql(locate(self.database), SCHEMA, Progress())

    @contextmanager
    def changing(self, *, foreign_keys: bool = True) -> Iterator[sa.Connection]:
        """Open it as somebody who changes rows there."""
        url = make_url(f"sqlite:///{self.database}" if self.is_file else self.url)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            if self.is_file:
                switch = "on" if foreign_keys else "off"
                connection.connection.driver_connection.execute(  # type: ignore[union-attr]
                    f"pragma foreign_keys = {switch}"
                )
            yield connection

    def do(self, *statements: str) -> None:
        """Change something there."""
        with self.changing() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def stored_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Give all rows that it holds, but for the record of feeds."""
        with reading(self.url) as connection:
            return content(connection)

    def refused(self, source: str, **options: bool) -> str:
        """Feed it, which must fail and change nothing; give the message, of one line."""
        before = self.stored_rows()
        message = refusal(source, self, **options)
        assert self.stored_rows() == before
        return message


def content(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows, but for the record of feeds."""
    return {name: rows for name, rows in stored_rows(connection).items() if name != "feeds"}


def fed(source: str, place: Place, **options: bool) -> SyncResult:
    """Feed."""
    keep_text = options.pop("keep_text", False)
    asked = FeedOptions(**options)
    with reading(source) as connection:
        opened = Snapshot(connection, keep_text=keep_text)
        return sync(opened, place.target(), asked, Progress())


def changes(done: SyncResult) -> dict[str, tuple[int, int, int]]:
    """Count the rows added, changed and removed in each table, but derived ones."""
    derived = {table.name for table in DERIVED}
    actual = {
        digest.table: (digest.added, digest.changed, digest.removed)
        for digest in done.tables
        if digest.table not in derived
    }
    return {table: counts for table, counts in actual.items() if any(counts)}


def refusal(source: str, place: Place, **options: bool) -> str:
    """Feed, which must fail; give the message, which must be one line."""
    with pytest.raises(SourcebookError) as raised:
        fed(source, place, **options)
    message = str(raised.value)
    assert message.isprintable()
    return message


def equal(source: str, place: Place) -> bool:
    """Say whether both hold the same rows but for the passages' text, and none there."""
    with reading(source) as connection:
        ours = content(connection)
    names = sorted(column.name for column in METADATA.tables["passages"].columns)
    text = names.index("text")
    ours["passages"] = sorted(
        ((*row[:text], None, *row[text + 1 :]) for row in ours["passages"]), key=repr
    )
    return ours == place.stored_rows()


@contextmanager
def altering(source: str) -> Iterator[sa.Connection]:
    """Open a sourcebook as somebody who changes rows; foreign keys are checked at the end."""
    url, patience = (source, {}) if "://" in source else (f"sqlite:///{source}", {"timeout": 0.2})
    engine = sa.create_engine(url, connect_args=patience, poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection
        if "://" not in source:
            broken = connection.exec_driver_sql("pragma foreign_key_check").all()
            assert broken == []


def derive(connection: sa.Connection) -> None:
    """Bring the derived tables up to date, as a load does."""
    for _ in recompute(connection, write=True):
        pass


def load(source: str, document: int, *statements: str) -> None:
    """Change a sourcebook as a load of this document would, with its entry in the journal.

    Without statements, as one that leaves its coding as it was.
    """
    with altering(source) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        for table in DERIVED:
            connection.execute(table.delete())
        assert [*recompute(connection, write=True)]
        last = connection.exec_driver_sql("select coalesce(max(id), 0) from loads").scalar_one()
        if statements:
            connection.exec_driver_sql(
                f"update codings set hash = '{last + 1:064x}' where document_id = {document}"
            )
        values = f"{last + 1}, key, 'loaded', '2020-01-01T00:00:00Z', '{document}{last + 1:063x}'"
        connection.exec_driver_sql(
            "insert into loads (id, document, action, loaded_at, content_hash) "
            f"select {values} from sources where id = {document}"
        )


def sourcebook(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def asked(*arguments: str | Path, **variables: str) -> Result:
    """Run the command in this process, where only what it says of its arguments counts."""
    return CliRunner(env=variables).invoke(cli.sourcebook, [*map(str, arguments)])


@contextmanager
def feeding(
    source: str, place: Place, *options: str, before: Callable[[], None] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run the command while the test goes on."""
    with subprocess.Popen(
        [PROGRAM, "--db", source, "feed", place.database, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "80"},
        preexec_fn=before,  # noqa: PLW1509 - nothing runs beside the tests in this process
    ) as ran:
        try:
            yield ran
        finally:
            if ran.poll() is None:
                ran.kill()


def first_line(ran: subprocess.Popen[str]) -> str:
    """Wait for the first line that it prints on stderr."""
    assert ran.stderr is not None
    return ran.stderr.readline()


# --- fixtures -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Where sourcebooks in SQLite come from."""
    return Files(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def small(files: Files) -> str:
    """A sourcebook with a row or two in every table; nobody changes it."""
    database = files.migrated()
    with sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool).begin() as connection:
        fill(connection)
        connection.exec_driver_sql("delete from feeds")
        derive(connection)
    return database


@pytest.fixture(scope="session")
def many(files: Files) -> str:
    """A sourcebook of several thousand rows."""
    path = files.empty()
    generate(Path(path), EVENTS)
    return path


@pytest.fixture
def source(small: str, files: Files) -> Iterator[str]:
    """The same, to be changed."""
    database = shutil.copyfile(small, files.empty())
    yield database
    files.remove(database)


@pytest.fixture(scope="session")
def article(files: Files) -> str:
    """The article that ships."""
    return files.shipped()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def targets(request: pytest.FixtureRequest) -> Iterator[Files | Server]:
    """Where targets come from: in SQLite and in PostgreSQL in turn."""
    if request.param == "sqlite":
        yield Files(request.getfixturevalue("tmp_path_factory").mktemp("targets"))
    else:
        server = Server(request.getfixturevalue("postgres_server"))
        yield server
        server.end()


@pytest.fixture
def place(targets: Files | Server) -> Iterator[Place]:
    """A place where nothing is yet."""
    made = Place(targets.empty())
    yield made
    targets.remove(made.database)


@pytest.fixture
def migrated_place(targets: Files | Server) -> Iterator[Place]:
    """A sourcebook without any document."""
    made = Place(targets.migrated())
    if not made.is_file:
        made.do(f"alter schema public rename to {SCHEMA}")
    yield made
    targets.remove(made.database)


@pytest.fixture(scope="session")
def fed_once(targets: Files | Server, small: str) -> Place:
    """A target that was fed; it is copied for every test."""
    made = Place(targets.empty())
    fed(small, made)
    return made


@pytest.fixture
def copy(targets: Files | Server, fed_once: Place) -> Iterator[Place]:
    """A target that was fed with the source as it stands before it is changed."""
    if isinstance(targets, Files):
        made = Place(shutil.copyfile(fed_once.database, targets.empty()))
    else:
        made = Place(targets.copy(fed_once.database))
    yield made
    targets.remove(made.database)
