-- Dates
-- How precise are the dates, and on which words does each rest?
--
-- One row for each piece of evidence that dates an event, an utterance, a relation or a position,
-- and one for each date that no words give: the coder inferred it from the words around it. The
-- most precise go first; words that give no date ("recently") come last. Facts that nothing dates
-- are not here: calendar and summary count them.
--
-- Columns
--   precision  text             day, month, season, year, decade, century; range: once within the
--                               two days; span: the whole time; empty: the words give no date
--   alike      integer, detail  rows of that precision
--   qualifier  text, detail     approximate, uncertain or both; empty: neither
--   date       text             the date in EDTF
--   earliest   text, detail     first day that it can mean; empty: open or unknown
--   latest     text, detail     last day that it can mean; empty: open or unknown
--   words      text             words of the text that date it; empty: none do
--   date_of    text, detail     what it is: date, since or until, the overall date; told: the date
--                               as this voice has it, if it differs from the overall one
--   fact       text, detail     key of the fact
--   kind       text, detail     event, quote, position or relation
--   statement  text             what it says, in the coder's words
--   source     text, detail     key of the document that dates it; without words, of all that state
--                               it
--   passage    text             where it states it; without words, where it is stated

with
-- The overall dates.
standing (fact_id, of_what, edtf) as (
  select id, 'date', date
  from events
  where date is not null
  union all
  select id, 'date', date
  from quotes
  where date is not null
  union all
  select id, 'since', since
  from relations
  where since is not null
  union all
  select id, 'until', until
  from relations
  where until is not null
),
dated (fact_id, of_what, edtf, words, document, first_passage, n, source, passage) as (
  select
    evidence.fact_id,
    coalesce(min(standing.of_what), 'told'),
    evidence.date,
    evidence.date_words,
    documents.key,
    spans.passage,
    evidence.n,
    documents.key,
    located.passage
  from evidence
  join sources as documents on documents.id = evidence.document_id
  join evidence_passages as located on located.evidence_id = evidence.id
  join spans on spans.evidence_id = evidence.id and spans.n = 1
  left join standing on standing.fact_id = evidence.fact_id and standing.edtf = evidence.date
  where evidence.date is not null or evidence.date_words is not null
  -- by evidence alone, but for PostgreSQL all that is selected must be here
  group by
    evidence.id,
    evidence.fact_id,
    evidence.date,
    evidence.date_words,
    documents.key,
    spans.passage,
    evidence.n,
    located.passage
  union all
  select
    standing.fact_id,
    standing.of_what,
    standing.edtf,
    null,
    grounds.document,
    grounds.paragraph,
    0,
    grounds.source,
    grounds.passage
  from standing
  join fact_overview as grounds on grounds.fact_id = standing.fact_id
  left join evidence
    on evidence.fact_id = standing.fact_id and evidence.date = standing.edtf
  where evidence.id is null
)
select
  dates.precision,
  count(*) over (partition by dates.precision) as alike,
  dates.qualifier,
  dates.edtf as date,
  dates.earliest,
  dates.latest,
  dated.words,
  dated.of_what as date_of,
  facts.key as fact,
  facts.kind,
  told.statement,
  dated.source,
  dated.passage
from dated
join facts on facts.id = dated.fact_id
join fact_summaries as told on told.fact_id = facts.id
left join dates on dates.edtf = dated.edtf
order by
  case dates.precision
    when 'day' then 1
    when 'month' then 2
    when 'season' then 3
    when 'year' then 4
    when 'decade' then 5
    when 'century' then 6
    when 'range' then 7
    when 'span' then 8
    else 9
  end,
  dates.earliest nulls first,
  dates.latest nulls last,
  dates.edtf nulls last,
  dated.document,
  dated.first_passage,
  facts.kind,
  facts.key,
  dated.of_what,
  dated.n,
  told.statement
