"""The FollowTheMoney export: entities as lines of JSON, as its own tools read them.

https://followthemoney.tech; docs/exports.md says what becomes what. Each query below has the kind
of the entity, what its id is made of (sort and key), and then columns named as FollowTheMoney's
properties; `[]` marks a list. exports/ftm_entities.py makes entities of the rows.

FollowTheMoney has no modality: everything in it is a fact. So events and ties that are intended,
expected, possible, hypothetical or denied are left out, and counted on stderr; so are links
between events. What is alleged, inferred, rumoured or disputed says so in its name. Quotes and
positions are notes on the actors who take part; a sentence begins with whatever standing it has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from exports.datapackage import ExportedFile
from exports.ftm_entities import ORGANISATIONS, Entity, entity, json_line
from exports.job import ExportJob
from exports.joined import LISTS

ENTITIES = "entities.ftm.json"

NAMES = """
select distinct actor_names.name as value
from actor_names
join fact_summaries on fact_summaries.fact_id = actor_names.id
where actor_names.actor_id = actors.id
  and actor_names.name <> actors.name
  and fact_summaries.settled = 'actual'
  and actor_names.name_kind {} ('name', 'transliteration')
order by value
"""

EVENT_NAMES = """
select event_names.name as value
from event_names
join fact_summaries on fact_summaries.fact_id = event_names.id
where event_names.event_id = events.id and fact_summaries.settled = 'actual'
order by value
"""

IDENTIFIERS = """
select {} as value
from identifiers
where identifiers.{}_id = {}s.id and scheme {}
order by value
"""

MAKERS = """
select makers.name as value
from (
  select source_id, role, n, actors.name, actors.key
  from source_actors
  join actors on actors.id = source_actors.actor_id
  union all
  select source_id, role, n, name, ''
  from source_credits
) as makers
where makers.source_id = sources.id and makers.role = '{}'
order by makers.n, makers.key
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
    || case
      when evidence.date is null then coalesce(', dated ' || evidence.date_words, '')
      else ', dated ' || coalesce(evidence.date_words || ' = ', '') || evidence.date
    end
"""

QUERIES = {
    "alias": NAMES.format("in"),
    "weakAlias": NAMES.format("not in"),
    "eventAlias": EVENT_NAMES,
    "wikidataId": IDENTIFIERS.format("identifier", "actor", "actor", "= 'wikidata'"),
    "idNumber": IDENTIFIERS.format(
        "scheme || ':' || identifier", "actor", "actor", "<> 'wikidata'"
    ),
    "doi": IDENTIFIERS.format("'https://doi.org/' || identifier", "source", "source", "= 'doi'"),
    "author": MAKERS.format("author"),
    "publisher": MAKERS.format("publisher"),
    "entity": PARTICIPANTS.format("actors.key"),
    "involved": PARTICIPANTS.format("actors.key"),
    "notes": PARTICIPANTS.format("participants.role || ': ' || actors.name"),
    "proof": EVIDENCE.format("documents.key"),
    "sourceUrl": EVIDENCE.format("documents.url"),
    "description": EVIDENCE.format(DESCRIPTION),
    "evidence": EVIDENCE.format(DESCRIPTION),
}
"""Queries of lists in the queries below."""

PROPERTY = {"eventAlias": "alias", "doi": "sourceUrl", "evidence": "notes"}
"""The property that a list is, where it isn't called the same."""

ACTORS = """
select actors.kind as schema, 'actor' as sort, actors.key as key,
  actors.name as name, {alias}, {weakAlias}, {wikidataId}, {idNumber}, actors.kind as keywords,
  'Background without a source: ' || actors.background as notes
from actors
order by actors.key
"""

# Sources that are writings. Other voices are only named in the descriptions of their evidence.
DOCUMENTS = """
select 'Article' as schema, 'source' as sort, sources.key as key,
  sources.title as title, {author}, {publisher}, sources.published as "publishedAt",
  sources.url as "sourceUrl", {doi}, sources.kind as keywords
from sources
where sources.anonymity = 'named'
  and (
    sources.kind in ('article', 'book', 'press-report', 'institute-report', 'official-document')
    or sources.id in (select document_id from codings)
  )
order by sources.key, sources.id
"""

EVENTS = """
select 'Event' as schema, 'fact' as sort, facts.introduced_by || ':' || facts.key as key,
  coalesce(facts.standing || ': ', '') || events.title as name, {eventAlias},
  events.summary as summary,
  events.date as date, places.name as location, {involved}, {notes}, events.event_type as keywords,
  {proof}, {sourceUrl}, {description}
from fact_summaries as facts
join events on events.id = facts.fact_id
left join places on places.id = events.place_id
where facts.settled = 'actual'
order by facts.introduced_by, facts.key
"""

# Tools count posts and memberships, so only what is stated as a fact becomes one.
STANDING = f"""
with ends as (
  select facts.*, relations.since, relations.until, relations.what,
    relation_types.label || coalesce(': ' || coalesce(relations.what, topics.label), '') as role,
    origins.key as from_key, targets.key as to_key, targets.name as to_name,
    case when targets.kind in ({ORGANISATIONS}) then targets.key end as organisation,
    case
      when facts.standing is null and origins.kind = 'person' and relations.what is not null
        and relations.type in ('heads', 'holds-post-in')
        then 'Occupancy'
      when facts.standing is null and targets.kind in ({ORGANISATIONS})
        and relations.type in ('heads', 'member-of')
        then case relations.type when 'heads' then 'Directorship' else 'Membership' end
      else 'UnknownLink'
    end as schema
  from fact_summaries as facts
  join relations on relations.id = facts.fact_id
  join relation_types on relation_types.key = relations.type
  join actors as origins on origins.id = relations.from_actor_id
  join actors as targets on targets.id = relations.to_actor_id
  left join topics on topics.id = relations.topic_id
  where facts.settled = 'actual'
)
"""

POSTS = f"""
{STANDING}
select distinct 'Position' as schema, 'post' as sort, to_key || ':' || what as key,
  what || ', ' || to_name as name, organisation as organization
from ends
where schema = 'Occupancy'
order by key
"""

TIES = f"""
{STANDING}
select schema, 'fact' as sort, introduced_by || ':' || key as key,
  from_key as "from",
  case schema when 'Occupancy' then to_key || ':' || what else to_key end as "to",
  case schema
    when 'Membership' then what
    when 'Directorship' then role
    when 'UnknownLink' then coalesce(standing || ': ', '') || role
  end as role,
  since as "startDate", until as "endDate", standing as status, sentence as summary,
  {{proof}}, {{sourceUrl}}, {{description}}
from ends as facts
order by introduced_by, facts.key
"""

# A note has no date of its own.
NOTES = """
select 'Note' as schema, 'fact' as sort, facts.introduced_by || ':' || facts.key as key,
  facts.sentence as description, quotes.text as summary, {entity},
  facts.kind as keywords, {sourceUrl}, {evidence}
from fact_summaries as facts
left join quotes on quotes.id = facts.fact_id
where facts.kind in ('quote', 'position')
order by facts.introduced_by, facts.key
"""


def ftm(job: ExportJob) -> Iterator[ExportedFile]:
    """Write actors, writings, posts, events and ties as FollowTheMoney's entities."""
    job.require_valid()
    count, changed = 0, Counter[str]()
    with (job.folder / ENTITIES).open("w", encoding="utf-8", newline="\n") as file:
        for item in _entities(job):
            file.write(json_line(item, changed))
            count += 1
    job.report_left_out()
    for name, number in changed.items():
        job.report(
            f"{number} values of {name} are cut or left out: FollowTheMoney cannot hold them"
        )
    yield ExportedFile(ENTITIES, count)


def _entities(job: ExportJob) -> Iterator[Entity]:
    """Return all entities, in an order that depends on keys alone."""
    lists = {
        name: f"cast({LISTS[job.snapshot.engine].format(query)} as text) as "
        f'"{PROPERTY.get(name, name)}[]"'
        for name, query in QUERIES.items()
    }
    for query in (ACTORS, DOCUMENTS, POSTS, EVENTS, TIES, NOTES):
        for row in job.rows(query.format(**lists)):
            yield entity(row._asdict())
