-- Actors
-- Who is in here, under what names, and how often?
--
-- Those with most events first.
--
-- Columns
--   actor      text     key of the actor
--   name       text     heading
--   kind       text     person, state, government, armed-force, armed-group, organisation, outlet,
--                       institute, community, collective or unnamed
--   names      text     every name that the texts use: in full, then short ones, titles, metonyms,
--                       descriptions
--   events     integer  events that it takes part in, in whatever role, whether or not they came
--                       to pass
--   quotes     integer  utterances that it speaks, alone or with others
--   about      integer  utterances about it
--   positions  integer  positions that it holds

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
  group by actor_id
)
select
  actors.key as actor,
  actors.name,
  actors.kind,
  actor_summaries.names,
  coalesce(takes_part.events, 0) as events,
  coalesce(takes_part.quotes, 0) as quotes,
  coalesce(takes_part.about, 0) as about,
  coalesce(takes_part.positions, 0) as positions
from actors
left join actor_summaries on actor_summaries.actor_id = actors.id
left join takes_part on takes_part.actor_id = actors.id
order by
  coalesce(takes_part.events, 0) desc,
  coalesce(takes_part.quotes, 0) desc,
  actors.key
