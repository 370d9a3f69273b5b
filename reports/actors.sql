-- Actors
-- Who is in here, under what names, and how often?
--
-- Those with most events first. With --document, --topic, --place or --certainty only what they
-- leave is counted, and an actor must take part in some of it.
--
-- Parameters
--   document   document, repeated   only what these documents state
--   topic      topic                only what is on this topic
--   place      place                only what happened or was said at this place or within it
--   certainty  choice of certainty  only what at least one voice states like this
--
-- Columns
--   name       text, as Actor                    heading
--   kind       text                              person, state, government, armed-force,
--                                                armed-group, organisation, outlet, institute,
--                                                community, collective or unnamed
--   names      text, main, as Called             every name that the texts use: in full, then short
--                                                ones, titles, metonyms, descriptions
--   events     integer, usually 0                events that it takes part in, in whatever role,
--                                                whether or not they came to pass
--   quotes     integer, usually 0, as Says       utterances that it speaks, alone or with others
--   about      integer, usually 0, as Spoken of  utterances about it
--   positions  integer, usually 0                positions that it holds
--   actor      text, detail                      key of the actor
--
-- Rows
--   actor
--
-- Legend
-- Says: statements by the actor. Spoken of: statements about it. Events count whether or not they
-- came to pass.

-- The role says of what kind the fact is. Counted by role, the index on actors and roles holds all
-- that is asked, and the table need not be read.
with takes_part as (
  select
    actor_id,
    count(distinct fact_id) filter (
      where role not in ('speaker', 'addressee', 'subject', 'holder', 'object')
    ) as events,
    count(*) filter (where role = 'speaker') as quotes,
    count(*) filter (where role = 'subject') as about,
    count(*) filter (where role = 'holder') as positions
  from participants
  where true
    and participants.fact_id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and participants.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and participants.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = participants.fact_id and certainty = :certainty)  -- if :certainty
  group by actor_id
)
select
  actors.name,
  actors.kind,
  actor_summaries.names,
  coalesce(takes_part.events, 0) as events,
  coalesce(takes_part.quotes, 0) as quotes,
  coalesce(takes_part.about, 0) as about,
  coalesce(takes_part.positions, 0) as positions,
  actors.key as actor
from actors
left join actor_summaries on actor_summaries.actor_id = actors.id
left join takes_part on takes_part.actor_id = actors.id
where true
  and takes_part.actor_id is not null  -- if :document or :topic or :place or :certainty
order by
  coalesce(takes_part.events, 0) desc,
  coalesce(takes_part.quotes, 0) desc,
  actors.key
