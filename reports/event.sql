-- Event
-- One event: who, where, when, what came before and after, and who says so?
--
-- One part after the other: what happened, where, who took part and as what, who says so, in whose
-- words it is dated, how it relates to other events, what was said on its occasion, and which other
-- events of the same actors were nearest before, meanwhile and after it.
--
-- A key that several documents use shows the event of each; the first column tells them apart.
-- What is before and after goes by days: an event counts as before if its last day lies before the
-- first of this one, as meanwhile if it is surely neither before nor after. What is undated, or
-- has no bounds, neighbours nothing in time.
--
-- Parameters
--   event  event, required     the event
--   near   integer, default 3  how many neighbours in time to show before, meanwhile and after
--
-- Columns
--   event      text, detail  the event, as document:key
--   part       text          event, where, who, says, link, quote, before, meanwhile, after
--   what       text          title; place; actor; what the voice says of it beyond that; the other
--                            event or the statement
--   how        text          type of event; kind of place; role; the document's stance to the
--                            voice; the link, with the lag; directness; how many actors the two
--                            events share
--   date       text          date in EDTF, of a voice its own; empty: undated or not said
--   words      text, detail  words of the text that date it
--   modality   text          actual, intended, expected, possible, hypothetical or denied; of a
--                            voice its own
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   key        text, detail  key of the actor, place, other event or quote
--   fact       text, detail  key of the fact that the row states

with asked (document_id, key) as (
  select document_id, cast(:event as text)
  from codings
  union all
  select
    codings.document_id,
    substr(:event, length(documents.key) + 2)
  from codings
  join sources as documents on documents.id = codings.document_id
  where substr(:event, 1, length(documents.key) + 1) = documents.key || ':'
),
it (id, name) as (
  select facts.id, documents.key || ':' || facts.key
  from asked
  join facts on facts.document_id = asked.document_id and facts.key = asked.key
  join sources as documents on documents.id = facts.document_id
  where facts.kind = 'event'
),
-- Other events of those who take part in it, by time.
others (it_id, fact_id, shared) as (
  select
    it.id,
    theirs.fact_id,
    count(distinct theirs.actor_id)
  from it
  join participants as ours on ours.fact_id = it.id
  join participants as theirs on theirs.actor_id = ours.actor_id
  where theirs.kind = 'event' and theirs.fact_id <> it.id
  group by
    it.id,
    theirs.fact_id
),
timed as (
  select
    others.it_id,
    others.fact_id,
    others.shared,
    case
      when their_dates.latest < our_dates.earliest then 'before'
      when their_dates.earliest > our_dates.latest then 'after'
      else 'meanwhile'
    end as part,
    their_dates.earliest,
    their_dates.latest
  from others
  join events as ours on ours.id = others.it_id
  join events as theirs on theirs.id = others.fact_id
  join dates as our_dates on our_dates.edtf = ours.date
  join dates as their_dates on their_dates.edtf = theirs.date
  where coalesce(our_dates.earliest, our_dates.latest) is not null
    and coalesce(their_dates.earliest, their_dates.latest) is not null
),
-- The nearest ends last if it was before, begins first if it came after; of those as near as each
-- other, first what has a beginning and an end, then what has most actors in common.
ranked as (
  select
    timed.it_id,
    timed.fact_id,
    timed.shared,
    timed.part,
    row_number() over (
      partition by timed.it_id, timed.part
      order by
        case when timed.part = 'before' then timed.latest end desc nulls last,
        case when timed.part = 'after' then timed.earliest end nulls last,
        case when timed.earliest is null or timed.latest is null then 1 else 0 end,
        timed.shared desc,
        timed.earliest nulls last,
        timed.latest nulls last,
        facts.key,
        documents.key
    ) as n
  from timed
  join facts on facts.id = timed.fact_id
  join sources as documents on documents.id = facts.document_id
),
voices (it_id, evidence_id, passage) as (
  select
    it.id,
    evidence.id,
    spans.passage
  from it
  join evidence on evidence.fact_id = it.id
  join spans on spans.evidence_id = evidence.id
  group by
    it.id,
    evidence.id,
    spans.passage
),
links (it_id, fact_id, other_id, how) as (
  select
    it.id,
    event_links.id,
    event_links.to_event_id,
    replace(event_links.type, '-', ' ') || coalesce(' (' || event_links.lag || ')', '')
  from it
  join event_links on event_links.from_event_id = it.id
  union all
  select
    it.id,
    event_links.id,
    event_links.from_event_id,
    case event_links.type
      when 'follows' then 'is followed by'
      when 'part-of' then 'has as a part'
      when 'in-response-to' then 'is answered by'
      when 'condition-of' then 'has as a condition'
      else 'gave or would give place to'
    end || coalesce(' (' || event_links.lag || ')', '')
  from it
  join event_links on event_links.to_event_id = it.id
),
found as (
  select
    it.id as it_id,
    1 as rank,
    'event' as part,
    it.id as fact_id,
    facts.key,
    events.title || coalesce(': ' || events.summary, '') as what,
    events.event_type as how,
    events.date as said,
    events.modality,
    0 as n
  from it
  join facts on facts.id = it.id
  join events on events.id = it.id
  union all
  select
    it.id,
    2,
    'where',
    it.id,
    places.key,
    places.name || coalesce(', ' || around.name, ''),
    places.kind,
    null,
    null,
    0
  from it
  join events on events.id = it.id
  join places on places.id = events.place_id
  left join places as around on around.id = places.within_id
  union all
  select
    it.id,
    3,
    'who',
    it.id,
    actors.key,
    actors.name || coalesce(' (' || participants.count_words || ')', ''),
    participants.role,
    null,
    null,
    case participants.role
      when 'doer' then 1
      when 'receiver' then 2
      when 'beneficiary' then 3
      when 'instrument' then 4
      when 'mediator' then 5
      when 'host' then 6
      else 7
    end
  from it
  join participants on participants.fact_id = it.id
  join actors on actors.id = participants.actor_id
  union all
  select
    links.it_id,
    5,
    'link',
    links.fact_id,
    facts.key,
    events.title,
    links.how,
    events.date,
    events.modality,
    0
  from links
  join events on events.id = links.other_id
  join facts on facts.id = links.other_id
  union all
  select
    it.id,
    6,
    'quote',
    quotations.fact_id,
    quotations.quote,
    coalesce(quotations.speaker || ': ', '')
      || coalesce(
        quotations.says || coalesce(' (“' || quotations.text || '”)', ''),
        '“' || quotations.text || '”'
      ),
    quotations.directness,
    quotations.date,
    null,
    0
  from it
  join quotes on quotes.occasion_id = it.id
  join quotations on quotations.fact_id = quotes.id
  union all
  select
    ranked.it_id,
    case ranked.part when 'before' then 7 when 'meanwhile' then 8 else 9 end,
    ranked.part,
    ranked.fact_id,
    facts.key,
    events.title,
    ranked.shared || case ranked.shared when 1 then ' actor shared' else ' actors shared' end,
    events.date,
    events.modality,
    ranked.n
  from ranked
  join events on events.id = ranked.fact_id
  join facts on facts.id = ranked.fact_id
  where ranked.n <= :near
),
told as (
  select
    found.it_id,
    found.fact_id,
    found.rank,
    found.part,
    found.what,
    found.how,
    found.said,
    case when found.part = 'event' then grounds.words end as words,
    coalesce(found.modality, grounds.modality) as modality,
    grounds.certainty,
    grounds.source,
    grounds.passage,
    grounds.through,
    found.key,
    found.n,
    grounds.document,
    grounds.paragraph,
    grounds.start
  from found
  join fact_overview as grounds on grounds.fact_id = found.fact_id
  union all
  -- Who says so: a row for each voice, and for each passage where it does.
  select
    voices.it_id,
    voices.it_id,
    4,
    'says',
    evidence.hedge,
    evidence.stance,
    evidence.date,
    evidence.date_words,
    evidence.modality,
    evidence.certainty,
    chains.document,
    '¶' || voices.passage,
    chains.through,
    chains.source,
    evidence.n,
    chains.document,
    voices.passage,
    0
  from voices
  join evidence on evidence.id = voices.evidence_id
  join chains on chains.attribution_id = evidence.attribution_id
)
select
  it.name as event,
  told.part,
  told.what,
  told.how,
  told.said as date,
  told.words,
  told.modality,
  told.certainty,
  told.source,
  told.passage,
  told.through,
  told.key,
  facts.key as fact
from told
join it on it.id = told.it_id
join facts on facts.id = told.fact_id
order by
  it.name,
  told.rank,
  case when told.rank in (3, 7, 8, 9) then told.n end,
  told.document,
  told.paragraph,
  told.start,
  told.n,
  told.how nulls first,
  told.key,
  told.source
