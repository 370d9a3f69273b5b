"""Shared by all tests: a real PostgreSQL server, and the rule that a skipped test fails the run."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.engine import URL, make_url

from tests import postgres
from tests.shared import FOLDER

# Else every program that a test starts would compile all its modules again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A collection visits all that the suite has imported and collected: a quarter of the time of a run.
gc.set_threshold(100_000, 20, 100)

# Each run tries other examples, so that fewer suffice; a busy machine is no failure.
settings.register_profile("sourcebook", max_examples=15, deadline=None)
settings.load_profile("sourcebook")

MEMORY = Path("/dev/shm")  # noqa: S108 - folders with names that nobody can guess are made in it
NEEDED_MEMORY = 4 * 2**30
"""Free bytes in memory for temporary files to go there; a run uses an eighth of them."""
WATCHDOG = pytest.StashKey[subprocess.Popen[bytes]]()

collect_ignore = ["system"]  # `make test-system` runs these: they need more than wheels

pytest_plugins = [
    "tests.databases",  # sourcebooks on both engines
    "tests.duckdb_files",  # the article's sourcebook, fed to DuckDB
    "tests.export_folders",  # exports of a hostile one
    "tests.feed_targets",  # what a feed fills, on both engines
    "tests.open_sourcebooks",  # those that the tests of a module only read
    "tests.spark_servers",  # a server that speaks Spark Connect
]

# --- temporary files ------------------------------------------------------------------------------


def in_memory() -> str | None:
    """Return a folder in memory for temporary files, so that tests don't wait for the disk.

    Return None if there is too little memory, or if the user has set a folder.
    """
    if any(os.environ.get(name) for name in ("TMPDIR", "PYTEST_DEBUG_TEMPROOT")):
        return None
    try:
        there = os.statvfs(MEMORY)
    except OSError:
        return None
    suits = there.f_bavail * there.f_frsize >= NEEDED_MEMORY and not there.f_flag & os.ST_NOEXEC
    return str(MEMORY) if suits and os.access(MEMORY, os.W_OK) else None


# --- PostgreSQL -----------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Before the workers start, create their shared folder, and a process that removes it."""
    if hasattr(config, "workerinput"):
        return
    memory = in_memory()
    if memory is not None:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = memory  # where pytest puts `tmp_path`
    folder = tempfile.mkdtemp(prefix="sourcebook-", dir=memory)
    os.environ[FOLDER] = folder
    command = [sys.executable, postgres.__file__, folder]
    config.stash[WATCHDOG] = subprocess.Popen(
        command, stdin=subprocess.PIPE, start_new_session=True
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the workers, stop the server and remove its folder."""
    watchdog = config.stash.get(WATCHDOG, None)
    if watchdog is not None:
        given = os.environ.get(postgres.GIVEN)
        for template in Path(os.environ[FOLDER]).glob("*.url") if given else ():
            with administration(server_url()) as run:
                run(f'drop database "{make_url(template.read_text()).database}"')
        watchdog.communicate(timeout=60)
        del os.environ[FOLDER]


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL server's maintenance database, where databases may be created."""
    return server_url()


def server_url() -> str:
    """Return that URL; start the server if none is given."""
    given = os.environ.get(postgres.GIVEN)
    if given:
        url = make_url(given).set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)
    return postgres.Server(Path(os.environ[FOLDER])).ensure()


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[Callable[..., str]]:
    """Create databases for one test: `postgres_database()` returns the URL of a new, empty one.

    `postgres_database(template=URL)` copies another, to which nobody may be connected: migrate one
    database, then copy it for each test. All that a test created are dropped when it ends.
    """
    with administration(postgres_server) as run:
        created: list[URL] = []

        def create(template: str | None = None) -> str:
            name = f"sourcebook_test_{uuid.uuid4().hex}"
            source = make_url(template).database if template else None
            run(postgres.creation(name, source or "template0"))
            created.append(make_url(postgres_server).set(database=name))
            return created[-1].render_as_string(hide_password=False)

        yield create
        for url in created:
            run(f'drop database "{url.database}" with (force)')


@contextmanager
def administration(url: str) -> Iterator[Callable[[str], None]]:
    """Yield a function that runs a statement on the maintenance database, outside transactions."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:

        def run(statement: str) -> None:
            connection.exec_driver_sql(statement)

        yield run


# --- the garbage collector ------------------------------------------------------------------------


def pytest_collection_finish() -> None:
    """Leave out of every later collection what lives as long as the run."""
    gc.collect()
    gc.freeze()


# --- no test is skipped ---------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Explain why a run without failures fails."""
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("A skipped test proves nothing, so this run fails.", red=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if a test or module was skipped; let everything be collected at the end."""
    gc.unfreeze()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
