-- Single source
-- What do the documents have from one origin alone?
--
-- An origin is the innermost voice of a chain: two documents that cite one report are one origin. A
-- document's own voice is an origin too, but what rests on it alone is left out unless you ask for
-- it: it is most of what a document says. Origins with the most facts come first. Names are left
-- out.
--
-- Parameters
--   voice      any | relayed | own, default relayed  relayed: only what a document has from
--                                                    somebody else; own: only what it says itself
--   document   document, repeated                    only what these documents state
--   topic      topic                                 only what is on this topic
--   place      place                                 only what happened or was said at this place
--                                                    or within it
--   certainty  choice of certainty                   only what at least one voice states like this
--
-- Columns
--   part       text, section                          heading: the origin, and how many facts rest
--                                                     on it alone
--   title      text, detail, as Origin                title of the only source that it rests on, or
--                                                     what it is in the coder's words
--   sentence   text, main, as What rests on it alone  the fact as a sentence, with its standing in
--                                                     front
--   kind       text, detail                           event, quote, position, relation, control or
--                                                     link
--   certainty  text, detail                           how it is stated: asserted, reported,
--                                                     alleged, rumoured, inferred
--   source     documents                              keys of the documents that state it
--   passage    passage                                where they state it
--   anonymity  text, detail                           whether the origin is named, unnamed or
--                                                     voiceless
--   voice      text, detail                           relayed or own (the document's)
--   modality   text, detail                           whether it is so, as the evidence has it
--   pieces     integer, detail                        pieces of evidence, all of this origin
--   documents  integer, detail                        documents that state it
--   origin     text, detail                           key of that source
--   fact       text, detail                           key of the fact
--
-- Rows
--   fact
--
-- Legend
-- The headings are the origins: whoever said or reported it first, as far as the documents say.
-- What a document says itself is in own-voice; --voice any adds it here.

with alone (fact_id, facts) as (
  select evidence_counts.fact_id, count(*) over (partition by evidence_counts.origin_id)
  from evidence_counts
  join facts on facts.id = evidence_counts.fact_id
  where evidence_counts.origin_id is not null
    and facts.kind not in ('name', 'event-name')
    and cast(:voice as text) in (
      'any',
      case when evidence_counts.relayed > 0 then 'relayed' else 'own' end
    )
    and facts.id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and facts.id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and facts.id in (select fact_id from fact_places where place = :place)  -- if :place
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = facts.id and certainty = :certainty)  -- if :certainty
)
select
  sources.title || ' (' || alone.facts || ')' as part,
  sources.title,
  fact_overview.sentence,
  fact_overview.kind,
  fact_overview.certainty,
  fact_overview.source,
  fact_overview.passage,
  sources.anonymity,
  case when evidence_counts.relayed > 0 then 'relayed' else 'own' end as voice,
  fact_overview.modality,
  evidence_counts.pieces,
  evidence_counts.documents,
  sources.key as origin,
  fact_overview.cited_as as fact
from alone
join evidence_counts on evidence_counts.fact_id = alone.fact_id
join sources on sources.id = evidence_counts.origin_id
join fact_overview on fact_overview.fact_id = alone.fact_id
order by
  evidence_counts.relayed = 0,
  alone.facts desc,
  sources.key,
  fact_overview.document,
  fact_overview.paragraph,
  fact_overview.start,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by
