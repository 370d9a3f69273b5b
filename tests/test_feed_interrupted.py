"""Ctrl-C and SIGTERM end a feed, whatever it waits for, and leave the target as it was."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import names
from tests.feed_targets import Place, asked, fed, feeding, first_line, on_postgresql

STOPPED = {signal.SIGINT: 130, signal.SIGTERM: -signal.SIGTERM}
"""The exit status after each signal."""

LATER = 1.2
"""Seconds after which the command has started, and reads the view."""

SECONDS = 20
"""The most that a feed may take to end on a busy machine; one that ignores signals never ends."""


@pytest.fixture
def endless(request: pytest.FixtureRequest, source: str) -> str:
    """A sourcebook in which a view that never ends has taken the place of a table."""
    condition = "where n < 0" if request.param == "silent" else ""
    with closing(sqlite3.connect(source)) as connection, connection:
        connection.execute("pragma legacy_alter_table = on")
        connection.execute("alter table spans rename to old_spans")
        columns = [row[1] for row in connection.execute("pragma table_info(old_spans)")]
        connection.execute(
            "create view spans as with recursive number(n) as "
            "(select 1 union all select n + 1 from number) "
            f"select {', '.join(f'n as {name}' for name in columns)} from number {condition}"
        )
    return source


def stop(feed: subprocess.Popen[str], number: signal.Signals) -> None:
    """Stop a feed; fail if it goes on."""
    feed.send_signal(number)
    _, message = feed.communicate(timeout=SECONDS)
    assert feed.returncode == STOPPED[number]
    assert number is not signal.SIGINT or message.split()[-1] == "stopped"


@pytest.mark.parametrize(
    ("endless", "number"),
    [
        ("silent", signal.SIGINT),
        ("full of rows", signal.SIGINT),
    ],
    indirect=["endless"],
)
def test_a_feed_of_an_endless_view_can_be_stopped(
    endless: str, place: Place, number: signal.Signals
) -> None:
    with feeding(endless, place) as feed:
        time.sleep(LATER)
        stop(feed, number)
    if place.is_file:
        assert not Path(place.database).exists()


@pytest.mark.parametrize(
    ("endless", "number"),
    [("silent", signal.SIGINT), ("full of rows", signal.SIGTERM)],
    indirect=["endless"],
)
def test_a_feed_into_duckdb_can_be_stopped(
    endless: str, tmp_path: Path, number: signal.Signals
) -> None:
    place = Place(str(tmp_path / "copy.duckdb"))
    with feeding(endless, place) as feed:
        time.sleep(LATER)
        stop(feed, number)
    assert not Path(place.database).exists()
    if number is signal.SIGINT:
        assert names(tmp_path) == []


@on_postgresql
def test_a_feed_that_waits_for_a_locked_target_can_be_stopped(source: str, copy: Place) -> None:
    before = copy.stored_rows()
    with copy.changing() as writer:
        writer.exec_driver_sql("lock table events in row exclusive mode")
        with feeding(source, copy) as feed:
            assert "waiting for others who use its tables" in first_line(feed)
            began = time.monotonic()
            stop(feed, signal.SIGINT)
            assert time.monotonic() - began < SECONDS / 4
    assert copy.stored_rows() == before
    assert fed(source, copy).summary == "nothing to copy"


@pytest.mark.parametrize("name", ["copy.db", "copy.duckdb"])
def test_a_feed_with_nothing_to_copy_removes_what_a_killed_one_left(
    many: str, tmp_path: Path, name: str
) -> None:
    place = Place(str(tmp_path / name))
    asked("--db", many, "feed", place.database)
    with feeding(many, place, "--replace") as feed:
        while feed.poll() is None and not any(tmp_path.glob(f".*.staging/new/{name}")):
            time.sleep(0.01)
        feed.kill()
    assert len(names(tmp_path)) > 1
    assert "nothing to copy" in asked("--db", many, "feed", place.database).stderr
    assert names(tmp_path) == [name]
