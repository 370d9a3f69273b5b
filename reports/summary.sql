-- Summary
-- What is in here, and how well sourced is it?
--
-- One row for each measure. Facts are events, quotes, positions, relations and links; equal ties
-- of several documents count as one, and names are counted apart. An origin is the innermost voice
-- of a chain, a document's own voice among them: two documents that cite one report are one origin.
-- A voice is unnamed where the text names nobody: anywhere in the chain, or as the only speaker of
-- a quote.
--
-- Columns
--   about    text     contents, time, sources, sourcing (what the facts rest on) or certainty (how
--                     the evidence states them)
--   measure  text     what is counted
--   count    integer  how many
--   percent  integer  percentage, rounded
--   total    text     of what
--   value    text     first and last day, where the measure has dates; for a day outside the years
--                     0000 to 9999, the date as coded

with pieces (certainty, relayed, unnamed) as (
  select
    evidence.certainty,
    nullif(attribution_chains.depth, 0),
    -- of an utterance all is unnamed if its speakers are
    case when fact_summaries.unnamed = 'all' or attribution_chains.anonymity <> 'named' then 1 end
  from evidence
  join fact_summaries on fact_summaries.fact_id = evidence.fact_id
  join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
  where fact_summaries.kind <> 'name'
),
counted (kind, relayed, origins, named_origins, unnamed, not_all_unnamed) as (
  select
    fact_summaries.kind,
    figures.relayed,
    figures.origins,
    figures.named_origins,
    count(*) filter (where fact_summaries.unnamed <> 'none'),
    count(*) filter (where fact_summaries.unnamed <> 'all')
  from evidence_counts as figures
  join evidence_counts as equals on equals.counted_as_id = figures.fact_id
  join fact_summaries on fact_summaries.fact_id = equals.fact_id
  where fact_summaries.kind <> 'name'
  group by figures.fact_id, fact_summaries.kind, figures.relayed, figures.origins,
    figures.named_origins
),
dated (modality, date, exact) as (
  select events.modality, events.date,
    case when dates.precision in ('day', 'month') then events.date end
  from events
  left join dates on dates.edtf = events.date
),
others (anonymity) as (
  select anonymity
  from sources
  where not exists (select 1 from codings where codings.document_id = sources.id)
),
-- Each date once: there are far fewer dates than facts.
dates_of (rank, edtf) as (
  select 10, published from sources where id in (select document_id from codings)
  union select 31, date from dated where modality = 'actual'
  union select 32, exact from dated where modality = 'actual'
  union select 34, date from quotes
),
-- Day numbers decide: they exist for every year, ISO days only for 0000 to 9999.
spans (rank, earliest, latest) as (
  select distinct dates_of.rank,
    first_value(case when dates.first_day is not null then coalesce(dates.earliest, dates.edtf) end)
      over (partition by dates_of.rank order by dates.first_day nulls last, dates.edtf),
    first_value(case when dates.last_day is not null then coalesce(dates.latest, dates.edtf) end)
      over (partition by dates_of.rank order by dates.last_day desc nulls last, dates.edtf)
  from dates_of
  join dates on dates.edtf = dates_of.edtf
),
measured (rank, about, measure, count, total, whole) as (
  select 10, 'contents', 'documents', count(*), cast(null as integer), null from codings
  union all select 11, 'contents', 'passages', count(*), null, null from passage_coverage
  union all select 12, 'contents', 'passages from which nothing was coded',
    count(*) filter (where facts = 0), count(*), 'passages' from passage_coverage
  union all select 13, 'contents', 'actors', count(*), null, null from actors
  union all select 14, 'contents', 'names of actors, each once',
    (select count(*) from (select distinct actor_id, name from actor_names) as names),
    count(*), 'names that the documents state' from actor_names
  union all select 15, 'contents', 'places', count(*), null, null from places
  union all select 16, 'contents', 'topics', count(*), null, null from topics
  union all select 20, 'contents', 'facts', count(*), null, null from counted
  union all select 21, 'contents', kind || 's', count(*), (select count(*) from counted),
    'facts' from counted
  group by kind
  union all select 30, 'time', 'events that are actual',
    count(*) filter (where modality = 'actual'), count(*), 'events' from dated
  union all select 31, 'time', 'actual events with a date', count(date), count(*), 'actual events'
  from dated
  where modality = 'actual'
  union all select 32, 'time', 'actual events dated to the month or the day',
    count(exact), count(*), 'actual events' from dated
  where modality = 'actual'
  union all select 33, 'time',
    'events that are intended, expected, possible, hypothetical or denied',
    count(*) filter (where modality <> 'actual'), count(*), 'events' from dated
  union all select 34, 'time', 'quotes with a date', count(date), count(*), 'quotes' from quotes
  union all select 40, 'sources', 'sources beside the documents', count(*), null, null from others
  union all select 41, 'sources', anonymity || ' sources', count(*), (select count(*) from others),
    'sources beside the documents' from others
  group by anonymity
  union all select 50, 'sourcing', 'facts on the documents'' word alone',
    count(*) filter (where relayed = 0), count(*), 'facts' from counted
  union all select 51, 'sourcing', 'facts on one origin alone, whichever',
    count(*) filter (where origins = 1), count(*), 'facts' from counted
  union all select 52, 'sourcing', 'facts on two or more named origins',
    count(*) filter (where named_origins > 1), count(*), 'facts' from counted
  union all select 53, 'sourcing', 'facts on unnamed voices alone',
    count(*) filter (where not_all_unnamed = 0), count(*), 'facts' from counted
  union all select 54, 'sourcing', 'facts on unnamed voices and others',
    count(*) filter (where unnamed > 0 and not_all_unnamed > 0), count(*), 'facts' from counted
  union all select 55, 'sourcing', 'pieces of evidence', count(*), null, null from pieces
  union all select 56, 'sourcing', 'pieces of evidence in the documents'' own voice',
    count(*) - count(relayed), count(*), 'pieces of evidence' from pieces
  union all select 57, 'sourcing', 'pieces of evidence from or through unnamed voices',
    count(unnamed), count(*), 'pieces of evidence' from pieces
  union all select 60, 'certainty', certainty, count(*), (select count(*) from pieces),
    'pieces of evidence' from pieces
  group by certainty
)
select
  measured.about,
  measured.measure,
  measured.count,
  -- half of the whole is added before the division, which rounds down
  (200 * measured.count + measured.total) / nullif(2 * measured.total, 0) as percent,
  measured.whole as total,
  case when spans.rank is not null
    then coalesce(spans.earliest, 'open') || ' to ' || coalesce(spans.latest, 'open') end as value
from measured
left join spans on spans.rank = measured.rank
-- An empty database has nothing to sum up. This is a join because Sail 0.7 moves a condition
-- without counts, such as `where exists (…)`, below the counts: rows stay that it excludes, or
-- the division by zero fails despite `nullif`.
cross join (select distinct 1 as loaded from codings) as coded
order by measured.rank, measured.count desc, measured.measure
