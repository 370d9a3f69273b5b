-- Actor
-- What is known about one actor: names, posts, ties, positions, events, and quotes by and about it?
--
-- One part after another: its names and its identifiers in catalogues, sources that it wrote,
-- published or speaks through, posts, other ties and control of places, positions that it holds or
-- that are about it, events, what it says, and what others say to it or about it. What happened and
-- what is only expected, possible, imagined or denied are kept apart. Within a part dated rows come
-- first, in order of time; the others follow in the order of the text.
--
-- Facts are sentences. What isn't plainly stated as a fact begins with its standing: "Alleged:",
-- "Did not happen:".
--
-- Parameters
--   actor         actor, required      the actor
--   with_members  flag                 also what those who act for it take part in
--   document      document, repeated   only what these documents state
--   topic         topic                only what is on this topic
--   place         place                only what happened or was said at this place or within it
--   certainty     choice of certainty  only what at least one voice states like this
--
-- Columns
--   part        text, detail       actor, source, name, identifier, post, tie, control, position,
--                                  position about, event, quote by, quote about
--   section     text, section      heading of the part
--   date        date, undated      when; of a tie since when; empty: undated
--   what        text, main         the heading, title or name; a tie, position, event or quote as a
--                                  sentence
--   as_what     text, as As        kind of actor or name; its role in a source, event or statement
--   how         text, detail       kind of actor or name; role in a source; type of tie; kind of
--                                  position and its topic; roles in an event; directness of a
--                                  quote, or the role in one by others
--   acting_for  text, as For whom  with --with-members: who acts for it
--   who         text, detail       all who take part: doers, speakers or holders first
--   until       date               until when, of a tie; empty: not stated
--   modality    text, detail       actual, intended, expected, possible, hypothetical or denied;
--                                  where voices differ, each reading
--   certainty   text, detail       how it is stated: asserted, reported, alleged, rumoured,
--                                  inferred
--   source      documents          keys of the documents that state it; empty: of the first row and
--                                  of sources
--   passage     passage            where they state it
--   through     text, detail       voices, the innermost first, the document last; " | " between
--                                  two chains
--   key         text, detail       key of the actor, source, event, quote, position or tie
--
-- Rows
--   entry | entries

with subject (id, key, name, kind) as (
  select id, key, name, kind
  from actors
  where key = :actor
),
-- Its roles in each fact, or those of members: two are named, because the engines share no function
-- that joins a list.
takes_part (fact_id, speaks, roles, acting_for) as (
  select
    fact_id,
    max(case role when 'speaker' then 1 else 0 end),
    min(role) || coalesce('; ' || nullif(max(role), min(role)), '')
      || case when count(distinct role) > 2 then '; and others' else '' end,
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from participation
  where actor = :actor
    and steps = 0  -- unless :with_members
  group by fact_id
),
listed (rank, part, fact_id, source_id, how, acting_for) as (
  select 1, 'actor', cast(null as integer), cast(null as integer), kind, cast(null as text)
  from subject
  union all
  select 3, 'source', null, source_actors.source_id, source_actors.role, null
  from subject join source_actors on source_actors.actor_id = subject.id
  union all
  select 2, 'name', actor_names.id, null, actor_names.name_kind, null
  from subject join actor_names on actor_names.actor_id = subject.id
  union all
  select distinct 2, 'identifier', cast(null as integer), cast(null as integer), scheme,
    cast(null as text)
  from subject join identifiers on identifiers.actor_id = subject.id
  union all
  select
    4, case when relations.type in ('heads', 'holds-post-in', 'advises') then 'post' else 'tie' end,
    relations.id, null, relations.type, acting_for
  from takes_part join relations on relations.id = takes_part.fact_id
  union all
  select 4, 'control', territorial_control.id, null, territorial_control.type, acting_for
  from takes_part join territorial_control on territorial_control.id = takes_part.fact_id
  union all
  select 5, case roles when 'object' then 'position about' else 'position' end,
    positions.id, null, positions.position_kind || ': ' || topics.label, acting_for
  from takes_part join positions on positions.id = takes_part.fact_id
  join topics on topics.id = positions.topic_id
  union all
  select case events.modality when 'actual' then 6 else 7 end, 'event', events.id, null, roles,
    acting_for
  from takes_part join events on events.id = takes_part.fact_id
  union all
  select case speaks when 1 then 8 else 9 end, case speaks when 1 then 'quote by'
    else 'quote about' end, quotes.id, null,
    case speaks when 1 then quotes.directness else roles end, acting_for
  from takes_part join quotes on quotes.id = takes_part.fact_id
)
select
  listed.part,
  case when listed.rank <= 2 then 'Names' when listed.rank = 3 then 'Sources'
    when listed.rank = 4 then 'Posts and ties' when listed.part = 'position' then 'Positions'
    when listed.rank = 5 then 'Positions of others' when listed.rank = 6 then 'What happened'
    when listed.rank = 7 then 'Intended, expected, possible, imagined or denied'
    when listed.rank = 8 then 'Statements by the actor' else 'Statements of others' end as section,
  dates.edtf as date,
  coalesce(
    sources.title,
    actor_names.name,
    identifiers.identifier,
    fact_summaries.sentence
      || coalesce(': “' || case when quotes.says is not null then quotes.text end || '”', ''),
    subject.name
  ) as what,
  case when listed.rank in (1, 2, 3, 6, 7, 9) then listed.how end as as_what,
  listed.how,
  listed.acting_for,
  coalesce(fact_summaries.who, fact_summaries.holder || coalesce('; ' || fact_summaries.object, ''),
    fact_summaries.object, origins.name || '; ' || targets.name) as who,
  coalesce(relations.until, territorial_control.until) as until,
  coalesce(events.modality, fact_summaries.modality) as modality,
  fact_summaries.certainty,
  fact_summaries.source,
  fact_summaries.passage,
  coalesce(fact_summaries.chain, attribution_chains.chain) as through,
  coalesce(case when (select count(*) from codings) > 1 then introduced_by || ':' else '' end
    || fact_summaries.key, sources.key, subject.key) as key
from subject
join listed on true
left join sources on sources.id = listed.source_id
left join fact_summaries on fact_summaries.fact_id = listed.fact_id
left join attribution_chains on attribution_chains.attribution_id = fact_summaries.attribution_id
left join actor_names on actor_names.id = listed.fact_id
left join events on events.id = listed.fact_id
left join quotes on quotes.id = listed.fact_id
left join positions on positions.id = listed.fact_id
left join relations on relations.id = listed.fact_id
left join territorial_control on territorial_control.id = listed.fact_id
left join identifiers on listed.part = 'identifier'
  and identifiers.actor_id = subject.id and identifiers.scheme = listed.how
left join actors as origins on origins.id = relations.from_actor_id
left join actors as targets on targets.id = relations.to_actor_id
left join dates
  on dates.edtf = coalesce(sources.published, events.date, quotes.date, positions.date,
    relations.since, territorial_control.since)
where true
  and (listed.fact_id is null or listed.fact_id in (  -- if :document
    select fact_id from fact_documents where document in (:document)))  -- if :document
  and (listed.fact_id is null or listed.fact_id in (  -- if :topic
    select fact_id from fact_topics where topic = :topic))  -- if :topic
  and (listed.fact_id is null or listed.fact_id in (  -- if :place
    select fact_id from fact_places where place = :place))  -- if :place
  and (listed.fact_id is null or exists (select 1 from evidence  -- if :certainty
    where evidence.fact_id = listed.fact_id and certainty = :certainty))  -- if :certainty
order by
  listed.rank, listed.part,
  case when listed.how = 'name' then 0 else 1 end,
  dates.first_day nulls last, dates.last_day nulls last, dates.edtf is null,
  fact_summaries.document nulls first, fact_summaries.paragraph nulls first,
  fact_summaries.start nulls first,
  coalesce(fact_summaries.key, sources.key) nulls first,
  fact_summaries.introduced_by nulls first, listed.how, identifiers.identifier nulls first
