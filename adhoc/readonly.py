"""Queries DuckDB and Spark, which only read: a file is opened anew for each query."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import URL

from adhoc.diagnostics import position_of, unknown_column, unknown_table
from adhoc.values import Argument, Result, ResultColumn, Value
from database import duckdb, spark
from database.connect import REVISION
from database.errors import DatabaseError, driver_message, is_query_error
from database.location import name_of
from database.readonly import ReadOnlyConnection
from database.statement import SqlStatement, StatementError

_NAMED = {
    "duckdb": re.compile(
        r".*Table with name (?P<table>\S+) does not exist"
        r'|.*column "(?P<column>[^"]+)" (?:was )?not found'
        r'|.*at or near "(?P<near>[^"]+)"',
        re.DOTALL,
    ),
    "spark": re.compile(  # Spark's own messages, and Sail's
        r".*TABLE_OR_VIEW_NOT_FOUND.*(?: view | not found: )(?P<table>\S+)"
        r"|.*UNRESOLVED_COLUMN.* with name (?P<column>\S+)"
        r"|.*attribute ObjectName\(\[(?P<attribute>.*)\]\) is missing",
        re.DOTALL,
    ),
}
"""How messages name a table, a column or a word of the query."""

_PLAIN = (int, float, bool, str, bytes, Decimal, type(None))

COLUMNS = """
select table_name, list(column_name order by column_index)
from duckdb_columns()
where schema_name = 'main' and not internal
group by table_name
order by table_name
"""


class ReadOnlySource:
    """A DuckDB file, or a sourcebook on Spark."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._is_file = url.get_backend_name() == "duckdb"
        self._session: ReadOnlyConnection | None = None

    @contextmanager
    def ask(
        self, statement: SqlStatement, arguments: Mapping[str, Argument], timeout: float | None
    ) -> Iterator[Result]:
        """Check that a query only reads, and run it to its first row."""
        with self._connected(timeout) as connection:
            try:
                bound: Any = {name: arguments[name] for name in statement.parameters}
                query = statement.backticked()
                if self._is_file:
                    query, bound = statement.numbered(), [*bound.values()]
                connection.require_query(query, bound)
                columns, rows = connection.ask(query, bound)
                fields = tuple(ResultColumn(name, type.lower()) for name, type in columns)
                yield Result(fields, (tuple(map(_value, row)) for row in rows))
            except connection.error as error:
                raise self._explained(error, statement) from error

    def columns(self) -> dict[str, list[str]]:
        """Return the columns of every table and view."""
        if self._is_file:
            with self._connected(None) as connection:
                return dict(connection.ask(COLUMNS)[1])
        from schema import dictionary  # slow to import, and only a completion or a mistake needs it

        return {
            entry.name: [field.column for field in dictionary.columns(entry.name)]
            for entry in dictionary.tables()
        }

    def close(self) -> None:
        """End the session on Spark; no file is open between two queries."""
        if self._session is not None:
            self._session.close()
            self._session = None

    @contextmanager
    def _connected(self, timeout: float | None) -> Iterator[ReadOnlyConnection]:
        """Open the file, or go on with the session, whose views took a while to create."""
        if self._session is None or self._session.calls.abandoned:
            self._session = (
                duckdb.open_duckdb(self._url)
                if self._is_file
                else spark.open_spark(self._url, REVISION)
            )
        self._session.limit(timeout)
        try:
            yield self._session
        finally:
            if self._is_file:
                self.close()

    def _explained(
        self, error: Exception, statement: SqlStatement
    ) -> StatementError | DatabaseError:
        """Return an error that says what is wrong with the query, or with the database."""
        message = driver_message(error)
        if not is_query_error(error):
            return DatabaseError(f"{name_of(self._url)}: {message}")
        match = _NAMED[self._url.get_backend_name()].match(str(error))
        if match is None:
            return StatementError(message)
        name = match[match.lastgroup or 0].replace("`", "")
        if match.lastgroup == "attribute":
            name = ".".join(re.findall(r'"(.*?)"', name))
        if match.lastgroup == "table":
            message = unknown_table(name, statement, self.columns())
        elif match.lastgroup in ("column", "attribute"):
            message = unknown_column(name, statement, self.columns())
        return StatementError(message, position_of(name.rpartition(".")[2], statement))


def _value(value: Any) -> Value:
    """Return a value of a type that pages know; dates, times and json are text."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
