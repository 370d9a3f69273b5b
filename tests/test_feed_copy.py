"""A feed makes an exact copy in SQLite and PostgreSQL, and then brings only what changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from database.connect import reading
from database.snapshot import TABLES, Snapshot
from feeds.relational import REFERENCED, SHARED, SyncScope
from migrations.upgrade import downgrade
from schema.models import DERIVED, METADATA
from tests.databases import Files, Server, parts
from tests.feed_targets import (
    SCHEMA,
    Place,
    altering,
    changes,
    content,
    equal,
    fed,
    load,
    on_postgresql,
)
from tests.sample_rows import JOURNAL, ROWS

RETITLED = {"codings": (0, 1, 0), "events": (0, 1, 0), "loads": (1, 0, 0)}
"""What a load changes that gives one event another title."""

# --- the first feed -------------------------------------------------------------------------------


def test_the_first_feed_brings_every_row(small: str, place: Place) -> None:
    done = fed(small, place)
    assert done.summary == "first feed"
    assert equal(small, place)
    aside = {"feeds", *(table.name for table in DERIVED)}
    rows = {name: (len(rows), 0, 0) for name, rows in ROWS.items() if name not in aside}
    assert changes(done) == rows | {"relation_types": (29, 0, 0)}
    assert all(
        counts.source == counts.target and counts.compared == counts.added for counts in done.tables
    )


def test_what_it_makes_is_what_the_migrations_make(
    fed_once: Place, targets: Files | Server
) -> None:
    fresh = targets.migrated()
    with reading(fed_once.url) as ours, reading(fresh) as theirs:
        actual = {
            name: part.replace(f"{SCHEMA}.", "").replace("public.", "")
            for name, part in parts(ours).items()
        }
        assert actual == {name: part.replace("public.", "") for name, part in parts(theirs).items()}
    targets.remove(fresh)


@on_postgresql
def test_sequences_go_on_behind_the_rows(copy: Place) -> None:
    copy.do("insert into actors (key, name, kind) values ('new', 'New', 'state')")
    with reading(copy.url) as connection:
        query = "select id from actors where key = 'new'"
        assert connection.exec_driver_sql(query).scalar_one() == 4


def test_a_migrated_place_without_rows_is_filled(small: str, migrated_place: Place) -> None:
    place = migrated_place
    made = file_of_events(place)
    assert fed(small, place).summary == "first feed"
    assert equal(small, place)
    if not place.is_file:
        filled = file_of_events(place)
        assert filled != made  # nobody could read rows there, so it is filled the quick way
        assert fed(small, place, replace=True).summary == "replaced"
        assert file_of_events(place) == filled


def file_of_events(place: Place) -> int | None:
    """Return the file of a table; in PostgreSQL a table that is created anew gets another."""
    if place.is_file:
        return None
    with place.changing() as connection:
        query = "select pg_relation_filenode('events')"
        return int(connection.exec_driver_sql(query).scalar_one())


def test_the_text_is_left_out_unless_it_is_asked_for(source: str, copy: Place) -> None:
    """A text that is kept later is copied, though no entry of the journal mentions it."""

    def texts() -> list[str | None]:
        with reading(copy.url) as connection:
            query = "select text from passages order by document_id, n"
            return list(connection.exec_driver_sql(query).scalars())

    assert texts() == [None, None, None]
    assert changes(fed(source, copy, keep_text=True)) == {"passages": (0, 1, 0)}
    assert texts() == ["A heading.", None, None]
    with altering(source) as connection:
        connection.exec_driver_sql("update passages set text = 'Nine char' where document_id = 2")
    assert changes(fed(source, copy, keep_text=True)) == {"passages": (0, 1, 0)}
    assert texts() == ["A heading.", None, "Nine char"]
    assert fed(source, copy, keep_text=True).summary == "nothing to copy"
    assert changes(fed(source, copy)) == {"passages": (0, 2, 0)}
    assert texts() == [None, None, None]
    assert fed(source, copy).summary == "nothing to copy"


def test_a_dry_run_of_the_first_feed_makes_nothing(small: str, place: Place) -> None:
    done = fed(small, place, dry_run=True)
    assert changes(done)["events"] == (2, 0, 0)
    if place.is_file:
        from pathlib import Path

        assert list(Path(place.database).parent.iterdir()) == []
    else:
        with place.changing() as connection:
            query = f"select count(*) from pg_namespace where nspname = '{SCHEMA}'"
            assert connection.exec_driver_sql(query).scalar_one() == 0


# --- bringing what changed ------------------------------------------------------------------------


def test_where_nothing_was_loaded_nothing_is_touched(source: str, copy: Place) -> None:
    done = fed(source, copy)
    assert done.summary == "nothing to copy"
    assert changes(done) == {}
    assert {table.source for table in done.tables} == {None}


def test_only_rows_that_differ_are_written(source: str, copy: Place) -> None:
    """A dry run says so beforehand, and changes nothing."""
    load(
        source,
        1,
        "update events set title = 'A long visit' where id = 1",
        "insert into actors values (9, 'new', 'New', 'state', null)",
        "insert into participants values (1, 9, 'receiver', 'event', null, null, null, 1)",
        "delete from spans where evidence_id = 1",
        "update topics set label = 'the port'",
    )
    before = copy.stored_rows()
    trial = fed(source, copy, dry_run=True)
    assert copy.stored_rows() == before
    done = fed(source, copy)
    assert done.summary == "updated"
    assert (
        changes(trial)
        == changes(done)
        == {
            "actors": (1, 0, 0),
            "codings": (0, 1, 0),
            "events": (0, 1, 0),
            "loads": (1, 0, 0),
            "participants": (1, 0, 0),
            "spans": (0, 0, 1),
            "topics": (0, 1, 0),
        }
    )
    assert all(table.source == table.target for table in done.tables)
    assert equal(source, copy)


GONE = (
    *("spans", "evidence", "participants", "event_links", "quotes", "positions", "relations"),
    *("actor_names", "event_names", "territorial_control", "events", "citations", "introductions"),
)

HARD: dict[str, list[str]] = {
    "all of a document's facts go": [
        *(f"delete from {table}" for table in GONE),
        "delete from facts",
    ],
    "rows come again under other numbers, change places or go": [
        # A key comes again under another number.
        "delete from positions",
        "delete from facts where id = 3",
        "insert into facts (id, kind, key, document_id) values (90, 'position', 'position-3', 1)",
        (
            "insert into positions (id, topic_id, position_kind, statement) "
            "values (90, 1, 'goal', 'x')"
        ),
        # A number comes again for a fact of another kind.
        *(f"delete from {table} where fact_id = 2" for table in ("evidence", "participants")),
        "delete from quotes",
        "delete from facts where id = 2",
        "insert into facts (id, kind, key, document_id) values (2, 'position', 'other', 1)",
        "insert into positions (id, topic_id, position_kind, statement) values (2, 1, 'goal', 'x')",
        # Pieces of evidence change places.
        "insert into evidence select 5, 7, 1, 1, 1, 'actual', 'asserted', null, null, null, null",
        "update evidence set n = 9 where id = 1",
        "update evidence set n = 2 where id = 5",
        "update evidence set fact_id = 7, n = 1 where id = 1",
        # The place around another is removed.
        "update places set within_id = null",
        "update introductions set place_id = 2 where place_id = 1",
        "update identifiers set place_id = 2 where place_id = 1",
        "delete from places where id = 1",
        # Nothing has this date any more, so it is removed.
        "update events set date = null",
        "update evidence set date = null",
        "update sources set published = null",
        "update relations set until = null",
        "update territorial_control set until = null",
        "delete from dates where edtf = '2015-10-14~'",
        # A coding is renamed and recoded.
        "update codings set file = 'other.yaml', coder = 'you' where document_id = 1",
        # A relation type is new.
        """
        insert into relation_types
        values ('cousin-of', 'is a cousin of', 'is a cousin of', true, '{from} = {to}', null, false)
        """,
        "update relations set type = 'cousin-of'",
    ],
    "two actors change keys": [
        "update actors set key = '-' where id = 1",
        "update actors set key = 'writer' where id = 2",
        "update actors set key = 'state' where id = 1",
    ],
    "an actor comes again under another number": [
        "insert into actors values (9, 'again', 'A State', 'state', null)",
        "update participants set actor_id = 9 where actor_id = 2",
        "update relations set to_actor_id = 9 where to_actor_id = 2",
        "update actor_names set actor_id = 9 where actor_id = 2",
        "update territorial_control set actor_id = 9 where actor_id = 2",
        "delete from actors where id = 2",
        "update actors set key = 'state' where id = 9",
    ],
}


SWAPPED = ("two actors change keys", "an actor comes again under another number")
"""Where no order of single changes keeps what must be unique so."""


@pytest.mark.parametrize("how", HARD)
def test_whatever_a_load_changed_is_brought(source: str, copy: Place, how: str) -> None:
    load(source, 2)  # what the one says of the other's facts goes with them
    load(source, 1, *HARD[how])
    done = fed(source, copy)
    assert done.summary == ("refilled" if how in SWAPPED else "updated")
    assert equal(source, copy)


def test_a_renumbered_source_refills_the_target(source: str, copy: Place) -> None:
    with altering(source) as connection:
        connection.exec_driver_sql("update topics set id = 77")
        connection.exec_driver_sql("update positions set topic_id = 77")
        connection.exec_driver_sql("update relations set topic_id = 77")
        connection.exec_driver_sql(
            "update introductions set topic_id = 77 where topic_id is not null"
        )
        connection.exec_driver_sql("update loads set id = 5")
        for table in ("changes", "changed_fields"):
            connection.exec_driver_sql(f"update {table} set load_id = 5")
    assert fed(source, copy).summary == "nothing to copy"
    load(source, 2, "update events set title = 'A long fight' where id = 7")
    assert fed(source, copy).summary == "refilled"
    assert equal(source, copy)


@on_postgresql
def test_a_sourcebook_in_postgresql_is_fed_too(small: str, place: Place, files: Files) -> None:
    """From where to where does not matter: there and back again all is as it was."""
    fed(small, place, keep_text=True)
    back = Place(files.empty())
    assert fed(place.url, back, keep_text=True).summary == "first feed"
    with reading(small) as ours, reading(back.url) as theirs:
        assert content(ours) == content(theirs)
    load(place.url, 1, "update events set title = 'A long visit' where id = 1")
    done = fed(place.url, back, keep_text=True)
    assert changes(done) == RETITLED


# --- an older schema ------------------------------------------------------------------------------


def fed_by_an_older_version(connection: sa.Connection) -> None:
    """Record a feed as older versions did."""
    row = ROWS["feeds"][0]
    connection.execute(sa.table("feeds", *map(sa.column, row)).insert(), row)


def test_an_older_schema_is_upgraded_though_nothing_was_loaded(source: str, copy: Place) -> None:
    with copy.changing(foreign_keys=False) as connection:
        downgrade(connection, "sourcebook_0001")
        fed_by_an_older_version(connection)
    assert fed(source, copy).summary == "refilled"
    with reading(copy.url) as connection:
        assert connection.exec_driver_sql("select count(*) from timeline").scalar_one() > 0
    assert equal(source, copy)


# --- which rows belong to a document --------------------------------------------------------------


def test_every_table_has_a_condition_for_the_rows_of_a_document(small: str) -> None:
    """Each row of each table belongs to one document or load, or to a shared table."""
    with reading(small) as connection:
        snapshot = Snapshot(connection)
        for table in {*TABLES} - {*DERIVED}:
            parts = [SyncScope([number], 0, []).condition(table) for number in (1, 2)]
            if parts[0] == "true":
                assert table.name in SHARED or table in DERIVED
            elif table.name in JOURNAL:
                assert SyncScope([], 1, []).condition(table) != parts[0]
            else:
                assert sum(snapshot.count(table, part) for part in parts) == snapshot.count(table)


def test_shared_tables_refer_to_shared_tables_alone() -> None:
    for table in (METADATA.tables[name] for name in SHARED):
        assert {key.referred_table.name for key in table.foreign_key_constraints} <= SHARED


def test_what_is_deleted_and_inserted_again_takes_its_dependents_along() -> None:
    again = {table.name for table in TABLES} - REFERENCED - SHARED
    for table in TABLES:
        for key in table.foreign_key_constraints:
            if key.referred_table.name in again - {*JOURNAL}:
                assert key.ondelete == "cascade", f"{table.name} refers to {key.referred_table}"


@on_postgresql
def test_new_rows_are_numbered_behind_what_later_feeds_bring(source: str, copy: Place) -> None:
    load(source, 1, "insert into topics (id, key, label) values (900, 'far', 'Far')")
    assert fed(source, copy).summary == "updated"
    with copy.changing() as connection:
        made = "insert into topics (key, label) values ('next', 'Next') returning id"
        assert connection.exec_driver_sql(made).scalar_one() == 901


def test_loads_that_change_nothing_are_brought_too(source: str, copy: Place) -> None:
    """A document was loaded otherwise, and then as before: the content is the same again."""
    with altering(source) as connection:
        content = "select content_hash from loads order by id desc limit 1"
        before = connection.exec_driver_sql(content).scalar_one()
    load(source, 1)
    load(source, 1)
    with altering(source) as connection:
        last = "(select max(id) from loads)"
        connection.exec_driver_sql(f"update loads set content_hash = '{before}' where id = {last}")
    done = fed(source, copy)
    assert (done.summary, changes(done)) == ("updated", {"loads": (2, 0, 0)})
    assert equal(source, copy)
