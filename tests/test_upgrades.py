"""What an earlier version made is upgraded: a database, a coding and the target of a feed.

tests/upgrades/ holds what commit 2381427 made of the made-up article: a database as SQL, the record
that its feed left in a target, and the coding.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from cli import sourcebook
from coding.load import load
from coding.validation import read
from database.connect import migrating, reading, writing
from database.derived.refresh import recompute
from migrations.upgrade import upgrade
from schema.models import DERIVED
from schema.views import RENAMED, VIEWS
from tests.databases import create, on_postgresql
from tests.postgres import GUEST
from tests.sample_rows import fill
from tests.test_load_sequences import content

OLD = Path(__file__).parent / "upgrades"


def restored(path: Path, *dumps: str) -> str:
    """Make a SQLite file from SQL."""
    with closing(sqlite3.connect(path)) as connection:
        for dump in dumps:
            connection.executescript((OLD / dump).read_text(encoding="utf-8"))
        connection.commit()
    return str(path)


def command(database: str, *arguments: str) -> str:
    """Run a command, which must succeed; return what it says on stderr."""
    done = CliRunner().invoke(sourcebook, ["--db", database, *arguments])
    assert done.exit_code == 0, done.output
    return done.stderr


@pytest.fixture(scope="module")
def upgraded_once(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database of an earlier version, upgraded; nobody changes it."""
    database = restored(tmp_path_factory.mktemp("old") / "old.db", "revision_0002.sql")
    assert "upgraded from schema sourcebook_0002" in command(database, "migrate")
    return database


@pytest.fixture
def upgraded(upgraded_once: str, tmp_path: Path) -> str:
    """The same, to be changed."""
    return str(shutil.copyfile(upgraded_once, tmp_path / "old.db"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A new database with the same coding; nobody changes it."""
    database = create(tmp_path_factory.mktemp("fresh") / "fresh.db")
    with writing(database) as connection:
        load(connection, read(OLD / "example.yaml"))
    return database


ORDERED = {"participants", "source_actors", "fact_summaries"}
"""Tables that now know an order, which the earlier version lost, or list actors in it."""


def test_an_old_database_becomes_what_a_new_one_is(upgraded: str, fresh: str) -> None:
    new, old = content(fresh), content(upgraded)
    changed = {name for name in new if old[name] != new[name]}
    assert changed <= {*ORDERED, "codings", "introductions"}
    # What a document is cited as is known from its next load on.
    assert len(old["introductions"]) == len(new["introductions"])
    with reading(upgraded) as connection:
        assert [*recompute(connection, write=False)] == []


def test_an_old_coding_is_loaded_as_it_is(upgraded: str, fresh: str) -> None:
    """The same coding brings the order of authors and participants."""
    command(upgraded, "load", str(OLD / "example.yaml"))
    assert content(upgraded) == content(fresh)


def test_the_target_of_an_old_feed_is_fed_on(upgraded: str, tmp_path: Path) -> None:
    target = restored(tmp_path / "target.db", "revision_0002.sql", "feed_0002.sql")
    command(upgraded, "feed", target)
    assert content(target) | {"feeds": []} == content(upgraded)


# --- rights ---------------------------------------------------------------------------------------


@pytest.fixture
def guest(postgres_server: str) -> Iterator[str]:
    """A role that may log in, and owns nothing."""
    name = f"{GUEST}_upgrades"
    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create role {name} login")
        yield name
        connection.exec_driver_sql(f"drop role {name}")


@contextmanager
def as_guest(guest: str, database: str) -> Iterator[sa.Connection]:
    """Open a database as the guest."""
    url = make_url(database).set(username=guest, password=None)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@on_postgresql
def test_others_may_read_after_an_upgrade_what_they_could_before(
    guest: str, empty_database: str
) -> None:
    with migrating(empty_database) as connection:
        upgrade(connection, "sourcebook_0002")
        fill(connection)
        connection.exec_driver_sql(f"grant select on all tables in schema public to {guest}")
        connection.exec_driver_sql("grant select on timeline to public")
    with migrating(empty_database) as connection:
        upgrade(connection)
    with as_guest(guest, empty_database) as connection:
        for name in (
            *(view.name for view in VIEWS),
            *(table.name for table in DERIVED),
            *(new for names in RENAMED.values() for new in names),
            *("facts", "feeds", "dates"),
        ):
            connection.exec_driver_sql(f"select * from {name}").all()


@on_postgresql
def test_others_may_read_after_an_upgrade_the_columns_that_they_could_before(
    guest: str, empty_database: str
) -> None:
    with migrating(empty_database) as connection:
        upgrade(connection, "sourcebook_0002")
        for granted in (
            "(event, title) on timeline",
            "(date_words) on quotations",
            "(fact_id, words) on grounds",
            "(key, name) on actors",
        ):
            connection.exec_driver_sql(f"grant select {granted} to {guest}")
    with migrating(empty_database) as connection:
        upgrade(connection)
    with as_guest(guest, empty_database) as connection:
        for query in (
            "select event, title from timeline",
            "select words from quotations",
            "select fact_id, words from fact_overview",
            "select key, name from actors",
        ):
            connection.exec_driver_sql(query).all()
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.exec_driver_sql("select place from timeline")
