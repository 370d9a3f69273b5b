-- Corroboration
-- How many independent origins does each event and tie have, and where do they differ?
--
-- One row for each event and tie, those with the most origins first; if two documents state the
-- same tie, a row for each that the filters keep, with the figures of all. The report attributions
-- has a row for each piece of evidence.
--
-- Origins are counted, not citations: an origin is the innermost voice of a chain, a document's own
-- voice among them, and two documents that cite one report are one origin. Unnamed and voiceless
-- origins are counted separately: nobody knows whether they are independent.
--
-- Parameters
--   least      integer, at least 0, default 0  only what has at least this many named origins
--   document   document, repeated              only what these documents state
--   topic      topic                           only what is on this topic
--   place      place                           only what happened or was said at this place or
--                                              within it
--   certainty  choice of certainty             only what at least one voice states like this
--
-- Columns
--   part          text, section                              heading: how many named origins, and
--                                                            whether it is the document alone
--   sentence      text, main, as What                        the fact as a sentence, with its
--                                                            standing in front
--   origins       integer, detail, as Named origins          named origins
--   differ        text, as They differ in                    where pieces of evidence differ, even
--                                                            those of one origin; "date
--                                                            (overlapping)": the dates are not the
--                                                            same, but there is a day that fits all
--   relayed_from  text, main, usually the document, as From  who says so: "the document", or titles
--                                                            of voices, the origin first: "A → B;
--                                                            C" is A through B, and C
--   certainty     text, detail, as States it                 how it is stated, as each voice has
--                                                            it: asserted, reported, alleged,
--                                                            rumoured, inferred
--   source        documents                                  key of the document that states it
--   passage       passage                                    where it states it
--   agree         text, detail                               what two or more origins state, and
--                                                            all state alike: modality, certainty,
--                                                            stance, date
--   unnamed       integer, detail                            origins that are unnamed or voiceless
--   documents     integer, detail                            documents that state it
--   modality      text, detail                               whether it is so, as each voice has it
--   settled       text, detail                               of an event: its modality overall
--   date          date, detail                               of an event: its overall date, in
--                                                            EDTF; empty: undated
--   kind          text, detail                               event or relation
--   fact          text, detail                               key of the event or relation
--
-- Rows
--   event or tie | events and ties
--
-- Legend
-- Two documents that cite one report have it from one origin. Origins that nobody names aren't
-- counted: they may not be independent. “… → …”: the first says it through the
-- second.

with asked (fact_id, first_id) as (
  select fact_id, counted_as_id
  from evidence_counts as counts
  where true
    and counts.fact_id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and counts.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and counts.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = counts.fact_id and certainty = :certainty)  -- if :certainty
),
-- What the evidence of an event or relation agrees on, and what not. Equal ties are one.
compared (fact_id, agree, differ) as (
  select
    figures.fact_id,
    case when min(attributions.source_id) = max(attributions.source_id) then ''
      else case when min(evidence.modality) = max(evidence.modality) then '; modality' else '' end
        || case when min(evidence.certainty) = max(evidence.certainty) then '; certainty'
          else '' end end
    || case
      when min(evidence.stance) = max(evidence.stance)
        and min(attributions.source_id) filter (where evidence.stance is not null)
          < max(attributions.source_id) filter (where evidence.stance is not null)
        then '; stance'
      else ''
    end
    || case
      when min(evidence.date) = max(evidence.date)
        and min(attributions.source_id) filter (where evidence.date is not null)
          < max(attributions.source_id) filter (where evidence.date is not null)
        then '; date'
      else ''
    end,
    case when min(evidence.modality) < max(evidence.modality) then '; modality' else '' end
    || case when min(evidence.certainty) < max(evidence.certainty) then '; certainty' else '' end
    || case when min(evidence.stance) < max(evidence.stance) then '; stance' else '' end
    || case
      when min(evidence.date) = max(evidence.date) or count(evidence.date) = 0 then ''
      -- Periods have a day in common where the last to begin begins before the first ends.
      when max(dates.first_day) > min(dates.last_day) then '; date'
      else '; date (overlapping)'
    end
  from evidence_counts as figures
  join evidence_counts as counted on counted.counted_as_id = figures.fact_id
  join evidence on evidence.fact_id = counted.fact_id
  join attributions on attributions.id = evidence.attribution_id
  left join dates on dates.edtf = evidence.date
  where figures.pieces > 1
    and figures.fact_id in (  -- if :document or :topic or :place or :certainty
      select first_id from asked  -- if :document or :topic or :place or :certainty
    )  -- if :document or :topic or :place or :certainty
  group by figures.fact_id
)
select
  case
    when figures.named_origins = 0 then 'No named origin'
    when figures.named_origins > 1 then figures.named_origins || ' named origins'
    when figures.origins > 1 then 'One named origin, besides others'
    when figures.relayed > 0 then 'One named origin'
    else 'The document alone'
  end as part,
  fact_overview.sentence,
  figures.named_origins as origins,
  nullif(substr(compared.differ, 3), '') as differ,
  -- A chain ends with the title of its document; between the signs, only whole titles are replaced.
  replace(
    replace(
      case
        when documents.id is null then fact_overview.through
        else replace(
          replace(
            replace(
              replace(
                '¶ | ' || fact_overview.through || ' | ¶',
                '; ' || documents.title || ' | ',
                ' | '),
              ' | ' || documents.title || ' | ',
              ' | the document | '),
            '¶ | ',
            ''),
          ' | ¶',
          '')
      end,
      '; ',
      ' → '),
    ' | ',
    '; ') as relayed_from,
  fact_overview.certainty,
  fact_overview.source,
  fact_overview.passage,
  nullif(substr(compared.agree, 3), '') as agree,
  figures.origins - figures.named_origins as unnamed,
  figures.documents,
  fact_overview.modality,
  events.modality as settled,
  events.date,
  fact_overview.kind,
  fact_overview.cited_as as fact
from evidence_counts as figures
left join events on events.id = figures.fact_id
left join compared on compared.fact_id = figures.fact_id
join evidence_counts as counted on counted.counted_as_id = figures.fact_id
join fact_overview on fact_overview.fact_id = counted.fact_id
left join sources as documents on documents.key = fact_overview.source
where fact_overview.kind in ('event', 'relation')
  and figures.named_origins >= :least
  and counted.fact_id in (  -- if :document or :topic or :place or :certainty
    select fact_id from asked  -- if :document or :topic or :place or :certainty
  )  -- if :document or :topic or :place or :certainty
order by
  figures.named_origins desc nulls last,
  figures.origins - figures.named_origins desc,
  figures.relayed = 0,
  fact_overview.kind,
  fact_overview.cited_as,
  documents.key nulls first,
  fact_overview.fact_id
