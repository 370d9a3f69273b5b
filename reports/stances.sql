-- Stances
-- On which topics do two actors differ, and on which do they agree?
--
-- One row for each position and each comparison. Each topic begins with the comparisons that the
-- documents themselves draw between the two, then come positions that both hold, then those that
-- one of them holds, in the order of the text. That both have a position on a topic doesn't mean
-- that they differ.
--
-- Positions of a state's president or army are listed under the president or the army. Without --a
-- or --b, the report shows the two actors that hold the most positions.
--
-- Parameters
--   a      actor                one actor
--   b      actor, other than a  the other actor
--   topic  topic                only this topic
--
-- Columns
--   topic      text          what it is about
--   how        text          meet: a document says that they agree, or both hold the position;
--                            differ: a document says how they differ; position: one of them holds
--                            it
--   holder     text          everybody who holds the position; of a comparison the two
--   sentence   text          the position or the comparison
--   kind       text, detail  goal, priority, need, stake, fear, constraint, capability, motive,
--                            framing, refusal, view; of a comparison the type of tie
--   modality   text, detail  actual, intended, expected, possible, hypothetical or denied, as each
--                            voice has it
--   certainty  text, detail  how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   fact       text, detail  key of the position or tie

with holders (id, key, positions) as (
  select actors.id, actors.key, count(participants.fact_id)
  from actors
  left join participants
    on participants.actor_id = actors.id and participants.role = 'holder'
  group by
    actors.id,
    actors.key
),
pair (id) as (
  select id
  from holders
  order by
    case when key = :a then 0 else 1 end,  -- if :a
    case when key = :b then 0 else 1 end,  -- if :b
    positions desc,
    key
  limit 2
),
listed (fact_id, topic_id, rank, how) as (
  select
    relations.id,
    relations.topic_id,
    1,
    case relations.type when 'agrees-with' then 'meet' else 'differ' end
  from pair
  join relations on relations.from_actor_id = pair.id
  where relations.to_actor_id in (select id from pair) and relations.topic_id is not null
  union all
  select
    positions.id,
    positions.topic_id,
    case when count(*) > 1 then 2 else 3 end,
    case when count(*) > 1 then 'meet' else 'position' end
  -- Cross joins, so that SQLite starts from the two, not from all positions.
  from pair
  cross join participants
  cross join positions
  where participants.actor_id = pair.id
    and participants.role = 'holder'
    and positions.id = participants.fact_id
  group by
    positions.id,
    positions.topic_id
)
select
  topics.label as topic,
  listed.how,
  coalesce(fact_summaries.holder, origins.name || '; ' || targets.name) as holder,
  fact_overview.sentence,
  coalesce(positions.position_kind, relations.type) as kind,
  fact_overview.modality,
  fact_overview.certainty,
  fact_overview.source,
  fact_overview.passage,
  fact_overview.through,
  fact_overview.cited_as as fact
from listed
join topics on topics.id = listed.topic_id
join fact_overview on fact_overview.fact_id = listed.fact_id
join fact_summaries on fact_summaries.fact_id = listed.fact_id
left join positions on positions.id = listed.fact_id
left join relations on relations.id = listed.fact_id
left join actors as origins on origins.id = relations.from_actor_id
left join actors as targets on targets.id = relations.to_actor_id
where true
  and topics.key = :topic  -- if :topic
order by
  topics.key,
  listed.rank,
  fact_overview.document nulls last,
  fact_overview.paragraph nulls last,
  fact_overview.start nulls last,
  fact_overview.cited_as
