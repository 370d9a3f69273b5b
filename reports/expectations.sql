-- Expectations
-- What was expected, threatened, denied or imagined, by whom, and what came of it?
--
-- What any voice has as intended, expected, possible, hypothetical or denied, and every threat; one
-- row for each piece of evidence. Two things show what came of it: the outcome is the standing that
-- the fact has overall, and links lead to the events that followed it, answered it, took its place
-- or depended on it. A fact with several such links has a row for each. In the order of the text,
-- all voices on one fact together. Names are left out.
--
-- Parameters
--   actor      actor    only facts in which this actor has a role, and its ties in either direction
--
-- Columns
--   fact       text, detail  key of the fact
--   kind       text, detail  event, quote, position, relation or link
--   sentence   text          what was expected, threatened, denied or imagined, with its standing
--                            in front
--   reading    text          how this voice has it: intended, expected, possible, hypothetical
--                            (only imagined), denied or actual; threatened: it is a threat that was
--                            made
--   hedge      text          the words with which this voice hedges it: "very unlikely"
--   through    text          the chain of voices, the innermost first, the document last
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   stance     text, detail  what the document makes of it: endorses, neutral, doubts, rejects;
--                            empty: it speaks in its own voice
--   date       text, detail  when it was or would be overall, in EDTF; empty: undated
--   outcome    text          its standing overall: Did not happen, Held unlikely, Ruled out,
--                            Possible, Expected, Imagined, Alleged, …; of an event that is stated
--                            as a fact: came to pass; of a threat: made; empty: another fact stated
--                            as such
--   link       text, detail  how it relates to another event: followed by, answered by, replaced
--                            by, instead of, condition of, hung on, had as a part
--   linked     text          that event, with its standing in front
--   linked_is  text, detail  whether that event is: actual, denied, hypothetical, …
--   source     text, detail  key of the document that states it
--   passage    text          where it states it

with involved (fact_id) as (
  select participants.fact_id
  from participants
  join actors on actors.id = participants.actor_id
  where true
    and actors.key = :actor  -- if :actor
  union
  select relations.id
  from relations
  join actors on actors.id = relations.from_actor_id
  where true
    and actors.key = :actor  -- if :actor
  union
  select relations.id
  from relations
  join actors on actors.id = relations.to_actor_id
  where true
    and actors.key = :actor  -- if :actor
),
-- Whatever some voice does not hold to be so, and threats.
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
    case type
      when 'follows' then 1
      when 'in-response-to' then 2
      when 'instead-of' then 3
      when 'part-of' then 4
      else 7
    end,
    case type
      when 'follows' then 'followed by'
      when 'in-response-to' then 'answered by'
      when 'instead-of' then 'replaced by'
      when 'part-of' then 'had as a part'
      else 'hung on'
    end,
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
  fact_overview.cited_as as fact,
  fact_overview.kind,
  fact_overview.sentence,
  case
    when evidence.modality = 'actual' and events.event_type = 'threaten' then 'threatened'
    else evidence.modality
  end as reading,
  evidence.hedge,
  chains.through,
  evidence.certainty,
  evidence.stance,
  coalesce(events.date, quotes.date, relations.since) as date,
  coalesce(
    fact_overview.standing,
    case
      when events.event_type = 'threaten' then 'made'
      when fact_overview.kind = 'event' then 'came to pass'
    end
  ) as outcome,
  linked.link,
  others.sentence as linked,
  others.settled as linked_is,
  chains.document as source,
  evidence_passages.passage
from doubtful
join fact_overview on fact_overview.fact_id = doubtful.fact_id
join evidence on evidence.fact_id = doubtful.fact_id
join chains on chains.attribution_id = evidence.attribution_id
join evidence_passages on evidence_passages.evidence_id = evidence.id
left join events on events.id = doubtful.fact_id
left join quotes on quotes.id = doubtful.fact_id
left join relations on relations.id = doubtful.fact_id
left join linked on linked.fact_id = doubtful.fact_id
left join fact_summaries as others on others.fact_id = linked.event_id
where fact_overview.kind <> 'name'
  -- Of what is settled as actual only the voices that had it otherwise.
  and (
    evidence.modality <> 'actual'
    or events.modality <> 'actual'
    or events.event_type = 'threaten'
  )
order by
  fact_overview.document nulls last,
  fact_overview.paragraph nulls last,
  fact_overview.start nulls last,
  fact_overview.kind,
  fact_overview.cited_as,
  chains.document,
  evidence.n,
  linked.rank nulls first,
  others.key nulls first,
  others.introduced_by nulls first
