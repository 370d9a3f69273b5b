-- Actor
-- What is known about one actor: names, posts, ties, positions, events, and quotes by and about it?
--
-- One part after another: who it is, sources that it wrote, published or speaks through, its names,
-- posts and other ties, positions that it holds or that are about it, events, what it says, and
-- what others say to it or about it. Within a part dated rows come first, in order of time; the
-- others follow in the order of the text.
--
-- Facts are sentences. What isn't plainly stated as a fact begins with its standing: "Alleged:",
-- "Did not happen:".
--
-- Parameters
--   actor  actor, required  the actor
--
-- Columns
--   part       text          actor, source, name, post, tie, position, position about, event, quote
--                            by, quote about
--   what       text          the heading, title or name; a tie, position, event or quote as a
--                            sentence
--   how        text          kind of actor or name; role in a source; type of tie; kind of position
--                            and its topic; roles in an event; directness of a quote, or the role
--                            in one by others
--   who        text, detail  all who take part: doers, speakers or holders first
--   date       text          date in EDTF, of a tie since when; empty: undated
--   until      text, detail  until when, of a tie; empty: not stated
--   modality   text          actual, intended, expected, possible, hypothetical or denied; where
--                            voices differ, each reading
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it; empty: of the first row and of
--                            sources
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   key        text, detail  key of the actor, source, event, quote, position or tie

with subject (id, key, name, kind) as (
  select id, key, name, kind
  from actors
  where key = :actor
),
-- Its roles in each fact, most important first: the engines share no function that joins a list.
takes_part (fact_id, kind, roles) as (
  select
    participants.fact_id,
    participants.kind,
    substr(
      coalesce(max(case participants.role when 'doer' then '; doer' end), '')
        || coalesce(max(case participants.role when 'receiver' then '; receiver' end), '')
        || coalesce(max(case participants.role when 'beneficiary' then '; beneficiary' end), '')
        || coalesce(max(case participants.role when 'instrument' then '; instrument' end), '')
        || coalesce(max(case participants.role when 'host' then '; host' end), '')
        || coalesce(max(case participants.role when 'mediator' then '; mediator' end), '')
        || coalesce(max(case participants.role when 'concerned' then '; concerned' end), '')
        || coalesce(max(case participants.role when 'speaker' then '; speaker' end), '')
        || coalesce(max(case participants.role when 'addressee' then '; addressee' end), '')
        || coalesce(max(case participants.role when 'subject' then '; subject' end), '')
        || coalesce(max(case participants.role when 'holder' then '; holder' end), '')
        || coalesce(max(case participants.role when 'object' then '; object' end), ''),
      3
    )
  from participants
  where participants.actor_id = (select id from subject)
  group by participants.fact_id, participants.kind
),
listed (rank, part, fact_id, source_id, how) as (
  select 1, 'actor', cast(null as integer), cast(null as integer), kind
  from subject
  union all
  select 2, 'source', null, source_actors.source_id, source_actors.role
  from subject
  join source_actors on source_actors.actor_id = subject.id
  union all
  select 3, 'name', actor_names.id, null, actor_names.name_kind
  from subject
  join actor_names on actor_names.actor_id = subject.id
  union all
  select
    4, case when relations.type in ('heads', 'holds-post-in', 'advises') then 'post' else 'tie' end,
    relations.id, null, relations.type
  from subject
  join relations on relations.from_actor_id = subject.id or relations.to_actor_id = subject.id
  union all
  select 5, case takes_part.roles when 'object' then 'position about' else 'position' end,
    positions.id, null, positions.position_kind || ': ' || topics.label
  from takes_part
  join positions on positions.id = takes_part.fact_id
  join topics on topics.id = positions.topic_id
  union all
  select 6, 'event', fact_id, null, roles
  from takes_part
  where kind = 'event'
  union all
  select 7, 'quote by', quotes.id, null, quotes.directness
  from takes_part
  join quotes on quotes.id = takes_part.fact_id
  where substr(takes_part.roles, 1, 7) = 'speaker'
  union all
  select 8, 'quote about', fact_id, null, roles
  from takes_part
  where kind = 'quote' and substr(roles, 1, 7) <> 'speaker'
)
select
  listed.part,
  coalesce(
    sources.title,
    actor_names.name,
    fact_summaries.sentence
      || coalesce(' (“' || case when quotes.says is not null then quotes.text end || '”)', ''),
    subject.name
  ) as what,
  listed.how,
  coalesce(
    fact_summaries.who,
    fact_summaries.holder || coalesce('; ' || fact_summaries.object, ''),
    fact_summaries.object,
    origins.name || '; ' || targets.name
  ) as who,
  dates.edtf as date,
  relations.until,
  coalesce(events.modality, fact_summaries.modality) as modality,
  fact_summaries.certainty,
  fact_summaries.source,
  fact_summaries.passage,
  coalesce(fact_summaries.chain, attribution_chains.chain) as through,
  coalesce(
    case when (select count(*) from codings) > 1 then introduced_by || ':' else '' end
      || fact_summaries.key,
    sources.key,
    subject.key
  ) as key
from subject
join listed on true
left join sources on sources.id = listed.source_id
left join fact_summaries on fact_summaries.fact_id = listed.fact_id
left join attribution_chains on attribution_chains.attribution_id = fact_summaries.attribution_id
left join actor_names on actor_names.id = listed.fact_id
left join events on events.id = listed.fact_id
left join quotes on quotes.id = listed.fact_id
left join relations on relations.id = listed.fact_id
left join actors as origins on origins.id = relations.from_actor_id
left join actors as targets on targets.id = relations.to_actor_id
left join dates
  on dates.edtf = coalesce(sources.published, events.date, quotes.date, relations.since)
order by
  listed.rank,
  listed.part,
  dates.first_day nulls last,
  dates.last_day nulls last,
  dates.edtf is null,
  fact_summaries.document nulls first,
  fact_summaries.paragraph nulls first,
  fact_summaries.start nulls first,
  coalesce(fact_summaries.key, sources.key) nulls first,
  fact_summaries.introduced_by nulls first,
  listed.how
