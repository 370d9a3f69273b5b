"""Checks the references between a coding and other documents in the database, before writing.

Two codings that refer to each other's facts can therefore not both be loaded into a new database:
the first one reports which fact is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from coding.bulk import rows_in
from coding.changeset import CodingChanges, MakeFault
from coding.faults import Fault
from coding.items import SHARED, ItemKey, Items, mentioned, references
from coding.snapshot import DocumentSnapshot
from schema.escape import visible
from schema.evidence import IDENTIFIED
from schema.facts import LINKED
from schema.vocabulary import FactKind

# Each query returns the document that uses a row, the id of that row, the id of the row that refers
# to it if that can change without its key (0 for a fact), and what that is (empty: evidence).


def _by_document(column: str) -> str:
    table = column.partition(".")[0]
    return f"select {table}.document_id, {column}, 0, '' from {table} where {column} in :values"  # noqa: S608 - our own names


def _by_facts(column: str, fact: str = "id") -> str:
    table = column.partition(".")[0]
    return f"""
        select facts.document_id, {column}, 0, facts.kind || ' ' || facts.key
        from {table}
        join facts on facts.id = {table}.{fact}
        where {column} in :values
    """  # noqa: S608 - our own names


USES_OF_FACTS = {
    "there is evidence on it in": _by_document("evidence.fact_id"),
    "an event or quote is linked to it in": " union ".join(
        _by_facts(f"event_links.{end}") for end in ("from_fact_id", "to_fact_id")
    ),
    "it is the occasion of a quote in": _by_facts("quotes.occasion_id"),
}
"""How a document can use a fact of another."""

USES_OF_SHARED_ROWS = {
    "actor": (
        _by_facts("participants.actor_id", "fact_id"),
        _by_facts("relations.from_actor_id"),
        _by_facts("relations.to_actor_id"),
        _by_facts("actor_names.actor_id"),
        _by_facts("territorial_control.actor_id"),
        """
        select introductions.document_id, source_actors.actor_id, sources.id,
          'source ' || sources.key
        from source_actors
        join sources on sources.id = source_actors.source_id
        join introductions on introductions.source_id = sources.id
        where source_actors.actor_id in :values
        """,
        """
        select sources.document_id, source_actors.actor_id, sources.id, 'voice ' || sources.key
        from source_actors
        join sources on sources.id = source_actors.source_id and sources.document_id is not null
        where source_actors.actor_id in :values
        """,
    ),
    "place": (
        _by_facts("events.place_id"),
        _by_facts("territorial_control.place_id"),
        """
        select introductions.document_id, places.within_id, places.id, 'place ' || places.key
        from places
        join introductions on introductions.place_id = places.id
        where places.within_id in :values
        """,
    ),
    "topic": (_by_facts("positions.topic_id"), _by_facts("relations.topic_id")),
    "source": (_by_document("attributions.source_id"), _by_document("citations.source_id")),
}
"""How a document can use a shared row."""

REWRITTEN = {"actor": "source", "place": "place"}
"""The kind of shared row that can refer to each kind, and can be rewritten so that it doesn't."""


class Use(NamedTuple):
    """Something that other documents use."""

    item: ItemKey
    how: str
    users: dict[str, list[str]]
    """What uses it, by document; empty for evidence, which has no key."""


MAX_LISTED = 5
"""How many documents a message names."""


class CrossReferences:
    """References between a document that is being loaded and all others."""

    def __init__(
        self, connection: Connection, snapshot: DocumentSnapshot, fault: MakeFault
    ) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._fault = fault

    def faults(self, wanted: Items, changes: CodingChanges) -> list[Fault]:
        """Return a fault for each broken reference; notes the ids of facts elsewhere."""
        return [
            *self._unknown_facts(wanted),
            *self._links_coded_there(changes),
            *self._identified_there(changes),
            *(self._still_in_use(use, dropping=not wanted) for use in self.in_use(changes)),
        ]

    # --- what this document uses of others ----------------------------------------------------

    def _unknown_facts(self, wanted: Items) -> Iterator[Fault]:
        uses = list(references(wanted))
        kinds = self._look_up(sorted({key for _name, key, _kind in uses}))
        for item, key, allowed in uses:
            document = key.partition(":")[0]
            if document == self._snapshot.document:
                message = f"{visible(key)} is a fact of this document; give its key alone"
            elif key not in kinds:
                message = (
                    f"{visible(key)}: there is no such fact in the database; load the coding of "
                    f"{visible(document)} first, or correct the key"
                )
            elif allowed and kinds[key] not in allowed:
                wanted_kinds = " or ".join(allowed)
                message = f"{visible(key)} is of kind {kinds[key]}; give an {wanted_kinds}"
            else:
                continue
            yield self._fault(item, "unknown-fact", message)

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
                kinds[key] = self._snapshot.kinds[key] = kind
                self._snapshot.ids[ItemKey("elsewhere", key)] = id
        return kinds

    def _links_coded_there(self, changes: CodingChanges) -> Iterator[Fault]:
        """Find links that another document has coded already."""
        new = {
            (self._linked(content["from"]), content["type"], self._linked(content["to"])): item
            for item, content in {**changes.added, **changes.changed}.items()
            if item.kind == FactKind.LINK
        }
        rows = self._of_others(
            """
            select links.document_id, event_links.from_fact_id, event_links.type,
              event_links.to_fact_id, links.key
            from event_links
            join facts as links on links.id = event_links.id
            where event_links.from_fact_id in :values
            """,
            [origin for origin, _type, _target in new if origin is not None],
        )
        for document, origin, kind, target, key in rows:
            item = new.get((origin, kind, target))
            if item is not None:
                yield self._fault(
                    item,
                    "link-twice",
                    f"{document} has this link already; give its evidence under `elsewhere`, as "
                    f"{visible(f'{document}:{key}')}",
                )

    def _identified_there(self, changes: CodingChanges) -> Iterator[Fault]:
        """Find identifiers that something else already has: a duplicate, or a mistake."""
        new = {**changes.added, **changes.changed, **changes.updated}
        for kind in IDENTIFIED:
            listed = {
                (scheme, identifier): item
                for item, content in new.items()
                if (item.kind if item.kind != "voice" else "source") == kind
                for scheme, identifier in content["identifiers"]
            }
            query = f"""
                select identifiers.scheme, identifiers.identifier, {kind}s.id, {kind}s.key
                from identifiers
                join {kind}s on {kind}s.id = identifiers.{kind}_id
                where identifiers.identifier in :values
            """  # noqa: S608 - the kind is one of ours
            values = sorted({identifier for _scheme, identifier in listed})
            rewritten = {
                self._snapshot.ids.get(item)
                for item in (*new, *changes.dropped)
                if item.kind == kind or (item.kind == "voice" and kind == "source")
            }
            for scheme, identifier, id, key in rows_in(self._connection, query, values):
                item = listed.get((scheme, identifier))
                if item is None or id in rewritten or id == self._snapshot.ids.get(item):
                    continue
                remedy = f"`sourcebook rename {kind} {item.key} {key} CODING…` joins them"
                owned = f"{scheme} {visible(identifier)} already belongs to {key}"
                message = f"{owned}; if both are the same {kind}, {remedy}"
                yield self._fault(item, "identifier-twice", message)

    def _linked(self, key: str) -> int | None:
        kinds = ("elsewhere",) if ":" in key else LINKED
        ids = (self._snapshot.ids.get(ItemKey(kind, key)) for kind in kinds)
        return next(filter(None, ids), None)

    # --- what others use of this document -----------------------------------------------------

    def in_use(self, changes: CodingChanges) -> Iterator[Use]:
        """Yield what the coding no longer has and others use."""
        facts = [item for item in changes.removed if item.kind in set(FactKind)]
        for how, query in USES_OF_FACTS.items():
            yield from self._users(how, query, facts, {})
        for kind in SHARED:
            rows = [item for item in changes.dropped if item.kind == kind]
            rewritten = {
                self._snapshot.ids[item]: mentioned({item: content})
                for item, content in changes.updated.items()
                if item.kind == REWRITTEN.get(kind)
            }
            query = " union ".join(USES_OF_SHARED_ROWS[kind])
            yield from self._users("is in use by", query, rows, rewritten)

    def _users(
        self,
        how: str,
        query: str,
        items: Iterable[ItemKey],
        rewritten: Mapping[int, Collection[ItemKey]],
    ) -> Iterator[Use]:
        """Yield each item that others use; rewritten rows use only what they mention now."""
        by_id = {self._snapshot.ids[item]: item for item in items}
        users: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for document, id, referring, what in self._of_others(query, list(by_id)):
            if referring not in rewritten or by_id[id] in rewritten[referring]:
                users[id][document] += filter(None, [what])
        for id, documents in sorted(users.items()):
            yield Use(by_id[id], how, documents)

    def _still_in_use(self, use: Use, *, dropping: bool) -> Fault:
        shared = use.item.kind in SHARED
        remedy = "introduce it there" if shared else "take that out there"
        users = [
            f"{document} ({_listed(map(visible, whats))})" if whats and dropping else document
            for document, whats in use.users.items()
        ]
        if dropping:
            message = f"{use.how} {_listed(users)}; {remedy} and load that coding, or drop it, too"
        else:
            state = "is no longer introduced here" if shared else "is no longer in this coding"
            message = (
                f"{state}, but {use.how} {_listed(users)}; keep it here, or {remedy} and load that "
                "coding first"
            )
        document = ItemKey("source", self._snapshot.document)
        item = f"{use.item.kind} {visible(use.item.key)}{':' if dropping and not shared else ''}"
        return self._fault(document, "still-in-use", f"{item} {message}")

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


def _listed(documents: Iterable[str]) -> str:
    """List names; if there are many, only the first."""
    names = sorted(documents)
    if len(names) > MAX_LISTED:
        return f"{', '.join(names[:MAX_LISTED])} and {len(names) - MAX_LISTED} more"
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 2 else names)
