"""The rows that can be searched, and what completes a hit."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import bindparam, text


class Kind(StrEnum):
    """The kinds of hits. Rows that match equally well come in this order."""

    PASSAGE = "passage"
    QUOTE = "quote"
    EVENT = "event"
    EVENT_NAME = "event-name"
    POSITION = "position"
    TIE = "tie"
    CONTROL = "control"
    ACTOR = "actor"


def _facts(table: str, more: str, people: str, joins: str = "") -> str:
    """Return a query of the facts of one table.

    `more` is what the sentence leaves out, `people` who takes part; the sentence may name nobody.
    """
    return f"""
        select
          fact_summaries.fact_id as id, fact_summaries.introduced_by as source, fact_summaries.key,
          null as n, fact_summaries.sentence as text, {more} as more, {people} as people
        from {table}
        join fact_summaries on fact_summaries.fact_id = {table}.id
        {joins}
    """  # noqa: S608 - ours


ROWS = {
    Kind.PASSAGE: """
        select
          null as id, documents.key as source, null as key, passages.n, passages.text,
          null as more, null as people
        from passages
        join sources as documents on documents.id = passages.document_id
        where passages.text is not null
    """,
    Kind.QUOTE: _facts("quotes", "quotes.text", "fact_summaries.who"),
    Kind.EVENT: _facts(
        "events",
        "events.summary",
        "coalesce(fact_summaries.who, '') || ' ' || coalesce(places.name, '')",
        "left join places on places.id = events.place_id",
    ),
    Kind.EVENT_NAME: _facts("event_names", "null", "null"),
    Kind.POSITION: _facts(
        "positions",
        "null",
        "coalesce(fact_summaries.holder, '') || ' ' || coalesce(fact_summaries.object, '') "
        "|| ' ' || topics.label",
        "join topics on topics.id = positions.topic_id",
    ),
    Kind.TIE: _facts(
        "relations",
        "null",
        "origins.name || ' ' || targets.name",
        "join actors as origins on origins.id = relations.from_actor_id "
        "join actors as targets on targets.id = relations.to_actor_id",
    ),
    Kind.CONTROL: _facts("territorial_control", "null", "null"),
    Kind.ACTOR: """
        select
          actors.id, '' as source, actors.key, null as n, actors.name as text,
          actor_summaries.names as more, null as people
        from actors
        left join actor_summaries on actor_summaries.actor_id = actors.id
    """,
}
"""The rows that can be searched, by their kind."""

EVIDENCE = text(
    """
    select
      fact_overview.fact_id, fact_overview.settled, fact_overview.certainty, fact_overview.speaker,
      fact_overview.through, fact_overview.source, fact_overview.passage, quotes.date
    from fact_overview
    left join quotes on quotes.id = fact_overview.fact_id
    where fact_overview.fact_id in :ids
    """
).bindparams(bindparam("ids", expanding=True))

NAME_EVIDENCE = text(
    """
    select distinct actor_names.actor_id, documents.key, spans.passage
    from actor_names
    join evidence on evidence.fact_id = actor_names.id
    join spans on spans.evidence_id = evidence.id
    join sources as documents on documents.id = evidence.document_id
    where actor_names.actor_id in :ids
    order by actor_names.actor_id, documents.key, spans.passage
    """
).bindparams(bindparam("ids", expanding=True))

NAMES = text(
    """
    select actors.name as heading, actor_names.name
    from actor_names
    join actors on actors.id = actor_names.actor_id
    where actor_names.name_kind not in ('title', 'description')
    union
    select name, name
    from actors
    """
)

DOCUMENTS = text(
    """
    select sources.title
    from codings
    join sources on sources.id = codings.document_id
    """
)

WITHOUT_TEXT = text(
    """
    select documents.key
    from codings
    join sources as documents on documents.id = codings.document_id
    where exists (
      select 1
      from passages
      where passages.document_id = codings.document_id and passages.text is null
    )
    order by documents.key
    """
)
