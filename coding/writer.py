"""Writes a change set to the database, in the caller's transaction.

Only what differs is written; an item keeps its id as long as it has its key. Foreign keys decide
the order: delete referencing rows first, referenced rows last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text, update

from coding.bulk import BulkStatements
from coding.changeset import CodingChanges
from coding.columns import OF_FACTS, TABLE, fields, table_of
from coding.items import SHARED, Content, ItemKey, Items, dates_of, source_named
from coding.removal import remove_facts, remove_rest
from coding.snapshot import Chain, DocumentSnapshot
from schema.edtf import Edtf
from schema.evidence import IDENTIFIED
from schema.facts import LINKED
from schema.vocabulary import FactKind

STATED = ("modality", "certainty", "stance", "hedge", "date", "words")
"""What a piece of evidence says, in the order of its columns."""


class CodingWriter:
    """Writes the changes of one document."""

    def __init__(self, connection: Connection, snapshot: DocumentSnapshot) -> None:
        self._connection = connection
        self._bulk = BulkStatements(connection)
        self._snapshot = snapshot
        self._ids = snapshot.ids
        self._document_id = snapshot.document_id
        self._wanted: Items = {}

    def write(self, changes: CodingChanges, wanted: Items) -> int:
        """Write all changes and return the id of the document."""
        new = {**changes.added, **changes.changed}
        self._wanted = wanted
        self._dates(new)
        remove_facts(self._bulk, self._snapshot, changes)
        self._shared(changes)
        if self._document_id is None:
            self._document_id = self._ids[ItemKey("source", self._snapshot.document)]
        self._voices(changes)
        self._coding(wanted)
        self._introductions(changes)
        self._passages(changes)
        self._facts(changes)
        self._citations({**new, **changes.reattributed}, wanted)
        self._participants(new)
        idle_chains = self._evidence({**new, **changes.reattributed}, wanted)
        remove_rest(self._bulk, self._snapshot, changes, idle_chains)
        return self._document_id

    # --- referenced rows -------------------------------------------------------------------

    def _dates(self, items: Items) -> None:
        texts = dates_of(items.values())
        rows = [
            {
                "edtf": date.text,
                "earliest": date.earliest,
                "latest": date.latest,
                "precision": str(date.precision),
                "qualifier": date.qualifier and str(date.qualifier),
                "first_day": date.first_day,
                "last_day": date.last_day,
            }
            for date in map(Edtf.parse, sorted(texts))
        ]
        if rows:
            self._connection.execute(
                text(
                    """
                    insert into dates
                      (edtf, earliest, latest, precision, qualifier, first_day, last_day)
                    values
                      (:edtf, :earliest, :latest, :precision, :qualifier, :first_day, :last_day)
                    on conflict do nothing
                    """
                ),
                rows,
            )

    def _shared(self, changes: CodingChanges) -> None:
        for kind in SHARED:
            table = TABLE[f"{kind}s"]
            new = {
                item: content
                for item, content in _of(changes.added, kind).items()
                if item not in self._ids
            }
            updated = _of(changes.updated, kind)
            self._insert(kind, new, late="within")
            if kind == "place":
                # A place may be within one that comes later in the file.
                updated |= {
                    item: content for item, content in new.items() if content["within"] is not None
                }
            for item, content in updated.items():
                self._bulk.update(table, self._ids[item], self._columns(item, content))
            gone = [item for item in changes.dropped if item.kind == kind]
            self._identifiers({**new, **updated}, kind, gone)
            if kind == "source":
                self._source_actors({**new, **updated})

    def _voices(self, changes: CodingChanges) -> None:
        new = _of(changes.added, "voice")
        changed = _of(changes.changed, "voice")
        self._insert("voice", new, document_id=self._document_id)
        for item, content in changed.items():
            self._bulk.update(TABLE["sources"], self._ids[item], self._columns(item, content))
        self._identifiers({**new, **changed}, "source", _of(changes.removed, "voice"))
        self._source_actors({**new, **changed})

    def _source_actors(self, items: Items) -> None:
        rows = [
            (self._ids[item], role, n, actor, name)
            for item, content in items.items()
            for n, (role, actor, *name) in _numbered(content["actors"], 0)
        ]
        actors, credits = TABLE["source_actors"], TABLE["source_credits"]
        for table in (actors, credits):
            self._bulk.delete(table.c.source_id, [self._ids[item] for item in items])
        self._bulk.insert(
            actors,
            "source_id role n actor_id",
            ((*row, self._ids[ItemKey("actor", actor)]) for *row, actor, _ in rows if actor),
        )
        self._bulk.insert(
            credits, "source_id role n name", ((*row, *name) for *row, _, name in rows if name)
        )

    def _identifiers(self, items: Items, kind: str, gone: Iterable[ItemKey]) -> None:
        """Rewrite the identifiers of items, which may have those of items that are to go."""
        if kind not in IDENTIFIED:
            return
        column = TABLE["identifiers"].c[f"{kind}_id"]
        self._bulk.delete(column, [self._ids[item] for item in (*items, *gone)])
        self._bulk.insert_new(
            column.table,
            f"{column.name} scheme identifier",
            [
                (self._ids[item], *identifier)
                for item, content in items.items()
                for identifier in content["identifiers"]
            ],
        )

    def _coding(self, wanted: Items) -> None:
        """Insert the row of the coding, which facts refer to; the loader completes it."""
        if self._snapshot.hash is None and wanted:
            about = wanted[ItemKey("coding", self._snapshot.document)]
            self._bulk.insert(
                TABLE["codings"],
                f"document_id file hash {' '.join(about)}",
                [(self._document_id, "-", "0" * 64, *about.values())],
            )

    def _introductions(self, changes: CodingChanges) -> None:
        for kind in SHARED:
            self._bulk.insert(
                TABLE["introductions"],
                f"document_id {kind}_id",
                [
                    (self._document_id, self._ids[item])
                    for item in changes.introduced
                    if item.kind == kind
                ],
            )

    def _passages(self, changes: CodingChanges) -> None:
        table = TABLE["passages"]
        added = _of(changes.added, "passage")
        changed = _of(changes.changed, "passage")
        self._bulk.insert(
            table,
            "document_id n section length hash",
            [
                (self._document_id, n, content["section"], content["length"], content["hash"])
                for n, content in sorted((int(item.key), added[item]) for item in added)
            ],
        )
        for item, content in changed.items():
            # A passage with another hash has another text: the stored one is outdated.
            self._connection.execute(
                update(table)
                .where(table.c.document_id == self._document_id, table.c.n == int(item.key))
                .values(**content, text=None)
            )

    # --- facts --------------------------------------------------------------------------------

    def _facts(self, changes: CodingChanges) -> None:
        kinds = set(FactKind)
        new = {item: content for item, content in changes.added.items() if item.kind in kinds}
        rows = [(*item, self._document_id, "draft" in content) for item, content in new.items()]
        ids = self._bulk.insert_new(TABLE["facts"], "kind key document_id draft", rows)
        self._ids.update(zip(new, ids, strict=True))
        # Changed links are inserted again: two may trade places, which no order of updates
        # allows. Removal has deleted the old rows.
        new.update(_of(changes.changed, FactKind.LINK))
        # Events first: quotes and names refer to them.
        for kind in sorted(FactKind, key=lambda kind: kind is not FactKind.EVENT):
            table = table_of(kind)
            ends = "from_kind to_kind" if kind == FactKind.LINK else ""
            self._bulk.insert(
                table,
                f"id {_names(kind)} {ends}",
                [
                    (
                        self._ids[item],
                        *self._values(item, content),
                        *(
                            self._linked(content[end.partition("_")[0]]).kind
                            for end in ends.split()
                        ),
                    )
                    for item, content in _of(new, kind).items()
                ],
            )
            if kind != FactKind.LINK:
                for item, content in _of(changes.changed, kind).items():
                    self._bulk.update(table, self._ids[item], self._columns(item, content))
            for item, content in _of(changes.changed, kind).items():
                self._bulk.update(TABLE["facts"], self._ids[item], {"draft": "draft" in content})

    def _columns(self, item: ItemKey, content: Content) -> dict[str, Any]:
        """Return the columns of an item: keys become ids."""
        return dict(zip(_names(item.kind).split(), self._values(item, content), strict=True))

    def _values(self, item: ItemKey, content: Content, late: str = "") -> Iterator[Any]:
        """Yield the values of an item's columns; one of them may be written later."""
        for field in fields(item.kind):
            value = content[field.name] if field.name != late else None
            if field.refers_to and value is not None:
                value = self._id(field.refers_to, value)
            yield value

    def _id(self, kind: str, key: str) -> int:
        if kind not in OF_FACTS:
            return self._ids[ItemKey(kind, key)]
        # Facts of other documents are noted as items elsewhere.
        return self._ids[ItemKey("elsewhere", key) if ":" in key else self._linked(key)]

    def _linked(self, key: str) -> ItemKey:
        """Return the event or quote that a key means."""
        if ":" in key:
            return ItemKey(self._snapshot.kinds[key], key)
        matching = (item for kind in LINKED if (item := ItemKey(kind, key)) in self._wanted)
        return next(matching)

    def _participants(self, new: Items) -> None:
        table = TABLE["participants"]
        facts = {item: content for item, content in new.items() if "participants" in content}
        self._bulk.delete(table.c.fact_id, self._known(facts))
        self._bulk.insert(
            table,
            "fact_id kind n actor_id role count_words count_least count_most",
            (
                (self._ids[item], item.kind, n, self._ids[ItemKey("actor", actor)], *others)
                for item, content in facts.items()
                for n, (actor, *others) in _numbered(content["participants"], 1)
            ),
        )

    def _known(self, items: Items) -> list[int]:
        """Return the ids of items that the document had before."""
        return [self._ids[item] for item in items if item in self._snapshot.items]

    def _evidence(self, new: Items, wanted: Items) -> list[int]:
        """Rewrite the evidence of new items; return the chains that are no longer used."""
        table = TABLE["evidence"]
        facts = {item: content for item, content in new.items() if "evidence" in content}
        self._bulk.delete(
            table.c.fact_id,
            self._known(facts),
            table.c.document_id == self._document_id,
        )
        chains, idle = self._chains(wanted)
        rows, spans = [], []
        for item, content in facts.items():
            for n, piece in enumerate(content["evidence"], start=1):
                chain = chains[_chain(wanted, piece["through"])]
                stated = (piece[field] for field in STATED)
                rows.append((self._ids[item], self._document_id, n, chain, *stated))
                spans.append(piece["spans"])
        columns = (
            "fact_id document_id n attribution_id modality certainty stance hedge date date_words"
        )
        ids = self._bulk.insert_new(table, columns, rows)
        self._bulk.insert(
            TABLE["spans"],
            "evidence_id n document_id passage start_offset end_offset",
            (
                (evidence, n, self._document_id, *span)
                for evidence, places in zip(ids, spans, strict=True)
                for n, span in enumerate(places, start=1)
            ),
        )
        return idle

    def _chains(self, wanted: Items) -> tuple[Mapping[Chain, int], list[int]]:
        """Insert new chains, shorter ones first; also return those no longer used."""
        table = TABLE["attributions"]
        used: set[Chain] = {()} if wanted else set()
        for content in wanted.values():
            for piece in content.get("evidence", ()):
                through = _chain(wanted, piece["through"])
                used.update(through[:length] for length in range(1, len(through) + 1))
        chains = self._snapshot.chains
        idle = [chains[chain] for chain in sorted(chains.keys() - used, key=len, reverse=True)]
        new = sorted(used - chains.keys(), key=lambda chain: (len(chain), chain))
        for _length, group in groupby(new, key=len):
            level = list(group)
            rows = [
                (
                    self._document_id,
                    chains[chain[:-1]] if chain else None,
                    self._ids[chain[-1]] if chain else self._document_id,
                )
                for chain in level
            ]
            ids = self._bulk.insert_new(table, "document_id parent_id source_id", rows)
            chains.update(zip(level, ids, strict=True))
        return chains, idle

    def _citations(self, new: Items, wanted: Items) -> None:
        """Insert citations; removal has deleted the old ones."""
        self._bulk.insert(
            TABLE["citations"],
            "source_id document_id n passage start_offset end_offset",
            (
                (self._ids[source_named(wanted, item.key)], self._document_id, n, *span)
                for item, content in _of(new, "citation").items()
                for n, span in enumerate(content["spans"], start=1)
            ),
        )

    def _insert(
        self, kind: str, items: Items, late: str = "", document_id: int | None = None
    ) -> None:
        """Insert items and note their ids; a voice is of a document."""
        home = "document_id " if document_id is not None else ""
        ids = self._bulk.insert_new(
            table_of(kind),
            f"{home}key {_names(kind)}",
            [
                (*([document_id] if home else ()), item.key, *self._values(item, content, late))
                for item, content in items.items()
            ],
        )
        self._ids.update(zip(items, ids, strict=True))


@cache
def _names(kind: str) -> str:
    return " ".join(field.column.name for field in fields(kind))


def _of(items: Items, kind: str) -> Items:
    return {item: content for item, content in items.items() if item.kind == kind}


def _chain(wanted: Items, keys: Sequence[str]) -> Chain:
    return tuple(source_named(wanted, key) for key in keys)


def _numbered(actors: Sequence[Any], role: int) -> Iterator[tuple[int, Any]]:
    """Number actors in their roles; `role` is the place of the role in a row."""
    counts: Counter[str] = Counter()
    for row in actors:
        counts[row[role]] += 1
        yield counts[row[role]], row
