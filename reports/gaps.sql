-- Gaps
-- Which months, actors or passages have nothing?
--
-- Months: from the first month in which something lies that happened or was said to the last,
-- those in which nothing does, neighbours in one row. As in the calendar, only what begins and
-- ends in a month lies in it. Actors: those that take part in nothing and have no standing tie.
-- Passages: those from which no evidence was coded.
--
-- Columns
--   gap      text     months, actor or passage
--   what     text     2015-12, or 2015-12 to 2016-01; key of the actor; ¶ and number of the passage
--   note     text     of months those around the gap; of an actor its name; of a passage heading,
--                     where it is one
--   size     integer  of months how many; of an actor how many names the texts have for it; of a
--                     passage its characters
--   near     integer  of months actual events and utterances that may be there, being dated more
--                     coarsely, but with a first and a last day; of an actor the sources that it
--                     wrote, published or speaks through; of a passage the sources that are only
--                     pointed to there
--   source   text     key of the document, of a passage
--   passage  text     the passage, of a passage

with happened (edtf) as (
  select date
  from events
  where modality = 'actual' and date is not null
  union all
  select date
  from quotes
  where date is not null
),
-- How many bear each date, and whether it is within one month.
bounded (earliest, latest, month, bearers) as (
  select
    dates.earliest,
    dates.latest,
    case
      when substr(dates.earliest, 1, 7) = substr(dates.latest, 1, 7)
        then substr(dates.earliest, 1, 7)
    end,
    count(*)
  from happened
  join dates on dates.edtf = happened.edtf
  where dates.earliest is not null and dates.latest is not null
  group by dates.edtf, dates.earliest, dates.latest
),
-- Months are counted from the year 0, to reckon with them.
busy (month, n) as (
  select distinct
    month,
    cast(substr(month, 1, 4) as integer) * 12 + cast(substr(month, 6, 2) as integer) - 1
  from bounded
  where month is not null
),
paired (before, n, after, next_n) as (
  select
    month,
    n,
    lead(month) over (order by n),
    lead(n) over (order by n)
  from busy
),
-- Back to text, with the zeros in front: 12 months to the year, January is 0.
still (first_month, last_month, before, after, size) as (
  select
    substr(cast(10000 + (n + 1) / 12 as text), 2) || '-'
      || substr(cast(101 + (n + 1) % 12 as text), 2),
    substr(cast(10000 + (next_n - 1) / 12 as text), 2) || '-'
      || substr(cast(101 + (next_n - 1) % 12 as text), 2),
    before,
    after,
    next_n - n - 1
  from paired
  where next_n - n > 1
),
found (rank, gap, what, note, size, near, source, n) as (
  select
    1,
    'months',
    still.first_month
      || case when still.size > 1 then ' to ' || still.last_month else '' end,
    'between ' || still.before || ' and ' || still.after,
    still.size,
    cast(coalesce(sum(bounded.bearers), 0) as integer),
    null,
    cast(null as integer)
  from still
  left join bounded
    on bounded.month is null
    and bounded.earliest <= still.last_month || '-31'
    and bounded.latest >= still.first_month || '-01'
  group by still.first_month, still.last_month, still.before, still.after, still.size
  union all
  select
    2,
    'actor',
    actors.key,
    actors.name,
    count(distinct actor_names.name),
    count(distinct source_actors.source_id),
    null,
    null
  from actors
  left join actor_names on actor_names.actor_id = actors.id
  left join source_actors on source_actors.actor_id = actors.id
  where not exists (select 1 from participants where participants.actor_id = actors.id)
    and not exists (select 1 from relations where relations.from_actor_id = actors.id)
    and not exists (select 1 from relations where relations.to_actor_id = actors.id)
  group by actors.key, actors.name
  union all
  select
    3,
    'passage',
    '¶' || passages.n,
    case when passages.section = passages.n then 'heading' end,
    passages.length,
    count(distinct citations.source_id),
    sources.key,
    passages.n
  from passages
  join sources on sources.id = passages.document_id
  left join citations
    on citations.document_id = passages.document_id and citations.passage = passages.n
  where not exists (
    select 1
    from spans
    where spans.document_id = passages.document_id and spans.passage = passages.n
  )
  group by sources.key, passages.n, passages.section, passages.length
)
select
  gap,
  what,
  note,
  size,
  near,
  source,
  case when gap = 'passage' then what end as passage
from found
order by
  rank,
  source nulls first,
  n nulls first,
  what
