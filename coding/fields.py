"""What differs between two versions of an item, field by field, in words as a coding writes them.

`load` prints it, and the journal stores it for the report `changes`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile, zip_longest
from typing import Any, NamedTuple

from coding.items import Content, ItemKey


class FieldChange(NamedTuple):
    """A field of a changed item; None: it had, or has, no value."""

    item: ItemKey
    field: str
    old: str | None
    new: str | None


def field_changes(item: ItemKey, old: Content, new: Content) -> Iterator[FieldChange]:
    """Yield the fields in which two versions of an item differ.

    Evidence is numbered, with its fields behind the number: `evidence 2 certainty`.
    """
    before, after = _written(old), _written(new)
    pieces = old.get("evidence", []), new.get("evidence", [])
    first = _common(*pieces)
    end = _common(pieces[0][first:][::-1], pieces[1][first:][::-1])
    differing = (some[first : len(some) - end] for some in pieces)
    for n, (piece, other) in enumerate(zip_longest(*differing, fillvalue={}), start=first + 1):
        before |= {f"evidence {n} {field}": value for field, value in _written(piece).items()}
        after |= {f"evidence {n} {field}": value for field, value in _written(other).items()}
    for field in dict.fromkeys([*before, *after]):
        if before.get(field) != after.get(field):
            yield FieldChange(item, field, before.get(field), after.get(field))


def _common(some: Sequence[Any], others: Sequence[Any]) -> int:
    """Return with how many equal values two lists begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others)))  # noqa: B905 - the shorter one decides


def _written(content: Content) -> dict[str, str | None]:
    """Return the fields of an item, except its evidence, as text."""
    fields: dict[str, str | None] = {}
    for field, value in content.items():
        if field == "participants":
            fields |= _by_role(
                (f"who {role}", _counted(*row)) for row in value for role in row[1:2]
            )
        elif field == "actors":
            fields |= _by_role((f"{role}s", actor or name[0]) for role, actor, *name in value)
        elif field == "spans":
            fields["at"] = ", ".join(f"{passage}:{start}-{end}" for passage, start, end in value)
        elif field != "evidence":
            fields[field] = _text(value)
    return fields


def _by_role(actors: Iterator[tuple[str, str]]) -> dict[str, str]:
    roles: dict[str, list[str]] = defaultdict(list)
    for role, actor in actors:
        roles[role].append(actor)
    return {role: "; ".join(several) for role, several in roles.items()}


def _counted(actor: str, _role: str, words: str | None, least: int | None, most: int | None) -> str:
    """Write a participant with its number: `rebels (“some dozens”, 24 to 99)`."""
    bounds = "" if least is None and most is None else f"{least or ''} to {most or ''}".strip()
    number = ", ".join(filter(None, (words and f"“{words}”", bounds)))
    return f"{actor} ({number})" if number else actor


def _text(value: Any) -> str | None:
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return "; ".join(
            " ".join(map(str, each)) if isinstance(each, list) else str(each) for each in value
        )
    return str(value).lower() if isinstance(value, bool) else str(value)
