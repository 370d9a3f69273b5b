-- Expectations
-- What was expected, threatened, denied or imagined, by whom, and what came of it?
--
-- Whatever some voice has as intended, expected, possible, hypothetical or denied, and threats:
-- one row for each fact, by what came of it, and in the order of the text. Names are left out. The
-- report event has what followed an event, answered it or took its place.
--
-- Parameters
--   actor         actor                only facts in which this actor has a role, links of such
--                                      facts, and its ties in either direction
--   with_members  flag, with actor     also those of actors who act for this one
--   outcome       choice of outcome    only what this came of
--   certainty     choice of certainty  only what at least one voice states like this
--   document      document, repeated   only what these documents state
--   topic         topic                only what is on this topic
--   place         place                only what happened or was said at this place or within it
--
-- Columns
--   fact         text, detail                    key of the fact
--   kind         text, detail                    event, quote, position, relation, control or link
--   part         text, section                   heading: what came of it
--   sentence     text, main, as What             what was expected, threatened, denied or imagined,
--                                                with its standing in front and the words that
--                                                hedge it
--   expected_by  text, as Expected or wanted by  who intended, expected or imagined it, or had it
--                                                as possible: the first, and how many others;
--                                                empty: nobody is said to have
--   denied_by    text, as Who says it is not so  the first who denies it, and how many others; a
--                                                document that rejects what it relays denies it
--   reading      text, detail                    how its voices have it: intended, expected,
--                                                possible, hypothetical (only imagined), denied or
--                                                actual
--   hedge        text, detail                    all words that hedge it: "very unlikely"
--   through      text, detail                    voices, the innermost first, the document last; "
--                                                | " between two chains
--   certainty    text, detail                    how it is stated: asserted, reported, alleged,
--                                                rumoured, inferred
--   date         date, detail                    when it was or would be overall; empty: undated
--   outcome      text, detail                    its standing overall: Did not happen, Held
--                                                unlikely, Ruled out, Possible, Expected, Imagined,
--                                                Alleged, …; of an event that is stated as a fact:
--                                                came to pass; of a threat: made; empty: another
--                                                fact stated as such
--   acting_for   text, as For whom               with --with-members: who acts for the actor
--   source       documents                       keys of the documents that state it
--   passage      passage                         where they state it
--
-- Rows
--   fact
--
-- Legend
-- Where “Expected or wanted by” is empty, the text names nobody who expected it: it only rules it
-- out or imagines it. Words in quotation marks are the text's: “very unlikely” says less than “did
-- not happen”.

with parts (part_id, acting_for, member) as (
  select fact_id, acting_for, member from participation where true
    and actor = :actor  -- if :actor
    and steps = 0  -- unless :with_members
),
-- A link involves whoever takes part in what it links.
involved (fact_id, acting_for) as (
  select id,
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from (
    select part_id as id, acting_for, member from parts
    union all
    select id, acting_for, member from parts join event_links on from_fact_id = part_id
    union all
    select id, acting_for, member from parts join event_links on to_fact_id = part_id
  ) as taking_part
  group by id
),
-- Whatever some voice does not hold to be so, and threats.
doubtful (fact_id) as (
  select fact_id from evidence where modality <> 'actual'
    and fact_id in (select fact_id from involved)  -- if :actor
    and fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and fact_id in (select fact_id from fact_places where place = :place)  -- if :place
  union
  select id from events where (modality <> 'actual' or event_type = 'threaten')
    and id in (select fact_id from involved)  -- if :actor
    and id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and id in (select fact_id from fact_places where place = :place)  -- if :place
),
judged (fact_id, part) as (
  select doubtful.fact_id,
    case
      when events.event_type = 'threaten' and events.modality = 'actual' then 'threatened'
      when upper(substr(standing, length(standing) - 8)) = 'RULED OUT' then 'ruled out'
      when upper(substr(standing, length(standing) - 7)) = 'UNLIKELY' then 'held unlikely'
      when settled = 'denied' then 'did not happen'
      when settled = 'hypothetical' then 'imagined'
      when settled <> 'actual' then settled
      when coalesce(standing, 'Draft') = 'Draft' then 'came to pass'
      when upper(substr(standing, length(standing) - 7)) = 'DISPUTED' then 'disputed'
      else 'alleged'
    end
  from doubtful
  join fact_summaries on fact_summaries.fact_id = doubtful.fact_id
  left join events on events.id = doubtful.fact_id
  where fact_summaries.kind not in ('name', 'event-name')
),
outcomes (part, n, heading) as (
  values
    ('came to pass', 1, 'Came to pass, or stated as a fact'),
    ('did not happen', 2, 'Did not happen, or is not so'),
    ('ruled out', 3, 'Ruled out'), ('held unlikely', 4, 'Held unlikely'),
    ('threatened', 5, 'Threatened'), ('expected', 6, 'Expected'), ('intended', 7, 'Intended'),
    ('possible', 8, 'Possible'), ('imagined', 9, 'Imagined'), ('alleged', 10, 'Alleged'),
    ('disputed', 11, 'Disputed')
),
-- The first voice on each side, and how many others. A document denies what it relays and rejects.
voices (fact_id, denies, name, more, n) as (
  select fact_id, denies, name,
    coalesce(
      '; and ' || nullif(count(*) over (partition by fact_id, denies) - 1, 0) || ' more', ''),
    row_number() over (partition by fact_id, denies order by min(place), name)
  from (
    select evidence.fact_id, chains.source_id,
      chains.document || substr(cast(1000000 + evidence.n as text), 2) as place,
      case evidence.modality when 'denied' then 1 else 0 end as denies,
      case chains.depth when 0 then 'the document' else chains.title end as name
    from evidence
    join chains on chains.attribution_id = evidence.attribution_id
    where evidence.fact_id in (select fact_id from doubtful) and evidence.modality <> 'actual'
    union all
    select fact_id, sources.id, key || substr(cast(1000000 + n as text), 2), 1, 'the document'
    from evidence
    join sources on sources.id = evidence.document_id
    where fact_id in (select fact_id from doubtful)
      and stance = 'rejects' and modality <> 'denied'
  ) as sides
  group by fact_id, denies, source_id, name
),
firsts (fact_id, expected_by, denied_by) as materialized (
  select fact_id, max(case denies when 0 then name || more end),
    max(case denies when 1 then name || more end)
  from voices
  where n = 1
  group by fact_id
)
select
  fact_overview.cited_as as fact, fact_overview.kind, outcomes.heading as part,
  fact_overview.sentence, firsts.expected_by, firsts.denied_by,
  fact_overview.modality as reading, fact_overview.hedge, fact_overview.through,
  fact_overview.certainty,
  coalesce(events.date, quotes.date, positions.date, relations.since, controls.since) as date,
  coalesce(
    fact_overview.standing,
    case when judged.part = 'threatened' then 'made' end,
    case when fact_overview.kind = 'event' then 'came to pass' end) as outcome,
  involved.acting_for,  -- if :actor
  cast(null as text) as acting_for,  -- unless :actor
  fact_overview.source, fact_overview.passage
from judged
join outcomes on outcomes.part = judged.part
join fact_overview on fact_overview.fact_id = judged.fact_id
left join firsts on firsts.fact_id = judged.fact_id
left join events on events.id = judged.fact_id
left join quotes on quotes.id = judged.fact_id
left join positions on positions.id = judged.fact_id
left join relations on relations.id = judged.fact_id
left join territorial_control as controls on controls.id = judged.fact_id
join involved on involved.fact_id = judged.fact_id  -- if :actor
where true
  and judged.fact_id in (select fact_id from fact_documents  -- if :document
    where document in (:document))  -- if :document
  and judged.part = :outcome  -- if :outcome
  and exists (select 1 from evidence  -- if :certainty
    where evidence.fact_id = judged.fact_id and evidence.certainty = :certainty)  -- if :certainty
order by
  outcomes.n, fact_overview.document nulls last, fact_overview.paragraph nulls last,
  fact_overview.start nulls last, fact_overview.kind, fact_overview.cited_as
