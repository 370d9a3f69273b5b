"""The PostgreSQL that other tests rely on: real, new for each test, and gone after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool


def ask(url: str, *statements: str) -> list[object]:
    """Run statements in one transaction; return the first column of the last."""
    with sa.create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements[:-1]:
            connection.exec_driver_sql(statement)
        return list(connection.exec_driver_sql(statements[-1]).scalars())


def test_a_new_database_is_real_postgresql_and_empty(
    postgres_database: Callable[..., str],
) -> None:
    url = postgres_database()
    assert str(ask(url, "select version()")[0]).startswith("PostgreSQL ")
    assert ask(url, "select tablename from pg_tables where schemaname = 'public'") == []
    assert ask(url, "show server_encoding") == ["UTF8"]


def test_a_database_can_be_copied(postgres_database: Callable[..., str]) -> None:
    first = postgres_database()
    ask(first, "create table t (n int)", "insert into t values (42) returning n")
    second = postgres_database(template=first)
    assert second != first
    assert ask(second, "select n from t") == [42]
    ask(second, "delete from t returning n")
    assert ask(first, "select n from t") == [42]


@pytest.fixture
def still_open(postgres_server: str) -> Iterator[list[sa.Connection]]:
    """Connections that stay open until the databases are dropped; then, whether they were."""
    connections: list[sa.Connection] = []
    yield connections
    for connection in connections:
        name = connection.engine.url.database
        connection.invalidate()
        there = f"select 1 from pg_database where datname = '{name}'"
        assert ask(postgres_server, there) == []


def test_a_database_is_dropped_even_while_somebody_is_connected(
    still_open: list[sa.Connection], postgres_database: Callable[..., str]
) -> None:
    still_open.append(sa.create_engine(postgres_database(), poolclass=NullPool).connect())
    assert still_open[0].exec_driver_sql("select 1").scalar() == 1
