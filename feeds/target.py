"""What every target of a feed has in common: what stands in it, what changes, what it is asked.

Touches nothing itself; feeds/feeding.py decides what is done with a target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Table

from feeds.digest import Checksum, Digest, Engine
from feeds.progress import Progress
from feeds.record import Recorded
from feeds.source import Source
from reports.definition import Report, Value

ANOTHER = "give another TARGET"


@dataclass(frozen=True)
class Options:
    """What a feed is asked for."""

    keep_text: bool = False
    replace: bool = False
    dry_run: bool = False
    verify: bool = False


@dataclass(frozen=True)
class Standing:
    """What stands in a target before a feed."""

    last: int = 0
    """The last load that it knows."""
    content: str | None = None
    """The content hash that this load left."""
    journal: Digest | None = None
    """Of all its loads."""
    record: dict[str, Recorded] = field(default_factory=dict)
    """What the last feed left, by table; empty: no feed has made it."""
    rows: bool = False
    """Whether it holds any, besides what the migrations bring."""
    older: bool = False
    """Whether its schema is of an older revision."""
    broken: str = ""
    """Which tables and columns somebody took away or added: nothing else is known of it then."""


class Change(NamedTuple):
    """How many rows of a table a feed brings, changes and takes away."""

    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Part:
    """What a feed brings to a target of the same lineage: what loads since its last may change."""

    documents: frozenset[int]
    last: int
    tables: tuple[Table, ...]
    """Those in which anything can have changed."""


class Target(ABC):
    """A database that is made an exact copy."""

    in_place: bool
    """Whether what changed is brought row by row; else all is made anew from the whole source."""

    name: str
    """As messages call it, without any password."""
    engine: Engine

    @abstractmethod
    def opened(self, source: Source) -> AbstractContextManager[Standing]:
        """Open it in one transaction, which is committed where the block ends.

        Where the block raises, all is as it was. Waits for another feed of the same target, or
        says that there is one. Raises DatabaseError for what is foreign, newer, or the source.
        """

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """Count the rows of every table that stands there; none where nothing does."""

    @abstractmethod
    def documents(self) -> set[str]:
        """Give the keys of the documents that it holds."""

    @abstractmethod
    def altered(self) -> str:
        """Say in what its structure differs from what was made; empty: in nothing."""

    @abstractmethod
    def fill(self, source: Source, progress: Progress) -> None:
        """Make it anew with the rows of the source."""

    @abstractmethod
    def bring(self, source: Source, part: Part, progress: Progress, *, dry: bool) -> Brought:
        """Bring it up to the source in place; `dry`: only say what that would change.

        Raises Untold where this cannot be done row by row.
        """

    @abstractmethod
    def digests(
        self, progress: Progress, tables: Iterable[Table] | None = None
    ) -> dict[str, Digest]:
        """Let its engine compute the digests of tables, or of all, over what it really holds."""

    def checksums(self, progress: Progress) -> dict[str, Checksum] | None:  # noqa: ARG002 - for others
        """Let its engine compute the checksums of all tables; None: it has no such function."""
        return None

    @abstractmethod
    def note(self, here: dict[str, Digest], there: dict[str, Digest], source: Source) -> None:
        """Record what this feed leaves, for the next one: what the source has, and the target."""

    @abstractmethod
    def attempt(self) -> AbstractContextManager[object]:
        """Take back what the block has done where it raises."""

    @abstractmethod
    def texts(self) -> dict[int, int]:
        """Say of which documents text is kept there, and of how many passages."""

    @abstractmethod
    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Give all rows of a table by primary key, each as its JSON array."""

    @abstractmethod
    def answer(
        self, report: Report, values: Mapping[str, Value]
    ) -> AbstractContextManager[Iterable[Sequence[object]]]:
        """Answer a report there."""


class Brought(NamedTuple):
    """What bringing a part has done."""

    changes: dict[str, Change]
    here: dict[str, Digest]
    there: dict[str, Digest]
    """What every table must come to now in the source and in the target, had nobody touched either
    since the last feed but by loads and feeds."""


class Untold(Exception):  # noqa: N818 - it says what a part is
    """What has changed is more than the journal tells; the target has to be filled anew."""
