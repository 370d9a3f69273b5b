"""Queries a PostgreSQL server: over one connection, each query in a transaction of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, cast

from adhoc.diagnostics import unknown_column, unknown_table
from adhoc.values import Argument, Result, ResultColumn, Row, Text
from database.cancellation import postgresql_calls
from database.errors import DatabaseError
from database.location import locate, name_of
from database.postgresql import catalog_rows, open_postgresql
from database.postgresql_guard import require_read_only
from database.statement import SqlStatement, StatementError, word_set
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
        self._connected()

    @contextmanager
    def ask(
        self, statement: SqlStatement, arguments: Mapping[str, Argument], timeout: float | None
    ) -> Iterator[Result]:
        """Check what a query would do, and run it to its first row; then end its transaction."""
        import psycopg

        connection = self._connected()
        calls = postgresql_calls(connection, timeout)
        numbered = statement.numbered()
        bound = [arguments[name] for name in statement.parameters]
        cursor = psycopg.RawCursor(connection)
        # `stream` uses the extended protocol, which takes one statement and no more. The driver
        # holds one row at a time: of many, it would hold all that their values weigh.
        stream = cast("Generator[Row]", cursor.stream(numbered.encode(), bound))

        def begin() -> tuple[list[Row], list[tuple[str, int]]]:
            require_read_only(connection, numbered)
            first = list(islice(stream, 1))
            if not first:
                return first, _described(connection, numbered)
            return first, [(column.name, column.type_code) for column in cursor.description or ()]

        try:
            first, columns = calls.call(begin)
            fields = tuple(_field(connection, *column) for column in columns)
            yield Result(fields, calls.iterate(chain(first, stream)))
        except (psycopg.Error, UnicodeEncodeError, StatementError) as error:
            raise self._explained(error, statement) from error
        finally:
            if not calls.abandoned:
                with suppress(psycopg.Error):
                    stream.close()  # drops the rows that nobody has read
                self._rollback()
            calls.close()

    def columns(self) -> dict[str, list[str]]:
        """Return the columns of every table and view on the search path."""
        return dict(self._rows(COLUMNS))

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection[Any]:
        """Return the connection, a new one if the last was lost. Raises DatabaseError."""
        if self._connection is None or self._connection.closed:
            self._connection = open_postgresql(self._database)
            _adapt(self._connection)
        return self._connection

    def _rollback(self) -> None:
        """End the transaction; if that fails, the connection is not used again."""
        import psycopg

        if self._connection is not None:
            try:
                self._connection.rollback()
            except psycopg.Error:
                self.close()

    def _rows(self, query: str) -> list[Any]:
        try:
            return catalog_rows(self._connected(), query)
        finally:
            self._rollback()

    def _explained(
        self, error: psycopg.Error | UnicodeEncodeError | StatementError, statement: SqlStatement
    ) -> StatementError | DatabaseError:
        """Return an error that says what is wrong with the query, and where, or with the server."""
        if isinstance(error, StatementError):  # of the guard
            if error.position is not None:
                error.position = statement.position(error.position)
            return error
        if isinstance(error, UnicodeEncodeError):
            return StatementError("a value holds what is not UTF-8")
        message = error.diag.message_primary or str(error).strip().partition("\n")[0]
        lost = self._connection is None or self._connection.closed
        if lost or error.sqlstate in ("57P01", "57P02", "57P03"):
            return DatabaseError(f"{name_of(locate(self._database))}: {message}; ask again")
        self._rollback()
        position = error.diag.statement_position
        at = statement.position(int(position) - 1) if position else None
        name = _name(statement, at)
        if name and error.sqlstate == "42703":
            message = unknown_column(name, statement, self.columns())
        elif name and error.sqlstate == "42P01":
            message = unknown_table(name, statement, self.columns())
        elif name and error.sqlstate == "42883":
            functions = [function for (function,) in self._rows(FUNCTIONS)]
            message += "" if name.lower() in functions else did_you_mean(name, functions)
        elif error.sqlstate == "42P18":
            message += "; give its type, as in -p name:text=value, or write cast(:name as text)"
        return StatementError(message, at)


def _adapt(connection: psycopg.Connection[Any]) -> None:
    from psycopg.pq import Format
    from psycopg.types.string import StrDumper, TextLoader

    adapters = connection.adapters
    text = adapters.get_loader(adapters.types["text"].oid, Format.TEXT) or TextLoader
    for name in AS_TEXT:
        adapters.register_loader(name, text)
    adapters.register_dumper(Text, StrDumper)


def _described(connection: psycopg.Connection[Any], sql: str) -> list[tuple[str, int]]:
    """Return the columns of a query without rows, for which the driver reports none."""
    driver = connection.pgconn
    for result in (driver.prepare(b"", sql.encode()), driver.describe_prepared(b"")):
        if result.status > 2:  # an error, though the query has run
            return []
    return [
        ((result.fname(n) or b"").decode("utf-8", "replace"), result.ftype(n))
        for n in range(result.nfields)
    ]


def _field(connection: psycopg.Connection[Any], name: str, oid: int) -> ResultColumn:
    known = connection.adapters.types.get(oid)
    if known is None:
        return ResultColumn(name)
    return ResultColumn(name, f"{known.name}[]" if oid == known.array_oid else known.name)


def _name(statement: SqlStatement, at: int | None) -> str:
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
