"""The FollowTheMoney export: entities as lines of JSON, as its own tools read them.

https://followthemoney.tech. exports/ftm_entities.py says what becomes what.

FollowTheMoney has no modality: everything in it is a fact. So events and ties that are intended,
expected, possible, hypothetical or denied are left out, and counted on stderr. So is what it has
no schema for: quotes, positions, links between events. What is only alleged or rumoured says so in
its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from exports.datapackage import ExportedFile
from exports.ftm_entities import (
    Entity,
    Evidence,
    Participant,
    actor,
    document,
    event,
    json_line,
    post,
    tie,
)
from exports.graphs import ACTUAL, report, streamed
from exports.job import ExportJob

ENTITIES = "entities.ftm.json"

ACTORS = """
select id, key, name, kind, background
from actors
order by key, id
"""

NAMES = """
select actor_names.actor_id, actor_names.name, actor_names.name_kind
from actors
join actor_names on actor_names.actor_id = actors.id
where exists (
  select 1
  from evidence
  where evidence.fact_id = actor_names.id and evidence.modality = 'actual'
)
order by actors.key, actors.id, actor_names.name, actor_names.name_kind
"""

# Sources that are writings. Other voices are only named in the descriptions of their evidence.
WRITINGS = """
from sources
left join codings on codings.document_id = sources.id
where sources.anonymity = 'named'
  and (
    codings.document_id is not null
    or sources.kind in ('article', 'book', 'press-report', 'institute-report', 'official-document')
  )
"""

DOCUMENTS = f"""
select sources.id, sources.key, sources.title, sources.kind, sources.published, sources.url
{WRITINGS}
order by sources.key, sources.id
"""

MAKERS = f"""
select writings.id, actors.name, source_actors.role
from (select sources.id, sources.key {WRITINGS}) as writings
join source_actors on source_actors.source_id = writings.id
join actors on actors.id = source_actors.actor_id
where source_actors.role in ('author', 'publisher')
order by writings.key, writings.id, actors.key, source_actors.role
"""

ACTUAL_EVENTS = """
with actual (id) as (
  select id
  from events
  where modality = 'actual'
)
"""

ACTUAL_TIES = f"""
with actual (id) as (
  select id
  from relations
  where exists (
    select 1
    from evidence
    where evidence.fact_id = relations.id
      and {ACTUAL}
  )
)
"""

# Facts in an order that does not depend on ids; what belongs to them comes in the same order.
FACTS = """
from actual
join facts on facts.id = actual.id
join sources as documents on documents.id = facts.document_id
"""
ORDER = "order by documents.key, facts.key, facts.id"

EVENTS = f"""
{ACTUAL_EVENTS}
select
  facts.id,
  documents.key || ':' || facts.key,
  events.title,
  events.summary,
  events.event_type,
  events.date,
  places.name
{FACTS}
join events on events.id = facts.id
left join places on places.id = events.place_id
{ORDER}
"""

PARTICIPANTS = f"""
{ACTUAL_EVENTS}
select facts.id, participants.role, actors.key, actors.name
{FACTS}
join participants on participants.fact_id = facts.id
join actors on actors.id = participants.actor_id
{ORDER}, actors.key, participants.role
"""

TIES = f"""
{ACTUAL_TIES}
select
  facts.id,
  documents.key || ':' || facts.key,
  relations.type,
  relation_types.label,
  origins.key,
  origins.name,
  origins.kind,
  targets.key,
  targets.name,
  targets.kind,
  coalesce(relations.what, topics.label),
  relations.since,
  relations.until
{FACTS}
join relations on relations.id = facts.id
join relation_types on relation_types.key = relations.type
join actors as origins on origins.id = relations.from_actor_id
join actors as targets on targets.id = relations.to_actor_id
left join topics on topics.id = relations.topic_id
{ORDER}
"""

POSTS = f"""
{ACTUAL_TIES}
select distinct relations.what, targets.key, targets.name, targets.kind
from actual
join relations on relations.id = actual.id
join actors as origins on origins.id = relations.from_actor_id
join actors as targets on targets.id = relations.to_actor_id
where relations.what is not null
  and relations.type in ('heads', 'holds-post-in')
  and origins.kind = 'person'
  and exists (
    select 1
    from evidence
    where evidence.fact_id = relations.id
      and {ACTUAL}
      and evidence.certainty not in ('alleged', 'rumoured')
  )
order by targets.key, relations.what
"""

EVIDENCE = f"""
select
  facts.id,
  witnesses.key,
  witnesses.url,
  located.passage,
  evidence.modality,
  evidence.certainty,
  evidence.stance,
  case when chains.depth > 0 then chains.through end,
  evidence.date,
  evidence.date_words
{FACTS}
join evidence on evidence.fact_id = facts.id
join sources as witnesses on witnesses.id = evidence.document_id
join evidence_passages as located on located.evidence_id = evidence.id
join chains on chains.attribution_id = evidence.attribution_id
{ORDER}, witnesses.key, evidence.n
"""

LEFT_OUT = f"""
{ACTUAL_TIES}
select 'events that are not actual', count(*) from events where modality <> 'actual'
union all
select
  'ties that are not actual',
  (select count(*) from relations) - (select count(*) from actual)
union all
select 'quotes', count(*) from quotes
union all
select 'positions', count(*) from positions
union all
select 'links between events', count(*) from event_links
"""


def ftm(job: ExportJob) -> Iterator[ExportedFile]:
    """Write actors, writings, events, ties and posts as FollowTheMoney's entities."""
    job.require_valid()
    count, changed = 0, Counter[str]()
    with (job.folder / ENTITIES).open("w", encoding="utf-8", newline="\n") as file:
        for entity in _entities(job.connection):
            file.write(json_line(entity, changed))
            count += 1
    left_out = [(what, n) for what, n in job.connection.execute(text(LEFT_OUT)) if n]
    if left_out:
        report("ftm", "left out " + ", ".join(f"{n} {what}" for what, n in left_out))
    for name, n in changed.items():
        report("ftm", f"{n} values of {name} are cut or left out: FollowTheMoney cannot hold them")
    yield ExportedFile(ENTITIES, count)


def _entities(connection: Connection) -> Iterator[Entity]:
    """Return all entities, in an order that depends on keys alone."""
    names = _Details(connection, NAMES)
    for id, *row in streamed(connection, ACTORS):
        yield actor(names.of(id), *row)
    makers = _Details(connection, MAKERS)
    for id, *row in streamed(connection, DOCUMENTS):
        yield document(makers.of(id), *row)
    for what, *row in streamed(connection, POSTS):
        yield post(what, *row)
    participants = _Details(connection, PARTICIPANTS)
    evidence = _Details(connection, ACTUAL_EVENTS + EVIDENCE)
    for id, *row in streamed(connection, EVENTS):
        involved = [Participant(*details) for details in participants.of(id)]
        yield event(involved, [Evidence(*details) for details in evidence.of(id)], *row)
    evidence = _Details(connection, ACTUAL_TIES + EVIDENCE)
    for id, *row in streamed(connection, TIES):
        yield tie([Evidence(*details) for details in evidence.of(id)], *row)


class _Details:
    """Rows that belong to the rows of another query, in the same order: a merge join."""

    def __init__(self, connection: Connection, query: str) -> None:
        self._rows = streamed(connection, query)
        self._next = next(self._rows, None)

    def of(self, id: int) -> list[Sequence[Any]]:
        """Return the rows that belong to the next row of the other query, without its id."""
        details = []
        while self._next is not None and self._next[0] == id:
            details.append(self._next[1:])
            self._next = next(self._rows, None)
        return details
