-- What happened, or was to happen, in the second half of 2015?
-- A date in the text may be vague. `earliest` and `latest` are the first and the last day that it can mean: here all of
-- it must be in these months. Take `sentence`, not `title`: it says so if something is only alleged or intended.
select date, sentence, passage
from timeline
where kind = 'event'
  and earliest >= '2015-07-01'
  and latest <= '2015-12-31'
order by first_day, last_day, event;

-- Who is quoted on Assad in their own words?
-- `text` holds the words between quotation marks, `says` the whole statement in the coder's words. The actors whom a
-- statement is about are its participants with the role `subject`.
select quotations.speaker, quotations.text, quotations.says, quotations.passage
from quotations
join participants on participants.fact_id = quotations.fact_id and participants.role = 'subject'
join actors on actors.id = participants.actor_id
where actors.key = 'bashar-al-assad'
  and quotations.text is not null
order by quotations.paragraph, quotations.start, quotations.quote;

-- What does Russia want, and what does Iran want?
-- `holder` lists all who hold a position; `participants` has a row for each of them.
select actors.name as who, stances.topic, stances.sentence, stances.passage
from stances
join participants on participants.fact_id = stances.fact_id and participants.role = 'holder'
join actors on actors.id = participants.actor_id
where actors.key in ('iran', 'russia')
  and stances.kind = 'goal'
order by actors.name, stances.topic, stances.position;

-- On which topics do both Russia and Iran hold positions?
-- Count each actor apart with `filter`, and keep what both have.
select stances.topic,
  count(*) filter (where actors.key = 'iran') as iran,
  count(*) filter (where actors.key = 'russia') as russia
from stances
join participants on participants.fact_id = stances.fact_id and participants.role = 'holder'
join actors on actors.id = participants.actor_id
where actors.key in ('iran', 'russia')
group by stances.topic
having count(distinct actors.key) = 2
order by stances.topic;

-- Which events rest on unnamed voices alone?
-- `unnamed` is `all`, `some` or `none` of the voices that vouch for a fact.
select sentence, certainty, passage
from fact_overview
where kind = 'event'
  and unnamed = 'all'
order by paragraph, start, fact;

-- What is best supported: by two or more named origins?
-- An origin is where a chain of voices begins. Two reports of one speech have one origin.
select kind, sentence, named_origins, passage
from fact_overview
where named_origins >= 2
  and kind in ('event', 'quote', 'position')
order by named_origins desc, paragraph, start, fact;

-- What did not happen, though somebody expected it or said it would?
-- `settled` is what the coder concluded from all voices; with several pieces of evidence, some say otherwise. The hedge
-- is in the text's own words.
select sentence, hedge, passage
from fact_overview
where kind = 'event'
  and settled = 'denied'
  and pieces > 1
order by paragraph, start, fact;

-- Who acts for Russia, and through which tie?
-- `memberships` follows ties to the end: whoever heads a part of an army acts for the state, too.
select members.name as who, ties.sentence as because, ties.passage
from memberships
join actors as members on members.id = memberships.member_id
join actors as wholes on wholes.id = memberships.whole_id
join ties on ties.introduced_by || ':' || ties.relation = memberships.path
where wholes.key = 'russia'
  and memberships.steps = 1
order by members.name;

-- Which actors take part in three or more of the events that happened?
-- Only `actual` events happened. A doer acts; a receiver has something done to it. Others lend their help, or are
-- concerned.
select actors.name,
  count(distinct events.id) as events,
  count(distinct events.id) filter (where participants.role = 'doer') as as_doer,
  count(distinct events.id) filter (where participants.role = 'receiver') as as_receiver
from participants
join events on events.id = participants.fact_id
join actors on actors.id = participants.actor_id
where events.modality = 'actual'
group by actors.key, actors.name
having count(distinct events.id) >= 3
order by events desc, actors.name;

-- Which capitals and palaces does the article name when it means a government?
-- Such a name is a metonym: “the Kremlin” stands for Russia.
select distinct actor_names.name as metonym, actors.name as stands_for
from actor_names
join actors on actors.id = actor_names.actor_id
where actor_names.name_kind = 'metonym'
order by metonym, stands_for;

-- What happened, or was expected, in response to something else, or as an alternative to it?
-- Each end of a link is an event or a quote, so `fact_summaries` is joined for both.
select later.sentence, event_links.type, earlier.sentence as other, fact_summaries.passage
from event_links
join fact_summaries as later on later.fact_id = event_links.from_fact_id
join fact_summaries as earlier on earlier.fact_id = event_links.to_fact_id
join fact_summaries on fact_summaries.fact_id = event_links.id
where event_links.type in ('in-response-to', 'instead-of')
order by fact_summaries.paragraph, fact_summaries.start, fact_summaries.key;

-- Which voices does the article rely on most, beside its own?
-- `evidence` has a row for each thing that a voice says.
select chains.title, chains.anonymity, count(*) as pieces, count(distinct evidence.fact_id) as facts
from evidence
join chains on chains.attribution_id = evidence.attribution_id
where chains.depth > 0
group by chains.attribution_id, chains.title, chains.anonymity
having count(*) >= 5
order by pieces desc, chains.title;
