-- Names
-- What names does each actor have, and which source uses which?
--
-- One row for each name and voice that uses it: who says "regime" and who "government". Of each
-- actor names in full come first, then short ones, titles, metonyms, descriptions. A voice has
-- further rows for a name that it uses in more than 64 passages.
--
-- Parameters
--   actor  actor  only the names of this actor
--
-- Columns
--   actor    text          key of the actor
--   name     text          the name, as the text has it
--   kind     text          name, short, title, metonym, description or transliteration
--   used_by  text          key of the source whose word it is: the document itself, or a voice that
--                          it relays
--   times    integer       how often this voice is noted to use it
--   source   text, detail  key of the document that uses it
--   passage  text          where it states it
--   through  text, detail  the chain of voices, the innermost first, the document last
--   heading  text, detail  heading of the actor
--   fact     text, detail  key of the name, as the coding has it

-- One row for each passage in which a voice uses a name.
with uses (fact_id, attribution_id, passage, times, n) as (
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
    and actor_names.actor_id = (select id from actors where key = :actor)  -- if :actor
  group by
    evidence.fact_id,
    evidence.attribution_id,
    spans.passage
),
-- The engines share no function that joins a list, so lists are made of eights: first of passages,
-- then of lists.
eights (fact_id, attribution_id, n, times, passages) as (
  select
    fact_id,
    attribution_id,
    n / 8,
    sum(times),
    coalesce(max(case n % 8 when 0 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 1 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 2 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 3 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 4 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 5 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 6 then '; ¶' || passage end), '')
      || coalesce(max(case n % 8 when 7 then '; ¶' || passage end), '')
  from uses
  group by
    fact_id,
    attribution_id,
    n / 8
),
lists (fact_id, attribution_id, n, times, passages) as (
  select
    fact_id,
    attribution_id,
    n / 8,
    sum(times),
    coalesce(max(case n % 8 when 0 then passages end), '')
      || coalesce(max(case n % 8 when 1 then passages end), '')
      || coalesce(max(case n % 8 when 2 then passages end), '')
      || coalesce(max(case n % 8 when 3 then passages end), '')
      || coalesce(max(case n % 8 when 4 then passages end), '')
      || coalesce(max(case n % 8 when 5 then passages end), '')
      || coalesce(max(case n % 8 when 6 then passages end), '')
      || coalesce(max(case n % 8 when 7 then passages end), '')
  from eights
  group by
    fact_id,
    attribution_id,
    n / 8
)
select
  actors.key as actor,
  actor_names.name,
  actor_names.name_kind as kind,
  chains.source as used_by,
  cast(lists.times as integer) as times,
  chains.document as source,
  substr(lists.passages, 3) as passage,
  chains.through,
  actors.name as heading,
  case when (select count(*) from codings) > 1 then fact_summaries.introduced_by || ':' else '' end
    || fact_summaries.key as fact
from lists
join actor_names on actor_names.id = lists.fact_id
join actors on actors.id = actor_names.actor_id
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
  lists.n
