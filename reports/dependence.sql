-- Dependence
-- Who needs what from whom, and is it mutual?
--
-- Ties by which one actor depends on another, those of a mutual dependence first and next to each
-- other; then needs that an actor has without being said to depend on somebody. Mutual is what the
-- documents say of the same two actors: a state's army or president is another actor. Comparisons
-- ("depends less on it than") are in the report ties.
--
-- Parameters
--   actor         actor                only what this actor needs, and what others need from it
--   with_members  flag, with actor     also those who act for this actor
--   document      document, repeated   only what these documents state
--   topic         topic                only what is on this topic
--   certainty     choice of certainty  only what at least one voice states like this
--
-- Columns
--   sentence    text, main, as Who needs what from whom  the tie or need as a sentence, with its
--                                                        standing in front
--   mutual      text, as Mutual?                         yes: the other depends on it as well;
--                                                        unsettled: the same, but one of the two is
--                                                        actual to no voice; no; empty: of a need
--   certainty   text, usually asserted                   how it is stated: asserted, reported,
--                                                        alleged, rumoured, inferred
--   acting_for  text, as For whom                        with --with-members: who acts for the
--                                                        actor that was asked for
--   source      documents                                keys of the documents that state it
--   passage     passage                                  where they state it
--   who         text, detail                             who needs it
--   whom        text, detail                             from whom; empty: of a need, which says no
--                                                        more than whom it is about
--   what        text, detail                             what it needs
--   how         text, detail                             tie or need
--   about       text, detail                             of a need: whom it is about
--   modality    text, detail                             actual, intended, expected, possible,
--                                                        hypothetical or denied, as each voice has
--                                                        it
--   through     text, detail                             voices, the innermost first, the document
--                                                        last; " | " between two chains
--   fact        text, detail                             key of the tie or position
--
-- Rows
--   tie or need | ties and needs
--
-- Legend
--   Mutual: the documents say that the other actor depends on this one, too. Where it is empty,
--   the row is a need, and the text doesn't say who is to meet it.

with asked (fact_id) as (
  select fact_id
  from fact_summaries as facts
  where true
    and facts.fact_id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and facts.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = facts.fact_id and certainty = :certainty)  -- if :certainty
),
involved (fact_id, acting_for) as (
  select
    fact_id,
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from participation
  where role in ('from', 'to', 'holder', 'object')
    and actor = :actor  -- if :actor
    and steps = 0  -- unless :with_members
  group by fact_id
),
dependences (fact_id, from_actor_id, to_actor_id) as (
  select relations.id, relations.from_actor_id, relations.to_actor_id
  from relations
  join involved on involved.fact_id = relations.id  -- if :actor
  where relations.type = 'depends-on'
),
-- Whether any voice has it as actual.
voiced (fact_id, from_actor_id, to_actor_id, actual) as (
  select
    dependences.fact_id,
    dependences.from_actor_id,
    dependences.to_actor_id,
    max(case evidence.modality when 'actual' then 1 else 0 end)
  from dependences
  join evidence on evidence.fact_id = dependences.fact_id
  group by
    dependences.fact_id,
    dependences.from_actor_id,
    dependences.to_actor_id
),
listed (fact_id, rank, mutual) as (
  select
    voiced.fact_id,
    2 - coalesce(max(voiced.actual * returned.actual), -1),
    case max(voiced.actual * returned.actual)
      when 1 then 'yes'
      when 0 then 'unsettled'
      else 'no'
    end
  from voiced
  left join voiced as returned
    on returned.from_actor_id = voiced.to_actor_id
    and returned.to_actor_id = voiced.from_actor_id
  group by voiced.fact_id
  union all
  select id, 4, null
  from positions
  where position_kind = 'need'
    and id in (select fact_id from involved)  -- if :actor
    and id in (select fact_id from asked)  -- if :document or :topic or :certainty
)
select
  fact_overview.sentence,
  listed.mutual,
  fact_overview.certainty,
  involved.acting_for,  -- if :actor
  cast(null as text) as acting_for,  -- unless :actor
  fact_overview.source,
  fact_overview.passage,
  coalesce(origins.name, fact_summaries.holder) as who,
  targets.name as whom,
  coalesce(relations.what, positions.statement) as what,
  case listed.rank when 4 then 'need' else 'tie' end as how,
  fact_summaries.object as about,
  fact_overview.modality,
  fact_overview.through,
  fact_overview.cited_as as fact
from listed
join involved on involved.fact_id = listed.fact_id  -- if :actor
join fact_overview on fact_overview.fact_id = listed.fact_id
join fact_summaries on fact_summaries.fact_id = listed.fact_id
left join positions on positions.id = listed.fact_id
left join relations on relations.id = listed.fact_id
left join actors as origins on origins.id = relations.from_actor_id
left join actors as targets on targets.id = relations.to_actor_id
where true
  and listed.fact_id in (select fact_id from asked)  -- if :document or :topic or :certainty
order by
  listed.rank,
  case when origins.key < targets.key then origins.key else targets.key end nulls last,
  case when origins.key < targets.key then targets.key else origins.key end nulls last,
  origins.key nulls last,
  fact_overview.document,
  fact_overview.paragraph,
  fact_overview.start,
  fact_overview.cited_as
