-- Gaps
-- Which months, actors or passages have nothing?
--
-- Months: those of the years 0000 to 9999 in which nothing happened or was said, if one document
-- has something before and after them; adjacent months share a row. The time between two documents
-- is not a gap. As in the calendar, only what begins and ends in a month counts for it. Actors:
-- those that take part in nothing and have no lasting tie. Passages: those from which no evidence
-- was coded.
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

with happened (fact_id, date) as (
  select id, date from events where modality = 'actual'
  union all
  select id, date from quotes
),
-- Months as text; what begins before the year 0 or ends after 9999 is cut.
dated (fact_id, begins, ends) as (
  select
    happened.fact_id,
    coalesce(substr(dates.earliest, 1, 7), '0000-01'),
    coalesce(substr(dates.latest, 1, 7), '9999-12')
  from happened
  join dates on dates.edtf = happened.date
  where dates.first_day is not null and dates.last_day is not null
    and coalesce(dates.earliest, dates.latest) is not null
    and happened.fact_id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
),
periods (begins, ends) as (
  select min(dated.begins), max(dated.begins)
  from dated
  join evidence on evidence.fact_id = dated.fact_id
  where dated.begins = dated.ends
  group by evidence.document_id
),
-- Months are counted from January of the year 0, to reckon with them.
busy (month, n) as (
  select distinct begins,
    cast(substr(begins, 1, 4) as integer) * 12 + cast(substr(begins, 6, 2) as integer) - 1
  from dated
  where begins = ends
),
paired (before, n, after, next_n) as (
  select month, n, lead(month) over (order by n), lead(n) over (order by n)
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
    and exists (select 1 from periods where periods.begins <= before and periods.ends >= after)
),
gaps (rank, gap, what, label, note, size, near, source, n) as (
  select 1, 'months',
    still.first_month || case when still.size > 1 then ' to ' || still.last_month else '' end,
    still.first_month || case when still.size > 1 then '/' || still.last_month else '' end,
    'between ' || still.before || ' and ' || still.after,
    still.size, count(dated.fact_id), cast(null as text), cast(null as integer)
  from still
  left join dated on dated.begins < dated.ends
    and dated.begins <= still.last_month and dated.ends >= still.first_month
  group by still.first_month, still.last_month, still.before, still.after, still.size
  union all
  select 2, 'actor', actors.key, actors.name, actors.name,
    (select count(distinct name) from actor_names where actor_names.actor_id = actors.id),
    (select count(distinct source_id) from source_actors where source_actors.actor_id = actors.id),
    null, null
  from actors
  where not exists (select 1 from participants where participants.actor_id = actors.id)
    and not exists (select 1 from relations where relations.from_actor_id = actors.id)
    and not exists (select 1 from relations where relations.to_actor_id = actors.id)
    and actors.id in (  -- if :document
      select actor_id from actor_names  -- if :document
      join fact_documents on fact_documents.fact_id = actor_names.id  -- if :document
      where document in (:document)  -- if :document
    )  -- if :document
  union all
  select 3, 'passage', '¶' || passages.n, '¶' || passages.n,
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
  label,
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
  source,
  case when gap = 'passage' then what end as passage,
  gap, what, note, size, near
from gaps
order by
  rank,
  source nulls first,
  n nulls first,
  what
