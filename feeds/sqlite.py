"""A target in SQLite: a file that is built in a staging folder, or updated in place.

Touches that file. Whoever has the old file open when a new one replaces it keeps reading the old.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table
from sqlalchemy.engine import URL

from database.connect import transaction
from database.digest import Digest, quoted
from database.errors import DatabaseError
from database.snapshot import Snapshot, driver_errors
from feeds.relational import Relational
from feeds.structure import state_of
from feeds.target import TargetState
from migrations.creation import creation
from output.progress import Progress
from output.staging import remove_leftovers, replace, require_folder, staging_dir


class Sqlite(Relational):
    """An SQLite file."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = Path(os.path.realpath(path))  # a link stays a link
        self._before: Connection | None = None
        """The connection to the old file."""
        self._wrote = False

    @contextmanager
    def opened(self, source: Snapshot) -> Iterator[TargetState]:
        """Open it and keep others from writing to it; a new file takes its place at the end."""
        require_folder(self._path)
        require_no_logs(self._path, self.name, "-journal", "-wal")
        remove_leftovers(self._path)
        with disk_errors(self.name), ExitStack() as self._old, ExitStack() as self._new:
            state = TargetState()
            if self._path.exists():
                if source.engine == "sqlite" and self._path.samefile(source.name):
                    raise DatabaseError(f"{self.name}: is the source itself; give another TARGET")
                before = self._path.stat()
                self._before = self._old.enter_context(transaction(_url(self._path)))
                self.connection = self._before
                if not os.path.samestat(before, self._path.stat()):
                    raise DatabaseError(f"{self.name}: was replaced just now; feed again")
                state = state_of(self.name, self.connection)
            yield state
            if self._before is not None and not self._wrote:
                self._before.rollback()  # to commit, even nothing, is to wait for readers

    def record(self) -> None:
        """Record that a feed filled it."""
        super().record()
        self._wrote = self.connection is self._before

    def fill(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Build a new file."""
        if self._before is not None:
            self._undo(self._before)
        new = self._new.enter_context(staging_dir(self._path)) / self._path.name
        self._new.push(lambda kind, *_: None if kind else self._replace(new))
        # Foreign keys are checked once, at the end.
        self.connection = self._new.enter_context(transaction(_url(new), foreign_keys=False))
        schema = creation("sqlite")
        self.run(*schema.tables, *schema.views)
        sent = self.copy_all(source, progress)
        with progress.stage("creating indexes"):
            self.run(*schema.keys)
            if fault := source.dangling():
                raise source.error(fault)
        self.record()
        return sent

    def _replace(self, new: Path) -> None:
        if sys.platform == "win32":
            self._old.close()  # Windows replaces no open file
        replace(new, self._path)

    def _undo(self, connection: Connection) -> None:
        """Undo what was written to the old file, and keep others from writing to it.

        Its journal must not outlive it. Raises DatabaseError if somebody wrote in between.
        """
        version = "pragma data_version"
        with driver_errors(connection) as driver:
            before = driver.execute(version).fetchone()
            driver.execute("rollback")
            driver.execute("begin immediate")
            if driver.execute(version).fetchone() != before:
                raise DatabaseError(
                    f"{self.name}: somebody wrote to it meanwhile; nothing changed; feed again"
                )

    def write(self, into: str, table: Table, batches: Iterable[list[bytes]]) -> None:
        """Insert rows."""
        columns = ", ".join(quoted(column.name) for column in table.columns)
        values = ", ".join("?" * len(table.columns))
        statement = f"insert into {into} ({columns}) values ({values})"
        for lines in batches:  # the source is read by the main thread, where Ctrl-C arrives
            with driver_errors(self.connection) as driver:
                driver.executemany(statement, map(json.loads, lines))


def require_no_logs(path: Path, name: str, *suffixes: str) -> None:
    """Raise DatabaseError if the log of a killed writer has outlived its file.

    The engine would play it into whatever file takes that place.
    """
    for suffix in suffixes:
        if not path.exists() and os.path.lexists(f"{path}{suffix}"):
            raise DatabaseError(
                f"{name}: is gone, but {path.name}{suffix} of a killed writer is still there; "
                "remove that, or give another TARGET"
            )


@contextmanager
def disk_errors(name: str) -> Iterator[None]:
    """Turn what the operating system refuses into a DatabaseError."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DatabaseError(f"{name}: {reason}; nothing changed") from error


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))
