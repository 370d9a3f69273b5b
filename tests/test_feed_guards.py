"""What a feed refuses to write over, and what it finds that somebody changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint

from feeds.rows import TABLES
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
from tests.sample_rows import EXTRA_ROWS, fill

# --- what is not ours -----------------------------------------------------------------------------


def strangers(place: Place, *statements: str) -> None:
    """Put something into a place where nothing is yet."""
    if not place.is_file:
        statements = (f"create schema {SCHEMA}", *statements)
    place.do(*statements)


def test_tables_of_others_are_refused_by_name(small: str, place: Place) -> None:
    strangers(place, "create table wages (id integer)", "create table staff (id integer)")
    for replace in (False, True):
        said = refusal(small, place, replace=replace)
        assert (
            "holds what is not a sourcebook's (table staff, table wages); give another TARGET"
            in said
        )


def test_a_table_among_ours_is_refused_by_name(source: str, copy: Place) -> None:
    copy.do("create table wages (id integer)")
    load(source, 1)
    assert "also holds what is not a sourcebook's (table wages)" in copy.refused(source)


def test_what_another_application_migrated_is_refused(small: str, place: Place) -> None:
    strangers(
        place,
        "create table alembic_version (version_num varchar(32) not null)",
        "insert into alembic_version values ('a1b2c3')",
    )
    assert "was made by another application; give another TARGET" in refusal(small, place)


def test_a_newer_schema_is_refused(source: str, copy: Place) -> None:
    copy.do("update alembic_version set version_num = 'sourcebook_9999'")
    said = refusal(source, copy, replace=True)
    assert "was made by a newer Sourcebook (schema sourcebook_9999" in said


def test_a_table_or_column_that_is_gone_or_new_is_refused(source: str, copy: Place) -> None:
    copy.do("alter table topics add column colour text")
    said = refusal(source, copy)  # though there is nothing to bring
    assert "its table topics also has column colour; --replace makes it anew" in said


def test_a_sourcebook_of_somebody_is_not_written_over(source: str, targets: Files | Server) -> None:
    """It is left alone where it holds the same, whatever its numbers."""
    if isinstance(targets, Files):
        own = Place(targets.migrated())
    else:
        own = Place(targets.empty())
        with own.changing() as connection:
            connection.exec_driver_sql(f"create schema {SCHEMA}")
            from migrations.upgrade import upgrade

            upgrade(connection)
    with own.changing() as connection:
        fill(connection)
        connection.exec_driver_sql("delete from feeds")
        connection.exec_driver_sql("update topics set id = id where id = 1")
    before = own.stored_rows()
    assert fed(source, own).how == "nothing to bring"
    assert own.stored_rows() == before
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    assert "holds a sourcebook that no feed has made" in own.refused(source)
    assert fed(source, own, replace=True).how == "replaced"
    assert equal(source, own)
    targets.remove(own.database)


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
def test_a_database_of_another_encoding_is_refused(small: str, targets: Files | Server) -> None:
    assert isinstance(targets, Server)
    for encoding in ("LATIN1", "SQL_ASCII"):
        made = targets.empty(f"encoding '{encoding}' locale_provider libc locale 'C'")
        assert f"its encoding is {encoding}; give one of UTF8" in refusal(small, Place(made))


@on_postgresql
def test_a_sourcebook_beside_it_is_another_schema(small: str, place: Place) -> None:
    """In one database: read from the one, written to the other."""
    fed(small, place)
    elsewhere = place.url
    with place.changing() as connection:
        connection.exec_driver_sql(f"alter schema {SCHEMA} rename to main")
    source = elsewhere.replace(f"search_path%3D{SCHEMA}", "search_path%3Dmain")
    assert fed(source, place).how == "first feed"
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
        assert fed(small, place).how == "first feed"


def test_where_no_file_can_be_made(small: str, tmp_path: Path) -> None:
    assert "there is no folder" in refusal(small, Place(str(tmp_path / "none" / "x.db")))
    assert "is a directory" in refusal(small, Place(str(tmp_path)))


# --- what somebody changed ------------------------------------------------------------------------


def free(table: sa.Table) -> str | None:
    """Name a column of text that no CHECK and no key holds to anything."""
    held = {
        column.name
        for one in table.constraints
        for column in table.columns
        if isinstance(one, CheckConstraint) and column.name in str(one.sqltext)
    }
    for column in table.columns:
        if (
            column.type.python_type is str
            and not column.primary_key
            and not column.foreign_keys
            and (column.name not in held or column.name in ("name", "title", "file", "statement"))
        ):
            return column.name
    return None


CHANGED = [(table.name, column) for table in TABLES if (column := free(table))]


def test_most_tables_have_a_column_that_anybody_could_change() -> None:
    assert len(CHANGED) >= 10


def test_a_changed_row_of_any_table_is_found(source: str, copy: Place) -> None:
    load(source, 1)
    for table, column in CHANGED:
        with copy.changing() as connection:
            before = connection.exec_driver_sql(f'select min("{column}") from {table}').scalar()
            connection.exec_driver_sql(
                f"update {table} set \"{column}\" = coalesce(\"{column}\", '') || '!'"
            )
        said = refusal(source, copy)
        assert f"somebody changed rows of {table} since the last feed" in said
        assert "--replace makes it anew" in said
        put = "null" if before is None else f'substr("{column}", 1, length("{column}") - 1)'
        copy.do(f'update {table} set "{column}" = {put}')
    assert fed(source, copy).how == "updated"


@pytest.mark.parametrize("table", [name for name in EXTRA_ROWS if name not in ("feeds", "codings")])
@on_sqlite
def test_a_row_too_many_of_any_table_is_found(source: str, copy: Place, table: str) -> None:
    with copy.changing(foreign_keys=False) as connection:
        row = EXTRA_ROWS[table]
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        connection.exec_driver_sql(
            f"insert into {table} ({columns}) values ({marks})", tuple(row.values())
        )
    load(source, 1)
    assert f"somebody changed rows of {table}" in refusal(source, copy)


def test_verify_names_key_and_column_and_replace_puts_it_right(source: str, copy: Place) -> None:
    copy.do(
        "update events set title = 'Forged' where id = 1",
        "delete from spans where evidence_id = 2",
        "insert into topics values (8, 'more', 'more')",
    )
    assert fed(source, copy).how == "nothing to bring"  # the stored hashes alone are compared
    said = copy.refused(source, verify=True)
    assert "somebody changed rows of topics, events, spans since the last feed" in said
    assert 'events, id 1: title is "Forged" there, "A visit" in the source' in said
    assert "spans, evidence_id 2, n 1 is missing there" in said
    assert "topics, id 8 is there only" in said
    done = fed(source, copy, replace=True)
    assert done.how == "replaced"
    assert changes(done)["events"] == (2, 0, 2)
    assert fed(source, copy, verify=True).how == "nothing to bring"


@pytest.mark.parametrize(
    "statement",
    [
        "update feeds set digest = '00000000000000aa' where table_name = 'facts'",
        "update feeds set row_count = row_count + 1 where table_name = 'facts'",
        "update feeds set checksum = 'what' where table_name = 'facts'",
        "delete from feeds where table_name = 'facts'",
    ],
)
def test_a_changed_record_is_found(source: str, copy: Place, statement: str) -> None:
    copy.do(statement)
    said = "somebody changed what the last feed recorded of facts in its table feeds; --replace"
    assert said in copy.refused(source)
    load(source, 1)
    assert said in copy.refused(source)
    assert fed(source, copy, replace=True).how == "replaced"
    assert fed(source, copy, verify=True).how == "nothing to bring"


@on_sqlite
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update spans set n = 'x' where n = 1", 'n "x" is there only'),
        ("update events set title = x'00'", "events, id 1: title holds bytes, not text"),
        ("update loads set content_hash = x'00'", "loads, id 1: content_hash holds bytes"),
        ("update feeds set row_count = 'x'", "somebody changed what the last feed recorded"),
        ("update feeds set checksum = x'00'", "somebody changed what the last feed recorded"),
        ("update feeds set fed_at = cast(x'ff' as text)", "fed_at holds bytes that are not UTF-8"),
    ],
)
def test_what_no_feed_can_have_written_is_named(
    source: str, copy: Place, statement: str, said: str
) -> None:
    with closing(sqlite3.connect(copy.database)) as there, there:
        there.execute("pragma ignore_check_constraints = on")
        there.execute(statement)
    load(source, 1)
    assert said in refusal(source, copy, verify=True)
    assert fed(source, copy, replace=True).how == "replaced"
    assert equal(source, copy)


def test_nothing_is_said_of_rows_that_nobody_looked_at(source: str, copy: Place) -> None:
    copy.do("delete from spans")
    done = fed(source, copy)
    assert done.how == "nothing to bring"
    assert {(one.rows, one.source, one.target) for one in done.tables} == {(None, None, None)}


def test_a_dry_run_finds_it_too(source: str, copy: Place) -> None:
    copy.do("update events set title = 'Forged' where id = 1")
    load(source, 2)
    assert "somebody changed rows of events" in copy.refused(source, dry_run=True)


def test_a_row_that_is_changed_by_both_is_found(source: str, copy: Place) -> None:
    copy.do("update events set title = 'Forged' where id = 1")
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    assert "somebody changed rows of events" in copy.refused(source)


def test_a_sourcebook_that_was_fed_and_then_loaded_into_is_found(source: str, copy: Place) -> None:
    load(copy.url, 1)
    load(source, 2)
    load(source, 2)
    assert "somebody changed rows of loads" in copy.refused(source)


# --- what would not be a copy ---------------------------------------------------------------------

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
    said = refusal(source, place)
    assert "events would not be what the source holds" in said
    assert 'events, id 1: title is "Forged" there, "A visit" in the source' in said
    with place.changing() as connection:
        assert not sa.inspect(connection).has_schema(SCHEMA)


def test_what_the_journal_does_not_tell_is_seen_and_brought(source: str, copy: Place) -> None:
    with altering(source) as connection:
        connection.exec_driver_sql("update positions set statement = 'other words'")
    load(source, 2)
    assert fed(source, copy).how == "filled anew"
    assert equal(source, copy)


def test_a_dry_run_foretells_what_the_journal_does_not_tell(source: str, copy: Place) -> None:
    with altering(source) as connection:
        connection.exec_driver_sql("update positions set statement = 'other words'")
    load(source, 2)
    assert fed(source, copy, dry_run=True).how == "filled anew"


@pytest.mark.parametrize("number", [-(2**63), 2**63 - 1])
def test_rows_of_the_utmost_numbers_are_copied(source: str, files: Files, number: int) -> None:
    with altering(source) as connection:
        connection.exec_driver_sql(f"insert into topics values ({number}, 'utmost', 'the utmost')")
    copied = Place(files.empty())
    fed(source, copied)
    assert equal(source, copied)


def test_a_row_of_the_source_that_points_to_none_is_named(source: str, place: Place) -> None:
    with closing(sqlite3.connect(source)) as connection, connection:
        connection.execute("update events set place_id = 999 where id = 1")
    said = refusal(source, place)
    assert said == (
        f"{source}: events, row 1: points to a row of places that is gone; "
        "correct it there and feed again"
    )


def test_a_source_that_holds_nothing_empties_no_target(
    source: str, copy: Place, files: Files
) -> None:
    said = copy.refused(files.migrated())
    assert "the source holds nothing" in said
    assert equal(source, copy)


def test_equal_content_is_verified_whatever_the_journal(
    source: str, copy: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    with altering(source) as connection:
        connection.exec_driver_sql("update loads set loaded_at = '2011-01-01T00:00:00Z'")
        connection.exec_driver_sql("delete from changes where key <> 'gazette'")
    assert fed(source, copy, verify=True).how == "nothing to bring"
    assert "they are not compared one by one, but reports are" in capsys.readouterr().err


def test_a_target_that_another_lineage_filled_is_filled_anew(
    source: str, small: str, copy: Place, files: Files
) -> None:
    other = shutil.copyfile(small, files.empty())
    with altering(other) as connection:
        connection.exec_driver_sql("update loads set loaded_at = '2011-01-01T00:00:00Z'")
    load(other, 2)
    assert fed(other, copy).how == "filled anew"
    assert equal(other, copy)


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
    said = copy.refused(other)
    assert "holds another sourcebook (documents " in said
    assert said.endswith("; feed another target, or say --replace")
    assert copy.refused(other, dry_run=True) == said
    assert fed(other, copy, replace=True).how == "replaced"
    assert equal(other, copy)
