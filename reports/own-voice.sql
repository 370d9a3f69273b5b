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

with own (fact_id, pieces, documents) as (
  select
    evidence.fact_id,
    count(*),
    count(distinct evidence.document_id)
  from evidence
  join attributions on attributions.id = evidence.attribution_id
  group by evidence.fact_id
  having count(attributions.parent_id) = 0
)
select
  facts.key as fact,
  facts.kind,
  told.statement,
  grounds.modality,
  grounds.certainty,
  grounds.hedge,
  own.pieces,
  own.documents,
  grounds.source,
  grounds.passage
from own
join facts on facts.id = own.fact_id
join fact_summaries as told on told.fact_id = facts.id
join fact_overview as grounds on grounds.fact_id = facts.id
where facts.kind <> 'name'
order by
  grounds.document,
  grounds.paragraph,
  grounds.start,
  facts.kind,
  facts.key,
  told.statement
