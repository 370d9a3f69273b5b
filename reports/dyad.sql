-- Dyad
-- What passed between two actors, in order: events, statements, positions, relations?
--
-- What either actor does, says or holds that involves the other, in whatever role, and the standing
-- ties between them. What others do to both, or say about both, did not pass between them.
--
-- In order of the first day, then of the last; what has no first day follows, what is undated
-- comes last, in the order of the text. A tie is listed under the date when it began. What is not
-- actual (modality) did not happen, or is not known to have happened.
--
-- Parameters
--   a  actor, required                one actor
--   b  actor, required, other than a  the other actor
--
-- Columns
--   fact       text, detail  key of the event, utterance, position or tie
--   kind       text, detail  event, quote, position or relation
--   between    text, detail  who acts upon whom: "A to B"; "A and B" where both do, say or hold it,
--                            and of ties that are the same both ways
--   what       text          what happened; who said what; who holds what; how they are related
--   date       text          date in EDTF, of a tie since when; empty: undated
--   until      text, detail  until when, of a tie; empty: not said
--   who        text          all who take part: doers or speakers first
--   modality   text          actual, intended, expected, possible, hypothetical or denied; where
--                            voices differ, as each has it
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
shared (fact_id, kind, a_acts, b_acts) as (
  select
    a_part.fact_id,
    a_part.kind,
    max(case when a_part.role in ('doer', 'mediator', 'speaker', 'holder') then 1 else 0 end),
    max(case when b_part.role in ('doer', 'mediator', 'speaker', 'holder') then 1 else 0 end)
  from a
  join b on b.id <> a.id
  join participants as a_part on a_part.actor_id = a.id
  join participants as b_part on b_part.fact_id = a_part.fact_id and b_part.actor_id = b.id
  group by
    a_part.fact_id,
    a_part.kind
),
bound (fact_id, a_acts, b_acts) as (
  select
    relations.id,
    1,
    case when relation_types.is_symmetric then 1 else 0 end
  from relations
  join relation_types on relation_types.key = relations.type
  where relations.from_actor_id = (select id from a)
    and relations.to_actor_id = (select id from b)
  union all
  select
    relations.id,
    case when relation_types.is_symmetric then 1 else 0 end,
    1
  from relations
  join relation_types on relation_types.key = relations.type
  where relations.from_actor_id = (select id from b)
    and relations.to_actor_id = (select id from a)
),
passed as (
  select
    shared.fact_id,
    timeline.event as key,
    shared.kind,
    shared.a_acts,
    shared.b_acts,
    timeline.title as what,
    timeline.date as said,
    cast(null as text) as until,
    timeline.who,
    timeline.modality
  from shared
  join timeline on timeline.fact_id = shared.fact_id
  where shared.kind = 'event'
  union all
  select
    shared.fact_id,
    quotations.quote,
    shared.kind,
    shared.a_acts,
    shared.b_acts,
    coalesce(quotations.speaker || ': ', '')
      || coalesce(
        quotations.says || coalesce(' (“' || quotations.text || '”)', ''),
        '“' || quotations.text || '”'
      ),
    quotations.date,
    null,
    substr(
      coalesce('; ' || quotations.speaker, '')
        || coalesce('; ' || quotations.addressee, '')
        || coalesce('; ' || quotations.about, ''),
      3
    ),
    null
  from shared
  join quotations on quotations.fact_id = shared.fact_id
  where shared.kind = 'quote'
  union all
  select
    shared.fact_id,
    stances.position,
    shared.kind,
    shared.a_acts,
    shared.b_acts,
    coalesce(stances.holder, '') || ' (' || stances.kind || '): ' || stances.statement,
    null,
    null,
    substr(
      coalesce('; ' || stances.holder, '') || coalesce('; ' || stances.object, ''),
      3
    ),
    null
  from shared
  join stances on stances.fact_id = shared.fact_id
  where shared.kind = 'position'
  union all
  select
    bound.fact_id,
    ties.relation,
    'relation',
    bound.a_acts,
    bound.b_acts,
    ties.from_name || ' – ' || replace(ties.type, '-', ' ') || ' – ' || ties.to_name
      || coalesce(': ' || ties.what, '')
      || coalesce(' (' || ties.topic || ')', ''),
    ties.since,
    ties.until,
    ties.from_name || '; ' || ties.to_name,
    null
  from bound
  join ties on ties.fact_id = bound.fact_id
)
select
  passed.key as fact,
  passed.kind,
  case
    when passed.a_acts = 1 and passed.b_acts = 1
      then (select name from a) || ' and ' || (select name from b)
    when passed.a_acts = 1 then (select name from a) || ' to ' || (select name from b)
    else (select name from b) || ' to ' || (select name from a)
  end as "between",
  passed.what,
  passed.said as date,
  passed.until,
  passed.who,
  coalesce(passed.modality, grounds.modality) as modality,
  grounds.certainty,
  grounds.source,
  grounds.passage,
  grounds.through
from passed
join fact_overview as grounds on grounds.fact_id = passed.fact_id
left join dates on dates.edtf = passed.said
where passed.a_acts = 1 or passed.b_acts = 1
order by
  dates.earliest nulls last,
  dates.latest nulls last,
  passed.said is null,
  grounds.document,
  grounds.paragraph,
  grounds.start,
  passed.kind,
  passed.key,
  grounds.source
