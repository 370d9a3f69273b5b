"""Which facts are about an actor, a topic, a place, an event, a source or a document."""

from __future__ import annotations

from sqlalchemy import Connection, text

ABOUT = {
    "": "select id from facts",
    "actor": """
        select participants.fact_id from participants
        join actors on actors.id = participants.actor_id where actors.key = :key
        union
        select relations.id from relations
        join actors on actors.id = relations.from_actor_id where actors.key = :key
        union
        select relations.id from relations
        join actors on actors.id = relations.to_actor_id where actors.key = :key
        union
        select actor_names.id from actor_names
        join actors on actors.id = actor_names.actor_id where actors.key = :key
        union
        select territorial_control.id from territorial_control
        join actors on actors.id = territorial_control.actor_id where actors.key = :key
    """,
    "topic": "select fact_id from fact_topics where topic = :key",
    "place": "select fact_id from fact_places where place = :key",
    "event": """
        select events.id from events
        join facts on facts.id = events.id
        join sources on sources.id = facts.document_id
        where facts.key = :key and sources.key = coalesce(cast(:document as text), sources.key)
    """,
    "source": """
        select evidence.fact_id from sources
        join attributions on attributions.source_id = sources.id
        join attribution_ancestors on attribution_ancestors.ancestor_id = attributions.id
        join evidence on evidence.attribution_id = attribution_ancestors.attribution_id
        left join sources as documents on documents.id = sources.document_id
        where sources.key = :key and documents.key is not distinct from cast(:document as text)
    """,
    "document": """
        select evidence.fact_id from sources
        join evidence on evidence.document_id = sources.id
        where sources.document_id is null and sources.key = :key
    """,
}
ABOUT["event"] += f"""
        union
        select event_links.id from event_links where from_fact_id in ({ABOUT["event"]})
        union
        select event_links.id from event_links where to_fact_id in ({ABOUT["event"]})
        union
        select quotes.id from quotes where occasion_id in ({ABOUT["event"]})
        union
        select event_names.id from event_names where event_id in ({ABOUT["event"]})
    """  # noqa: S608 - of texts in this file
"""The ids of the facts about a thing, by its kind; of everything, for the empty kind."""

DATED = """
    from fact_summaries
    left join events on events.id = fact_summaries.fact_id
    left join quotes on quotes.id = fact_summaries.fact_id
    left join relations on relations.id = fact_summaries.fact_id
    left join territorial_control on territorial_control.id = fact_summaries.fact_id
    left join positions on positions.id = fact_summaries.fact_id
    left join dates on dates.edtf = coalesce(
      events.date, quotes.date, positions.date, relations.since, territorial_control.since
    )
"""
"""Facts with their dates, to select from."""

ORDER = """
    order by
      dates.first_day nulls last, dates.last_day nulls last, fact_summaries.document nulls first,
      fact_summaries.paragraph nulls first, fact_summaries.start nulls first, fact_summaries.key,
      fact_summaries.introduced_by
"""
"""Dated facts first, then as the texts have them."""

IN_ORDER = f"""
    select fact_summaries.fact_id
    {DATED}
    where fact_summaries.fact_id in ({{about}})
    {ORDER}
"""


def subject(kind: str = "", key: str = "") -> tuple[str, dict[str, str | None]]:
    """Return the query for the ids of the facts about something, and its values.

    `kind` is actor, topic, place, event, source or document; without one, all facts. An event or
    an unnamed source may have its document in front of its key.
    """
    document = None
    if kind in ("event", "source"):
        before, colon, after = key.partition(":")
        document, key = (before, after) if colon else (None, key)
    values = {"key": key, "document": document}
    return ABOUT[kind], {name: it for name, it in values.items() if f":{name}" in ABOUT[kind]}


def facts_about(connection: Connection, kind: str = "", key: str = "") -> list[int]:
    """Return the ids of the facts about something: dated ones first, then as the texts have them.

    Takes what `subject` takes.
    """
    about, values = subject(kind, key)
    return [*connection.execute(text(IN_ORDER.format(about=about)), values).scalars()]
