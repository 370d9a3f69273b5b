"""Loading many codings: in an order that suits their references, and together where they need it.

Each coding is loaded in a transaction of its own, as soon as what it refers to is there. Codings
that cannot be loaded one after another, such as two that refer to each other's events, or three in
which a shared key was renamed, are loaded in one transaction: all of them or none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection

from coding.changeset import CodingChanges, Peers, compare
from coding.faults import Fault, InvalidInputError
from coding.items import SHARED, ItemKey, Items, references
from coding.load import Loaded, apply, complete, load
from coding.snapshot import DocumentSnapshot
from coding.validation import ValidatedCoding

MUTUAL = {"unknown-reference", "unknown-fact", "still-in-use", "link-twice", "identifier-twice"}
"""Faults that may disappear when other codings are loaded first, or at the same time."""

FIRST = {"coding", "passage", "topic", "place", "actor", "source"}
"""Items that facts refer to."""

Transaction = Callable[[], AbstractContextManager[Connection]]
"""Opens a transaction, which is rolled back if an exception leaves it."""


@dataclass(frozen=True)
class Refused:
    """A coding that could not be loaded."""

    coding: ValidatedCoding
    faults: list[Fault]


def load_all(
    transaction: Transaction,
    codings: Sequence[ValidatedCoding],
    *,
    keep_text: bool = False,
    strict: bool = False,
) -> Iterator[tuple[ValidatedCoding, Loaded] | Refused]:
    """Load codings and yield what each has changed, or why it was refused.

    A refused coding leaves no trace and does not keep the others out; `strict` stops at the first.
    """
    for refused in repeated(codings):
        yield refused
        if strict:
            return
        codings = [coding for coding in codings if coding is not refused.coding]
    peers = Peers(codings)
    waiting: list[Refused] = [Refused(coding, []) for coding in ordered(codings)]
    progress = True
    while waiting and progress:
        again: list[Refused] = []
        for refused in waiting:
            try:
                with transaction() as connection:
                    loaded = load(connection, refused.coding, peers=peers, keep_text=keep_text)
            except InvalidInputError as error:
                refused = Refused(refused.coding, error.faults)
                if _mutual(error):
                    again.append(refused)
                    continue
                yield refused
                if strict:
                    return
            else:
                yield refused.coding, loaded
        progress = len(again) < len(waiting)
        waiting = again
    yield from _load_together(transaction, waiting, peers, keep_text=keep_text)


def repeated(codings: Sequence[ValidatedCoding]) -> Iterator[Refused]:
    """Yield the codings of documents that several of the files code: one would undo the other."""
    files: defaultdict[str, list[ValidatedCoding]] = defaultdict(list)
    for coding in codings:
        files[coding.document].append(coding)
    for document, same in files.items():
        for coding in same if len(same) > 1 else ():
            others = ", ".join(str(other.path) for other in same if other is not coding)
            message = f"{others} codes {document}, too; give one of them, or another document key"
            item = ItemKey("source", document)
            yield Refused(coding, [coding.fault(item, "document-twice", message)])


def _mutual(error: InvalidInputError) -> bool:
    return all(fault.rule in MUTUAL for fault in error.faults)


def _load_together(
    transaction: Transaction, waiting: list[Refused], peers: Peers, *, keep_text: bool
) -> Iterator[tuple[ValidatedCoding, Loaded] | Refused]:
    """Load those that wait for one another; without those that something else keeps out."""
    codings = [refused.coding for refused in waiting] if len(waiting) > 1 else []
    while codings:
        try:
            with transaction() as connection:
                loaded = load_together(connection, codings, peers, keep_text=keep_text)
        except InvalidInputError as error:
            faulty = {fault.file for fault in error.faults}
            waiting = [
                Refused(it.coding, own or it.faults)
                for it in waiting
                for own in [[f for f in error.faults if f.file == str(it.coding.path)]]
            ]
            left = [coding for coding in codings if str(coding.path) not in faulty]
            codings = left if len(left) < len(codings) else []
            continue
        yield from zip(codings, loaded, strict=True)
        break
    together = {id(coding) for coding in codings}
    yield from (refused for refused in waiting if id(refused.coding) not in together)


def load_together(
    connection: Connection,
    codings: Sequence[ValidatedCoding],
    peers: Peers,
    *,
    keep_text: bool = False,
) -> list[Loaded]:
    """Load codings that refer to one another, in the caller's transaction.

    In steps, so that everything that any of them refers to is there before: what facts refer to;
    facts that refer to none of the other documents; the rest; then what is gone is removed. Raises
    InvalidInputError, after which the transaction has to be rolled back.
    """
    documents = {coding.document for coding in codings}
    before = {}
    for coding in codings:
        snapshot = DocumentSnapshot(connection, coding.document)
        changes, _ = compare(coding.items, snapshot, peers, coding.fault)
        before[coding.document] = snapshot, changes

    def shared_rows(coding: ValidatedCoding) -> Items:
        wanted = {item: content for item, content in coding.items.items() if item.kind in FIRST}
        return {**before[coding.document][0].items, **wanted}

    def independent(coding: ValidatedCoding) -> Items:
        wanted, old = coding.items, before[coding.document][0].items
        for item, key, _kind in references(coding.items):
            if key.partition(":")[0] in documents:
                wanted.pop(item, None)
                wanted.update({item: old[item]} if item in old else {})
        return wanted

    def everything(coding: ValidatedCoding) -> Items:
        return coding.items

    for step in (shared_rows, independent, everything):
        settle(connection, codings, step, peers, keep_used=True)
    settle(connection, codings, everything, peers, keep_used=False)
    count_once(connection, [changes for _, changes in before.values()])
    loaded = []
    for coding in codings:
        snapshot, changes = before[coding.document]
        if snapshot.document_id is None:
            snapshot.document_id = DocumentSnapshot(connection, coding.document).document_id
        loaded.append(
            complete(connection, coding, coding.items, snapshot, changes, keep_text=keep_text)
        )
    return loaded


def count_once(connection: Connection, group: Sequence[CodingChanges]) -> None:
    """Let the changes of a group list a shared row once, and only if it is new or gone by now."""
    for kind in SHARED:
        listed: set[ItemKey] = set()
        touched = {item for changes in group for item in (*changes.added, *changes.removed)}
        keys = sorted(item.key for item in touched if item.kind == kind)
        present = DocumentSnapshot(connection, "").shared(kind, keys)
        for changes in group:
            new = {item for item in changes.added if item.kind == kind} - changes.known
            changes.known |= {item for item in new if item in listed or item.key not in present}
            gone = [
                item
                for item in changes.removed
                if item.kind == kind and item.key not in present and item not in listed
            ]
            changes.dropped = [item for item in changes.dropped if item.kind != kind] + gone
            listed |= {*new, *gone}


def settle(
    connection: Connection,
    codings: Sequence[ValidatedCoding],
    step: Callable[[ValidatedCoding], Items],
    peers: Peers,
    *,
    keep_used: bool,
) -> None:
    """Apply a step to all codings, in whatever order they allow. Raises InvalidInputError."""
    waiting = list(codings)
    while waiting:
        again, faults = [], []
        for coding in waiting:
            snapshot = DocumentSnapshot(connection, coding.document)
            try:
                apply(connection, coding, step(coding), snapshot, peers, keep_used=keep_used)
            except InvalidInputError as error:
                again.append(coding)
                faults += error.faults
        if len(again) == len(waiting):
            raise InvalidInputError(faults)
        waiting = again


def ordered(codings: Sequence[ValidatedCoding]) -> list[ValidatedCoding]:
    """Return the codings so that each comes after those it refers to, as far as that is possible.

    Each is of another document. Codings that don't depend on one another keep their order.
    """
    introduced: dict[ItemKey, str] = {}
    bare: dict[str, list[ItemKey]] = {}
    by_document: dict[str, ValidatedCoding] = {}
    needs: dict[str, set[str]] = {}
    for coding in codings:
        shared, document = coding.shared_items, coding.document
        by_document[document] = coding
        needs[document] = {*coding.needs}
        bare[document] = [item for item in shared if not shared[item]]
        introduced |= {item: document for item in shared if shared[item] and item not in introduced}
    for document, unknown in bare.items():
        needs[document] |= {introduced[item] for item in unknown if item in introduced}
    result: list[ValidatedCoding] = []
    opened: set[str] = set()
    for start in by_document:
        path = [(start, iter(sorted(needs[start])))] if start not in opened else []
        opened.add(start)
        while path:
            document, others = path[-1]
            other = next((it for it in others if it in by_document and it not in opened), None)
            if other is None:
                result.append(by_document[document])
                path.pop()
            else:
                opened.add(other)
                path.append((other, iter(sorted(needs[other]))))
    return result
