"""What a coding and a database differ in: the items to add, to change and to remove.

Decides, and refuses what cannot be: rows that two codings introduce differently, references to
what nobody introduces. Writes nothing.

A shared row has the columns that all who introduce it agree on. One row has an owner: the source
that is a document, once its own coding is loaded. Who only cites it may leave out what that says
(the date, the authors, …), but not say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from coding.faults import Fault
from coding.items import SHARED, Content, ItemKey, Items, mentioned, source_named, sources_used
from coding.snapshot import Introducer, Snapshot
from schema.escape import visible
from schema.vocabulary import Action, SourceRole

Faulting = Callable[[ItemKey, str, str], Fault]
"""Makes a fault out of an item, a rule and a message."""


class PeerCoding(NamedTuple):
    """Another coding that is loaded together with this one, and what it says."""

    file: str
    items: Items


@dataclass
class ChangeSet:
    """What a load has to do, by item."""

    added: Items = field(default_factory=dict)
    changed: Items = field(default_factory=dict)
    removed: Items = field(default_factory=dict)
    introduced: list[ItemKey] = field(default_factory=list)
    """Shared rows that this document introduces from now on."""
    updated: Items = field(default_factory=dict)
    """Shared rows that are there and get other columns."""
    reattributed: Items = field(default_factory=dict)
    """Items that say the same, through a source that is now shared, or no longer."""
    dropped: list[ItemKey] = field(default_factory=list)
    """Rows of actors, places, topics and sources that go: nobody introduces them any more."""

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.added or self.changed or self.removed)

    def listed(self) -> list[tuple[Action, ItemKey]]:
        """Give what differs, in a fixed order."""
        return sorted(
            [(Action.ADDED, name) for name in self.added]
            + [(Action.CHANGED, name) for name in self.changed]
            + [(Action.REMOVED, name) for name in self.removed],
            key=lambda one: (one[1], one[0]),
        )


def compare(
    wanted: Items, stored: Snapshot, together: Mapping[str, PeerCoding], fault: Faulting
) -> tuple[ChangeSet, list[Fault]]:
    """Compare what a coding says with what the database has of its document.

    `together` are the other codings of the same command, by document. Gives every conflict and
    every unknown reference too.
    """
    found = ChangeSet()
    faults = [
        one
        for kind in SHARED
        for one in _compare_shared(kind, wanted, stored, found, together, fault)
    ]
    turned = {key for key, name in stored.sources.items() if source_named(wanted, key) != name}
    for name, content in wanted.items():
        if name.kind in SHARED:
            continue
        if name not in stored.items:
            found.added[name] = content
        elif stored.items[name] != content:
            found.changed[name] = content
        elif turned & sources_used(wanted, name):
            found.reattributed[name] = content
    found.removed = {
        name: content
        for name, content in stored.items.items()
        if name not in wanted or (name.kind in SHARED and not wanted[name])
    }
    found.dropped = [name for name in found.removed if name.kind == "voice"]
    for kind in SHARED:
        gone = [name for name in found.removed if name.kind == kind]
        others = stored.introducers(kind, [stored.ids[name] for name in gone])
        found.dropped.extend(name for name in gone if stored.ids[name] not in others)
    return found, faults


def _compare_shared(
    kind: str,
    wanted: Items,
    stored: Snapshot,
    found: ChangeSet,
    together: Mapping[str, PeerCoding],
    fault: Faulting,
) -> Iterator[Fault]:
    """Compare shared rows, which other codings may introduce too."""
    named = {name: content for name, content in wanted.items() if name.kind == kind}
    there = stored.shared(kind, [name.key for name in named])
    introducers = stored.introducers(kind, [stored.ids[ItemKey(kind, key)] for key in there])
    used = mentioned(wanted)
    for name, content in named.items():
        present = there.get(name.key)
        others = introducers.get(stored.ids[name], []) if present is not None else []
        if not content:
            # What nothing refers to may be unknown: it says nothing.
            if not others and name in used:
                yield fault(
                    name,
                    "unknown-reference",
                    "no other coding that is loaded introduces it; load one that does first, or "
                    "say here what it is",
                )
            continue
        if name not in stored.items:
            found.introduced.append(name)
            found.added[name] = content
        foreign = kind == "source" and any(one.document == name.key for one in others)
        if present is not None and present != content and not foreign:
            found.updated[name] = content
            if name in stored.items:
                found.changed[name] = content
        for said in _contradicted(name, content, present, others, stored.document, together):
            yield fault(name, "conflict", said)


def _contradicted(
    name: ItemKey,
    content: Content,
    present: Content | None,
    others: list[Introducer],
    document: str,
    together: Mapping[str, PeerCoding],
) -> Iterator[str]:
    """Say who introduces a row otherwise: in the same command, or in the database."""
    owner = name.key if name.kind == "source" else None
    for other, said in together.items():
        if other != document and said.items.get(name):
            theirs = said.items[name]
            differing = _differing(content, theirs, document == owner, other == owner)
            if differing:
                yield _conflict(said.file, differing) + "; make them agree"
    outside = [one for one in others if one.document not in together]
    owned = any(one.document == owner for one in others)
    if owned:
        outside = [one for one in outside if one.document == owner]
    if present is not None and outside:
        differing = _differing(content, present, document == owner, owned)
        if differing:
            files = ", ".join(visible(one.file) for one in outside)
            yield (
                _conflict(files, differing)
                + "; make them agree, or load both files together after changing both"
            )


Differing = dict[str, tuple[Any, Any]]


def _differing(content: Content, other: Content, own: bool, theirs: bool) -> Differing:
    """Give the columns that two introductions of a row differ in.

    Where one is of the document itself, what the one that cites it leaves out is no difference.
    """
    one, two = _columns(content), _columns(other)
    return {
        column: (value, two.get(column))
        for column, value in one.items()
        if value != two.get(column)
        and not (own and not two.get(column))
        and not (theirs and not value)
    }


def _columns(content: Content) -> Content:
    """List who stands behind a source by role, as a coding does."""
    columns = {column: value for column, value in content.items() if column != "actors"}
    if "actors" in content:
        for role in SourceRole:
            columns[f"{role}s"] = [actor for one, actor in content["actors"] if one == role]
    return columns


def _conflict(files: str, differing: Differing) -> str:
    said = "; ".join(
        f"{column} is {here!r} here and {there!r} there"
        for column, (here, there) in sorted(differing.items())
    )
    return f"{files} introduces it otherwise: {said}"
