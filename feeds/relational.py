"""A target in SQLite or PostgreSQL: what stands in it, and what changed brought row by row.

Touches the target only, in the transaction that the connection is in.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.exc import DBAPIError

from database.connect import REVISION, revision
from database.errors import DatabaseError
from feeds import scope
from feeds.blocks import Block
from feeds.digest import NOTHING, Checksum, Digest, checksum, digest, fold, quoted
from feeds.progress import Progress
from feeds.record import Recorded, recorded, records
from feeds.rows import RECORD, TABLES
from feeds.shape import broken, columns, reference, shape, told
from feeds.source import DOCUMENTS, JOURNAL, Source, kept_texts, last_load, lines, unholdable
from feeds.strangers import named, strangers
from feeds.target import ANOTHER, Brought, Change, Part, Standing, Target
from reports.definition import Report, Value
from reports.run import run
from schema.models import METADATA

GIVEN = "relation_types"
"""The table into which the migrations put rows."""


class Relational(Target):
    """A target that SQLAlchemy knows."""

    in_place = True
    connection: Connection
    total: int | None = None
    """How many rows it holds, as far as that is known."""
    _at: str | None = None
    """The revision that it stands at."""
    _altered: str | None = None
    """In what its structure differs, once that is known."""

    # --- what stands there --------------------------------------------------------------------

    def standing(self) -> Standing | None:
        """Say what stands in the target; None where nothing does.

        Raises DatabaseError for what is not a sourcebook's, and for a newer schema.
        """
        self._at = at = revision(self.connection)
        if found := strangers(self.connection, migrated=at is not None):
            whose = "also holds" if at else "holds"
            raise DatabaseError(
                f"{self.name}: {whose} what is not a sourcebook's ({named(found)}); {ANOTHER}"
            )
        if at is None:
            return None
        if at > REVISION:
            raise DatabaseError(
                f"{self.name}: was made by a newer Sourcebook (schema {at}, this one knows "
                f"{REVISION}); upgrade Sourcebook"
            )
        there = columns(self.connection)
        if at == REVISION and (lacking := "; ".join(broken(there))):
            return Standing(rows=True, broken=lacking)
        last, content = last_load(self.connection)
        record = self._record() if RECORD.name in there else {}
        self.total = sum(one.digest.rows for one in record.values()) or None
        return Standing(
            last,
            content,
            digest(self.connection, JOURNAL),
            record,
            any(
                self.connection.execute(select(1).select_from(table).limit(1)).first()
                for table in TABLES
                if table.name != GIVEN
            ),
            at != REVISION,
        )

    def altered(self) -> str:
        """Compare with what the migrations make; what was found once is not looked for again."""
        if self._at is None:
            return ""
        if self._altered is None:
            found = shape(self.connection)
            self._altered = told(found, reference(self.connection, self._at))
        return self._altered

    def _record(self) -> dict[str, Recorded]:
        return {
            found["table_name"]: recorded(dict(found))
            for found in self.connection.execute(select(RECORD)).mappings()
        }

    def counts(self) -> dict[str, int]:
        """Count the rows of every table that stands there."""
        there = columns(self.connection)
        return {
            table.name: self._count(f"select count(*) from {table.name}")
            for table in TABLES
            if table.name in there
        }

    def digests(
        self, progress: Progress, tables: Iterable[Table] | None = None
    ) -> dict[str, Digest]:
        """Let the engine compute them, table by table."""
        found = {}
        with progress.stage("comparing", self.total):
            for table in TABLES if tables is None else tables:
                found[table.name] = digest(self.connection, table)
                progress.advance(found[table.name].rows)
        return found

    def checksums(self, progress: Progress) -> dict[str, Checksum]:
        """Let the engine compute them."""
        with progress.stage("comparing"):
            return {table.name: checksum(self.connection, table) for table in TABLES}

    def note(self, here: dict[str, Digest], there: dict[str, Digest], source: Source) -> None:
        """Record what this feed leaves."""
        self.connection.execute(delete(RECORD))
        self.connection.execute(insert(RECORD), records(here, there, source, self.engine))

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Make a savepoint, to which it goes back where the block raises."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        except BaseException:
            with suppress(DBAPIError):  # SQLite has taken back all where the disk is full
                savepoint.rollback()
            raise
        savepoint.commit()

    def texts(self) -> dict[int, int]:
        """Say of which documents text is kept there."""
        return kept_texts(self.connection)

    def documents(self) -> set[str]:
        """Give the keys of the documents that it holds."""
        return set(self.connection.exec_driver_sql(DOCUMENTS).scalars())

    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Give all rows of a table by primary key."""
        return lines(self.connection, table, ordered=True)

    @contextmanager
    def answer(
        self, report: Report, values: Mapping[str, Value]
    ) -> Iterator[Iterable[Sequence[object]]]:
        """Answer a report there."""
        with run(self.connection, report, values) as page:
            yield page.rows

    # --- rows ---------------------------------------------------------------------------------

    @abstractmethod
    def write(self, into: str, table: Table, blocks: Iterable[Block], **how: bool) -> None:
        """Write rows into a table that has the columns of another.

        Raises DBAPIError or ValueError for a value that the target cannot hold.
        """

    def copy(
        self,
        source: Source,
        table: Table,
        progress: Progress,
        *,
        where: str = "true",
        into: str | None = None,
        **how: bool,
    ) -> None:
        """Copy rows of the source.

        Raises DatabaseError, naming the value, where the target cannot hold one.
        """

        def read() -> Generator[Block, None, None]:
            with closing(source.unordered(table, where)) as blocks:
                for block in blocks:
                    yield block
                    progress.advance(block.rows)

        try:
            with closing(read()) as blocks:
                self.write(into or table.name, table, blocks, **how)
        except (DBAPIError, ValueError) as error:
            raise unholdable(source, table, self.engine, error) from error

    # --- bringing what changed ----------------------------------------------------------------

    def bring(self, source: Source, part: Part, progress: Progress, *, dry: bool) -> Brought:
        """Stage what has changed, compare it, and write what differs."""
        before = self._record()
        here = {name: one.by(source.engine) for name, one in before.items()}
        there = {name: one.by(self.engine) for name, one in before.items()}
        changes: dict[str, Change] = {}
        scopes: dict[str, tuple[str, Digest]] = {}
        with progress.stage("reading what changed"):
            for table in part.tables:
                where = scope.of(table, part.documents, part.last)
                old = digest(self.connection, table, where=where)
                new = source.digest(table, where)
                if old == new and not scope.hangs(table, changes):
                    continue
                if source.engine == self.engine:
                    gone = old
                elif source.engine == "sqlite":
                    gone = self._folded(table, where)
                else:
                    gone = old.bare()
                here[table.name] = here[table.name].minus(gone).plus(new)
                there[table.name] = there[table.name].minus(old)
                self._stage(table)
                self.copy(source, table, progress, where=where, into=staged(table))
                changes[table.name] = self._compare(table, where)
                scopes[table.name] = where, new
        if not dry:
            with progress.stage("writing what changed"):
                self._apply({name: where for name, (where, _) in scopes.items()})
        for name, (where, new) in scopes.items():
            table = METADATA.tables[name]
            now = new.bare() if dry else digest(self.connection, table, where=where)
            there[name] = there[name].plus(now)
            self._do(f"drop table {staged(table)}")
        return Brought(changes, here, there)

    def _folded(self, table: Table, where: str) -> Digest:
        """Give the digest of some rows with SQLite's checksum."""
        total = NOTHING
        with closing(lines(self.connection, table, where=where)) as read:
            for some in read:
                total = total.plus(fold(some))
        return total

    def _stage(self, table: Table) -> None:
        """Make a temporary table like this one, found by the same key."""
        self._do(
            f"create temporary table {staged(table)} as select * from {table.name} where 1 = 0"
        )

    def _compare(self, table: Table, where: str) -> Change:
        """Count what differs between a table and what is staged for it."""
        keys = ", ".join(_keys(table))
        self._do(f"create unique index {staged(table)}_key on {staged(table)} ({keys})")
        self._do(f"analyze {staged(table)}")
        key = _keys(table)[0]
        found = self.connection.exec_driver_sql(
            f"select count(*) filter (where old.{key} is null), "
            f"count(*) filter (where new.{key} = old.{key} and ({_differs(table)})), "
            f"count(*) filter (where new.{key} is null) "
            f"from (select * from {table.name} where {where}) as old "
            f"full join {staged(table)} as new on {_same(table)}"
        )
        return Change(*found.one())

    def _apply(self, scopes: Mapping[str, str]) -> None:
        """Make the tables what is staged for them; nothing ever points nowhere.

        `scopes` says by the table's name for which rows that holds, in the tables' order.

        Rows to which others refer are changed in place. Others that differ go, with those that
        hang on them, and come again: so two of them can change places.
        """
        tables = [METADATA.tables[name] for name in scopes]
        own = [table for table in tables if table.name not in scope.SHARED]
        shared = [table for table in tables if table.name in scope.SHARED]
        for table in reversed(own):
            self._remove(table, scopes[table.name], changed=table.name not in scope.REFERRED)
        for table in (*shared, *own):
            if table.name in (*scope.SHARED, *scope.REFERRED):
                self._update(table)
            self._insert(table)
        for table in reversed(shared):
            self._remove(table, "true", changed=False)

    def _remove(self, table: Table, where: str, *, changed: bool) -> None:
        """Remove rows that are gone, and those that differ if `changed`."""
        same = _same(table) + (f" and not ({_differs(table)})" if changed else "")
        self._do(
            f"delete from {table.name} as old where {where} and not exists "
            f"(select 1 from {staged(table)} as new where {same})"
        )

    def _update(self, table: Table) -> None:
        """Change rows in place."""
        changed = ", ".join(f"{name} = new.{name}" for name in _rest(table))
        if changed:
            self._do(
                f"update {table.name} as old set {changed} from {staged(table)} as new "
                f"where {_same(table)} and ({_differs(table)})"
            )

    def _insert(self, table: Table) -> None:
        """Add rows that are not there."""
        columns = ", ".join(quoted(column.name) for column in table.columns)
        self._do(
            f"insert into {table.name} ({columns}) select {columns} from {staged(table)} as new "
            f"where not exists (select 1 from {table.name} as old where {_same(table)})"
        )

    def _do(self, statement: str) -> None:
        # As it stands: a sign of per cent in a definition is no placeholder.
        self.connection.exec_driver_sql(statement, execution_options={"no_parameters": True})

    def _count(self, query: str) -> int:
        return int(self.connection.exec_driver_sql(query).scalar_one())


def staged(table: Table) -> str:
    """Name the temporary table in which new rows of a table wait."""
    return f"staged_{table.name}"


def _keys(table: Table) -> list[str]:
    return [quoted(column.name) for column in table.primary_key.columns]


def _rest(table: Table) -> list[str]:
    keys = table.primary_key.columns
    return [quoted(column.name) for column in table.columns if column.name not in keys]


def _same(table: Table) -> str:
    """Write that two rows have the same key."""
    return " and ".join(f"new.{name} = old.{name}" for name in _keys(table))


def _differs(table: Table) -> str:
    """Write that two rows of the same key differ."""
    return " or ".join(f"new.{n} is distinct from old.{n}" for n in _rest(table)) or "1 = 0"
