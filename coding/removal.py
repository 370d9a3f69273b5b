"""Removes what a coding no longer says, or all of a document, in the caller's transaction.

coding/cross_references.py has checked before that no other document uses these rows. Referencing
rows go first: facts before anything is written, the rest afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import exists

from coding.bulk import BulkStatements
from coding.changeset import CodingChanges
from coding.columns import TABLE
from coding.items import SHARED, ItemKey, dates_of
from coding.snapshot import DocumentSnapshot
from schema.models import METADATA
from schema.vocabulary import FactKind

DATED = [
    column
    for table in METADATA.sorted_tables
    for column in table.columns
    if column.references(TABLE["dates"].c.edtf)
]
"""Every column that refers to a date."""


def remove_facts(bulk: BulkStatements, snapshot: DocumentSnapshot, changes: CodingChanges) -> None:
    """Remove facts with their evidence, and citations."""
    changed_quotes = _ids(snapshot, changes.changed, FactKind.QUOTE)
    bulk.set_null(TABLE["quotes"].c.occasion_id, changed_quotes)  # the event may go
    # A changed link keeps its id, and evidence from other documents.
    bulk.delete(TABLE["event_links"].c.id, _ids(snapshot, changes.changed, FactKind.LINK))
    evidence, facts, citations = TABLE["evidence"], TABLE["facts"], TABLE["citations"]
    bulk.delete(
        evidence.c.fact_id,
        _ids(snapshot, changes.removed, "elsewhere", *FactKind),
        evidence.c.document_id == snapshot.document_id,
    )
    # Links refer to quotes and events; quotes and names to events.
    last = (FactKind.QUOTE, FactKind.EVENT)
    first = [kind for kind in FactKind if kind not in last]
    for kinds in (first, *([kind] for kind in last)):
        bulk.delete(facts.c.id, _ids(snapshot, changes.removed, *kinds))
    outdated = (*changes.removed, *changes.changed, *changes.reattributed)
    bulk.delete(
        citations.c.source_id,
        [snapshot.ids[snapshot.sources[item.key]] for item in outdated if item.kind == "citation"],
        citations.c.document_id == snapshot.document_id,
    )


def remove_rest(
    bulk: BulkStatements,
    snapshot: DocumentSnapshot,
    changes: CodingChanges,
    idle_chains: Sequence[int],
) -> None:
    """Remove unused chains, longer ones first, passages, and rows that nobody introduces."""
    for id in idle_chains:
        bulk.delete(TABLE["attributions"].c.id, [id])
    passages, introductions = TABLE["passages"], TABLE["introductions"]
    numbers = [int(item.key) for item in changes.removed if item.kind == "passage"]
    bulk.delete(
        passages.c.n,
        sorted(numbers, reverse=True),
        passages.c.document_id == snapshot.document_id,
    )
    for kind in SHARED:
        bulk.delete(
            introductions.c[f"{kind}_id"],
            _ids(snapshot, changes.removed, kind),
            introductions.c.document_id == snapshot.document_id,
        )
    if any(item.kind == "coding" for item in changes.removed):  # the document is dropped
        bulk.delete(TABLE["codings"].c.document_id, [snapshot.document_id])
    # Sources refer to actors, and places to larger places: referencing rows go first.
    bulk.set_null(TABLE["places"].c.within_id, _ids(snapshot, changes.dropped, "place"))
    for kinds in (("voice", "source"), ("topic",), ("place",), ("actor",)):
        bulk.delete(TABLE[f"{kinds[-1]}s"].c.id, _ids(snapshot, changes.dropped, *kinds))
    dates = TABLE["dates"].c.edtf
    unused = [~exists().where(column == dates) for column in DATED]
    bulk.delete(dates, sorted(dates_of(changes.former.values())), *unused)


def _ids(snapshot: DocumentSnapshot, items: Iterable[ItemKey], *kinds: str) -> list[int]:
    return [snapshot.ids[item] for item in items if item.kind in kinds]
