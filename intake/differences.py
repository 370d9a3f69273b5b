"""What a coding and a database differ in: the items to add, to change and to remove.

Decides, and refuses what cannot be: rows that two codings introduce differently, references to
what nobody introduces. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from intake.faults import Fault, Unusable
from intake.items import SHARED, Content, Items, Name
from intake.stored import Stored
from schema.vocabulary import Action


@dataclass
class Differences:
    """What a load has to do, by item."""

    added: Items = field(default_factory=dict)
    changed: Items = field(default_factory=dict)
    removed: Items = field(default_factory=dict)
    introduced: list[Name] = field(default_factory=list)
    """Shared rows that this document introduces from now on."""

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.added or self.changed or self.removed)

    def listed(self) -> list[tuple[Action, Name]]:
        """Give what differs, in a fixed order."""
        return sorted(
            [(Action.ADDED, name) for name in self.added]
            + [(Action.CHANGED, name) for name in self.changed]
            + [(Action.REMOVED, name) for name in self.removed],
            key=lambda one: (one[1], one[0]),
        )


def differences(
    wanted: Items, stored: Stored, fault: Callable[[Name, str, str], Fault]
) -> Differences:
    """Compare what a coding says with what the database has of its document.

    `fault` makes a fault out of an item, a rule and a message. Raises Unusable with every
    conflict and every unknown reference.
    """
    found = Differences()
    faults: list[Fault] = []
    for kind in SHARED:
        faults.extend(_compare_shared(kind, wanted, stored, found, fault))
    for name, content in wanted.items():
        if name.kind in SHARED:
            continue
        if name not in stored.items:
            found.added[name] = content
        elif stored.items[name] != content:
            found.changed[name] = content
    found.removed = {
        name: content
        for name, content in stored.items.items()
        if name not in wanted or (name.kind in SHARED and not wanted[name])
    }
    if faults:
        raise Unusable(faults)
    return found


def _compare_shared(
    kind: str,
    wanted: Items,
    stored: Stored,
    found: Differences,
    fault: Callable[[Name, str, str], Fault],
) -> Iterator[Fault]:
    """Compare shared rows, which other codings may introduce too."""
    named = {name: content for name, content in wanted.items() if name.kind == kind}
    there = stored.shared(kind, [name.key for name in named])
    others = stored.introducers(kind, [stored.ids[Name(kind, key)] for key in there])
    for name, content in named.items():
        present = there.get(name.key)
        if not content:
            if present is None:
                yield fault(
                    name,
                    "unknown-reference",
                    "no coding that is loaded introduces it; load that one first, or say here "
                    "what it is",
                )
            continue
        if name not in stored.items:
            found.introduced.append(name)
            found.added[name] = content
        elif present != content:
            found.changed[name] = content
        files = others.get(stored.ids[name]) if present is not None else None
        if files and present is not None and present != content:
            yield fault(name, "conflict", _conflict(content, present, files))


def _conflict(content: Content, there: Content, files: list[str]) -> str:
    differing = sorted(column for column in content if content[column] != there.get(column))
    said = "; ".join(
        f"{column} is {content[column]!r} here and {there.get(column)!r} there"
        for column in differing
    )
    return f"{', '.join(files)} introduces it otherwise: {said}; make them agree"
