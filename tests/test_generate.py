"""The benchmarks' generator: every table filled, deterministic, distributed like event data."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks import generate as generator
from benchmarks.documents import COLUMNS
from benchmarks.generate import SEED, cached, generate
from benchmarks.shape import name, slug
from database.connect import reading
from schema.models import DERIVED, METADATA

EVENTS = 1_000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("generated") / "sourcebook.db"
    generate(made, EVENTS, SEED)
    return made


@pytest.fixture(scope="module")
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as opened:
        yield opened


def scalar(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])


def digest(path: Path) -> str:
    """Return the hash of everything in a database."""
    hashed = hashlib.sha256()
    with closing(sqlite3.connect(path)) as database:
        for line in database.iterdump():
            hashed.update(line.encode())
    return hashed.hexdigest()


def test_every_table_has_rows(path: Path) -> None:
    with reading(str(path)) as connection:
        for table in METADATA.sorted_tables:
            if table.name != "feeds":  # what a feed leaves in its target
                count = sa.select(sa.func.count()).select_from(table)
                assert connection.execute(count).scalar_one(), table.name
    assert COLUMNS.keys() == METADATA.tables.keys() - {"feeds", "relation_types"} - {
        table.name for table in DERIVED
    }


def test_every_constraint_holds(database: sqlite3.Connection) -> None:
    assert database.execute("pragma foreign_key_check").fetchall() == []
    assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert scalar(database, "select count(*) from events") == EVENTS
    # No fact without evidence, no evidence without a passage, nothing outside its passage.
    for baseless in (
        "facts where id not in (select fact_id from evidence)",
        "evidence where id not in (select evidence_id from spans)",
    ):
        assert scalar(database, f"select count(*) from {baseless}") == 0
    outside = """
        select count(*) from spans
        join passages on passages.document_id = spans.document_id and passages.n = spans.passage
        where spans.end_offset > passages.length
    """
    assert scalar(database, outside) == 0


def test_whoever_acts_for_others_does_so_for_one_body(database: sqlite3.Connection) -> None:
    bodies = """
        select max(bodies)
        from (
          select count(distinct to_actor_id) as bodies
          from relations
          join relation_types on relation_types.key = relations.type and acts_for
          group by from_actor_id
        )
    """
    assert scalar(database, bodies) == 1


def test_indexes_are_those_of_the_migrations(database: sqlite3.Connection, tmp_path: Path) -> None:
    from tests.databases import migrate

    query = "select type, name, sql from sqlite_schema order by type, name"
    with closing(sqlite3.connect(migrate(str(tmp_path / "empty.db")))) as empty:
        assert database.execute(query).fetchall() == empty.execute(query).fetchall()


def test_the_same_seed_makes_the_same_rows(tmp_path: Path) -> None:
    for file, seed in (("first.db", SEED), ("same.db", SEED), ("other.db", SEED + 1)):
        generate(tmp_path / file, 100, seed)
    first, same, other = (digest(tmp_path / f"{name}.db") for name in ("first", "same", "other"))
    assert first == same != other


def test_a_few_actors_do_most(database: sqlite3.Connection) -> None:
    query = "select count(*) as n from participants group by actor_id order by n desc"
    counts = [n for (n,) in database.execute(query)]
    assert sum(counts[: len(counts) // 20]) > sum(counts) / 3
    assert sum(n < 5 for n in counts) > len(counts) / 4


def test_busy_days_come_in_bursts(database: sqlite3.Connection) -> None:
    query = """
        select count(*) as n from sources
        where id in (select document_id from codings)
        group by substr(published, 1, 7)
        order by n desc
    """
    months = [n for (n,) in database.execute(query)]
    assert sum(months[:18]) > 0.3 * sum(months)  # of fifteen years


def test_dates_have_every_precision(database: sqlite3.Connection) -> None:
    query = "select distinct precision from events join dates on edtf = date"
    precisions = {precision for (precision,) in database.execute(query)}
    assert precisions == {"day", "month", "season", "year", "decade", "century", "range", "span"}
    assert 0.05 < scalar(database, "select count(*) from events where date is null") / EVENTS < 0.15


def test_events_have_several_sources(database: sqlite3.Connection) -> None:
    several = """
        select count(*) from (
          select fact_id from evidence
          where fact_id in (select id from events)
          group by fact_id having count(distinct {}) > 1
        )
    """
    assert scalar(database, several.format("document_id")) > EVENTS / 20
    assert scalar(database, several.format("attribution_id")) > EVENTS / 5
    deep = """
        select count(*) from attributions
        where parent_id in (select id from attributions where parent_id is not null)
    """
    assert scalar(database, deep) > 0


def test_all_names_and_keys_differ() -> None:
    names = [name(number) for number in range(40_000)]
    assert len(set(names)) == len({slug(text) for text in names}) == len(names)


def test_a_database_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(generator, "CACHE", tmp_path / "cache")
    made = cached(events=50)
    before = made.stat()
    assert cached(events=50) == made
    assert made.stat().st_mtime_ns == before.st_mtime_ns
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [made.name]
