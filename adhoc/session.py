"""Runs ad hoc queries on any database, a sourcebook or not: read-only, cancellable, row by row.

A `Session` is what a command, the shell or a program queries. Each query has a transaction of its
own, and a guard of the engine's in database/ keeps it from writing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, cast

from adhoc.postgresql import PostgresqlSource
from adhoc.readonly import ReadOnlySource
from adhoc.sqlite import SqliteSource
from adhoc.values import Argument, Result
from database.location import locate
from database.statement import Engine, SqlStatement, StatementError

TIMEOUT = 30.0
"""The default time limit of a query, in seconds."""


class QuerySource(Protocol):
    """What a session queries, in one engine."""

    def ask(
        self, statement: SqlStatement, arguments: Mapping[str, Argument], timeout: float | None
    ) -> AbstractContextManager[Result]:
        """Run a query."""

    def columns(self) -> dict[str, list[str]]:
        """Return the columns of every table and view."""

    def close(self) -> None:
        """Close the connection."""


class Session:
    """A database to query again and again; close it, or use it with `with`."""

    def __init__(self, database: str) -> None:
        """Take a path or URL. A file is opened for each query, a server is connected to once.

        Raises DatabaseError for an unknown engine, or if no server answers.
        """
        url = locate(database)
        self.engine = cast("Engine", url.get_backend_name())
        self._source: QuerySource
        match self.engine:
            case "sqlite":
                self._source = SqliteSource(database)
            case "postgresql":
                self._source = PostgresqlSource(database)
            case _:
                self._source = ReadOnlySource(url)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._source.close()

    def columns(self) -> dict[str, list[str]]:
        """Return the names of all tables and views, each with its columns."""
        return self._source.columns()

    @contextmanager
    def ask(
        self,
        sql: str,
        arguments: Mapping[str, Argument] | None = None,
        timeout: float | None = TIMEOUT,
    ) -> Iterator[Result]:
        """Run one query; its rows are read while the block lasts, as they are used.

        `arguments` holds one value for each `:name` of the query. `timeout` is the time that the
        database may take for all rows together, in seconds; the time between rows does not count.
        None or 0: as long as it takes.

        Raises StatementError for what is refused or wrong, and TimeLimitError, both also between
        two rows; DatabaseError where the database fails; KeyboardInterrupt at Ctrl-C, once the
        query has ended. After any of these the session can be used again.
        """
        statement = SqlStatement.read(sql, self.engine)
        arguments = arguments or {}
        _check_arguments(statement, arguments)
        with self._source.ask(statement, arguments, timeout) as result:
            yield result


def _check_arguments(statement: SqlStatement, arguments: Mapping[str, Argument]) -> None:
    """Raise StatementError unless each parameter has a value, and each value its parameter."""
    missing = {
        token.text: token.start
        for token in reversed(statement.tokens)
        if token.kind == "parameter" and token.text[1:] not in arguments
    }
    unused = [f":{name}" for name in arguments if name not in statement.parameters]
    has = ", ".join(f":{name}" for name in statement.parameters) or "none"
    stray = f"the query has no parameter {', '.join(unused)}; it has {has}"
    if missing:
        names = sorted(missing, key=missing.__getitem__)
        options = " ".join(f"-p {name[1:]}=value" for name in names)
        raise StatementError(
            f"there is no value for {', '.join(names)}; add {options}"
            + (f"; {stray}" if unused else ""),
            missing[names[0]],
        )
    if unused:
        raise StatementError(stray)
