"""Dropping documents: what only their codings say goes, in the caller's transaction.

To drop a document is to load a coding of it that says nothing, so both follow the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from coding.batch import count_once, settle
from coding.changeset import CodingChanges, Peers, compare
from coding.faults import InvalidInputError
from coding.items import ItemKey
from coding.load import counted_kinds, journal
from coding.snapshot import DocumentSnapshot
from coding.validation import ValidatedCoding
from schema.suggest import did_you_mean
from schema.vocabulary import LoadAction

NAMES = ("name", "label", "title")
"""Fields that say what a shared item is."""


@dataclass(frozen=True)
class Dropped:
    """What the drop of a document removed."""

    document: str
    rows: list[tuple[str, str, str, str]]
    """Document, item, key, and what it was: a sentence, a name or a title."""
    kept: list[ItemKey]
    """What it introduced and other codings introduce, too."""

    def summary(self) -> str:
        """Count what was removed and what was kept, by kind."""
        removed = counted_kinds(item for _, item, *_rest in self.rows)
        kept = counted_kinds(item.kind for item in self.kept)
        return f"{removed}" + (f"; kept, as other codings introduce them: {kept}" if kept else "")


def drop(connection: Connection, documents: Sequence[str]) -> list[Dropped]:
    """Remove documents and what only they use; other documents among them don't count.

    Raises InvalidInputError for documents that are not loaded, and with a list of what others use;
    then the transaction has to be rolled back.
    """
    nothing = [_says_nothing(document) for document in dict.fromkeys(documents)]
    before = {}
    for coding in nothing:
        snapshot = DocumentSnapshot(connection, coding.document)
        if snapshot.hash is None:
            query = "select key from sources join codings on codings.document_id = sources.id"
            known = connection.execute(text(query)).scalars()
            hint = did_you_mean(coding.document, known)
            message = f"no such document is loaded{hint}; `sourcebook documents` lists them"
            item = ItemKey("source", coding.document)
            raise InvalidInputError([coding.fault(item, "unknown-document", message)])
        changes, _ = compare({}, snapshot, Peers(), coding.fault)
        before[coding.document] = changes, _words(connection, snapshot)
    for keep_used in (True, False):
        settle(connection, nothing, lambda _: {}, Peers(), keep_used=keep_used)
    count_once(connection, [changes for changes, _ in before.values()])
    return [_dropped(connection, document, *known) for document, known in before.items()]


def _says_nothing(document: str) -> ValidatedCoding:
    return ValidatedCoding(Path(document), document, b"[]", b"[]", frozenset(), None, [])


def _words(connection: Connection, snapshot: DocumentSnapshot) -> dict[ItemKey, str]:
    """Return what the items of a document are, in words."""
    query = """
        select facts.kind, facts.key, fact_summaries.sentence
        from facts
        join fact_summaries on fact_summaries.fact_id = facts.id
        where facts.document_id = :document
    """
    rows = connection.execute(text(query), {"document": snapshot.document_id})
    words = {ItemKey(kind, key): sentence for kind, key, sentence in rows}
    for item, content in snapshot.items.items():
        words.setdefault(item, next((content[name] for name in NAMES if name in content), ""))
    return words


def _dropped(
    connection: Connection, document: str, changes: CodingChanges, words: dict[ItemKey, str]
) -> Dropped:
    journal(connection, document, LoadAction.DROPPED, changes)
    removed = [item for _, item in changes.listed()]
    kept = sorted(changes.removed.keys() - {*removed})
    return Dropped(document, [(document, *item, words[item]) for item in removed], kept)
