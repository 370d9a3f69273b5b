"""Runs ad hoc queries on any database, a sourcebook or not: guarded, cancellable, row by row.

A `Session` is what a command, a shell or a program asks. It only reads, which
database/sqlite_guard.py and database/postgresql_guard.py ensure, each query in its own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from adhoc.postgresql import Server
from adhoc.sqlite import File
from adhoc.values import Answer, Field, Given, Row
from database.cancellation import CancellableCalls, TimeLimitError
from database.location import locate
from database.statement import Engine, Statement, StatementError

T = TypeVar("T")

TIMEOUT = 30.0
"""How long a query may take if nobody says otherwise, in seconds."""

AT_ONCE = 1000
"""So many rows are held at a time."""


class Query(Protocol):
    """One query while it runs. `interrupt` is called by another thread than the rest."""

    abandoned: bool
    """Whether a call of it never came back; set before its end."""

    def begin(self, statement: Statement, values: Mapping[str, Given]) -> tuple[Field, ...]:
        """Run it as far as its columns are known."""

    def batch(self, size: int) -> list[Row]:
        """Give some of the next rows, at most so many; none at the end."""

    def interrupt(self) -> None:
        """Make what runs end."""

    def explained(self, error: Exception, statement: Statement) -> Exception | None:
        """Turn an error of the driver into one that says what to do; None: it is none of its."""


class Source(Protocol):
    """A database that can be asked."""

    def query(self) -> AbstractContextManager[Query]:
        """Open one query."""

    def names(self) -> dict[str, list[str]]:
        """Give the columns of every table and view."""

    def close(self) -> None:
        """Let the database go."""


class Session:
    """A database that is asked one query after another; to be closed, or used with `with`."""

    def __init__(self, database: str) -> None:
        """Take a path or URL. A file is opened for each query, a server is connected to once.

        Raises DatabaseError where it is neither SQLite nor PostgreSQL, or no server answers.
        """
        sqlite = locate(database).get_backend_name() == "sqlite"
        self.engine: Engine = "sqlite" if sqlite else "postgresql"
        self._source: Source = File(database) if sqlite else Server(database)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self._source.close()

    def names(self) -> dict[str, list[str]]:
        """Give the names of all tables and views, and of their columns."""
        return self._source.names()

    @contextmanager
    def ask(
        self, sql: str, values: Mapping[str, Given] | None = None, timeout: float | None = TIMEOUT
    ) -> Iterator[Answer]:
        """Ask one query; its rows are read while the block lasts, as they are used.

        `values` holds one for each `:name` of the query. `timeout` is the time that the database
        may take for all rows together, in seconds; what is done with them in between does not
        count. None or 0: as long as it takes.

        Raises StatementError for what is refused, wrong or took too long, be it between two rows;
        DatabaseError where the database fails; KeyboardInterrupt at Ctrl-C, once the query has
        ended. After any of these the session can be asked again.
        """
        statement = Statement.read(sql, self.engine)
        given = values or {}
        _match(statement, given)
        with self._source.query() as query:
            calls = CancellableCalls(query.interrupt, timeout or None)
            run = _Run(query, statement, calls, timeout or 0)
            try:
                columns = run.call(lambda: query.begin(statement, given))
                yield Answer(columns, run.rows())
            finally:
                query.abandoned = calls.abandoned
                calls.close()


class _Run(NamedTuple):
    """A query, and what waits for it."""

    query: Query
    statement: Statement
    calls: CancellableCalls
    timeout: float

    def call(self, function: Callable[[], T]) -> T:
        """Make a call, and say what goes wrong in it as the session does."""
        try:
            return self.calls.call(function)
        except TimeLimitError:
            raise StatementError(
                f"stopped after {self.timeout:g} s; --timeout gives it more seconds, 0 no limit"
            ) from None
        except Exception as error:
            explained = self.query.explained(error, self.statement)
            if explained is None:
                raise
            raise explained from error

    def rows(self) -> Iterator[Row]:
        """Give the rows, of which some are fetched at a time."""
        size = 1  # the first rows are shown at once, however long the thousandth takes
        while rows := self.call(partial(self.query.batch, size)):
            yield from rows
            size = min(2 * size, AT_ONCE)


def _match(statement: Statement, values: Mapping[str, Given]) -> None:
    """Raise StatementError unless each parameter has a value, and each value its parameter."""
    missing = {
        token.text: token.start
        for token in reversed(statement.tokens)
        if token.kind == "parameter" and token.text[1:] not in values
    }
    unused = [f":{name}" for name in values if name not in statement.parameters]
    has = ", ".join(f":{name}" for name in statement.parameters) or "none"
    stray = f"the query has no parameter {', '.join(unused)}; it has {has}"
    if missing:
        named = sorted(missing, key=missing.__getitem__)
        given = " ".join(f"-p {name[1:]}=value" for name in named)
        raise StatementError(
            f"there is no value for {', '.join(named)}; give it with {given}"
            + (f"; {stray}" if unused else ""),
            missing[named[0]],
        )
    if unused:
        raise StatementError(stray)


def ask(
    database: str,
    sql: str,
    values: Mapping[str, Given] | None = None,
    *,
    timeout: float | None = TIMEOUT,
) -> list[Any]:
    """Ask one query of a database, and give its rows: tuples whose fields have the columns' names.

    >>> query = "select name from actors where key = :key"
    >>> for one in ask("sourcebook.db", query, {"key": "iran"}):
    ...     print(one.name)

    Values are int, float, bool, str, bytes and None; of PostgreSQL also Decimal, and lists for
    arrays. Dates, times, json and whatever else are text, as the engine writes it. Where a name
    cannot be a field's, or stands twice, the field is called by its place: `_0`, `_1`.

    Raises what `Session.ask` does. For millions of rows, or many queries, take a Session.
    """
    from collections import namedtuple

    with Session(database) as session, session.ask(sql, values, timeout) as answer:
        names = [column.name for column in answer.columns]
        row = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # known when it runs
        return [row._make(values) for values in answer.rows]
