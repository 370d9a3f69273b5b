"""The rows of a sourcebook in bulk, as feeds and exports copy them. Only reads.

The caller's transaction keeps everything in one state. Rows come in batches, and a batch is
bounded by bytes: memory doesn't grow with the number of rows or with their length.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from database.digest import Digest, Engine, Form, digest_query, json_row, quoted, read_digest, total
from database.errors import DatabaseError, driver_message, naming_errors
from database.faults import LEAST, MOST, check_fault, encoding_fault, value_fault
from database.location import name_of
from schema.dictionary import type_of
from schema.models import METADATA

RECORD = METADATA.tables["feeds"]
"""What a feed records in its target. It concerns one database alone and is never copied."""

TABLES: tuple[Table, ...] = tuple(table for table in METADATA.sorted_tables if table is not RECORD)
"""Every table that is copied, each after those that it refers to."""

BATCH_BYTES = 200_000
BATCH_ROWS = 5_000
FIRST_ROWS = 100
"""Rows of the first page, before their length is known."""

NUL = b"\\u0000"
"""The character NUL in JSON; a backslash and `u0000` in a text look the same."""


def left_out(table: Table, *, keep_text: bool) -> tuple[str, ...]:
    """Name the columns that are copied as null: the text of passages, unless it is wanted."""
    return ("text",) if table.name == "passages" and not keep_text else ()


class Snapshot:
    """A sourcebook that is open for reading, in SQLite or PostgreSQL."""

    def __init__(self, connection: Connection, *, keep_text: bool = True) -> None:
        self.connection = connection
        self.keep_text = keep_text
        self.engine: Engine = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
        self.name = name_of(connection.engine.url)

    def count(self, table: Table, where: str = "true") -> int:
        """Count rows."""
        return int(self.scalar(f"select count(*) from {quoted(table.name)} where {where}"))

    def scalar(self, query: str) -> Any:
        """Return the one value that a query answers."""
        with self.naming_errors():
            return self.connection.exec_driver_sql(query).scalar()

    def naming_errors(self) -> AbstractContextManager[None]:
        """Turn an error of this database into a DatabaseError: a feed has two of them open."""
        return naming_errors(self.name, DBAPIError)

    def lines(
        self, table: Table, where: str = "true", *, ordered: bool = True, form: Form = "row"
    ) -> Generator[list[bytes], None, None]:
        """Return batches of rows as JSON, in primary-key order or in the fastest.

        Raises DatabaseError for a value that its column must not hold (a blob, invalid UTF-8, a
        NUL, a fraction, an unexpected null); it names table, key and column. Only SQLite lets
        such values in.
        """
        key = ", ".join(quoted(column.name) for column in table.primary_key.columns)
        rest = f"from {quoted(table.name)} where {where}" + (f" order by {key}" if ordered else "")
        hidden = left_out(table, keep_text=self.keep_text)
        if self.engine == "sqlite":
            # A blob makes json_array fail; so do unfit numbers and nulls, which become one.
            line = (
                f"iif({_unfit(table)}, json_array(x''), {json_row(table, 'sqlite', hidden, form)})"
            )
            read = (
                self._pages_of_sqlite(table, line, where)
                if ordered
                else self._lines_of_sqlite(f"select cast({line} as blob) {rest}")
            )
        else:
            line = json_row(table, "postgresql", hidden, form)
            read = self._lines_of_postgresql(f"select {line} {rest}")
        try:
            with closing(read):
                for lines in read:
                    self._require_clean(table, b"\n".join(lines))
                    yield lines
        except DBAPIError as error:
            raise self.error(self.fault(table) or driver_message(error)) from error

    def answer(self, query: str) -> Generator[list[bytes], None, None]:
        """Return batches of what a query answers in its one column: JSON, as bytes."""
        lines = self._lines_of_sqlite if self.engine == "sqlite" else self._lines_of_postgresql
        with closing(lines(query)) as read, self.naming_errors():
            yield from read

    def _require_clean(self, table: Table, batch: bytes) -> None:
        """Raise DatabaseError for a NUL or for bytes that are not UTF-8."""
        if batch.isascii() and NUL not in batch:
            return
        try:
            batch.decode()
            faulty = NUL in batch
        except UnicodeDecodeError:
            faulty = True
        if faulty and (fault := self.fault(table)):
            raise self.error(fault)

    def _lines_of_sqlite(self, query: str) -> Generator[list[bytes], None, None]:
        with driver_errors(self.connection) as driver:
            # A plain cursor hands rows out one by one; what makes queries cancellable gathers
            # rows, however long they are. So a batch is what Ctrl-C waits for or cancels.
            cursor = driver.cursor(sqlite3.Cursor)
            batches = batched(line for (line,) in driver.calls.call(lambda: cursor.execute(query)))
            try:
                while lines := driver.calls.call(lambda: next(batches, None)):
                    yield lines
            finally:
                if not driver.calls.abandoned:
                    cursor.close()

    def _pages_of_sqlite(
        self, table: Table, line: str, where: str
    ) -> Generator[list[bytes], None, None]:
        """Read many rows at a time, joined by SQLite: twice as fast as one by one."""
        names, key = table.columns.keys(), table.primary_key.columns.keys()
        columns = ", ".join(map(quoted, key))
        query = f"""
            select cast(group_concat(line, char(10)) as blob)
            from (
              select {line} as line
              from {quoted(table.name)}
              where ({where}) and {{}}
              order by {columns}
              limit ?
            )
        """
        last: list[Any] = []
        after, rows = "true", FIRST_ROWS
        with driver_errors(self.connection) as driver, closing(driver.cursor()) as cursor:
            while page := _page(cursor, query.format(after), last, rows):
                lines = page.split(b"\n")
                yield lines
                values = json.loads(lines[-1])
                row = values if isinstance(values, dict) else dict(zip(names, values, strict=True))
                after = f"({columns}) > ({', '.join('?' * len(key))})"
                last = [row[name] for name in key]
                rows = max(1, min(BATCH_ROWS, BATCH_BYTES * len(lines) // len(page)))

    def _lines_of_postgresql(self, query: str) -> Generator[list[bytes], None, None]:
        with (
            self.connection.begin_nested(),  # a reader who stops early cancels only this
            driver_errors(self.connection) as driver,
            driver.cursor() as cursor,
            cursor.copy(f"copy ({query}) to stdout (encoding 'utf8')") as copy,
        ):
            # COPY escapes backslashes; JSON has no other character that it would escape.
            yield from batched(bytes(line)[:-1].replace(b"\\\\", b"\\") for line in copy)

    def digest(self, table: Table, where: str = "true") -> Digest:
        """Return the digest of a table, or of some of its rows. Raises DatabaseError."""
        if self.engine == "postgresql" and not left_out(table, keep_text=self.keep_text):
            query = digest_query(table, "postgresql", where=where)
            with self.naming_errors():
                return read_digest(self.connection.exec_driver_sql(query).one())
        with closing(self.lines(table, where, ordered=False)) as batches:
            return total(batches)

    # --- faults -------------------------------------------------------------------------------

    def error(self, fault: str) -> DatabaseError:
        """Return the error that says what is wrong with the data."""
        return DatabaseError(f"{self.name}: {fault}; correct it there and try again")

    def fault(self, table: Table) -> str | None:
        """Find the first value that its column must not hold, or a row that breaks a CHECK."""
        with self.naming_errors():
            return (
                value_fault(self.connection, table)
                or encoding_fault(self.connection, table)
                or check_fault(self.connection, table)
            )

    def dangling(self) -> str | None:
        """Find the first row that refers to a missing one. Only SQLite lets such rows in."""
        if self.engine != "sqlite":
            return None
        with self.naming_errors():
            row = self.connection.exec_driver_sql("pragma foreign_key_check").first()
        return f"{row[0]}, row {row[1]}: refers to a missing row of {row[2]}" if row else None


@contextmanager
def driver_errors(connection: Connection) -> Iterator[Any]:
    """Yield the driver's own connection; what it raises becomes SQLAlchemy's DBAPIError."""
    try:
        yield connection.connection.driver_connection
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError("rows in bulk", None, error) from error


def _page(cursor: sqlite3.Cursor, query: str, last: list[Any], rows: int) -> bytes | None:
    """Return the next rows, fewer if they would be too long; None after the last.

    SQLite itself stops at a length, so that this costs nothing if rows are short.
    """
    driver = cursor.connection
    while rows > 1:
        before = driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 5 * BATCH_BYTES)
        try:
            page: bytes | None = cursor.execute(query, (*last, rows)).fetchone()[0]
        except sqlite3.DataError:  # string or blob too big
            rows //= 10
        else:
            return page
        finally:
            driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)
    single: bytes | None = cursor.execute(query, (*last, 1)).fetchone()[0]
    return single


def batched(lines: Iterable[bytes]) -> Generator[list[bytes], None, None]:
    """Group lines into batches of bounded size."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if size >= BATCH_BYTES or len(batch) >= BATCH_ROWS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _unfit(table: Table) -> str:
    """Write the condition for rows of SQLite with a number or null that its column mustn't hold."""
    conditions = []
    for column in table.columns:
        name = quoted(column.name)
        if type_of(column) == "boolean":
            conditions.append(f"{name} not in (0, 1)")
        elif type_of(column) == "integer":
            conditions.append(
                f"({name} | 0) is not {name} or {name} not between {LEAST} and {MOST}"
            )
        if not column.nullable:
            conditions.append(f"{name} is null")
    return " or ".join(conditions)
