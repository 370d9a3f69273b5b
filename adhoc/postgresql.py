"""Queries a PostgreSQL server: over one connection, each query in a transaction of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from adhoc.diagnostics import unknown_column, unknown_table
from adhoc.values import Argument, Field, Row, Text
from database.cancellation import CancellableCalls, postgresql_calls
from database.errors import DatabaseError
from database.location import locate, name_of
from database.postgresql import catalog_rows, open_postgresql
from database.postgresql_guard import require_read_only
from database.statement import Statement, StatementError, word_set
from schema.suggest import did_you_mean

if TYPE_CHECKING:
    import psycopg

# Values of these types stay the server's text: no Python type holds every one of them.
AS_TEXT = word_set("""
    date time timetz timestamp timestamptz interval json jsonb uuid inet cidr record
    int4range int8range numrange daterange tsrange tstzrange
    int4multirange int8multirange nummultirange datemultirange tsmultirange tstzmultirange
""")

COLUMNS = """
select distinct on (relname)
  relname::text,
  (
    select array_agg(attname::text order by attnum)
    from pg_attribute
    where attrelid = pg_class.oid and attnum > 0 and not attisdropped
  )
from pg_class
join pg_namespace on pg_namespace.oid = relnamespace
where relkind in ('r', 'v', 'm', 'f', 'p') and nspname = any(%(path)s::text[])
order by relname, array_position(%(path)s::text[], nspname::text)
"""

FUNCTIONS = """
select distinct proname::text
from pg_proc
join pg_namespace on pg_namespace.oid = pronamespace
where nspname = any(%(path)s::text[])
"""


class PostgresqlSource:
    """A database of a server to query."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None
        self.connected()

    def connected(self) -> psycopg.Connection[Any]:
        """Return the connection, a new one if the last was lost. Raises DatabaseError."""
        if self._connection is None or self._connection.closed:
            self._connection = open_postgresql(self._database)
            _adapt(self._connection)
        return self._connection

    @contextmanager
    def query(self, timeout: float | None) -> Iterator[PostgresqlQuery]:
        """Begin one query; its transaction ends with the block."""
        connection = self.connected()
        calls = postgresql_calls(connection, timeout)
        query = PostgresqlQuery(self, connection, calls)
        try:
            yield query
        finally:
            if not calls.abandoned:
                query.close()
                self.rollback()
            calls.close()

    def rollback(self) -> None:
        """End the transaction; a connection that fails to is no longer used."""
        import psycopg

        if self._connection is not None:
            try:
                self._connection.rollback()
            except psycopg.Error:
                self.close()

    def columns(self) -> dict[str, list[str]]:
        """Return the columns of every table and view on the search path."""
        return dict(self._rows(COLUMNS))

    def functions(self) -> list[str]:
        """Return the names of all functions on the search path."""
        return [name for (name,) in self._rows(FUNCTIONS)]

    def _rows(self, query: str) -> list[Any]:
        try:
            return catalog_rows(self.connected(), query)
        finally:
            self.rollback()

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def failure(self, reason: str) -> DatabaseError:
        """Return the error for a fault of the server, not of the query."""
        return DatabaseError(f"{name_of(locate(self._database))}: {reason}")


def _adapt(connection: psycopg.Connection[Any]) -> None:
    from psycopg.pq import Format
    from psycopg.types.string import StrDumper, TextLoader

    adapters = connection.adapters
    text = adapters.get_loader(adapters.types["text"].oid, Format.TEXT) or TextLoader
    for name in AS_TEXT:
        adapters.register_loader(name, text)
    adapters.register_dumper(Text, StrDumper)


class PostgresqlQuery:
    """One query of a server."""

    def __init__(
        self,
        source: PostgresqlSource,
        connection: psycopg.Connection[Any],
        calls: CancellableCalls,
    ) -> None:
        self._source = source
        self._connection = connection
        self._calls = calls
        self._stream: Generator[Any] | None = None

    def begin(
        self, statement: Statement, arguments: Mapping[str, Argument]
    ) -> tuple[tuple[Field, ...], Iterator[Row]]:
        """Check what the query would do, and run it to its first row."""
        import psycopg

        numbered = statement.numbered()
        bound = [arguments[name] for name in statement.parameters]
        cursor = psycopg.RawCursor(self._connection)

        def begin() -> tuple[tuple[Field, ...], Iterator[Row]]:
            require_read_only(self._connection, numbered)
            # `stream` uses the extended protocol, which takes one statement and no more. The driver
            # holds one row at a time: of many, it would hold all that their values weigh.
            self._stream = stream = _closable(cursor.stream(numbered.encode(), bound))
            first = list(islice(stream, 1))
            columns = [(column.name, column.type_code) for column in cursor.description or ()]
            if not first:
                columns = self._described(numbered.encode())
            return tuple(self._field(*column) for column in columns), chain(first, stream)

        try:
            columns, rows = self._calls.call(begin)
        except StatementError as error:
            if error.position is not None:
                error.position = statement.position(error.position)
            raise
        return columns, self._calls.iterate(rows)

    def _described(self, sql: bytes) -> list[tuple[str, int]]:
        """Return the columns of a query without rows, for which the driver reports none."""
        connection = self._connection.pgconn
        for result in (connection.prepare(b"", sql), connection.describe_prepared(b"")):
            if result.status > 2:  # an error, though the query has run
                return []
        return [
            ((result.fname(n) or b"").decode("utf-8", "replace"), result.ftype(n))
            for n in range(result.nfields)
        ]

    def _field(self, name: str, oid: int) -> Field:
        known = self._connection.adapters.types.get(oid)
        if known is None:
            return Field(name)
        return Field(name, f"{known.name}[]" if oid == known.array_oid else known.name)

    def close(self) -> None:
        """Drop the rows that nobody has read."""
        import psycopg

        if self._stream is not None:
            with suppress(psycopg.Error):
                self._stream.close()

    def explain(self, error: Exception, statement: Statement) -> Exception | None:
        """Say what is wrong with the query, and where, or with the server."""
        import psycopg

        if isinstance(error, UnicodeEncodeError):
            return StatementError("a value holds what is not UTF-8")
        if not isinstance(error, psycopg.Error):
            return None
        message = error.diag.message_primary or str(error).strip().partition("\n")[0]
        if self._connection.closed or error.sqlstate in ("57P01", "57P02", "57P03"):
            return self._source.failure(f"{message}; ask again")
        self._source.rollback()
        at = _position(error, statement)
        name = _name(statement, at)
        if name and error.sqlstate == "42703":
            message = unknown_column(name, statement, self._source)
        elif name and error.sqlstate == "42P01":
            message = unknown_table(name, statement, self._source)
        elif name and error.sqlstate == "42883":
            functions = self._source.functions()
            message += "" if name.lower() in functions else did_you_mean(name, functions)
        elif error.sqlstate == "42P18":
            message += "; give its type, as in -p name:text=value, or write cast(:name as text)"
        return StatementError(message, at)


def _closable(rows: Iterator[Any]) -> Generator[Any]:
    """Yield the rows until somebody closes them."""
    yield from rows


def _position(error: psycopg.Error, statement: Statement) -> int | None:
    position = error.diag.statement_position
    return statement.position(int(position) - 1) if position else None


def _name(statement: Statement, at: int | None) -> str:
    """Return the name at a place, with its qualifiers."""
    parts: list[str] = []
    for token in statement.tokens:
        if at is None or token.start < at:
            continue
        if token.kind in ("word", "quoted"):
            parts.append(token.name if token.kind == "quoted" else token.name.lower())
        elif token.text == ".":
            parts.append(".")
        else:
            break
    return "".join(parts)
