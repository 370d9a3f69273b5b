-- Attributions
-- Through how many hands did each statement pass, and whose?
--
-- One row for each utterance, and for each fact that the document has from somebody else: a fact
-- that two voices state has two rows, one for each piece of evidence. The longest ways come first,
-- then it goes in the order of the text. With --least 0 what the documents say of their own is
-- there too. Names are left out.
--
-- Parameters
--   least      integer, default 1  passed through at least this many hands
--
-- Columns
--   fact       text, detail  key of the fact
--   kind       text, detail  quote, event, position, relation or link
--   statement  text          what it says, in the coder's words
--   hands      integer       how many voices are between it and the reader, the document not
--                            counted; of an utterance its speaker counts as one
--   speaker    text, detail  of an utterance, who says it
--   through    text          the chain of voices: the innermost first, the document last
--   modality   text          whether it is, as this voice has it
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   stance     text, detail  what the document makes of it: endorses, neutral, doubts, rejects;
--                            empty: it speaks in its own voice
--   hedge      text, detail  words that hedge it
--   source     text, detail  key of the document that states it
--   passage    text          where it states it

with spoken (fact_id, speaker) as (
  select fact_id, speaker
  from quotations
)
select
  facts.key as fact,
  facts.kind,
  told.statement,
  chains.depth + case facts.kind when 'quote' then 1 else 0 end as hands,
  spoken.speaker,
  chains.through,
  evidence.modality,
  evidence.certainty,
  evidence.stance,
  evidence.hedge,
  chains.document as source,
  located.passage
from evidence
join chains on chains.attribution_id = evidence.attribution_id
join facts on facts.id = evidence.fact_id
join fact_summaries as told on told.fact_id = facts.id
join evidence_passages as located on located.evidence_id = evidence.id
join spans on spans.evidence_id = evidence.id and spans.n = 1
left join spoken on spoken.fact_id = facts.id
where facts.kind <> 'name'
  and chains.depth + case facts.kind when 'quote' then 1 else 0 end >= :least
order by
  chains.depth + case facts.kind when 'quote' then 1 else 0 end desc,
  chains.document,
  spans.passage,
  spans.start_offset,
  facts.kind,
  facts.key,
  evidence.n,
  told.statement
