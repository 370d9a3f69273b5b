"""DuckDB and Spark as SQLAlchemy sees them: connections that only read, each call cancellable.

A driver's connection becomes a `ReadOnlyConnection`, which has what SQLAlchemy needs of the DB-API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import UserDefinedType

from database.cancellation import BATCH, CancellableCalls

Row = tuple[Any, ...]


class DriverResult(NamedTuple):
    """What a driver returns for a query."""

    columns: Sequence[tuple[str, str]]
    """Their names and types."""
    fetch: Callable[[int], list[Row]]
    """Takes the largest number of rows to return next; returns none after the last."""


class ReadOnlyConnection:
    """A connection of the DB-API without transactions: what it reads must not change meanwhile."""

    def __init__(
        self,
        ask: Callable[[str, Any], DriverResult],
        guard: Callable[[str, Any], None],
        interrupt: Callable[[], None],
        close: Callable[[], None],
        error: type[Exception],
    ) -> None:
        """Take functions that run a query, check it, interrupt it, and close the connection.

        `guard` raises StatementError; `error` is the base of the errors that the driver raises.
        """
        self.error = error
        self._guard = guard
        self.calls = CancellableCalls(interrupt)
        self._ask = ask
        self._interrupt = interrupt
        self._close = close

    def limit(self, seconds: float | None) -> ReadOnlyConnection:
        """Limit the time of all calls from now on, and return the connection."""
        self.calls.close()
        self.calls = CancellableCalls(self._interrupt, seconds=seconds)
        return self

    def ask(
        self, sql: str, parameters: Any = ()
    ) -> tuple[Sequence[tuple[str, str]], Iterator[Row]]:
        """Run a query to its first row; return its columns, with their types, and its rows."""

        def begin() -> tuple[DriverResult, list[Row]]:
            answer = self._ask(sql, parameters)
            return answer, answer.fetch(1)

        (columns, fetch), first = self.calls.call(begin)
        return columns, chain.from_iterable(self._batches(first, fetch))

    def _batches(self, first: list[Row], fetch: Callable[[int], list[Row]]) -> Iterator[list[Row]]:
        """Yield rows; each call fetches more of them than the one before."""
        batch, size = first, 1
        while batch:
            yield batch
            size = min(2 * size, BATCH)
            batch = self.calls.call(partial(fetch, size))

    def require_query(self, sql: str, parameters: Any = ()) -> None:
        """Raise StatementError for a statement that does more than read."""
        self.calls.call(lambda: self._guard(sql, parameters))

    def cursor(self) -> _Cursor:
        """Return a cursor."""
        return _Cursor(self)

    def commit(self) -> None:
        """Do nothing: there is no transaction."""

    rollback = commit

    def close(self) -> None:
        """Close the connection, unless a call was abandoned and is still running."""
        self.calls.close()
        if not self.calls.abandoned:
            self._close()


class _Cursor:
    """A cursor of the DB-API."""

    arraysize = 1
    rowcount = -1

    def __init__(self, connection: ReadOnlyConnection) -> None:
        self._connection = connection
        self._rows: Iterator[Row] = iter(())
        self.description: list[tuple[Any, ...]] | None = None

    def execute(self, sql: str, parameters: Any = ()) -> None:
        columns, self._rows = self._connection.ask(sql, parameters)
        self.description = [(name, type, *[None] * 5) for name, type in columns]

    def fetchone(self) -> Row | None:
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Row]:
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Row]:
        return list(self._rows)

    def close(self) -> None:
        self._rows = iter(())


# --- SQLAlchemy -----------------------------------------------------------------------------------


class NamedType(UserDefinedType[Any]):
    """A type that is known only by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        """Return the name."""
        return self.name


class _Compiler(SQLCompiler):
    def visit_empty_set_expr(self, element_types: Sequence[Any], **_: Any) -> str:
        return f"select {', '.join('null' for _ in element_types)} where false"


class ReadOnlyDialect(DefaultDialect):
    """What SQLAlchemy knows about both engines."""

    supports_statement_cache = True
    statement_compiler: type[SQLCompiler] = _Compiler

    def sent(self, statement: str) -> str:
        """Return a statement as the engine reads it."""
        return statement

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Run a query in the SQL that all engines share."""
        del context
        cursor.execute(self.sent(statement), parameters)

    def do_savepoint(self, connection: Connection, name: str) -> None:
        """Do nothing: a query that fails spoils no later one."""

    do_release_savepoint = do_rollback_to_savepoint = do_savepoint


def read_only_engine(
    url: URL, dialect: type[ReadOnlyDialect], connection: ReadOnlyConnection
) -> Engine:
    """Return an engine with this one connection."""
    registry.register(dialect.name, dialect.__module__, dialect.__name__)
    module = SimpleNamespace(paramstyle=dialect.default_paramstyle, Error=connection.error)
    return create_engine(url, creator=lambda: connection, module=module, poolclass=NullPool)
