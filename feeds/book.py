"""What tells two copies of a sourcebook apart without reading them: codings, loads, kept texts.

Touches nothing itself: it asks whoever runs its queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select

from schema.models import METADATA

Execute = Callable[[Select[Any]], Iterable[Any]]

SOURCES, CODINGS = METADATA.tables["sources"], METADATA.tables["codings"]
LOADS, PASSAGES = METADATA.tables["loads"], METADATA.tables["passages"]


@dataclass(frozen=True)
class Book:
    """The documents of a sourcebook and how they got there."""

    documents: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By key: its id, and the hash of its coding."""
    loads: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    texts: dict[int, int] = field(default_factory=dict)
    """By id of the document: how many of its passages have their text."""
    content: str | None = None
    """The content hash that the last load left."""

    @property
    def last_load(self) -> int:
        """The number of the last load; 0 before the first."""
        return max(self.loads, default=0)

    def holds_same(self, other: Book, *, texts: bool = True) -> bool:
        """Return whether both hold the same codings and texts, whatever their ids."""
        return self._by_key(texts=texts) == other._by_key(texts=texts)

    def descends_from(self, other: Book) -> bool:
        """Return whether every load of the other is a load of this one: ids then agree."""
        return other.loads.items() <= self.loads.items()

    def changed_since(self, other: Book) -> set[int]:
        """Return the documents that differ from the other book, which this one descends from."""
        differing = set(self.documents.values()) ^ set(other.documents.values())
        loaded = {load[0] for number, load in self.loads.items() if number not in other.loads}
        texts = self.texts.items() ^ other.texts.items()
        return loaded | {number for number, _ in (*differing, *texts)}

    def _by_key(self, *, texts: bool) -> dict[str, tuple[str, int]]:
        return {
            key: (coding, self.texts.get(number, 0) if texts else 0)
            for key, (number, coding) in self.documents.items()
        }


def read_book(execute: Execute, *, keep_text: bool = True) -> Book:
    """Read a book; without `keep_text`, as if no text were kept."""
    documents = select(SOURCES.c.key, CODINGS.c.document_id, CODINGS.c.hash).where(
        SOURCES.c.id == CODINGS.c.document_id
    )
    loads = select(LOADS.c.id, LOADS.c.document_id, LOADS.c.loaded_at, LOADS.c.content_hash)
    texts = (
        select(PASSAGES.c.document_id, func.count(PASSAGES.c.text))
        .group_by(PASSAGES.c.document_id)
        .having(func.count(PASSAGES.c.text) > 0)
    )
    known = {row[0]: tuple(row[1:]) for row in execute(loads)}
    return Book(
        {key: (number, coding) for key, number, coding in execute(documents)},
        known,
        {row[0]: row[1] for row in execute(texts)} if keep_text else {},
        known[max(known)][2] if known else None,
    )
