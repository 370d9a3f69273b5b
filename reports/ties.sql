-- Ties
-- How are two actors related, for what, and since when?
--
-- The standing ties between two actors: alliances, support, war, posts, memberships, comparisons
-- that a document makes. Read each as a sentence: from_name, tie, to_name. A tie that is the same
-- both ways is listed once, as it was coded. With --actor, ties in both directions are listed.
--
-- What is not actual (modality) is not so, or is not known to be so.
--
-- Parameters
--   actor         actor                    only the ties of this actor, in either direction
--   with_members  flag, with actor         also the ties of those who act for this actor
--   type          choice of relation type  only ties of this type
--
-- Columns
--   relation   text, detail  key of the tie
--   from_name  text          the first actor
--   tie        text          the type: how the first relates to the second
--   to_name    text          the second actor
--   what       text          what for, on what, or as what
--   topic      text, detail  what a comparison is about
--   since      text, detail  when it began, in EDTF; empty: not said
--   until      text, detail  when it ended, in EDTF; empty: not said
--   modality   text          actual, intended, expected, possible, hypothetical or denied, as each
--                            voice has it
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   inverse    text, detail  how it reads from the second to the first
--   nature     text, detail  friendly, hostile or structural; empty: none of these, or it depends
--   acting_for  text          with --with-members: who acts for the actor that was asked for

with involved (fact_id, acting_for) as (
  select
    fact_id,
    min(acting_for) || coalesce('; ' || nullif(max(acting_for), min(acting_for)), '')
      || case when count(distinct acting_for) > 2 then '; and others' else '' end
  from participation
  where role in ('from', 'to')
    and actor = :actor  -- if :actor
    and steps = 0  -- unless :with_members
  group by fact_id
)
select
  ties.cited_as as relation,
  ties.from_name,
  ties.type as tie,
  ties.to_name,
  ties.what,
  ties.topic,
  ties.since,
  ties.until,
  ties.modality,
  ties.certainty,
  ties.source,
  ties.passage,
  ties.through,
  ties.inverse,
  relation_types.nature,
  involved.acting_for  -- if :actor
  cast(null as text) as acting_for  -- unless :actor
from ties
join relation_types on relation_types.key = ties.type
join involved on involved.fact_id = ties.fact_id  -- if :actor
where true
  and ties.type = :type  -- if :type
order by
  ties.from_key,
  ties.type,
  ties.to_key,
  ties.document nulls last,
  ties.paragraph nulls last,
  ties.start nulls last,
  ties.relation,
  ties.introduced_by
