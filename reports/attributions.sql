-- Attributions
-- Through how many hands did each statement pass, and whose?
--
-- One row for each utterance, and for each fact that the document has from somebody else: a fact
-- that two voices state has two rows, one for each piece of evidence. The longest chains come
-- first; chains of equal length follow the order of the text. --least 0 adds what the documents say
-- in their own voice. Names are left out.
--
-- Parameters
--   least      integer, at least 0, default 1  passed through at least this many hands
--   document   document, repeated              only what these documents state
--   topic      topic                           only what is on this topic
--   place      place                           only what happened or was said at this place or
--                                              within it
--   certainty  choice of certainty             only what at least one voice states like this
--
-- Columns
--   sentence   text, main, as Statement  the fact as a sentence, with its overall standing in front
--   hands      integer                   the voices that it passed through, with its speaker but
--                                        without the document
--   voices     text                      the chain without the document, the innermost first;
--                                        empty: the document itself
--   certainty  text                      how this voice states it: asserted, reported, alleged,
--                                        rumoured, inferred
--   source     documents                 key of the document that states it
--   passage    passage                   where it states it
--   modality   text, detail              whether it is so, as this voice has it
--   stance     text, detail              what the document makes of it: endorses, neutral, doubts,
--                                        rejects; empty: it speaks in its own voice
--   hedge      text, detail              words that hedge it
--   date       date, detail              when, as this voice has it; empty: it doesn't say
--   speaker    text, detail              of an utterance, who says it
--   through    text, detail              the chain of voices: the innermost first, the document
--                                        last
--   kind       text, detail              quote, event, position, relation or link
--   fact       text, detail              key of the fact
--
-- Legend
--   Hands: the voices that a statement passed through, with its speaker but without the document.

select
  fact_overview.sentence,
  chains.depth + case fact_overview.kind when 'quote' then 1 else 0 end as hands,
  chains.voices,
  evidence.certainty,
  chains.document as source,
  evidence_passages.passage,
  evidence.modality,
  evidence.stance,
  evidence.hedge,
  evidence.date,
  fact_overview.speaker,
  chains.through,
  fact_overview.kind,
  fact_overview.cited_as as fact
from evidence
join evidence_passages on evidence_passages.evidence_id = evidence.id
join chains on chains.attribution_id = evidence.attribution_id
join fact_overview on fact_overview.fact_id = evidence.fact_id
where fact_overview.kind not in ('name', 'event-name')
  and chains.depth + case fact_overview.kind when 'quote' then 1 else 0 end >= :least
  and evidence.document_id in (select id from sources  -- if :document
    where key in (:document))  -- if :document
  and evidence.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
  and evidence.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
  and evidence.certainty = :certainty  -- if :certainty
order by
  chains.depth + case fact_overview.kind when 'quote' then 1 else 0 end desc,
  chains.document,
  evidence_passages.paragraph,
  evidence_passages.start,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by,
  evidence.n
