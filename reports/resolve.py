"""Whom a name means: an actor, topic, place, event or document by key, heading or another name.

Keys and exact names are looked up by the database; case and accents are left out of the
comparison here, because the engines do not agree on them.
"""

from sqlalchemy import Connection, text

from reports.definition import Type
from reports.names import KNOWN
from schema.suggest import fold, nearest

EXACT = {
    Type.ACTOR: """
        select key from actors where key = :name
        union
        select key from actors where name = :name
        union
        select actors.key
        from actor_names
        join actors on actors.id = actor_names.actor_id
        where actor_names.name = :name
    """,
    Type.TOPIC: "select key from topics where key = :name or label = :name",
    Type.PLACE: "select key from places where key = :name or name = :name",
    # The key alone, which has no colon, means the event of each document that uses it. By cross
    # joins SQLite goes from the documents to the key, and not through all facts.
    Type.EVENT: """
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
    """,
    Type.DOCUMENT: """
        select sources.key
        from codings
        join sources on sources.id = codings.document_id
        where sources.key = :name or sources.title = :name
    """,
}

MOST = 12
"""So many are named where several may be meant."""


class UnknownNameError(Exception):
    """A name that means nobody, or several; the message is one line and says whom it might."""


def resolve(connection: Connection, type: Type, name: str) -> str:
    """Give the key of the one that is meant.

    A key goes before a name, a name as it is written before one that differs in case, accents,
    punctuation or "the". Raises UnknownNameError where nobody is called so, or several are.
    """
    exact = connection.execute(text(EXACT[type]), {"name": name}).scalars().all()
    if name in exact:
        return name
    found = {str(key) for key in exact}
    known: list[tuple[str, str, str]] = []
    if not found:
        known = [(row[0], row[1], row[2]) for row in connection.execute(text(KNOWN[type]))]
        wanted = fold(name)
        found = {key for key, _, called in known if wanted and wanted in (fold(key), fold(called))}
    if len(found) == 1:
        return found.pop()
    if found:
        some = sorted(found)
        more = f" and {len(some) - MOST} more" if len(some) > MOST else ""
        raise UnknownNameError(
            f"{name!r} may be {', '.join(some[:MOST])}{more}; give one of these keys"
        )
    raise UnknownNameError(_unknown(type, name, known))


def _unknown(type: Type, name: str, known: list[tuple[str, str, str]]) -> str:
    """Say that there is none, and who comes nearest: each once, by heading and key."""
    if not known:
        return f"there is no {type} {name!r}: the database has none at all"
    called: dict[str, str] = {}
    for key, heading, other in known:
        for way in (key, heading, other):
            called.setdefault(way, f"{heading} ({key})")
    near = dict.fromkeys(called[way] for way in nearest(name, called, limit=12, phrases=True))
    hint = f"; nearest: {', '.join(list(near)[:3])}" if near else ""
    return f"there is no {type} {name!r}{hint}"
