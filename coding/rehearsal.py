"""Rehearsing a load: what loading codings would refuse or should make their coder look twice.

Everything is loaded in one transaction, which is rolled back, so `check` and `load` cannot differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from sqlalchemy import Connection

from coding.batch import MUTUAL, Refused, load_all
from coding.duplicates import likely_duplicates, repeated_ties
from coding.faults import Fault, Severity
from coding.items import SHARED, ItemKey, items_of
from coding.reading import parse_coding
from coding.validation import ValidatedCoding


class _RollBackError(Exception):
    """Leaves the transaction of a rehearsal."""


def rehearse(database: str | None, codings: Sequence[ValidatedCoding]) -> list[Fault]:
    """Return what loading these codings together would find, and load nothing.

    Without a database they are loaded into an empty one. What another coding may introduce is then
    only a warning. Raises DatabaseError.
    """
    from database.connect import migrating, writing
    from migrations.upgrade import upgrade

    faults: list[Fault] = []
    with TemporaryDirectory() as folder:
        place = database or str(Path(folder) / "rehearsal.db")
        if database is None:
            with migrating(place) as connection:
                upgrade(connection)
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


_STAND_INS = """
    format: 1
    coder: check
    document: {{key: stand-ins, title: T, language: en, published: 2000}}
    passages: [{{length: 1, hash: {hash}}}]
    {kind}s: [{{key: {key}, {name}: {key}{rest}}}]
"""
_NAMES = {"topic": "label", "source": "title"}
_KINDS = {"actor": ", kind: unnamed", "place": ", kind: site", "source": ", kind: article"}


def _with_stand_ins(refused: Refused) -> ValidatedCoding:
    """Return a coding in which what no coding introduces is described by its key alone.

    So the rest of it can be compared.
    """
    coding = refused.coding
    missing = {fault.where for fault in refused.faults}
    rows = json.loads(coding.packed)
    for row in rows:
        kind, key, _content, _line, where = row
        if kind in SHARED and where in missing:
            source = _STAND_INS.format(
                hash="0" * 64,
                kind=kind,
                key=key,
                name=_NAMES.get(kind, "name"),
                rest=_KINDS.get(kind, ""),
            )
            row[2] = items_of(parse_coding(dedent(source), "check")[0])[ItemKey(kind, key)]
    return replace(coding, packed=json.dumps(rows))


def _loaded(connection: Connection, codings: Sequence[ValidatedCoding]) -> Iterator[Fault]:
    @contextmanager
    def savepoint() -> Iterator[Connection]:
        with connection.begin_nested():
            yield connection

    loaded: dict[str, ValidatedCoding] = {}
    unknown: list[Refused] = []
    for result in load_all(savepoint, codings):
        if isinstance(result, Refused):
            yield from result.faults
            if all(fault.rule == "unknown-reference" for fault in result.faults):
                unknown.append(result)
        else:
            loaded[result[0].document] = result[0]
    for result in load_all(savepoint, [_with_stand_ins(refused) for refused in unknown]):
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
