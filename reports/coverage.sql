-- Coverage
-- What was coded from each passage?
--
-- One row for each passage and fact that has evidence there; a passage from which nothing was coded
-- has one row without a fact.
--
-- Parameters
--   document  document, repeated  only these documents
--
-- Columns
--   part      text, section                  heading: the passage, and how much of it is evidence
--   kind      text                           event, quote, position, tie, link, control, name, …
--   sentence  text, main, as What was coded  the fact as a sentence, with its standing in front
--   source    documents                      key of the document
--   passage   passage, detail                the passage
--   percent   integer, detail                percentage of its characters that are evidence for
--                                            something
--   section   text, detail                   heading that it is under; for a heading, itself
--   length    integer, detail                its characters
--   facts     integer, detail                facts that have evidence there
--   pieces    integer, detail                pieces of evidence for it there
--   fact      text, detail                   key of the fact

select
  '¶' || passages.n || ', '
    || ((200 * passage_coverage.characters + passages.length) / (2 * passages.length))
    || '% coded' as part,
  case fact_summaries.kind when 'relation' then 'tie' else fact_summaries.kind end as kind,
  fact_summaries.sentence,
  documents.key as source,
  '¶' || passages.n as passage,
  (200 * passage_coverage.characters + passages.length) / (2 * passages.length) as percent,
  '¶' || passages.section as section,
  passages.length,
  passage_coverage.facts,
  fact_passages.pieces,
  case when (select count(*) from codings) > 1 then fact_summaries.introduced_by || ':' else '' end
    || fact_summaries.key as fact
from sources as documents
-- A cross join, so that SQLite starts from the documents.
cross join passages
join passage_coverage
  on passage_coverage.document_id = passages.document_id
  and passage_coverage.passage = passages.n
left join fact_passages
  on fact_passages.document_id = passages.document_id
  and fact_passages.passage = passages.n
left join fact_summaries on fact_summaries.fact_id = fact_passages.fact_id
where passages.document_id = documents.id
  and documents.document_id is null  -- as the index on keys has it
  and documents.key in (:document)  -- if :document
order by
  documents.key,
  passages.n,
  fact_passages.start,
  fact_summaries.kind,
  fact
