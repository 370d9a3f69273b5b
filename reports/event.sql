-- Event
-- One event: who, where, when, what came before and after, and who says so?
--
-- One part after another: what happened, where, who took part and as what; who says so, how, and in
-- whose words it is dated; how the text links it to other events, and what was said on its
-- occasion; and the nearest events of the same actors in time, which need have nothing to do with
-- it. What isn't plainly stated as a fact begins with its standing: "Alleged:", "Did not happen:".
--
-- Days decide what came first. Before: its last possible day precedes the first of this event.
-- After: the reverse. Meanwhile: there surely is a day that belongs to both. Order unknown: the
-- dates allow any order, as "2015" does for a day of that year. Undated events, those without a
-- first and a last day, and those that the text links to this one are left out there.
--
-- If several documents use the key, the events of all are shown; the first column tells them apart.
--
-- Parameters
--   event  event, required                 the event
--   near   integer, at least 0, default 3  how many events to show before, meanwhile, after and
--                                          in unknown order
--
-- Columns
--   event      text, detail   the event, as document:key
--   section    text, section  heading
--   part       text           what the row is: What, Called, Where, How long, a role (Doer), how a
--                             voice states it (Intended, alleged), how another event or quote is
--                             linked to this one (Follows), Said there, Before, Meanwhile, Order
--                             unknown or After
--   what       text, main     the event or another one as a sentence; place; actor; voice; quote
--   stance     text, detail   what the document makes of a voice: endorses, neutral, doubts or
--                             rejects it
--   hedge      text           words with which a voice hedges it
--   date       date, undated  when; of a voice its own; empty: undated or not stated
--   words      text           words of the text that date it
--   in_common  text           who takes part in both events
--   modality   text, detail   actual, intended, expected, possible, hypothetical or denied; of a
--                             voice its own; of a link that of the other event
--   certainty  text, detail   how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     documents      keys of the documents that state it
--   passage    passage        where they state it
--   through    text, detail   voices, the innermost first, the document last; " | " between two
--                             chains
--   key        text, detail   key of the place, actor, voice, other event or quote
--   fact       text, detail   key of the fact that the row states
--
-- Rows
--   entry | entries
--
-- Legend
-- Where a sentence doesn't say otherwise, the document states it as a fact, or relays it without
-- distance. “Before, meanwhile, after” lists events that are near in time and share somebody:
-- nothing else connects them.

-- A day surely belongs to a period from since to until; within a year of a rough end nobody knows.
-- A slash after or before ten signs is next to a whole day; blanks keep short texts from counting.
with periods (edtf, first_day, last_day, since, until) as (
  select edtf, first_day, last_day,
    case when precision = 'day' or substr(edtf, 11, 1) = '/' then first_day
      when substr(edtf, 1, 3) = '../' then -999999999
      when precision = 'span' then first_day + 366 end,
    case when precision = 'day' or substr('      ' || edtf, length(edtf) - 4, 1) = '/' then last_day
      when substr(edtf, length(edtf) - 2) = '/..' then 999999999
      when precision = 'span' then last_day - 366 end
  from dates
),
asked (id, name, place_id, first_day, last_day, since, until, duration_words) as (
  select facts.id, documents.key || ':' || facts.key, events.place_id, first_day, last_day,
    since, until, duration_words from sources as documents
  cross join facts join events on events.id = facts.id
  left join periods on periods.edtf = events.date
  where facts.document_id = documents.id
    and facts.key in (cast(:event as text), substr(cast(:event as text), length(documents.key) + 2))
    and cast(:event as text) in (facts.key, documents.key || ':' || facts.key)
),
linked (event_id, fact_id, other_id, label) as (
  select asked.id, event_links.id, to_fact_id, replace(type, '-', ' ')
  from asked join event_links on event_links.from_fact_id = asked.id
  union all select asked.id, event_links.id, from_fact_id,
    case type when 'part-of' then 'has as a part' when 'in-response-to' then 'answered by'
      when 'follows' then 'followed by' when 'condition-of' then 'depends on' else 'replaced by' end
  from asked join event_links on event_links.to_fact_id = asked.id
),
-- Dated events of the same actors. Cross joins keep SQLite from reading all participants.
timed (event_id, other_id, first_day, last_day, shared, name, rank) as (
  select asked.id, events.id, others.first_day, others.last_day, count(distinct theirs.actor_id),
    min(actors.name), case when others.last_day < asked.first_day then 7
      when others.first_day > asked.last_day then 10
      when (others.since <= asked.first_day and others.until >= asked.last_day)
        or (asked.since <= others.first_day and asked.until >= others.last_day)
        or (asked.since <= others.until and others.since <= asked.until
          and asked.since <= asked.until and others.since <= others.until) then 8 else 9 end
  from asked cross join participants as ours cross join participants as theirs
  join actors on actors.id = theirs.actor_id join events on events.id = theirs.fact_id
  join periods as others
    on others.edtf = events.date and coalesce(others.first_day, others.last_day) is not null
  where ours.fact_id = asked.id and theirs.actor_id = ours.actor_id and theirs.fact_id <> asked.id
    and coalesce(asked.first_day, asked.last_day) is not null
    and theirs.fact_id not in (select other_id from linked)
  group by asked.id, asked.first_day, asked.last_day, asked.since, asked.until, events.id,
    others.first_day, others.last_day, others.since, others.until
),
nearest (event_id, other_id, shared, name, rank, n) as (
  select event_id, other_id, shared, name, rank, row_number() over (partition by event_id, rank
      order by case rank when 7 then -last_day when 10 then first_day end nulls last,
        last_day - first_day nulls last, shared desc, key, introduced_by)
  from timed join fact_summaries on fact_summaries.fact_id = timed.other_id
),
-- fact_id is what a row states; other_id what it shows. A link's own standing comes first.
listed (event_id, rank, label, n, fact_id, other_id, evidence_id, what, key) as (
  select id, 1, 'what', 0, id, id, cast(null as integer), null, null from asked
  union all select event_id, 2, 'called', 0, id, null, null, '“' || name || '”', name_kind
  from event_names where event_id in (select id from asked)
  union all select id, 2, 'how long', 2, id, null, null, '“' || duration_words || '”', null
  from asked where duration_words is not null
  union all select asked.id, 2, 'where', 1, asked.id, null, null,
    places.name || coalesce(', ' || regions.name, ''), places.key
  from asked join places on places.id = asked.place_id
  left join places as regions on regions.id = places.within_id
  union all select asked.id, 3, role, case role when 'doer' then 1000 when 'receiver' then 2000
      when 'beneficiary' then 3000 when 'instrument' then 4000 when 'host' then 5000
      when 'mediator' then 6000 else 7000 end + participants.n, asked.id, null, null,
    actors.name || coalesce(' (' || count_words || ')', ''), actors.key
  from asked join participants on participants.fact_id = asked.id
  join actors on actors.id = participants.actor_id
  union all select asked.id, 4,
    case modality when 'actual' then certainty else modality end
      || case when modality <> 'actual' and certainty not in ('asserted', 'reported')
        then ', ' || certainty else '' end, 0, asked.id, null, evidence.id, title, source
  from asked join evidence on evidence.fact_id = asked.id
  join chains on chains.attribution_id = evidence.attribution_id
  union all select event_id, 5, coalesce(standing || ': ', '') || label, 0, linked.fact_id,
    other_id, null, null, null
  from linked join fact_summaries on fact_summaries.fact_id = linked.fact_id
  union all select asked.id, 6, 'said there', 0, quotes.id, quotes.id, null, null, null from asked
  join quotes on quotes.occasion_id = asked.id
  union all select event_id, rank, case rank when 7 then 'before' when 8 then 'meanwhile'
      when 9 then 'order unknown' else 'after' end, n, other_id, other_id, null, name
    || coalesce(', ' || nullif(shared - 1, 0) || ' more', ''), null
  from nearest where n <= :near
)
select
  asked.name as event,
  case when listed.rank = 1 then 'What and when' when listed.rank <= 3 then 'Where and who'
    when listed.rank = 4 then 'Who says so' when listed.rank <= 6 then 'What belongs to it'
    else 'Before, meanwhile, after' end as section,
  upper(substr(listed.label, 1, 1)) || substr(listed.label, 2) as part,
  case when listed.rank in (2, 3, 4) then listed.what else others.sentence
    || coalesce('. ' || case listed.rank when 1 then events.summary end, '') || coalesce(': “'
    || case when quotes.says is not null then quotes.text end || '”', '') end as what,
  evidence.stance, evidence.hedge, coalesce(evidence.date, events.date, quotes.date) as date,
  coalesce(evidence.date_words, case listed.rank when 1 then fact_overview.words end) as words,
  case when listed.rank > 6 then listed.what end as in_common,
  coalesce(evidence.modality, events.modality, fact_overview.modality) as modality,
  coalesce(evidence.certainty, fact_overview.certainty) as certainty,
  coalesce(documents.key, fact_overview.source) as source,
  coalesce(evidence_passages.passage, fact_overview.passage) as passage,
  coalesce(attribution_chains.chain, fact_overview.through) as through,
  coalesce(listed.key, case when (select count(*) from codings) > 1 then others.introduced_by || ':'
    else '' end || others.key) as key,
  fact_overview.cited_as as fact
from asked join listed on listed.event_id = asked.id
join fact_overview on fact_overview.fact_id = listed.fact_id
left join fact_summaries as others on others.fact_id = listed.other_id
left join events on events.id = listed.other_id left join quotes on quotes.id = listed.other_id
left join evidence on evidence.id = listed.evidence_id
left join sources as documents on documents.id = evidence.document_id
left join evidence_passages on evidence_passages.evidence_id = evidence.id
left join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
order by asked.name, listed.rank, listed.n,
  coalesce(documents.key, fact_overview.document) nulls last,
  coalesce(evidence_passages.paragraph, fact_overview.paragraph) nulls last,
  coalesce(evidence_passages.start, fact_overview.start) nulls last,
  fact_overview.cited_as, listed.key nulls first, evidence.n nulls first
