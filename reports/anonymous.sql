-- Unnamed voices
-- What rests on unnamed voices?
--
-- Every piece of evidence that comes from or through somebody whom the text does not name, or from
-- nobody at all, and every quote whose speakers are all unnamed. In the order of the text. A quote
-- and the positions that the same words carry are one row, that of the quote. Names are left out.
--
-- Columns
--   fact       text, detail     key of the fact
--   kind       text             event, quote, position, relation or link
--   sentence   text             what it says
--   voice      text             why it is here: unnamed (somebody is pointed to) or voiceless
--                               (nobody is) occurs in its chain; speaker: the chain is named, the
--                               speaker is not
--   named      integer, detail  other pieces of evidence for the same fact, without an unnamed
--                               voice; 0: it rests on unnamed voices alone
--   positions  integer, detail  positions that rest on the same words as this quote, and have no
--                               row of their own
--   modality   text             whether it is so, as this voice has it
--   certainty  text             how it is stated: asserted, reported, alleged, rumoured, inferred
--   stance     text             what the document makes of it: endorses, neutral, doubts, rejects
--   hedge      text, detail     words that hedge it
--   through    text, detail     the chain of voices: the innermost first, the document last
--   source     text, detail     key of the document that states it
--   passage    text             where it states it

with unnamed (evidence_id, fact_id, kind, voice) as (
  select
    evidence.id,
    evidence.fact_id,
    fact_summaries.kind,
    case attribution_chains.anonymity
      when 'named' then 'speaker'
      else attribution_chains.anonymity
    end
  from fact_summaries
  join evidence on evidence.fact_id = fact_summaries.fact_id
  join attribution_chains on attribution_chains.attribution_id = evidence.attribution_id
  where fact_summaries.kind <> 'name'
    and (
      fact_summaries.unnamed = 'all'
      or (fact_summaries.unnamed = 'some' and attribution_chains.anonymity <> 'named')
    )
),
-- Positions that rest on words of a quote that is listed itself.
carried (quote_evidence_id, position_evidence_id) as (
  select distinct
    quotes.evidence_id,
    positions.evidence_id
  from unnamed as quotes
  join spans as quoted on quoted.evidence_id = quotes.evidence_id
  join spans as held
    on held.document_id = quoted.document_id
    and held.passage = quoted.passage
    and held.start_offset < quoted.end_offset
    and quoted.start_offset < held.end_offset
  join unnamed as positions on positions.evidence_id = held.evidence_id
  where quotes.kind = 'quote' and positions.kind = 'position'
)
select
  fact_overview.cited_as as fact,
  fact_overview.kind,
  fact_overview.sentence,
  unnamed.voice,
  case fact_overview.unnamed
    when 'all' then 0
    else (
      select count(*)
      from evidence as others
      join attribution_chains on attribution_chains.attribution_id = others.attribution_id
      where others.fact_id = unnamed.fact_id and attribution_chains.anonymity = 'named'
    )
  end as named,
  (
    select count(*)
    from carried
    where carried.quote_evidence_id = unnamed.evidence_id
  ) as positions,
  evidence.modality,
  evidence.certainty,
  evidence.stance,
  evidence.hedge,
  chains.through,
  chains.document as source,
  evidence_passages.passage
from unnamed
join fact_overview on fact_overview.fact_id = unnamed.fact_id
join evidence on evidence.id = unnamed.evidence_id
join chains on chains.attribution_id = evidence.attribution_id
join evidence_passages on evidence_passages.evidence_id = evidence.id
where unnamed.evidence_id not in (select position_evidence_id from carried)
order by
  chains.document,
  evidence_passages.paragraph,
  evidence_passages.start,
  fact_overview.kind,
  fact_overview.cited_as,
  evidence.n
