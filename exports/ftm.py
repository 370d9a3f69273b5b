"""The FollowTheMoney export: entities as lines of JSON, as its own tools read them.

https://followthemoney.tech. exports/ftm_entities.py says what becomes what.

FollowTheMoney has no modality: everything in it is a fact. So events and ties that are intended,
expected, possible, hypothetical or denied are left out, and counted on stderr. So is what it has
no schema for: quotes, positions, links between events. What is alleged, inferred, rumoured or
disputed says so in its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from exports.datapackage import ExportedFile
from exports.ftm_entities import FULL_NAMES, Entity, actor, document, event, json_line, post, tie
from exports.job import ExportJob
from exports.joined import json_list

ENTITIES = "entities.ftm.json"

FULL = ", ".join(f"'{kind}'" for kind in FULL_NAMES)
NAMES = """
select distinct actor_names.name as value
from actor_names
join fact_summaries on fact_summaries.fact_id = actor_names.id
where actor_names.actor_id = actors.id
  and actor_names.name <> actors.name
  and fact_summaries.settled = 'actual'
  and actor_names.name_kind {} ({})
order by value
"""

MAKERS = """
select actors.name as value
from source_actors
join actors on actors.id = source_actors.actor_id
where source_actors.source_id = sources.id and source_actors.role = '{}'
order by source_actors.n, actors.key
"""

PARTICIPANTS = """
select {} as value
from participants
join actors on actors.id = participants.actor_id
where participants.fact_id = facts.fact_id
order by actors.key, participants.role
"""

EVIDENCE = """
select {} as value
from evidence
join sources as documents on documents.id = evidence.document_id
join evidence_passages on evidence_passages.evidence_id = evidence.id
join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
where evidence.fact_id = facts.fact_id
order by documents.key, evidence.n
"""

DESCRIPTION = """
  documents.key || ' ' || evidence_passages.passage || ': '
    || evidence.modality || ', ' || evidence.certainty
    || case
      when attribution_chains.depth > 0 then ', through ' || attribution_chains.chain
      else ''
    end
    || case evidence.stance
      when 'neutral' then ', which the document leaves open'
      else coalesce(', which the document ' || evidence.stance, '')
    end
    || coalesce(
      ', dated ' || coalesce(
        evidence.date_words || coalesce(' = ' || evidence.date, ''),
        evidence.date
      ),
      ''
    )
"""

LISTS = {
    "full_names": NAMES.format("in", FULL),
    "other_names": NAMES.format("not in", FULL),
    "authors": MAKERS.format("author"),
    "publishers": MAKERS.format("publisher"),
    "involved": PARTICIPANTS.format("actors.key"),
    "roles": PARTICIPANTS.format("participants.role || ': ' || actors.name"),
    "documents": EVIDENCE.format("documents.key"),
    "urls": EVIDENCE.format("documents.url"),
    "descriptions": EVIDENCE.format(DESCRIPTION),
}
"""Lists in the queries below."""

ACTORS = """
select actors.key, actors.name, actors.kind, actors.background, {full_names}, {other_names}
from actors
order by actors.key
"""

# Sources that are writings. Other voices are only named in the descriptions of their evidence.
DOCUMENTS = """
select sources.key, sources.title, sources.kind, sources.published, sources.url,
  {authors}, {publishers}
from sources
where sources.anonymity = 'named'
  and (
    sources.kind in ('article', 'book', 'press-report', 'institute-report', 'official-document')
    or sources.id in (select document_id from codings)
  )
order by sources.key, sources.id
"""

# What is only alleged, inferred, rumoured or disputed makes no post: tools count posts.
POSTS = """
select distinct relations.what, targets.key, targets.name, targets.kind
from fact_summaries as facts
join relations on relations.id = facts.fact_id
join actors as origins on origins.id = relations.from_actor_id
join actors as targets on targets.id = relations.to_actor_id
where relations.what is not null
  and relations.type in ('heads', 'holds-post-in')
  and origins.kind = 'person'
  and facts.settled = 'actual'
  and facts.standing is null
order by targets.key, relations.what
"""

EVENTS = """
select facts.introduced_by || ':' || facts.key as fact, facts.standing,
  events.title, events.summary, events.event_type, events.date, places.name as place,
  {involved}, {roles}, {documents}, {urls}, {descriptions}
from fact_summaries as facts
join events on events.id = facts.fact_id
left join places on places.id = events.place_id
where facts.settled = 'actual'
order by facts.introduced_by, facts.key
"""

TIES = """
select facts.introduced_by || ':' || facts.key as fact, facts.standing, facts.sentence,
  ties.type, ties.label, ties.what, ties.topic, ties.since, ties.until,
  ties.from_key, origins.kind as from_kind, ties.to_key, targets.kind as to_kind,
  {documents}, {urls}, {descriptions}
from fact_summaries as facts
join ties on ties.fact_id = facts.fact_id
join actors as origins on origins.key = ties.from_key
join actors as targets on targets.key = ties.to_key
where facts.settled = 'actual'
order by facts.introduced_by, facts.key
"""

BECOMES = {ACTORS: actor, DOCUMENTS: document, POSTS: post, EVENTS: event, TIES: tie}
"""What the rows of a query become."""

LEFT_OUT = """
select kind, count(*)
from fact_summaries
where kind in ('quote', 'position', 'link')
  or (kind in ('event', 'relation') and settled is distinct from 'actual')
group by kind
order by kind
"""
KINDS = {
    "event": "events that are not actual",
    "relation": "ties that are not actual",
    "quote": "quotes",
    "position": "positions",
    "link": "links between events",
}


def ftm(job: ExportJob) -> Iterator[ExportedFile]:
    """Write actors, writings, posts, events and ties as FollowTheMoney's entities."""
    job.require_valid()
    count, changed = 0, Counter[str]()
    with (job.folder / ENTITIES).open("w", encoding="utf-8", newline="\n") as file:
        for entity in _entities(job):
            file.write(json_line(entity, changed))
            count += 1
    left_out = [f"{number} {KINDS[kind]}" for kind, number in job.rows(LEFT_OUT)]
    if left_out:
        job.report("left out " + ", ".join(left_out))
    for name, number in changed.items():
        job.report(
            f"{number} values of {name} are cut or left out: FollowTheMoney cannot hold them"
        )
    yield ExportedFile(ENTITIES, count)


def _entities(job: ExportJob) -> Iterator[Entity]:
    """Return all entities, in an order that depends on keys alone."""
    lists = {
        name: f"cast({json_list(query, job.snapshot.engine)} as text) as {name}"
        for name, query in LISTS.items()
    }
    for query, become in BECOMES.items():
        yield from map(become, job.rows(query.format(**lists)))
