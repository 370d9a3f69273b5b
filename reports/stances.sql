-- Stances
-- Where do actors differ, where do they agree, and who holds what?
--
-- Each topic begins with the comparisons that the documents themselves draw between two actors.
-- Then come positions, by holder and in the order of the text; with --a and --b first those that
-- both hold. That two have a position on a topic doesn't mean that they differ.
--
-- Without --a and --b, the report shows everybody. Positions of a state's president or army are
-- listed under the president or the army.
--
-- Parameters
--   a             actor                only what this actor holds, and comparisons with it
--   b             actor, other than a  this one, too; then only comparisons between the two
--   with_members  flag, with a or b    also what those hold who act for them
--   topic         topic                only this topic
--   certainty     choice of certainty  only what at least one voice states like this
--   document      document, repeated   only what these documents state
--
-- Columns
--   topic       text, section            what it is about
--   how         text, detail             meet: a document says that they agree, or several hold the
--                                        position (with --a and --b: both); differ: a document says
--                                        how they differ; position: one of them holds it; denied:
--                                        a document says that this is not so
--   holder      text, detail             everybody who holds the position; of a comparison the two
--   sentence    text, main, as Position  the position or the comparison, with its holders
--   date        date                     when it was held; empty: not said
--   kind        text, detail             goal, priority, need, stake, fear, constraint, capability,
--                                        motive, framing, refusal, view; of a comparison the type
--                                        of tie
--   modality    text, detail             actual, intended, expected, possible, hypothetical or
--                                        denied, as each voice has it
--   certainty   text, usually asserted   how it is stated: asserted, reported, alleged, rumoured,
--                                        inferred
--   acting_for  text, as For whom        with --with-members: who acts for --a or --b
--   source      documents                keys of the documents that state it
--   passage     passage                  where they state it
--   through     text, detail             voices, the innermost first, the document last; " | "
--                                        between two chains
--   fact        text, detail             key of the position or tie
--
-- Rows
--   position or comparison | positions and comparisons
--
-- Legend
-- Each topic begins with the comparisons that the documents themselves make. Other positions are
-- listed together because they share a topic; that doesn't mean that their holders differ or agree.

with involved (fact_id, sides, acting_for) as (
  select
    fact_id,
    count(distinct actor),
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from participation
  where role in ('holder', 'from', 'to')
    and actor in (  -- if :a or :b
      :a,  -- if :a
      :b,  -- if :b
      null  -- if :a or :b
    )  -- if :a or :b
    and steps = 0  -- unless :with_members
  group by fact_id
),
listed (fact_id, topic_id, rank, how, holder) as (
  select
    relations.id,
    relations.topic_id,
    1,
    case relations.type when 'agrees-with' then 'meet' else 'differ' end,
    origins.name || '; ' || targets.name
  from relations
  join involved on involved.fact_id = relations.id  -- if :a or :b
  join actors as origins on origins.id = relations.from_actor_id
  join actors as targets on targets.id = relations.to_actor_id
  where relations.topic_id is not null
    and relations.topic_id in (select id from topics where key = :topic)  -- if :topic
    -- if two are asked for, only what is between them
    and involved.sides = (  -- if :a or :b
      select count(*) from actors where key in (  -- if :a or :b
        :a,  -- if :a
        :b,  -- if :b
        null  -- if :a or :b
      )  -- if :a or :b
    )  -- if :a or :b
  union all
  select
    positions.id,
    positions.topic_id,
    case when max(involved.sides) > 1 then 2 else 3 end,  -- if :a or :b
    2,  -- unless :a or :b
    case when max(involved.sides) > 1 then 'meet' else 'position' end,  -- if :a or :b
    case when count(*) > 1 then 'meet' else 'position' end,  -- unless :a or :b
    fact_summaries.holder
  from positions
  join involved on involved.fact_id = positions.id  -- if :a or :b
  join fact_summaries on fact_summaries.fact_id = positions.id
  join participants on participants.fact_id = positions.id and participants.role = 'holder'
  where true
    and positions.topic_id in (select id from topics where key = :topic)  -- if :topic
  group by positions.id, positions.topic_id, fact_summaries.holder
)
select
  topics.label as topic,
  case fact_overview.settled when 'denied' then 'denied' else listed.how end as how,
  listed.holder,
  fact_overview.sentence,
  positions.date,
  coalesce(positions.position_kind, relations.type) as kind,
  fact_overview.modality,
  fact_overview.certainty,
  involved.acting_for,  -- if :a or :b
  cast(null as text) as acting_for,  -- unless :a or :b
  fact_overview.source,
  fact_overview.passage,
  fact_overview.through,
  fact_overview.cited_as as fact
from listed
join topics on topics.id = listed.topic_id
join fact_overview on fact_overview.fact_id = listed.fact_id
left join positions on positions.id = listed.fact_id
left join relations on relations.id = listed.fact_id
join involved on involved.fact_id = listed.fact_id  -- if :a or :b
where true
  and listed.fact_id in (select fact_id from fact_documents  -- if :document
    where document in (:document))  -- if :document
  and exists (select 1 from evidence  -- if :certainty
    where evidence.fact_id = listed.fact_id and evidence.certainty = :certainty)  -- if :certainty
order by
  topics.key,
  listed.rank,
  listed.holder,
  fact_overview.document nulls last,
  fact_overview.paragraph nulls last,
  fact_overview.start nulls last,
  fact_overview.cited_as
