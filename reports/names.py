"""What is called what, and how names are compared: whatever case and accents, or by nearness.

Imports no SQLAlchemy: shell completion needs none.
"""

import unicodedata
from collections.abc import Iterable

from reports.definition import Type

# Everything by which something is known: its key, its heading, and its other names.
KNOWN = {
    Type.ACTOR: """
        select actors.key, actors.name as heading, actors.name
        from actors
        union
        select actors.key, actors.name, actor_names.name
        from actor_names
        join actors on actors.id = actor_names.actor_id
    """,
    Type.TOPIC: "select key, label as heading, label as name from topics",
    Type.PLACE: "select key, name as heading, name from places",
    Type.EVENT: """
        select documents.key || ':' || facts.key as key, events.title as heading, facts.key as name
        from events
        join facts on facts.id = events.id
        join sources as documents on documents.id = facts.document_id
        union all
        select documents.key || ':' || facts.key, events.title, events.title
        from events
        join facts on facts.id = events.id
        join sources as documents on documents.id = facts.document_id
    """,
    Type.DOCUMENT: """
        select sources.key, sources.title as heading, sources.title
        from codings
        join sources on sources.id = codings.document_id
    """,
}


def fold(name: str) -> str:
    """Give a name as it is compared: no case, accents, article or punctuation."""
    letters = unicodedata.normalize("NFKD", name)
    letters = "".join(
        letter if letter.isalnum() else " "
        for letter in letters.casefold()
        if not unicodedata.combining(letter)
    )
    words = letters.split()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Give the known names that look most like this one, the nearest first; none may do."""
    from rapidfuzz import fuzz, process

    found = process.extract(
        name, list(known), scorer=fuzz.WRatio, processor=fold, limit=limit, score_cutoff=60
    )
    return [near for near, _, _ in found]
