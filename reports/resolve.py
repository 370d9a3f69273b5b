"""Resolves a name to the key of an actor, topic, place, event or document.

The database looks up keys and exact names. Case and accents are compared here, because engines
disagree about them.
"""

import unicodedata

from sqlalchemy import Connection, column, select, text

from reports.definition import Type
from reports.names import KNOWN
from schema.suggest import fold, nearest

# A key without a document means the event of every document that uses it. The cross joins make
# SQLite search the index on document and key for each document, instead of reading all facts.
EVENTS = """
    select facts.key
    from codings
    cross join facts
    where :name not like '%:%'
      and facts.document_id = codings.document_id
      and facts.key = :name
      and facts.kind = 'event'
    union
    select documents.key || ':' || facts.key
    from codings
    cross join sources as documents
    cross join facts
    where :name like '%:%'
      and documents.id = codings.document_id
      and substr(:name, 1, length(documents.key) + 1) = documents.key || ':'
      and facts.document_id = documents.id
      and facts.key = substr(:name, length(documents.key) + 2)
      and facts.kind = 'event'
"""

MAX_CANDIDATES = 12
"""How many candidates the message about an ambiguous name lists."""


class UnknownNameError(Exception):
    """A name that matches nothing, or several things; the message suggests keys."""


def resolve(connection: Connection, type: Type, name: str) -> str:
    """Return the key that a key or a name means.

    A key wins over a name, and an exact name over one that differs in case, accents, punctuation or
    "the". Raises UnknownNameError if nothing matches, or more than one thing does.
    """
    name = unicodedata.normalize("NFC", name)
    keys = _exact(connection, type, name)
    if name in keys:
        return name
    known: list[tuple[str, str, str]] = []
    if not keys:
        known = [(row[0], row[1], row[2]) for row in connection.execute(text(KNOWN[type]))]
        folded = fold(name)
        keys = {key for key, _, other in known if folded and folded in (fold(key), fold(other))}
    if len(keys) == 1:
        return keys.pop()
    if keys:
        first = ", ".join(sorted(keys)[:MAX_CANDIDATES])
        more = f" and {len(keys) - MAX_CANDIDATES} more" if len(keys) > MAX_CANDIDATES else ""
        raise UnknownNameError(f"{name!r} may be {first}{more}; give one of these keys")
    raise UnknownNameError(_unknown(type, name, known))


def _exact(connection: Connection, type: Type, name: str) -> set[str]:
    """Return the keys of what has exactly this key or name; events are found by key alone."""
    if type is Type.EVENT:
        return {*connection.execute(text(EVENTS), {"name": name}).scalars()}
    known = text(KNOWN[type]).columns(column("key"), column("heading"), column("name")).subquery()
    query = select(known.c.key).where((known.c.key == name) | (known.c.name == name))
    return {*connection.execute(query).scalars()}


def _unknown(type: Type, name: str, known: list[tuple[str, str, str]]) -> str:
    """Say that there is none, and suggest the most similar, each once, by heading and key."""
    if not known:
        return f"there is no {type} {name!r}: the database has none"
    labels: dict[str, str] = {}
    for key, heading, other in known:
        for spelling in (key, heading, other):
            labels.setdefault(spelling, f"{heading} ({key})")
    near = dict.fromkeys(
        labels[spelling] for spelling in nearest(name, labels, limit=12, phrases=True)
    )
    hint = f"; nearest: {', '.join(list(near)[:3])}" if near else ""
    return f"there is no {type} {name!r}{hint}"
