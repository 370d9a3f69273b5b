"""Queries a SQLite file. Every query opens it anew, and so sees it as it is now."""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from adhoc.diagnostics import position_of, unknown_column, unknown_table
from adhoc.values import Argument, Result, ResultColumn
from database.errors import DatabaseError, driver_message, is_query_error
from database.location import locate, name_of
from database.sqlite import open_sqlite
from database.sqlite_guard import Authorizer, require_names
from database.statement import SqlStatement, StatementError
from schema.suggest import did_you_mean

_NAMED = re.compile(
    r"(?P<what>no such (?:column|table|function)|ambiguous column name): (?P<name>.+)"
    r"|.*\b(?:function|aggregate:?|window function) (?P<function>\w+)\(\)"
    r"|no such collation sequence: (?P<collation>.+)",
    re.DOTALL,
)
_NEAR = re.compile(r'near "(?P<token>.*)": syntax error', re.DOTALL)
_UNKNOWN = re.compile(r'unrecognized token: "(?P<text>.*)"', re.DOTALL)


class SqliteSource:
    """A file to query."""

    def __init__(self, database: str) -> None:
        self._database = database

    @contextmanager
    def ask(
        self, statement: SqlStatement, arguments: Mapping[str, Argument], timeout: float | None
    ) -> Iterator[Result]:
        """Run one query to its first row, by which SQLite knows the columns."""
        bound = {name: _bound(name, value) for name, value in arguments.items()}
        with open_sqlite(self._database, timeout) as (connection, authorizer):
            try:
                require_names(connection, statement, bound)
                cursor = connection.execute(statement.text, bound)
                names = [column[0] for column in cursor.description or ()]
                columns = tuple(
                    ResultColumn(name if isinstance(name, str) else "") for name in names
                )
                yield Result(columns, iter(cursor))
            except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
                raise self._explained(error, statement, authorizer) from error

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

    def close(self) -> None:
        """Do nothing: no file is open between two queries."""

    def _explained(
        self, error: Exception, statement: SqlStatement, authorizer: Authorizer
    ) -> StatementError | DatabaseError:
        """Return an error that says what is wrong with the query, and where, or with the file."""
        read_only = getattr(error, "sqlite_errorname", None) == "SQLITE_READONLY"
        if authorizer.refused or read_only:
            return _refusal(authorizer.refused or "a query here only reads", statement)
        if not is_query_error(error):
            return DatabaseError(f"{name_of(locate(self._database))}: {driver_message(error)}")
        message, text = str(error), statement.text
        if match := _NEAR.fullmatch(message):
            return StatementError(message, self._syntax_error(match["token"], message, statement))
        if match := _UNKNOWN.fullmatch(message):
            start = text.find(match["text"])
            return StatementError(message, start if start >= 0 else None)
        if message == "incomplete input":
            return StatementError("the query ends too early", len(text.rstrip()))
        if match := _NAMED.match(message):
            name = match["name"] or match["function"] or match["collation"]
            at = position_of(name.rpartition(".")[2], statement)
            if match["what"] == "no such column":
                message = unknown_column(name, statement, self.columns())
            elif match["what"] == "no such table":
                message = unknown_table(name.removeprefix("main."), statement, self.columns())
            elif match["what"] == "no such function":
                message = f"no function `{name}`{did_you_mean(name, self._functions())}"
            return StatementError(message, at)
        return StatementError(message)

    def _functions(self) -> list[str]:
        query = "select distinct name from pragma_function_list"
        with open_sqlite(self._database) as (connection, _):
            return [name for (name,) in connection.execute(query)]

    def _syntax_error(self, token: str, message: str, statement: SqlStatement) -> int | None:
        """Return the place of the token at which the query becomes one with this error."""
        candidates = [candidate for candidate in statement.tokens if candidate.text == token]
        explain = "explain "
        if statement.words and statement.words[0].text.lower() in ("explain", "pragma"):
            explain = ""
        first = bisect_left(
            candidates,
            True,
            key=lambda end: self._message(explain + statement.text[: end.end]) == message,
        )
        return candidates[first].start if first < len(candidates) else None

    def _message(self, sql: str) -> str | None:
        """Return SQLite's error message about a statement, None where it accepts it."""
        with open_sqlite(self._database) as (connection, _):
            try:
                connection.execute(sql)
            except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
                return str(error)
        return None


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


def _refusal(reason: str, statement: SqlStatement) -> StatementError:
    """Name the keyword, where the statement is one that SQLite makes of others."""
    first = statement.words[0] if statement.words else None
    keyword = first.text.lower() if first else ""
    if keyword and keyword not in ("select", "with", "values", "explain", "pragma"):
        reason = f"`{keyword}` is not allowed: a query here only reads"
    return StatementError(reason, first.start if first else None)
