"""Loading a coding: one transaction brings the database to what it says and journals the changes.

The caller holds the transaction (database.connect.writing); an exception leaves the database as it
was.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, text, update

from coding.bulk import BulkStatements
from coding.changeset import ChangeSet, Peers, compare
from coding.columns import TABLE
from coding.cross_references import CrossReferences
from coding.faults import InvalidInputError
from coding.items import ItemKey, Items, content_hash, digest, needed
from coding.snapshot import Snapshot
from coding.validation import ValidatedCoding
from coding.writer import Writer
from database.derived.refresh import Refresh
from schema.vocabulary import Action, LoadAction

SHIPPED = Path(__file__).parent.parent / "articles"
"""The codings that come with the project."""


@dataclass(frozen=True)
class Loaded:
    """What a load changed."""

    document: str
    changes: list[tuple[Action, ItemKey]]
    kept: int
    """Passages whose text was stored."""
    first: bool
    """Whether the document is new in the database."""

    def summary(self) -> str:
        """Count the changes by action and item: `added 3 events, 1 quote; removed 1 name`."""
        parts = []
        for action in Action:
            counts = Counter(item.kind for done, item in self.changes if done is action)
            if counts:
                items = ", ".join(
                    f"{count} {kind if count == 1 or kind == 'elsewhere' else f'{kind}s'}"
                    for kind, count in sorted(counts.items())
                )
                parts.append(f"{action} {items}")
        return "; ".join(parts)


def load(
    connection: Connection,
    coding: ValidatedCoding,
    *,
    keep_text: bool = False,
    peers: Peers | None = None,
) -> Loaded:
    """Bring the database to what the coding says; loading the same coding again changes nothing.

    `peers` are all codings of the same command. They are compared with one another, not with what
    their earlier versions left in the database, so a row that several introduce can be corrected
    in all of them at once. Raises InvalidInputError for conflicts with other codings, for
    references to missing rows, and for removed rows that other documents still use.
    """
    peers = peers or Peers()
    wanted, snapshot = coding.items, Snapshot(connection, coding.document)
    changes = apply(connection, coding, wanted, snapshot, peers)
    return complete(connection, coding, wanted, snapshot, changes, keep_text=keep_text)


def apply(
    connection: Connection,
    coding: ValidatedCoding,
    wanted: Items,
    snapshot: Snapshot,
    peers: Peers,
    *,
    keep_used: bool = False,
) -> ChangeSet:
    """Write what differs between a document and these items of its coding; return the changes.

    `keep_used` keeps what the coding no longer has while other documents still use it: a later step
    will remove it. Raises InvalidInputError before anything is written.
    """
    changes, faults = compare(wanted, snapshot, peers, coding.fault)
    references = CrossReferences(connection, snapshot, coding.fault)
    if keep_used:
        used = [item for item, _ in references.in_use(changes)]
        kept = needed(snapshot.items, used)
        wanted = kept | {item: it for item, it in wanted.items() if it or item not in kept}
        changes, faults = compare(wanted, snapshot, peers, coding.fault)
    faults += references.faults(wanted, changes)
    if faults:
        raise InvalidInputError(faults)
    if changes:
        document = snapshot.document_id
        derived = Refresh(connection, [] if document is None else [document])
        snapshot.document_id = Writer(connection, snapshot).write(changes, wanted)
        derived.finish(
            [snapshot.document_id],
            **{
                f"{kind}s": [snapshot.ids[item] for item in changes.updated if item.kind == kind]
                for kind in ("actor", "place", "topic", "source")
            },
        )
        peers.updated.update(changes.updated)
    return changes


def complete(
    connection: Connection,
    coding: ValidatedCoding,
    wanted: Items,
    snapshot: Snapshot,
    changes: ChangeSet,
    *,
    keep_text: bool,
) -> Loaded:
    """Note what has been loaded, journal its changes, and store the text if asked to."""
    file, hashed, document = coding.file, content_hash(wanted), snapshot.document_id
    if hashed != snapshot.hash:
        # A peer, loaded first, has written these rows; here they are journalled as well.
        changes.changed |= changes.written_by_peers
    if (file, hashed) != (snapshot.file, snapshot.hash):
        about = wanted[ItemKey("coding", coding.document)]
        codings = TABLE["codings"]
        values = {"file": file, "hash": hashed, **about}
        connection.execute(update(codings).where(codings.c.document_id == document).values(values))
    if changes or hashed != snapshot.hash:
        _journal(connection, coding.document, changes.listed())
    kept = 0
    if keep_text and coding.passages is not None and document is not None:
        kept = _keep_text(connection, document, coding.passages)
    return Loaded(coding.document, changes.listed(), kept, snapshot.hash is None)


def _journal(connection: Connection, document: str, changes: list[tuple[Action, ItemKey]]) -> None:
    sources, codings = TABLE["sources"], TABLE["codings"]
    every = (
        select(sources.c.key, codings.c.hash)
        .join(codings, codings.c.document_id == sources.c.id)
        .order_by(sources.c.key)
    )
    load_id = connection.scalar(
        insert(TABLE["loads"]).returning(TABLE["loads"].c.id),
        {
            "document": document,
            "action": LoadAction.LOADED,
            "loaded_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "content_hash": digest([*row] for row in connection.execute(every)),
        },
    )
    BulkStatements(connection).insert(
        TABLE["changes"],
        "load_id item key action",
        [(load_id, *item, str(action)) for action, item in changes],
    )


def _keep_text(connection: Connection, document: int, passages: list[str]) -> int:
    """Store the text of passages that lack it or differ; return how many did."""
    query = text(
        """
        update passages
        set text = :text
        where document_id = :document and n = :n and (text is null or text <> :text)
        """
    )
    rows = enumerate(passages, start=1)
    values = [{"text": passage, "document": document, "n": n} for n, passage in rows]
    return connection.execute(query, values).rowcount
