"""Feeds compare by checksums where these suffice, else by digests, and miss nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import NoReturn

import pytest
import sqlalchemy as sa

from database.connect import reading
from feeds import row_hashes
from feeds import source as sources
from feeds.digest import Checksum, checksum, digest, fold
from feeds.processes import answering
from feeds.relational import Relational
from feeds.rows import TABLES
from feeds.source import Source, lines
from schema.models import METADATA
from tests.feed_targets import Place, altering, equal, fed, load, record

ENDLESS = "with recursive n as (select 1 as i union all select i + 1 from n) select max(i) from n"


def forbidden(*_: object) -> NoReturn:
    """Stand in for what must not be called."""
    pytest.fail("this way is not to be taken")


@pytest.fixture
def only_checksums(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a feed fail that computes digests of whole sourcebooks."""
    monkeypatch.setattr(Source, "digests", forbidden)
    monkeypatch.setattr(Relational, "digests", forbidden)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file count as large, and a feed fail that does without processes."""
    monkeypatch.setattr(sources, "LARGE", 0)
    monkeypatch.setattr(Source, "digests", forbidden)
    monkeypatch.setattr(Source, "checksums", forbidden)


# --- the checksum ---------------------------------------------------------------------------------


def test_a_digest_has_the_checksum_that_is_computed_alone(source: str, copy: Place) -> None:
    for database in (source, copy.url):
        with reading(database) as connection:
            for table in TABLES:
                quick, whole = checksum(connection, table), digest(connection, table)
                assert quick == (whole.checksum or Checksum(0, 0)), table.name
                assert quick.rows == whole.rows


def test_rows_at_hand_have_the_checksum_of_sqlite(source: str) -> None:
    with reading(source) as connection:
        for table in TABLES:
            rows = [line for some in lines(connection, table) for line in some]
            assert fold(rows).checksum == checksum(connection, table)


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("events", "update events set title = title || ' '"),
        ("quotes", "update quotes set occasion_id = null"),
        ("evidence", "update evidence set n = n + 100 where id = 1"),
        ("spans", "delete from spans where evidence_id = 1"),
        # The two have exchanged them.
        ("spans", "update spans set start_offset = 3 - start_offset"),
    ],
)
def test_every_change_shows(source: str, copy: Place, table: str, statement: str) -> None:
    for opened in (altering(source), copy.changing()):
        with opened as connection:
            before = every(connection)
            connection.exec_driver_sql(statement)
            after = every(connection)
        assert [name for name in before if before[name] != after[name]] == [table]


def every(connection: sa.Connection) -> dict[str, Checksum]:
    """Give the checksums of all tables."""
    return {table.name: checksum(connection, table) for table in TABLES}


# --- feeds ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("only_checksums")
def test_checksums_suffice_for_what_loads_have_changed(source: str, copy: Place) -> None:
    for n in range(2):
        load(source, 1, f"update events set title = 'Visit {n}' where id = 1")
        assert fed(source, copy).how == "updated"
    # Evidence that changed goes, with its spans, and comes again.
    load(source, 1, "update evidence set hedge = 'said to be' where id = 1")
    assert fed(source, copy).how == "updated"
    assert equal(source, copy)


def test_where_checksums_tell_nothing_digests_do(source: str, copy: Place) -> None:
    every = [table.name for table in TABLES]
    record(copy, *every, checksum=f"duckdb {0:016x}", source_checksum=None)
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    assert fed(source, copy).how == "updated"
    assert equal(source, copy)


def test_verify_trusts_no_checksum(source: str, copy: Place) -> None:
    """Here one stands for the wrong rows, as it could by chance or by art."""
    copy.do("update evidence set hedge = 'forged' where document_id = 2")
    with copy.changing() as connection:
        forged = checksum(connection, METADATA.tables["evidence"]).sum
    record(copy, "evidence", checksum=f"{copy.target().engine} {forged:016x}")
    load(source, 1, "update quotes set says = 'Something else'")
    assert "somebody changed rows of evidence" in copy.refused(source, verify=True)
    assert fed(source, copy).how == "updated"
    assert not equal(source, copy)
    assert "somebody changed rows of evidence" in copy.refused(source, verify=True)


@pytest.mark.usefixtures("processes")
def test_processes_hash_a_large_file(source: str, place: Place) -> None:
    first = fed(source, place)
    assert all(one.source == one.target for one in first.tables)
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    assert fed(source, place).how == "updated"
    assert equal(source, place)


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_where_processes_cannot_be_had_it_goes_without(
    source: str, place: Place, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(sources, "LARGE", 0)
    monkeypatch.setattr(sys, "executable", program)
    fed(source, place)
    load(source, 1, "update events set title = 'A long visit' where id = 1")
    assert fed(source, place).how == "updated"
    assert equal(source, place)


def test_each_process_has_its_share(small: str) -> None:
    with reading(small) as connection:
        for table in ("events", "facts", "spans"):
            whole = connection.exec_driver_sql(f"select count(*) from {table}").scalar_one()
            shares = [
                connection.exec_driver_sql(
                    f"select count(*) from {table} where {half.format(table)}"
                ).scalar_one()
                for half in sources.HALVES
            ]
            assert sum(shares) == whole
            assert all(share >= whole // 3 for share in shares), (table, shares)


def test_a_process_does_not_outlive_who_asked(small: str) -> None:
    command = [sys.executable, row_hashes.__file__, small, json.dumps([ENDLESS])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 1


def test_no_process_outlives_its_feed(small: str) -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), answering(small, [[ENDLESS], [ENDLESS]]):
        raise KeyboardInterrupt
    assert time.monotonic() - began < 5
