"""A target in DuckDB: a file that is built in a staging folder and takes the old one's place.

Touches the target and that folder. DuckDB locks a file as a whole and checks foreign keys row by
row, so every feed that copies anything builds the file anew.

Types are those of the other engines: integer, boolean and text. Days stay text, since DuckDB's
DATE has no year 0000. Keys of a table to itself are left out: DuckDB checks row by row, and a
heading is under itself. So is `on delete cascade`, which DuckDB lacks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Table
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from database.digest import Digest, digest_query, json_row, quoted, read_digest
from database.duckdb import NO_DRIVER
from database.duckdb import engine as duckdb_engine
from database.errors import DatabaseError, naming_errors
from database.location import is_duckdb
from database.snapshot import RECORD, Snapshot, batched
from feeds.sqlite import disk_errors, require_no_logs
from feeds.structure import plain_tables, state_of
from feeds.target import Target, TargetState, now
from migrations.creation import creation
from output.progress import Progress
from output.staging import replace, require_folder, staging_dir
from schema.models import METADATA

if TYPE_CHECKING:
    import pyarrow

STORAGE = "v1.2.0"
"""The storage version of a fed file: the oldest with the block size, and read by DuckDB 1.2 on."""

BLOCK = 16_384
"""Bytes of a block, the least that DuckDB takes: the index of every key fills some blocks."""

INTERRUPTED = re.compile(r"Query interrupted|KeyboardInterrupt|INTERRUPT")
"""What DuckDB and pyarrow make of Ctrl-C."""

# Nothing that a file contains may fetch or load code.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


class Duckdb(Target):
    """A DuckDB file."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = Path(os.path.realpath(path))  # a link stays a link

    @contextmanager
    def opened(self, source: Snapshot) -> Iterator[TargetState]:  # noqa: ARG002 - never DuckDB
        """Open it, and a staging folder; the new file moves into place when the block ends."""
        try:
            import duckdb
            import pyarrow
        except ModuleNotFoundError:
            raise DatabaseError(NO_DRIVER) from None
        path = self._path
        require_folder(path)
        if path.exists() and not is_duckdb(path):
            raise DatabaseError(f"{self.name}: is not a DuckDB database; give another TARGET")
        require_no_logs(path, self.name, ".wal")
        errors = (duckdb.Error, pyarrow.ArrowException, SQLAlchemyError)
        with (
            disk_errors(self.name),
            staging_dir(path) as self._folder,
            naming_errors(self.name, *errors, ending="; nothing changed"),
            interrupts(),
            duckdb.connect(":memory:", config=SETTINGS) as self._duck,
        ):
            new = self._folder / path.name
            self._run(f"set temp_directory = {literal(self._folder)}")
            with ExitStack() as self._connections:
                yield self._describe() if path.exists() else TargetState()
            if new.exists():
                replace(new, path)

    def _describe(self) -> TargetState:
        if Path(f"{self._path}.wal").exists():  # its last writer was killed
            old = f"attach {literal(self._path)} as old (type duckdb)"
            self._run(old, "checkpoint old", "detach old")
        self._read(Path(self.name))
        return state_of(self.name, self.connection)

    def _read(self, path: Path) -> None:
        """Read from a file from now on; others cannot write to it meanwhile."""
        engine = duckdb_engine(URL.create("duckdb", database=str(path)))
        self.connection = self._connections.enter_context(engine.connect())

    def digest(self, table: Table) -> Digest:
        """Let DuckDB compute the digest."""
        return read_digest(self.connection.exec_driver_sql(digest_query(table, "duckdb")).one())

    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Return all rows by primary key."""
        order = ", ".join(quoted(column.name) for column in table.primary_key.columns)
        query = f"select {json_row(table, 'duckdb')} from {quoted(table.name)} order by {order}"
        yield from batched(line.encode() for (line,) in self.connection.exec_driver_sql(query))

    def fill(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Build the new file, and read from it from now on."""
        new = self._folder / self._path.name
        options = f"type duckdb, block_size {BLOCK}, storage_version '{STORAGE}'"
        self._run(f"attach {literal(new)} as new ({options})", "use new")
        self._run("begin", *_tables(), "commit")
        sent = self.copy_all(source, progress)
        self._run("begin", *_additions(), "commit")
        self.record()
        self._run("checkpoint new", "use memory", "detach new")
        self._read(new)
        return sent

    def write(self, into: str, table: Table, batches: Iterable[list[bytes]]) -> None:
        """Insert rows."""
        for lines in batches:
            self._duck.register("arriving", arrow(table, lines))
            self._run(f"insert into {quoted(into)} select * from arriving")
            self._duck.unregister("arriving")

    def record(self) -> None:
        """Record in the new file that a feed filled it."""
        self._run(f"insert into {RECORD.name} values ({literal(now())})")

    def _run(self, *statements: str) -> None:
        for statement in statements:
            self._duck.execute(statement).fetchall()  # DuckDB stops where nobody fetches more


@contextmanager
def interrupts() -> Iterator[None]:
    """Turn what DuckDB and pyarrow make of Ctrl-C into a KeyboardInterrupt."""
    try:
        yield
    except Exception as error:
        if INTERRUPTED.search(str(error)):
            raise KeyboardInterrupt from error
        raise


def arrow(table: Table, lines: Iterable[bytes]) -> pyarrow.Table:
    """Turn rows into a table of Arrow's; DuckDB casts what it inserts to the types of columns."""
    import json

    import pyarrow

    rows = json.loads(b"[" + b",".join(lines) + b"]")
    arrays = [pyarrow.array(values) for values in zip(*rows, strict=True)]
    return pyarrow.table(arrays, names=table.columns.keys())


# --- the schema -----------------------------------------------------------------------------------


@cache
def _tables() -> list[str]:
    """Write the tables, which SQLAlchemy's standard SQL suits but for what a key does on delete."""
    tables = plain_tables().sorted_tables
    for key in chain.from_iterable(table.foreign_key_constraints for table in tables):
        key.ondelete = None
    return [str(CreateTable(table)) for table in tables]


def _additions() -> Iterator[str]:
    """Write what is created once the tables are filled; DuckDB needs no indexes but unique ones."""
    for table in METADATA.sorted_tables:
        for index in table.indexes:
            # An index for some rows only: for the others its columns are null.
            where = index.dialect_options["sqlite"]["where"]
            columns = [quoted(column.name) for column in index.columns]
            if where is not None:
                columns = [f"(case when {where} then {column} end)" for column in columns]
            if index.unique:
                yield f"create unique index {index.name} on {table} ({', '.join(columns)})"
    # DuckDB reads PostgreSQL's comments and the SQL of the views as they are.
    yield from creation("postgresql").views


def literal(value: object) -> str:
    """Write a text as SQL does."""
    return "'" + str(value).replace("'", "''") + "'"
