-- Ties
-- How are two actors related, for what, and since when?
--
-- The lasting ties between two actors: alliances, support, war, posts, memberships, comparisons
-- that a document makes. A tie that is the same both ways is listed once, as it was coded. With
-- --actor, ties in both directions are listed.
--
-- Parameters
--   actor         actor                    only the ties of this actor, in either direction
--   with_members  flag, with actor         also those who act for this actor
--   type          choice of relation type  only ties of this type
--   document      document, repeated       only what these documents state
--   topic         topic                    only what is on this topic
--   certainty     choice of certainty      only what at least one voice states like this
--
-- Columns
--   sentence    text, main, as Tie      the tie as a sentence, with its standing in front
--   since       date                    when it began, in EDTF; empty: not said
--   until       date                    when it ended, in EDTF; empty: not said
--   duration    text, as How long       words that say how long it lasted
--   certainty   text, usually asserted  how it is stated: asserted, reported, alleged, rumoured,
--                                       inferred
--   acting_for  text, as For whom       with --with-members: who acts for the actor that was asked
--                                       for
--   source      documents               keys of the documents that state it
--   passage     passage                 where they state it
--   from_name   text, detail            the first actor
--   tie         text, detail            the type: how the first relates to the second
--   to_name     text, detail            the second actor
--   what        text, detail            what for, on what, or as what
--   topic       text, detail            what a comparison is about
--   modality    text, detail            actual, intended, expected, possible, hypothetical or
--                                       denied, as each voice has it
--   nature      text, detail            friendly, hostile or structural; empty: none of these, or
--                                       it depends
--   inverse     text, detail            how it reads from the second to the first
--   through     text, detail            voices, the innermost first, the document last; " | "
--                                       between two chains
--   relation    text, detail            key of the tie
--
-- Rows
--   tie

with involved (fact_id, acting_for) as (
  select
    fact_id,
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from participation
  where role in ('from', 'to')
    and actor = :actor  -- if :actor
    and steps = 0  -- unless :with_members
  group by fact_id
)
select
  ties.sentence,
  ties.since,
  ties.until,
  ties.duration,
  ties.certainty,
  involved.acting_for,  -- if :actor
  cast(null as text) as acting_for,  -- unless :actor
  ties.source,
  ties.passage,
  ties.from_name,
  ties.type as tie,
  ties.to_name,
  ties.what,
  ties.topic,
  ties.modality,
  relation_types.nature,
  ties.inverse,
  ties.through,
  ties.cited_as as relation
from ties
join relation_types on relation_types.key = ties.type
join involved on involved.fact_id = ties.fact_id  -- if :actor
where true
  and ties.type = :type  -- if :type
  and ties.fact_id in (select fact_id from fact_documents  -- if :document
    where document in (:document))  -- if :document
  and ties.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
  and exists (select 1 from evidence  -- if :certainty
    where evidence.fact_id = ties.fact_id and certainty = :certainty)  -- if :certainty
order by
  ties.from_key,
  ties.type,
  ties.to_key,
  ties.document nulls last,
  ties.paragraph nulls last,
  ties.start nulls last,
  ties.relation,
  ties.introduced_by
