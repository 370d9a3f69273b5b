-- Actor
-- What is known about one actor: names, posts, ties, positions, events, and quotes by and about it?
--
-- One part after the other: who it is, sources that it wrote, published or speaks through, its
-- names, posts and other ties, positions that it holds or that are about it, events, what it says
-- and what is said to it or about it. Within a part dated things come first, in order; the others
-- follow in the order of the text.
--
-- What is not actual (modality) did not happen or is not so, or is not known to.
--
-- Parameters
--   actor  actor, required  whom it is about
--
-- Columns
--   part       text          actor, source, name, post, tie, position, position about, event, quote
--                            by, quote about
--   what       text          the name, tie, position, event, or statement; in the first row the
--                            heading
--   how        text          in which way: kind of actor or name, role in a source, type of tie,
--                            kind of position, roles in the event, directness; whether spoken to or
--                            about
--   who        text, detail  others who take part, with it: holders, doers or speakers first
--   date       text          date in EDTF, of a tie since when; empty: undated
--   until      text, detail  until when, of a tie; empty: not said
--   modality   text          actual, intended, expected, possible, hypothetical or denied; where
--                            voices differ, as each has it
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it; empty: of the first row and of
--                            sources
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   key        text, detail  key of the actor, source, event, utterance, position or tie

with it (id, key, name, kind) as (
  select id, key, name, kind
  from actors
  where key = :actor
),
-- The roles of a kind of fact in the order of importance, joined without an engine's own function.
parts (fact_id, kind, roles) as (
  select
    participants.fact_id,
    participants.kind,
    substr(
      coalesce(max(case when participants.role = 'doer' then '; doer' end), '')
        || coalesce(max(case when participants.role = 'receiver' then '; receiver' end), '')
        || coalesce(max(case when participants.role = 'beneficiary' then '; beneficiary' end), '')
        || coalesce(max(case when participants.role = 'instrument' then '; instrument' end), '')
        || coalesce(max(case when participants.role = 'mediator' then '; mediator' end), '')
        || coalesce(max(case when participants.role = 'host' then '; host' end), '')
        || coalesce(max(case when participants.role = 'concerned' then '; concerned' end), '')
        || coalesce(max(case when participants.role = 'speaker' then '; speaker' end), '')
        || coalesce(max(case when participants.role = 'addressee' then '; addressee' end), '')
        || coalesce(max(case when participants.role = 'subject' then '; subject' end), '')
        || coalesce(max(case when participants.role = 'holder' then '; holder' end), '')
        || coalesce(max(case when participants.role = 'object' then '; object' end), ''),
      3
    )
  from participants
  where participants.actor_id = (select id from it)
  group by
    participants.fact_id,
    participants.kind
),
bound (fact_id) as (
  select relations.id
  from it
  join relations on relations.from_actor_id = it.id
  union all
  select relations.id
  from it
  join relations on relations.to_actor_id = it.id
),
found as (
  select
    1 as rank,
    'actor' as part,
    cast(null as integer) as fact_id,
    key,
    name as what,
    kind as how,
    cast(null as text) as who,
    cast(null as text) as said,
    cast(null as text) as until,
    cast(null as text) as modality
  from it
  union all
  select
    2,
    'source',
    null,
    sources.key,
    sources.title,
    source_actors.role,
    null,
    sources.published,
    null,
    null
  from it
  join source_actors on source_actors.actor_id = it.id
  join sources on sources.id = source_actors.source_id
  union all
  select
    3,
    'name',
    actor_names.id,
    facts.key,
    actor_names.name,
    actor_names.name_kind,
    null,
    null,
    null,
    null
  from it
  join actor_names on actor_names.actor_id = it.id
  join facts on facts.id = actor_names.id
  union all
  select
    case when ties.type in ('heads', 'holds-post-in', 'advises') then 4 else 5 end,
    case when ties.type in ('heads', 'holds-post-in', 'advises') then 'post' else 'tie' end,
    bound.fact_id,
    ties.relation,
    ties.from_name || ' – ' || replace(ties.type, '-', ' ') || ' – ' || ties.to_name
      || coalesce(': ' || ties.what, '')
      || coalesce(' (' || ties.topic || ')', ''),
    ties.type,
    case when ties.from_key = it.key then ties.to_name else ties.from_name end,
    ties.since,
    ties.until,
    null
  from it
  join bound on true
  join ties on ties.fact_id = bound.fact_id
  union all
  select
    case when parts.roles = 'object' then 7 else 6 end,
    case when parts.roles = 'object' then 'position about' else 'position' end,
    parts.fact_id,
    stances.position,
    stances.topic || ': ' || stances.statement,
    stances.kind,
    substr(
      coalesce('; ' || stances.holder, '') || coalesce('; ' || stances.object, ''),
      3
    ),
    null,
    null,
    null
  from parts
  join stances on stances.fact_id = parts.fact_id
  where parts.kind = 'position'
  union all
  select
    8,
    'event',
    parts.fact_id,
    timeline.event,
    timeline.title,
    parts.roles,
    timeline.who,
    timeline.date,
    null,
    timeline.modality
  from parts
  join timeline on timeline.fact_id = parts.fact_id
  where parts.kind = 'event'
  union all
  select
    9,
    'quote by',
    parts.fact_id,
    quotations.quote,
    coalesce(
      quotations.says || coalesce(' (“' || quotations.text || '”)', ''),
      '“' || quotations.text || '”'
    ),
    quotations.directness,
    substr(
      coalesce('; ' || quotations.speaker, '')
        || coalesce('; ' || quotations.addressee, '')
        || coalesce('; ' || quotations.about, ''),
      3
    ),
    quotations.date,
    null,
    null
  from parts
  join quotations on quotations.fact_id = parts.fact_id
  where parts.kind = 'quote' and substr(parts.roles, 1, 7) = 'speaker'
  union all
  select
    10,
    'quote about',
    parts.fact_id,
    quotations.quote,
    coalesce(quotations.speaker || ': ', '')
      || coalesce(
        quotations.says || coalesce(' (“' || quotations.text || '”)', ''),
        '“' || quotations.text || '”'
      ),
    parts.roles,
    substr(
      coalesce('; ' || quotations.speaker, '')
        || coalesce('; ' || quotations.addressee, '')
        || coalesce('; ' || quotations.about, ''),
      3
    ),
    quotations.date,
    null,
    null
  from parts
  join quotations on quotations.fact_id = parts.fact_id
  where parts.kind = 'quote' and parts.roles <> 'speaker'
)
select
  found.part,
  found.what,
  found.how,
  found.who,
  found.said as date,
  found.until,
  coalesce(found.modality, grounds.modality) as modality,
  grounds.certainty,
  grounds.source,
  grounds.passage,
  grounds.through,
  found.key
from found
left join fact_overview as grounds on grounds.fact_id = found.fact_id
left join dates on dates.edtf = found.said
order by
  found.rank,
  dates.earliest nulls last,
  dates.latest nulls last,
  found.said is null,
  grounds.document nulls first,
  grounds.paragraph,
  grounds.start,
  found.key,
  found.how,
  grounds.source
