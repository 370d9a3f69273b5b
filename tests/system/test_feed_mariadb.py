"""A feed fills a real MariaDB: rows, keys, CHECKs and comments; all of it or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from database.connect import reading
from database.errors import DatabaseError
from database.snapshot import TABLES, Snapshot
from feeds.other import Other
from feeds.sync import SyncResult, sync
from feeds.target import FeedOptions
from output.progress import Progress
from tests.databases import Files
from tests.feed_targets import load
from tests.sample_rows import fill
from tests.test_feed_digest import HOSTILE

REFUSED = {"ck_fact_summaries_one_chain_or_several"}
"""MariaDB allows no CHECK on a column whose foreign key says `on delete set null`."""


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A sourcebook with a row or two in every table."""
    database = Files(tmp_path).migrated()
    with sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool).begin() as connection:
        fill(connection)
        connection.exec_driver_sql("delete from feeds")
    return database


@pytest.fixture
def target(mariadb_database: Callable[[], str]) -> str:
    """The URL of an empty database."""
    return mariadb_database()


def fed(source: str, target: str, **options: bool) -> SyncResult:
    """Feed as the command does."""
    keep_text = options.pop("keep_text", False)
    asked = FeedOptions(**options)
    with reading(source) as connection:
        snapshot = Snapshot(connection, keep_text=keep_text)
        return sync(snapshot, Other(make_url(target), Progress()), asked, Progress())


def refused(source: str, target: str, **options: bool) -> str:
    """Feed, which must fail; return the message, of one line."""
    with pytest.raises(DatabaseError) as raised:
        fed(source, target, **options)
    assert str(raised.value).isprintable()
    return str(raised.value)


@contextmanager
def opened(target: str) -> Iterator[sa.Connection]:
    """Open the database as somebody else does."""
    engine = sa.create_engine(target, poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection


def rows(database: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of a sourcebook, but for the passages' text."""
    url = database if "://" in database else f"sqlite:///{database}"
    stored = {}
    with opened(url) as connection:
        for table in TABLES:
            columns = [column for column in table.columns if column.name != "text"]
            query = sa.select(*columns).order_by(*table.primary_key.columns)
            stored[table.name] = [tuple(row) for row in connection.execute(query)]
    return stored


def test_every_row_arrives_and_later_feeds_replace_them(source: str, target: str) -> None:
    done = fed(source, target)
    assert done.summary == "first feed"
    assert all(row.source == row.target != "" for row in done.tables)
    assert rows(target) == rows(source)
    assert fed(source, target, verify=True).summary == "nothing to copy"
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    assert fed(source, target, dry_run=True).summary == "refilled"
    assert fed(source, target).summary == "refilled"
    assert rows(target) == rows(source)


def test_keys_checks_and_comments_are_created(source: str, target: str) -> None:
    fed(source, target)
    with opened(target) as connection:
        inspector = sa.inspect(connection)
        for table in TABLES:
            keys = inspector.get_foreign_keys(table.name)
            others = [k for k in table.foreign_key_constraints if k.referred_table is not table]
            assert len(keys) == len(others), table.name
            assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [
                column.name for column in table.primary_key.columns
            ]
            checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
            assert checks == {
                each.name
                for each in table.constraints
                if isinstance(each, sa.CheckConstraint) and each.name not in REFUSED
            }
            assert inspector.get_table_comment(table.name)["text"] == table.comment
    for statement in (
        "update events set modality = 'certain'",
        "update actors set `key` = 'state' where id = 1",
        "delete from actors where id = 2",
    ):
        with pytest.raises(sa.exc.DBAPIError), opened(target) as connection:
            connection.exec_driver_sql(statement)


def test_hostile_texts_arrive_as_they_are(source: str, target: str) -> None:
    with opened(f"sqlite:///{source}") as connection:
        for number, text in enumerate(HOSTILE, start=100):
            connection.exec_driver_sql(
                "insert into actors values (?, ?, 'x', 'state', ?)", (number, str(number), text)
            )
    fed(source, target)
    assert rows(target) == rows(source)


def test_text_is_compared_by_code_point(source: str, target: str) -> None:
    with opened(f"sqlite:///{source}") as connection:
        for number, key in enumerate(("e", "E", "é"), start=100):
            connection.exec_driver_sql(
                "insert into actors values (?, ?, 'x', 'state', null)", (number, key)
            )
    fed(source, target)
    with opened(target) as connection:
        query = "select `key` from actors where id >= 100 order by `key`"
        assert connection.exec_driver_sql(query).scalars().all() == ["E", "e", "é"]


def test_a_key_that_is_too_long_is_refused(source: str, target: str) -> None:
    with opened(f"sqlite:///{source}") as connection:
        connection.exec_driver_sql(f"update actors set key = '{'k' * 256}' where id = 3")
    assert "Data too long for column 'key' at row 3; nothing changed" in refused(source, target)
    with opened(target) as connection:
        assert connection.exec_driver_sql("select count(*) from topics").scalar_one() == 0


def test_a_feed_that_fails_leaves_the_rows_as_they_were(source: str, target: str) -> None:
    fed(source, target)
    before = rows(target)
    with opened(f"sqlite:///{source}") as connection:
        connection.exec_driver_sql("update events set title = x'00' where id = 7")
    assert "events, id 7: title holds bytes, not text" in refused(source, target, replace=True)
    assert rows(target) == before


def test_verify_names_what_somebody_changed(source: str, target: str) -> None:
    fed(source, target)
    with opened(target) as connection:
        connection.exec_driver_sql("update events set title = 'Forged' where id = 1")
    assert fed(source, target).summary == "nothing to copy"
    message = refused(source, target, verify=True)
    assert 'events, id 1: title is "Forged" there, "A visit" in the source' in message
    assert fed(source, target, replace=True).summary == "replaced"
    assert rows(target) == rows(source)


def test_foreign_tables_and_other_sourcebooks_are_refused(
    source: str, target: str, tmp_path: Path
) -> None:
    with opened(target) as connection:
        connection.exec_driver_sql("create table wages (id integer)")
    for replace in (False, True):
        assert "(table wages)" in refused(source, target, replace=replace)
    with opened(target) as connection:
        connection.exec_driver_sql("drop table wages")
    fed(source, target)
    other = str(shutil.copyfile(source, tmp_path / "other.db"))
    with opened(f"sqlite:///{other}") as connection:
        connection.exec_driver_sql(
            "update sources set key = 'other-' || key where id in (select document_id from codings)"
        )
        connection.exec_driver_sql("update loads set loaded_at = '2011-01-01T00:00:00Z'")
    assert "holds another sourcebook" in refused(other, target)


def test_tables_whose_creation_was_interrupted_are_created_again(source: str, target: str) -> None:
    with opened(target) as connection:
        connection.exec_driver_sql("create table alembic_version (version_num varchar(32))")
        connection.exec_driver_sql("create table topics (id integer)")
    assert fed(source, target).summary == "first feed"
    assert rows(target) == rows(source)


def test_a_table_that_somebody_dropped_is_missed_and_created_again(
    source: str, target: str
) -> None:
    fed(source, target)
    with opened(target) as connection:
        connection.exec_driver_sql("drop table spans")
    message = refused(source, target)
    assert "its structure was changed: " in message
    assert "table spans is missing" in message
    assert message.endswith("; --replace creates it anew")
    assert fed(source, target, replace=True).summary == "replaced"
    assert rows(target) == rows(source)
    assert fed(source, target).summary == "nothing to copy"


def test_what_the_server_refuses_comes_with_advice(source: str, target: str) -> None:
    url = make_url(target)
    nowhere = url.set(database="nowhere")
    assert refused(source, nowhere.render_as_string(False)).endswith(
        "Unknown database 'nowhere'; create it first, or check its name; nothing changed"
    )
    stranger = url.set(username="stranger")
    message = refused(source, stranger.render_as_string(False))
    assert "Access denied for user 'stranger'" in message
    assert message.endswith("; check user and password; nothing changed")
    gone = url.set(host="127.0.0.1", port=1, query={})
    message = refused(source, gone.render_as_string(False))
    assert message.endswith("; check that the server runs, and its host and port; nothing changed")
    with opened(target) as connection:
        name = url.database
        connection.exec_driver_sql("create user reader identified by ''")
        connection.exec_driver_sql(f"grant select on {name}.* to reader")
    reader = url.set(username="reader").render_as_string(False)
    message = refused(source, reader)
    assert "CREATE command denied to user 'reader'" in message
    assert message.endswith("; ask its owner, or connect as another user; nothing changed")
    with opened(target) as connection:
        connection.exec_driver_sql("drop user reader")
