"""A feed that is broken off leaves the target as it was; two at once take turns."""

from __future__ import annotations

import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from database import sqlite
from database.connect import reading
from feeds.postgresql import FEEDING
from output.staging import staging_dir
from tests.databases import Files, abandoned_staging, names
from tests.feed_targets import (
    SCHEMA,
    Place,
    altering,
    content,
    fed,
    feeding,
    first_line,
    load,
    on_postgresql,
    on_sqlite,
    refusal,
)


def there(place: Place) -> bool:
    """Say whether anything stands there, or lies beside it."""
    if place.is_file:
        return bool(names(Path(place.database).parent))
    with place.changing() as connection:
        query = f"select count(*) from pg_namespace where nspname = '{SCHEMA}'"
        return bool(connection.exec_driver_sql(query).scalar())


# --- killed ---------------------------------------------------------------------------------------


def test_a_killed_feed_leaves_the_old_state_or_the_new(
    many: str, place: Place, files: Files
) -> None:
    """Whenever it is killed, and whatever it was doing, the next feed succeeds."""
    chance = random.Random()
    source = shutil.copyfile(many, files.empty())
    started = time.perf_counter()
    with feeding(source, place) as whole:
        whole.communicate(timeout=60)
    lasts = time.perf_counter() - started
    assert whole.returncode == 0
    with reading(source) as connection:
        query = "select document_id from codings order by document_id"
        documents = connection.exec_driver_sql(query).scalars().all()
    for document in documents:
        facts = f"select id from facts where document_id = {document}"
        load(source, document, f"update events set title = 'New' where id in ({facts})")
        with reading(source) as connection:
            new = content(connection)
        old = place.stored_rows()
        how = chance.choice([(), ("--replace",)])
        moment = lasts * chance.uniform(0.2, 0.9)
        with feeding(source, place, *how) as ran:
            time.sleep(moment)
            ran.send_signal(signal.SIGKILL)
            ran.communicate(timeout=60)
        assert place.stored_rows() in (old, new), f"killed after {moment} s"
        fed(source, place)
        assert place.stored_rows() == new
        if place.is_file:
            assert names(Path(place.database).parent) == ["sourcebook.db"]
        if ran.returncode == -signal.SIGKILL:
            return
    pytest.fail("every feed ended before it was killed")


def test_a_first_feed_that_is_killed_leaves_nothing(many: str, place: Place) -> None:
    with feeding(many, place) as ran:
        staged = Path(place.database).parent.glob
        while ran.poll() is None and not (place.is_file and any(staged(".*.staging/new/*"))):
            time.sleep(0.01 if place.is_file else 0.6)
            if not place.is_file:
                break
        ran.send_signal(signal.SIGKILL)
        ran.communicate(timeout=60)
    assert ran.returncode == -signal.SIGKILL
    if place.is_file:
        assert not Path(place.database).exists()
    else:
        assert not there(place)
    assert fed(many, place).summary == "first feed"
    if place.is_file:
        assert names(Path(place.database).parent) == ["sourcebook.db"]


# --- the connection, the disk ---------------------------------------------------------------------


@contextmanager
def administered(place: Place) -> Iterator[sa.Connection]:
    """Hold a connection of one's own to the same database."""
    engine = sa.create_engine(place.database, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


@on_postgresql
def test_a_lost_connection_is_told_in_a_line(source: str, copy: Place) -> None:
    old = copy.stored_rows()
    with copy.changing() as reader:
        reader.exec_driver_sql("lock table events in row exclusive mode")
        with feeding(source, copy, "--replace") as ran:
            assert "waiting for others who use its tables" in first_line(ran)
            with administered(copy) as connection:
                connection.exec_driver_sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and wait_event_type = 'Lock'"
                )
            out, message = ran.communicate(timeout=60)
    assert (ran.returncode, out) == (1, "")
    assert "terminating connection" in message
    assert message.count("\n") == 1
    assert copy.stored_rows() == old
    assert fed(source, copy).summary == "nothing to copy"


LOSING = """
import sys
import sqlalchemy as sa
from database.snapshot import driver_errors
from database.connect import transaction
from database.location import locate
from database.errors import DatabaseError

engine = sa.create_engine(sys.argv[1], isolation_level="AUTOCOMMIT")
try:
    with transaction(locate(sys.argv[1])) as connection, driver_errors(connection) as driver:
        with driver.cursor() as cursor:
            cursor.execute("create temporary table taken (a text)")
            with cursor.copy("copy taken from stdin") as copy, engine.connect() as other:
                other.exec_driver_sql(f"select pg_terminate_backend({driver.info.backend_pid})")
                while True:
                    copy.write(b"x" * 100_000)
except DatabaseError:
    print("told")
"""


@on_postgresql
def test_the_driver_says_nothing_of_a_lost_connection_on_its_own(place: Place) -> None:
    """While rows are sent it logs what it could not end; the error tells enough."""
    ran = subprocess.run(
        [sys.executable, "-c", LOSING, place.database],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.stdout, ran.stderr) == ("told\n", "")


@on_postgresql
def test_many_differences_are_told_of_every_table(many: str, place: Place) -> None:
    """Reading is broken off after the first few of a table, and the next table still compared."""
    fed(many, place)
    long = "repeat('x', 500)"
    place.do(f"update facts set key = key || {long}", f"update evidence set hedge = {long}")
    message = refusal(many, place, verify=True)
    for table, column in (("facts", "key"), ("evidence", "hedge")):
        assert f": {column} is " in message
        assert f"more in {table}" in message


def small_files(size: int) -> Callable[[], None]:
    """Let no file grow beyond this, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@on_sqlite
def test_a_full_disk_leaves_nothing_of_a_first_feed(many: str, place: Place) -> None:
    with feeding(many, place, before=small_files(300_000)) as ran:
        out, message = ran.communicate(timeout=60)
    assert (ran.returncode, out) == (1, "")
    assert message.startswith(f"Error: {place.database}: ")  # and not the file beside it
    assert "disk" in message
    assert message.count("\n") == 1
    assert not there(place)


def test_a_full_disk_is_told_of_a_duckdb_file_too(many: str, tmp_path: Path) -> None:
    place = Place(str(tmp_path / "copy.duckdb"))
    with feeding(many, place, before=small_files(300_000)) as ran:
        out, message = ran.communicate(timeout=60)
    assert (ran.returncode, out) == (1, "")
    assert message.startswith(f"Error: {place.database}: ")
    assert ".staging/" not in message
    assert message.count("\n") == 1
    assert names(tmp_path) == []


def test_only_leftovers_of_interrupted_feeds_are_removed(small: str, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    with staging_dir(path) as work:
        abandoned_staging(work, "0" * 16)
        foreign = abandoned_staging(work, "backup")
        fed(small, Place(str(path)))
        assert names(tmp_path) == sorted([work.parent.name, foreign.name, "copy.db"])


def test_an_interrupt_is_told_in_a_word(many: str, tmp_path: Path) -> None:
    """DuckDB makes errors of its own of it."""
    place = Place(str(tmp_path / "copy.duckdb"))
    with feeding(many, place) as ran:
        while ran.poll() is None and not any(tmp_path.glob(".*.staging/new/copy.duckdb")):
            time.sleep(0.01)
        ran.send_signal(signal.SIGINT)
        _, message = ran.communicate(timeout=60)
    assert (ran.returncode, message.split()) == (130, ["stopped"])
    assert names(tmp_path) == []


@on_sqlite
def test_a_full_disk_leaves_the_old_state(source: str, copy: Place) -> None:
    old = Path(copy.database).read_bytes()
    load(source, 1, f"update events set title = '{'long ' * 10_000}' where id = 1")
    with feeding(source, copy, before=small_files(len(old) + 10_000)) as ran:
        _, message = ran.communicate(timeout=60)
    assert ran.returncode == 1
    assert "disk" in message
    copy.stored_rows()  # whoever opens it next lets SQLite undo what was half written
    assert Path(copy.database).read_bytes() == old
    assert names(Path(copy.database).parent) == ["sourcebook.db"]
    assert fed(source, copy).summary == "updated"


# --- others at the same time ----------------------------------------------------------------------


@on_postgresql
def test_the_second_of_two_feeds_waits_and_says_so(source: str, copy: Place) -> None:
    load(source, 1)
    with administered(copy) as connection:
        connection.exec_driver_sql(f"select pg_advisory_lock({FEEDING}, hashtext('{SCHEMA}'))")
        with feeding(source, copy) as ran:
            assert "waiting for another feed to end" in first_line(ran)
            connection.exec_driver_sql("select pg_advisory_unlock_all()")
            ran.communicate(timeout=60)
    assert ran.returncode == 0
    assert fed(source, copy).summary == "nothing to copy"


def test_two_first_feeds_at_once_make_one_target(small: str, place: Place) -> None:
    with feeding(small, place) as process, feeding(small, place) as other:
        message = [ran.communicate(timeout=60)[1] for ran in (process, other)]
    assert (process.returncode, other.returncode) == (0, 0), message
    assert any("first feed" in text for text in message)
    assert fed(small, place).summary == "nothing to copy"


@on_postgresql
def test_a_reader_sees_the_old_state_to_its_end(source: str, copy: Place) -> None:
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    query = "select title from events where id = 1"
    with reading(copy.url) as reader:
        assert reader.exec_driver_sql(query).scalar() == "A visit"
        assert fed(source, copy).summary == "updated"
        assert reader.exec_driver_sql(query).scalar() == "A visit"
    with reading(copy.url) as reader:
        assert reader.exec_driver_sql(query).scalar() == "A long visit"


@on_postgresql
def test_a_reader_who_began_before_a_refill_keeps_what_was_there(source: str, copy: Place) -> None:
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    with reading(copy.url) as reader:  # it has begun, and has read no table but one
        reader.exec_driver_sql("select 1 from topics").all()
        assert fed(source, copy, replace=True).summary == "replaced"  # which waits for no reader
        titles = reader.exec_driver_sql("select title from events order by id").scalars().all()
        assert titles == ["A visit", "A fight"]
    with reading(copy.url) as reader:
        titles = reader.exec_driver_sql("select title from events order by id").scalars().all()
        assert titles == ["A long visit", "A fight"]


@on_sqlite
def test_who_has_the_old_file_open_keeps_it(source: str, copy: Place) -> None:
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    query = "select title from events where id = 1"
    with reading(copy.database) as reader:
        assert reader.exec_driver_sql(query).scalar() == "A visit"
        assert fed(source, copy, replace=True).summary == "replaced"
        assert reader.exec_driver_sql(query).scalar() == "A visit"
    with reading(copy.database) as reader:
        assert reader.exec_driver_sql(query).scalar() == "A long visit"


@on_sqlite
def test_a_file_keeps_its_mode_and_a_link_stays_a_link(
    source: str, copy: Place, tmp_path: Path
) -> None:
    path, link = Path(copy.database), tmp_path / "link.db"
    path.chmod(0o640)
    link.symlink_to(path)
    assert fed(source, Place(str(link)), replace=True).summary == "replaced"
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640


@on_sqlite
def test_somebody_who_writes_there_is_told_of(
    source: str, copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.05)
    load(source, 1)
    with copy.changing() as connection:
        connection.exec_driver_sql("begin immediate")
        assert "another process is using it" in refusal(source, copy)


def test_the_source_is_read_in_one_state(source: str, copy: Place) -> None:
    """What is loaded while it is fed waits for the next feed."""
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    from database.snapshot import Snapshot
    from feeds.sync import sync
    from feeds.target import FeedOptions
    from output.progress import Progress

    with reading(source) as connection:
        opened = Snapshot(connection, keep_text=False)
        assert opened.scalar("select max(id) from loads") == 2  # the state is that of now
        if copy.is_file:
            with pytest.raises(sa.exc.OperationalError, match="locked"):
                load(source, 2, "update events set title = 'Another' where id = 1")
        sync(opened, copy.target(), FeedOptions(), Progress())
    with altering(source):
        pass
    assert fed(source, copy).summary == "nothing to copy"
