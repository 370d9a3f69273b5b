"""What loading a coding has to change: the items to add, to change and to remove.

Compares a coding with a snapshot of its document, and refuses conflicts: rows that two codings
introduce differently, and references to rows that nobody introduces. Writes nothing.

All codings that introduce a shared row must agree on its columns. A row has an owner if it is
itself a coded document: a coding that only cites it may leave columns out (date, authors, …) but
not contradict them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from coding.faults import Fault
from coding.fields import FieldChange, field_changes
from coding.items import (
    CANONICAL,
    SHARED,
    Content,
    ItemKey,
    Items,
    mentioned,
    source_named,
    sources_used,
)
from coding.snapshot import DocumentSnapshot, Introducer
from coding.validation import ValidatedCoding
from schema.escape import visible
from schema.facts import LINKED
from schema.suggest import did_you_mean
from schema.vocabulary import Action, FactKind, SourceRole

MakeFault = Callable[[ItemKey, str, str], Fault]
"""Makes a fault from an item, a rule and a message."""


class Peers:
    """The codings of one command: what each introduces, and which rows loading them changed.

    Introductions are grouped by content: comparing hundreds of codings that agree costs no more
    than comparing two.
    """

    def __init__(self, codings: Sequence[ValidatedCoding] = ()) -> None:
        self.documents = {coding.document for coding in codings}
        self.updated: Items = {}
        """Shared rows that a load of this command has rewritten, as they were before."""
        self._introducers: dict[ItemKey, dict[str, list[Introducer]]] = defaultdict(dict)
        for coding in codings if len(codings) > 1 else ():
            introducer = Introducer(coding.document, coding.file)
            for item, content in coding.shared_items.items():
                if content:
                    versions = self._introducers[item]
                    versions.setdefault(CANONICAL.encode(content), []).append(introducer)

    def versions(self, item: ItemKey, content: Content) -> Iterator[tuple[Content, Introducer]]:
        """Return each different content that another coding introduces the item with."""
        same = CANONICAL.encode(content)
        for version, introducers in self._introducers.get(item, {}).items():
            if version != same:
                theirs = json.loads(version)
                for introducer in introducers:
                    yield theirs, introducer


@dataclass
class CodingChanges:
    """What a load has to do, by item."""

    added: Items = field(default_factory=dict)
    changed: Items = field(default_factory=dict)
    removed: Items = field(default_factory=dict)
    introduced: list[ItemKey] = field(default_factory=list)
    """Shared rows that this document introduces for the first time."""
    known: set[ItemKey] = field(default_factory=set)
    """Those of them that another document has introduced before."""
    updated: Items = field(default_factory=dict)
    """Shared rows that exist and get other columns."""
    former: Items = field(default_factory=dict)
    """What is updated, changed or removed, as it was."""
    written_by_peers: Items = field(default_factory=dict)
    """Shared rows that an earlier load of the same command has brought to what this one says."""
    reattributed: Items = field(default_factory=dict)
    """Items that say the same, through a source that is now shared, or no longer."""
    dropped: list[ItemKey] = field(default_factory=list)
    """Rows of actors, places, topics and sources that no coding introduces any more."""

    def __bool__(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.added or self.changed or self.removed)

    def fields(self) -> list[FieldChange]:
        """Return what differs in changed items, field by field, in the order of the list."""
        return [
            change
            for item in sorted(self.changed)
            for change in field_changes(item, self.former[item], self.changed[item])
        ]

    def listed(self) -> list[tuple[Action, ItemKey]]:
        """Return the changes in a fixed order.

        A shared row that exists already is not added by a further coding that introduces it, nor
        removed as long as another one does.
        """
        return sorted(
            [(Action.ADDED, item) for item in self.added if item not in self.known]
            + [(Action.CHANGED, item) for item in self.changed]
            + [
                (Action.REMOVED, item)
                for item in self.removed
                if item.kind not in SHARED or item in self.dropped
            ],
            key=lambda change: (change[1], change[0]),
        )


def compare(
    wanted: Items, snapshot: DocumentSnapshot, peers: Peers, fault: MakeFault
) -> tuple[CodingChanges, list[Fault]]:
    """Compare a coding with the snapshot of its document.

    Returns the changes, and a fault for every conflict and every unknown reference.
    """
    changes = CodingChanges()
    bare = any(item.kind in SHARED and not content for item, content in wanted.items())
    mentions = mentioned(wanted) if bare else set()  # only bare keys need them
    faults = [
        conflict
        for kind in SHARED
        for conflict in _compare_shared(kind, wanted, mentions, snapshot, changes, peers, fault)
    ]
    retyped = {  # events that are quotes now, or the reverse: links to them change, too
        item.key
        for item in snapshot.items
        if item.kind in LINKED
        and item not in wanted
        and any(ItemKey(kind, item.key) in wanted for kind in LINKED)
    }
    moved = {key for key, name in snapshot.sources.items() if source_named(wanted, key) != name}
    for item, content in wanted.items():
        if item.kind in SHARED:
            continue
        if item not in snapshot.items:
            changes.added[item] = content
        elif snapshot.items[item] != content or (
            item.kind == FactKind.LINK and retyped & {content["from"], content["to"]}
        ):
            changes.changed[item] = content
        elif moved & sources_used(wanted, item):
            changes.reattributed[item] = content
    changes.removed = {
        item: content
        for item, content in snapshot.items.items()
        if item not in wanted or (item.kind in SHARED and not wanted[item])
    }
    changes.former |= changes.removed
    changes.former |= {item: snapshot.items[item] for item in changes.changed}
    changes.dropped = [item for item in changes.removed if item.kind == "voice"]
    for kind in SHARED:
        gone = [item for item in changes.removed if item.kind == kind]
        kept = snapshot.introduced_elsewhere(kind, [snapshot.ids[item] for item in gone])
        changes.dropped.extend(item for item in gone if snapshot.ids[item] not in kept)
    return changes, faults


def _compare_shared(
    kind: str,
    wanted: Items,
    mentions: set[ItemKey],
    snapshot: DocumentSnapshot,
    changes: CodingChanges,
    peers: Peers,
    fault: MakeFault,
) -> Iterator[Fault]:
    """Compare rows that other codings may introduce too."""
    named = {item: content for item, content in wanted.items() if item.kind == kind}
    stored = snapshot.shared(kind, [item.key for item in named])
    bare, differing = [], []
    for item, content in named.items():
        if item.key in stored and not content:
            bare.append(snapshot.ids[item])
        elif item.key in stored and (content != stored[item.key] or item in peers.updated):
            differing.append(snapshot.ids[item])
    known = snapshot.introduced_elsewhere(kind, bare)
    introducers = snapshot.introducers(kind, differing)
    for item, content in named.items():
        present = stored.get(item.key)
        if not content:
            # A key that nothing mentions may be unknown: it says nothing.
            if (present is None or snapshot.ids[item] not in known) and item in mentions:
                yield fault(
                    item,
                    "unknown-reference",
                    "no other coding that is loaded introduces it"
                    f"{did_you_mean(item.key, snapshot.keys(kind))}; load one that does first, or "
                    "describe it here",
                )
            continue
        others = introducers.get(snapshot.ids[item], []) if present is not None else []
        if item not in snapshot.items:
            changes.introduced.append(item)
            changes.added[item] = content
            changes.known |= {item} if present is not None else set()
        owned = kind == "source" and any(other.document == item.key for other in others)
        if present is not None and present != content and not owned:
            changes.updated[item] = content
            changes.former[item] = present
            if item in snapshot.items:
                changes.changed[item] = content
        elif item in peers.updated and item in snapshot.items and not owned:
            changes.written_by_peers[item] = content
            changes.former[item] = peers.updated[item]
        for message in _conflicts(item, content, present, others, snapshot.document, peers):
            yield fault(item, "conflict", message)


def _conflicts(
    item: ItemKey,
    content: Content,
    present: Content | None,
    others: list[Introducer],
    document: str,
    peers: Peers,
) -> Iterator[str]:
    """Compare with the codings of this command, and with what others have introduced."""
    for theirs, peer in peers.versions(item, content):
        conflict = _conflict(item, content, theirs, [peer], document)
        if peer.document != document and conflict:
            yield conflict
    outside = [other for other in others if other.document not in peers.documents]
    if present is not None and outside:
        conflict = _conflict(item, content, present, outside, document)
        if conflict:
            yield f"{conflict}, or load both files together after changing both"


def _conflict(
    item: ItemKey, content: Content, theirs: Content, others: Sequence[Introducer], document: str
) -> str | None:
    """Return how other codings introduce an item differently, if they do."""
    owner = item.key if item.kind == "source" else None
    cited = any(other.document == owner for other in others)
    differing = _differing(content, theirs, owned=document == owner, cited=cited)
    if not differing:
        return None
    files = ", ".join(visible(other.file) for other in others)
    columns = "; ".join(
        f"{column} is {here!r} here and {there!r} there"
        for column, (here, there) in sorted(differing.items())
    )
    return f"{files} introduces it differently: {columns}; make them agree"


def _differing(
    content: Content, other: Content, *, owned: bool, cited: bool
) -> dict[str, tuple[Any, Any]]:
    """Return the columns that contradict each other.

    What a coding leaves out about a document that it only cites contradicts nothing: `other` cites
    it where this coding is the document's own (`owned`), this one where `other` is (`cited`).
    """
    theirs = _columns(other)
    return {
        column: (value, theirs.get(column))
        for column, value in _columns(content).items()
        if value != theirs.get(column)
        and not (owned and not theirs.get(column))
        and not (cited and not value)
    }


def _columns(content: Content) -> Content:
    """Return the columns as a coding names them: authors, publishers and voices by role."""
    columns = {column: value for column, value in content.items() if column != "actors"}
    if "actors" in content:
        for role in SourceRole:
            columns[f"{role}s"] = [
                actor or {"name": name[0]}
                for as_role, actor, *name in content["actors"]
                if as_role == role
            ]
    return columns
