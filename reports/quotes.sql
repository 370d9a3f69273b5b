-- Quotes
-- Who said what, about whom, and who relays it?
--
-- Every utterance, quoted or reported, in the order of the text.
--
-- Parameters
--   speaker     actor                 only what this actor says, alone or with others
--   about       actor                 only what is said about this actor
--   directness  choice of directness  only quotes of this directness
--
-- Columns
--   quote       text, detail  key of the utterance
--   speaker     text          who says it
--   text        text          the words in quotation marks; where there are none the statement in
--                             the coder's words
--   directness  text, detail  direct: whole sentences in marks; partial: a few words; indirect:
--                             none
--   date        text          when, in EDTF; empty: undated
--   about       text          who is spoken about
--   through     text          voices that relay it, the innermost first, the document last; " | "
--                             between two chains
--   source      text, detail  keys of the documents that state it
--   passage     text          where they state it
--   says        text, detail  the whole statement in the coder's words
--   marks       text, detail  complete, damaged (one is missing or misplaced in the text) or none
--   certainty   text          how it is stated: asserted, reported, alleged, rumoured, inferred

with spoken (fact_id) as (
  select participants.fact_id
  from participants
  join actors on actors.id = participants.actor_id
  where participants.role = 'speaker'
    and actors.key = :speaker  -- if :speaker
),
concerned (fact_id) as (
  select participants.fact_id
  from participants
  join actors on actors.id = participants.actor_id
  where participants.role = 'subject'
    and actors.key = :about  -- if :about
)
select
  cited_as as quote,
  speaker,
  coalesce(text, says) as text,
  directness,
  date,
  about,
  through,
  source,
  passage,
  says,
  marks,
  certainty
from quotations
where true
  and fact_id in (select fact_id from spoken)  -- if :speaker
  and fact_id in (select fact_id from concerned)  -- if :about
  and directness = :directness  -- if :directness
order by
  document,
  paragraph,
  start,
  cited_as
