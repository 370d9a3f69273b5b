-- Dependence
-- Who needs what from whom, and is it mutual?
--
-- Ties by which one actor depends on another, those of a mutual dependence first and next to each
-- other; then needs that an actor has without being said to depend on somebody. Mutual is what the
-- documents say of the same two actors: a state's army or president is another actor. Comparisons
-- ("depends less on it than") are in the report ties.
--
-- Parameters
--   actor  actor  only what this actor needs, and what others need from it
--
-- Columns
--   who        text          who needs it
--   whom       text          from whom; empty: of a need, which says no more than whom it is
--                            about
--   what       text          what it needs
--   mutual     text          yes: the other depends on it as well; unsettled: the same, but one of
--                            the two is actual to no voice; no; empty: of a need
--   how        text, detail  tie or need
--   about      text, detail  of a need: whom it is about
--   modality   text          actual, intended, expected, possible, hypothetical or denied, as each
--                            voice has it
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   fact       text, detail  key of the tie or position

with involved (id) as (
  select id
  from actors
  where true
    and key = :actor  -- if :actor
),
needing (id, from_actor_id, to_actor_id) as (
  select relations.id, relations.from_actor_id, relations.to_actor_id
  from involved
  join relations on relations.from_actor_id = involved.id and relations.type = 'depends-on'
  union
  select relations.id, relations.from_actor_id, relations.to_actor_id
  from involved
  join relations on relations.to_actor_id = involved.id and relations.type = 'depends-on'
),
voiced (id, from_actor_id, to_actor_id, actual) as (
  select
    needing.id,
    needing.from_actor_id,
    needing.to_actor_id,
    max(case when evidence.modality = 'actual' then 1 else 0 end)
  from needing
  join evidence on evidence.fact_id = needing.id
  group by
    needing.id,
    needing.from_actor_id,
    needing.to_actor_id
),
returned (id, settled) as (
  select
    voiced.id,
    max(voiced.actual * others.actual)
  from voiced
  join voiced as others
    on others.from_actor_id = voiced.to_actor_id
    and others.to_actor_id = voiced.from_actor_id
  group by voiced.id
),
needs (id) as (
  select id
  from positions
  where position_kind = 'need'
    and id in (
      select participants.fact_id
      from involved
      join participants on participants.actor_id = involved.id
      where participants.role in ('holder', 'object')
    )
),
told as (
  select
    ties.from_name as who,
    ties.to_name as whom,
    ties.what,
    case
      when returned.settled = 1 then 'yes'
      when returned.settled = 0 then 'unsettled'
      else 'no'
    end as mutual,
    'tie' as how,
    cast(null as text) as about,
    ties.modality,
    ties.certainty,
    ties.source,
    ties.passage,
    ties.through,
    ties.relation as fact,
    case when returned.settled = 1 then 1 when returned.settled = 0 then 2 else 3 end as rank,
    case when ties.from_key < ties.to_key then ties.from_key else ties.to_key end as one,
    case when ties.from_key < ties.to_key then ties.to_key else ties.from_key end as other,
    ties.from_key,
    ties.document,
    ties.paragraph,
    ties.start
  from needing
  join ties on ties.fact_id = needing.id
  left join returned on returned.id = needing.id
  union all
  select
    stances.holder,
    null,
    stances.statement,
    null,
    'need',
    stances.object,
    stances.modality,
    stances.certainty,
    stances.source,
    stances.passage,
    stances.through,
    stances.position,
    4,
    null,
    null,
    null,
    stances.document,
    stances.paragraph,
    stances.start
  from needs
  join stances on stances.fact_id = needs.id
)
select
  who,
  whom,
  what,
  mutual,
  how,
  about,
  modality,
  certainty,
  source,
  passage,
  through,
  fact
from told
order by
  rank,
  one nulls last,
  other nulls last,
  from_key nulls last,
  document,
  paragraph,
  start,
  fact,
  source
