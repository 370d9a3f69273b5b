-- Places
-- Which places are in here, and what is known of each?
--
-- One row for each place, whether or not anything happened there. What is counted for a place
-- includes what happened, or was said, in the places within it. The report control says who holds
-- a place.
--
-- Parameters
--   place     place               only this place, and those directly within it
--   document  document, repeated  only places where something that these documents state happened,
--                                 was said or is controlled; only that is counted
--
-- Columns
--   name         text, main, as Place            its name
--   kind         text                            country, region, city, site, …
--   within       text, as Part of                the larger place that it is in
--   events       integer, usually 0              events there, whether or not they came to pass
--   quotes       integer, usually 0, as Statements  utterances on the occasion of these events
--   control      integer, usually 0, as Control  statements of who holds, contests or besieges it
--   identifiers  text                            identifiers in catalogues, such as "wikidata:
--                                                Q858": two, and whether there are others
--   place        text, detail                    key of the place
--
-- Rows
--   place
--
-- Legend
--   Events count whether or not they came to pass.

with counts (place, events, quotes, control) as (
  select
    fact_places.place,
    count(*) filter (where facts.kind = 'event'),
    count(*) filter (where facts.kind = 'quote'),
    count(*) filter (where facts.kind = 'control')
  from fact_places
  join facts on facts.id = fact_places.fact_id
  where true
    and fact_places.fact_id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
  group by fact_places.place
),
identified (place_id, identifiers) as (
  select
    place_id,
    min(scheme || ': ' || identifier)
      || case when count(*) > 1 then '; ' || max(scheme || ': ' || identifier) else '' end
      || case when count(*) > 2 then '; and others' else '' end
  from identifiers
  where place_id is not null
  group by place_id
)
select
  places.name,
  places.kind,
  wholes.name as within,
  coalesce(counts.events, 0) as events,
  coalesce(counts.quotes, 0) as quotes,
  coalesce(counts.control, 0) as control,
  identified.identifiers,
  places.key as place
from places
left join places as wholes on wholes.id = places.within_id
left join counts on counts.place = places.key
left join identified on identified.place_id = places.id
where true
  and :place in (places.key, wholes.key)  -- if :place
  and counts.place is not null  -- if :document
order by
  coalesce(counts.events, 0) desc,
  places.key
