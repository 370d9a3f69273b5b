"""The MariaDB of the tests is a real server, and every test gets databases of its own."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa


def test_each_call_creates_an_empty_database_on_a_real_server(
    mariadb_database: Callable[[], str],
) -> None:
    first, second = mariadb_database(), mariadb_database()
    assert first != second
    engine = sa.create_engine(first, poolclass=sa.NullPool)
    with engine.begin() as connection:
        assert "MariaDB" in connection.exec_driver_sql("select version()").scalar_one()
        assert sa.inspect(connection).get_table_names() == []
        connection.exec_driver_sql("create table t (n int)")
    other = sa.create_engine(second, poolclass=sa.NullPool)
    assert sa.inspect(other).get_table_names() == []
