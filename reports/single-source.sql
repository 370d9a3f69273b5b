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

-- Of equal ties the first that the filters keep is shown, with the figures of all.
with asked (fact_id, first_id, n) as (
  select
    counts.fact_id,
    counts.counted_as_id,
    row_number() over (
      partition by counts.counted_as_id
      order by fact_summaries.introduced_by, fact_summaries.key
    )
  from evidence_counts as counts
  join fact_summaries on fact_summaries.fact_id = counts.fact_id
  where true
    and counts.fact_id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and counts.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and counts.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = counts.fact_id and certainty = :certainty)  -- if :certainty
),
alone (fact_id, facts) as (
  select counts.fact_id, count(*) over (partition by figures.origin_id)
  from evidence_counts as counts
  join evidence_counts as figures on figures.fact_id = counts.counted_as_id
  join facts on facts.id = counts.fact_id
  where figures.origin_id is not null
    and counts.fact_id  -- unless :document or :topic or :place or :certainty
      = counts.counted_as_id  -- unless :document or :topic or :place or :certainty
    and counts.fact_id in (  -- if :document or :topic or :place or :certainty
      select fact_id from asked where n = 1  -- if :document or :topic or :place or :certainty
    )  -- if :document or :topic or :place or :certainty
    and facts.kind not in ('name', 'event-name')
    and cast(:voice as text) in (
      'any',
      case when figures.relayed > 0 then 'relayed' else 'own' end
    )
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
  case when fact_overview.relayed > 0 then 'relayed' else 'own' end as voice,
  fact_overview.modality,
  fact_overview.pieces,
  fact_overview.documents,
  sources.key as origin,
  fact_overview.cited_as as fact
from alone
join fact_overview on fact_overview.fact_id = alone.fact_id
join sources on sources.id = fact_overview.origin_id
order by
  fact_overview.relayed = 0,
  alone.facts desc,
  sources.key,
  fact_overview.document,
  fact_overview.paragraph,
  fact_overview.start,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by
