"""The statements that loading needs, in bulk and in chunks that every engine accepts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

T = TypeVar("T")


class BulkStatements:
    """Inserts, updates and deletes on a connection, in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def returning(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows and return their new ids, in the same order."""
        if not rows:
            return []
        if self.connection.dialect.name == "sqlite":
            # To return ids in order, SQLAlchemy would insert row by row. Nobody else writes here
            # during the transaction, so ids can be counted on.
            last = self.connection.execute(select(func.max(table.c.id))).scalar() or 0
            ids = list(range(last + 1, last + 1 + len(rows)))
            self.insert(table, [{"id": id, **row} for id, row in zip(ids, rows, strict=True)])
            return ids
        statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list(self.connection.execute(statement, rows).scalars())

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows."""
        if rows:
            self.connection.execute(insert(table), rows)

    def insert_values(self, table: Table, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows whose values are in the order of these columns."""
        names = columns.split()
        self.insert(table, [dict(zip(names, row, strict=True)) for row in rows])

    def update(self, table: Table, number: int, columns: Mapping[str, Any]) -> None:
        """Set columns of the row with this id."""
        self.connection.execute(update(table).where(table.c.id == number).values(**columns))

    def set_null(self, column: Column[Any], ids: Sequence[int]) -> None:
        """Clear a column of the rows with these ids."""
        table = column.table
        for chunk in chunks(ids):
            self.connection.execute(
                update(table).where(table.c.id.in_(chunk)).values({column: None})
            )

    def delete(self, column: Column[Any], values: Sequence[Any], *conditions: Any) -> None:
        """Delete the rows that have one of the values in a column, and meet the conditions."""
        for chunk in chunks(values):
            self.connection.execute(delete(column.table).where(column.in_(chunk), *conditions))


def rows_in(
    connection: Connection, query: str, values: Sequence[Any], **parameters: Any
) -> list[Any]:
    """Return the rows of a query whose condition is `in :values`, without repeating the query."""
    statement = text(query).bindparams(bindparam("values", expanding=True))
    return [
        row
        for chunk in chunks(values)
        for row in connection.execute(statement, {**parameters, "values": list(chunk)})
    ]


def chunks(values: Sequence[T], size: int = 5_000) -> Iterable[Sequence[T]]:
    """Split a list so that no statement has more parameters than an engine accepts."""
    return (values[start : start + size] for start in range(0, len(values), size))
