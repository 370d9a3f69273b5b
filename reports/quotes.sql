-- Quotes
-- Who said what, about whom, and who relays it?
--
-- Every statement, quoted or reported, in the order of the text. Quoted words follow the statement,
-- because alone they may mean nothing ("red line").
--
-- Parameters
--   speaker       actor                        only what this actor says, alone or with others
--   about         actor                        only what is said about this actor
--   with_members  flag, with speaker or about  also by, or about, those who act for this actor
--   directness    choice of directness         only quotes of this directness
--   certainty     choice of certainty          only what at least one voice states like this
--   place         place                        only what was said on an occasion at this place or
--                                              in it
--   document      document, repeated           only what these documents state
--   topic         topic                        only what is on this topic
--
-- Columns
--   quote       text, detail              key of the statement
--   speaker     text, detail              who says it
--   what        text, main, as Statement  who says what, with the quoted words; what isn't plainly
--                                         stated begins with its standing: "Alleged:"
--   text        text, detail              the words in quotation marks
--   directness  text, detail              direct: whole sentences in marks; partial: a few words;
--                                         indirect: none
--   date        date, undated             when; empty: undated
--   about       text, detail              who is spoken about
--   through     text, detail              voices that relay it, the innermost first, the document
--                                         last; " | " between two chains
--   relayed_by  text                      who stands between speaker and document, and whether the
--                                         document doubts or rejects it; empty: the document itself
--                                         says that it was said
--   acting_for  text, as For whom         with --with-members: who speaks for the speaker that was
--                                         asked for
--   source      documents                 keys of the documents that state it
--   passage     passage                   where they state it
--   says        text, detail              the statement in the coder's words, without its speaker
--   marks       text, detail              complete, damaged (one is missing or misplaced in the
--                                         text) or none
--   certainty   text, detail              how it is stated: asserted, reported, alleged, rumoured,
--                                         inferred
--
-- Rows
--   statement, out of all
--
-- Legend
-- “…” are the speaker's own words; words in brackets hedge the statement. That something is said
-- doesn't mean that it is so. Where “Relayed by” is empty, the document itself reports it.

with spoken (fact_id, acting_for) as (
  select
    fact_id,
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from participation
  where role = 'speaker'
    and actor = :speaker  -- if :speaker
    and steps = 0  -- unless :with_members
  group by fact_id
),
concerned (fact_id) as (
  select fact_id
  from participation
  where role = 'subject'
    and actor = :about  -- if :about
    and steps = 0  -- unless :with_members
),
-- Whose word a source is: two are named, of more the first.
voices (source_id, name) as (
  select source_actors.source_id, max(case source_actors.n when 1 then actors.name end)
    || case count(*) when 1 then ''
      when 2 then ' and ' || max(case source_actors.n when 2 then actors.name end)
      else ' and others' end
  from source_actors
  join actors on actors.id = source_actors.actor_id
  where source_actors.role = 'voice'
  group by source_actors.source_id
)
select
  quotations.cited_as as quote,
  quotations.speaker,
  -- “He said: ‘…’” is the sentence of a statement that the coder didn't sum up.
  quotations.sentence
    || coalesce(': “' || case when quotations.says is not null then quotations.text end || '”', '')
    as what,
  quotations.text,
  quotations.directness,
  quotations.date,
  quotations.about,
  quotations.through,
  case
    when chains.depth > 0 then
      -- A chain ends with the title of the document.
      coalesce(
        case chains.depth when 1 then voices.name end,
        substr(chains.chain, 1, length(chains.chain) - length(documents.title) - 2)
      ) || (
        select case min(evidence.stance) when 'doubts' then '; doubted'
          when 'rejects' then '; rejected' else '' end
        from evidence
        where evidence.fact_id = quotations.fact_id
      )
    when chains.depth is null then quotations.through
  end as relayed_by,
  spoken.acting_for,  -- if :speaker
  cast(null as text) as acting_for,  -- unless :speaker
  quotations.source,
  quotations.passage,
  quotations.says,
  quotations.marks,
  quotations.certainty
from quotations
join fact_summaries on fact_summaries.fact_id = quotations.fact_id
-- Without the view of chains, which SQLite would compute for all facts.
left join attribution_chains as chains on chains.attribution_id = fact_summaries.attribution_id
left join attributions on attributions.id = fact_summaries.attribution_id
left join sources as documents on documents.id = attributions.document_id
left join voices on voices.source_id = attributions.source_id
join spoken on spoken.fact_id = quotations.fact_id  -- if :speaker
where true
  and quotations.fact_id in (select fact_id from concerned)  -- if :about
  and quotations.fact_id in (select fact_id from fact_documents  -- if :document
    where document in (:document))  -- if :document
  and quotations.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
  and quotations.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
  and quotations.directness = :directness  -- if :directness
  and exists (select 1 from evidence  -- if :certainty
    where evidence.fact_id = quotations.fact_id  -- if :certainty
      and evidence.certainty = :certainty)  -- if :certainty
order by
  quotations.document,
  quotations.paragraph,
  quotations.start,
  quotations.cited_as
