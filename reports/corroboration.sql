-- Corroboration
-- How many independent origins has each event and relation, which agree and which differ?
--
-- One row for each piece of evidence, so that you can compare what each origin says; the
-- columns up to differ are about the event or relation and the same in all of its rows. What has
-- most origins comes first.
--
-- Origins are counted, not citations: an origin is the innermost voice of a chain, a document's
-- own voice among them, and two documents that cite one report are one origin. Unnamed and
-- voiceless origins are counted apart: nobody knows whether they are independent.
--
-- Parameters
--   least      integer, default 0  only what has at least this many named origins
--
-- Columns
--   fact       text, detail     key of the event or relation
--   kind       text, detail     event or relation
--   statement  text             what it says, in the coder's words
--   settled    text, detail     of an event: its modality overall
--   date       text, detail     of an event: its overall date, in EDTF; empty: undated
--   origins    integer          named origins
--   unnamed    integer, detail  origins that are unnamed or voiceless
--   documents  integer, detail  documents that state it
--   agree      text             on what two or more origins speak, and all say the same: modality,
--                               certainty, stance, date
--   differ     text             on what the evidence differs, that of one origin too;
--                               "date (overlapping)": the dates are not the same, but there is a
--                               day that fits all
--   origin     text             title of the origin of this piece of evidence
--   voice      text, detail     own (the document's), named, unnamed or voiceless
--   modality   text             whether it is, as this origin has it
--   certainty  text             how it is stated: asserted, reported, alleged, rumoured, inferred
--   stance     text, detail     what the document makes of it: endorses, neutral, doubts, rejects;
--                               empty: it speaks in its own voice
--   dated      text, detail     when, as this origin has it, in EDTF; empty: it does not say
--   source     text, detail     key of the document that states it
--   passage    text             where it states it

with
-- What all evidence of one event or relation has in common, and what not.
compared as (
  select
    evidence.fact_id,
    count(distinct origins.id) filter (where origins.anonymity = 'named') as origins,
    count(distinct origins.id) filter (where origins.anonymity <> 'named') as unnamed,
    count(distinct evidence.document_id) as documents,
    count(distinct origins.id) as voices,
    count(distinct evidence.modality) as modalities,
    count(distinct evidence.certainty) as certainties,
    count(distinct evidence.stance) as stances,
    count(distinct origins.id) filter (where evidence.stance is not null) as judged,
    count(distinct evidence.date) as dates,
    count(distinct origins.id) filter (where evidence.date is not null) as dating,
    -- Periods have a day in common where the last to begin begins before the first ends.
    max(dates.earliest) as begins,
    min(dates.latest) as ends
  from evidence
  join facts on facts.id = evidence.fact_id
  join attributions on attributions.id = evidence.attribution_id
  join sources as origins on origins.id = attributions.source_id
  left join dates on dates.edtf = evidence.date
  where facts.kind in ('event', 'relation')
  group by evidence.fact_id
),
judged as (
  select
    fact_id,
    origins,
    unnamed,
    documents,
    case when voices > 1 and modalities = 1 then '; modality' else '' end
      || case when voices > 1 and certainties = 1 then '; certainty' else '' end
      || case when judged > 1 and stances = 1 then '; stance' else '' end
      || case when dating > 1 and dates = 1 then '; date' else '' end as agree,
    case when modalities > 1 then '; modality' else '' end
      || case when certainties > 1 then '; certainty' else '' end
      || case when stances > 1 then '; stance' else '' end
      || case
        when dates > 1 and begins > ends then '; date'
        when dates > 1 then '; date (overlapping)'
        else ''
      end as differ
  from compared
  where origins >= :least
)
select
  facts.key as fact,
  facts.kind,
  told.statement,
  events.modality as settled,
  events.date,
  judged.origins,
  judged.unnamed,
  judged.documents,
  nullif(substr(judged.agree, 3), '') as agree,
  nullif(substr(judged.differ, 3), '') as differ,
  origins.title as origin,
  case when attributions.parent_id is null then 'own' else origins.anonymity end as voice,
  evidence.modality,
  evidence.certainty,
  evidence.stance,
  evidence.date as dated,
  documents.key as source,
  located.passage
from judged
join facts on facts.id = judged.fact_id
join fact_summaries as told on told.fact_id = facts.id
left join events on events.id = facts.id
join evidence on evidence.fact_id = facts.id
join attributions on attributions.id = evidence.attribution_id
join sources as origins on origins.id = attributions.source_id
join sources as documents on documents.id = evidence.document_id
join evidence_passages as located on located.evidence_id = evidence.id
join sources as introducing on introducing.id = facts.document_id
order by
  judged.origins desc,
  judged.unnamed desc,
  facts.kind,
  facts.key,
  introducing.key,
  documents.key,
  evidence.n
