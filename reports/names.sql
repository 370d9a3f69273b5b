-- Names
-- By what names is everybody called, and which source uses which?
--
-- One row for each name and voice that uses it: who says "regime" and who "government". Of each
-- actor names in full come first, then short ones, titles, metonyms, descriptions.
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

with recursive called (fact_id) as (
  select actor_names.id
  from actors
  join actor_names on actor_names.actor_id = actors.id
  where true
    and actors.key = :actor  -- if :actor
),
uses (fact_id, attribution_id, passage, times, n, last) as (
  select
    evidence.fact_id,
    evidence.attribution_id,
    spans.passage,
    count(*),
    row_number() over (
      partition by evidence.fact_id, evidence.attribution_id
      order by spans.passage
    ),
    count(*) over (partition by evidence.fact_id, evidence.attribution_id)
  from called
  join evidence on evidence.fact_id = called.fact_id
  join spans on spans.evidence_id = evidence.id
  group by
    evidence.fact_id,
    evidence.attribution_id,
    spans.passage
),
-- The engines have no common way to join a list: each step adds the next passage to it.
listed (fact_id, attribution_id, n, last, times, passage) as (
  select fact_id, attribution_id, n, last, times, '¶' || passage
  from uses
  where n = 1
  union all
  select
    listed.fact_id,
    listed.attribution_id,
    uses.n,
    listed.last,
    listed.times + uses.times,
    listed.passage || '; ¶' || uses.passage
  from listed
  join uses
    on uses.fact_id = listed.fact_id
    and uses.attribution_id = listed.attribution_id
    and uses.n = listed.n + 1
)
select
  actors.key as actor,
  actor_names.name,
  actor_names.name_kind as kind,
  chains.source as used_by,
  listed.times,
  chains.document as source,
  listed.passage,
  chains.through,
  actors.name as heading,
  facts.key as fact
from listed
join actor_names on actor_names.id = listed.fact_id
join actors on actors.id = actor_names.actor_id
join facts on facts.id = actor_names.id
join chains on chains.attribution_id = listed.attribution_id
where listed.n = listed.last
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
  listed.times desc,
  chains.through,
  chains.source
