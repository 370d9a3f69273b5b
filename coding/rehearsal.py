"""Rehearsing a load: what loading codings would refuse or should make their coder look twice.

Everything is loaded in one transaction, which is rolled back, so `check` and `load` cannot differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from coding.batch import MUTUAL, Refused, load_all
from coding.duplicates import likely_duplicates, repeated_ties
from coding.faults import Fault, Severity
from coding.format import Coding
from coding.items import SHARED, Content, ItemKey, Items, items_of, references
from coding.validation import ValidatedCoding


class _RollBackError(Exception):
    """Leaves the transaction of a rehearsal."""


def rehearse(database: str | None, codings: Sequence[ValidatedCoding]) -> list[Fault]:
    """Return what loading these codings together would find, and load nothing.

    Without a database they are loaded into an empty one. What another coding may introduce is then
    only a warning. Raises DatabaseError.
    """
    from database.connect import writing

    faults: list[Fault] = []
    with TemporaryDirectory() as folder:
        place = database or str(Path(folder) / "rehearsal.db")
        if database is None:
            Path(place).write_bytes(_empty())
        try:
            with writing(place) as connection:
                faults += _loaded(connection, codings)
                raise _RollBackError
        except _RollBackError:
            pass
    if database is None:
        faults = [
            replace(fault, severity=Severity.WARNING) if fault.rule in MUTUAL else fault
            for fault in faults
        ]
    return faults


@cache
def _empty() -> bytes:
    """Return an empty sourcebook in SQLite; the second check of a process need not create it."""
    from database.connect import migrating
    from migrations.upgrade import upgrade

    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        with migrating(str(path)) as connection:
            upgrade(connection)
        return path.read_bytes()


_DESCRIBED = {
    "actor": {"name": "?", "kind": "unnamed"},
    "place": {"name": "?", "kind": "site"},
    "topic": {"label": "?"},
    "source": {"title": "?", "kind": "article"},
}


def _with_stand_ins(refused: Refused, known: Items) -> ValidatedCoding:
    """Return a coding in which what no loaded coding introduces is described, so that it loads.

    A refused coding may describe it; otherwise its key alone does. So the rest can be compared.
    """
    coding = refused.coding
    missing = {fault.where for fault in refused.faults}
    rows = json.loads(coding.shared)
    for row in rows:
        kind, key, _content, _line, where = row
        if where in missing:
            row[2] = known.get(ItemKey(kind, key)) or _described(kind, key)
    return replace(coding, shared=json.dumps(rows).encode())


def _described(kind: str, key: str) -> Content:
    item = {field: key if value == "?" else value for field, value in _DESCRIBED[kind].items()}
    document = {"key": "placeholders", "title": "T", "language": "en", "published": "2000"}
    coding = {"format": 1, "coder": "check", "document": document}
    described = Coding.model_validate(coding | {f"{kind}s": [item | {"key": key}]})
    return items_of(described)[ItemKey(kind, key)]


def _root_causes(refused: Sequence[Refused]) -> tuple[list[Refused], Items]:
    """Leave out faults that are there only because other codings are refused.

    Returns the codings with the faults that are left, and what those without loading introduce.
    """
    kept_out: Items = {}
    documents: set[str] = set()
    left = list(refused)
    while True:
        causes = [it for it in left if it.coding.document not in documents and _is_cause(it)]
        if not causes:
            return left, kept_out
        for cause in causes:
            documents.add(cause.coding.document)
            introduced = {item: it for item, it in cause.coding.items.items() if it}
            kept_out |= {item: it for item, it in introduced.items() if item.kind in SHARED}
        left = [Refused(it.coding, _own_faults(it, kept_out, documents)) for it in left]


def _is_cause(refused: Refused) -> bool:
    """Whether a coding stays out whatever the others say, or only since another one does."""
    return not refused.faults or any(fault.rule not in MUTUAL for fault in refused.faults)


def _own_faults(refused: Refused, kept_out: Items, documents: set[str]) -> list[Fault]:
    places = refused.coding.places
    rows = {places[item][1] for item in refused.coding.items if item in kept_out}
    facts = {
        places[item][1]
        for item, key, _kinds in references(refused.coding.items)
        if key.partition(":")[0] in documents
    }
    follow_ups = {"unknown-reference": rows, "unknown-fact": facts}
    return [fault for fault in refused.faults if fault.where not in follow_ups.get(fault.rule, ())]


def _loaded(connection: Connection, codings: Sequence[ValidatedCoding]) -> Iterator[Fault]:
    @contextmanager
    def savepoint() -> Iterator[Connection]:
        with connection.begin_nested():
            yield connection

    loaded: dict[str, ValidatedCoding] = {}
    refused: list[Refused] = []
    for result in load_all(savepoint, codings):
        if isinstance(result, Refused):
            refused.append(result)
        else:
            loaded[result[0].document] = result[0]
    causes, kept_out = _root_causes(refused)
    for cause in causes:
        yield from cause.faults
    again = [
        _with_stand_ins(it, kept_out)
        for it in refused
        if all(fault.rule == "unknown-reference" for fault in it.faults)
    ]
    for result in load_all(savepoint, again):
        if not isinstance(result, Refused):
            loaded[result[0].document] = result[0]
    for item, message in likely_duplicates(connection, set(loaded)):
        for coding in loaded.values():
            if item in coding.places and coding.items.get(item):
                yield replace(
                    coding.fault(item, "likely-duplicate", message), severity=Severity.WARNING
                )
    for document, item, message in repeated_ties(connection, set(loaded)):
        fault = loaded[document].fault(item, "tie-elsewhere", message)
        yield replace(fault, severity=Severity.NOTE)
