-- Coverage
-- Passage by passage, what was coded from it?
--
-- One row for each passage and fact that has evidence there; a passage from which nothing was
-- coded has one row without a fact.
--
-- Parameters
--   document   document  only this document
--
-- Columns
--   passage    text             the passage
--   section    text, detail     heading that it is under; for a heading, itself
--   length     integer, detail  its characters
--   percent    integer          how many in a hundred of them are evidence for something
--   facts      integer, detail  facts that have evidence there
--   kind       text             event, quote, position, relation, link or name
--   fact       text             key of the fact
--   statement  text             what it says, in the coder's words; of a name the name
--   pieces     integer, detail  pieces of evidence for it there
--   source     text, detail     key of the document

with documents (document_id, key) as (
  select
    codings.document_id,
    sources.key
  from codings
  join sources on sources.id = codings.document_id
  where sources.document_id is null  -- as the index on keys has it
    and sources.key = :document  -- if :document
),
marked (document_id, passage, evidence_id, start_offset, end_offset) as (
  select
    spans.document_id,
    spans.passage,
    spans.evidence_id,
    spans.start_offset,
    spans.end_offset
  from documents
  join spans on spans.document_id = documents.document_id
),
-- How far the spans before each span reach: what lies behind that is new.
reached (document_id, passage, start_offset, end_offset, upto) as (
  select
    document_id,
    passage,
    start_offset,
    end_offset,
    coalesce(
      max(end_offset) over (
        partition by document_id, passage
        order by start_offset, end_offset
        rows between unbounded preceding and 1 preceding
      ),
      0
    )
  from marked
),
covered (document_id, passage, characters) as (
  select
    document_id,
    passage,
    sum(
      case
        when start_offset >= upto then end_offset - start_offset
        when end_offset > upto then end_offset - upto
        else 0
      end
    )
  from reached
  group by document_id, passage
),
coded (document_id, passage, fact_id, start_offset, pieces) as (
  select
    marked.document_id,
    marked.passage,
    evidence.fact_id,
    min(marked.start_offset),
    count(distinct evidence.id)
  from marked
  join evidence on evidence.id = marked.evidence_id
  group by marked.document_id, marked.passage, evidence.fact_id
),
described (document_id, passage, start_offset, pieces, kind, fact, statement) as (
  select
    coded.document_id,
    coded.passage,
    coded.start_offset,
    coded.pieces,
    facts.kind,
    facts.key,
    told.statement
  from coded
  join facts on facts.id = coded.fact_id
  join fact_summaries as told on told.fact_id = facts.id
)
select
  '¶' || passages.n as passage,
  '¶' || passages.section as section,
  passages.length,
  coalesce((200 * covered.characters + passages.length) / (2 * passages.length), 0) as percent,
  count(described.fact) over (partition by passages.document_id, passages.n) as facts,
  described.kind,
  described.fact,
  described.statement,
  described.pieces,
  documents.key as source
from documents
-- A cross join, so that SQLite starts from the documents.
cross join passages
left join covered
  on covered.document_id = passages.document_id and covered.passage = passages.n
left join described
  on described.document_id = passages.document_id and described.passage = passages.n
where passages.document_id = documents.document_id
order by
  documents.key,
  passages.n,
  described.start_offset,
  described.kind,
  described.fact,
  described.statement
