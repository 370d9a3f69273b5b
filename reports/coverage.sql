-- Coverage
-- What was coded from each passage?
--
-- One row for each passage and fact that has evidence there; a passage from which nothing was
-- coded has one row without a fact.
--
-- Parameters
--   document   document  only this document
--
-- Columns
--   passage    text             the passage
--   section    text, detail     heading that it is under; for a heading, itself
--   length     integer, detail  its characters
--   percent    integer          percentage of them that are evidence for something
--   facts      integer, detail  facts that have evidence there
--   kind       text             event, quote, position, relation, link or name
--   fact       text             key of the fact
--   sentence   text             the fact as a sentence, with its standing in front
--   pieces     integer, detail  pieces of evidence for it there
--   source     text, detail     key of the document

select
  '¶' || passages.n as passage,
  '¶' || passages.section as section,
  passages.length,
  (200 * passage_coverage.characters + passages.length) / (2 * passages.length) as percent,
  passage_coverage.facts,
  fact_summaries.kind,
  case when (select count(*) from codings) > 1 then fact_summaries.introduced_by || ':' else '' end
    || fact_summaries.key as fact,
  fact_summaries.sentence,
  fact_passages.pieces,
  documents.key as source
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
  and documents.key = :document  -- if :document
order by
  documents.key,
  passages.n,
  fact_passages.start,
  fact_summaries.kind,
  fact
