-- Single source
-- What rests on one origin alone?
--
-- An origin is the innermost voice of a chain: two documents that cite one report are one origin.
-- A document's own voice is an origin too. What comes from elsewhere is listed first, by origin;
-- then what the documents say in their own voice. Names are left out.
--
-- Parameters
--   voice      any | relayed | own, default any  relayed: only what a document has from somebody
--              else; own: only what it says itself
--
-- Columns
--   fact       text, detail     key of the fact
--   kind       text             event, quote, position, relation or link
--   sentence   text             the fact as a sentence, with its standing in front
--   origin     text, detail     key of the only source that it rests on
--   title      text             title of that source, or what it is in the coder's words
--   anonymity  text, detail     whether the origin is named, unnamed or voiceless
--   voice      text, detail     relayed or own (the document's)
--   pieces     integer, detail  pieces of evidence, all of this origin
--   documents  integer, detail  documents that state it
--   modality   text             whether it is so, as the evidence has it
--   certainty  text             how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail     keys of the documents that state it
--   passage    text             where they state it

select
  fact_overview.cited_as as fact,
  fact_overview.kind,
  fact_overview.sentence,
  sources.key as origin,
  sources.title,
  sources.anonymity,
  case when evidence_counts.relayed > 0 then 'relayed' else 'own' end as voice,
  evidence_counts.pieces,
  evidence_counts.documents,
  fact_overview.modality,
  fact_overview.certainty,
  fact_overview.source,
  fact_overview.passage
from evidence_counts
join sources on sources.id = evidence_counts.origin_id
join fact_overview on fact_overview.fact_id = evidence_counts.fact_id
where fact_overview.kind <> 'name'
  and cast(:voice as text) in (
    'any',
    case when evidence_counts.relayed > 0 then 'relayed' else 'own' end
  )
order by
  evidence_counts.relayed = 0,
  sources.key,
  fact_overview.document,
  fact_overview.paragraph,
  fact_overview.start,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by
