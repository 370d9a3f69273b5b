"""Takes an export in csv or jsonl back into an empty sourcebook: every row, under its own id.

The files are somebody's: each is compared with what the descriptor says of it, each value with
the type of its column, and the database sees to keys and vocabularies. The caller holds the
transaction (database.connect.writing); whatever is raised leaves the database as it was.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedReader, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Column, Connection, Table, delete, select, text
from sqlalchemy.exc import DBAPIError

from database.connect import REVISION
from database.location import name_of
from exports.dump import numbering
from exports.package import DESCRIPTOR, OURS, PackageError, opened, read
from feeds.progress import Progress
from feeds.rows import BATCH, TABLES
from reports.run import provenance
from schema.dictionary import type_of
from schema.facts import RelationKind

Record = tuple[int, list[Any]]
"""A row of a file, and the line that it begins on."""

AGAIN = "export the sourcebook again"
LARGEST = 10**9
"""Characters of a cell: SQLite holds no more."""


def load(connection: Connection, folder: Path) -> dict[str, int]:
    """Fill an empty sourcebook with what an export holds; give the rows of each table.

    Raises PackageError: one line with file, line and column, and what to do.
    """
    described = read(folder)
    files = [_file(folder, described, table) for table in TABLES]
    _require_empty(connection)
    if connection.dialect.name == "sqlite":
        # A place may lie in one that comes later. The database asks at the end, and so do we.
        connection.execute(text("pragma defer_foreign_keys = on"))
    progress = Progress()
    with progress.stage("loading"):
        counts = {file.table.name: file.fill(connection, progress) for file in files}
    if connection.dialect.name == "sqlite":
        _require_whole(connection, files)
    else:
        for statement in numbering():
            connection.execute(text(statement))
    found, said = provenance(connection)["content"], described[OURS].get("content_hash")
    if found != said:
        raise PackageError(
            f"{folder / DESCRIPTOR}: says content {said}, and the files hold {found}; {AGAIN}"
        )
    return counts


def _require_empty(connection: Connection) -> None:
    name = name_of(connection.engine.url)
    for table in TABLES:
        if table is RelationKind.__table__:  # the migrations fill it; the export has it too
            connection.execute(delete(table))
        elif connection.execute(select(table).limit(1)).first() is not None:
            raise PackageError(
                f"{name}: holds something already, and an export goes into an empty sourcebook; "
                "make one with `sourcebook --db NEW migrate`"
            )


def _require_whole(connection: Connection, files: Iterable[File]) -> None:
    """Name the first row that points nowhere; SQLite itself would only say that there is one."""
    broken = connection.execute(text("pragma foreign_key_check")).first()
    if broken is None:
        return
    name, number, target, key = broken
    columns = [
        column
        for n, _, _, column, *_ in connection.execute(text(f"pragma foreign_key_list({name})"))
        if n == key
    ]
    [file] = [file for file in files if file.table.name == name]
    keys = file.table.primary_key.columns
    values = connection.execute(
        select(*keys).where(text("rowid = :number")), {"number": number}
    ).one()
    row = ", ".join(f"{column.name} {value}" for column, value in zip(keys, values, strict=True))
    raise PackageError(
        f"{file.path}: {row}: {', '.join(columns)} points to a row of {target} that is not there; "
        f"{AGAIN}"
    )


# --- files ----------------------------------------------------------------------------------------


def _file(folder: Path, described: dict[str, Any], table: Table) -> File:
    """Find a table's file in the descriptor, which may say anything."""
    where = folder / DESCRIPTOR
    ours, resources = described[OURS], described.get("resources")
    if ours["format"] not in FILES:
        raise PackageError(
            f"{where}: of an export as {str(ours['format'])[:20]}, which cannot be loaded; "
            "export csv or jsonl"
        )
    if ours.get("schema") != REVISION:
        raise PackageError(
            f"{where}: the export has schema {str(ours.get('schema'))[:40]}, and this Sourcebook "
            f"{REVISION}; export again with this one"
        )
    path = f"{table.name}.{ours['format']}"
    try:
        paths = sorted(resource["path"] for resource in resources or [])
        if paths != sorted(f"{one.name}.{ours['format']}" for one in TABLES):
            raise PackageError(f"{where}: does not list one file for each table; {AGAIN}")
        [resource] = [resource for resource in resources or [] if resource["path"] == path]
        hashed, missing = resource["hash"], resource["schema"]["missingValues"]
        if not isinstance(hashed, str) or not all(isinstance(one, str) for one in missing):
            raise TypeError
        return FILES[ours["format"]](folder / path, table, hashed, list(missing))
    except (LookupError, TypeError, ValueError, AttributeError):
        raise PackageError(f"{where}: says too little of {path}; {AGAIN}") from None


class File:
    """A file with the rows of a table."""

    def __init__(self, path: Path, table: Table, hashed: str, missing: list[str]) -> None:
        self.path, self.table, self.hashed, self.missing = path, table, hashed, missing
        self.columns = list(table.columns)
        self.readers = [self.reader(column) for column in self.columns]

    def records(self, file: BufferedReader) -> Iterator[Record]:
        """Give every row, as many cells as there are columns. Raises PackageError, ValueError."""
        raise NotImplementedError

    def reader(self, column: Column[Any]) -> Callable[[Any], Any]:
        """Make what turns a cell of a column into its value; that raises ValueError."""
        raise NotImplementedError

    def fail(self, line: int, message: str) -> NoReturn:
        """Raise PackageError for a line."""
        raise PackageError(f"{self.path}:{line}: {message}; {AGAIN}")

    def fill(self, connection: Connection, progress: Progress) -> int:
        """Write all rows into the table, and give how many. Raises PackageError."""
        try:
            with opened(self.path) as file:
                if f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" != self.hashed:
                    raise PackageError(
                        f"{self.path}: is not as it was exported (its SHA-256 is another); {AGAIN}"
                    )
                file.seek(0)
                rows = self._typed(file)
                if connection.dialect.name == "sqlite":
                    return self._insert(connection, rows, progress)
                return self._copy(connection, rows, progress)
        except OSError as error:
            raise PackageError(f"{self.path}: {error.strerror or error}; {AGAIN}") from None

    def _typed(self, file: BufferedReader) -> Iterator[tuple[Any, ...]]:
        readers = self.readers
        for line, cells in self.records(file):
            try:
                yield tuple([reader(cell) for reader, cell in zip(readers, cells, strict=True)])
            except ValueError:
                self._blame(line, cells)

    def _blame(self, line: int, cells: Sequence[Any]) -> NoReturn:
        for column, reader, cell in zip(self.columns, self.readers, cells, strict=True):
            try:
                reader(cell)
            except ValueError as error:
                shown = f" {cell[:40]!r}" if isinstance(cell, str) else ""
                self.fail(line, f"{column.name}:{shown} {error}")
        raise AssertionError("no value is at fault")

    def _insert(
        self, connection: Connection, rows: Iterator[tuple[Any, ...]], progress: Progress
    ) -> int:
        marks = ", ".join("?" * len(self.columns))
        statement = f"insert into {self._target()} values ({marks})"
        driver: Any = connection.connection.driver_connection
        count = 0
        while batch := list(islice(rows, BATCH)):
            before = driver.total_changes
            try:
                connection.exec_driver_sql(statement, batch)
            except (DBAPIError, UnicodeError) as error:
                done = driver.total_changes - before
                reason = str(error.orig if isinstance(error, DBAPIError) else error)
                self.fail(self._line(count + done), reason)
            count += len(batch)
            progress.advance(len(batch))
        return count

    def _copy(
        self, connection: Connection, rows: Iterator[tuple[Any, ...]], progress: Progress
    ) -> int:
        import psycopg

        cursor: Any = connection.connection.cursor()
        count = 0
        try:
            # One statement: what points to a row further on is looked for at its end.
            with cursor.copy(f"copy {self._target()} from stdin") as copy:
                for count, row in enumerate(rows, 1):
                    copy.write_row(row)
                    if count % BATCH == 0:
                        progress.advance(BATCH)
        except (psycopg.Error, UnicodeError) as error:
            diag = getattr(error, "diag", None)
            context = re.search(r", line (\d+)", (diag and diag.context) or "")
            reason = (diag and diag.message_primary) or str(error).partition("\n")[0]
            detail = f" ({diag.message_detail})" if diag and diag.message_detail else ""
            if context is None and diag and diag.sqlstate == "23503":
                raise PackageError(f"{self.path}: {reason}{detail}; {AGAIN}") from None
            at = int(context[1]) if context else count
            self.fail(self._line(at - 1), f"{reason}{detail}")
        finally:
            cursor.close()
        return count

    def _target(self) -> str:
        columns = ", ".join([f'"{column.name}"' for column in self.columns])
        return f"{self.table.name} ({columns})"

    def _line(self, number: int) -> int:
        """Find the line that the n-th row begins on, from 0."""
        with opened(self.path) as file:
            return next(islice(self.records(file), number, None))[0]


INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")


class Csv(File):
    """Rows as RFC 4180, a header before them."""

    def records(self, file: BufferedReader) -> Iterator[Record]:
        """Give the rows as texts."""
        csv.field_size_limit(LARGEST)
        names, line = [column.name for column in self.columns], 1
        with TextIOWrapper(file, encoding="utf-8", newline="") as text:
            rows = csv.reader(text, strict=True)
            try:
                if (header := next(rows, [])) != names:
                    self.fail(line, f"has the columns {_listed(header)}, and not {_listed(names)}")
                line = rows.line_num + 1
                for row in rows:
                    if len(row) != len(names):
                        self.fail(line, f"has {len(row)} cells, and there are {len(names)} columns")
                    yield line, row
                    line = rows.line_num + 1
            except UnicodeDecodeError:
                self.fail(line, "holds, there or soon after, what is no UTF-8")
            except csv.Error as error:
                self.fail(line, str(error))

    def reader(self, column: Column[Any]) -> Callable[[Any], Any]:
        """Read a text by the type of the column."""
        [null], kind, nullable = self.missing, type_of(column), column.nullable

        def value(cell: str) -> Any:
            if cell == null:
                if nullable:
                    return None
                raise ValueError("must not be null")
            if kind == "text":
                return cell
            if kind == "integer" and INTEGER.fullmatch(cell):
                return _ranged(int(cell))
            if kind == "boolean" and cell in ("true", "false"):
                return cell == "true"
            raise ValueError(f"is no {kind}")

        return value


class Jsonl(File):
    """Rows as JSON objects, one a line."""

    def records(self, file: BufferedReader) -> Iterator[Record]:
        """Give the rows as values of JSON."""
        names = [column.name for column in self.columns]
        for line, written in enumerate(iter(lambda: file.readline(LARGEST), b""), 1):
            try:
                row = json.loads(written.decode(), object_pairs_hook=tuple)
            except UnicodeDecodeError:
                self.fail(line, "is no UTF-8")
            except (ValueError, RecursionError):
                self.fail(line, "is no JSON")
            if not isinstance(row, tuple):
                self.fail(line, "is no object")
            if (found := [name for name, _ in row]) != names:
                self.fail(line, f"has the columns {_listed(found)}, and not {_listed(names)}")
            yield line, [cell for _, cell in row]

    def reader(self, column: Column[Any]) -> Callable[[Any], Any]:
        """Take a value that is of the column's type."""
        kind, nullable = type_of(column), column.nullable
        wanted: Any = {"text": str, "integer": int, "boolean": bool}[kind]

        def value(cell: Any) -> Any:
            if cell is None:
                if nullable:
                    return None
                raise ValueError("must not be null")
            if type(cell) is not wanted:  # True is an int to Python
                raise ValueError(f"is no {kind}")
            return _ranged(cell) if kind == "integer" else cell

        return value


def _ranged(number: int) -> int:
    if not -(2**63) <= number < 2**63:
        raise ValueError("is too large")
    return number


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(names)
    return listed if len(listed) <= 200 else f"{listed[:200]}…"


FILES: dict[str, type[File]] = {"csv": Csv, "jsonl": Jsonl}
"""The formats that can be loaded."""
