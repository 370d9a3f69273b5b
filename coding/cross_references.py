"""Checks the references between a coding and other documents in the database, before writing.

Two codings that refer to each other's facts can therefore not both be loaded into a new database:
the first one reports which fact is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from coding.bulk import rows_in
from coding.changeset import ChangeSet, MakeFault
from coding.faults import Fault
from coding.items import SHARED, ItemKey, Items
from coding.snapshot import Snapshot
from schema.escape import visible
from schema.vocabulary import FactKind


def _by_facts(table: str, column: str, fact: str = "id") -> str:
    return f"""
        select facts.document_id, {table}.{column}, 0
        from {table}
        join facts on facts.id = {table}.{fact}
        where {table}.{column} in :values
    """  # noqa: S608 - our own names


# Each query returns the document that uses a row, the id of that row, and the id of the row that
# refers to it if that can change without its key (0 for a fact).

USES_OF_FACTS = {
    "has evidence on it": """
        select evidence.document_id, evidence.fact_id, 0
        from evidence
        where evidence.fact_id in :values
    """,
    "links an event to it": " union ".join(
        _by_facts("event_links", end) for end in ("from_event_id", "to_event_id")
    ),
    "has a quote of which it is the occasion": _by_facts("quotes", "occasion_id"),
}
"""How a document can use a fact of another."""

USES_OF_SHARED_ROWS = {
    "actor": (
        _by_facts("participants", "actor_id", "fact_id"),
        _by_facts("relations", "from_actor_id"),
        _by_facts("relations", "to_actor_id"),
        _by_facts("actor_names", "actor_id"),
        """
        select introductions.document_id, source_actors.actor_id, introductions.source_id
        from source_actors
        join introductions on introductions.source_id = source_actors.source_id
        where source_actors.actor_id in :values
        """,
        """
        select sources.document_id, source_actors.actor_id, sources.id
        from source_actors
        join sources on sources.id = source_actors.source_id and sources.document_id is not null
        where source_actors.actor_id in :values
        """,
    ),
    "place": (
        _by_facts("events", "place_id"),
        """
        select introductions.document_id, places.within_id, places.id
        from places
        join introductions on introductions.place_id = places.id
        where places.within_id in :values
        """,
    ),
    "topic": (_by_facts("positions", "topic_id"), _by_facts("relations", "topic_id")),
    "source": (
        """
        select attributions.document_id, attributions.source_id, 0
        from attributions
        where attributions.source_id in :values
        """,
        """
        select citations.document_id, citations.source_id, 0
        from citations
        where citations.source_id in :values
        """,
    ),
}
"""How a document can use a shared row."""

EVENT_FIELDS: dict[str, tuple[str, ...]] = {
    FactKind.LINK: ("from", "to"),
    FactKind.QUOTE: ("occasion",),
}
"""Fields that may refer to an event of another document."""

MAX_LISTED = 5
"""How many documents a message names."""


class CrossReferences:
    """References between a document that is being loaded and all others."""

    def __init__(self, connection: Connection, snapshot: Snapshot, fault: MakeFault) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._fault = fault

    def faults(self, wanted: Items, changes: ChangeSet) -> list[Fault]:
        """Return a fault for each broken reference; notes the ids of facts elsewhere."""
        return [
            *self._unknown_facts(wanted),
            *self._links_coded_there(changes),
            *self._facts_in_use(changes),
            *self._rows_in_use(changes),
        ]

    # --- what this document uses of others ----------------------------------------------------

    def _unknown_facts(self, wanted: Items) -> Iterator[Fault]:
        pointed = list(_pointed_at(wanted))
        kinds = self._look_up(sorted({key for _name, key, _kind in pointed}))
        for name, key, kind in pointed:
            document = key.partition(":")[0]
            if document == self._snapshot.document:
                message = f"{visible(key)} is a fact of this document; give its key alone"
            elif key not in kinds:
                message = (
                    f"{visible(key)}: there is no such fact in the database; load the coding of "
                    f"{visible(document)} first, or correct the key"
                )
            elif kind is not None and kinds[key] != kind:
                message = f"{visible(key)} is a {kinds[key]}; give an {kind}"
            else:
                continue
            yield self._fault(name, "unknown-fact", message)

    def _look_up(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the kinds of facts by document:key, and note their ids."""
        kinds = {}
        query = """
            select facts.id, facts.kind, facts.key
            from sources
            join facts on facts.document_id = sources.id
            where sources.key = :document and sources.document_id is null and facts.key in :values
        """
        by_document = defaultdict(list)
        for key in keys:
            document, _, fact = key.partition(":")
            by_document[document].append(fact)
        for document, facts in by_document.items():
            for id, kind, fact in rows_in(self._connection, query, facts, document=document):
                key = f"{document}:{fact}"
                kinds[key] = kind
                self._snapshot.ids[ItemKey("elsewhere", key)] = id
        return kinds

    def _links_coded_there(self, changes: ChangeSet) -> Iterator[Fault]:
        """Find links that another document has coded already."""
        new = {
            (self._event(content["from"]), content["type"], self._event(content["to"])): name
            for name, content in {**changes.added, **changes.changed}.items()
            if name.kind == FactKind.LINK
        }
        rows = self._of_others(
            """
            select links.document_id, event_links.from_event_id, event_links.type,
              event_links.to_event_id, links.key
            from event_links
            join facts as links on links.id = event_links.id
            where event_links.from_event_id in :values
            """,
            [origin for origin, _type, _target in new if origin is not None],
        )
        for document, origin, kind, target, key in rows:
            name = new.get((origin, kind, target))
            if name is not None:
                yield self._fault(
                    name,
                    "link-twice",
                    f"{document} has this link already; give its evidence under `elsewhere`, as "
                    f"{visible(f'{document}:{key}')}",
                )

    def _event(self, key: str) -> int | None:
        return self._snapshot.ids.get(ItemKey("elsewhere" if ":" in key else FactKind.EVENT, key))

    # --- what others use of this document -----------------------------------------------------

    def _facts_in_use(self, changes: ChangeSet) -> Iterator[Fault]:
        gone = {
            self._snapshot.ids[name]: name for name in changes.removed if name.kind in set(FactKind)
        }
        for how, query in USES_OF_FACTS.items():
            holders = defaultdict(set)
            for document, fact, _through in self._of_others(query, list(gone)):
                holders[fact].add(document)
            for fact, documents in sorted(holders.items()):
                yield self._in_use(
                    gone[fact],
                    f"is no longer in this coding, but {_listed(documents)} {how}; keep it here, "
                    "or take that out there and load that coding first",
                )

    def _rows_in_use(self, changes: ChangeSet) -> Iterator[Fault]:
        rewritten = {self._snapshot.ids[name] for name in changes.updated}
        for kind in SHARED:
            gone = {self._snapshot.ids[name]: name for name in changes.dropped if name.kind == kind}
            holders = defaultdict(set)
            for document, row, through in self._of_others(
                " union ".join(USES_OF_SHARED_ROWS[kind]), list(gone)
            ):
                if not through or through not in rewritten:
                    holders[row].add(document)
            for row, documents in sorted(holders.items()):
                yield self._in_use(
                    gone[row],
                    f"is no longer introduced here, but {_listed(documents)} refers to it; keep "
                    "it here, or introduce it there and load that coding first",
                )

    def _in_use(self, name: ItemKey, message: str) -> Fault:
        document = ItemKey("source", self._snapshot.document)
        return self._fault(document, "still-in-use", f"{name.kind} {visible(name.key)} {message}")

    def _of_others(self, query: str, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Run a query whose first column is a document; yield the rows of others, with its key."""
        query = f"""
            select sources.key, users.*
            from ({query}) as users
            join sources on sources.id = users.document_id
            where users.document_id <> :document
            order by sources.key
        """  # noqa: S608 - the queries are ours
        document = self._snapshot.document_id or 0
        for key, _id, *columns in rows_in(self._connection, query, ids, document=document):
            yield key, *columns


def _pointed_at(wanted: Items) -> Iterator[tuple[ItemKey, str, str | None]]:
    """Yield each fact of another document that an item refers to, and the kind it must have."""
    for name, content in wanted.items():
        if name.kind == "elsewhere":
            yield name, name.key, None
        for field in EVENT_FIELDS.get(name.kind, ()):
            if ":" in (content[field] or ""):
                yield name, content[field], FactKind.EVENT


def _listed(documents: Iterable[str]) -> str:
    """List documents; if there are many, only the first."""
    names = sorted(documents)
    if len(names) > MAX_LISTED:
        return f"{', '.join(names[:MAX_LISTED])} and {len(names) - MAX_LISTED} other documents"
    return " and ".join(names)
