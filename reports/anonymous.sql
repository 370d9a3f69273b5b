-- Unnamed voices
-- What rests on voices that the text doesn't name, who are they, and is there other support?
--
-- Every piece of evidence that comes from or through somebody whom the text does not name, or from
-- nobody at all, and every statement whose speakers are all unnamed. First what nothing else
-- supports, then what others speak of, too; within each in the order of the text. A statement and
-- the positions that the same words carry are one row, that of the statement. Equal ties of several
-- documents support one another. Names are left out.
--
-- Parameters
--   kind          event | quote | position | relation | link  only facts of this kind
--   certainty     choice of certainty                         only what the voice states like this
--   only_support  flag                                        only what nothing else supports
--   document      document, repeated                          only what these documents state
--   topic         topic                                       only what is on this topic
--   place         place                                       only what happened or was said at
--                                                             this place or within it
--
-- Columns
--   fact        text, detail                              key of the fact
--   kind        text, detail                              event, quote, position, relation or link
--   support     text, section                             heading: whether anything else supports
--                                                         the fact
--   voice       text                                      who says so: the innermost voice of the
--                                                         chain, or the speakers of a statement
--                                                         whose chain is named
--   relayed_by  text                                      voices between this one and the document,
--                                                         the innermost first; empty: none
--   claim       text, main, as What it says               what the voice says, and how: "Alleged
--                                                         intention:"
--   verdict     text, usually relays it, as The document  what the document makes of it: relays it,
--                                                         doubts it, rejects it or endorses it
--   overall     text                                      how the fact stands with all other
--                                                         evidence, or an equal tie with that of
--                                                         named voices; empty: there is none
--   sentence    text, detail                              the fact as a sentence, with its standing
--                                                         overall
--   anonymity   text, detail                              why it is here: unnamed (somebody is
--                                                         pointed to) or voiceless (nobody is)
--                                                         occurs in its chain; speaker: the chain
--                                                         is named, the speaker is not
--   named       integer, detail                           other pieces of evidence for the same
--                                                         fact or an equal tie, without an
--                                                         unnamed voice; 0: it rests on unnamed
--                                                         voices alone
--   positions   integer, detail                           positions that rest on the same words as
--                                                         this statement, and have no row of their
--                                                         own
--   modality    text, detail                              whether it is so, as this voice has it
--   certainty   text, detail                              how it is stated: asserted, reported,
--                                                         alleged, rumoured, inferred
--   stance      text, detail                              what the document makes of it: endorses,
--                                                         neutral, doubts, rejects
--   hedge       text, detail                              words that hedge it
--   through     text, detail                              the chain of voices: the innermost first,
--                                                         the document last
--   source      documents                                 key of the document that states it
--   passage     passage                                   where it states it
--
-- Rows
--   claim
--
-- Legend
-- Where nothing else supports a row, the document itself doesn't state it either. It only states
-- that unnamed speakers said what they said.

-- Equal ties support one another: what named voices say of each, and how it stands.
with supported (first_id, named, standing) as (
  select counts.counted_as_id, count(*), min(coalesce(standing, 'Stated')) || coalesce('; '
    || nullif(max(coalesce(standing, 'Stated')), min(coalesce(standing, 'Stated'))), '')
  from (
    select distinct counted_as_id as first_id
    from fact_summaries cross join evidence_counts as counts
    where unnamed in ('all', 'some') and kind = 'relation'
      and counts.fact_id = fact_summaries.fact_id
  ) as ties
  cross join evidence_counts as counts cross join fact_summaries cross join evidence
  join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
  where counts.counted_as_id = ties.first_id and fact_summaries.fact_id = counts.fact_id
    and evidence.fact_id = counts.fact_id and attribution_chains.anonymity = 'named'
  group by counts.counted_as_id
),
unnamed (evidence_id, fact_id, kind, named, standing, why, words) as (
  select evidence.id, evidence.fact_id, fact_summaries.kind, supported.named, supported.standing,
    case attribution_chains.anonymity when 'named' then 'speaker' else anonymity end,
    case evidence.modality when 'hypothetical' then 'imagined' when 'possible' then 'possible'
      when 'denied' then case kind when 'event' then 'said not to happen'
        else 'said not to be so' end
      else case when evidence.certainty not in ('asserted', 'reported') then evidence.certainty
          || case evidence.modality when 'intended' then ' intention'
            when 'expected' then ' expectation' else '' end
        when evidence.modality <> 'actual' then evidence.modality
        when evidence.certainty = 'asserted' then 'stated' else 'reported' end end
  -- A cross join, so that SQLite doesn't start from all evidence.
  from fact_summaries cross join evidence
  join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
  join evidence_counts as counts on counts.fact_id = evidence.fact_id
  left join supported on supported.first_id = counts.counted_as_id
  where evidence.fact_id = fact_summaries.fact_id
    and fact_summaries.kind not in ('name', 'event-name')
    and fact_summaries.kind = :kind  -- if :kind
    and fact_summaries.unnamed = 'all'  -- if :only_support
    and supported.named is null  -- if :only_support
    and evidence.certainty = :certainty  -- if :certainty
    and (
      fact_summaries.unnamed = 'all'
      or (fact_summaries.unnamed = 'some' and attribution_chains.anonymity <> 'named')
    )
),
-- Positions that rest on words of a quote that is listed itself.
carried (quote_evidence_id, position_evidence_id) as (
  select distinct quotes.evidence_id, positions.evidence_id
  from unnamed as quotes
  join spans as quoted on quoted.evidence_id = quotes.evidence_id
  join spans as held on held.document_id = quoted.document_id and held.passage = quoted.passage
    and held.start_offset < quoted.end_offset and quoted.start_offset < held.end_offset
  join unnamed as positions on positions.evidence_id = held.evidence_id
  where quotes.kind = 'quote' and positions.kind = 'position'
),
-- Whose word a source is: two are named, of more the first. A state that the text only points to
-- ("American expectations") is marked.
voices (source_id, name) as (
  select sources.id, max(case source_actors.n when 1 then actors.name end)
    || case count(*) when 1 then ''
      when 2 then ' and ' || max(case source_actors.n when 2 then actors.name end)
      else ' and others' end
    || case when sources.anonymity = 'named' then ''
      when count(*) filter (where actors.kind not in ('unnamed', 'collective')) = 0 then ''
      else ' (nobody named)' end
  from sources
  join source_actors on source_actors.source_id = sources.id and source_actors.role = 'voice'
  join actors on actors.id = source_actors.actor_id
  group by sources.id, sources.anonymity
)
select
  fact_overview.cited_as as fact,
  fact_overview.kind,
  case when fact_overview.unnamed = 'all' and unnamed.named is null
    then 'Nothing else supports these' else 'Others speak of these, too' end as support,
  case unnamed.why when 'speaker' then fact_overview.speaker
    else coalesce(voices.name, chains.title) end as voice,
  case unnamed.why when 'speaker' then chains.voices else chains.relayed_by end as relayed_by,
  case
    when fact_overview.kind = 'quote' then fact_overview.sentence
    -- two linked events don't repeat the standing of their link
    when fact_overview.kind = 'link' and evidence.modality = 'actual'
      and upper(fact_overview.standing) = upper(evidence.certainty) then fact_overview.sentence
    else upper(substr(unnamed.words, 1, 1)) || substr(unnamed.words, 2) || ': '
      || case fact_overview.kind when 'position' then
        substr(fact_overview.sentence, coalesce(length(fact_overview.standing) + 3, 1))
        else fact_overview.statement end
  end as claim,
  case when coalesce(evidence.stance, 'neutral') = 'neutral' then 'relays it'
    else evidence.stance || ' it' end as verdict,
  coalesce(unnamed.standing, case fact_overview.unnamed when 'some'
    then coalesce(fact_overview.standing, 'Stated') end) as overall,
  fact_overview.sentence,
  unnamed.why as anonymity,
  coalesce(unnamed.named, case fact_overview.unnamed when 'all' then 0 else (
    select count(*) from evidence as others
    join attribution_chains on attribution_chains.attribution_id = others.attribution_id
    where others.fact_id = unnamed.fact_id and attribution_chains.anonymity = 'named'
  ) end) as named,
  (select count(*) from carried where quote_evidence_id = unnamed.evidence_id) as positions,
  evidence.modality,
  evidence.certainty,
  evidence.stance,
  evidence.hedge,
  chains.through,
  chains.document as source,
  evidence_passages.passage
from unnamed cross join evidence
join fact_overview on fact_overview.fact_id = unnamed.fact_id
join chains on chains.attribution_id = evidence.attribution_id
left join voices on voices.source_id = chains.source_id
join evidence_passages on evidence_passages.evidence_id = evidence.id
where evidence.id = unnamed.evidence_id
  and unnamed.evidence_id not in (select position_evidence_id from carried)
  and chains.document in (:document)  -- if :document
  and unnamed.fact_id in (select fact_id from fact_topics where topic = :topic)  -- if :topic
  and unnamed.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
order by
  support, chains.document,
  evidence_passages.paragraph, evidence_passages.start,
  fact_overview.kind, fact_overview.cited_as, evidence.n
