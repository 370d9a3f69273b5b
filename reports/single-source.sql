-- Single source
-- What rests on one origin alone?
--
-- An origin is the innermost voice of a chain: two documents that cite one report are one origin.
-- A document's own voice is an origin too. What comes from elsewhere goes first, by origin; then
-- what the documents say of their own. Names are left out.
--
-- Parameters
--   voice      any | relayed | own, default any  relayed: only what a document has from somebody
--              else; own: only what it says itself
--
-- Columns
--   fact       text, detail     key of the fact
--   kind       text             event, quote, position, relation or link
--   statement  text             what it says, in the coder's words
--   origin     text, detail     key of the only source that it rests on
--   title      text             title of that source, or what it is in the coder's words
--   anonymity  text, detail     whether the origin is named, unnamed or voiceless
--   voice      text, detail     relayed or own (the document's)
--   pieces     integer, detail  pieces of evidence, all of this origin
--   documents  integer, detail  documents that state it
--   modality   text             whether it is, as the evidence has it
--   certainty  text             how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail     keys of the documents that state it
--   passage    text             where they state it

with alone (fact_id, origin_id, relayed, pieces, documents) as (
  select
    evidence.fact_id,
    min(attributions.source_id),
    count(attributions.parent_id),
    count(*),
    count(distinct evidence.document_id)
  from evidence
  join attributions on attributions.id = evidence.attribution_id
  group by evidence.fact_id
  having min(attributions.source_id) = max(attributions.source_id)
)
select
  facts.key as fact,
  facts.kind,
  told.statement,
  sources.key as origin,
  sources.title,
  sources.anonymity,
  case when alone.relayed > 0 then 'relayed' else 'own' end as voice,
  alone.pieces,
  alone.documents,
  grounds.modality,
  grounds.certainty,
  grounds.source,
  grounds.passage
from alone
join facts on facts.id = alone.fact_id
join fact_summaries as told on told.fact_id = facts.id
join sources on sources.id = alone.origin_id
join fact_overview as grounds on grounds.fact_id = facts.id
where facts.kind <> 'name'
  and cast(:voice as text) in ('any', case when alone.relayed > 0 then 'relayed' else 'own' end)
order by
  case when alone.relayed > 0 then 0 else 1 end,
  sources.key,
  grounds.document,
  grounds.paragraph,
  grounds.start,
  facts.kind,
  facts.key,
  told.statement
