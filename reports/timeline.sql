-- Timeline
-- What happened, in what order, and how sure are the dates?
--
-- Events and dated utterances, the latter as statements. What is not actual (modality) did not
-- happen, or is not known to have happened.
--
-- Ordered by the first day, then the last; rows without a first day follow, and undated rows come
-- last. --from and --to keep whatever may have happened in that time: a row dated 2015 stays with
-- --from 2015-11. They leave out rows that are undated or have neither a first nor a last day.
--
-- Parameters
--   actor      actor               only what this actor takes part in, in whatever role
--   from       date, first day     leave out what ended before this day, month or year
--   to         date, last day      leave out what began after this day, month or year
--   modality   choice of modality  only what has this modality overall
--
-- Columns
--   event      text, detail  key of the event or utterance
--   kind       text, detail  event or statement
--   title      text          what happened; of a statement who says what
--   date       text          date as the text gives it, in EDTF; empty: undated
--   earliest   text, detail  first day that it can mean; empty: open or unknown
--   latest     text, detail  last day that it can mean; empty: open or unknown
--   precision  text, detail  day, month, season, year, decade, century; range: once between the
--                            two days; span: the whole time
--   words      text, detail  words of the text that date it
--   place      text, detail  where
--   who        text          who takes part: of an event doers first, then receivers and others; of
--                            a statement speakers, addressees, subjects
--   modality   text          actual, intended, expected, possible, hypothetical or denied; of a
--                            statement as its first voice has it
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it
--   passage    text          where they state it
--   type       text, detail  PLOVER type of an event
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   qualifier  text, detail  approximate (~), uncertain (?) or both (%)

with involved (fact_id) as (
  select participants.fact_id
  from participants
  join actors on actors.id = participants.actor_id
  where true
    and actors.key = :actor  -- if :actor
),
-- Dates outside the years 0000 to 9999 have day numbers alone.
period (edtf) as (
  select edtf
  from dates
  where coalesce(first_day, last_day) is not null
    and coalesce(latest >= :from, last_day is null or last_day >= :from_day)  -- if :from
    and coalesce(earliest <= :to, first_day is null or first_day <= :to_day)  -- if :to
),
dated (fact_id) as (
  select id
  from events
  where date in (select edtf from period)
  union all
  select id
  from quotes
  where date in (select edtf from period)
)
select
  cited_as as event,
  kind,
  title,
  date,
  earliest,
  latest,
  precision,
  words,
  place,
  who,
  modality,
  certainty,
  source,
  passage,
  type,
  through,
  qualifier
from timeline
where true
  and fact_id in (select fact_id from involved)  -- if :actor
  and fact_id in (select fact_id from dated)  -- if :from or :to
  and modality = :modality  -- if :modality
order by
  first_day nulls last,
  last_day nulls last,
  date is null,
  document,
  paragraph,
  start,
  timeline.event,
  introduced_by
