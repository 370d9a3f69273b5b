"""What a target holds before a feed, and what every kind of target can do.

Touches nothing itself; feeds/sync.py decides what is done with a target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, delete, func, insert, literal, select

from database.digest import Digest, hashed
from database.errors import DatabaseError
from database.snapshot import RECORD, TABLES, Snapshot
from output.progress import Progress
from schema.models import METADATA

SHOWN = 5
"""Objects and differences that a message names."""


@dataclass(frozen=True)
class FeedOptions:
    """What a feed is asked for."""

    replace: bool = False
    dry_run: bool = False
    verify: bool = False


class DocumentVersion(NamedTuple):
    """What tells two versions of a document apart without reading them."""

    id: int
    coding: str
    """The hash of its coding."""
    texts: int
    """How many of its passages have their text."""


@dataclass(frozen=True)
class Inventory:
    """The documents of a sourcebook by key, and the loads by number that brought them there."""

    documents: dict[str, DocumentVersion] = field(default_factory=dict)
    loads: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    loaded: dict[int, str] = field(default_factory=dict)
    """The documents of these loads; not of what an older version made."""

    @property
    def last_load(self) -> int:
        """The number of the last load; 0 before the first."""
        return max(self.loads, default=0)

    @property
    def content(self) -> str | None:
        """The content hash that the last load left."""
        return self.loads[self.last_load][-1] if self.loads else None

    def holds_same(self, other: Inventory, *, texts: bool = True) -> bool:
        """Return whether both hold the same codings and texts, whatever their ids."""
        ours, theirs = (
            {
                key: (each.coding, each.texts if texts else 0)
                for key, each in inventory.documents.items()
            }
            for inventory in (self, other)
        )
        return ours == theirs

    def descends_from(self, other: Inventory) -> bool:
        """Return whether every load of the other is a load of this one: ids then agree."""
        return other.loads.items() <= self.loads.items()

    def changed_since(self, other: Inventory) -> set[int]:
        """Return the documents that differ from the other inventory, which this one descends from.

        A document that was dropped is only in the other, or has another id here.
        """
        loaded = {key for number, key in self.loaded.items() if number not in other.loads}
        return {
            document.id
            for here, there in ((self, other), (other, self))
            for key, document in here.documents.items()
            if key in loaded or there.documents.get(key) != document
        }


def read_inventory(
    connection: Connection, *, keep_text: bool = True, older: bool = False
) -> Inventory:
    """Read an inventory; without `keep_text`, as if no text were kept.

    With `older`, the database may be of an older version.
    """

    def ask(query: Select[Any]) -> Sequence[Any]:
        # Row by row, every row would be a call to the thread that Ctrl-C can cancel.
        return connection.execute(query).all()

    sources, codings, loads, passages = (
        METADATA.tables[name].c for name in ("sources", "codings", "loads", "passages")
    )
    texts = select(func.count(passages.text)).where(passages.document_id == codings.document_id)
    documents = select(
        sources.key,
        codings.document_id,
        codings.hash,
        texts.scalar_subquery() if keep_text else literal(0),
    ).where(sources.id == codings.document_id)
    history = select(loads.id, loads.loaded_at, loads.content_hash)
    return Inventory(
        {key: DocumentVersion(*document) for key, *document in ask(documents)},
        {number: tuple(load) for number, *load in ask(history)},
        {} if older else dict(map(tuple, ask(select(loads.id, loads.document)))),
    )


@dataclass(frozen=True)
class TargetState:
    """What a target holds before a feed."""

    exists: bool = False
    """Whether it has the tables of a sourcebook."""
    older: bool = False
    """Whether an older version made them."""
    fed: bool = False
    """Whether a feed filled them."""
    missing: str = ""
    """Which tables, columns and views are gone; nothing else is known then."""
    inventory: Inventory = field(default_factory=Inventory)


class RowCounts(NamedTuple):
    """How many rows of a table a feed adds, changes and removes."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class Target(ABC):
    """A database that becomes an exact copy."""

    name: str
    """As messages show it, without a password."""
    wants_schema = False
    """Whether a schema of it is filled."""
    is_server = False
    """Whether it may ask for a password."""
    connection: Connection
    """The connection to what is there, if anything is."""

    @abstractmethod
    def opened(self, source: Snapshot) -> AbstractContextManager[TargetState]:
        """Open it in one transaction, which is committed when the block ends.

        If the block raises, everything stays as it was. Raises DatabaseError for a target that
        isn't ours, is newer, or is the source itself.
        """

    @abstractmethod
    def digest(self, table: Table) -> Digest:
        """Return the digest of what the target really holds."""

    @abstractmethod
    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Return batches of rows as JSON arrays, in primary-key order."""

    @abstractmethod
    def fill(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Replace everything by the rows of the source, and record that.

        Return the digests of what was sent.
        """

    def record(self) -> None:
        """Record that a feed filled it."""
        self.connection.execute(delete(RECORD))
        self.connection.execute(insert(RECORD), {"fed_at": now()})

    @abstractmethod
    def write(self, into: str, table: Table, batches: Iterable[list[bytes]]) -> None:
        """Write rows into a table that has the columns of `table`."""

    def copy_all(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Copy all rows into the tables of these names; return the digests of what was sent."""
        with progress.stage("copying", sum(source.count(table) for table in TABLES)):
            return {table.name: self.copy(source, table, progress) for table in TABLES}

    def copy(
        self,
        source: Snapshot,
        table: Table,
        progress: Progress,
        *,
        where: str = "true",
        into: str = "",
    ) -> Digest:
        """Copy rows. Raises DatabaseError, naming the row, if the target can't take one."""
        sent = Digest()

        def batches() -> Generator[list[bytes], None, None]:
            nonlocal sent
            with closing(source.lines(table, where, ordered=False)) as read:
                for lines in read:
                    yield lines
                    sent = sent.plus(hashed(lines))
                    progress.advance(len(lines))

        with blaming(source, table), closing(batches()) as lines:
            self.write(into or table.name, table, lines)
        return sent

    def drift(self) -> str:
        """Say how the structure differs from what a feed creates; empty: it doesn't."""
        return ""


def now() -> str:
    """Return the time as a feed records it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(items: list[str]) -> str:
    """Return the first few of some items, as a message lists them."""
    return ", ".join(items[:SHOWN]) + (", …" if len(items) > SHOWN else "")


@contextmanager
def blaming(source: Snapshot, table: Table | None) -> Iterator[None]:
    """If the target refuses rows, name the row of the source that is to blame, if one is."""
    try:
        yield
    except DatabaseError:
        raise
    except Exception as error:
        fault = source.fault(table) if table is not None else None
        if fault := fault or source.dangling():
            raise source.error(fault) from error
        raise
