"""How much vouches for each fact, where equal ties count as one.

Only rows that differ from the stored ones leave the engine: a tie may be equal to those of any
number of documents, and a load mostly changes what is counted with the first of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection

from database.derived.documents import asked

# Ties between two actors are the same in either direction if their type is symmetric. Several
# ties in one document differ there, and so they do everywhere: such a tie equals only those of its
# key. The others equal one another, and bear the key of the first of them.
OF_TIES = """
    with ends (type, a, b) as (
      select distinct
        relations.type,
        case when is_symmetric and to_actor_id < from_actor_id then to_actor_id
          else from_actor_id end,
        case when is_symmetric and to_actor_id < from_actor_id then from_actor_id
          else to_actor_id end
      from relations
      join relation_types on relation_types.key = relations.type
      where {which}
    ),
    directed (type, a, b, from_actor_id, to_actor_id) as (
      select type, a, b, a, b from ends
      union all
      select type, a, b, b, a
      from ends
      join relation_types on relation_types.key = ends.type and is_symmetric
    ),
    ties (id, type, a, b, document, key, in_document) as (
      select
        relations.id, directed.type, directed.a, directed.b, documents.key, facts.key,
        count(*) over (partition by directed.type, directed.a, directed.b, documents.key)
      from directed
      join relations
        on relations.from_actor_id = directed.from_actor_id
        and relations.type = directed.type
        and relations.to_actor_id = directed.to_actor_id
      join facts on facts.id = relations.id
      join sources as documents on documents.id = facts.document_id
    ),
    grouped (id, type, a, b, document, key, common) as (
      select
        id, type, a, b, document, key,
        case in_document
          when 1 then first_value(key)
            over (partition by type, a, b order by in_document > 1, document, key)
          else key
        end
      from ties
    ),
    counted (fact_id, first_id) as (
      select
        id,
        first_value(id) over (partition by type, a, b, common order by document, key)
      from grouped
    )
"""

OF_OTHERS = """
    with counted (fact_id, first_id) as (
      select id, id from facts where kind <> 'relation' and id in ({ids})
    )
"""

DIFFERING = """,
    wanted (fact_id, pieces, documents, relayed, origins, named_origins, origin_id) as (
      select
        counted.first_id,
        count(evidence.id),
        count(distinct evidence.document_id),
        count(attributions.parent_id),
        count(distinct attributions.source_id),
        count(distinct case sources.anonymity when 'named' then sources.id end),
        case when min(sources.id) = max(sources.id) then min(sources.id) end
      from counted
      left join evidence on evidence.fact_id = counted.fact_id
      left join attributions on attributions.id = evidence.attribution_id
      left join sources on sources.id = attributions.source_id
      group by counted.first_id
    )
    select
      counted.fact_id, counted.first_id as counted_as_id,
      wanted.pieces, wanted.documents, wanted.relayed,
      wanted.origins, wanted.named_origins, wanted.origin_id
    from counted
    left join wanted on wanted.fact_id = counted.fact_id
    left join evidence_counts as stored on stored.fact_id = counted.fact_id
    where stored.fact_id is null
      or (stored.counted_as_id, stored.pieces, stored.documents, stored.relayed, stored.origins,
        stored.named_origins, stored.origin_id)
      is distinct from (counted.first_id, wanted.pieces, wanted.documents, wanted.relayed,
        wanted.origins, wanted.named_origins, wanted.origin_id)
    order by counted.fact_id
"""

# For each tie another one that is equal to it, and that documents other than these introduced.
ELSEWHERE = """
    select coalesce(
      (
        select equals.id
        from relations as equals
        join facts on facts.id = equals.id and facts.document_id not in ({documents})
        where equals.from_actor_id = relations.from_actor_id
          and equals.type = relations.type
          and equals.to_actor_id = relations.to_actor_id
        limit 1
      ),
      (
        select equals.id
        from relations as equals
        join facts on facts.id = equals.id and facts.document_id not in ({documents})
        where equals.from_actor_id = relations.to_actor_id
          and equals.type = relations.type
          and equals.to_actor_id = relations.from_actor_id
        limit 1
      )
    )
    from relations
    where relations.id in ({{ids}})
"""


def counts_of_ties(connection: Connection, ties: Collection[int] | None) -> Sequence[Any]:
    """Return the rows of these ties, and of equal ones, that differ; None: of all ties."""
    which = "true" if ties is None else "relations.id in ({ids})"
    return asked(connection, OF_TIES.replace("{which}", which) + DIFFERING, sorted(ties or ()))


def counts_of_others(connection: Connection, facts: Sequence[int]) -> Sequence[Any]:
    """Return the rows of those of these facts that are no ties, where they differ."""
    return asked(connection, OF_OTHERS + DIFFERING, facts)


def equal_elsewhere(documents: Collection[int]) -> str:
    """Write a query for ties of other documents that ties of these are equal to.

    The reverse of a tie that is not symmetric may be among them: it is looked at in vain.
    """
    return ELSEWHERE.format(documents=", ".join(map(str, documents)) or "null")
