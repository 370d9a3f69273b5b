-- Summary
-- What is in here, and how well sourced is it?
--
-- One row for each document, then one for each measure. Facts are events, quotes, positions, ties
-- and links; equal ties of several documents count as one, and names don't count. An origin is the
-- innermost voice of a chain, a document's own voice among them: two documents that cite one
-- report are one origin. A voice is unnamed where the text names nobody: anywhere in the chain, or
-- as the only speaker of a quote.
--
-- Columns
--   about      text, detail   document, contents, sources or sourcing (what the facts rest on)
--   measure    text, as What  what is counted
--   count      integer        how many
--   percent    integer, as %  percentage of the facts, rounded
--   note       text, main     of a document its author and title; what the count is made of
--   published  date, detail   when a document was published; empty: not stated, or not a document

with figures (kind, relayed, origins, named_origins, unnamed, others) as (
  select fact_summaries.kind, figures.relayed, figures.origins, figures.named_origins,
    count(*) filter (where fact_summaries.unnamed <> 'none'),
    count(*) filter (where fact_summaries.unnamed <> 'all')
  from evidence_counts as figures
  join evidence_counts as equals on equals.counted_as_id = figures.fact_id
  join fact_summaries on fact_summaries.fact_id = equals.fact_id
  where fact_summaries.kind not in ('name', 'event-name')
  group by figures.fact_id, fact_summaries.kind, figures.relayed, figures.origins,
    figures.named_origins
),
facts_of (document_id, facts) as (
  select evidence.document_id, count(distinct evidence.fact_id)
  from evidence
  join facts on facts.id = evidence.fact_id and facts.kind not in ('name', 'event-name')
  group by evidence.document_id
),
authors (source_id, name) as (
  select source_id, max(case n when 1 then name end) || case count(*) when 1 then ''
    when 2 then ' and ' || max(case n when 2 then name end) else ' and others' end
  from (
    select source_id, role, n, name
    from source_actors
    join actors on actors.id = source_actors.actor_id
    union all
    select source_id, role, n, name from source_credits
  ) as makers
  where role = 'author'
  group by source_id
),
pieces (certainty, own, unnamed) as (
  select evidence.certainty, case attribution_chains.depth when 0 then 1 end,
    -- of an utterance all is unnamed if its speakers are
    case when fact_summaries.unnamed = 'all' or attribution_chains.anonymity <> 'named' then 1 end
  from evidence
  join fact_summaries on fact_summaries.fact_id = evidence.fact_id
  join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
  where fact_summaries.kind not in ('name', 'event-name')
),
others (anonymity) as (
  select anonymity
  from sources
  where not exists (select 1 from codings where codings.document_id = sources.id)
),
measured (rank, published, about, measure, count, note) as (
  select 1, sources.published, 'document',
    'facts of a document', coalesce(facts_of.facts, 0),
    coalesce(authors.name || ', ', '') || '“' || sources.title || '”'
  from codings
  join sources on sources.id = codings.document_id
  left join facts_of on facts_of.document_id = sources.id
  left join authors on authors.source_id = sources.id
  union all
  select 10, null, 'contents', 'passages', count(*),
    count(*) filter (where facts = 0) || ' without any fact' from passage_coverage
  union all select 11, null, 'contents', 'actors', count(*),
    'with ' || (select count(*) from (select distinct actor_id, name from actor_names) as names)
    || ' names'
  from actors
  union all select 12, null, 'contents', 'places', count(*), null from places
  union all select 13, null, 'contents', 'topics', count(*), null from topics
  union all select 20, null, 'contents', 'facts', count(*), null from figures
  union all select 21, null, 'contents', 'events', count(*),
    count(*) filter (where events.modality = 'actual' and coalesce(standing, 'Draft') = 'Draft')
    || ' happened, ' || count(*) filter (where events.modality = 'actual' and standing <> 'Draft')
    || ' only by allegation or inference; ' || count(*) filter (where events.modality <> 'actual')
    || ' are intended, expected, possible, imagined or denied'
  from events
  join fact_summaries on fact_summaries.fact_id = events.id
  union all select 22, null, 'contents', 'quotes', count(*), count(date) || ' dated; '
    || count(text) || ' with the speaker''s own words' from quotes
  union all select 23, null, 'contents', case kind when 'relation' then 'ties'
    when 'control' then 'control of places' else kind || 's' end, count(*), null from figures
  where kind in ('position', 'relation', 'link', 'control')
  group by kind
  union all select 30, null, 'sources', 'other sources', count(*),
    count(*) filter (where anonymity = 'named') || ' named, '
    || count(*) filter (where anonymity = 'unnamed') || ' unnamed, '
    || count(*) filter (where anonymity = 'voiceless') || ' without any voice' from others
  union all select 40, null, 'sourcing', 'facts, own word alone',
    count(*) filter (where relayed = 0), 'only the documents themselves say so' from figures
  union all select 41, null, 'sourcing', 'facts, one origin',
    count(*) filter (where origins = 1), 'all evidence comes from one voice' from figures
  union all select 42, null, 'sourcing', 'facts, several origins',
    count(*) filter (where named_origins > 1), 'two or more named origins' from figures
  union all select 43, null, 'sourcing', 'facts, unnamed alone',
    count(*) filter (where others = 0), 'all evidence comes through unnamed voices' from figures
  union all select 44, null, 'sourcing', 'facts, unnamed in part',
    count(*) filter (where unnamed > 0 and others > 0), 'unnamed voices, and others' from figures
  union all select 50, null, 'sourcing', 'evidence', count(*), count(own)
    || ' in documents'' own voice, ' || count(unnamed) || ' from unnamed voices'
  from pieces
  union all select 51, null, 'sourcing', 'evidence, asserted',
    count(*) filter (where certainty = 'asserted'),
    count(*) filter (where certainty = 'reported') || ' reported, '
    || count(*) filter (where certainty = 'alleged') || ' alleged, '
    || count(*) filter (where certainty = 'inferred') || ' inferred, '
    || count(*) filter (where certainty = 'rumoured') || ' rumoured' from pieces
)
select
  measured.about,
  measured.measure,
  measured.count,
  -- half of the whole is added before the division, which rounds down
  case when measured.about = 'sourcing' and measured.rank < 50 then
    (200 * measured.count + whole.facts) / nullif(2 * whole.facts, 0) end as percent,
  measured.note,
  measured.published
from measured
-- No rows without a document. A join, because Sail 0.7 moves a condition below the counts.
cross join (select distinct (select count(*) from figures) as facts from codings) as whole
order by measured.rank, measured.published nulls last, measured.count desc, measured.measure,
  measured.note nulls last
