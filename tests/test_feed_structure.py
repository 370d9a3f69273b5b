"""Structure of a target that somebody changed is found and created anew; foreign objects stay."""

from __future__ import annotations

import sqlalchemy as sa

from feeds.structure import foreign_objects, schema_drift
from feeds.target import SHOWN
from tests.databases import parts
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

DRIFTED = {
    "drop index ix_events_date": "add index ix_events_date of events",
    "create index mine on events (title)": "remove index mine of events",
    "alter table topics add column colour text": "remove column colour of topics",
}
"""What a feed that writes finds, on both engines."""

ON_POSTGRESQL = {
    "alter table topics alter label drop not null": "modify nullable topics.label",
    "alter table topics drop constraint uq_topics_key": "add constraint uq_topics_key of topics",
    "alter table actors drop constraint ck_actors_kind": "ck_actors_kind",
    "alter table events drop constraint fk_events_date_dates": "add fk fk_events_date_dates",
    "alter table feeds alter fed_at type varchar(30)": "modify type feeds.fed_at",
    "alter table events alter kind drop default": "modify default events.kind",
    "comment on table topics is null": "add table comment",
}


def consists(place: Place) -> dict[str, str]:
    """Return what the target consists of, so that two of them can be compared."""
    with place.changing() as connection:
        return parts(connection)


# --- what somebody changed ------------------------------------------------------------------------


def test_every_drift_is_described(copy: Place) -> None:
    damages = [*DRIFTED.items(), *(() if copy.is_file else ON_POSTGRESQL.items())]
    with copy.changing() as connection:
        assert schema_drift(connection) == ""
        for start in range(0, len(damages), SHOWN):
            together = damages[start : start + SHOWN]
            savepoint = connection.begin_nested()
            for statement, _ in together:
                connection.exec_driver_sql(statement)
            drift = schema_drift(connection)
            assert all(description in drift for _, description in together), drift
            savepoint.rollback()


def test_drift_is_found_and_repaired(source: str, copy: Place) -> None:
    """A feed that writes, a dry run and --verify find it; --replace creates the structure anew."""
    before = consists(copy)
    copy.do("drop index ix_events_date", "create index mine on events (title)")
    assert fed(source, copy).summary == "nothing to copy"
    message = refusal(source, copy, verify=True)
    assert "its structure was changed: " in message
    assert message.endswith("; --replace creates it anew")
    load(source, 1, "update events set title = 'Another' where id = 1")
    assert copy.refused(source) == message
    assert refusal(source, copy, dry_run=True) == message
    assert fed(source, copy, replace=True).summary == "replaced"
    assert equal(source, copy)
    assert consists(copy) == before


def test_what_is_missing_is_found_by_every_feed(source: str, copy: Place) -> None:
    before = consists(copy)
    copy.do("drop view words", "drop table citations" + ("" if copy.is_file else " cascade"))
    message = refusal(source, copy)
    assert "its structure was changed: table citations is missing, " in message
    assert "view words is missing" in message
    assert fed(source, copy, replace=True, dry_run=True).summary == "replaced"
    assert refusal(source, copy, verify=True) == message
    assert fed(source, copy, replace=True).summary == "replaced"
    assert equal(source, copy)
    assert consists(copy) == before


@on_postgresql
def test_without_drift_a_refill_keeps_the_tables(source: str, copy: Place) -> None:
    query = "select oid from pg_class where relname in ('events', 'words') order by oid"
    with copy.changing() as connection:
        before = connection.exec_driver_sql(query).all()
    assert fed(source, copy, replace=True).summary == "replaced"
    with copy.changing() as connection:
        assert connection.exec_driver_sql(query).all() == before


@on_postgresql
def test_grants_survive_a_repair(source: str, copy: Place) -> None:
    role = f"{GUEST}{copy.target().name.rpartition('_')[2]}"
    copy.do(
        f'create role "{role}"',
        f'grant usage on schema {SCHEMA} to "{role}"',
        f'grant select on events, words to "{role}" with grant option',
        "grant select on topics to public",
        "drop index ix_events_date",
    )
    assert fed(source, copy, replace=True).summary == "replaced"
    with copy.changing() as connection:
        ask = connection.exec_driver_sql
        for name, right, granted in (
            ("words", "select with grant option", True),
            ("topics", "select", True),
            ("spans", "select", False),
        ):
            query = f"select has_table_privilege('{role}', '{name}', '{right}')"
            assert ask(query).scalar() is granted
        ask(f'drop owned by "{role}"')
        ask(f'drop role "{role}"')


@on_postgresql
def test_what_others_built_on_our_tables_is_never_dropped(source: str, copy: Place) -> None:
    copy.do(
        "create view public.titles as select title from events",
        "drop index ix_events_date",
    )
    message = copy.refused(source, replace=True)
    assert "it cannot be created anew: view public.titles depends on table events" in message
    copy.do("drop view public.titles")
    assert fed(source, copy, replace=True).summary == "replaced"


# --- what is foreign ------------------------------------------------------------------------------

FOREIGN = {
    "create view mine as select 1 as a": "view mine",
    "create materialized view mine as select 1 as a": "view mine",
    'create table "My wages" (id integer)': "table My wages",
    "create table public.notes (id integer references evidence on delete cascade)": (
        "table notes elsewhere, whose rows would go with ours"
    ),
    "create table public.heir () inherits (events)": (
        "table heir elsewhere, whose rows would go with ours"
    ),
}


@on_postgresql
def test_foreign_objects_are_named(source: str, copy: Place) -> None:
    with copy.changing() as connection:
        for statement, name in FOREIGN.items():
            savepoint = connection.begin_nested()
            connection.exec_driver_sql(statement)
            assert [
                foreign_object.replace("public.", "")
                for foreign_object in foreign_objects(connection, ours=True)
            ] == [name]
            savepoint.rollback()
        assert foreign_objects(connection, ours=True) == []


@on_postgresql
def test_what_is_elsewhere_or_no_table_is_left_alone(source: str, copy: Place) -> None:
    """Types and functions among ours are neither read nor dropped, even by --replace."""
    copy.do(
        "create type mine as enum ('a')",
        "create function mine(a integer) returns integer language sql as 'select 1'",
        "create table public.notes (id integer references events)",
        "create view public.titles as select title from events",
        "analyze",
    )
    assert fed(source, copy, verify=True).summary == "nothing to copy"
    assert fed(source, copy, replace=True).summary == "replaced"
    with copy.changing() as connection:
        assert connection.exec_driver_sql("select mine(1), 'a'::mine").one() == (1, "a")
        assert sa.inspect(connection).has_table("titles", schema="public")


@on_sqlite
def test_a_view_among_ours_is_refused_in_a_file(source: str, copy: Place) -> None:
    copy.do("create view mine as select 1 as a", "analyze")
    message = copy.refused(source, replace=True)
    assert "also holds what does not belong to a sourcebook (view mine); give another" in message
    copy.do("drop view mine")
    assert fed(source, copy, verify=True).summary == "nothing to copy"
