-- Expectations
-- What was expected, threatened, denied or imagined, by whom, and what came of it?
--
-- What any voice has as intended, expected, possible, hypothetical or denied, and every threat;
-- one row for each voice that states it. What came of it shows in two ways: the outcome is the
-- coder's settled reading by the document's own voice, and links lead to the events that followed
-- it, answered it, took its place or hung on it. With several such links there is a row for each.
-- In the order of the text, all voices on one thing together; names are left out.
--
-- Parameters
--   actor      actor    only what this actor takes part in, in whatever role
--
-- Columns
--   fact       text, detail  key of the fact
--   kind       text, detail  event, quote, position, relation or link
--   statement  text          what was expected, threatened, denied or imagined
--   told       text          how this voice has it: intended, expected, possible, hypothetical
--                            (only imagined), denied or actual; threatened: it is a threat that was
--                            made
--   through    text          the chain of voices, the innermost first, the document last
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   stance     text, detail  what the document makes of it: endorses, neutral, doubts, rejects;
--                            empty: it speaks in its own voice
--   hedge      text, detail  words that hedge it
--   date       text, detail  when it was or would be overall, in EDTF; empty: undated
--   outcome    text          of an event, overall: came to pass; did not (it is said not to be
--                            so); open (intended, expected or possible, and no more is said);
--                            imagined; of a threat made
--   link       text, detail  how it relates to another event: followed by, answered by, replaced
--                            by, instead of, condition of, hung on, had as a part
--   linked     text          that event
--   linked_is  text, detail  whether that event is: actual, denied, hypothetical, …
--   source     text, detail  key of the document that states it
--   passage    text          where it states it

with involved (fact_id) as (
  select participants.fact_id
  from participants
  join actors on actors.id = participants.actor_id
  where true
    and actors.key = :actor  -- if :actor
),
-- Whatever somebody does not hold to be so, and threats.
doubtful (fact_id) as (
  select fact_id
  from evidence
  where modality <> 'actual'
    and fact_id in (select fact_id from involved)  -- if :actor
  union
  select id
  from events
  where (modality <> 'actual' or event_type = 'threaten')
    and id in (select fact_id from involved)  -- if :actor
),
-- Links, read from what was expected; gathered once, not for each row.
linked (fact_id, rank, link, event_id) as materialized (
  select
    to_event_id,
    case type when 'follows' then 1 when 'in-response-to' then 2 when 'instead-of' then 3
      when 'part-of' then 4 else 7 end,
    case type when 'follows' then 'followed by' when 'in-response-to' then 'answered by'
      when 'instead-of' then 'replaced by' when 'part-of' then 'had as a part' else 'hung on' end,
    from_event_id
  from event_links
  where to_event_id in (select fact_id from doubtful)
  union all
  select
    from_event_id,
    case type when 'instead-of' then 5 else 6 end,
    case type when 'instead-of' then 'instead of' else 'condition of' end,
    to_event_id
  from event_links
  where type in ('instead-of', 'condition-of')
    and from_event_id in (select fact_id from doubtful)
)
select
  facts.key as fact,
  facts.kind,
  told.statement,
  case
    when evidence.modality = 'actual' and events.event_type = 'threaten' then 'threatened'
    else evidence.modality
  end as told,
  chains.through,
  evidence.certainty,
  evidence.stance,
  evidence.hedge,
  coalesce(events.date, quotes.date, relations.since) as date,
  case
    when events.modality = 'actual' and events.event_type = 'threaten' then 'made'
    when events.modality = 'actual' then 'came to pass'
    when events.modality = 'denied' then 'did not'
    when events.modality = 'hypothetical' then 'imagined'
    when events.modality in ('intended', 'expected', 'possible') then 'open'
  end as outcome,
  linked.link,
  others.title as linked,
  others.modality as linked_is,
  chains.document as source,
  located.passage
from doubtful
join facts on facts.id = doubtful.fact_id
join fact_summaries as told on told.fact_id = facts.id
join evidence on evidence.fact_id = facts.id
join chains on chains.attribution_id = evidence.attribution_id
join evidence_passages as located on located.evidence_id = evidence.id
join fact_overview as grounds on grounds.fact_id = facts.id
left join events on events.id = facts.id
left join quotes on quotes.id = facts.id
left join relations on relations.id = facts.id
left join linked on linked.fact_id = facts.id
left join events as others on others.id = linked.event_id
where facts.kind <> 'name'
  -- Of what is settled as actual only the voices that had it otherwise.
  and (
    evidence.modality <> 'actual'
    or events.modality <> 'actual'
    or events.event_type = 'threaten'
  )
order by
  grounds.document,
  grounds.paragraph,
  grounds.start,
  facts.kind,
  facts.key,
  told.statement,
  chains.document,
  evidence.n,
  linked.rank nulls first,
  others.title nulls first
