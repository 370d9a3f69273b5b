"""Views by which reports filter facts: by document, topic and place, and by who takes part.

A report needs a line or two for a filter. Where a query has several arms, each begins at a key, so
that SQLite passes the condition of a report on to each of them and finds its rows by indexes.
"""

# ruff: noqa: S608 - queries are put together from the texts in this file

from __future__ import annotations

from schema.view import FACT, MEANINGS, View

MEMBER = {
    "actor": "key of the actor",
    "actor_name": "its heading",
    "member": "key of whoever acts for it, or its own",
    "member_name": "its heading",
    "member_kind": "its kind",
    "steps": "ties between the two; 0: itself",
    "path": "document:key of each tie from the member to the actor; null: itself",
    "earliest": "first day on which all the ties can hold, YYYY-MM-DD; null: open or not stated",
    "latest": "last day on which all the ties can hold, YYYY-MM-DD; null: open or not stated",
    "acting_for": "who takes part for it: Vladimir Putin for Russia; null: it does so itself",
}


def _taking_part() -> str:
    """Return the query for who takes part in which fact, in person or through others.

    Every actor is there for itself. Whoever acts for another is there if the ties can have held at
    the time of the fact: where either has no date, nothing speaks against it.
    """
    arms = []
    for table, fact, actor, role, dates in (
        ("participants", "fact_id", "actor_id", "participants.role", _DATE_OF_FACT),
        ("relations", "id", "from_actor_id", "'from'", _TIME_OF_TIE),
        ("relations", "id", "to_actor_id", "'to'", _TIME_OF_TIE),
        ("territorial_control", "id", "actor_id", "'controller'", _TIME_OF_TIE),
    ):
        arms += [
            f"""\
  select
    {table}.{fact} as fact_id,
    {role} as role,
    wholes.key as actor,
    actors.key as member,
    memberships.steps as steps,
    coalesce(memberships.standing || ': ', '') || actors.name || ' for '
      || case
        when substr(wholes.name, 1, 4) = 'The ' then 'the ' || substr(wholes.name, 5)
        else wholes.name
      end as acting_for
  from actors as wholes
  join memberships on memberships.whole_id = wholes.id
  join actors on actors.id = memberships.member_id
  join {table} on {table}.{actor} = memberships.member_id
{dates.format(table=table, fact=fact)}""",
            f"""\
  select
    {table}.{fact},
    {role},
    actors.key,
    actors.key,
    0,
    cast(null as text)
  from {table}
  join actors on actors.id = {table}.{actor}
""",
        ]
    return "  union all\n".join(arms)


# A bound that is missing on either side is replaced by the other, so that it excludes nothing.
_DATE_OF_FACT = """\
  left join events on events.id = {table}.{fact}
  left join quotes on quotes.id = {table}.{fact}
  left join positions on positions.id = {table}.{fact}
  left join dates on dates.edtf = coalesce(events.date, quotes.date, positions.date)
  where coalesce(memberships.first_day, dates.last_day, 0)
      <= coalesce(dates.last_day, memberships.first_day, 0)
    and coalesce(memberships.last_day, dates.first_day, 0)
      >= coalesce(dates.first_day, memberships.last_day, 0)
"""
_TIME_OF_TIE = """\
  left join dates as begun on begun.edtf = {table}.since
  left join dates as ended on ended.edtf = {table}.until
  where coalesce(memberships.first_day, ended.last_day, 0)
      <= coalesce(ended.last_day, memberships.first_day, 0)
    and coalesce(memberships.last_day, begun.first_day, 0)
      >= coalesce(begun.first_day, memberships.last_day, 0)
"""


_LYING = """\
  from places as lowest
  left join places as second on second.id = lowest.within_id
  left join places as third on third.id = second.within_id
  left join places as fourth on fourth.id = third.within_id
  join places on places.id in (lowest.id, second.id, third.id, fourth.id)
  cross join events
"""
"""Places and what lies in them, up to three steps lower: site, city, province, country; and events.

Cross joins keep SQLite from starting at the events. Chains of inner joins, one for each step, would
be indexed too, but the union of these returns wrong rows on DuckDB 2.0.
"""

_SHARING_WORDS = """\
  cross join evidence as stated
  cross join spans as own
  cross join spans as others
  cross join evidence
  cross join facts
  where stated.fact_id = {table}.id
    and own.evidence_id = stated.id
    and others.document_id = own.document_id
    and others.passage = own.passage
    and others.start_offset < own.end_offset
    and others.end_offset > own.start_offset
    and evidence.id = others.evidence_id
    and facts.id = evidence.fact_id
    and facts.kind in ('event', 'quote')
"""
"""The events and utterances that rest on some of the words on which a row of the table rests."""

FILTER_VIEWS = (
    View(
        "fact_documents",
        "which document states which fact: what --document of a report looks up",
        """\
select
  fact_passages.fact_id,
  documents.key as document
from sources as documents
cross join fact_passages
where fact_passages.document_id = documents.id
""",
        MEANINGS | {"fact_id": "the fact: facts.id"},
    ),
    View(
        "fact_places",
        "what happened, or was said on an occasion, in a place or one within it; who controls it",
        f"""\
select
  placed.fact_id,
  placed.place
from (
  select events.id as fact_id, places.key as place
{_LYING}  where events.place_id = lowest.id
  union all
  select quotes.id, places.key
{_LYING}  cross join quotes
  where events.place_id = lowest.id and quotes.occasion_id = events.id
  union all
  select territorial_control.id, places.key
{_LYING.replace("events", "territorial_control")}  where territorial_control.place_id = lowest.id
) as placed
""",
        {"fact_id": "the event, utterance or control: facts.id", "place": "key of the place"},
        {"placed.fact_id": "events.id", "placed.place": "places.key"},
    ),
    View(
        "fact_topics",
        "positions and comparisons on a topic; events and utterances that share words with them",
        f"""\
select
  subjects.fact_id,
  subjects.topic
from (
  select positions.id as fact_id, topics.key as topic
  from topics
  join positions on positions.topic_id = topics.id
  union all
  select relations.id, topics.key
  from topics
  join relations on relations.topic_id = topics.id
  union all
  select facts.id, topics.key
  from topics
  join positions on positions.topic_id = topics.id
{_SHARING_WORDS.format(table="positions")}  union all
  select facts.id, topics.key
  from topics
  join relations on relations.topic_id = topics.id
{_SHARING_WORDS.format(table="relations")}) as subjects
""",
        {
            "fact_id": "the position, tie, event or utterance: facts.id",
            "topic": "key of the topic",
        },
        {"subjects.fact_id": "positions.id", "subjects.topic": "topics.key"},
    ),
    View(
        "members",
        "who acts for whom, directly or through others; every actor is there for itself",
        """\
select
  wholes.key as actor,
  wholes.name as actor_name,
  actors.key as member,
  actors.name as member_name,
  actors.kind as member_kind,
  members.steps,
  members.path,
  members.standing,
  members.earliest,
  members.latest,
  members.first_day,
  members.last_day
from (
  select whole_id, member_id, steps, path, standing, earliest, latest, first_day, last_day
  from memberships
  union all
  select
    id,
    id,
    0,
    cast(null as text),
    cast(null as text),
    cast(null as text),
    cast(null as text),
    cast(null as bigint),
    cast(null as bigint)
  from actors
) as members
join actors as wholes on wholes.id = members.whole_id
join actors on actors.id = members.member_id
""",
        MEMBER,
        {
            f"members.{name}": f"memberships.{name}"
            for name in ("steps", "path", "standing", "earliest", "latest", "first_day", "last_day")
        },
    ),
    View(
        "participation",
        "who takes part in which fact: in person, or through those who act for it at the time",
        f"""\
select
  parts.fact_id,
  parts.role,
  parts.actor,
  parts.member,
  parts.steps,
  parts.acting_for
from (
{_taking_part()}) as parts
""",
        MEMBER
        | FACT
        | {"role": "role in an event, quote or position; from or to: an end of a tie; controller"},
        {
            "parts.fact_id": "participants.fact_id",
            "parts.actor": "actors.key",
            "parts.member": "actors.key",
            "parts.steps": "memberships.steps",
        },
    ),
)
