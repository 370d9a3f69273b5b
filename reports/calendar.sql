-- Calendar
-- How many events are there in each month, and of which type?
--
-- An event counts in a month only if it lies within: its first and its last day are in that month.
-- What is dated more coarsely has rows of its own, after the months of its year where it lies
-- within one year; what spans years, what is open on a side and what is undated come last. Events
-- that did not happen, or are not known to have happened, are counted apart.
--
-- Columns
--   period  text     a month (2015-11); a year (2015): within that year, in no one month; "several
--                    years"; "open": a first or last day is not known; "undated"
--   type    text     PLOVER type of the events; empty: no type fits
--   actual  integer  events that are actual
--   other   integer  events that are intended, expected, possible, hypothetical or denied
--   bar     text     a block for each actual event, a light one for each other; where a row has
--                    more than 40, the longest is 40 long and the others in proportion

with placed (event_id, place, period) as (
  -- place puts a year behind its months, and the rest behind all years
  select
    events.id,
    case
      when events.date is null then '~3'
      when dates.earliest is null or dates.latest is null then '~2'
      when substr(dates.earliest, 1, 7) = substr(dates.latest, 1, 7)
        then substr(dates.earliest, 1, 7)
      when substr(dates.earliest, 1, 4) = substr(dates.latest, 1, 4)
        then substr(dates.earliest, 1, 4) || '-99'
      else '~1'
    end,
    case
      when events.date is null then 'undated'
      when dates.earliest is null or dates.latest is null then 'open'
      when substr(dates.earliest, 1, 7) = substr(dates.latest, 1, 7)
        then substr(dates.earliest, 1, 7)
      when substr(dates.earliest, 1, 4) = substr(dates.latest, 1, 4)
        then substr(dates.earliest, 1, 4)
      else 'several years'
    end
  from events
  left join dates on dates.edtf = events.date
),
counted (place, period, type, actual, other) as (
  select
    placed.place,
    placed.period,
    events.event_type,
    count(*) filter (where events.modality = 'actual'),
    count(*) filter (where events.modality <> 'actual')
  from placed
  join events on events.id = placed.event_id
  group by placed.place, placed.period, events.event_type
),
-- The bars of all rows are drawn to one scale. Halves of a block are rounded up: none is lost.
scaled (longest) as (
  select case when max(actual + other) > 40 then max(actual + other) else 40 end
  from counted
)
select
  counted.period,
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
  counted.place,
  counted.type nulls last
