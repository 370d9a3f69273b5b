"""Equal rows have equal digests on SQLite, PostgreSQL and DuckDB, and other rows have others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.digest import Digest, digest_query, hashed, json_row, read_digest
from feeds.other import json_line

TABLE = sa.Table(
    "made_up",
    sa.MetaData(),
    sa.Column("id", sa.Integer),
    sa.Column("date", sa.Text),
    sa.Column("key", sa.Text),
    sa.Column("is_symmetric", sa.Boolean),
)
Row = tuple[int | None, str | None, str | None, bool | None]

HOSTILE = (
    *("", "null", "NULL", "\\N", "\\.", "\\u001b", "0042", "1.20", "-0", "true", '"', "''", "\\"),
    *("\t", "\n", "\r\n", "\x01\x0b\x1b\x1f\x7f", "\\\x1b", "a,b", "[1]", '{"a": 1}', " "),
    *("\u202eright to left", "שלום", "😀", "é", "e\u0301", "\u2028", "\ufeff", "\uffff"),
    "1" * 10**6,
)
TEXTS = st.one_of(
    st.none(),
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
)
ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)),
        TEXTS,
        TEXTS,
        st.one_of(st.none(), st.booleans()),
    ),
    max_size=5,
)


class Engines:
    """The three, each with the table."""

    def __init__(self, postgres: str) -> None:
        self.sqlite = sqlite3.connect(":memory:")
        self.duckdb = duckdb.connect(":memory:")
        self.embedded: list[Any] = [self.sqlite, self.duckdb]
        engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self.postgresql = engine.connect()
        columns = "(id integer, date text, key text, is_symmetric boolean)"
        for database in self.embedded:
            database.execute(f"create table made_up {columns}")
        self.postgresql.exec_driver_sql(f"create temporary table made_up {columns}")

    def digests(self, rows: list[Row]) -> dict[str, Digest]:
        """Fill the table with these rows and ask each engine for the digest."""
        for engine in self.embedded:
            engine.execute("delete from made_up")
            if rows:
                engine.executemany("insert into made_up values (?, ?, ?, ?)", rows)
        self.postgresql.exec_driver_sql("truncate made_up")
        if rows:
            self.postgresql.exec_driver_sql("insert into made_up values (%s, %s, %s, %s)", rows)
        on_postgresql = self.postgresql.exec_driver_sql(digest_query(TABLE, "postgresql")).one()
        lines = self.sqlite.execute(f"select {json_row(TABLE, 'sqlite')} from made_up").fetchall()
        [on_duckdb] = self.duckdb.execute(digest_query(TABLE, "duckdb")).fetchall()
        return {
            "sqlite": hashed([line.encode() for (line,) in lines]),
            "duckdb": read_digest(on_duckdb),
            "postgresql": read_digest(on_postgresql),
            "python": hashed([json_line(row) for row in rows]),
        }

    def agreed(self, rows: list[Row]) -> Digest:
        """Give the digest on which all agree."""
        actual = self.digests(rows)
        assert len(set(actual.values())) == 1, actual
        return actual["python"]


@pytest.fixture(scope="session")
def engines(postgres_server: str) -> Iterator[Engines]:
    """The three, for the session."""
    made = Engines(postgres_server)
    with closing(made.sqlite), closing(made.duckdb), closing(made.postgresql):
        yield made


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_all_engines_agree(engines: Engines, rows: list[Row]) -> None:
    assert engines.agreed(rows).rows == len(rows)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_hostile_values_have_digests_of_their_own(engines: Engines, text: str) -> None:
    ours = engines.agreed([(1, text, None, True)])
    assert ours != engines.agreed([(1, None, text, True)])
    assert ours != engines.agreed([(1, f"{text} ", None, True)])
    assert ours != engines.agreed([(1, None, None, True)])


def test_neither_order_nor_engine_counts_but_every_row_does(engines: Engines) -> None:
    first, other = (1, "a", None, True), (2, "b", "c", None)
    assert engines.agreed([first, other]) == engines.agreed([other, first])
    assert engines.agreed([first, first]) != engines.agreed([first])
    assert engines.agreed([first]).plus(engines.agreed([other])) == engines.agreed([first, other])
    assert engines.agreed([]) == Digest()


def test_a_column_that_is_left_out_counts_as_null(engines: Engines) -> None:
    without = engines.agreed([(1, None, "b", None)])
    assert engines.agreed([(1, "a", "b", None)]) != without
    [[line]] = engines.sqlite.execute(
        f"select {json_row(TABLE, 'sqlite', ['date'])} from made_up"
    ).fetchall()
    assert hashed([line.encode()]) == without
