"""An export job: what a format is given, and how it reads the rows of the sourcebook.

Rows come as JSON, a batch of bounded size at a time: memory grows neither with their number nor
with their length.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, text

from database.digest import Form
from database.faults import encoding_fault, value_fault
from database.snapshot import TABLES, Snapshot
from exports.joined import JOINED, lines_query
from output.progress import Progress

FILES: tuple[Table, ...] = (*TABLES, *JOINED)
"""What csv, jsonl and parquet have a file for: every table, and what needs no joins."""

LEFT_OUT = """
select kind, count(*)
from fact_summaries
where kind = 'link' or (kind in ('event', 'relation') and settled is distinct from 'actual')
group by kind
order by kind
"""
KINDS = {
    "event": "events that are not actual",
    "link": "links between events or quotes",
    "relation": "ties that are not actual",
}
"""What has no place in a graph of actors, or in FollowTheMoney."""

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

    def report_left_out(self) -> None:
        """Say on stderr how many facts a format that knows no modality has left out."""
        if left_out := [f"{KINDS[kind]} ({number})" for kind, number in self.rows(LEFT_OUT)]:
            self.report(f"left out: {', '.join(left_out)}")

    def batches(self, table: Table, form: Form = "row") -> Iterator[list[bytes]]:
        """Return the rows of a file as JSON, in primary-key order.

        Raises DatabaseError for a value that its column must not hold, named by its key.
        """
        if table in JOINED:  # of values that were checked with their tables
            yield from self.snapshot.answer(lines_query(table, self.snapshot.engine, form))
            return
        # SQLite is asked while it reads. PostgreSQL accepts only such nulls as somebody allowed.
        fault = self.snapshot.engine != "sqlite" and value_fault(self.snapshot.connection, table)
        if fault:
            raise self.snapshot.error(fault)
        with closing(self.snapshot.lines(table, form=form)) as batches:
            for lines in batches:
                yield lines
                self.progress.advance(len(lines))
