-- Network
-- Who appears with whom in events, how often, as doer and as receiver?
--
-- One row for each pair of actors that take part in the same events, in whatever role: the edges of
-- a graph. Graph tools read source, target and weight from csv as they are; the edges are
-- undirected, and further columns show the directions. Weight counts events that are stated as
-- facts. Those that are only alleged, inferred or rumoured are counted separately, and in no other
-- number. Edges with the most events come first. The passage is the first one; the report dyad
-- lists the events of two actors with all passages.
--
-- Parameters
--   actor     actor                                only the edges of this actor
--   modality  choice of modality, default actual   only events with this modality
--   least     integer, default 1                   only edges with at least this many events,
--                                                  alleged ones included
--
-- Columns
--   source       text           key of an actor: the first of the two keys in order
--   target       text           key of the second actor
--   weight       integer        events in which both take part, in whatever roles
--   alleged      integer        further such events that are only alleged, inferred or rumoured
--   together     integer        events of the weight in which both are doers
--   forth        integer        of the weight, the source is a doer and the target a receiver
--   back         integer        of the weight, the target is a doer and the source a receiver
--   document     text, detail   key of the document that states the first event of all, by key
--   passage      text           where it states it first
--   source_name  text           heading of the first actor
--   target_name  text           heading of the second actor

with involved (fact_id) as (
  select participants.fact_id
  from actors
  join participants on participants.actor_id = actors.id
  where participants.kind = 'event'
    and actors.key = :actor  -- if :actor
),
-- place numbers the events in the order of the texts. A standing begins with one of these words:
-- there is also "Alleged intention".
shown (fact_id, alleged, place, document, paragraph) as (
  select
    events.id,
    case
      when substr(fact_summaries.standing, 1, 7) in ('Alleged', 'Inferre', 'Rumoure') then 1
      else 0
    end,
    row_number() over (
      order by fact_summaries.document nulls last, fact_summaries.paragraph nulls last
    ),
    fact_summaries.document,
    fact_summaries.paragraph
  from events
  join fact_summaries on fact_summaries.fact_id = events.id
  where events.modality = :modality
    and events.id in (select fact_id from involved)  -- if :actor
),
-- Nobody is twice in the same role of one event: so roles need no distinct count, events do.
-- The keys decide which of the two comes first, at the end.
pairs (first_id, second_id, events, alleged, together, forth, back, place) as (
  select
    firsts.actor_id,
    seconds.actor_id,
    count(distinct shown.fact_id),
    count(distinct case shown.alleged when 1 then shown.fact_id end),
    count(*) filter (
      where shown.alleged = 0 and firsts.role = 'doer' and seconds.role = 'doer'
    ),
    count(*) filter (
      where shown.alleged = 0 and firsts.role = 'doer' and seconds.role = 'receiver'
    ),
    count(*) filter (
      where shown.alleged = 0 and firsts.role = 'receiver' and seconds.role = 'doer'
    ),
    min(shown.place)
  from shown
  join participants as firsts on firsts.fact_id = shown.fact_id
  join participants as seconds
    on seconds.fact_id = firsts.fact_id and seconds.actor_id > firsts.actor_id
  where true
    and (  -- if :actor
      firsts.actor_id = (select id from actors where key = :actor)  -- if :actor
      or seconds.actor_id = (select id from actors where key = :actor)  -- if :actor
    )  -- if :actor
  group by
    firsts.actor_id,
    seconds.actor_id
  having count(distinct shown.fact_id) >= :least
)
select
  case when firsts.key < seconds.key then firsts.key else seconds.key end as source,
  case when firsts.key < seconds.key then seconds.key else firsts.key end as target,
  pairs.events - pairs.alleged as weight,
  pairs.alleged,
  pairs.together,
  case when firsts.key < seconds.key then pairs.forth else pairs.back end as forth,
  case when firsts.key < seconds.key then pairs.back else pairs.forth end as back,
  shown.document,
  '¶' || shown.paragraph as passage,
  case when firsts.key < seconds.key then firsts.name else seconds.name end as source_name,
  case when firsts.key < seconds.key then seconds.name else firsts.name end as target_name
from pairs
join shown on shown.place = pairs.place
join actors as firsts on firsts.id = pairs.first_id
join actors as seconds on seconds.id = pairs.second_id
order by
  pairs.events - pairs.alleged desc,
  pairs.alleged desc,
  case when firsts.key < seconds.key then firsts.key else seconds.key end,
  case when firsts.key < seconds.key then seconds.key else firsts.key end
