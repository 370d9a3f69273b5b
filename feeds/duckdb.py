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
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, Table, select
from sqlalchemy.schema import CreateTable

from database.connect import REVISION, VERSION_TABLE
from database.digest import Digest, digest_query, json_row, quoted, read_digest
from database.duckdb import NO_DRIVER
from database.errors import DatabaseError, naming_errors
from database.location import is_duckdb
from database.snapshot import RECORD, TABLES, Snapshot, batched
from feeds.sqlite import disk_errors, require_no_logs
from feeds.structure import missing_among, plain_tables
from feeds.target import Target, TargetState, read_book, require_ours
from migrations.views import view_statements
from output.progress import Progress
from output.staging import replace, require_folder, staging_dir
from schema.models import METADATA
from schema.views import RENAMED, VIEWS

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

OBJECTS = """
select kind, case schema_name when 'main' then name else schema_name || '.' || name end
from (
  select database_name, schema_name, 'table' as kind, table_name as name, internal
  from duckdb_tables()
  union all
  select database_name, schema_name, 'view', view_name, internal from duckdb_views()
  union all
  select database_name, schema_name, 'function', function_name, internal from duckdb_functions()
  union all
  select database_name, schema_name, 'type', type_name, internal from duckdb_types()
  union all
  select database_name, schema_name, 'sequence', sequence_name, false from duckdb_sequences()
) as objects
where database_name = 'old' and not internal
order by all
"""

COLUMNS = "select table_name, column_name from duckdb_columns() where database_name = 'old'"

OURS = {("table", name) for name in (*METADATA.tables, VERSION_TABLE)} | {
    ("view", name) for name in (*(view.name for view in VIEWS), *RENAMED)
}


class Duckdb(Target):
    """A DuckDB file."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = Path(os.path.realpath(path))  # a link stays a link
        self._catalog = "old"
        """What the target holds: the old file, or the new one once it is built."""

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
        ending = "; nothing changed"
        with (
            disk_errors(self.name),
            staging_dir(path) as self._folder,
            naming_errors(self.name, duckdb.Error, pyarrow.ArrowException, ending=ending),
            interrupts(),
            duckdb.connect(":memory:", config=SETTINGS) as self._duck,
        ):
            self._run(f"set temp_directory = {literal(self._folder)}")
            yield self._state()
            if self._catalog == "new":
                self._run("checkpoint new", "use memory", "detach new")
                self._run(*(["detach old"] if path.exists() else []))
                replace(self._folder / path.name, path)

    def _state(self) -> TargetState:
        """Attach what is there as `old`, which keeps others from writing to it; describe it."""
        import duckdb

        if not self._path.exists():
            return TargetState()
        attach = f"attach {literal(self._path)} as old (type duckdb"
        try:
            if Path(f"{self._path}.wal").exists():  # its last writer was killed
                self._run(f"{attach})", "checkpoint old", "detach old")
            self._run(f"{attach}, read_only)")
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            raise DatabaseError(
                f"{self.name}: another process has it open; try again when that has ended"
            ) from error
        objects = self._ask(OBJECTS)
        if not objects:
            return TargetState()
        revision = None
        if ("table", VERSION_TABLE) in objects:
            [[revision]] = self._ask(f"select max(version_num) from old.main.{VERSION_TABLE}")
        ours = OURS if revision else set()
        foreign = [f"{kind} {name}" for kind, name in objects if (kind, name) not in ours]
        require_ours(self.name, revision, foreign)
        if revision != REVISION:
            return TargetState(exists=True, older=True, fed=True)
        columns: dict[str, set[str]] = defaultdict(set)
        for table, column in self._ask(COLUMNS):
            columns[table].add(column)
        if missing := missing_among(columns, {name for kind, name in objects if kind == "view"}):
            return TargetState(exists=True, missing=missing)
        fed = bool(self._select(select(RECORD.c.fed_at)))
        return TargetState(exists=True, fed=fed, book=read_book(self._select))

    def counts(self) -> dict[str, int]:
        """Count the rows of every table that exists."""
        there = self._ask("select table_name from duckdb_tables() where database_name = 'old'")
        return {
            table.name: self._ask(f"select count(*) from old.main.{table.name}")[0][0]
            for table in TABLES
            if (table.name,) in there
        }

    def digest(self, table: Table, where: str = "true") -> Digest:
        """Let DuckDB compute the digest."""
        rows = f"{self._catalog}.main.{quoted(table.name)}"
        return read_digest(self._ask(digest_query(table, "duckdb", rows, where))[0])

    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Return all rows by primary key."""
        order = ", ".join(quoted(column.name) for column in table.primary_key.columns)
        with self._duck.cursor() as cursor:
            rows = f"{self._catalog}.main.{quoted(table.name)}"
            cursor.execute(f"select {json_row(table, 'duckdb')} from {rows} order by {order}")
            yield from batched(line.encode() for (line,) in iter(cursor.fetchone, None))

    def fill(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Build the new file."""
        new = literal(self._folder / self._path.name)
        options = f"type duckdb, block_size {BLOCK}, storage_version '{STORAGE}'"
        self._run(f"attach {new} as new ({options})", "use new")
        self._run("begin", *_tables(), "commit")
        sent = self.copy_all(source, progress)
        self._run("begin", *_additions(), "commit")
        self._catalog = "new"
        return sent

    def write(self, into: str, table: Table, batches: Iterable[list[bytes]]) -> None:
        """Insert rows."""
        for lines in batches:
            self._duck.register("arriving", arrow(table, lines))
            self._run(f"insert into {quoted(into)} select * from arriving")
            self._duck.unregister("arriving")

    def record(self, fed_at: str) -> None:
        """Record in the new file that a feed filled it."""
        self._run(f"insert into new.main.{RECORD.name} values ({literal(fed_at)})")

    def _select(self, query: Select[Any]) -> list[Any]:
        self._run(f"use {self._catalog}")
        rows = self._ask(str(query.compile(compile_kwargs={"literal_binds": True})))
        self._run("use memory")
        return rows

    def _ask(self, statement: str) -> list[Any]:
        """Run a statement to its end: DuckDB stops where nobody fetches more."""
        return self._duck.execute(statement).fetchall()

    def _run(self, *statements: str) -> None:
        for statement in statements:
            self._ask(statement)


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


def _tables() -> Iterator[str]:
    """Write the tables, which SQLAlchemy's standard SQL suits but for what a key does on delete."""
    for table in plain_tables().sorted_tables:
        for key in table.foreign_key_constraints:
            key.ondelete = None
        yield str(CreateTable(table))


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
        yield f"comment on table {table} is {literal(table.comment or '')}"
        for column in table.columns:
            yield f"comment on column {table}.{column.name} is {literal(column.comment or '')}"
    yield from view_statements("postgresql")  # DuckDB reads the SQL of views as it is
    yield f"insert into {VERSION_TABLE} values ({literal(REVISION)})"


def literal(value: object) -> str:
    """Write a text as SQL does."""
    return "'" + str(value).replace("'", "''") + "'"
