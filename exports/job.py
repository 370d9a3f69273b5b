"""An export job: what a format is given, and how it reads the rows of the sourcebook.

Rows come as JSON arrays, a batch of bounded size at a time: memory grows neither with their number
nor with their length.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, text

from database.faults import encoding_fault, value_fault
from database.snapshot import TABLES, Snapshot
from exports.datapackage import file_type
from exports.joined import JOINED, lines_query
from output.progress import Progress

Item = TypeVar("Item")

FILES: tuple[Table, ...] = (*TABLES, *JOINED)
"""What csv, jsonl and parquet have a file for: every table, and what needs no joins."""

Writers = Mapping[str, Callable[[Any], str]]
"""What writes a value as text, by the type of its column; others are text. Booleans are 0 or 1."""


BATCH_ROWS = 100
"""Rows of a query that are in memory at a time."""


@dataclass(frozen=True)
class ExportJob:
    """A sourcebook that is open for reading, an empty folder to write into, and the format."""

    snapshot: Snapshot
    folder: Path
    format: str
    progress: Progress = field(default_factory=Progress)
    null: str = ""
    """How csv writes null."""
    bom: bool = False
    """Whether csv starts with a byte order mark, by which Excel recognises UTF-8."""

    def require_valid(self) -> None:
        """Raise DatabaseError for a value that its column must not hold, named by its key.

        For formats that query the tables in their own way: they would skip such a value or fail.
        """
        connection = self.snapshot.connection
        for table in TABLES:
            if fault := value_fault(connection, table) or encoding_fault(connection, table):
                raise self.snapshot.error(fault)
            self.progress.advance(self.snapshot.count(table))

    def rows(self, query: str) -> Iterator[Any]:
        """Return the rows of a query one by one; several queries may be read in turn."""
        streaming = text(query).execution_options(stream_results=True, yield_per=BATCH_ROWS)
        with self.snapshot.connection.execute(streaming) as rows:
            yield from rows

    def report(self, message: str) -> None:
        """Say on stderr what the format had to leave out or change."""
        self.progress.say(f"{self.format}: {message}")

    def batches(self, table: Table) -> Iterator[list[bytes]]:
        """Return the rows of a file as JSON arrays, in primary-key order.

        Raises DatabaseError for a value that its column must not hold, named by its key.
        """
        if table in JOINED:  # of values that were checked with their tables
            yield from self.snapshot.answer(lines_query(table, self.snapshot.engine))
            return
        # SQLite is asked while it reads. PostgreSQL accepts only such nulls as somebody allowed.
        fault = self.snapshot.engine != "sqlite" and value_fault(self.snapshot.connection, table)
        if fault:
            raise self.snapshot.error(fault)
        with closing(self.snapshot.lines(table)) as batches:
            for lines in batches:
                yield lines
                self.progress.advance(len(lines))


def in_background(work: Callable[[Item], object], items: Iterable[Item]) -> None:
    """Work on each item while the next is read: SQLite and pyarrow release Python's lock."""
    with ThreadPoolExecutor(1) as pool:
        pending: Future[object] | None = None
        for item in items:
            if pending is not None:
                pending.result()
            pending = pool.submit(work, item)
        if pending is not None:
            pending.result()


def written(
    table: Table, lines: Sequence[bytes], writers: Writers, null: str
) -> Iterator[tuple[str, ...]]:
    """Return rows with their values written as text."""
    # A column at a time: what is the same for all its values is looked up once.
    cells = []
    for column, values in zip(table.columns, zip(*decoded(lines), strict=True), strict=True):
        write = writers.get(file_type(column), writers["text"])
        cells.append([null if value is None else write(value) for value in values])
    return zip(*cells, strict=True)


def decoded(lines: Sequence[bytes]) -> list[list[Any]]:
    """Return rows as values."""
    rows: list[list[Any]] = json.loads(b"[" + b",".join(lines) + b"]")
    return rows


def unbracketed(lines: Sequence[bytes]) -> bytes:
    """Return rows one a line, without the brackets of JSON."""
    return b"\n".join(lines)[1:-1].replace(b"]\n[", b"\n")
