-- Summary
-- What is in here, and how well sourced is it?
--
-- One row for each measure. Facts are events, utterances, positions, relations and links; names are
-- not counted among them. An origin is the innermost voice of a chain, a document's own voice among
-- them: two documents that cite one report are one origin. A voice is unnamed where the text names
-- nobody: anywhere in the chain, or as the only speaker of an utterance.
--
-- Columns
--   about    text     contents, time, sources, sourcing (what the facts rest on) or certainty (how
--                     the evidence tells them)
--   measure  text     what is counted
--   count    integer  how many
--   percent  integer  in a hundred, rounded
--   total    text     of what
--   value    text     first and last day, where the measure has them

with recursive
-- Chains with an unnamed voice.
veiled (attribution_id) as (
  select attributions.id
  from attributions
  join sources on sources.id = attributions.source_id
  where sources.anonymity <> 'named'
  union
  select attributions.id
  from veiled
  join attributions on attributions.parent_id = veiled.attribution_id
),
-- Utterances whose speakers are all unnamed.
masked (fact_id) as (
  select participants.fact_id
  from participants
  join actors on actors.id = participants.actor_id
  where participants.role = 'speaker'
  group by participants.fact_id
  having count(*) = count(*) filter (where actors.kind = 'unnamed')
),
pieces (fact_id, kind, origin_id, named, relayed, unnamed, certainty) as (
  select
    facts.id,
    facts.kind,
    sources.id,
    case sources.anonymity when 'named' then sources.id end,
    attributions.parent_id,
    coalesce(veiled.attribution_id, masked.fact_id),
    evidence.certainty
  from evidence
  join facts on facts.id = evidence.fact_id
  join attributions on attributions.id = evidence.attribution_id
  join sources on sources.id = attributions.source_id
  left join veiled on veiled.attribution_id = attributions.id
  left join masked on masked.fact_id = facts.id
  where facts.kind <> 'name'
),
grounded (fact_id, kind, origins, named, relayed, unnamed, evidence) as (
  select
    fact_id,
    kind,
    count(distinct origin_id),
    count(distinct named),
    count(relayed),
    count(unnamed),
    count(*)
  from pieces
  group by fact_id, kind
),
dated as (
  select
    events.modality,
    events.date,
    dates.earliest,
    dates.latest,
    dates.precision
  from events
  left join dates on dates.edtf = events.date
),
measured (rank, about, measure, count, total, whole, value) as (
  select 10, 'contents', 'documents', count(*), cast(null as integer), null,
    min(dates.earliest) || ' to ' || max(dates.latest)
  from codings
  join sources on sources.id = codings.document_id
  left join dates on dates.edtf = sources.published
  union all
  select 11, 'contents', 'passages', count(*), null, null, null
  from passages
  union all
  select 12, 'contents', 'passages from which nothing was coded',
    count(*) filter (
      where not exists (
        select 1
        from spans
        where spans.document_id = passages.document_id and spans.passage = passages.n
      )
    ),
    count(*), 'passages', null
  from passages
  union all
  select 13, 'contents', 'actors', count(*), null, null, null
  from actors
  union all
  select 14, 'contents', 'names of actors', count(*), null, null, null
  from actor_names
  union all
  select 15, 'contents', 'places', count(*), null, null, null
  from places
  union all
  select 16, 'contents', 'topics', count(*), null, null, null
  from topics
  union all
  select 20, 'contents', 'facts', count(*), null, null, null
  from grounded
  union all
  select
    case kind when 'event' then 21 when 'quote' then 22 when 'position' then 23
      when 'relation' then 24 else 25 end,
    'contents',
    case kind when 'event' then 'events' when 'quote' then 'utterances'
      when 'position' then 'positions' when 'relation' then 'relations'
      else 'links between events' end,
    count(*), (select count(*) from grounded), 'facts', null
  from grounded
  group by kind
  union all
  select 30, 'time', 'events that are actual', count(*) filter (where modality = 'actual'),
    count(*), 'events', null
  from dated
  union all
  select 31, 'time', 'actual events with a date', count(date), count(*), 'actual events',
    coalesce(min(earliest), 'open') || ' to ' || coalesce(max(latest), 'open')
  from dated
  where modality = 'actual'
  union all
  select 32, 'time', 'actual events dated to the month or the day',
    count(*) filter (where precision in ('day', 'month')), count(*), 'actual events',
    min(earliest) filter (where precision in ('day', 'month')) || ' to '
      || max(latest) filter (where precision in ('day', 'month'))
  from dated
  where modality = 'actual'
  union all
  select 33, 'time', 'events that are intended, expected, possible, hypothetical or denied',
    count(*) filter (where modality <> 'actual'), count(*), 'events', null
  from dated
  union all
  select 34, 'time', 'utterances with a date', count(quotes.date), count(*), 'utterances',
    min(dates.earliest) || ' to ' || max(dates.latest)
  from quotes
  left join dates on dates.edtf = quotes.date
  union all
  select 40, 'sources', 'sources beside the documents', count(*), null, null, null
  from sources
  left join codings on codings.document_id = sources.id
  where codings.document_id is null
  union all
  select
    case sources.anonymity when 'named' then 41 when 'unnamed' then 42 else 43 end,
    'sources',
    sources.anonymity || ' sources',
    count(*),
    (select count(*) from sources) - (select count(*) from codings),
    'sources beside the documents',
    null
  from sources
  left join codings on codings.document_id = sources.id
  where codings.document_id is null
  group by sources.anonymity
  union all
  select 50, 'sourcing', 'facts on the documents'' word alone',
    count(*) filter (where relayed = 0), count(*), 'facts', null
  from grounded
  union all
  select 51, 'sourcing', 'facts on one origin alone, whichever',
    count(*) filter (where origins = 1), count(*), 'facts', null
  from grounded
  union all
  select 52, 'sourcing', 'facts on two or more named origins',
    count(*) filter (where named > 1), count(*), 'facts', null
  from grounded
  union all
  select 53, 'sourcing', 'facts on unnamed voices alone',
    count(*) filter (where unnamed = evidence), count(*), 'facts', null
  from grounded
  union all
  select 54, 'sourcing', 'facts on unnamed voices and others',
    count(*) filter (where unnamed between 1 and evidence - 1), count(*), 'facts', null
  from grounded
  union all
  select 55, 'sourcing', 'pieces of evidence', count(*), null, null, null
  from pieces
  union all
  select 56, 'sourcing', 'pieces of evidence in the documents'' own voice',
    count(*) - count(relayed), count(*), 'pieces of evidence', null
  from pieces
  union all
  select 57, 'sourcing', 'pieces of evidence from or through unnamed voices',
    count(unnamed), count(*), 'pieces of evidence', null
  from pieces
  union all
  select
    case certainty when 'asserted' then 60 when 'reported' then 61 when 'alleged' then 62
      when 'rumoured' then 63 else 64 end,
    'certainty', certainty, count(*), (select count(*) from pieces), 'pieces of evidence', null
  from pieces
  group by certainty
)
select
  about,
  measure,
  count,
  -- half of the whole is added before the division, which rounds down
  (200 * count + total) / nullif(2 * total, 0) as percent,
  whole as total,
  value
from measured
-- an empty database has nothing to sum up
where exists (select 1 from codings)
order by rank
