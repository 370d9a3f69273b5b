"""What others write to a target while it is fed, and what they have left beside it."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from database.connect import reading, writing
from database.errors import DatabaseError
from database.snapshot import Snapshot
from feeds import postgresql, sqlite
from feeds.sqlite import Sqlite
from output.progress import Progress
from output.staging import replace
from tests.feed_targets import (
    Place,
    asked,
    equal,
    fed,
    load,
    on_postgresql,
    on_sqlite,
    refusal,
)


def refusal_after(source: str, place: Place, *statements: str) -> str:
    """Feed while a load is at work there, for which it waits; give the message."""
    load(source, 1, "update topics set label = 'the port'")
    with ThreadPoolExecutor(1) as executor:
        with writing(place.url) as there:
            for statement in statements:
                there.exec_driver_sql(statement)
            feeding = executor.submit(refusal, source, place)
            with pytest.raises(TimeoutError):
                feeding.result(timeout=0.3)
        return feeding.result()


@on_postgresql
@pytest.mark.parametrize("patience", [50, 10_000], ids=["with a message", "in silence"])
def test_what_is_written_while_a_feed_waits_is_seen(
    source: str, copy: Place, monkeypatch: pytest.MonkeyPatch, patience: int
) -> None:
    """A load is at work there; when it ends, the target no longer descends from the source."""
    monkeypatch.setattr(postgresql, "PATIENCE", patience)
    message = refusal_after(source, copy, "delete from feeds")
    assert "holds a sourcebook that no feed has made" in message


@on_postgresql
def test_what_is_written_while_a_first_feed_waits_is_kept(
    source: str, migrated_place: Place
) -> None:
    mine = "insert into topics (key, label) values ('mine', 'mine')"
    message = refusal_after(source, migrated_place, mine)
    assert "holds a sourcebook that no feed has made" in message


@on_sqlite
def test_who_writes_before_a_refill_is_not_written_over(source: str, copy: Place) -> None:
    """The old file is let go of for a moment: just then somebody writes."""
    target = copy.target()
    begun: list[str] = []
    assert isinstance(target, Sqlite)

    def traced(statement: str) -> None:
        if statement == "begin immediate" and not begun:
            begun.append(statement)
            with closing(sqlite3.connect(copy.database)) as other, other:
                other.execute("insert into topics (key, label) values ('mine', 'mine')")

    with reading(source) as connection, target.opened(Snapshot(connection)):
        driver = target.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(traced)
        with pytest.raises(DatabaseError, match="somebody wrote to it meanwhile; nothing changed"):
            target.fill(Snapshot(connection), Progress())
    assert begun
    with reading(copy.database) as there:
        assert "mine" in there.exec_driver_sql("select key from topics").scalars().all()


@on_sqlite
def test_no_journal_of_the_old_file_meets_the_new_one(
    source: str, copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed starts an update, finds that two keys were exchanged, and then fills a new file."""
    seen: list[bool] = []

    def moved(new: Path, path: Path) -> None:
        seen.append(Path(f"{path}-journal").exists())
        replace(new, path)

    monkeypatch.setattr(sqlite, "replace", moved)
    load(
        source,
        1,
        "update actors set key = '-' where id = 1",
        "update actors set key = 'writer' where id = 2",
        "update actors set key = 'state' where id = 1",
    )
    assert fed(source, copy).summary == "refilled"
    assert seen == [False]
    assert equal(source, copy)


@pytest.mark.parametrize("name", ["copy.db-journal", "copy.db-wal", "copy.duckdb.wal"])
def test_a_log_that_has_outlived_its_file_is_refused(
    source: str, tmp_path: Path, name: str
) -> None:
    """It would be played into whatever file takes that place."""
    (tmp_path / name).write_bytes(b"what a killed writer left")
    target = re.sub("(-journal|-wal|[.]wal)$", "", str(tmp_path / name))
    ran = asked("--db", source, "feed", target)
    assert ran.exit_code == 1
    assert f"is gone, but {name} of a killed writer is still there; remove" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]
