"""What a feed refuses to write over, and what it finds that somebody changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from database.connect import reading
from database.errors import DatabaseError
from database.snapshot import TABLES, Snapshot
from schema.models import METADATA
from tests.databases import Files, Server
from tests.feed_targets import (
    SCHEMA,
    Place,
    altering,
    changes,
    equal,
    fed,
    load,
    on_postgresql,
    on_sqlite,
    refusal,
)
from tests.postgres import GUEST

# --- what is not ours -----------------------------------------------------------------------------


def plant_foreign(place: Place, *statements: str) -> None:
    """Put something into a place where nothing is yet."""
    if not place.is_file:
        statements = (f"create schema {SCHEMA}", *statements)
    place.do(*statements)


def test_tables_of_others_are_refused_by_name(small: str, place: Place) -> None:
    plant_foreign(place, "create table wages (id integer)", "create table staff (id integer)")
    for replace in (False, True):
        message = refusal(small, place, replace=replace)
        assert "holds what does not belong to a sourcebook (table staff, table wages); " in message


def test_a_table_among_ours_is_refused_by_name(source: str, copy: Place) -> None:
    copy.do("create table wages (id integer)")
    load(source, 1)
    assert "also holds what does not belong to a sourcebook (table wages)" in copy.refused(source)


def test_what_another_application_migrated_is_refused(small: str, place: Place) -> None:
    plant_foreign(
        place,
        "create table alembic_version (version_num varchar(32) not null)",
        "insert into alembic_version values ('a1b2c3')",
    )
    assert "was made by another application; give another TARGET" in refusal(small, place)


def test_a_newer_schema_is_refused(source: str, copy: Place) -> None:
    copy.do("update alembic_version set version_num = 'sourcebook_9999'")
    message = refusal(source, copy, replace=True)
    assert "was made by a newer Sourcebook (schema sourcebook_9999" in message


def test_a_table_or_column_that_is_gone_or_new_is_refused(source: str, copy: Place) -> None:
    copy.do("alter table topics add column colour text")
    load(source, 1, "update topics set label = 'the port'")
    message = refusal(source, copy)
    assert "its structure was changed: remove column colour of topics; --replace" in message


def test_a_sourcebook_of_somebody_is_not_written_over(source: str, copy: Place) -> None:
    """It is left alone where it holds the same."""
    copy.do("delete from feeds")  # no feed has filled it
    before = copy.stored_rows()
    assert fed(source, copy).summary == "nothing to copy"
    assert copy.stored_rows() == before
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    assert "holds a sourcebook that no feed has made" in copy.refused(source)
    assert fed(source, copy, replace=True).summary == "replaced"
    assert equal(source, copy)


def test_the_source_itself_is_refused_by_whatever_name(source: str, tmp_path: Path) -> None:
    link, hard = tmp_path / "link.db", tmp_path / "hard.db"
    link.symlink_to(source)
    os.link(source, hard)
    for name in (source, str(link), str(hard)):
        assert "is the source itself" in refusal(source, Place(name), replace=True)


@on_postgresql
def test_the_schema_itself_is_refused(small: str, copy: Place) -> None:
    assert "is the source itself" in refusal(copy.url, copy, replace=True)
    other = f"{copy.database}&application_name=another"
    assert "is the source itself" in refusal(copy.url, Place(other))


@on_postgresql
def test_a_schema_that_the_user_may_not_use_is_refused_with_advice(
    source: str, copy: Place
) -> None:
    role = f"{GUEST}{copy.target().name.rpartition('_')[2]}"
    copy.do(f'create role "{role}" login')
    guest = Place(make_url(copy.database).set(username=role).render_as_string(False))
    advice = "you may not use this schema; ask its owner to grant usage on it, or give another"
    for replace in (False, True):
        assert advice in refusal(source, guest, replace=replace)
    copy.do(f'grant usage on schema {SCHEMA} to "{role}"')
    assert "permission denied for table" in refusal(source, guest)
    copy.do(f"drop schema {SCHEMA} cascade", f"create schema {SCHEMA}")
    copy.do(f'grant usage on schema {SCHEMA} to "{role}"')
    message = refusal(source, guest)
    assert message.endswith(
        f"permission denied for schema {SCHEMA}; ask its owner, or connect as another user"
    )
    copy.do(f'drop owned by "{role}"', f'drop role "{role}"')


@on_postgresql
def test_a_database_of_another_encoding_is_refused(small: str, targets: Files | Server) -> None:
    assert isinstance(targets, Server)
    for encoding in ("LATIN1", "SQL_ASCII"):
        made = targets.empty(f"encoding '{encoding}' locale_provider libc locale 'C'")
        assert f"its encoding is {encoding}; use one with UTF8" in refusal(small, Place(made))


@on_postgresql
def test_a_sourcebook_beside_it_is_another_schema(small: str, place: Place) -> None:
    """In one database: read from the one, written to the other."""
    fed(small, place)
    elsewhere = place.url
    with place.changing() as connection:
        connection.exec_driver_sql(f"alter schema {SCHEMA} rename to main")
    source = elsewhere.replace(f"search_path%3D{SCHEMA}", "search_path%3Dmain")
    assert fed(source, place).summary == "first feed"
    assert equal(small, place)


@pytest.mark.parametrize("content", [b"", b"no database"])
@on_sqlite
def test_a_file_that_is_no_database(small: str, place: Place, content: bytes) -> None:
    path = Path(place.database)
    path.write_bytes(content)
    if content:
        assert "is not an SQLite database; give another TARGET" in refusal(small, place)
        assert path.read_bytes() == content
    else:
        assert fed(small, place).summary == "first feed"


def test_where_no_file_can_be_made(small: str, tmp_path: Path) -> None:
    assert "there is no folder" in refusal(small, Place(str(tmp_path / "none" / "x.db")))
    assert "is a folder" in refusal(small, Place(str(tmp_path)))


# --- what somebody changed ------------------------------------------------------------------------


def test_verify_names_key_and_column_and_replace_puts_it_right(source: str, copy: Place) -> None:
    copy.do(
        "update events set title = 'Forged' where id = 1",
        "update evidence set hedge = 'Forged' where id = 3",
        "update changes set action = 'removed'",
        "update changed_fields set old_value = 'Forged'",
        "delete from spans where evidence_id = 2",
    )
    assert fed(source, copy).summary == "nothing to copy"  # only codings are compared
    copy.do(
        "insert into topics values (8, 'more', 'more')",
        "update actors set background = 'Forged' where id = 2",
    )
    message = copy.refused(source, verify=True)
    assert "topics, id 8 is only there; " in message
    assert 'events, id 1: title is "Forged" there, "A visit" in the source; ' in message
    assert "spans, evidence_id 2, n 1 is missing there" in message
    assert 'actors, id 2: background is "Forged" there, ' in message
    assert 'evidence, id 3: hedge is "Forged" there, ' in message
    assert ': action is "removed" there, ' in message
    assert ': old_value is "Forged" there, ' in message
    done = fed(source, copy, replace=True)
    assert done.summary == "replaced"
    assert changes(done)["events"] == (2, 0, 2)
    assert equal(source, copy)


@on_sqlite
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("update spans set n = 'x' where n = 1", "n holds x, which is not a whole number"),
        ("update events set title = x'00'", "events, id 1: title holds bytes, not text"),
    ],
)
def test_what_no_feed_can_have_written_is_named(
    source: str, copy: Place, statement: str, message: str
) -> None:
    with closing(sqlite3.connect(copy.database)) as there, there:
        there.execute("pragma ignore_check_constraints = on")
        there.execute(statement)
    assert message in refusal(source, copy, verify=True)
    assert fed(source, copy, replace=True).summary == "replaced"
    assert equal(source, copy)


@on_postgresql  # which computes digests itself
def test_only_what_was_compared_is_reported(source: str, copy: Place) -> None:
    """A feed of some documents reports the rows and hashes of these, and of no whole table."""
    assert {(row.compared, row.source) for row in fed(source, copy).tables} == {(None, None)}
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    done = {row.table: row for row in fed(source, copy).tables}
    with reading(source) as connection:
        snapshot = Snapshot(connection, keep_text=False)
        whole = {table.name: snapshot.digest(table) for table in TABLES}
        part = snapshot.digest(METADATA.tables["spans"], "document_id = 1")
    assert part != whole["spans"]
    assert (done["spans"].compared, done["spans"].source) == (part.rows, str(part))
    assert done["actors"][4:] == (None, None, None)
    for row in fed(source, copy, verify=True).tables:
        assert (row.compared, row.source, row.target) == (
            whole[row.table].rows, *[str(whole[row.table])] * 2
        )  # fmt: skip


@on_postgresql
def test_a_target_that_was_loaded_into_is_refilled(source: str, copy: Place) -> None:
    load(copy.url, 1)
    load(source, 2)
    load(source, 2, "update events set title = 'A long fight' where id = 7")
    assert fed(source, copy).summary == "refilled"
    assert equal(source, copy)


# --- what would not be a copy ---------------------------------------------------------------------
# What is decided from the documents and loads of both sides is tried on one engine.

FORGING = """
    create function public.forge() returns trigger language plpgsql as
      'begin new.title = ''Forged''; return new; end';
    create function public.plant() returns event_trigger language plpgsql as $$
      begin
        if to_regclass('sourcebook.events') is not null then
          create or replace trigger forge before insert on sourcebook.events
            for each row execute function public.forge();
        end if;
      end
    $$;
    create event trigger plant on ddl_command_end when tag in ('CREATE TABLE')
      execute function public.plant()
"""


@on_postgresql
def test_a_copy_that_is_not_equal_is_never_kept(source: str, place: Place) -> None:
    """The server itself gives every new table a trigger, which changes what is written."""
    place.do(FORGING)
    message = refusal(source, place)
    assert "differs from the source: events, " in message
    assert 'events, id 1: title is "Forged" there, "A visit" in the source; ' in message
    with place.changing() as connection:
        assert not sa.inspect(connection).has_schema(SCHEMA)


def test_a_row_of_the_source_that_points_to_none_is_named(source: str, place: Place) -> None:
    with closing(sqlite3.connect(source)) as connection, connection:
        connection.execute("update events set place_id = 999 where id = 1")
    message = refusal(source, place)
    assert message == (
        f"{source}: events, row 1: refers to a missing row of places; "
        "correct it there and try again"
    )


@on_sqlite
def test_a_source_that_holds_nothing_empties_no_target(
    source: str, copy: Place, files: Files
) -> None:
    message = copy.refused(files.migrated())
    assert "the source holds nothing" in message
    assert equal(source, copy)


@on_sqlite
def test_verifying_fails_if_rows_cannot_be_compared(source: str, copy: Place) -> None:
    with altering(source) as connection:
        connection.exec_driver_sql("update loads set loaded_at = '2011-01-01T00:00:00Z'")
        connection.exec_driver_sql("delete from changed_fields")
        connection.exec_driver_sql("delete from changes where key <> 'gazette'")
    assert fed(source, copy).summary == "nothing to copy"
    with pytest.raises(DatabaseError, match="its rows cannot be compared"):
        fed(source, copy, verify=True)


@on_sqlite
def test_a_target_that_another_lineage_filled_is_refilled(
    source: str, small: str, copy: Place, files: Files
) -> None:
    other = shutil.copyfile(small, files.empty())
    with altering(other) as connection:
        connection.exec_driver_sql("update loads set loaded_at = '2011-01-01T00:00:00Z'")
    load(other, 2, "update events set title = 'A long fight' where id = 7")
    assert fed(other, copy).summary == "refilled"
    assert equal(other, copy)


@on_sqlite
def test_quite_another_sourcebook_is_not_written_over(
    source: str, small: str, copy: Place, files: Files
) -> None:
    """No document of the target is in the source, and no load of its."""
    other = shutil.copyfile(small, files.empty())
    with altering(other) as connection:
        connection.exec_driver_sql(
            "update sources set key = 'other-' || key where id in (select document_id from codings)"
        )
        connection.exec_driver_sql("update loads set loaded_at = '2011-01-01T00:00:00Z'")
    load(other, 2)
    message = copy.refused(other)
    assert "holds another sourcebook (documents " in message
    assert message.endswith("; feed another target, or use --replace")
    assert copy.refused(other, dry_run=True) == message
    assert fed(other, copy, replace=True).summary == "replaced"
    assert equal(other, copy)
