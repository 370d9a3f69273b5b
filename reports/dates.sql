-- Dates
-- How precise are the dates, and on which words does each rest?
--
-- One row for each piece of evidence that dates an event, utterance, position, relation or control
-- of a place, and one for each date that no words give: the coder inferred it from the words around
-- it. The most precise come first; words that give no date ("recently") come last. Facts that
-- nothing dates are not here: calendar and summary count them.
--
-- Parameters
--   document   document, repeated   only what these documents state
--   topic      topic                only what is on this topic
--   place      place                only what happened or was said at this place or within it
--   certainty  choice of certainty  only what at least one voice states like this
--
-- Columns
--   precision  text                     day, month, season, year, decade, century; range: once
--                                       between the two days; span: the whole time; empty: the
--                                       words give no date
--   date       date, undated            the date in EDTF; empty: the words give none
--   words      text, as On which words  words of the text that date it; empty: none do
--   sentence   text, main, as What      the fact as a sentence, with its overall standing in front
--   source     documents                key of the document that dates it; without words, of all
--                                       that state it
--   passage    passage                  where it states it; without words, where it is stated
--   qualifier  text, detail             approximate, uncertain or both; empty: neither
--   earliest   day, detail              first day that it can mean; empty: open or unknown
--   latest     day, detail              last day that it can mean; empty: open or unknown
--   date_of    text, detail             what it is: date, since or until, the overall date; voice:
--                                       the date as this voice has it, if it differs from the
--                                       overall one
--   alike      integer, detail          rows of the same precision
--   kind       text, detail             event, quote, position, relation or control
--   fact       text, detail             key of the fact
--
-- Legend
--   Range: on one day between the two. Span: all that time. Where no words are shown, the coder
--   inferred the date from the text around it.

with asked (fact_id) as (
  select fact_id
  from fact_summaries as facts
  where true
    and facts.fact_id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and facts.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and facts.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = facts.fact_id and certainty = :certainty)  -- if :certainty
),
overall (fact_id, date_of, date) as (
  select id, 'date', date from events where date is not null
    and id in (select fact_id from asked)  -- if :document or :topic or :place or :certainty
  union all
  select id, 'date', date from quotes where date is not null
    and id in (select fact_id from asked)  -- if :document or :topic or :place or :certainty
  union all
  select id, 'since', since from relations where since is not null
    and id in (select fact_id from asked)  -- if :document or :topic or :place or :certainty
  union all
  select id, 'until', until from relations where until is not null
    and id in (select fact_id from asked)  -- if :document or :topic or :place or :certainty
  union all
  select id, 'date', date from positions where date is not null
    and id in (select fact_id from asked)  -- if :document or :topic or :place or :certainty
  union all
  select id, 'since', since from territorial_control where since is not null
    and id in (select fact_id from asked)  -- if :document or :topic or :place or :certainty
  union all
  select id, 'until', until from territorial_control where until is not null
    and id in (select fact_id from asked)  -- if :document or :topic or :place or :certainty
),
dated (fact_id, date_of, date, words, document, paragraph, n, source, passage) as (
  select
    evidence.fact_id,
    case evidence.date
      when coalesce(events.date, quotes.date, positions.date) then 'date'
      when coalesce(relations.since, controls.since) then 'since'
      when coalesce(relations.until, controls.until) then 'until'
      else 'voice'
    end,
    evidence.date,
    evidence.date_words,
    documents.key,
    evidence_passages.paragraph,
    evidence.n,
    documents.key,
    evidence_passages.passage
  from evidence
  join evidence_passages on evidence_passages.evidence_id = evidence.id
  join sources as documents on documents.id = evidence.document_id
  left join events on events.id = evidence.fact_id
  left join quotes on quotes.id = evidence.fact_id
  left join positions on positions.id = evidence.fact_id
  left join relations on relations.id = evidence.fact_id
  left join territorial_control as controls on controls.id = evidence.fact_id
  where (evidence.date is not null or evidence.date_words is not null)
    and evidence.fact_id in (  -- if :document or :topic or :place or :certainty
      select fact_id from asked  -- if :document or :topic or :place or :certainty
    )  -- if :document or :topic or :place or :certainty
  union all
  select
    overall.fact_id,
    overall.date_of,
    overall.date,
    null,
    fact_summaries.document,
    fact_summaries.paragraph,
    0,
    fact_summaries.source,
    fact_summaries.passage
  from overall
  join fact_summaries on fact_summaries.fact_id = overall.fact_id
  where not exists (
    select 1
    from evidence
    -- coalesce keeps SQLite off the index on dates, of which each has many pieces of evidence
    where evidence.fact_id = overall.fact_id and coalesce(evidence.date, '') = overall.date
  )
)
select
  dates.precision,
  dates.edtf as date,
  dated.words,
  fact_overview.sentence,
  dated.source,
  dated.passage,
  dates.qualifier,
  dates.earliest,
  dates.latest,
  dated.date_of,
  count(*) over (partition by dates.precision) as alike,
  fact_overview.kind,
  fact_overview.cited_as as fact
from dated
join fact_overview on fact_overview.fact_id = dated.fact_id
left join dates on dates.edtf = dated.date
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
  dates.first_day nulls first,
  dates.last_day nulls last,
  dates.edtf nulls last,
  dated.document,
  dated.paragraph,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by,
  dated.date_of,
  dated.n
