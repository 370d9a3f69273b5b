-- Own voice
-- What rests on the documents' word alone?
--
-- What documents say themselves, without naming anybody from whom they have it. An utterance is
-- here if the document says who said so, but not where that was reported. If two documents say the
-- same, each in its own voice, both vouch for it. Names are left out.
--
-- By kind. Within a kind, what is said most often comes first; then the order of the text counts.
--
-- Parameters
--   kind       event | quote | position | relation | control | link  only facts of this kind
--   document   document, repeated                                    only what these documents
--                                                                    state
--   topic      topic                                                 only what is on this topic
--   place      place                                                 only what happened or was said
--                                                                    at this place or within it
--   certainty  choice of certainty                                   only what at least one voice
--                                                                    states like this
--
-- Columns
--   part       text, section        heading: the kind, and how many facts of it there are
--   sentence   text, main, as What  the fact as a sentence, with its standing in front
--   kind       text, detail         event, quote, position, relation, control or link
--   certainty  text, detail         how it is stated: asserted, reported, alleged, rumoured,
--                                   inferred
--   source     documents            keys of the documents that say it
--   passage    passage              where they state it
--   modality   text, detail         whether it is so, as the documents have it
--   hedge      text, detail         words that hedge it
--   pieces     integer, detail      pieces of evidence
--   documents  integer, detail      documents that say it
--   fact       text, detail         key of the fact
--
-- Rows
--   fact
--
-- Legend
-- What somebody said is here if the document says who said it, but not where that was reported.

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
)
select
  case fact_overview.kind
    when 'event' then 'Events'
    when 'quote' then 'Statements'
    when 'position' then 'Positions'
    when 'relation' then 'Ties'
    when 'control' then 'Control of places'
    else 'Links'
  end || ' (' || count(*) over (partition by fact_overview.kind) || ')' as part,
  fact_overview.sentence,
  fact_overview.kind,
  fact_overview.certainty,
  fact_overview.source,
  fact_overview.passage,
  fact_overview.modality,
  fact_overview.hedge,
  fact_overview.pieces,
  fact_overview.documents,
  fact_overview.cited_as as fact
from fact_overview
where fact_overview.relayed = 0
  and fact_overview.fact_id  -- unless :document or :topic or :place or :certainty
    = fact_overview.counted_as_id  -- unless :document or :topic or :place or :certainty
  and fact_overview.fact_id in (  -- if :document or :topic or :place or :certainty
    select fact_id from asked where n = 1  -- if :document or :topic or :place or :certainty
  )  -- if :document or :topic or :place or :certainty
  and fact_overview.kind not in ('name', 'event-name')
  and fact_overview.kind = :kind  -- if :kind
order by
  case fact_overview.kind
    when 'event' then 1
    when 'quote' then 2
    when 'position' then 3
    when 'relation' then 4
    when 'control' then 5
    else 6
  end,
  fact_overview.pieces desc nulls last,
  fact_overview.document,
  fact_overview.paragraph,
  fact_overview.start,
  fact_overview.kind,
  fact_overview.fact,
  fact_overview.introduced_by
