-- Dyad
-- What passed between two actors, in order: events, statements, positions, ties?
--
-- What either actor does, says or holds that involves the other, in whatever role, and the lasting
-- ties between them. What others do to both, or say about both, did not pass between them. What
-- isn't plainly stated as a fact begins with its standing: "Alleged:", "Did not happen:".
--
-- Dated rows come first, in the order of the first day, then the last; a tie is dated to its
-- beginning. What has no beginning or no end, or lasts more than a year, comes next. Undated
-- events, positions, statements and ties follow in the order of the text.
--
-- Parameters
--   a             actor, required                one actor
--   b             actor, required, other than a  the other actor
--   with_members  flag                           also what passed between those who act for them
--   dated         flag                           only what is dated
--   document      document, repeated             only what these documents state
--   topic         topic                          only what is on this topic
--   place         place                          only what happened or was said at this place or
--                                                within it
--   certainty     choice of certainty            only what at least one voice states like this
--
-- Columns
--   fact        text, detail       key of the event, quote, position or tie
--   kind        text, detail       event, quote, position or relation
--   part        text, section      heading: dated; long or open at one end; undated events,
--                                  positions, statements, ties
--   date        date, undated      when; of a tie since when; empty: undated
--   direction   text               who acts upon whom: "A to B"; "A and B" where both do, say or
--                                  hold it, and of ties that are the same both ways
--   what        text, main         the event, statement, position or tie as a sentence
--   until       date               until when, of a tie; empty: not stated
--   who         text, detail       all who take part: doers, speakers or holders first
--   modality    text, detail       actual, intended, expected, possible, hypothetical or denied;
--                                  where voices differ, each reading
--   certainty   text, detail       how it is stated: asserted, reported, alleged, rumoured,
--                                  inferred
--   acting_for  text, as For whom  with --with-members: who acts for one of the two
--   source      documents          keys of the documents that state it
--   passage     passage            where they state it
--   through     text, detail       voices, the innermost first, the document last; " | " between
--                                  two chains
--
-- Rows
--   fact
--
-- Legend
-- Where a sentence doesn't say otherwise, the document states it as a fact, or relays it without
-- distance.

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
a_parts (fact_id, role, member, acting_for) as (
  select fact_id, role, member, acting_for
  from participation
  where actor = :a
    and steps = 0  -- unless :with_members
),
b_parts (fact_id, role, member, acting_for) as (
  select fact_id, role, member, acting_for
  from participation
  where actor = :b
    and steps = 0  -- unless :with_members
),
-- One who acts for both can't be both sides of a fact.
shared (fact_id, a_acts, b_acts, a_for, b_for) as (
  select
    a_parts.fact_id,
    max(case
      when a_parts.role in ('doer', 'mediator', 'speaker', 'holder', 'from') then 1
      when relation_types.is_symmetric then 1
      else 0
    end),
    max(case
      when b_parts.role in ('doer', 'mediator', 'speaker', 'holder', 'from') then 1
      when relation_types.is_symmetric then 1
      else 0
    end),
    min(a_parts.acting_for)
      || case count(distinct a_parts.acting_for || ' ' || a_parts.member) when 1 then ''
        when 2 then '; ' || max(a_parts.acting_for)
        else '; ' || max(a_parts.acting_for) || '; and others' end,
    min(b_parts.acting_for)
      || case count(distinct b_parts.acting_for || ' ' || b_parts.member) when 1 then ''
        when 2 then '; ' || max(b_parts.acting_for)
        else '; ' || max(b_parts.acting_for) || '; and others' end
  from a_parts
  join b_parts on b_parts.fact_id = a_parts.fact_id and b_parts.member <> a_parts.member
  left join relations on relations.id = a_parts.fact_id
  left join relation_types on relation_types.key = relations.type
  group by a_parts.fact_id
)
select
  fact_overview.cited_as as fact,
  fact_overview.kind,
  -- in the order of the alphabet, because the rows are sorted by it
  case
    when coalesce(dates.first_day, dates.last_day) is not null then
      case
        when dates.last_day - dates.first_day <= 366 then 'Dated'
        else 'Long, or open at one end'
      end
    when fact_overview.kind = 'event' then 'Undated events'
    when fact_overview.kind = 'position' then 'Undated positions'
    when fact_overview.kind = 'quote' then 'Undated statements'
    else 'Undated ties'
  end as part,
  dates.edtf as date,
  case
    when shared.a_acts = 1 and shared.b_acts = 1 then a.name || ' and ' || b.name
    when shared.a_acts = 1 then a.name || ' to ' || b.name
    else b.name || ' to ' || a.name
  end as direction,
  fact_overview.sentence
    || coalesce(': “' || case when quotes.says is not null then quotes.text end || '”', '')
    as what,
  relations.until,
  coalesce(
    fact_summaries.who,
    fact_summaries.holder || coalesce('; ' || fact_summaries.object, ''),
    a.name || '; ' || b.name
  ) as who,
  coalesce(events.modality, fact_overview.modality) as modality,
  fact_overview.certainty,
  coalesce(shared.a_for || coalesce('; ' || shared.b_for, ''), shared.b_for) as acting_for,
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
left join positions on positions.id = shared.fact_id
left join relations on relations.id = shared.fact_id
left join dates on dates.edtf = coalesce(events.date, quotes.date, positions.date, relations.since)
where true
  and coalesce(dates.first_day, dates.last_day) is not null  -- if :dated
  and shared.fact_id in (select fact_id from fact_documents  -- if :document
    where document in (:document))  -- if :document
  and shared.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
  and shared.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
  and exists (select 1 from evidence  -- if :certainty
    where evidence.fact_id = shared.fact_id and evidence.certainty = :certainty)  -- if :certainty
order by
  part,
  dates.first_day nulls last,
  dates.last_day nulls last,
  fact_overview.document nulls last,
  fact_overview.paragraph nulls last,
  fact_overview.start nulls last,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by
