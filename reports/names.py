"""The queries that list everything a parameter can name, by key, heading and other names.

Imports no SQLAlchemy: shell completion needs none.
"""

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
        select sources.key, sources.title as heading, sources.title as name
        from codings
        join sources on sources.id = codings.document_id
    """,
    Type.SOURCE: """
        select key, title as heading, title as name
        from sources
        where document_id is null
        union
        select documents.key || ':' || sources.key, sources.title, sources.title
        from sources
        join sources as documents on documents.id = sources.document_id
        union
        select documents.key || ':' || sources.key, sources.title, sources.key
        from sources
        join sources as documents on documents.id = sources.document_id
    """,
}
