"""A target's structure that somebody changed is found, told exactly, and made anew; strangers stay.

What each engine calls the same damage is planted by hand, one kind after the other.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from database.connect import REVISION
from feeds import duckdb_shape
from feeds.shape import reference, shape, told
from feeds.strangers import strangers
from tests.databases import on_sqlite as read_from_sqlite
from tests.databases import parts
from tests.duckdb_files import change
from tests.duckdb_files import fed as fed_duckdb
from tests.duckdb_files import refused as refused_duckdb
from tests.feed_targets import (
    SCHEMA,
    Place,
    equal,
    fed,
    load,
    on_postgresql,
    on_sqlite,
    refusal,
)
from tests.postgres import GUEST

REPAIRED = "--replace makes it anew"

BROKEN = {
    "alter table topics add column colour text": "its table topics also has column colour",
    "alter table feeds drop column fed_at": "its table feeds lacks column fed_at",
    "drop table citations": "its table citations is gone",
}
"""What every feed has to know."""

SAME = {
    "drop view words": "its view words is gone",
    "drop index ix_events_date": "its table events lacks index ix_events_date",
    "create index mine on events (title)": "its table events also has index mine",
}

ON_SQLITE = SAME | {
    "create trigger forge after insert on EVENTS begin delete from events; end": (
        "its table events also has trigger forge"
    ),
    "create trigger forge instead of delete on words begin delete from events; end": (
        "its view words also has trigger forge"
    ),
    "drop view words; create view words as select 1 as a": "its view words: definition is another",
}

IN_SQLITE = {
    ("events", "CONSTRAINT ck_events_kind CHECK (kind = 'event'),", ""): (
        "its table events lacks constraint ck_events_kind"
    ),
    ("spans", "n >= 1", "n >= 0"): (
        "constraint ck_spans_from_one of its table spans: definition is CHECK (n >= 0), "
        "was made CHECK (n >= 1)"
    ),
    ("events", "DEFAULT 'event'", "DEFAULT 'quote'"): (
        "column kind of its table events: definition is TEXT DEFAULT 'quote' NOT NULL, "
        "was made TEXT DEFAULT 'event' NOT NULL"
    ),
    ("changes", "ON DELETE cascade", ""): (
        "constraint fk_changes_load_id_loads of its table changes: definition is FOREIGN KEY"
    ),
    ("actors", 'UNIQUE ("key")', "CHECK ('a, (b' <> \"key\")"): (
        "constraint uq_actors_key of its table actors: definition is "
        'CHECK (\'a, (b\' <> "key"), was made UNIQUE ("key")'
    ),
    ("topics", "label TEXT NOT NULL", "label VARCHAR(9)"): (
        "column label of its table topics: definition is VARCHAR(9), was made TEXT NOT NULL"
    ),
}
"""Damage that only who writes the schema itself can do: the table, what stood there, what does."""

ON_POSTGRESQL = SAME | {
    "alter table events drop constraint ck_events_kind": (
        "its table events lacks constraint ck_events_kind"
    ),
    "alter table events add constraint mine check (title <> 'x')": (
        "its table events also has constraint mine"
    ),
    """alter table spans drop constraint ck_spans_from_one,
    add constraint ck_spans_from_one check (n >= 0)""": (
        "constraint ck_spans_from_one of its table spans: definition is CHECK (n >= 0), "
        "was made CHECK (n >= 1)"
    ),
    "alter table changes drop constraint fk_changes_load_id_loads": (
        "its table changes lacks constraint fk_changes_load_id_loads"
    ),
    "alter table actors drop constraint uq_actors_key": (
        "its table actors lacks constraint uq_actors_key"
    ),
    "alter table changes disable trigger all": (
        "constraint fk_changes_load_id_loads of its table changes: check is switched off, "
        "was made on"
    ),
    "alter table events alter kind drop default": (
        "column kind of its table events: default is nothing, was made 'event'::text"
    ),
    "alter table feeds alter fed_at drop not null": (
        "column fed_at of its table feeds: null is allowed, was made refused"
    ),
    "alter table feeds alter fed_at type varchar(30)": (
        "column fed_at of its table feeds: type is character varying(30), was made text"
    ),
    "alter table feeds alter fed_at type text": (
        "column fed_at of its table feeds: collation is default, was made C"
    ),
    "comment on column topics.label is 'mine'": (
        "column label of its table topics: comment is mine, was made label in reports"
    ),
    "comment on table topics is null": "its table topics: comment is nothing, was made",
    "comment on column words.kind is null": "column kind of its view words: comment is nothing",
    "create or replace view words as select *, 1 as mine from words_before": (
        "its view words: definition is another"
    ),
    "alter view words set (security_barrier)": (
        "its view words: options is security_barrier=true, was made nothing"
    ),
    "create trigger forge after insert on events execute function public.forge()": (
        "its table events also has trigger forge"
    ),
    "create rule forge as on delete to events do instead nothing": (
        "its table events also has rule forge"
    ),
    "update pg_index set indisvalid = false where indexrelid = 'ix_events_date'::regclass": (
        "index ix_events_date of its table events: state is invalid, was made valid"
    ),
    "alter table changes set unlogged": "its table changes: persistence is unlogged",
    "alter table topics enable row level security": (
        "its table topics: row-level security is on, was made off"
    ),
    "alter sequence topics_id_seq increment by 7": (
        "its sequence topics_id_seq: step is 7, was made 1"
    ),
    "alter sequence topics_id_seq maxvalue 70": (
        "its sequence topics_id_seq: largest number is 70, was made"
    ),
    "alter sequence topics_id_seq cycle": (
        "its sequence topics_id_seq: cycle is True, was made False"
    ),
    "create sequence mine_too owned by topics.id": "it also has sequence mine_too",
}
FORGE = """
    create function public.forge() returns trigger language plpgsql as 'begin return null; end'
"""

# DuckDB does not keep the names of constraints, and alters no table on which others depend.
ON_DUCKDB = {
    "drop view words": "its view words is gone",
    "create or replace view words as select 1 as fact_id": "its view words: definition is another",
    "drop index uq_sources_key_named": "its table sources lacks index uq_sources_key_named",
    "create index mine on feeds (digest)": "its table feeds also has index mine",
    "comment on column topics.label is 'mine'": (
        "column label of its table topics: comment is mine, was made label in reports"
    ),
    "comment on view words is null": "its view words: comment is",
    "alter table feeds alter fed_at drop not null": (
        "column fed_at of its table feeds: null is allowed, was made refused"
    ),
    "alter table feeds alter fed_at set default 'x'": (
        "column fed_at of its table feeds: default is 'x', was made nothing"
    ),
    "create or replace table alembic_version as from alembic_version": (
        "its table alembic_version lacks constraint PRIMARY KEY(version_num)"
    ),
    "alter table feeds drop column left_out": "its table feeds lacks column left_out",
}


def damage(connection: sa.Connection, statements: str) -> None:
    """Do what somebody did."""
    if "words_before" in statements:
        query = "select pg_get_viewdef('words'::regclass)"
        before = str(connection.exec_driver_sql(query).scalar()).rstrip("; \n")
        statements = statements.replace("words_before", f"({before}) as before")
    for statement in [statements] if "begin" in statements else statements.split(";"):
        connection.exec_driver_sql(statement)


def consists(place: Place) -> dict[str, str]:
    """Give what the target consists of."""
    with place.changing() as connection:
        return parts(connection)


def found_and_repaired(source: str, copy: Place, message: str) -> None:
    """A feed that writes, a dry run and --verify find it; --replace makes it anew."""
    assert fed(source, copy).how == "nothing to bring"
    said = refusal(source, copy, verify=True)
    assert "somebody changed its structure: " in said
    assert message in said
    assert said.endswith(REPAIRED)
    load(source, 1, "update events set title = 'Another' where id = 1")
    assert refusal(source, copy) == said
    assert refusal(source, copy, dry_run=True) == said
    assert fed(source, copy, replace=True, verify=True).how == "replaced"
    assert fed(source, copy, verify=True).how == "nothing to bring"
    assert equal(source, copy)


# --- what somebody changed ------------------------------------------------------------------------


def test_what_was_fed_is_what_the_migrations_make(copy: Place) -> None:
    with copy.changing() as connection:
        found = shape(connection)
        assert told(found, reference(connection, REVISION)) == ""
        assert {thing.kind for thing in found} >= {"table", "column", "constraint", "index", "view"}
        assert sum(thing.kind == "constraint" for thing in found) > 100
        assert shape(connection) == found  # and nothing of the reference is left


def each_is_told(copy: Place, damages: dict[str, str]) -> None:
    """Do one after the other, and take it back."""
    with copy.changing() as connection:
        made = reference(connection, REVISION)
        for statements, message in damages.items():
            savepoint = connection.begin_nested()
            damage(connection, statements)
            assert message in told(shape(connection), made)
            savepoint.rollback()
        assert told(shape(connection), made) == ""


@on_sqlite
def test_damage_to_a_file_is_told(copy: Place) -> None:
    each_is_told(copy, ON_SQLITE)


@on_sqlite
def test_damage_to_a_tables_own_statement_is_told(copy: Place) -> None:
    put = "update sqlite_schema set sql = replace(sql, ?, ?) where name = ? and sql like ?"
    with copy.changing() as connection:
        made = reference(connection, REVISION)
        connection.exec_driver_sql("pragma writable_schema = on")
        for (table, old, new), message in IN_SQLITE.items():
            savepoint = connection.begin_nested()
            changed = connection.exec_driver_sql(put, (old, new, table, f"%{old}%"))
            assert changed.rowcount == 1
            assert message in told(shape(connection), made)
            savepoint.rollback()


@on_postgresql
def test_damage_on_a_server_is_told(copy: Place) -> None:
    copy.do(FORGE)
    each_is_told(copy, ON_POSTGRESQL)


def test_damage_is_found_and_repaired(source: str, copy: Place) -> None:
    before = consists(copy)
    copy.do("drop index ix_events_date", "create index mine on events (title)", "drop view words")
    found_and_repaired(source, copy, "its view words is gone")
    assert consists(copy) == before


@pytest.mark.parametrize("statement", BROKEN)
def test_what_cannot_be_read_is_found_by_every_feed(
    source: str, copy: Place, statement: str
) -> None:
    before = consists(copy)
    if statement.startswith("drop table") and not copy.is_file:
        statement += " cascade"  # and the views that read it
    copy.do(statement)
    said = refusal(source, copy)
    assert BROKEN[statement.removesuffix(" cascade")] in said
    assert said.endswith(REPAIRED)
    assert "would be" not in said
    assert fed(source, copy, replace=True, dry_run=True).how == "replaced"
    assert refusal(source, copy, verify=True) == said
    assert fed(source, copy, replace=True).how == "replaced"
    assert equal(source, copy)
    assert consists(copy) == before


def test_an_empty_target_is_not_filled_over_a_changed_structure(source: str, copy: Place) -> None:
    with copy.changing(foreign_keys=False) as connection:
        if not copy.is_file:
            connection.exec_driver_sql("set local session_replication_role = replica")
        for table in sa.inspect(connection).get_table_names():
            if table != "alembic_version":
                connection.exec_driver_sql(f"delete from {table}")
        connection.exec_driver_sql("drop view words")
    assert "its view words is gone" in refusal(source, copy)
    assert fed(source, copy, replace=True).how == "first feed"
    assert equal(source, copy)


@on_postgresql
def test_without_damage_a_refill_leaves_tables_as_they_stand(source: str, copy: Place) -> None:
    query = "select oid from pg_class where relname in ('events', 'words') order by oid"
    with copy.changing() as connection:
        before = connection.exec_driver_sql(query).all()
    assert fed(source, copy, replace=True).how == "replaced"
    with copy.changing() as connection:
        assert connection.exec_driver_sql(query).all() == before


@on_postgresql
def test_rights_of_others_survive_a_repair(source: str, copy: Place) -> None:
    """Readers of the tables before are readers of them afterwards."""
    role = f"{GUEST}{copy.target().name.rpartition('_')[2]}"
    copy.do(
        f'create role "{role}"',
        f'grant usage on schema {SCHEMA} to "{role}"',
        f'grant select on events, words to "{role}" with grant option',
        "grant select on topics to public",
        "drop index ix_events_date",
    )
    assert fed(source, copy, replace=True).how == "replaced"
    with copy.changing() as connection:
        ask = connection.exec_driver_sql
        for name, right, has in (
            ("words", "select with grant option", True),
            ("topics", "select", True),
            ("spans", "select", False),
        ):
            query = f"select has_table_privilege('{role}', '{name}', '{right}')"
            assert ask(query).scalar() is has
        ask(f'drop owned by "{role}"')
        ask(f'drop role "{role}"')


@on_postgresql
def test_what_others_built_on_our_tables_is_never_dropped(source: str, copy: Place) -> None:
    copy.do(
        "create view public.titles as select title from events",
        "drop index ix_events_date",
    )
    said = copy.refused(source, replace=True)
    assert "it cannot be made anew: view public.titles depends on table events" in said
    copy.do("drop view public.titles")
    assert fed(source, copy, replace=True).how == "replaced"


@read_from_sqlite
def test_damage_to_a_duckdb_file_is_told(fed_copy: Path) -> None:
    with duckdb.connect(":memory:") as duck:
        duck.execute("set integer_division = true")
        made = duckdb_shape.reference(duck)
        duck.execute(f"attach '{fed_copy}' as old")
        assert told(duckdb_shape.shape(duck, "old"), made) == ""
        duck.execute("use old")
        for statement, message in ON_DUCKDB.items():
            duck.execute("begin")
            duck.execute(statement)
            assert message in told(duckdb_shape.shape(duck, "old"), made)
            duck.execute("rollback")


@read_from_sqlite
def test_damage_to_a_duckdb_file_is_found(shipped: str, fed_copy: Path) -> None:
    change(fed_copy, "drop view words")
    said = refused_duckdb(shipped, fed_copy, verify=True)
    assert said == f"somebody changed its structure: its view words is gone; {REPAIRED}"


@read_from_sqlite
def test_a_duckdb_file_without_a_table_is_made_anew(shipped: str, fed_copy: Path) -> None:
    change(fed_copy, "drop view words", "drop table citations")
    said = refused_duckdb(shipped, fed_copy)
    assert said == f"somebody changed its structure: its table citations is gone; {REPAIRED}"
    assert fed_duckdb(shipped, fed_copy, replace=True).how == "replaced"
    assert fed_duckdb(shipped, fed_copy).how == "nothing to bring"


# --- what is not ours -----------------------------------------------------------------------------

STRANGERS = {
    "create view mine as select 1 as a": "view mine",
    "create materialized view mine as select 1 as a": "materialized view mine",
    "create function mine(a integer) returns integer language sql as 'select 1'": (
        "function mine(integer)"
    ),
    "create type mine as enum ('a')": "type mine",
    "create domain mine as text": "type mine",
    "create sequence mine": "sequence mine",
    "create foreign data wrapper w; create server s foreign data wrapper w; "
    "create foreign table mine (a integer) server s": "foreign table mine",
    "create extension hstore": "extension hstore",
    "create text search dictionary mine (template = simple)": "text search dictionary mine",
    'create table "My wages" (id integer)': 'table "My wages"',
    f'create table "{SCHEMA}.events" (id integer)': f'table "{SCHEMA}.events"',
    "create table public.notes (id integer references evidence on delete cascade)": (
        "table public.notes elsewhere, of which rows would go with ours"
    ),
    "create table public.notes (id integer references events on delete set null)": (
        "table public.notes elsewhere, of which rows would go with ours"
    ),
    "create table public.heir () inherits (events)": (
        "table public.heir elsewhere, of which rows would go with ours"
    ),
}


@on_postgresql
def test_whatever_stands_among_ours_is_named(copy: Place) -> None:
    with copy.changing() as connection:
        for statements, name in STRANGERS.items():
            savepoint = connection.begin_nested()
            damage(connection, statements)
            assert strangers(connection, migrated=True) == [name]
            savepoint.rollback()
        assert strangers(connection, migrated=True) == []


@on_postgresql
def test_whatever_stands_among_ours_is_refused(source: str, copy: Place) -> None:
    copy.do("create type mine as enum ('a')", "create extension hstore")
    said = copy.refused(source, replace=True)
    ours = "also holds what is not a sourcebook's (extension hstore, type mine); give another"
    assert ours in said
    assert refusal(source, copy) == said


@on_postgresql
def test_what_lies_elsewhere_is_nobodys_business(source: str, copy: Place) -> None:
    copy.do(
        "create extension hstore schema public",
        "create table public.notes (id integer references events)",
        "create view public.titles as select title from events",
        f"alter default privileges in schema {SCHEMA} grant select on tables to public",
        "analyze",
    )
    assert fed(source, copy, verify=True).how == "nothing to bring"


@on_sqlite
def test_a_view_among_ours_is_refused_in_a_file(source: str, copy: Place) -> None:
    copy.do("create view mine as select 1 as a", "analyze")
    said = copy.refused(source, replace=True)
    assert "also holds what is not a sourcebook's (view mine); give another TARGET" in said
    copy.do("drop view mine")
    assert fed(source, copy, verify=True).how == "nothing to bring"


@on_sqlite
def test_views_of_others_are_refused_where_nothing_stands(small: str, place: Place) -> None:
    place.do("create view mine as select 1 as a")
    assert "holds what is not a sourcebook's (view mine)" in refusal(small, place, replace=True)
