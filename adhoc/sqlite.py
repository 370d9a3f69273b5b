"""Asks a file of SQLite. It is opened anew for every query, and so always as it is now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any

from adhoc.mistakes import in_sqlite
from adhoc.values import Field, Given, Row
from database.errors import DatabaseError, driver_message
from database.location import locate, name_of
from database.sqlite import open_sqlite
from database.sqlite_guard import Authorizer
from database.statement import Statement, StatementError

PATIENCE = 0.1
"""How long rows are gathered before they are handed on, in seconds."""


class File:
    """A file that can be asked."""

    def __init__(self, database: str) -> None:
        self._database = database

    @contextmanager
    def query(self) -> Iterator[FileQuery]:
        """Open the file for one query."""
        with ExitStack() as stack:
            connection, authorizer = stack.enter_context(open_sqlite(self._database))
            query = FileQuery(self, connection, authorizer)
            try:
                yield query
            finally:
                if query.abandoned:  # closing would wait for the call, so what it uses stays open
                    query.kept = stack.pop_all()

    def names(self) -> dict[str, list[str]]:
        """Give the columns of every table and view; of those that cannot be read, none."""
        found: dict[str, list[str]] = {}
        with open_sqlite(self._database) as (connection, _):
            for (name,) in connection.execute(
                "select name from sqlite_schema where type in ('table', 'view') order by name"
            ).fetchall():
                try:
                    found[name] = [
                        row[0]
                        for row in connection.execute(
                            "select name from pragma_table_info(?)", (name,)
                        )
                    ]
                except (sqlite3.Error, UnicodeDecodeError):
                    found[name] = []
        return found

    def functions(self) -> list[str]:
        """Name all functions."""
        with open_sqlite(self._database) as (connection, _):
            return [
                name
                for (name,) in connection.execute("select distinct name from pragma_function_list")
            ]

    def complaint(self, sql: str) -> str | None:
        """Give what SQLite has against a statement, None where it takes it."""
        with open_sqlite(self._database) as (connection, _):
            try:
                connection.execute(sql)
            except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
                return str(error)
        return None

    def close(self) -> None:
        """Do nothing: no file is open between two queries."""

    def failure(self, error: Exception) -> DatabaseError:
        """Say what the file, not the query, is to be blamed for."""
        return DatabaseError(f"{name_of(locate(self._database))}: {driver_message(error)}")


class FileQuery:
    """One query of a file."""

    def __init__(self, file: File, connection: sqlite3.Connection, authorizer: Authorizer) -> None:
        self.abandoned = False
        self.kept: ExitStack | None = None
        self._file = file
        self._connection = connection
        self._authorizer = authorizer
        self._cursor: sqlite3.Cursor | None = None

    def begin(self, statement: Statement, values: Mapping[str, Given]) -> tuple[Field, ...]:
        """Run it to its first row, by which SQLite knows the columns."""
        bound = {name: _bound(name, value) for name, value in values.items()}
        self._cursor = self._connection.execute(statement.text, bound)
        return tuple(Field(_named(one[0])) for one in self._cursor.description or ())

    def batch(self, size: int) -> list[Row]:
        """Give some of the next rows."""
        rows: list[Row] = []
        until = monotonic() + PATIENCE
        for row in self._cursor or ():
            rows.append(row)
            if len(rows) == size or monotonic() > until:
                break
        return rows

    def interrupt(self) -> None:
        """Make what runs end."""
        self._connection.interrupt()

    def explained(self, error: Exception, statement: Statement) -> Exception | None:
        """Say what is wrong with the query, and where it says it, or with the file."""
        if isinstance(error, StatementError):
            return error
        if isinstance(error, UnicodeDecodeError):  # see database.errors.driver_message
            return self._file.failure(error)
        if not isinstance(error, sqlite3.Error | sqlite3.Warning):
            return None
        if self._authorizer.refused:
            return StatementError(*_refused(self._authorizer.refused, statement))
        if getattr(error, "sqlite_errorname", "") == "SQLITE_READONLY":
            return StatementError(*_refused("a query here only reads", statement))
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
            name = getattr(error, "sqlite_errorname", "")
            if name not in ("SQLITE_TOOBIG", "SQLITE_MISMATCH", "SQLITE_RANGE", "SQLITE_NOMEM"):
                return self._file.failure(error)
        return in_sqlite(str(error), statement, self._file)


def _named(name: object) -> str:
    return name if isinstance(name, str) else ""


def _bound(name: str, value: Given) -> Any:
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
    said = first.text.lower() if first else ""
    if said and said not in ("select", "with", "values", "explain", "pragma"):
        reason = f"`{said}` is not allowed: a query here only reads"
    return reason, first.start if first else None
