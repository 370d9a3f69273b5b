"""The statements that loading needs, in bulk and in chunks that every engine accepts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, delete, text, update

from database.rows import chunks, insert_rows, new_ids

MOST = 5_000
"""How many parameters a statement has at most: every engine accepts them."""


class BulkStatements:
    """Inserts, updates and deletes on a connection, in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def insert(self, table: Table, columns: str, rows: Iterable[Iterable[Any]]) -> None:
        """Insert rows whose values are in the order of these columns."""
        insert_rows(self.connection, table, columns.split(), rows)

    def insert_new(
        self, table: Table, columns: str, rows: Collection[Iterable[Any]]
    ) -> Sequence[int]:
        """Insert rows and return their new ids, in the same order."""
        ids = new_ids(self.connection, table, len(rows)) if rows else ()
        self.insert(table, f"id {columns}", ((id, *row) for id, row in zip(ids, rows, strict=True)))
        return ids

    def update(self, table: Table, number: int, columns: Mapping[str, Any]) -> None:
        """Set columns of the row with this id."""
        self.connection.execute(update(table).where(table.c.id == number).values(**columns))

    def set_null(self, column: Column[Any], ids: Sequence[int]) -> None:
        """Clear a column of the rows with these ids."""
        table = column.table
        for chunk in chunks(ids, MOST):
            self.connection.execute(
                update(table).where(table.c.id.in_(chunk)).values({column: None})
            )

    def delete(self, column: Column[Any], values: Sequence[Any], *conditions: Any) -> None:
        """Delete the rows that have one of the values in a column, and meet the conditions."""
        for chunk in chunks(values, MOST):
            self.connection.execute(delete(column.table).where(column.in_(chunk), *conditions))


def rows_in(
    connection: Connection, query: str, values: Sequence[Any], **parameters: Any
) -> list[Any]:
    """Return the rows of a query whose condition is `in :values`, without repeating the query."""
    statement = text(query).bindparams(bindparam("values", expanding=True))
    return [
        row
        for chunk in chunks(values, MOST)
        for row in connection.execute(statement, {**parameters, "values": list(chunk)})
    ]
