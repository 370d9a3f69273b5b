"""Keeping the derived tables equal to what the normalised ones say.

A load refreshes what depends on the rows that it wrote; `migrate` recomputes everything. Both
compute rows anew, compare them with those that are there, and write only what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, tuple_

from database.derived.actors import MEMBERSHIP_TIES, NAMED, REACHING, of_members, of_named
from database.derived.counts import (
    counted_with,
    counts_of_others,
    counts_of_ties,
    equal_elsewhere,
)
from database.derived.documents import Row, Rows, of_documents
from database.derived.facts import of_facts
from database.rows import chunks, ids_in, insert_rows, rows_by_id
from schema.models import METADATA

SCOPES = {
    "attribution_ancestors": "attribution_id in "
    "(select id from attributions where document_id in ({ids}))",
    "attribution_chains": "attribution_id in "
    "(select id from attributions where document_id in ({ids}))",
    "evidence_passages": "evidence_id in (select id from evidence where document_id in ({ids}))",
    "fact_passages": "document_id in ({ids})",
    "passage_coverage": "document_id in ({ids})",
    "fact_summaries": "fact_id in ({ids})",
    "evidence_counts": "fact_id in ({ids})",
    "memberships": "member_id in ({ids})",
    "actor_summaries": "actor_id in ({ids})",
    "citation_passages": "document_id in ({ids})",
}
"""Which rows of a derived table belong to some documents, facts or actors."""

FACTS_OF = {
    "documents": (
        "select id from facts where document_id in ({ids})",
        "select fact_id from evidence where document_id in ({ids})",
    ),
    "actors": (
        "select fact_id from participants where actor_id in ({ids})",
        "select id from relations where from_actor_id in ({ids})",
        "select id from relations where to_actor_id in ({ids})",
        "select id from actor_names where actor_id in ({ids})",
        "select id from territorial_control where actor_id in ({ids})",
    ),
    "places": ("select id from territorial_control where place_id in ({ids})",),
    "topics": (
        "select id from positions where topic_id in ({ids})",
        "select id from relations where topic_id in ({ids})",
    ),
    "attributions": ("select fact_id from evidence where attribution_id in ({ids})",),
    "facts": (
        "select id from event_links where from_fact_id in ({ids})",
        "select id from event_links where to_fact_id in ({ids})",
        "select id from event_names where event_id in ({ids})",
    ),
}
"""Facts whose summaries depend on some rows."""

DOCUMENTS = "select document_id from attributions union select document_id from passages"
FACTS = "select id from facts"
TIES = "select id from relations where id in ({ids})"
COUNTED = "select fact_id from evidence_counts where fact_id in ({ids})"
MEMBERS = "select from_actor_id from relations union select member_id from memberships"
NAMED_ACTORS = "select actor_id from actor_names union select actor_id from actor_summaries"

DOCUMENTS_OF_SOURCES = "select distinct document_id from attributions where source_id in ({ids})"


class Drift(NamedTuple):
    """Where a derived table does not hold what the normalised tables say."""

    table: str
    row: tuple[Any, ...]
    """The values of its primary key."""
    columns: tuple[str, ...]
    """Columns that differ; none if the whole row is missing or superfluous."""
    problem: str
    """missing, superfluous or different."""


class Refresh:
    """Brings the derived tables up to date after some documents have changed.

    Create it before the change, since it notes what depends on rows that the change may remove, and
    call `finish` afterwards.
    """

    def __init__(self, connection: Connection, documents: Collection[int]) -> None:
        self._connection = connection
        self._facts = self._depending("documents", documents)
        self._new = not self._facts
        self._facts |= self._depending("facts", self._facts)
        self._equal = equal_elsewhere(connection, self._facts, documents)
        self._ties = self._membership_ties(self._facts)
        self._named = ids_in(connection, NAMED, self._facts)

    def finish(
        self,
        documents: Collection[int],
        *,
        actors: Collection[int] = (),
        places: Collection[int] = (),
        topics: Collection[int] = (),
        sources: Collection[int] = (),
    ) -> int:
        """Refresh what depends on these rows, which were changed; return how many rows differed.

        `actors`, `places`, `topics` and `sources` are rows that documents share and whose columns
        changed.
        """
        touched = {*documents, *ids_in(self._connection, DOCUMENTS_OF_SOURCES, sources)}
        changes = list(self._settled(touched, of_documents))
        chains = {change.row[0] for change in changes if change.table == "attribution_chains"}
        facts = self._facts
        for kind, ids in (
            ("documents", documents),
            ("actors", actors),
            ("places", places),
            ("topics", topics),
            ("attributions", chains),
        ):
            facts |= self._depending(kind, ids)
        facts |= self._depending("facts", facts)
        changes += self._settled(facts, of_facts)
        ties = ids_in(self._connection, TIES, facts)
        equal = self._equal | equal_elsewhere(self._connection, ties, documents)
        changes += _settle_counts(
            self._connection,
            counted_with(self._connection, ties, equal),
            facts - ties,
            added=self._new and not ids_in(self._connection, COUNTED, ties),
        )
        # Whoever reached a tie that is gone reaches, over ties that stayed, whom it began with.
        begun = {tie.from_actor_id for tie in self._ties ^ self._membership_ties(facts)}
        members = ids_in(self._connection, REACHING, begun)
        changes += self._settled(members, of_members)
        named = self._named | ids_in(self._connection, NAMED, facts)
        changes += self._settled(named, of_named)
        return len(changes)

    def _depending(self, kind: str, ids: Collection[int]) -> set[int]:
        return set().union(*(ids_in(self._connection, query, ids) for query in FACTS_OF[kind]))

    def _membership_ties(self, facts: Collection[int]) -> set[Any]:
        return {
            tie
            for some in chunks(sorted(facts))
            for tie in rows_by_id(self._connection, MEMBERSHIP_TIES, some)
        }

    def _settled(self, ids: Collection[int], compute: Compute) -> Iterator[Drift]:
        for some in chunks(sorted(ids)):
            yield from _compare(self._connection, some, compute(self._connection, some), write=True)


def recompute(connection: Connection, *, write: bool) -> Iterator[Drift]:
    """Compare all derived rows with what the normalised tables say; `write` corrects them.

    Documents come before facts, and facts before memberships: each is computed from the former.
    """
    ids = connection.exec_driver_sql
    for query, compute in (
        (DOCUMENTS, of_documents),
        (FACTS, of_facts),
        (MEMBERS, of_members),
        (NAMED_ACTORS, of_named),
    ):
        for some in chunks(sorted(ids(query).scalars().all())):
            yield from _compare(connection, some, compute(connection, some), write=write)
    others = connection.exec_driver_sql(f"{FACTS} where kind <> 'relation'").scalars().all()
    yield from _settle_counts(connection, None, others, write=write)


Compute = Callable[[Connection, Sequence[int]], Rows]


def _settle_counts(
    connection: Connection,
    ties: Collection[int] | None,
    others: Collection[int],
    *,
    added: bool = False,
    write: bool = True,
) -> Iterator[Drift]:
    """Correct the counts of ties and of other facts; None: of all ties."""
    yield from _differing(connection, counts_of_ties(connection, ties, added=added), write=write)
    for some in chunks(sorted(others)):
        yield from _differing(connection, counts_of_others(connection, some), write=write)


def _differing(connection: Connection, rows: Sequence[Any], *, write: bool) -> Iterator[Drift]:
    for some in chunks(rows):
        ids = [row.fact_id for row in some]
        yield from _compare(connection, ids, {"evidence_counts": some}, write=write)


def _compare(
    connection: Connection, ids: Sequence[int], computed: Rows, *, write: bool
) -> Iterator[Drift]:
    for name, rows in computed.items():
        table = METADATA.tables[name]
        columns = table.columns.keys()
        width = len(table.primary_key)  # its columns are the first
        query = f"select {', '.join(columns)} from {name} where {SCOPES[name]}"
        stored = {row[:width]: row for row in rows_by_id(connection, query, ids)}
        wanted = {row[:width]: row for row in rows}
        if write:
            _write(connection, table, stored, wanted)
        yield from _differences(name, columns, stored, wanted)


def _differences(
    table: str, columns: Sequence[str], stored: dict[Row, Row], wanted: dict[Row, Row]
) -> Iterator[Drift]:
    for key in sorted(stored.keys() - wanted.keys()):
        yield Drift(table, key, (), "superfluous")
    for key, row in wanted.items():
        there = stored.get(key)
        if there is None:
            yield Drift(table, key, (), "missing")
        elif there != row:
            triples = zip(columns, there, row, strict=True)
            differing = tuple(name for name, old, new in triples if old != new)
            yield Drift(table, key, differing, "different")


def _write(
    connection: Connection, table: Table, stored: dict[Row, Row], wanted: dict[Row, Row]
) -> None:
    for some in chunks([key for key, row in stored.items() if wanted.get(key) != row]):
        connection.execute(delete(table).where(tuple_(*table.primary_key).in_(some)))
    new = [row for key, row in wanted.items() if stored.get(key) != row]
    insert_rows(connection, table, table.columns.keys(), new)
