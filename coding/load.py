"""Loading a coding: one transaction brings the database to what it says and journals the changes.

The caller holds the transaction (database.connect.writing); an exception leaves the database as it
was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, text, update

from coding.bulk import BulkStatements
from coding.changeset import CodingChanges, MakeFault, Peers, compare
from coding.citing import citing, keep_citing
from coding.columns import TABLE
from coding.cross_references import CrossReferences
from coding.faults import Fault, InvalidInputError
from coding.fields import FieldChange
from coding.items import ItemKey, Items, content_hash, digest, needed
from coding.snapshot import DocumentSnapshot
from coding.validation import ValidatedCoding
from coding.writer import CodingWriter
from database.derived.refresh import Refresh
from schema.vocabulary import Action, LoadAction

SHIPPED = Path(__file__).parent.parent / "articles"
"""The codings that come with the project."""


@dataclass(frozen=True)
class Loaded:
    """What a load changed."""

    document: str
    changes: list[tuple[Action, ItemKey]]
    fields: list[FieldChange]
    """What differs in items that were changed."""
    kept: int = 0
    """Passages whose text was stored."""
    first: bool = False
    """Whether the document is new in the database."""

    def rows(self) -> Iterator[tuple[str | None, ...]]:
        """Yield a row for each change: document, action, item, key; of changed items, their fields.

        These have a row for each field that differs, with its old and new value.
        """
        fields: dict[ItemKey, list[tuple[str | None, ...]]] = defaultdict(list)
        for item, *values in self.fields:
            fields[item].append(tuple(values))
        for action, item in self.changes:
            for change in fields.get(item) or [(None, None, None)]:
                yield self.document, action, *item, *change

    def summary(self) -> str:
        """Count the changes by action and item: `added 3 events, 1 quote; removed 1 name`."""
        done = {action: [item for a, item in self.changes if a is action] for action in Action}
        return "; ".join(
            f"{action} {counted_kinds(item.kind for item in items)}"
            for action, items in done.items()
            if items
        )


def counted_kinds(kinds: Iterable[str]) -> str:
    """Count items by kind: `3 events, 1 quote`."""
    return ", ".join(
        f"{count} {kind if count == 1 or kind == 'elsewhere' else f'{kind}s'}"
        for kind, count in sorted(Counter(kinds).items())
    )


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
    wanted, snapshot = coding.items, DocumentSnapshot(connection, coding.document)
    changes = apply(connection, coding, wanted, snapshot, peers)
    return complete(connection, coding, wanted, snapshot, changes, keep_text=keep_text)


def apply(
    connection: Connection,
    coding: ValidatedCoding,
    wanted: Items,
    snapshot: DocumentSnapshot,
    peers: Peers,
    *,
    keep_used: bool = False,
) -> CodingChanges:
    """Write what differs between a document and these items of its coding; return the changes.

    `keep_used` keeps what the coding no longer has while other documents still use it: a later step
    will remove it. Raises InvalidInputError before anything is written.
    """
    changes, faults = _compare(wanted, snapshot, peers, coding.fault)
    references = CrossReferences(connection, snapshot, coding.fault)
    if keep_used:
        used = [use.item for use in references.in_use(changes)]
        head = (ItemKey("coding", coding.document), ItemKey("source", coding.document))
        kept = needed(snapshot.items, [*used, *head] if used else [])
        wanted = kept | {item: it for item, it in wanted.items() if it or item not in kept}
        changes, faults = _compare(wanted, snapshot, peers, coding.fault)
    faults += references.faults(wanted, changes)
    if faults:
        raise InvalidInputError(faults)
    if changes:
        document = snapshot.document_id
        derived = Refresh(connection, [] if document is None else [document])
        snapshot.document_id = CodingWriter(connection, snapshot).write(changes, wanted)
        derived.finish(
            [snapshot.document_id],
            **{
                f"{kind}s": [snapshot.ids[item] for item in changes.updated if item.kind == kind]
                for kind in ("actor", "place", "topic", "source")
            },
        )
        peers.updated |= {item: changes.former[item] for item in changes.updated}
    return changes


def _compare(
    wanted: Items, snapshot: DocumentSnapshot, peers: Peers, fault: MakeFault
) -> tuple[CodingChanges, list[Fault]]:
    """Compare; the row of a document that goes, but is cited, gets what others say about it."""
    changes, faults = compare(wanted, snapshot, peers, fault)
    document = ItemKey("source", snapshot.document)
    if document in changes.removed and document not in changes.dropped:
        cited, problem = citing(snapshot)
        if cited is None:
            faults.append(fault(document, "still-in-use", problem))
        elif cited != snapshot.items[document]:
            named = [actor for _role, actor, *_name in cited["actors"] if actor]
            snapshot.shared("actor", named)  # notes their ids
            changes.updated[document] = cited
    return changes, faults


def complete(
    connection: Connection,
    coding: ValidatedCoding,
    wanted: Items,
    snapshot: DocumentSnapshot,
    changes: CodingChanges,
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
    new_citing = keep_citing(connection, coding.document, wanted)
    if changes or hashed != snapshot.hash or new_citing:
        journal(connection, coding.document, LoadAction.LOADED, changes)
    kept = 0
    if keep_text and coding.passages is not None and document is not None:
        kept = _keep_text(connection, document, coding.passages)
    first = snapshot.hash is None
    return Loaded(coding.document, changes.listed(), changes.fields(), kept, first)


def journal(
    connection: Connection, document: str, action: LoadAction, changes: CodingChanges
) -> None:
    """Note that a document was loaded or dropped, and what that changed."""
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
            "action": action,
            "loaded_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "content_hash": digest([*row] for row in connection.execute(every)),
        },
    )
    bulk = BulkStatements(connection)
    bulk.insert(
        TABLE["changes"],
        "load_id item key action",
        [(load_id, *item, str(done)) for done, item in changes.listed()],
    )
    bulk.insert(
        TABLE["changed_fields"],
        "load_id item key field old_value new_value",
        [(load_id, *item, *change) for item, *change in changes.fields()],
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
