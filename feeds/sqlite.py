"""A target in SQLite: a file, made beside and moved into place, or brought up to date in place.

Touches that file, and while it is made a folder beside it. Who has the old file open for reading
keeps its state, and who opens it next sees the new one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from database.connect import migrating, transaction
from database.errors import DatabaseError
from feeds.beside import alone, beside, move, require_folder, require_no_remains
from feeds.blocks import Block
from feeds.digest import Digest, Engine, quoted
from feeds.progress import Progress
from feeds.relational import Relational
from feeds.rows import RECORD, TABLES
from feeds.shape import columns
from feeds.source import Source, driving
from feeds.target import ANOTHER, Standing
from feeds.values import fault
from migrations.upgrade import require_whole, upgrade

CACHE = 24
"""Megabytes of the file that SQLite may hold while it makes it."""

INDEXES = "select name, sql from sqlite_schema where type = 'index' and sql is not null"


class Sqlite(Relational):
    """A file of SQLite."""

    engine: Engine = "sqlite"

    def __init__(self, path: Path, progress: Progress) -> None:
        self.name = str(path)
        self._path = Path(os.path.realpath(path))  # a link stays a link
        self._progress = progress
        self._standing: Standing | None = None
        self._made = self._wrote = False
        """Whether a new file was made, or the old one written to."""

    @contextmanager
    def opened(self, source: Source) -> Iterator[Standing]:
        """Open it and keep others from writing it; a new file takes its place at the end."""
        try:
            require_folder(self._path, self.name)
            with alone(self._path, self.name, self._progress), ExitStack() as old:
                require_no_remains(self._path, self.name, "-journal", "-wal")
                if self._path.exists():
                    if source.engine == "sqlite" and self._path.samefile(source.name):
                        raise DatabaseError(f"{self.name}: is the source itself; {ANOTHER}")
                    self.connection = there = old.enter_context(transaction(_url(self._path)))
                    # To commit, even nothing, is to wait for those who read.
                    old.callback(lambda: None if self._wrote else there.rollback())
                    self._standing = self._stands()
                with ExitStack() as self._making, self._telling():
                    yield self._standing or Standing()
        except OSError as error:
            reason = error.strerror or str(error)
            raise DatabaseError(f"{self.name}: {reason.lower()}; nothing changed") from error

    def _stands(self) -> Standing | None:
        """Say what stands there, also where it cannot be read."""
        try:
            return self.standing()
        except DBAPIError:
            if found := self._fault():
                return Standing(rows=True, broken=found)
            raise

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say of an error which value of the old file has made it, if one has."""
        try:
            yield
        except DBAPIError as error:
            if self._standing and not self._made and (found := self._fault()):
                raise DatabaseError(
                    f"{self.name}: somebody changed its rows: {found}; --replace makes it anew"
                ) from error
            raise

    def _fault(self) -> str | None:
        """Find the first value there that no feed can have written."""
        there = columns(self.connection)
        every = (table for table in (*TABLES, RECORD) if table.name in there)
        return next(filter(None, (fault(self.connection, one, self.engine) for one in every)), None)

    def counts(self) -> dict[str, int]:
        """Count the rows of every table that stands there."""
        return super().counts() if self._standing else {}

    def note(self, here: dict[str, Digest], there: dict[str, Digest], source: Source) -> None:
        """Record what this feed leaves."""
        super().note(here, there, source)
        self._wrote = not self._made

    def fill(self, source: Source, progress: Progress) -> None:
        """Make a new file beside the old one."""
        self._made = True
        if self._standing is not None:
            self._take_back()
        folder = self._making.enter_context(beside(self._path))
        new = folder / self._path.name
        with migrating(str(new)) as connection:
            upgrade(connection)
        self._making.push(lambda kind, *_: None if kind else move(new, self._path))
        # Keys are checked once, at the end.
        self.connection = self._making.enter_context(transaction(_url(new), foreign_keys=False))
        self._do(f"pragma cache_size = -{CACHE * 1024}")
        self._do("delete from relation_types")
        indexes = self.connection.exec_driver_sql(INDEXES).all()
        for name, _ in indexes:
            self._do(f"drop index {quoted(name)}")
        self.total = sum(source.count(table) for table in TABLES)
        with progress.stage("copying", self.total):
            for table in TABLES:
                self.copy(source, table, progress)
        with progress.stage("making keys and indexes"):
            for _, definition in indexes:
                self._do(definition)
            with source.blamed(DatabaseError):
                require_whole(self.connection)

    def _take_back(self) -> None:
        """Undo whatever was written to the old file, which others still may not write.

        Its journal, played back by whoever opens the path next, must not meet the new file there.
        Raises DatabaseError where somebody wrote in between.
        """
        version = "pragma data_version"
        with driving(self.connection) as driver:
            before = driver.execute(version).fetchone()
            driver.execute("rollback")
            driver.execute("begin immediate")
            if driver.execute(version).fetchone() != before:
                raise DatabaseError(
                    f"{self.name}: somebody wrote to it meanwhile; nothing changed; feed again"
                )

    def write(self, into: str, table: Table, blocks: Iterable[Block], **how: bool) -> None:  # noqa: ARG002 - how: for others
        """Insert rows."""
        columns = ", ".join(quoted(column.name) for column in table.columns)
        values = ", ".join("?" * len(table.columns))
        statement = f"insert into {into} ({columns}) values ({values})"
        with driving(self.connection) as driver:
            for block in blocks:
                driver.executemany(statement, block.values())


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))
