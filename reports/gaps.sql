-- Gaps
-- Which months, actors or passages have nothing?
--
-- Months: those in which nothing happened or was said, if one document has something before and
-- after them; adjacent months share a row. The time between two documents is not a gap. As in the
-- calendar, only what begins and ends in a month counts for it. Actors: those that take part in
-- nothing and have no lasting tie. Passages: those from which no evidence was coded.
--
-- Parameters
--   document  document, repeated  only months between what these documents date, actors that they
--                                 name, and their passages
--
-- Columns
--   kind     text, section                 what is empty, in words
--   label    date, as Gap                  the month or months in EDTF; heading of the actor; ¶ and
--                                          number of the passage
--   about    text, main, as What is known  what may be there, or how much there is of it
--   source   documents                     key of the document, of a passage
--   passage  passage, detail               the passage, of a passage
--   gap      text, detail                  months, actor or passage
--   what     text, detail                  2015-12, or 2015-12 to 2016-01; key of the actor; ¶ and
--                                          number of the passage
--   note     text, detail                  of months those around the gap; of an actor its name; of
--                                          a passage heading, where it is one
--   size     integer, detail               of months how many; of an actor how many names the texts
--                                          have for it; of a passage its characters
--   near     integer, detail               of months actual events and utterances that may be
--                                          there, being dated more coarsely, but with a first and a
--                                          last day; of an actor the sources that it wrote,
--                                          published or speaks through; of a passage the sources
--                                          that are only pointed to there
--
-- Rows
--   gap
--
-- Legend
--   Only months between the first and the last thing that a document dates to a month can be gaps.

-- Months from day numbers, in any year, as in calendar.sql.
with cycles (day, cycle, rest) as (
  select day, (day - 60 + 14609700000000000) / 146097, (day - 60 + 14609700000000000) % 146097
  from (select first_day as day from dates union select last_day from dates) as days
  where day is not null
),
years (day, year, rest) as (
  select day, cycle * 400 + (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365, rest
  from cycles
),
months (day, month) as (
  select day, year * 12 + 2
    + (5 * (rest - 365 * (year % 400) - (year % 400) / 4 + (year % 400) / 100) + 2) / 153
  from years
),
dated (fact_id, begins, ends) as (
  select happened.fact_id, begun.month, ended.month
  from (
    select id as fact_id, date from events where modality = 'actual'
    union all select id, date from quotes
  ) as happened
  join dates on dates.edtf = happened.date
  join months as begun on begun.day = dates.first_day
  join months as ended on ended.day = dates.last_day
  where true
    and happened.fact_id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
),
-- Dates after the year 9999 have no months.
busy (month, fact_id) as (
  select begins, fact_id from dated where begins = ends and begins < 480000000120000
),
periods (begins, ends) as (
  select min(month), max(month)
  from busy
  join evidence on evidence.fact_id = busy.fact_id
  group by evidence.document_id
),
paired (before, after) as (
  select month, lead(month) over (order by month)
  from (select distinct month from busy) as single
),
still (before, after, near) as (
  select before, after, count(dated.fact_id)
  from paired
  left join dated on dated.begins < dated.ends and dated.begins < after and dated.ends > before
  where after - before > 1
    and exists (select 1 from periods where periods.begins <= before and periods.ends >= after)
  group by before, after
),
-- Back to text, with the zeros in front; January is 0.
written (month, label) as (
  select month, case when month < 480000000000000
      then '-' || substr(cast(80000000000000 - month / 12 as text), 11)
      else substr(cast(month / 12 as text), 11) end
    || '-' || substr(cast(101 + month % 12 as text), 2)
  from (
    select before as month from still union select before + 1 from still
    union select after - 1 from still union select after from still
  ) as named
),
gaps (rank, gap, what, note, size, near, source, n) as (
  select 1, 'months',
    begins.label || case when begins.month < ends.month then ' to ' || ends.label else '' end,
    'between ' || before.label || ' and ' || after.label,
    still.after - still.before - 1, still.near, cast(null as text), still.before
  from still
  join written as before on before.month = still.before
  join written as begins on begins.month = still.before + 1
  join written as ends on ends.month = still.after - 1
  join written as after on after.month = still.after
  union all
  select 2, 'actor', actors.key, actors.name,
    (select count(distinct name) from actor_names where actor_names.actor_id = actors.id),
    (select count(distinct source_id) from source_actors where source_actors.actor_id = actors.id),
    null, null
  from actors
  where not exists (select 1 from participants where participants.actor_id = actors.id)
    and not exists (select 1 from relations where relations.from_actor_id = actors.id)
    and not exists (select 1 from relations where relations.to_actor_id = actors.id)
    and actors.id in (select actor_id from actor_names  -- if :document
      join fact_documents on fact_documents.fact_id = actor_names.id  -- if :document
      where document in (:document))  -- if :document
  union all
  select 3, 'passage', '¶' || passages.n,
    case when passages.section = passages.n then 'heading' end,
    passages.length,
    (select count(distinct citations.source_id) from citations
      where citations.document_id = passages.document_id and citations.passage = passages.n),
    sources.key, passages.n
  from passages
  join passage_coverage as coverage
    on coverage.document_id = passages.document_id and coverage.passage = passages.n
  join sources on sources.id = passages.document_id
  where coverage.facts = 0
    and sources.key in (:document)  -- if :document
)
select
  case gap
    when 'months' then 'Months in which nothing happened or was said'
    when 'actor' then 'Actors who take part in nothing and have no ties'
    else 'Passages from which nothing was coded'
  end as kind,
  case gap when 'months' then replace(what, ' to ', '/') when 'actor' then note else what
    end as label,
  case gap
    when 'months' then case near
      when 0 then 'nothing is dated more loosely either'
      when 1 then '1 fact with a looser date may be there'
      else near || ' facts with looser dates may be there'
    end
    when 'actor' then case size when 0 then 'no name in the texts' when 1 then '1 name'
      else size || ' names' end || case near when 0 then ''
      when 1 then '; author, publisher or voice of 1 source'
      else '; author, publisher or voice of ' || near || ' sources' end
    else coalesce(note || ', ', '') || size || ' characters'
  end as about,
  source, case when gap = 'passage' then what end as passage, gap, what, note, size, near
from gaps
order by rank, source nulls first, n nulls first, what
