"""A target in DuckDB: a file that is made anew beside the old one and takes its place.

Touches the target, and a folder beside it that is gone when the feed ends; the next feed takes
away what a killed one left.

DuckDB locks a file whole and checks foreign keys row by row, so a file is never changed in place:
who has the old one open for reading keeps its state, and who opens it next sees the new one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Table, text

from database.connect import REVISION, VERSION_TABLE
from database.errors import DatabaseError
from feeds import duckdb_shape
from feeds.beside import alone, beside, move, require_folder, require_no_remains
from feeds.digest import Digest, Engine, quoted, row
from feeds.duckdb_rows import asked, compared, fill, held
from feeds.duckdb_schema import Dialect
from feeds.progress import Progress
from feeds.record import Recorded, recorded, records
from feeds.rows import BATCH, RECORD, TABLES
from feeds.shape import broken, told
from feeds.source import DOCUMENTS, JOURNAL, Source
from feeds.strangers import OURS, named
from feeds.target import ANOTHER, Brought, Part, Standing, Target, Untold
from reports.definition import Report, Value
from reports.run import bind
from schema.models import METADATA

MAGIC = b"DUCK"
"""What a file of DuckDB's has behind its first eight bytes."""

SUFFIXES = (".duckdb", ".ddb")
SCHEME = "duckdb:///"

MISSING = "DuckDB is not installed: pip install duckdb pyarrow, or Sourcebook's extra `duckdb`"

BLOCK = 16_384
"""Bytes of a block, the least that DuckDB takes: every key has an index, which fills some."""

INTERRUPTED = re.compile(r"Query interrupted|KeyboardInterrupt|INTERRUPT")
"""What DuckDB and pyarrow make of Ctrl-C."""

# Nothing that a file says may fetch or load code.
# Whole numbers are divided as by the other engines.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "integer_division": True,
}

THERE = """
select schema_name, kind, name
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
) as things
where database_name = 'old' and not internal
order by schema_name, kind, name
"""


def path_of(target: str) -> Path | None:
    """Give the path of a target that is a DuckDB file: by its URL, its name or its first bytes."""
    if target.startswith(SCHEME):
        return Path(target.removeprefix(SCHEME))
    if "://" in target:
        return None
    path = Path(target)
    return path if path.suffix.lower() in SUFFIXES or _is_duckdb(path) else None


def _is_duckdb(path: Path) -> bool:
    try:
        if not path.is_file():  # opening a pipe would wait
            return False
        with path.open("rb") as file:
            return file.read(12)[8:] == MAGIC
    except (OSError, ValueError):
        return False


class Duckdb(Target):
    """A file of DuckDB's."""

    engine: Engine = "duckdb"
    in_place = False

    def __init__(self, path: Path, progress: Progress) -> None:
        self.name = str(path)
        self._real = Path(os.path.realpath(path))  # a link stays a link
        self._progress = progress
        self._record: dict[str, Recorded] = {}
        self._folder = self._real.parent
        """Where the new file is made."""
        self._new: Path | None = None
        """The new file, once it is made."""

    @contextmanager
    def opened(self, source: Source) -> Iterator[Standing]:
        """Open it, and a folder beside it; the new file moves into place where the block ends."""
        try:
            import duckdb
            import pyarrow
        except ModuleNotFoundError:
            raise DatabaseError(MISSING) from None
        self._source = source
        try:
            self._look()
            with (
                alone(self._real, self.name, self._progress),
                duckdb.connect(":memory:", config=SETTINGS) as self._duck,
                beside(self._real) as self._folder,
            ):
                require_no_remains(self._real, self.name, ".wal")
                self._do(f"set temp_directory = {_literal(self._folder)}")
                standing = self._opened()
                self._record = standing.record if standing else {}
                self._is_there = standing is not None
                yield standing or Standing()
                if self._new:
                    self._do("checkpoint new", "use memory", "detach new")
                    move(self._new, self._real)
        except (duckdb.Error, pyarrow.ArrowException, RuntimeError) as error:
            if INTERRUPTED.search(str(error)):
                raise KeyboardInterrupt from error
            if isinstance(error, RuntimeError):
                raise
            said = _said(error).replace(f"{self._folder}/", f"{self._real.parent}/")
            raise DatabaseError(f"{self.name}: {said}; nothing changed") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise DatabaseError(f"{self.name}: {reason.lower()}; nothing changed") from error

    # --- what stands there --------------------------------------------------------------------

    def _look(self) -> None:
        """Raise DatabaseError where no file of DuckDB's can be put."""
        real = self._real
        require_folder(real, self.name)
        if real.exists() and not _is_duckdb(real):
            raise DatabaseError(f"{self.name}: is not a DuckDB database; {ANOTHER}")
        if real.exists() and not os.access(real, os.W_OK):
            raise DatabaseError(f"{self.name}: cannot be written to; {ANOTHER}")

    def _opened(self) -> Standing | None:
        """Open what stands there as `old`, and keep others from writing it; None: nothing.

        Raises DatabaseError for what is not ours.
        """
        import duckdb

        if not self._real.exists():
            return None
        attach = f"attach {_literal(self._real)} as old (type duckdb"
        try:
            if Path(f"{self._real}.wal").exists():  # who wrote it last was killed
                self._do(f"{attach})", "checkpoint old", "detach old")
            self._do(f"{attach}, read_only)")
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            raise DatabaseError(
                f"{self.name}: another process has it open; try again when that has ended"
            ) from error
        return self._found()

    def _found(self) -> Standing | None:
        """Describe what is in `old`. Raises DatabaseError for what is not ours."""
        there = asked(self._duck, THERE)
        if not there:
            return None
        at = None
        if ("main", "table", VERSION_TABLE) in there:
            [[at]] = asked(self._duck, f"select max(version_num) from old.main.{VERSION_TABLE}")
        found = [
            f"{kind} {name if schema == 'main' else f'{schema}.{name}'}"
            for schema, kind, name in there
            if not (at and schema == "main" and (kind, name) in OURS)
        ]
        if found:
            raise DatabaseError(
                f"{self.name}: holds what is not a sourcebook's ({named(found)}); {ANOTHER}"
            )
        if str(at) > REVISION:
            raise DatabaseError(
                f"{self.name}: was made by a newer Sourcebook (schema {at}, this one knows "
                f"{REVISION}); upgrade Sourcebook"
            )
        if at != REVISION:
            raise DatabaseError(
                f"{self.name}: was made by an older Sourcebook (schema {at}); remove it, or "
                f"{ANOTHER}"
            )
        if lacking := "; ".join(self._broken()):
            return Standing(rows=True, broken=lacking)
        loads = asked(
            self._duck, "select id, content_hash from old.main.loads order by id desc limit 1"
        )
        last, content = loads[0] if loads else (0, None)
        columns = RECORD.columns.keys()
        record = [
            dict(zip(columns, row, strict=True))
            for row in asked(self._duck, f"select {', '.join(columns)} from old.main.{RECORD.name}")
        ]
        return Standing(
            last,
            content,
            held(self._duck, JOURNAL, "old"),
            {row["table_name"]: recorded(row) for row in record},
            any(self._counts().values()),
        )

    def _broken(self) -> Iterator[str]:
        """Say which tables and columns somebody took away or added."""
        query = "select table_name, column_name from duckdb_columns() where database_name = 'old'"
        there: dict[str, set[str]] = {}
        for table, column in asked(self._duck, query):
            there.setdefault(table, set()).add(column)
        return broken(there)

    def altered(self) -> str:
        """Compare with what a feed makes."""
        if not self._is_there:
            return ""
        return told(duckdb_shape.shape(self._duck, "old"), duckdb_shape.reference(self._duck))

    def documents(self) -> set[str]:
        """Give the keys of the documents that it holds."""
        with self._duck.cursor() as cursor:
            cursor.execute(f"use {self._catalog}")
            return {key for (key,) in cursor.execute(DOCUMENTS).fetchall()}

    def counts(self) -> dict[str, int]:
        """Count the rows of every table that stands there."""
        return self._counts() if self._is_there else {}

    def _counts(self) -> dict[str, int]:
        query = "select table_name from duckdb_tables() where database_name = 'old'"
        there = {name for (name,) in asked(self._duck, query)}
        return {
            table.name: asked(self._duck, f"select count(*) from old.main.{table.name}")[0][0]
            for table in TABLES
            if table.name in there
        }

    def digests(
        self, progress: Progress, tables: Iterable[Table] | None = None
    ) -> dict[str, Digest]:
        """Compute what tables come to: of the new file once it is made, else of the old."""
        found = {}
        with progress.stage("comparing"):
            for table in TABLES if tables is None else tables:
                found[table.name] = held(self._duck, table, self._catalog)
                progress.advance(found[table.name].rows)
        return found

    def texts(self) -> dict[int, int]:
        """Say of which documents text is kept, and of how many passages."""
        query = f"""
            select document_id, count(text)
            from {self._catalog}.main.passages
            group by document_id
            having count(text) > 0
        """
        return dict(asked(self._duck, query))

    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Give all rows of a table by primary key, each as its JSON array."""
        order = ", ".join(quoted(column.name) for column in table.primary_key.columns)
        with self._duck.cursor() as cursor:
            cursor.execute(
                f"select {row(table, 'duckdb')} from {self._catalog}.main.{quoted(table.name)} "
                f"order by {order}"
            )
            while found := cursor.fetchmany(BATCH):
                yield [line.encode() for (line,) in found]

    @contextmanager
    def answer(
        self, report: Report, values: Mapping[str, Value]
    ) -> Iterator[Iterable[Sequence[object]]]:
        """Answer a report there: its SQL is DuckDB's too, but for what a slash means."""
        given = bind(self._source.connection, report, values)
        query = text(report.statement(given)).compile(dialect=Dialect())
        with self._duck.cursor() as cursor:
            cursor.execute(f"use {self._catalog}")
            cursor.execute(str(query), [given[name] for name in query.positiontup or ()])
            yield iter(cursor.fetchone, None)

    @property
    def _catalog(self) -> str:
        """What stands there: the new file once it is made, else the old one."""
        return "new" if self._new else "old"

    # --- the new file -------------------------------------------------------------------------

    def fill(self, source: Source, progress: Progress) -> None:
        """Make the new file."""
        self._make(source, progress)

    def bring(
        self,
        source: Source,
        part: Part,  # noqa: ARG002 - the file is made whole
        progress: Progress,
        *,
        dry: bool,
    ) -> Brought:
        """Make the new file, and say in what it differs from the old one."""
        before = self.digests(progress)
        if any(before[name] != one.digest for name, one in self._record.items()):
            raise Untold
        self._make(source, progress)
        after = self.digests(progress)
        with progress.stage("comparing"):
            changes = {
                name: compared(self._duck, METADATA.tables[name])
                for name, found in after.items()
                if found != before[name]
            }
        if dry:
            self._discard()
        return Brought(changes, after, after)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Take the new file away where the block raises."""
        try:
            yield
        except BaseException:
            self._discard()
            raise

    def _discard(self) -> None:
        if self._new:
            self._do("use memory", "detach new")
            self._new.unlink()
            self._new = None

    def _make(self, source: Source, progress: Progress) -> None:
        """Make the new file."""
        new = self._folder / self._real.name
        self._do(f"attach {_literal(new)} as new (type duckdb, block_size {BLOCK})", "use new")
        self._do("begin", *duckdb_shape.tables(), "commit")
        with progress.stage("copying", sum(source.count(table) for table in TABLES)):
            for table in TABLES:
                fill(self._duck, source, table, progress)
        self._do("begin", *duckdb_shape.rest(), "commit")
        self._new = new

    def note(self, here: dict[str, Digest], there: dict[str, Digest], source: Source) -> None:
        """Record in the new file what this feed leaves."""
        self._do("begin")
        for one in records(here, there, source, self.engine):
            values = ", ".join("?" * len(one))
            statement = f"insert into {RECORD.name} ({', '.join(one)}) values ({values})"
            asked(self._duck, statement, *one.values())
        self._do("commit")

    def _do(self, *statements: str) -> None:
        for statement in statements:
            asked(self._duck, statement)


def _said(error: Exception) -> str:
    """Say in one line what DuckDB means."""
    return str(error).strip().partition("\n")[0].removeprefix("IO Error: ")


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
