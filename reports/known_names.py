"""The queries that list everything a parameter can name, by key, heading and other names.

A row may come twice: SQLite looks a key up in an index only through `union all`. Imports no
SQLAlchemy: shell completion needs none.
"""

from typing import NamedTuple

from reports.definition import Type

HEADING = "heading"
"""The sort of the name under which reports list something."""


class KnownName(NamedTuple):
    """A name of something; each row of a query below is one."""

    key: str
    heading: str
    name: str
    kind: str
    """What has the name: person, city, event, …"""
    sort: str
    """heading, author of a document, or the sort of another name that an actor has."""


KNOWN = {
    Type.ACTOR: """
        select actors.key, actors.name as heading, actors.name, actors.kind, 'heading' as sort
        from actors
        union all
        select actors.key, actors.name, actor_names.name, actors.kind, actor_names.name_kind
        from actor_names
        join actors on actors.id = actor_names.actor_id
    """,
    Type.TOPIC: """
        select key, label as heading, label as name, 'topic' as kind, 'heading' as sort
        from topics
    """,
    Type.PLACE: "select key, name as heading, name, kind, 'heading' as sort from places",
    Type.EVENT: """
        select
          documents.key || ':' || facts.key as key, events.title as heading, events.title as name,
          'event' as kind, 'heading' as sort
        from events
        join facts on facts.id = events.id
        join sources as documents on documents.id = facts.document_id
        union all
        select documents.key || ':' || facts.key, events.title, event_names.name, 'event', name_kind
        from event_names
        join events on events.id = event_names.event_id
        join facts on facts.id = events.id
        join sources as documents on documents.id = facts.document_id
    """,
    Type.DOCUMENT: """
        select
          sources.key, sources.title as heading, sources.title as name, 'document' as kind,
          'heading' as sort
        from codings
        join sources on sources.id = codings.document_id
        union all
        select sources.key, sources.title, actors.name, 'document', 'author'
        from codings
        join sources on sources.id = codings.document_id
        join source_actors on source_actors.source_id = sources.id
        join actors on actors.id = source_actors.actor_id
        where source_actors.role = 'author'
        union all
        select sources.key, sources.title, source_credits.name, 'document', 'author'
        from codings
        join sources on sources.id = codings.document_id
        join source_credits on source_credits.source_id = sources.id
        where source_credits.role = 'author'
    """,
    Type.SOURCE: """
        select key, title as heading, title as name, 'source' as kind, 'heading' as sort
        from sources
        where document_id is null
        union all
        select
          documents.key || ':' || sources.key, sources.title, sources.title, 'source', 'heading'
        from sources
        join sources as documents on documents.id = sources.document_id
    """,
}
