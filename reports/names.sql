-- Names
-- What names does each actor have, and which source uses which?
--
-- One row for each name and voice that uses it: who says "regime" and who "government". Of each
-- actor names in full come first, then short ones, titles, metonyms, descriptions. A voice has
-- further rows for a name that it uses in more than 64 passages.
--
-- Parameters
--   actor         actor               only the names of this actor
--   with_members  flag, with actor    also those who act for this actor
--   document      document, repeated  only what these documents state
--
-- Columns
--   actor_name  text, as Actor         heading of the actor
--   name        text, main, as Called  the name, as the text has it
--   kind        text, as Kind of name  name, short, title, metonym, description or transliteration
--   voice       text, as By            title of the source whose word it is; empty: the document
--                                      itself
--   acting_for  text, as For whom      with --with-members: who acts for the actor that was asked
--                                      for
--   source      documents              key of the document that uses it
--   passage     passage                where it uses it
--   times       integer, detail        how often this voice is noted to use it
--   actor       text, detail           key of the actor
--   used_by     text, detail           key of the source whose word it is: the document itself, or
--                                      a voice that it relays
--   through     text, detail           the chain of voices, the innermost first, the document last
--   fact        text, detail           key of the name, as the coding has it
--
-- Rows
--   use of a name | uses of names
--
-- Legend
--   Where “By” is empty, the document itself uses the name.

with known (actor_id, acting_for) as (
  select
    actors.id,
    case when min(members.steps) > 0 then members.member_name || ' for ' || members.actor_name end
  from members
  join actors on actors.key = members.member
  where true
    and members.actor = :actor  -- if :actor
    and members.steps = 0  -- unless :with_members
  group by actors.id, members.member_name, members.actor_name
),
-- One row for each passage in which a voice uses a name.
uses (fact_id, attribution_id, passage, times, n) as (
  select
    evidence.fact_id,
    evidence.attribution_id,
    spans.passage,
    count(*),
    row_number() over (
      partition by evidence.fact_id, evidence.attribution_id
      order by spans.passage
    ) - 1
  from actor_names
  join evidence on evidence.fact_id = actor_names.id
  join spans on spans.evidence_id = evidence.id
  where true
    and actor_names.actor_id in (select actor_id from known)  -- if :actor
    and actor_names.id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
  group by evidence.fact_id, evidence.attribution_id, spans.passage
),
-- The engines share no function that joins a list, so lists are made of eights: first of passages,
-- then of lists.
eights (fact_id, attribution_id, n, times, passages) as (
  select fact_id, attribution_id, n / 8, sum(times),
    coalesce(max(case n % 8 when 0 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 1 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 2 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 3 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 4 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 5 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 6 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 7 then '; ¶' || passage end), '')
  from uses
  group by fact_id, attribution_id, n / 8
),
lists (fact_id, attribution_id, n, times, passages) as (
  select fact_id, attribution_id, n / 8, sum(times),
    coalesce(max(case n % 8 when 0 then passages end), '')
      || coalesce(max(case n % 8 when 1 then passages end), '')
      || coalesce(max(case n % 8 when 2 then passages end), '')
      || coalesce(max(case n % 8 when 3 then passages end), '')
      || coalesce(max(case n % 8 when 4 then passages end), '')
      || coalesce(max(case n % 8 when 5 then passages end), '')
      || coalesce(max(case n % 8 when 6 then passages end), '')
      || coalesce(max(case n % 8 when 7 then passages end), '')
  from eights
  group by fact_id, attribution_id, n / 8
)
select
  actors.name as actor_name,
  actor_names.name,
  actor_names.name_kind as kind,
  case when chains.depth > 0 then chains.title end as voice,
  known.acting_for,  -- if :actor
  cast(null as text) as acting_for,  -- unless :actor
  chains.document as source,
  substr(lists.passages, 3) as passage,
  cast(lists.times as integer) as times,
  actors.key as actor,
  chains.source as used_by,
  chains.through,
  case when (select count(*) from codings) > 1 then fact_summaries.introduced_by || ':' else '' end
    || fact_summaries.key as fact
from lists
join actor_names on actor_names.id = lists.fact_id
join actors on actors.id = actor_names.actor_id
join known on known.actor_id = actors.id  -- if :actor
join fact_summaries on fact_summaries.fact_id = actor_names.id
join chains on chains.attribution_id = lists.attribution_id
order by
  actors.key,
  case actor_names.name_kind
    when 'name' then 1
    when 'short' then 2
    when 'title' then 3
    when 'metonym' then 4
    when 'description' then 5
    else 6
  end,
  actor_names.name,
  chains.document,
  lists.times desc,
  chains.through,
  chains.source,
  fact_summaries.key,
  fact_summaries.introduced_by,
  lists.n,
  lists.passages
