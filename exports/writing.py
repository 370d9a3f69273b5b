"""Exports: what a sourcebook holds as a folder of files, in one of several formats.

A format is a function that writes files into an empty folder and says what it has written; to
add one, name it in exports/formats.py. The folder is made beside the one that is asked for
and takes its place whole (exports/folder.py); a descriptor in it (exports/package.py) says
what the files are. Reads the sourcebook only.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, Table, func, select

from exports.folder import replacing
from exports.formats import FORMATS
from exports.package import DESCRIPTOR, descriptor, written
from feeds.blocks import Block
from feeds.digest import Engine
from feeds.progress import Progress
from feeds.rows import TABLES
from feeds.source import Source
from reports.run import provenance

Item = TypeVar("Item")


@dataclass(frozen=True)
class File:
    """A file that a format has written into the folder."""

    name: str
    rows: int
    """Rows, or whatever the format holds instead: entities, nodes and edges."""
    resource: dict[str, Any] = field(default_factory=dict)
    """What the descriptor says of it besides name, path, size and hash."""


@dataclass(frozen=True)
class Export:
    """What a format is given: the sourcebook, an empty folder, and what to leave out."""

    connection: Connection
    folder: Path
    keep_text: bool = False
    """Whether the passages' text goes along."""
    tell: Callable[[int], object] = lambda _rows: None
    """Is told how many more rows have been read."""

    @property
    def _source(self) -> Source:
        return Source(self.connection, keep_text=self.keep_text, doing="export")

    def blocks(self, table: Table, fit: Engine = "sqlite") -> Iterator[Block]:
        """Give the rows of a table by primary key.

        Raises DatabaseError, naming the value, for one that the engine `fit` cannot hold there.
        """
        for block in self._source.blocks(table, fit):
            yield block
            self.tell(block.rows)

    def check(self) -> None:
        """See that every value is one of its column, for a format that queries the tables itself.

        It would fail on another, or leave rows out in silence. Raises DatabaseError, naming it.
        """
        if self.connection.dialect.name == "sqlite":  # the only one to let such a value in
            for table in TABLES:
                for _ in self.blocks(table):
                    pass

    def write(self, file: IO[bytes], table: Table, format: Callable[[Block], bytes]) -> int:
        """Write the rows of a table, and give how many; raises DatabaseError too."""
        count = 0

        def write(block: Block) -> None:
            nonlocal count
            file.write(format(block))
            count += block.rows

        with self.telling(table):
            behind(write, self.blocks(table))
        return count

    @contextmanager
    def telling(self, table: Table) -> Iterator[None]:
        """Say of rows that cannot be written what is wrong with them: a rule was taken away.

        Raises DatabaseError in the place of ValueError, of which pyarrow's are some.
        """
        try:
            yield
        except ValueError as error:
            fault = self._source.fault(table, self._source.engine)
            null = f"{table.name}: a column that may not hold null holds one"
            raise self._source.wrong(fault or null) from error


def behind(work: Callable[[Item], object], items: Iterable[Item]) -> None:
    """Work on each item while the next is made: databases and pyarrow let go of Python's lock."""
    with ThreadPoolExecutor(1) as beside:
        working: Future[object] | None = None
        for item in items:
            if working:
                working.result()
            working = beside.submit(work, item)
        if working:
            working.result()


Writer = Callable[[Export], Iterator[File]]
"""Writes files into the folder and gives each when it is done."""


@dataclass(frozen=True)
class Done:
    """What an export has written."""

    content: str
    """The content hash of the sourcebook, `none` where nothing is loaded."""
    files: Sequence[tuple[File, int]]
    """The files, and their bytes."""


def export(
    connection: Connection,
    folder: Path,
    format: str,
    *,
    keep_text: bool = False,
    force: bool = False,
) -> Done:
    """Write all that the sourcebook holds into a folder, whole or not at all.

    With `force` it may hold files of others, which stay; among these, files are replaced one after
    the other. Raises PackageError.
    """
    module, _, name = FORMATS[format].partition(":")
    writer: Writer = getattr(import_module(module), name)
    content = provenance(connection)["content"]
    progress = Progress()
    with replacing(folder, force=force) as made:
        with progress.stage("exporting", _total(connection)), ThreadPoolExecutor(1) as beside:
            # What is written is sealed while the next is read: hashing lets go of Python's lock.
            files = [
                (file, beside.submit(sealed, made / file.name))
                for file in writer(Export(connection, made, keep_text, progress.advance))
            ]
            found = [(file, *sealing.result()) for file, sealing in files]
        written(made / DESCRIPTOR, descriptor(format, content, found))
    return Done(content, [(file, size) for file, size, _ in found])


def sealed(path: Path) -> tuple[int, str]:
    """Have a file on the disk, and give its bytes and their SHA-256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        hashed = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), hashed


def _total(connection: Connection) -> int | None:
    """Count the rows, where somebody watches."""
    if not sys.stderr.isatty():
        return None
    counts = [select(func.count()).select_from(table) for table in TABLES]
    return sum(connection.execute(count).scalar_one() for count in counts)
