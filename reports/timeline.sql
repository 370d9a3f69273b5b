-- Timeline
-- What happened, in what order, and how sure are the dates?
--
-- Events, dated statements, and positions that somebody held at a time. What isn't plainly stated
-- as a fact begins with its standing: "Alleged:", "Did not happen:".
--
-- Dated rows come first, in the order of the first day, then the last. What is only partly in the
-- time asked for, lasts more than a year, or has no beginning or no end comes under headings of its
-- own; undated rows come last.
--
-- --from and --to keep whatever may have happened in that time: a row dated 2015 stays with --from
-- 2015-11, unless you add --within. They leave out rows that are undated or have neither a first
-- nor a last day.
--
-- Parameters
--   actor         actor                  only what this actor takes part in, in whatever role
--   with_members  flag, with actor       also what those who act for this actor take part in
--   from          date, first day        leave out what ended before this day, month or year
--   to            date, last day         leave out what began after this day, month or year
--   within        flag, with from or to  only what lies wholly in that time
--   modality      choice of modality     only what has this modality overall
--   certainty     choice of certainty    only what at least one voice states like this
--   topic         topic                  only what is on this topic
--   place         place                  only what happened or was said at this place or within it
--   document      document, repeated     only what these documents state
--
-- Columns
--   event       text, detail                       key of the event, statement or position
--   kind        text, detail                       event, statement or position
--   part        text, section                      heading: dated, partly in the time asked for,
--                                                  long or open at one end, undated
--   date        date                               when, as the text gives it; empty: undated
--   what        text, main, as Event or statement  the event, statement or position as a sentence
--   earliest    day, detail                        first day that the date can mean; empty: open or
--                                                  unknown
--   latest      day, detail                        last day that it can mean; empty: open or
--                                                  unknown
--   precision   text, detail                       day, month, season, year, decade, century;
--                                                  range: once between the two days; span: the
--                                                  whole time
--   words       text, detail                       words of the text that date it
--   duration    text, detail                       words that say how long an event lasts
--   place       text, detail                       where
--   who         text, detail                       who takes part: of an event doers first, then
--                                                  receivers and others; of a statement speakers,
--                                                  addressees, subjects
--   modality    text, detail                       actual, intended, expected, possible,
--                                                  hypothetical or denied; of a statement as its
--                                                  first voice has it
--   certainty   text, detail                       how it is stated: asserted, reported, alleged,
--                                                  rumoured, inferred
--   acting_for  text, as For whom                  with --with-members: who acts for the actor
--   source      documents                          keys of the documents that state it
--   passage     passage                            where they state it
--   type        text, detail                       PLOVER type of an event
--   through     text, detail                       voices, the innermost first, the document last;
--                                                  " | " between two chains
--   qualifier   text, detail                       approximate (~), uncertain (?) or both (%)
--
-- Rows
--   event or statement | events and statements, out of all
--
-- Legend
-- Where a sentence doesn't say otherwise, the document states it as a fact, or relays it without
-- distance. “between … and …” means on one day in that time.

with involved (fact_id, acting_for) as (
  select
    fact_id,
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from participation
  where true
    and actor = :actor  -- if :actor
    and steps = 0  -- unless :with_members
  group by fact_id
),
asked (first, last) as (
  select
    cast(:from_day as bigint),  -- if :from
    cast(null as bigint),  -- unless :from
    cast(:to_day as bigint)  -- if :to
    cast(null as bigint)  -- unless :to
),
-- Dates outside the years 0000 to 9999 have day numbers alone.
period (edtf) as (
  select edtf
  from asked
  join dates on coalesce(first_day, last_day) is not null
  where true
    and coalesce(latest >= :from, last_day is null or last_day >= :from_day)  -- if :from
    and coalesce(earliest <= :to, first_day is null or first_day <= :to_day)  -- if :to
    and (asked.first is null or coalesce(first_day >= asked.first, false))  -- if :within
    and (asked.last is null or coalesce(last_day <= asked.last, false))  -- if :within
),
dated (fact_id) as (
  select id
  from events
  where date in (select edtf from period)
  union all
  select id
  from quotes
  where date in (select edtf from period)
  union all
  select id
  from positions
  where date in (select edtf from period)
)
select
  cited_as as event,
  kind,
  -- in the order of the alphabet, because the rows are sorted by it
  case
    when coalesce(first_day, last_day) is null then 'Undated'
    when first_day is null or last_day is null then 'Long, or open at one end'
    when last_day - first_day > 366 then 'Long, or open at one end'
    when first_day < :from_day then 'Dated, only partly in the time asked for'  -- if :from
    when last_day > :to_day then 'Dated, only partly in the time asked for'  -- if :to
    else 'Dated'
  end as part,
  date,
  sentence as what,
  earliest,
  latest,
  precision,
  words,
  duration,
  place,
  who,
  modality,
  certainty,
  involved.acting_for,  -- if :actor
  cast(null as text) as acting_for,  -- unless :actor
  source,
  passage,
  type,
  through,
  qualifier
from timeline
join involved on involved.fact_id = timeline.fact_id  -- if :actor
where true
  and timeline.fact_id in (select fact_id from dated)  -- if :from or :to
  and timeline.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
  and timeline.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
  and timeline.fact_id in (select fact_id from fact_documents  -- if :document
    where document in (:document))  -- if :document
  and modality = :modality  -- if :modality
  and exists (select 1 from evidence  -- if :certainty
    where evidence.fact_id = timeline.fact_id and evidence.certainty = :certainty)  -- if :certainty
order by
  part,
  first_day nulls last,
  last_day nulls last,
  date is null,
  document,
  paragraph,
  start,
  timeline.event,
  introduced_by
