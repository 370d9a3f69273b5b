"""Asks a server of PostgreSQL: over one connection, each query in a transaction of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from adhoc.mistakes import unknown_column, unknown_table
from adhoc.values import Field, Given, Row, Text
from database.cancellation import GRACE
from database.errors import DatabaseError
from database.location import locate, name_of
from database.postgresql import catalog_rows, open_postgresql
from database.postgresql_guard import require_read_only
from database.statement import Statement, StatementError, word_set
from schema.suggest import did_you_mean

if TYPE_CHECKING:
    import psycopg

CHUNK = 100
"""So many rows the driver takes from the server at a time, where its libpq can."""

# Of these the server's own text is given: Python has no type that holds all that they hold.
AS_TEXT = word_set("""
    date time timetz timestamp timestamptz interval json jsonb uuid inet cidr record
    int4range int8range numrange daterange tsrange tstzrange
    int4multirange int8multirange nummultirange datemultirange tsmultirange tstzmultirange
""")

NAMES = """
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


class Server:
    """A database of a server that can be asked."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None
        self.connected()

    def connected(self) -> psycopg.Connection[Any]:
        """Give the connection; a new one where it was lost. Raises DatabaseError."""
        if self._connection is None or self._connection.closed:
            self._connection = open_postgresql(self._database)
            _adapt(self._connection)
        return self._connection

    @contextmanager
    def query(self) -> Iterator[ServerQuery]:
        """Begin one query; at the end its transaction is gone, and so is all that it held."""
        query = ServerQuery(self, self.connected())
        try:
            yield query
        finally:
            if query.abandoned:
                self.close()
            else:
                query.end()
                self.rollback()

    def rollback(self) -> None:
        """End the transaction; a connection on which that fails is no longer used."""
        import psycopg

        if self._connection is not None:
            try:
                self._connection.rollback()
            except psycopg.Error:
                self.close()

    def names(self) -> dict[str, list[str]]:
        """Give the columns of every table and view on the search path."""
        return dict(self._listed(NAMES))

    def functions(self) -> list[str]:
        """Name all functions on the search path."""
        return [name for (name,) in self._listed(FUNCTIONS)]

    def _listed(self, query: str) -> list[Any]:
        try:
            return catalog_rows(self.connected(), query)
        finally:
            self.rollback()

    def close(self) -> None:
        """Let the server go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def failure(self, reason: str) -> DatabaseError:
        """Say what the server, not the query, is to be blamed for."""
        return DatabaseError(f"{name_of(locate(self._database))}: {reason}")


def _adapt(connection: psycopg.Connection[Any]) -> None:
    from psycopg.adapt import Loader
    from psycopg.types.string import StrDumper, TextLoader

    class Lenient(Loader):
        """Text of a database that does not say its encoding: what is no UTF-8 is kept."""

        def load(self, data: Any) -> str:
            return bytes(data).decode("utf-8", "surrogateescape")

    adapters = connection.adapters
    text: type[Loader] = TextLoader
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        text = Lenient
        for name in ("text", "varchar", "bpchar", "name"):
            adapters.register_loader(name, text)
        adapters.register_loader(0, text)
    for name in AS_TEXT:
        adapters.register_loader(name, text)
    adapters.register_dumper(Text, StrDumper)


class ServerQuery:
    """One query of a server."""

    def __init__(self, server: Server, connection: psycopg.Connection[Any]) -> None:
        self.abandoned = False
        self._server = server
        self._connection = connection
        self._stream: Generator[Any] | None = None
        self._rows: Iterator[Any] = iter(())

    def begin(self, statement: Statement, values: Mapping[str, Given]) -> tuple[Field, ...]:
        """Look at what the query would do, and run it to its first row."""
        import psycopg

        numbered = statement.numbered()
        try:
            require_read_only(self._connection, numbered)
        except StatementError as error:
            if error.position is not None:
                error.position = statement.position(error.position)
            raise
        cursor = psycopg.RawCursor(self._connection)
        sql = numbered.encode()
        bound = [values[name] for name in statement.parameters]
        # `stream` uses the extended protocol, which takes one statement and no more.
        size = CHUNK if psycopg.capabilities.has_stream_chunked() else 1
        self._stream = _stepping(cursor.stream(sql, bound, size=size))
        first = list(islice(self._stream, 1))
        self._rows = chain(first, self._stream)
        if first:
            return tuple(self._field(one.name, one.type_code) for one in cursor.description or ())
        return self._described(sql)

    def _described(self, sql: bytes) -> tuple[Field, ...]:
        """Ask for the columns of a query that gave no row, since the driver does not tell."""
        connection = self._connection.pgconn
        for result in (connection.prepare(b"", sql), connection.describe_prepared(b"")):
            if result.status > 2:  # an error, though the query has run
                return ()
        return tuple(
            self._field((result.fname(n) or b"").decode("utf-8", "replace"), result.ftype(n))
            for n in range(result.nfields)
        )

    def _field(self, name: str, oid: int) -> Field:
        known = self._connection.adapters.types.get(oid)
        if known is None:
            return Field(name)
        return Field(name, f"{known.name}[]" if oid == known.array_oid else known.name)

    def batch(self, size: int) -> list[Row]:
        """Give some of the next rows."""
        return list(islice(self._rows, size))

    def interrupt(self) -> None:
        """Make what runs end."""
        import psycopg

        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=GRACE)

    def end(self) -> None:
        """Let go of rows that nobody has read."""
        import psycopg

        if self._stream is not None:
            with suppress(psycopg.Error):
                self._stream.close()

    def explained(self, error: Exception, statement: Statement) -> Exception | None:
        """Say what is wrong with the query, and where it says it, or with the server."""
        import psycopg

        if isinstance(error, UnicodeEncodeError):
            return StatementError("a value holds what is not UTF-8")
        if not isinstance(error, psycopg.Error):
            return None
        said = error.diag.message_primary or str(error).strip().partition("\n")[0]
        if self._connection.closed or error.sqlstate in ("57P01", "57P02", "57P03"):
            return self._server.failure(f"{said}; ask again")
        self._server.rollback()
        at = _position(error, statement)
        name = _name(statement, at)
        if name and error.sqlstate == "42703":
            said = unknown_column(name, statement, self._server)
        elif name and error.sqlstate == "42P01":
            said = unknown_table(name, statement, self._server)
        elif name and error.sqlstate == "42883":
            functions = self._server.functions()
            said += "" if name.lower() in functions else did_you_mean(name, functions)
        elif error.sqlstate == "42P18":
            said += "; say its type, as in -p name:text=value, or write cast(:name as text)"
        return StatementError(said, at)


def _stepping(rows: Iterator[Any]) -> Generator[Any]:
    """Give rows until somebody closes them."""
    yield from rows


def _position(error: psycopg.Error, statement: Statement) -> int | None:
    given = error.diag.statement_position
    return statement.position(int(given) - 1) if given else None


def _name(statement: Statement, at: int | None) -> str:
    """Read the name, qualified or not, that stands at a place."""
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
