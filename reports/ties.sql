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
--   actor  actor                    only the ties of this actor, in either direction
--   type   choice of relation type  only ties of this type
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

with listed (fact_id) as (
  select relations.id
  from actors
  join relations on relations.from_actor_id = actors.id
  where true
    and actors.key = :actor  -- if :actor
    and relations.type = :type  -- if :type
  union
  select relations.id
  from actors
  join relations on relations.to_actor_id = actors.id
  where true
    and actors.key = :actor  -- if :actor
    and relations.type = :type  -- if :type
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
  relation_types.nature
from listed
join ties on ties.fact_id = listed.fact_id
join relation_types on relation_types.key = ties.type
order by
  ties.from_key,
  ties.type,
  ties.to_key,
  ties.document nulls last,
  ties.paragraph nulls last,
  ties.start nulls last,
  ties.relation,
  ties.introduced_by
