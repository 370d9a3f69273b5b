"""Rows in bulk, written and read as the driver has them.

For thousands of small rows SQLAlchemy takes longer than the engines do.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from database.digest import quoted

T = TypeVar("T")

AT_ONCE = 500
"""Documents, facts or actors whose rows are read or computed together."""


def rows_by_id(connection: Connection, query: str, ids: Iterable[int]) -> Sequence[Any]:
    """Return the rows of a query, with these ids written into it: all are integers.

    Named tuples: to get a column of SQLAlchemy's rows takes ten times as long.
    """
    listed = ", ".join(map(str, ids)) or "null"
    joined = "group_concat" if connection.dialect.name == "sqlite" else "string_agg"
    result = connection.exec_driver_sql(query.format(ids=listed, joined=joined))
    return list(map(_row_maker(*result.keys()), result.all()))


@lru_cache
def _row_maker(*columns: str) -> Callable[[Any], Any]:
    # `_make` would also compare the number of values with that of the columns.
    return partial(tuple.__new__, namedtuple("Row", columns, rename=True))


def ids_in(connection: Connection, query: str, ids: Collection[int]) -> set[int]:
    """Return the first column of a query that can be run for some of these ids at a time."""
    return {row[0] for some in chunks(sorted(ids)) for row in rows_by_id(connection, query, some)}


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Iterable[Any]]
) -> None:
    """Insert rows whose values are in the order of these columns."""
    if values := [tuple(row) for row in rows]:
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(columns))
        names = ", ".join(map(quoted, columns))
        connection.exec_driver_sql(f"insert into {table.name} ({names}) values ({marks})", values)


def new_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Return ids for new rows of a table."""
    if connection.dialect.name == "sqlite":
        # Nobody else writes to it during the transaction.
        last = connection.exec_driver_sql(f"select max(id) from {table.name}").scalar() or 0
        return range(last + 1, last + 1 + count)
    query = f"""
        select nextval(pg_get_serial_sequence('{table.name}', 'id'))
        from generate_series(1, {count})
    """
    return connection.exec_driver_sql(query).scalars().all()


def chunks(values: Sequence[T], size: int = AT_ONCE) -> Iterable[Sequence[T]]:
    """Split a list."""
    return (values[start : start + size] for start in range(0, len(values), size))
