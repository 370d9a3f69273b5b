-- Unnamed voices
-- What rests on unnamed voices?
--
-- Every piece of evidence that comes from or through somebody whom the text does not name, or from
-- nobody at all, and every utterance whose speakers are all unnamed. In the order of the text.
-- Names are left out.
--
-- Columns
--   fact       text, detail     key of the fact
--   kind       text             event, quote, position, relation or link
--   statement  text             what it says, in the coder's words
--   voice      text             why it is here: unnamed (somebody is pointed to) or voiceless
--                               (nobody is) occurs in its chain; speaker: the chain is named, who
--                               speaks is not
--   named      integer, detail  other pieces of evidence for the same fact, without an unnamed
--                               voice; 0: it rests on unnamed voices alone
--   modality   text             whether it is, as this voice has it
--   certainty  text             how it is stated: asserted, reported, alleged, rumoured, inferred
--   stance     text             what the document makes of it: endorses, neutral, doubts, rejects
--   hedge      text, detail     words that hedge it
--   through    text, detail     the chain of voices: the innermost first, the document last
--   source     text, detail     key of the document that states it
--   passage    text             where it states it

with recursive
-- Chains with an unnamed voice, whoever may be quoted through it.
veiled (attribution_id, voice) as (
  select
    attributions.id,
    sources.anonymity
  from attributions
  join sources on sources.id = attributions.source_id
  where sources.anonymity <> 'named'
  union
  select
    attributions.id,
    veiled.voice
  from veiled
  join attributions on attributions.parent_id = veiled.attribution_id
),
chained (attribution_id, voice) as (
  select
    attribution_id,
    max(voice)  -- voiceless goes before unnamed
  from veiled
  group by attribution_id
),
masked (fact_id) as (
  select participants.fact_id
  from participants
  join actors on actors.id = participants.actor_id
  where participants.role = 'speaker'
  group by participants.fact_id
  having count(*) = count(*) filter (where actors.kind = 'unnamed')
),
unnamed (evidence_id, fact_id, voice) as (
  select
    evidence.id,
    evidence.fact_id,
    chained.voice
  from chained
  join evidence on evidence.attribution_id = chained.attribution_id
  union all
  select
    evidence.id,
    evidence.fact_id,
    'speaker'
  from masked
  join evidence on evidence.fact_id = masked.fact_id
  left join chained on chained.attribution_id = evidence.attribution_id
  where chained.attribution_id is null
),
-- How much evidence there is for these facts, and how much of it is of that sort.
veiled_of (fact_id, pieces) as (
  select
    fact_id,
    count(*)
  from unnamed
  group by fact_id
),
all_of (fact_id, pieces) as (
  select
    veiled_of.fact_id,
    count(*)
  from veiled_of
  join evidence on evidence.fact_id = veiled_of.fact_id
  group by veiled_of.fact_id
)
select
  facts.key as fact,
  facts.kind,
  told.statement,
  unnamed.voice,
  all_of.pieces - veiled_of.pieces as named,
  evidence.modality,
  evidence.certainty,
  evidence.stance,
  evidence.hedge,
  chains.through,
  chains.document as source,
  located.passage
from unnamed
join veiled_of on veiled_of.fact_id = unnamed.fact_id
join all_of on all_of.fact_id = unnamed.fact_id
join evidence on evidence.id = unnamed.evidence_id
join chains on chains.attribution_id = evidence.attribution_id
join facts on facts.id = unnamed.fact_id
join fact_summaries as told on told.fact_id = facts.id
join evidence_passages as located on located.evidence_id = evidence.id
join spans on spans.evidence_id = evidence.id and spans.n = 1
where facts.kind <> 'name'
order by
  chains.document,
  spans.passage,
  spans.start_offset,
  facts.kind,
  facts.key,
  evidence.n,
  told.statement
