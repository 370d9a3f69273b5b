-- Own voice
-- What rests on the documents' word alone?
--
-- What a document says itself and, as far as it says, has from nobody. Of an utterance: it says
-- that somebody said so, and not where it was reported. Where two documents say the same, each of
-- its own, both vouch for it. In the order of the text. Names are left out.
--
-- Columns
--   fact       text, detail     key of the fact
--   kind       text             event, quote, position, relation or link
--   statement  text             what it says, in the coder's words
--   modality   text             whether it is, as the documents have it
--   certainty  text             how it is stated: asserted, reported, alleged, rumoured, inferred
--   hedge      text, detail     words that hedge it
--   pieces     integer, detail  pieces of evidence
--   documents  integer, detail  documents that say it
--   source     text, detail     keys of the documents that say it
--   passage    text             where they state it

select
  fact_overview.cited_as as fact,
  fact_overview.kind,
  fact_overview.statement,
  fact_overview.modality,
  fact_overview.certainty,
  fact_overview.hedge,
  evidence_counts.pieces,
  evidence_counts.documents,
  fact_overview.source,
  fact_overview.passage
from evidence_counts
join fact_overview on fact_overview.fact_id = evidence_counts.fact_id
where evidence_counts.relayed = 0
  and fact_overview.kind <> 'name'
order by
  fact_overview.document,
  fact_overview.paragraph,
  fact_overview.start,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by
