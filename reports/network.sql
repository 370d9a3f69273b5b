-- Network
-- Who appears with whom in events, how often, as doer and as receiver?
--
-- One row for each pair of actors that take part in the same events, in whatever role: the edges of
-- a graph. Graph tools read source, target and weight from csv as they are; the edges are
-- undirected, and further columns show the directions. Edges with the most events come first. The
-- report dyad lists the events of two actors.
--
-- Parameters
--   actor         actor                               only the edges of this actor
--   with_members  flag, with actor                    also the edges of those who act for this
--                                                     actor
--   modality      choice of modality, default actual  only events with this modality
--   at_least      integer, at least 0, default 1      only edges with at least this many events,
--                                                     alleged ones included
--   place         place                               only events at this place or within it
--   document      document, repeated                  only what these documents state
--   topic         topic                               only what is on this topic
--   certainty     choice of certainty                 only what at least one voice states like this
--
-- Columns
--   source       text, detail                       key of an actor: the first of the two keys in
--                                                   order
--   target       text, detail                       key of the second actor
--   source_name  text, main, as First               heading of the first actor
--   target_name  text, main, as Second              heading of the second actor
--   weight       integer, as Events                 events in which both take part, in whatever
--                                                   roles, and that are stated as facts
--   together     integer, usually 0, as Both act    of these, events in which both are doers
--   forth        integer, usually 0, as 1st on 2nd  of these, the first is a doer and the second a
--                                                   receiver
--   back         integer, usually 0, as 2nd on 1st  of these, the second is a doer and the first a
--                                                   receiver
--   alleged      integer, usually 0, as Alleged     further events of both that are only alleged,
--                                                   inferred or rumoured
--   acting_for   text, as For whom                  with --with-members: which of the two acts for
--                                                   the actor
--   document     documents                          keys of the documents that state these events:
--                                                   of several the first and the last
--   passage      passage                            where they state them, up to twelve passages
--                                                   and how many more
--
-- Rows
--   pair, out of all
--
-- Legend
-- Events: those in which both take part, in any role. Both act: they do it together. 1st on 2nd:
-- the first does it, the second is at the receiving end. Alleged: further events that are only
-- alleged, inferred or rumoured; no other number counts them.

with involved (fact_id, actor_id, acting_for) as (
  select participation.fact_id, actors.id, min(participation.acting_for)
  from participation
  join actors on actors.key = participation.member
  where participation.role not in ('from', 'to')
    and participation.actor = :actor  -- if :actor
    and participation.steps = 0  -- unless :with_members
  group by participation.fact_id, actors.id
),
-- A standing begins with one of these words: there is also "Alleged intention".
shown (fact_id, alleged) as (
  select
    events.id,
    case when upper(substr(replace(fact_summaries.standing, 'Draft, ', ''), 1, 7))
      in ('ALLEGED', 'INFERRE', 'RUMOURE') then 1 else 0 end
  from events
  join fact_summaries on fact_summaries.fact_id = events.id
  where events.modality = :modality
    and events.id in (select fact_id from involved)  -- if :actor
    and events.id in (select fact_id from fact_places where place = :place)  -- if :place
    and events.id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and events.id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = events.id and certainty = :certainty)  -- if :certainty
),
-- Nobody is twice in the same role of one event: so roles need no distinct count, events do.
-- The keys decide which of the two comes first, at the end.
pairs (first_id, second_id, events, alleged, together, forth, back, acting_for) as (
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
    min(coalesce(one.acting_for, other.acting_for))  -- if :actor
    cast(null as text)  -- unless :actor
  -- A cross join, so that SQLite doesn't start from all participants.
  from shown
  cross join participants as firsts
  join participants as seconds
    on seconds.fact_id = firsts.fact_id and seconds.actor_id > firsts.actor_id
  left join involved as one  -- if :actor
    on one.fact_id = shown.fact_id and one.actor_id = firsts.actor_id  -- if :actor
  left join involved as other  -- if :actor
    on other.fact_id = shown.fact_id and other.actor_id = seconds.actor_id  -- if :actor
  where firsts.fact_id = shown.fact_id
    and coalesce(one.fact_id, other.fact_id) is not null  -- if :actor
  group by
    firsts.actor_id,
    seconds.actor_id
  having count(distinct shown.fact_id) >= :at_least
),
-- The passages of each pair, each once and in order.
stated (first_id, second_id, document, passage, n, first, last) as (
  select first_id, second_id, document, passage,
    row_number() over (partition by first_id, second_id order by document, passage),
    min(document) over (partition by first_id, second_id),
    max(document) over (partition by first_id, second_id)
  from (
    select distinct pairs.first_id, pairs.second_id, sources.key as document, fact_passages.passage
    from shown
    cross join participants as firsts
    join participants as seconds
      on seconds.fact_id = firsts.fact_id and seconds.actor_id > firsts.actor_id
    join pairs on pairs.first_id = firsts.actor_id and pairs.second_id = seconds.actor_id
    join fact_passages on fact_passages.fact_id = firsts.fact_id
    join sources on sources.id = fact_passages.document_id
    where firsts.fact_id = shown.fact_id
  ) as each_once
),
marked (first_id, second_id, documents, passage, n) as (
  select first_id, second_id, first || coalesce('; ' || nullif(last, first), ''),
    case n when 1 then '' else '; ' end || case first when last then '' else document || ' ' end
      || '¶' || passage, n
  from stated
),
-- The engines share no function that joins a list.
located (first_id, second_id, documents, passage) as (
  select first_id, second_id, min(documents),
    max(case n when 1 then passage else '' end) || max(case n when 2 then passage else '' end)
    || max(case n when 3 then passage else '' end) || max(case n when 4 then passage else '' end)
    || max(case n when 5 then passage else '' end) || max(case n when 6 then passage else '' end)
    || max(case n when 7 then passage else '' end) || max(case n when 8 then passage else '' end)
    || max(case n when 9 then passage else '' end) || max(case n when 10 then passage else '' end)
    || max(case n when 11 then passage else '' end) || max(case n when 12 then passage else '' end)
    || case when max(n) > 12 then '; and ' || (max(n) - 12) || ' more' else '' end
  from marked group by first_id, second_id
)
select
  case when firsts.key < seconds.key then firsts.key else seconds.key end as source,
  case when firsts.key < seconds.key then seconds.key else firsts.key end as target,
  case when firsts.key < seconds.key then firsts.name else seconds.name end as source_name,
  case when firsts.key < seconds.key then seconds.name else firsts.name end as target_name,
  pairs.events - pairs.alleged as weight,
  pairs.together,
  case when firsts.key < seconds.key then pairs.forth else pairs.back end as forth,
  case when firsts.key < seconds.key then pairs.back else pairs.forth end as back,
  pairs.alleged,
  pairs.acting_for,
  located.documents as document,
  located.passage
from pairs
left join located on located.first_id = pairs.first_id and located.second_id = pairs.second_id
join actors as firsts on firsts.id = pairs.first_id
join actors as seconds on seconds.id = pairs.second_id
order by
  pairs.events - pairs.alleged desc,
  pairs.alleged desc,
  case when firsts.key < seconds.key then firsts.key else seconds.key end,
  case when firsts.key < seconds.key then seconds.key else firsts.key end
