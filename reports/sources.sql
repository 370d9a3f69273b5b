-- Sources
-- What does each document rest on, and through whom does it have it?
--
-- One row for each document and chain of voices. A source that is known in two ways, by itself and
-- through another, has two rows. The documents themselves come first, then what they cite, then
-- what they have through others; of each document those with the most facts first.
--
-- Parameters
--   document   document, repeated   only what these documents state
--   topic      topic                only what is on this topic
--   place      place                only what happened or was said at this place or within it
--   certainty  choice of certainty  only what at least one voice states like this
--
-- Columns
--   part         text, section                   heading: how the document has it
--   title        text, main, as Source           its title, or what it is in the coder's words
--   relayed_by   text, main                      the voices between the source and the document,
--                                                the nearest to the source first; empty: none
--   kind         text                            article, press-report, remarks, assessment,
--                                                hearsay, …
--   anonymity    text, usually named, as Named?  named, unnamed (somebody is pointed to) or
--                                                voiceless (nobody is)
--   facts        integer                         facts that rest on this very voice in this
--                                                document: events, quotes, positions, ties, links,
--                                                but not names; 0 where it only relays others or is
--                                                only pointed to
--   document     documents                       key of the document
--   passage      passage                         where the document draws on it, on voices that it
--                                                relays, or points to it
--   depth        integer, detail                 through how many hands it came; 0: the document
--                                                itself
--   through      text, detail                    the chain: this source first, the document last
--   source       text, detail                    key of the source
--   identifiers  text, detail                    its identifiers in catalogues, such as "doi: …"
--
-- Legend
--   Facts: how many rest on this source itself; 0 where it only relays others, or is only pointed
--   to. Voiceless: nobody is named or described.

with voices as (
  select
    chains.document_id,
    chains.document,
    chains.source_id,
    chains.through,
    chains.depth,
    chains.relayed_by,
    (
      select count(distinct evidence.fact_id)
      from evidence
      join facts on facts.id = evidence.fact_id and facts.kind not in ('name', 'event-name')
      where evidence.attribution_id = chains.attribution_id
        and evidence.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
        and evidence.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
        and evidence.certainty = :certainty  -- if :certainty
    ) as facts,
    chains.passage
  from chains
  union all
  -- Sources that a document points to without resting anything on them are in no chain.
  select
    cited_sources.document_id,
    cited_sources.document,
    cited_sources.source_id,
    cited.title || '; ' || documents.title,
    1,
    cast(null as text),
    0,
    cited_sources.passage
  from cited_sources
  join sources as cited on cited.id = cited_sources.source_id
  join sources as documents on documents.id = cited_sources.document_id
  where not exists (
    select 1
    from attributions
    where attributions.source_id = cited_sources.source_id
      and attributions.document_id = cited_sources.document_id
  )
)
select
  case voices.depth
    when 0 then 'The documents themselves'
    when 1 then 'Sources'
    else 'Known only through others'
  end as part,
  sources.title,
  voices.relayed_by,
  sources.kind,
  sources.anonymity,
  voices.facts,
  voices.document,
  voices.passage,
  voices.depth,
  voices.through,
  sources.key as source,
  identified.identifiers
from voices
join sources on sources.id = voices.source_id
left join (
  select
    source_id,
    min(scheme || ': ' || identifier)
      || coalesce(
        '; ' || nullif(max(scheme || ': ' || identifier), min(scheme || ': ' || identifier)), '')
      || case when count(*) > 2 then '; and others' else '' end as identifiers
  from identifiers
  where source_id is not null
  group by source_id
) as identified on identified.source_id = sources.id
where true
  and voices.facts > 0  -- if :topic or :place or :certainty
  and voices.document in (:document)  -- if :document
order by
  case voices.depth when 0 then 0 when 1 then 1 else 2 end,
  voices.document,
  voices.depth,
  voices.facts desc,
  sources.key,
  voices.through,
  voices.passage nulls last
