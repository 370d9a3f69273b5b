"""The sourcebook that is fed from: its rows as JSON arrays, its journal, its digests.

Touches the source only, and only to read; the caller holds its transaction, so that everything is
of one state.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import reduce
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from database.errors import DatabaseError, driver_message
from database.location import name_of
from feeds.blocks import Block
from feeds.digest import (
    Checksum,
    Digest,
    Engine,
    checksum,
    digest,
    query,
    quick,
    quoted,
    read,
    read_checksum,
    row,
)
from feeds.processes import Answer, answering
from feeds.rows import BATCH, TABLES, left_out
from feeds.values import fault, unfit
from schema.models import METADATA

ABOUT = 100_000
"""Bytes of rows that are read at a time, unless one row is longer."""

FIRST = 100
"""Rows that are read first, before it is known how long they are."""

MOST = 10 * ABOUT
"""Bytes that rows come to at most where SQLite puts several together."""

LARGE = 64 * 1024 * 1024
"""Bytes of a file that are worth the start of processes."""

MIDDLE = "(select min(rowid) from {0}) / 2 + (select max(rowid) from {0}) / 2"
HALVES = (f"rowid <= {MIDDLE}", f"rowid > {MIDDLE}")
"""Conditions for two parts of a table of about as many rows."""

NUL = b"\\u0000"
"""What the character NUL is in JSON; a text in which these signs stand has the same."""

REFUSING = ("22", "23", "SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH")
"""How the codes begin with which engines refuse a value."""

Rows = TypeVar("Rows", list[bytes], Block)

JOURNAL = METADATA.tables["loads"]

DOCUMENTS = "select sources.key from codings join sources on sources.id = codings.document_id"
"""The keys of the documents that a sourcebook holds."""


class Source:
    """A sourcebook that is open for reading."""

    def __init__(
        self, connection: Connection, *, keep_text: bool = False, doing: str = "feed"
    ) -> None:
        self.connection = connection
        self.keep_text = keep_text
        self.doing = doing
        """What is to be done again once something in the source has been corrected."""
        self.engine: Engine = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
        self.name = name_of(connection.engine.url)

    def without(self, table: Table) -> tuple[str, ...]:
        """Name the columns of a table that are not fed."""
        return left_out(table, keep_text=self.keep_text)

    def count(self, table: Table, where: str = "true") -> int:
        """Count rows."""
        return int(self.scalar(f"select count(*) from {quoted(table.name)} where {where}"))

    def digest(self, table: Table, where: str = "true") -> Digest:
        """Let the source's engine compute the digest of a table, or of some rows of it.

        Raises DatabaseError.
        """
        with self._reading(table):
            return digest(self.connection, table, self.without(table), where=where)

    def checksum(self, table: Table) -> Checksum:
        """Let the source's engine compute the checksum of a table. Raises DatabaseError."""
        with self._reading(table):
            return checksum(self.connection, table, self.without(table))

    def digests(self) -> dict[str, Digest]:
        """Let the source's engine compute the digests of all tables."""
        return {table.name: self.digest(table) for table in TABLES}

    def checksums(self) -> dict[str, Checksum]:
        """Let the source's engine compute the checksums of all tables."""
        return {table.name: self.checksum(table) for table in TABLES}

    @contextmanager
    def digesting(self) -> Iterator[Callable[[], dict[str, Digest]]]:
        """Compute the digests of all tables beside what the block does; give what waits for them.

        Raises DatabaseError as `digest` does, where it is waited for.
        """
        with self._beside(query) as answers:

            def digests() -> dict[str, Digest]:
                found = answers()
                if found is None:
                    return self.digests()
                return {name: reduce(Digest.plus, map(read, rows)) for name, rows in found.items()}

            yield digests

    @contextmanager
    def checking(self) -> Iterator[Callable[[], dict[str, Checksum]]]:
        """Compute the checksums of all tables beside what the block does, in the same way."""
        with self._beside(quick) as answers:

            def checksums() -> dict[str, Checksum]:
                found = answers()
                if found is None:
                    return self.checksums()
                return {
                    name: reduce(Checksum.plus, map(read_checksum, rows))
                    for name, rows in found.items()
                }

            yield checksums

    @contextmanager
    def _beside(
        self, asking: Callable[..., str]
    ) -> Iterator[Callable[[], dict[str, list[Answer]] | None]]:
        """Let processes answer a query of every table, each of other rows; by table what they say.

        They find the same state: a sourcebook keeps no write-ahead log, and so nobody can commit to
        its file while it is open for reading. None: no process can help.
        """
        if self.engine != "sqlite" or Path(self.name).stat().st_size < LARGE:
            yield lambda: None
            return
        queries = [
            [
                asking(
                    *(table, self.engine, self.without(table)),
                    where=half.format(quoted(table.name)),
                )
                for table in TABLES
            ]
            for half in HALVES
        ]
        with answering(self.name, queries) as answers:

            def by_table() -> dict[str, list[Answer]] | None:
                found = answers()
                if found is None:
                    return None
                names = (table.name for table in TABLES)
                return dict(zip(names, map(list, zip(*found, strict=True)), strict=True))

            yield by_table

    def journal(self, upto: int) -> Digest:
        """Give the digest of the journal as it stood after this load."""
        return digest(self.connection, JOURNAL, where=f"id <= {upto}")

    def last(self) -> tuple[int, str | None]:
        """Give the last load, and the content hash that it left; 0 and None before the first."""
        return last_load(self.connection)

    def loaded_since(self, load: int) -> set[int]:
        """Name the documents that were loaded after this load."""
        query = f"select distinct document_id from loads where id > {load}"
        return set(self.connection.exec_driver_sql(query).scalars())

    def documents(self) -> set[str]:
        """Give the keys of the documents that it holds."""
        return set(self.connection.exec_driver_sql(DOCUMENTS).scalars())

    def texts(self) -> dict[int, int]:
        """Say of which documents the text is fed, and of how many passages."""
        return kept_texts(self.connection) if self.keep_text else {}

    def scalar(self, query: str) -> Any:
        """Give the one value that a query answers."""
        return self.connection.exec_driver_sql(query).scalar()

    # --- rows ---------------------------------------------------------------------------------

    def lines(
        self, table: Table, where: str = "true", *, ordered: bool = False
    ) -> Generator[list[bytes], None, None]:
        """Give rows, each as its JSON array, some at a time; `ordered`: by primary key.

        Raises DatabaseError, naming the value where a blob stands in the place of a text.
        """
        yield from self._each(
            table, lines(self.connection, table, self.without(table), where, ordered=ordered)
        )

    def unordered(self, table: Table, where: str = "true") -> Generator[Block, None, None]:
        """Give rows in blocks, in the quickest order. Raises DatabaseError as `lines` does."""
        without = self.without(table)
        if self.engine == "sqlite" and where == "true":
            written = row(table, "sqlite", without)
            yield from self._each(table, _blocks(self.connection, table, written))
        else:
            for some in self.lines(table, where):
                yield Block(table, b"\n".join(some), len(some))

    def _each(
        self, table: Table, read: Generator[Rows, None, None], fit: Engine | None = None
    ) -> Generator[Rows, None, None]:
        with closing(read):
            while True:
                with self._reading(table, fit):
                    found = next(read, None)
                if found is None:
                    return
                yield found

    def blocks(self, table: Table, fit: Engine) -> Generator[Block, None, None]:
        """Give all rows by primary key, put together in blocks.

        Raises DatabaseError, naming the value, for one that the engine `fit` cannot hold there.
        """
        written = row(table, self.engine, self.without(table))
        if self.engine == "sqlite":
            # What SQLite makes no JSON of is a blob: it fails on the rows that are unfit.
            fitting = f"iif({unfit(table, fit)}, json_array(x''), {written})"
            read = _blocks(self.connection, table, fitting, ordered=True)
        else:
            query = f"select {written} from {quoted(table.name)} order by {_key(table)}"
            found = _from_postgresql(self.connection, query)
            read = (Block(table, b"\n".join(lines), len(lines)) for lines in found)
        for block in self._each(table, read, fit):
            nul = fit == "postgresql" and NUL in block.text
            if nul and (fault := self.fault(table, fit)):
                raise self.wrong(fault)
            yield block

    @contextmanager
    def _reading(self, table: Table, fit: Engine | None = None) -> Iterator[None]:
        """Say of an error of the source's engine, or of its text, that it is of the source."""
        try:
            yield
        except (DBAPIError, UnicodeError) as error:
            said = driver_message(error) if isinstance(error, DBAPIError) else str(error)
            raise self.wrong(self.fault(table, fit or self.engine) or said) from error

    def wrong(self, what: str) -> DatabaseError:
        """Give the error that says what is wrong with the source."""
        return DatabaseError(f"{self.name}: {what}; correct it there and {self.doing} again")

    @contextmanager
    def blamed(self, error: type[Exception]) -> Iterator[None]:
        """Say of an error of the block which row of the source points to none, if one does."""
        try:
            yield
        except error as raised:
            if dangling := self.dangling():
                raise self.wrong(dangling) from raised
            raise

    def dangling(self) -> str | None:
        """Find the first row of the source that points to none. Only SQLite lets such ones in."""
        if self.engine != "sqlite":
            return None
        found = self.connection.exec_driver_sql("pragma foreign_key_check").first()
        return (
            f"{found[0]}, row {found[1]}: points to a row of {found[2]} that is gone"
            if found
            else None
        )

    def fault(self, table: Table, engine: Engine) -> str | None:
        """Find the first value of a table that another engine cannot hold: where, and why.

        Only SQLite lets such values in.
        """
        return fault(self.connection, table, engine) if self.engine == "sqlite" else None


def last_load(connection: Connection) -> tuple[int, str | None]:
    """Give the last load, and the content hash that it left; 0 and None before the first."""
    query = "select id, content_hash from loads order by id desc limit 1"
    found = connection.exec_driver_sql(query).first()
    return (found[0], found[1]) if found else (0, None)


def kept_texts(connection: Connection) -> dict[int, int]:
    """Say of which documents text is kept, and of how many passages."""
    query = (
        "select document_id, count(text) from passages group by document_id having count(text) > 0"
    )
    return {found.document_id: found[1] for found in connection.exec_driver_sql(query)}


@contextmanager
def driving(connection: Connection) -> Iterator[Any]:
    """Give the driver's own connection; what it raises becomes SQLAlchemy's DBAPIError."""
    try:
        yield connection.connection.driver_connection
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError("rows in bulk", None, error) from error


def lines(
    connection: Connection,
    table: Table,
    without: Sequence[str] = (),
    where: str = "true",
    *,
    ordered: bool = False,
) -> Generator[list[bytes], None, None]:
    """Give rows of SQLite or PostgreSQL, each as its JSON array, some at a time."""
    order = f"order by {_key(table)}" if ordered else ""
    rest = f"from {quoted(table.name)} where {where} {order}"
    if connection.dialect.name != "sqlite":
        read = _from_postgresql(connection, f"select {row(table, 'postgresql', without)} {rest}")
    else:
        read = _from_sqlite(
            connection, f"select cast({row(table, 'sqlite', without)} as blob) {rest}"
        )
    with closing(read):
        yield from read


def _key(table: Table) -> str:
    return ", ".join(quoted(column.name) for column in table.primary_key.columns)


def _blocks(
    connection: Connection, table: Table, written: str, *, ordered: bool = False
) -> Generator[Block, None, None]:
    """Let SQLite put rows together, by primary key or as they lie in the file.

    Python then sees a text of many, not each of them.
    """
    names, key = table.columns.keys(), table.primary_key.columns.keys() if ordered else []
    order = _key(table) if ordered else "rowid"
    end = "null" if ordered else "max(number)"
    behind = f"where ({order}) > ({', '.join('?' * max(1, len(key)))})"
    query = f"""
        select cast(group_concat(line, char(10)) as blob), count(*), {end}
        from (
          select rowid as number, {written} as line
          from {quoted(table.name)}
          {{}}
          order by {order}
          limit ?
        )
    """
    last: list[Any] = []
    size = FIRST
    with driving(connection) as driver:
        while True:
            asked = query.format(behind if last else "")
            text, rows, number = _answer(driver, asked, last, size)
            if not rows:
                return
            if ordered:
                text.decode()  # here, where it is known of which table it is
                values = json.loads(text[text.rfind(b"\n") + 1 :])
                last = [values[names.index(name)] for name in key]
            else:
                last = [number]
            yield Block(table, text, rows)
            # About as many bytes as are wanted, if rows go on as long as these.
            size = max(1, min(BATCH, ABOUT * rows // len(text)))


def _answer(driver: sqlite3.Connection, query: str, values: Sequence[Any], rows: int) -> Any:
    """Answer a query of so many rows, or of fewer where they come to more bytes than may be."""
    while rows > 1:
        # SQLite itself sees to it, and so it costs nothing where rows are short.
        before = driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST)
        try:
            return driver.execute(query, (*values, rows)).fetchone()
        except sqlite3.DataError:  # too big
            rows //= 10
        finally:
            driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)
    return driver.execute(query, (*values, 1)).fetchone()


def _from_sqlite(connection: Connection, query: str) -> Generator[list[bytes], None, None]:
    with driving(connection) as driver, closing(driver.execute(query)) as cursor:
        yield from _some(map(itemgetter(0), cursor))


def _from_postgresql(connection: Connection, query: str) -> Generator[list[bytes], None, None]:
    with (
        connection.begin_nested(),  # who reads no further breaks off only this
        driving(connection) as driver,
        driver.cursor() as cursor,
        cursor.copy(f"copy ({query}) to stdout (encoding 'utf8')") as copy,
    ):
        # A line of COPY: only backslashes are escaped in it, for JSON has no other sign of its.
        yield from _some(bytes(line)[:-1].replace(b"\\\\", b"\\") for line in copy)


def _some(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Put rows together, some at a time."""
    found: list[bytes] = []
    held = 0
    for line in lines:
        found.append(line)
        held += len(line)
        if held >= ABOUT or len(found) >= BATCH:
            yield found
            found, held = [], 0
    if found:
        yield found


# --- values that a target refuses -----------------------------------------------------------------


def unholdable(source: Source, table: Table, engine: Engine, error: Exception) -> Exception:
    """Give the error that names the value which the target has refused, or the one at hand."""
    said = getattr(error, "orig", None)
    state = getattr(said, "sqlstate", None) or getattr(said, "sqlite_errorname", "")
    # A server that went away or a full disk has refused no value.
    if said is not None and not str(state).startswith(REFUSING):
        return error
    fault = source.fault(table, engine) or source.dangling()
    if fault is None:
        return error
    return source.wrong(fault)
