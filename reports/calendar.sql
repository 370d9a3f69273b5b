-- Calendar
-- How many events are there in each month, and of which type?
--
-- An event counts in a month only if its first and its last day are in that month. Events with
-- coarser dates have rows of their own. Those within one year follow the months of that year; those
-- that span years, are open on a side or have no date come last. Events that did not happen, or are
-- not known to have happened, are counted separately.
--
-- Parameters
--   document   document, repeated   only what these documents state
--   topic      topic                only what is on this topic
--   place      place                only what happened or was said at this place or within it
--   certainty  choice of certainty  only what at least one voice states like this
--
-- Columns
--   period  date, as When                                     a month (2015-11); a year (2015): in
--                                                             that year, but not in a single month;
--                                                             "several years"; "open": a first or
--                                                             last day is not known; "undated"
--   type    text, as Type of event                            PLOVER type of the events; empty: no
--                                                             type fits
--   actual  integer, usually 0, as Happened                   events that are actual
--   other   integer, usually 0, as Did not or may not happen  events that are intended, expected,
--                                                             possible, hypothetical or denied
--   bar     text, main                                        a block for each actual event, a
--                                                             light one for each other event; if a
--                                                             row has more than 40, the longest is
--                                                             40 long and the others in proportion
--
-- Legend
-- █ happened; ░ is intended, expected, possible, imagined or denied. A year: in that year, but not
-- in a single month. Open: it isn't known when it began, or when it ended.

-- Months from day numbers, in any year: years that begin in March end with the leap day, and whole
-- cycles of 400 years (146,097 days) keep all numbers above zero.
with cycles (day, cycle, rest) as (
  select
    days.day,
    (days.day - 60 + 14609700000000000) / 146097,
    (days.day - 60 + 14609700000000000) % 146097
  from (
    select first_day as day
    from dates
    union
    select last_day
    from dates
  ) as days
  where days.day is not null
),
years (day, year, rest) as (
  select
    day,
    cycle * 400 + (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365,
    rest
  from cycles
),
months (day, month) as (
  select
    day,
    year * 12 + 2
      + (5 * (rest - 365 * (year % 400) - (year % 400) / 4 + (year % 400) / 100) + 2) / 153
  from years
),
placed (edtf, rank, year, month) as (
  select
    dates.edtf,
    case
      when begun.month is null or ended.month is null then 3
      when begun.month / 12 < ended.month / 12 then 2
      else 1
    end,
    case when begun.month / 12 = ended.month / 12 then begun.month / 12 - 40000000000000 end,
    case when begun.month = ended.month then begun.month % 12 + 1 end
  from dates
  left join months as begun on begun.day = dates.first_day
  left join months as ended on ended.day = dates.last_day
),
counted (rank, year, month, type, actual, other) as (
  select
    coalesce(placed.rank, 4),
    placed.year,
    placed.month,
    events.event_type,
    count(*) filter (where events.modality = 'actual'),
    count(*) filter (where events.modality <> 'actual')
  from events
  left join placed on placed.edtf = events.date
  where true
    and events.id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and events.id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and events.id in (select fact_id from fact_places where place = :place)  -- if :place
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = events.id and certainty = :certainty)  -- if :certainty
  group by
    coalesce(placed.rank, 4), placed.year, placed.month, events.event_type
),
-- The bars of all rows are drawn to one scale. Halves of a block are rounded up: none is lost.
scaled (longest) as (
  select case when max(actual + other) > 40 then max(actual + other) else 40 end
  from counted
)
select
  case counted.rank
    when 4 then 'undated'
    when 3 then 'open'
    when 2 then 'several years'
    else case
      when counted.year between 0 and 9999 then substr(cast(10000 + counted.year as text), 2)
      when counted.year between -9999 and -1
        then '-' || substr(cast(10000 - counted.year as text), 2)
      else 'Y' || counted.year
    end || coalesce('-' || substr(cast(100 + counted.month as text), 2), '')
  end as period,
  counted.type,
  counted.actual,
  counted.other,
  substr(
    '████████████████████████████████████████',
    1,
    cast((counted.actual * 40 + scaled.longest - 1) / scaled.longest as integer)
  ) || substr(
    '░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░',
    1,
    cast(
      ((counted.actual + counted.other) * 40 + scaled.longest - 1) / scaled.longest
        - (counted.actual * 40 + scaled.longest - 1) / scaled.longest
      as integer
    )
  ) as bar
from counted
cross join scaled
order by
  case when counted.rank > 1 then counted.rank end nulls first,
  counted.year nulls last,
  counted.month nulls last,
  counted.type nulls last
