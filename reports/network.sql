-- Network
-- Who appears with whom in events, how often, as doer and as receiver?
--
-- One row for each two actors that take part in the same events, in whatever role: the edges of a
-- graph. Written as csv, source, target and weight are read by graph tools as they are; the edges
-- are undirected, and the columns behind them give the directions. Those with most events first.
--
-- Parameters
--   actor     actor                                only the edges of this actor
--   modality  choice of modality, default actual   only events with this modality
--   least     integer, default 1                   only edges with at least this many events
--
-- Columns
--   source       text     key of an actor: the first of the two keys in order
--   target       text     key of the second actor
--   weight       integer  events in which both take part, in whatever roles
--   together     integer  of these, both are doers
--   forth        integer  of these, the source is a doer and the target a receiver
--   back         integer  of these, the target is a doer and the source a receiver
--   source_name  text     heading of the first actor
--   target_name  text     heading of the second actor

with involved (fact_id) as (
  select distinct participants.fact_id
  from actors
  join participants on participants.actor_id = actors.id
  where participants.kind = 'event'
    and actors.key = :actor  -- if :actor
),
shown (fact_id) as (
  select id
  from events
  where modality = :modality
    and id in (select fact_id from involved)  -- if :actor
),
-- Nobody is twice in the same role of one event: so roles need no distinct count, events do.
-- The keys decide which of the two comes first, at the end.
pairs as (
  select
    one.actor_id as one_id,
    other.actor_id as other_id,
    count(distinct one.fact_id) as weight,
    count(*) filter (where one.role = 'doer' and other.role = 'doer') as together,
    count(*) filter (where one.role = 'doer' and other.role = 'receiver') as forth,
    count(*) filter (where one.role = 'receiver' and other.role = 'doer') as back
  from shown
  join participants as one on one.fact_id = shown.fact_id
  join participants as other on other.fact_id = one.fact_id and other.actor_id > one.actor_id
  where true
    and (select id from actors where key = :actor) in (one.actor_id, other.actor_id)  -- if :actor
  group by
    one.actor_id,
    other.actor_id
  having count(distinct one.fact_id) >= :least
),
edges as (
  select
    case when ones.key < others.key then ones.key else others.key end as source,
    case when ones.key < others.key then others.key else ones.key end as target,
    pairs.weight,
    pairs.together,
    case when ones.key < others.key then pairs.forth else pairs.back end as forth,
    case when ones.key < others.key then pairs.back else pairs.forth end as back,
    case when ones.key < others.key then ones.name else others.name end as source_name,
    case when ones.key < others.key then others.name else ones.name end as target_name
  from pairs
  join actors as ones on ones.id = pairs.one_id
  join actors as others on others.id = pairs.other_id
)
select
  source,
  target,
  weight,
  together,
  forth,
  back,
  source_name,
  target_name
from edges
order by
  weight desc,
  source,
  target
