-- Stances
-- Topic by topic, side by side: where do two actors differ, where do they meet?
--
-- Of each topic first what sets the two against each other or unites them in the documents' own
-- words, then positions that both hold, then those that one of them holds: next to each other in
-- the order of the text, the n-th of the first beside the n-th of the second. That two
-- positions are in one row only means that they are on the same topic.
--
-- What is held by a state's president or army is listed under the president's or the army's name.
--
-- Without --a or --b those two are shown that hold most positions.
--
-- Parameters
--   a      actor                one actor
--   b      actor, other than a  the other actor
--   topic  topic                only this topic
--
-- Columns
--   topic        text          what it is on
--   how          text          meet: the documents say that they agree, or one position is both's;
--                              differ: the documents say how they differ; else side by side, or the
--                              one that alone has a position left on the topic
--   a            text          heading of the first actor
--   a_says       text          its position, or its relation to the second
--   b            text          heading of the second actor
--   b_says       text          its position, or its relation to the first
--   a_kind       text, detail  goal, priority, need, stake, fear, constraint, capability, motive,
--                              framing, refusal, view; of what the documents compare the type of
--                              tie
--   b_kind       text, detail  the same of the second
--   a_modality   text          actual, intended, expected, possible, hypothetical or denied, as
--                              each voice has it
--   b_modality   text          the same of the second
--   a_certainty  text, detail  how it is stated: asserted, reported, alleged, rumoured, inferred
--   b_certainty  text, detail  the same of the second
--   source       text, detail  keys of the documents that state it; where the two rest on different
--                              ones the first's " | " the second's
--   passage      text          where they state it: the first's " | " the second's, once if both
--                              are one fact
--   fact         text, detail  key of the position or tie; where the two have one each the first's
--                              " | " the second's

with chosen (id, key, name) as (
  select id, key, name
  from actors
  order by
    case when key = :a then 0 else 1 end,  -- if :a
    case when key = :b then 0 else 1 end,  -- if :b
    (
      select count(*)
      from participants
      where participants.actor_id = actors.id and participants.role = 'holder'
    ) desc,
    key
  limit 2
),
a (id, key, name) as (
  select id, key, name
  from chosen
  where true
    and key = :a  -- if :a
  order by
    case when key = :b then 1 else 0 end,  -- if :b
    key
  limit 1
),
b (id, key, name) as (
  select id, key, name
  from chosen
  where key <> (select key from a)
    and key = :b  -- if :b
),
held (position_id, by_a, by_b) as (
  select
    participants.fact_id,
    max(case when participants.actor_id = (select id from a) then 1 else 0 end),
    max(case when participants.actor_id = (select id from b) then 1 else 0 end)
  -- Cross joins, so that SQLite starts from the two, not from all positions.
  from chosen
  cross join participants
  where participants.actor_id = chosen.id and participants.role = 'holder'
  group by participants.fact_id
),
positioned as (
  select
    stances.position as fact,
    stances.topic_key,
    held.by_a,
    held.by_b,
    stances.kind,
    stances.statement,
    stances.modality,
    stances.certainty,
    stances.source,
    stances.passage,
    row_number() over (
      partition by stances.topic_key, held.by_a, held.by_b
      order by
        stances.document,
        stances.paragraph,
        stances.start,
        stances.position,
        stances.source
    ) as n
  from held
  cross join stances
  where stances.fact_id = held.position_id
    and stances.topic_key = :topic  -- if :topic
),
bound (id) as (
  select relations.id
  from relations
  where relations.from_actor_id = (select id from a)
    and relations.to_actor_id = (select id from b)
  union all
  select relations.id
  from relations
  where relations.from_actor_id = (select id from b)
    and relations.to_actor_id = (select id from a)
),
-- A tie on a topic reads from the first to the second, and back by its inverse.
compared as (
  select
    ties.relation as fact,
    topics.key as topic_key,
    case when ties.type = 'agrees-with' then 'meet' else 'differ' end as how,
    case
      when relations.from_actor_id = a.id then replace(ties.type, '-', ' ')
      else ties.inverse
    end || ' ' || b.name || coalesce(': ' || ties.what, '') as a_says,
    case
      when relations.from_actor_id = a.id then ties.inverse
      else replace(ties.type, '-', ' ')
    end || ' ' || a.name || coalesce(': ' || ties.what, '') as b_says,
    ties.type as kind,
    ties.modality,
    ties.certainty,
    ties.source,
    ties.passage,
    row_number() over (
      partition by topics.key
      order by
        ties.document,
        ties.paragraph,
        ties.start,
        ties.relation,
        ties.source
    ) as n
  from a
  join b on true
  join bound on true
  join relations on relations.id = bound.id
  join topics on topics.id = relations.topic_id
  join ties on ties.fact_id = relations.id
  where true
    and topics.key = :topic  -- if :topic
    and relations.type in (
      'agrees-with',
      'differs-from',
      'depends-less-than',
      'more-committed-than',
      'stronger-than'
    )
),
of_a as (
  select *
  from positioned
  where by_a = 1 and by_b = 0
),
of_b as (
  select *
  from positioned
  where by_a = 0 and by_b = 1
),
sides as (
  select
    topic_key,
    1 as rank,
    n,
    how,
    a_says,
    b_says,
    kind as a_kind,
    kind as b_kind,
    modality as a_modality,
    modality as b_modality,
    certainty as a_certainty,
    certainty as b_certainty,
    source,
    passage,
    fact
  from compared
  union all
  select
    topic_key,
    2,
    n,
    'meet',
    statement,
    statement,
    kind,
    kind,
    modality,
    modality,
    certainty,
    certainty,
    source,
    passage,
    fact
  from positioned
  where by_a = 1 and by_b = 1
  union all
  select
    of_a.topic_key,
    3,
    of_a.n,
    'side by side',
    of_a.statement,
    of_b.statement,
    of_a.kind,
    of_b.kind,
    of_a.modality,
    of_b.modality,
    of_a.certainty,
    of_b.certainty,
    of_a.source || case when of_a.source = of_b.source then '' else ' | ' || of_b.source end,
    of_a.passage || ' | ' || of_b.passage,
    of_a.fact || ' | ' || of_b.fact
  from of_a
  join of_b on of_b.topic_key = of_a.topic_key and of_b.n = of_a.n
  union all
  select
    of_a.topic_key,
    3,
    of_a.n,
    'only ' || (select name from a),
    of_a.statement,
    null,
    of_a.kind,
    null,
    of_a.modality,
    null,
    of_a.certainty,
    null,
    of_a.source,
    of_a.passage,
    of_a.fact
  from of_a
  left join of_b on of_b.topic_key = of_a.topic_key and of_b.n = of_a.n
  where of_b.n is null
  union all
  select
    of_b.topic_key,
    3,
    of_b.n,
    'only ' || (select name from b),
    null,
    of_b.statement,
    null,
    of_b.kind,
    null,
    of_b.modality,
    null,
    of_b.certainty,
    of_b.source,
    of_b.passage,
    of_b.fact
  from of_b
  left join of_a on of_a.topic_key = of_b.topic_key and of_a.n = of_b.n
  where of_a.n is null
)
select
  topics.label as topic,
  sides.how,
  a.name as a,
  sides.a_says,
  b.name as b,
  sides.b_says,
  sides.a_kind,
  sides.b_kind,
  sides.a_modality,
  sides.b_modality,
  sides.a_certainty,
  sides.b_certainty,
  sides.source,
  sides.passage,
  sides.fact
from sides
join topics on topics.key = sides.topic_key
join a on true
join b on true
order by
  topics.key,
  sides.rank,
  sides.n
