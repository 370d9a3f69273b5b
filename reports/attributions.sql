-- Attributions
-- Through how many hands did each statement pass, and whose?
--
-- One row for each utterance, and for each fact that the document has from somebody else: a fact
-- that two voices state has two rows, one for each piece of evidence. The longest chains come
-- first; chains of equal length follow the order of the text. --least 0 adds what the documents say
-- in their own voice. Names are left out.
--
-- Parameters
--   least      integer, default 1  passed through at least this many hands
--
-- Columns
--   fact       text, detail  key of the fact
--   kind       text, detail  quote, event, position, relation or link
--   sentence   text          the fact as a sentence, with its overall standing in front
--   hands      integer       how many voices are between it and the reader, the document not
--                            counted; of an utterance its speaker counts as one
--   speaker    text, detail  of an utterance, who says it
--   through    text          the chain of voices: the innermost first, the document last
--   modality   text          whether it is so, as this voice has it
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   stance     text, detail  what the document makes of it: endorses, neutral, doubts, rejects;
--                            empty: it speaks in its own voice
--   hedge      text, detail  words that hedge it
--   source     text, detail  key of the document that states it
--   passage    text          where it states it

select
  fact_overview.cited_as as fact,
  fact_overview.kind,
  fact_overview.sentence,
  attribution_chains.depth + case fact_overview.kind when 'quote' then 1 else 0 end as hands,
  fact_overview.speaker,
  attribution_chains.chain as through,
  evidence.modality,
  evidence.certainty,
  evidence.stance,
  evidence.hedge,
  documents.key as source,
  evidence_passages.passage
from evidence
join evidence_passages on evidence_passages.evidence_id = evidence.id
join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
join sources as documents on documents.id = evidence.document_id
join fact_overview on fact_overview.fact_id = evidence.fact_id
where fact_overview.kind <> 'name'
  and attribution_chains.depth + case fact_overview.kind when 'quote' then 1 else 0 end >= :least
order by
  attribution_chains.depth + case fact_overview.kind when 'quote' then 1 else 0 end desc,
  documents.key,
  evidence_passages.paragraph,
  evidence_passages.start,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by,
  evidence.n
