"""How much vouches for each fact, where equal ties count as one.

A load looks only at the ties of its document, and at the first of those that each equals: a tie
may be equal to those of any number of documents. Only rows that differ leave the engine.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection

from database.rows import ids_in, rows_by_id

# A tie whose type is symmetric is the same in both directions: a is the actor with the lower id.
# A key of its own (`own`) sets a tie apart from others between the same actors.
TIES = """
    with ended (id, type, is_symmetric, a, b) as (
      select
        relations.id, relations.type, is_symmetric,
        case when is_symmetric and to_actor_id < from_actor_id then to_actor_id
          else from_actor_id end,
        case when is_symmetric and to_actor_id < from_actor_id then from_actor_id
          else to_actor_id end
      from relations
      join relation_types on relation_types.key = relations.type
      where {which}
    ),
    ties (id, type, is_symmetric, a, b, document, key, there, back) as (
      select
        ended.id, ended.type, is_symmetric, a, b, documents.key, facts.key,
        first.key || '--' || ended.type || '--' || second.key,
        case when is_symmetric then second.key || '--' || ended.type || '--' || first.key end
      from ended
      join facts on facts.id = ended.id
      join sources as documents on documents.id = facts.document_id
      join actors as first on first.id = ended.a
      join actors as second on second.id = ended.b
    ),
    apart (id, type, is_symmetric, a, b, document, key, there, back, own) as (
      select
        id, type, is_symmetric, a, b, document, key, there, back,
        case when key in (there, back) then '' else key end
      from ties
    )
"""
OF_THESE = TIES.replace("{which}", "relations.id in ({ids})")

# For each tie an equal one that documents other than these introduced.
ELSEWHERE = """
    select coalesce(({there}), ({back})) from apart
"""

EQUAL_ELSEWHERE = """
    select equals.id
    from relations as equals
    join facts on facts.id = equals.id and facts.document_id not in ({documents})
    where equals.from_actor_id = {first}
      and equals.type = apart.type
      and equals.to_actor_id = {second}
      and case when facts.key in (there, back) then '' else facts.key end = own
    limit 1
"""

BETWEEN_THE_SAME = """
    select relations.id
    from apart
    join relations
      on relations.from_actor_id = apart.a
      and relations.type = apart.type
      and relations.to_actor_id = apart.b
    union
    select relations.id
    from apart
    join relations
      on relations.from_actor_id = apart.b
      and relations.type = apart.type
      and relations.to_actor_id = apart.a
"""

COUNTED = """,
    counted (fact_id, first_id) as (
      select id, first_value(id) over (partition by type, a, b, own order by document, key)
      from apart
    )
"""

NO_LONGER_FIRST = """
    select counted.fact_id
    from counted
    join evidence_counts as stored on stored.fact_id = counted.fact_id
    where stored.counted_as_id = counted.fact_id and counted.first_id <> counted.fact_id
"""

COUNTED_AS = "select fact_id from evidence_counts where counted_as_id in ({ids})"

OTHERS = """
    with counted (fact_id, first_id) as (
      select id, id from facts where kind <> 'relation' and id in ({ids})
    )
"""

# Of some ties (GROWN) only new equals are counted, and added to the figures that are stored: others
# have too many. Their first stays the first, and nobody else has what the new ones come from.
GROWN = """,
    grown (first_id) as (
      select first.fact_id
      from counted
      join evidence_counts as first on first.fact_id = counted.first_id
      where first.counted_as_id = first.fact_id
      except
      select counted.first_id
      from counted
      left join evidence_counts as stored on stored.fact_id = counted.fact_id
      join evidence on evidence.fact_id = counted.fact_id
      join attributions on attributions.id = evidence.attribution_id
      where counted.fact_id <> counted.first_id
        and (
          stored.fact_id is not null
          or exists (
            select 1
            from attributions as others
            where others.source_id = attributions.source_id
              and others.document_id <> attributions.document_id
          )
        )
    )
"""
NONE_GROWN = ", grown (first_id) as (select fact_id from counted where false)"

DIFFERING = """,
    members (first_id, fact_id) as (
      select first_id, fact_id
      from counted
      where fact_id <> first_id or fact_id not in (select first_id from grown)
      union all
      select counted_as_id, fact_id
      from evidence_counts
      where counted_as_id in (select first_id from counted except select first_id from grown)
        and fact_id not in (select fact_id from counted)
    ),
    figures (fact_id, pieces, documents, relayed, origins, named_origins, origin_id) as (
      select
        members.first_id,
        count(evidence.id),
        count(distinct evidence.document_id),
        count(attributions.parent_id),
        count(distinct sources.id),
        count(distinct case sources.anonymity when 'named' then sources.id end),
        min(sources.id)
      from members
      left join evidence on evidence.fact_id = members.fact_id
      left join attributions on attributions.id = evidence.attribution_id
      left join sources on sources.id = attributions.source_id
      group by members.first_id
      union all
      select fact_id, pieces, documents, relayed, origins, named_origins, origin_id
      from evidence_counts
      where fact_id in (select first_id from grown)
    ),
    sums (fact_id, pieces, documents, relayed, origins, named_origins, origin_id) as (
      select
        fact_id,
        cast(sum(pieces) as integer),
        cast(sum(documents) as integer),
        cast(sum(relayed) as integer),
        cast(sum(origins) as integer),
        cast(sum(named_origins) as integer),
        case sum(origins) when 1 then min(origin_id) end
      from figures
      group by fact_id
    )
    select
      counted.fact_id, counted.first_id as counted_as_id, sums.pieces, sums.documents,
      sums.relayed, sums.origins, sums.named_origins, sums.origin_id
    from counted
    left join sums on sums.fact_id = counted.fact_id
    left join evidence_counts as stored on stored.fact_id = counted.fact_id
    where stored.fact_id is null
      or (
        stored.counted_as_id, stored.pieces, stored.documents, stored.relayed,
        stored.origins, stored.named_origins, stored.origin_id
      ) is distinct from (
        counted.first_id, sums.pieces, sums.documents, sums.relayed,
        sums.origins, sums.named_origins, sums.origin_id
      )
    order by counted.fact_id
"""


def counts_of_ties(
    connection: Connection, ties: Collection[int] | None, *, added: bool = False
) -> Sequence[Any]:
    """Return the rows of these ties that differ from the stored ones; None: of all ties.

    The first of the ties that each equals must be among them. `added`: those without a stored row
    are new, and nothing else has changed.
    """
    counted = COUNTED + (GROWN if added else NONE_GROWN) + DIFFERING
    if ties is None:
        return rows_by_id(connection, TIES.replace("{which}", "true") + counted, ())
    return rows_by_id(connection, OF_THESE + counted, sorted(ties))


def counts_of_others(connection: Connection, facts: Sequence[int]) -> Sequence[Any]:
    """Return the rows of these facts, ties excepted, that differ from the stored ones."""
    return rows_by_id(connection, OTHERS + NONE_GROWN + DIFFERING, facts)


def equal_elsewhere(
    connection: Connection, ties: Collection[int], documents: Collection[int]
) -> set[int]:
    """Return, for each of these ties of these documents, an equal tie of another document."""
    outside = ", ".join(map(str, documents)) or "null"
    there, back = (
        EQUAL_ELSEWHERE.format(documents=outside, first=first, second=second)
        for first, second in (("a", "b"), ("b", "a"))
    )
    query = OF_THESE + ELSEWHERE.format(there=there, back=back)
    return {row[0] for row in rows_by_id(connection, query, sorted(ties))} - {None}


def counted_with(connection: Connection, ties: Collection[int], equal: Collection[int]) -> set[int]:
    """Return these ties of changed documents, and ties of others whose rows may change with them.

    `equal` holds, for each tie that has or had an equal one in another document, one such tie. It
    is counted as the first of all equal ties of other documents, unless that one was changed.
    """
    query = """
        select fact_id, counted_as_id
        from evidence_counts
        where fact_id in ({ids})
    """
    firsts = dict(map(tuple, rows_by_id(connection, query, sorted(equal))))
    unsure = {tie for tie in equal if firsts.get(tie) in (None, *ties)}
    chosen = {*ties, *firsts.values()} - {None}
    chosen |= ids_in(connection, OF_THESE + BETWEEN_THE_SAME, unsure)
    # Which tie is the first shows only with all of them in one statement.
    replaced = rows_by_id(connection, OF_THESE + COUNTED + NO_LONGER_FIRST, sorted(chosen))
    return chosen | ids_in(connection, COUNTED_AS, [row[0] for row in replaced])
