"""Queries a SQLite file. Every query opens it anew, and so sees it as it is now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from adhoc.diagnostics import explain_sqlite
from adhoc.values import Argument, Field, Row
from database.errors import DatabaseError, driver_message
from database.location import locate, name_of
from database.sqlite import open_sqlite
from database.sqlite_guard import Authorizer
from database.statement import Statement, StatementError

OF_THE_QUERY = ("SQLITE_TOOBIG", "SQLITE_MISMATCH", "SQLITE_RANGE", "SQLITE_NOMEM")
"""SQLite's codes for errors of a query, besides SQLITE_ERROR; all others are the file's."""


class SqliteSource:
    """A file to query."""

    def __init__(self, database: str) -> None:
        self._database = database

    @contextmanager
    def query(self, timeout: float | None) -> Iterator[SqliteQuery]:
        """Open the file for one query."""
        with open_sqlite(self._database, timeout) as (connection, authorizer):
            yield SqliteQuery(self, connection, authorizer)

    def columns(self) -> dict[str, list[str]]:
        """Return the columns of every table and view; none of those that cannot be read."""
        columns: dict[str, list[str]] = {}
        tables = "select name from sqlite_schema where type in ('table', 'view') order by name"
        with open_sqlite(self._database) as (connection, _):
            for (table,) in connection.execute(tables).fetchall():
                fields = "select name from pragma_table_info(?)"
                try:
                    columns[table] = [name for (name,) in connection.execute(fields, (table,))]
                except (sqlite3.Error, UnicodeDecodeError):
                    columns[table] = []
        return columns

    def functions(self) -> list[str]:
        """Return the names of all functions."""
        query = "select distinct name from pragma_function_list"
        with open_sqlite(self._database) as (connection, _):
            return [name for (name,) in connection.execute(query)]

    def complaint(self, sql: str) -> str | None:
        """Return SQLite's error message about a statement, None where it accepts it."""
        with open_sqlite(self._database) as (connection, _):
            try:
                connection.execute(sql)
            except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
                return str(error)
        return None

    def close(self) -> None:
        """Do nothing: no file is open between two queries."""

    def failure(self, error: Exception) -> DatabaseError:
        """Return the error for a fault of the file, not of the query."""
        return DatabaseError(f"{name_of(locate(self._database))}: {driver_message(error)}")


class SqliteQuery:
    """One query of a file."""

    def __init__(
        self, source: SqliteSource, connection: sqlite3.Connection, authorizer: Authorizer
    ) -> None:
        self._source = source
        self._connection = connection
        self._authorizer = authorizer

    def begin(
        self, statement: Statement, arguments: Mapping[str, Argument]
    ) -> tuple[tuple[Field, ...], Iterator[Row]]:
        """Run it to its first row, by which SQLite knows the columns."""
        bound = {name: _bound(name, value) for name, value in arguments.items()}
        cursor = self._connection.execute(statement.text, bound)
        return tuple(Field(_text(column[0])) for column in cursor.description or ()), iter(cursor)

    def explain(self, error: Exception, statement: Statement) -> Exception | None:
        """Say what is wrong with the query, and where, or with the file."""
        if isinstance(error, UnicodeDecodeError):  # see database.errors.driver_message
            return self._source.failure(error)
        if not isinstance(error, sqlite3.Error | sqlite3.Warning):
            return None
        if self._authorizer.refused:
            return StatementError(*_refused(self._authorizer.refused, statement))
        code = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
        if code == "SQLITE_READONLY":
            return StatementError(*_refused("a query here only reads", statement))
        if code != "SQLITE_ERROR" and code not in OF_THE_QUERY:
            return self._source.failure(error)
        return explain_sqlite(str(error), statement, self._source)


def _text(name: object) -> str:
    return name if isinstance(name, str) else ""


def _bound(name: str, value: Argument) -> Any:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise StatementError(f"the value of :{name} is too large for SQLite; the limit is {2**63}")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise StatementError(f"the value of :{name} holds what is not UTF-8") from None
        return str(value)
    return value


def _refused(reason: str, statement: Statement) -> tuple[str, int | None]:
    """Name the keyword, where the statement is one that SQLite makes of others."""
    first = statement.words[0] if statement.words else None
    keyword = first.text.lower() if first else ""
    if keyword and keyword not in ("select", "with", "values", "explain", "pragma"):
        reason = f"`{keyword}` is not allowed: a query here only reads"
    return reason, first.start if first else None
