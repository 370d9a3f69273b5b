"""Derived rows of documents: chains of voices, and what each passage is evidence for.

Each query computes the rows of some documents in one table, its columns in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from database.rows import rows_by_id

Row = tuple[Any, ...]
Rows = dict[str, Sequence[Row]]
"""Rows by table."""

WHOLE = "rows between unbounded preceding and unbounded following"
"""Makes a window aggregate all rows of its partition, in order."""

# `string_agg` orders its values only on PostgreSQL; over a window both engines do.
JOINED = "{joined}({value}, '; ') over (partition by {owner} order by {order} " + WHOLE + ")"


def _joined(value: str, owner: str, order: str) -> str:
    return JOINED.format(joined="{joined}", value=value, owner=owner, order=order)


ANCESTORS = """
    with recursive ancestors (attribution_id, ancestor_id, distance) as (
      select id, id, 0
      from attributions
      where document_id in ({ids})
      union all
      select ancestors.attribution_id, attributions.parent_id, ancestors.distance + 1
      from ancestors
      join attributions on attributions.id = ancestors.ancestor_id
      where attributions.parent_id is not null
    )
"""

CHAINS = f"""{ANCESTORS},
    drawn (attribution_id, passage) as (
      select ancestors.ancestor_id, spans.passage
      from ancestors
      join evidence on evidence.attribution_id = ancestors.attribution_id
      join spans on spans.evidence_id = evidence.id
      where spans.document_id in ({{ids}})
      union
      select attributions.id, citations.passage
      from citations
      join attributions
        on attributions.document_id = citations.document_id
        and attributions.source_id = citations.source_id
      where citations.document_id in ({{ids}})
    ),
    marked (attribution_id, n, passage) as (
      select
        attribution_id,
        row_number() over (partition by attribution_id order by passage),
        {_joined("'¶' || passage", "attribution_id", "passage")}
      from drawn
    ),
    walked (attribution_id, distance, depth, chain, veil) as (
      select
        ancestors.attribution_id,
        ancestors.distance,
        max(ancestors.distance) over (partition by ancestors.attribution_id),
        {_joined("sources.title", "ancestors.attribution_id", "ancestors.distance")},
        max(case sources.anonymity when 'voiceless' then 2 when 'unnamed' then 1 else 0 end)
          over (partition by ancestors.attribution_id)
      from ancestors
      join attributions on attributions.id = ancestors.ancestor_id
      join sources on sources.id = attributions.source_id
    )
    select
      walked.attribution_id,
      walked.depth,
      walked.chain,
      case walked.veil when 2 then 'voiceless' when 1 then 'unnamed' else 'named' end,
      marked.passage
    from walked
    left join marked on marked.attribution_id = walked.attribution_id and marked.n = 1
    where walked.distance = 0
"""

EVIDENCE = f"""
    with cited (evidence_id, passage, n) as (
      select evidence_id, passage, min(n)
      from spans
      where document_id in ({{ids}})
      group by evidence_id, passage
    ),
    marked (evidence_id, n, passage) as (
      select evidence_id, n, {_joined("'¶' || passage", "evidence_id", "n")} from cited
    )
    select marked.evidence_id, marked.passage, spans.passage, spans.start_offset
    from marked
    join spans on spans.evidence_id = marked.evidence_id and spans.n = marked.n
    where marked.n = 1
"""

PASSAGES = """
    select
      spans.document_id, spans.passage, evidence.fact_id,
      min(spans.start_offset), count(distinct spans.evidence_id)
    from spans
    join evidence on evidence.id = spans.evidence_id
    where spans.document_id in ({ids})
    group by spans.document_id, spans.passage, evidence.fact_id
"""

# A span covers what is beyond the end of those that begin before it.
COVERAGE = """
    with covered (document_id, passage, fact_id, begin, finish, reached) as (
      select
        spans.document_id, spans.passage, evidence.fact_id,
        spans.start_offset, spans.end_offset,
        max(spans.end_offset) over (
          partition by spans.document_id, spans.passage
          order by spans.start_offset, spans.evidence_id, spans.n
          rows between unbounded preceding and 1 preceding
        )
      from spans
      join evidence on evidence.id = spans.evidence_id
      where spans.document_id in ({ids})
      union all
      select document_id, n, null, 0, 0, null
      from passages
      where document_id in ({ids})
    )
    select
      document_id,
      passage,
      cast(sum(
        case
          when reached is null or begin >= reached then finish - begin
          when finish > reached then finish - reached
          else 0
        end
      ) as integer),
      count(distinct fact_id)
    from covered
    group by document_id, passage
"""

CITATIONS = f"""
    with cited (document_id, source_id, passage) as (
      select distinct document_id, source_id, passage
      from citations
      where document_id in ({{ids}})
    ),
    marked (document_id, source_id, n, passage) as (
      select
        document_id,
        source_id,
        row_number() over (partition by document_id, source_id order by passage),
        {_joined("'¶' || passage", "document_id, source_id", "passage")}
      from cited
    )
    select document_id, source_id, passage from marked where n = 1
"""

QUERIES = {
    "attribution_ancestors": f"{ANCESTORS} select * from ancestors",
    "attribution_chains": CHAINS,
    "evidence_passages": EVIDENCE,
    "citation_passages": CITATIONS,
    "passage_coverage": COVERAGE,
    "fact_passages": PASSAGES,
}


def of_documents(connection: Connection, documents: Sequence[int]) -> Rows:
    """Compute the rows of documents in all tables but those of facts and actors."""
    return {table: rows_by_id(connection, query, documents) for table, query in QUERIES.items()}
