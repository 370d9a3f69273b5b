"""What every target of a feed has in common.

Touches nothing itself; feeds/sync.py decides what is done with a target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

from database.connect import REVISION
from database.digest import Digest
from database.errors import DatabaseError
from database.snapshot import Snapshot
from feeds.book import Book
from output.progress import Progress

SHOWN = 5
"""Foreign objects that a message names."""


@dataclass(frozen=True)
class Options:
    """What a feed is asked for."""

    replace: bool = False
    dry_run: bool = False
    verify: bool = False


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
    book: Book = field(default_factory=Book)


class Change(NamedTuple):
    """How many rows of a table a feed adds, changes and removes."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class NeedsRefill(Exception):  # noqa: N818 - no error: it says how the target is fed
    """A target cannot be updated row by row; it has to be refilled."""


class Target(ABC):
    """A database that becomes an exact copy."""

    name: str
    """As messages show it, without a password."""
    wants_schema = False
    """Whether a schema of it is filled."""
    is_server = False
    """Whether it may ask for a password."""

    @abstractmethod
    def opened(self, source: Snapshot) -> AbstractContextManager[TargetState]:
        """Open it in one transaction, which is committed when the block ends.

        If the block raises, everything stays as it was. Raises DatabaseError for a target that
        isn't ours, is newer, or is the source itself.
        """

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """Count the rows of every table that exists."""

    @abstractmethod
    def digest(self, table: Table, where: str = "true") -> Digest:
        """Return the digest of what the target really holds."""

    @abstractmethod
    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Return batches of rows as JSON arrays, in primary-key order."""

    @abstractmethod
    def fill(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Replace everything by the rows of the source; return the digests of what was sent."""

    @abstractmethod
    def record(self, fed_at: str) -> None:
        """Record that a feed filled it."""

    def drift(self) -> str:
        """Say how the structure differs from what a feed creates; empty: it doesn't."""
        return ""


def fed_now() -> str:
    """Return the present moment as it is recorded."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def require_ours(name: str, revision: str | None, foreign: list[str]) -> None:
    """Raise DatabaseError if a target holds foreign objects or was made by a newer version."""
    if foreign:
        listed = ", ".join(foreign[:SHOWN]) + (", …" if len(foreign) > SHOWN else "")
        holds = "also holds" if revision else "holds"
        raise DatabaseError(
            f"{name}: {holds} what does not belong to a sourcebook ({listed}); give another TARGET"
        )
    if revision and revision > REVISION:
        raise DatabaseError(
            f"{name}: was made by a newer Sourcebook (schema {revision}, this one knows "
            f"{REVISION}); upgrade Sourcebook"
        )


@contextmanager
def blaming(source: Snapshot, table: Table | None, *more: type[Exception]) -> Iterator[None]:
    """If the target refuses rows, name the row of the source that is to blame, if one is."""
    refusals: tuple[type[Exception], ...] = (DBAPIError, ValueError, *more)
    try:
        yield
    except refusals as error:
        fault = source.fault(table) if table is not None else None
        if fault := fault or source.dangling():
            raise source.error(fault) from error
        raise
