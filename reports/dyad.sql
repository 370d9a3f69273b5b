-- Dyad
-- What passed between two actors, in order: events, statements, positions, relations?
--
-- What either actor does, says or holds that involves the other, in whatever role, and the standing
-- ties between them. What others do to both, or say about both, did not pass between them.
--
-- Ordered by the first day, then the last; rows without a first day follow, and undated rows come
-- last, in the order of the text. A tie is listed under the date when it began. What isn't plainly
-- stated as a fact begins with its standing: "Alleged:", "Did not happen:".
--
-- Parameters
--   a  actor, required                one actor
--   b  actor, required, other than a  the other actor
--
-- Columns
--   fact       text, detail  key of the event, quote, position or tie
--   kind       text, detail  event, quote, position or relation
--   direction  text, detail  who acts upon whom: "A to B"; "A and B" where both do, say or hold it,
--                            and of ties that are the same both ways
--   what       text          the event, quote, position or tie as a sentence
--   date       text          date in EDTF, of a tie since when; empty: undated
--   until      text, detail  until when, of a tie; empty: not stated
--   who        text          all who take part: doers, speakers or holders first
--   modality   text          actual, intended, expected, possible, hypothetical or denied; where
--                            voices differ, each reading
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains

with a (id, name) as (
  select id, name
  from actors
  where key = :a
),
b (id, name) as (
  select id, name
  from actors
  where key = :b
),
shared (fact_id, a_acts, b_acts) as (
  select
    a_part.fact_id,
    max(case when a_part.role in ('doer', 'mediator', 'speaker', 'holder') then 1 else 0 end),
    max(case when b_part.role in ('doer', 'mediator', 'speaker', 'holder') then 1 else 0 end)
  from participants as a_part
  join participants as b_part on b_part.fact_id = a_part.fact_id
  where a_part.actor_id = (select id from a) and b_part.actor_id = (select id from b)
  group by a_part.fact_id
  union all
  select
    relations.id,
    case when relations.from_actor_id = a.id or relation_types.is_symmetric then 1 else 0 end,
    case when relations.from_actor_id = b.id or relation_types.is_symmetric then 1 else 0 end
  from a
  join b on true
  join relations on relations.from_actor_id in (a.id, b.id)
  join relation_types on relation_types.key = relations.type
  where relations.to_actor_id in (a.id, b.id)
)
select
  fact_overview.cited_as as fact,
  fact_overview.kind,
  case
    when shared.a_acts = 1 and shared.b_acts = 1 then a.name || ' and ' || b.name
    when shared.a_acts = 1 then a.name || ' to ' || b.name
    else b.name || ' to ' || a.name
  end as direction,
  fact_overview.sentence
    || coalesce(' (“' || case when quotes.says is not null then quotes.text end || '”)', '')
    as what,
  dates.edtf as date,
  relations.until,
  coalesce(
    fact_summaries.who,
    fact_summaries.holder || coalesce('; ' || fact_summaries.object, ''),
    a.name || '; ' || b.name
  ) as who,
  coalesce(events.modality, fact_overview.modality) as modality,
  fact_overview.certainty,
  fact_overview.source,
  fact_overview.passage,
  fact_overview.through
from a
join b on true
join shared on shared.a_acts = 1 or shared.b_acts = 1
join fact_overview on fact_overview.fact_id = shared.fact_id
join fact_summaries on fact_summaries.fact_id = shared.fact_id
left join events on events.id = shared.fact_id
left join quotes on quotes.id = shared.fact_id
left join relations on relations.id = shared.fact_id
left join dates on dates.edtf = coalesce(events.date, quotes.date, relations.since)
order by
  dates.first_day nulls last,
  dates.last_day nulls last,
  dates.edtf is null,
  fact_overview.document nulls last,
  fact_overview.paragraph nulls last,
  fact_overview.start nulls last,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by
