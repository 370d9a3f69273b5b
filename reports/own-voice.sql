-- Own voice
-- What rests on the documents' word alone?
--
-- What documents say themselves, without naming anybody from whom they have it. An utterance is
-- here if the document says who said so, but not where that was reported. If two documents say the
-- same, each in its own voice, both vouch for it. In the order of the text. Names are left out.
--
-- Columns
--   fact       text, detail     key of the fact
--   kind       text             event, quote, position, relation or link
--   sentence   text             the fact as a sentence, with its standing in front
--   modality   text             whether it is so, as the documents have it
--   certainty  text             how it is stated: asserted, reported, alleged, rumoured, inferred
--   hedge      text, detail     words that hedge it
--   pieces     integer, detail  pieces of evidence
--   documents  integer, detail  documents that say it
--   source     text, detail     keys of the documents that say it
--   passage    text             where they state it

select
  fact_overview.cited_as as fact,
  fact_overview.kind,
  fact_overview.sentence,
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
