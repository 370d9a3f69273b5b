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

with dependences (fact_id, from_actor_id, to_actor_id) as (
  select relations.id, relations.from_actor_id, relations.to_actor_id
  from actors
  join relations on relations.from_actor_id = actors.id
  where relations.type = 'depends-on'
    and actors.key = :actor  -- if :actor
  union
  select relations.id, relations.from_actor_id, relations.to_actor_id
  from actors
  join relations on relations.to_actor_id = actors.id
  where relations.type = 'depends-on'
    and actors.key = :actor  -- if :actor
),
-- Whether any voice has it as actual.
voiced (fact_id, from_actor_id, to_actor_id, actual) as (
  select
    dependences.fact_id,
    dependences.from_actor_id,
    dependences.to_actor_id,
    max(case evidence.modality when 'actual' then 1 else 0 end)
  from dependences
  join evidence on evidence.fact_id = dependences.fact_id
  group by
    dependences.fact_id,
    dependences.from_actor_id,
    dependences.to_actor_id
),
listed (fact_id, rank, mutual) as (
  select
    voiced.fact_id,
    2 - coalesce(max(voiced.actual * returned.actual), -1),
    case max(voiced.actual * returned.actual)
      when 1 then 'yes'
      when 0 then 'unsettled'
      else 'no'
    end
  from voiced
  left join voiced as returned
    on returned.from_actor_id = voiced.to_actor_id
    and returned.to_actor_id = voiced.from_actor_id
  group by voiced.fact_id
  union all
  select id, 4, null
  from positions
  where position_kind = 'need'
    and id in (  -- if :actor
      select participants.fact_id  -- if :actor
      from participants  -- if :actor
      join actors on actors.id = participants.actor_id  -- if :actor
      where actors.key = :actor and participants.role in ('holder', 'object')  -- if :actor
    )  -- if :actor
)
select
  coalesce(origins.name, fact_summaries.holder) as who,
  targets.name as whom,
  coalesce(relations.what, positions.statement) as what,
  listed.mutual,
  case listed.rank when 4 then 'need' else 'tie' end as how,
  fact_summaries.object as about,
  fact_overview.modality,
  fact_overview.certainty,
  fact_overview.source,
  fact_overview.passage,
  fact_overview.through,
  fact_overview.cited_as as fact
from listed
join fact_overview on fact_overview.fact_id = listed.fact_id
join fact_summaries on fact_summaries.fact_id = listed.fact_id
left join positions on positions.id = listed.fact_id
left join relations on relations.id = listed.fact_id
left join actors as origins on origins.id = relations.from_actor_id
left join actors as targets on targets.id = relations.to_actor_id
order by
  listed.rank,
  case when origins.key < targets.key then origins.key else targets.key end nulls last,
  case when origins.key < targets.key then targets.key else origins.key end nulls last,
  origins.key nulls last,
  fact_overview.document,
  fact_overview.paragraph,
  fact_overview.start,
  fact_overview.cited_as
