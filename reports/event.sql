-- Event
-- One event: who, where, when, what came before and after, and who says so?
--
-- One part after another: what happened, where, who took part and as what, who says so and in whose
-- words it is dated, how it relates to other events, what was said on its occasion, and the nearest
-- events of the same actors in time.
--
-- Days decide what came first. Before: its last possible day precedes the first of this event.
-- After: the reverse. Same day: both are dated to one and the same day. Unclear: the dates allow
-- any order, or both at once. Undated events, and those without a first and a last day, are left
-- out.
--
-- If several documents use the key, the events of all are shown; the first column tells them apart.
--
-- Parameters
--   event  event, required     the event
--   near   integer, default 3  how many events to show before, on the same day, unclear and after
--
-- Columns
--   event      text, detail  the event, as document:key
--   part       text          event, where, who, says, link, quote, before, same day, unclear, after
--   what       text          place; actor; the words with which the voice hedges it; otherwise a
--                            sentence, of the event itself with its summary
--   how        text          type of event; kind of place; role; the document's stance to the
--                            voice; type of link; directness; how many actors both events share
--   date       text          date in EDTF, of a voice its own; empty: undated or not stated
--   words      text, detail  words of the text that date it
--   modality   text          actual, intended, expected, possible, hypothetical or denied; of a
--                            voice its own; of a link that of the other event
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   key        text, detail  key of the place, actor, voice, other event or quote
--   fact       text, detail  key of the fact that the row states

with asked (id, name, place_id, first_day, last_day) as (
  select facts.id, documents.key || ':' || facts.key, events.place_id, first_day, last_day
  from sources as documents
  cross join facts
  join events on events.id = facts.id
  left join dates on dates.edtf = events.date
  where facts.document_id = documents.id
    and facts.key in (cast(:event as text), substr(cast(:event as text), length(documents.key) + 2))
    and cast(:event as text) in (facts.key, documents.key || ':' || facts.key)
),
-- Dated events of the same actors. Cross joins keep SQLite from reading all participants.
timed (event_id, other_id, first_day, last_day, shared, rank) as (
  select asked.id, events.id, dates.first_day, dates.last_day, count(distinct theirs.actor_id),
    case
      when dates.last_day < asked.first_day then 7
      when dates.first_day > asked.last_day then 10
      when dates.first_day = asked.last_day and dates.last_day = asked.first_day then 8
      else 9
    end
  from asked
  cross join participants as ours
  cross join participants as theirs
  join events on events.id = theirs.fact_id
  join dates on dates.edtf = events.date and coalesce(dates.first_day, dates.last_day) is not null
  where ours.fact_id = asked.id and theirs.actor_id = ours.actor_id and theirs.fact_id <> asked.id
    and coalesce(asked.first_day, asked.last_day) is not null
  group by asked.id, asked.first_day, asked.last_day, events.id, dates.first_day, dates.last_day
),
nearest (event_id, other_id, shared, rank, n) as (
  select timed.event_id, timed.other_id, timed.shared, timed.rank,
    row_number() over (
      partition by timed.event_id, timed.rank
      order by
        case timed.rank when 7 then -timed.last_day when 10 then timed.first_day end nulls last,
        timed.last_day - timed.first_day nulls last,
        timed.shared desc,
        facts.key,
        facts.document_id
    )
  from timed
  join facts on facts.id = timed.other_id
),
-- fact_id is what a row states; other_id the event or quote whose date, modality and key it shows.
listed (event_id, rank, part, n, fact_id, other_id, evidence_id, what, how, key) as (
  select asked.id, 4, 'says', evidence.n, asked.id, cast(null as integer), evidence.id,
    evidence.hedge, evidence.stance, chains.source
  from asked
  join evidence on evidence.fact_id = asked.id
  join chains on chains.attribution_id = evidence.attribution_id
  union all
  select id, 1, 'event', 0, id, id, null, null, null, null
  from asked
  union all
  select asked.id, 2, 'where', 0, asked.id, null, null,
    places.name || coalesce(', ' || regions.name, ''), places.kind, places.key
  from asked
  join places on places.id = asked.place_id
  left join places as regions on regions.id = places.within_id
  union all
  select asked.id, 3, 'who', case participants.role when 'doer' then 1000 when 'receiver' then 2000
      when 'beneficiary' then 3000 when 'instrument' then 4000 when 'host' then 5000
      when 'mediator' then 6000 else 7000 end + participants.n, asked.id, null, null,
    actors.name || coalesce(' (' || count_words || ')', ''), participants.role, actors.key
  from asked
  join participants on participants.fact_id = asked.id
  join actors on actors.id = participants.actor_id
  union all
  select asked.id, 5, 'link', 0, event_links.id, case event_links.to_event_id when asked.id
      then event_links.from_event_id else event_links.to_event_id end,
    null, null, event_links.type, null
  from asked
  join event_links on event_links.from_event_id = asked.id or event_links.to_event_id = asked.id
  union all
  select asked.id, 6, 'quote', 0, quotes.id, quotes.id, null, null, quotes.directness, null
  from asked
  join quotes on quotes.occasion_id = asked.id
  union all
  select event_id, rank, case rank when 7 then 'before' when 8 then 'same day' when 9 then 'unclear'
      else 'after' end, n, other_id, other_id, null, null, 'actors shared: ' || shared, null
  from nearest
  where n <= :near
)
select
  asked.name as event,
  listed.part,
  case when listed.rank in (2, 3, 4) then listed.what else fact_overview.sentence
    || coalesce(': ' || case listed.rank when 1 then events.summary end, '')
    || coalesce(' (“' || case when quotes.says is not null then quotes.text end || '”)', '')
  end as what,
  coalesce(listed.how, events.event_type) as how,
  coalesce(evidence.date, events.date, quotes.date) as date,
  coalesce(evidence.date_words, case listed.rank when 1 then fact_overview.words end) as words,
  coalesce(evidence.modality, events.modality, fact_overview.modality) as modality,
  coalesce(evidence.certainty, fact_overview.certainty) as certainty,
  coalesce(documents.key, fact_overview.source) as source,
  coalesce(evidence_passages.passage, fact_overview.passage) as passage,
  coalesce(attribution_chains.chain, fact_overview.through) as through,
  coalesce(listed.key, case when (select count(*) from codings) > 1 then others.introduced_by || ':'
    else '' end || others.key) as key,
  fact_overview.cited_as as fact
from asked
join listed on listed.event_id = asked.id
join fact_overview on fact_overview.fact_id = listed.fact_id
left join fact_summaries as others on others.fact_id = listed.other_id
left join events on events.id = listed.other_id
left join quotes on quotes.id = listed.other_id
left join evidence on evidence.id = listed.evidence_id
left join sources as documents on documents.id = evidence.document_id
left join evidence_passages on evidence_passages.evidence_id = evidence.id
left join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
order by
  asked.name,
  listed.rank,
  case when listed.rank > 6 then listed.n end nulls first,
  coalesce(documents.key, fact_overview.document) nulls last,
  coalesce(evidence_passages.paragraph, fact_overview.paragraph) nulls last,
  coalesce(evidence_passages.start, fact_overview.start) nulls last,
  listed.n,
  fact_overview.cited_as,
  listed.key nulls first
