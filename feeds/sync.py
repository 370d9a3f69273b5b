"""Feeding: decide what a target needs, copy it, compare both sides; all of it or nothing.

Touches the target through its class alone. The caller keeps the source in one state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from heapq import merge
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError

from database.digest import Digest
from database.errors import DatabaseError
from database.faults import shown
from database.snapshot import TABLES, Snapshot
from feeds.relational import SHARED, Relational, SyncScope
from feeds.structure import row_counts
from feeds.target import (
    FeedOptions,
    RowCounts,
    Target,
    TargetState,
    listed,
    read_inventory,
)
from output.progress import Progress

SHOWN = 3
"""Differences that a message names of each table."""

MIGRATED = "relation_types"
"""The table into which migrations insert rows."""

FEW, PART = 1_000, 1 / 3
"""This many documents, or this part of all, are copied row by row; for more a refill is quicker."""


class TableResult(NamedTuple):
    """What a feed did to a table, and what was compared."""

    table: str
    added: int = 0
    changed: int = 0
    removed: int = 0
    compared: int | None = None
    """Rows whose digests both engines computed."""
    source: str | None = None
    target: str | None = None


class SyncResult(NamedTuple):
    """What a feed did."""

    summary: str
    content: str | None
    """The content hash of both sides."""
    tables: list[TableResult]


class _DryRun(Exception):  # noqa: N818 - no error
    """Rolls a dry run back."""


def sync(source: Snapshot, target: Target, options: FeedOptions, progress: Progress) -> SyncResult:
    """Make the target an exact copy of the source in one transaction; return what that changed.

    Raises DatabaseError, and then the target is as it was: for foreign objects, for a sourcebook
    that no feed has made, and if the copy would not equal the source.
    """
    try:
        with target.opened(source) as state:
            result = _Sync(source, target, options, progress, state).run()
            if options.dry_run:
                raise _DryRun
    except _DryRun:
        pass
    except DatabaseError as error:
        if str(error).startswith(f"{source.name}: "):
            raise
        message = str(error).replace("give another --db", "give another TARGET")
        raise DatabaseError(message) from error
    return result


@dataclass
class _Sync:
    """One feed."""

    source: Snapshot
    target: Target
    options: FeedOptions
    progress: Progress
    state: TargetState

    def __post_init__(self) -> None:
        with self.source.naming_errors():
            self.inventory = read_inventory(self.source.connection, keep_text=self.source.keep_text)

    def run(self) -> SyncResult:
        """Decide, copy and compare."""
        state, there = self.state, self.state.inventory
        if not state.exists:
            return self._fill("first feed")
        if self.options.replace:
            return self._fill("replaced" if there.documents or state.missing else "first feed")
        self._require_structure(state.missing)
        if not there.documents and not there.loads:
            self._require_structure(self.target.drift())
            counts = row_counts(self.target.connection)
            if any(rows for name, rows in counts.items() if name != MIGRATED):
                self._require_fed(related=True)  # somebody has begun to fill it
            return self._fill("first feed")
        descends = self.inventory.descends_from(there)
        if not self.inventory.documents and not descends:
            raise DatabaseError(
                f"{self.target.name}: holds a sourcebook, and the source holds nothing; see that "
                "--db is the one you mean, or use --replace"
            )
        same = self.inventory.holds_same(there, texts=state.fed) and not state.older
        differing = self._differing() if descends and not state.older else []
        loaded = descends and self.inventory.loads != there.loads
        if same and not loaded and (self.options.verify or not differing):
            return self._unchanged(same_ids=descends)
        self._require_fed(related=descends or not there.documents)
        if state.older:
            return self._fill("refilled")
        self._require_structure(self.target.drift())
        documents = self.inventory.changed_since(there)
        few = len(documents) <= max(FEW, PART * len(self.inventory.documents))
        if descends and few and isinstance(self.target, Relational):
            scope = SyncScope(documents, there.last_load, differing)
            if result := self._update(self.target, scope):
                return result
        return self._fill("refilled")

    # --- requirements -------------------------------------------------------------------------

    def _require_structure(self, difference: str) -> None:
        if difference:
            raise DatabaseError(
                f"{self.target.name}: its structure was changed: {difference}; "
                "--replace creates it anew"
            )

    def _require_fed(self, *, related: bool) -> None:
        """Raise DatabaseError for a sourcebook that is somebody else's."""
        there = self.state.inventory.documents
        if not self.state.fed:
            problem = "holds a sourcebook that no feed has made"
        elif not related and there.keys().isdisjoint(self.inventory.documents):
            problem = f"holds another sourcebook (documents {listed(sorted(there))})"
        else:
            return
        raise DatabaseError(f"{self.target.name}: {problem}; feed another target, or use --replace")

    # --- what is done -------------------------------------------------------------------------

    def _unchanged(self, *, same_ids: bool) -> SyncResult:
        """Leave the target alone: it holds what the source holds."""
        digests: dict[str, Digest] = {}
        if self.options.verify:
            self._require_structure(self.target.drift())
            if not same_ids:
                raise DatabaseError(
                    f"{self.target.name}: was loaded separately and has other ids, so its rows "
                    "cannot be compared; --replace copies the source's"
                )
            digests = self._require_equal()
        return self._result("nothing to copy", {}, digests)

    def _fill(self, summary: str) -> SyncResult:
        """Replace everything, or say what that would change."""
        before = {} if summary == "first feed" else row_counts(self.target.connection)
        digests: dict[str, Digest] = {}
        if self.options.dry_run:
            after = {table.name: self.source.count(table) for table in TABLES}
        else:
            digests = self.target.fill(self.source, self.progress)
            after = {name: digest.rows for name, digest in digests.items()}
            self._compare(digests)
        changes = {name: RowCounts(rows, 0, before.get(name, 0)) for name, rows in after.items()}
        return self._result(summary, changes, digests)

    def _update(self, target: Relational, scope: SyncScope) -> SyncResult | None:
        """Copy what changed. Return None if more differs, or if rows have exchanged their keys."""
        try:
            done = target.update(self.source, scope, self.progress)
        except IntegrityError:
            return None
        digests = {}
        with self.progress.stage("comparing"):
            for table, where in scope.conditions().items():
                digests[table.name] = self.source.digest(table, where)
                if target.digest(table, where) != digests[table.name]:
                    return None  # rows differ that no load accounts for
        if self.options.verify:
            digests = self._require_equal()
        return self._result("updated", done, digests)

    def _result(
        self, summary: str, changes: Mapping[str, RowCounts], digests: Mapping[str, Digest]
    ) -> SyncResult:
        tables = []
        for name in sorted(table.name for table in TABLES):
            result = TableResult(name, *changes.get(name, RowCounts()))
            if name in digests and not self.options.dry_run:
                text = str(digests[name])
                result = result._replace(compared=digests[name].rows, source=text, target=text)
            tables.append(result)
        return SyncResult(summary, self.inventory.content, tables)

    # --- what is compared ---------------------------------------------------------------------

    def _differing(self) -> list[Table]:
        """Return the shared tables that differ."""
        shared = [table for table in TABLES if table.name in SHARED]
        with self.progress.stage("comparing"):
            return [each for each in shared if self.source.digest(each) != self.target.digest(each)]

    def _require_equal(self) -> dict[str, Digest]:
        """Compare all rows of both sides. Raises DatabaseError."""
        with self.progress.stage("reading the source"):
            expected = {table.name: self.source.digest(table) for table in TABLES}
        self._compare(expected)
        return expected

    def _compare(self, expected: Mapping[str, Digest]) -> None:
        """Raise DatabaseError, naming rows, unless the target holds what is expected."""
        wrong = []
        with self.progress.stage("comparing", sum(digest.rows for digest in expected.values())):
            for table in TABLES:
                if self.target.digest(table) != expected[table.name]:
                    wrong.append(table)
                self.progress.advance(expected[table.name].rows)
        if wrong:
            details = "; ".join(chain.from_iterable(map(self._differences, wrong)))
            raise DatabaseError(
                f"{self.target.name}: differs from the source: {details}; --replace refills it"
            )

    def _differences(self, table: Table) -> Iterator[str]:
        """Describe the first differences of a table, by key and column."""
        with closing(self.source.lines(table)) as here, closing(self.target.lines(table)) as there:
            differences = _differences(table, here, there)
            yield from islice(differences, SHOWN)
            if next(differences, None):
                yield f"more in {table.name}"


Batches = Iterable[list[bytes]]
Row = dict[str, Any]


def _differences(table: Table, here: Batches, there: Batches) -> Iterator[str]:
    """Walk through the rows of both sides, which come by primary key."""
    sides = (_keyed(table, "here", here), _keyed(table, "there", there))
    for _, rows in groupby(merge(*sides, key=itemgetter(0)), key=itemgetter(0)):
        pair = {side: row for _, side, row in rows}
        ours, theirs = pair.get("here"), pair.get("there")
        row = ours or theirs or {}
        key = ", ".join(f"{name} {shown(row[name])}" for name in table.primary_key.columns.keys())  # noqa: SIM118
        if ours is None or theirs is None:
            yield f"{table.name}, {key} is {'missing there' if ours else 'only there'}"
            continue
        for name in ours:
            if ours[name] != theirs[name]:
                values = f"{shown(theirs[name])} there, {shown(ours[name])} in the source"
                yield f"{table.name}, {key}: {name} is {values}"


def _keyed(table: Table, side: str, batches: Batches) -> Iterator[tuple[Any, str, Row]]:
    """Return rows with their keys, which are ordered as engines do: numbers before texts."""
    for line in chain.from_iterable(batches):
        values = json.loads(line.decode(errors="surrogateescape"))
        row = dict(zip(table.columns.keys(), values, strict=True))
        key = [row[column.name] for column in table.primary_key.columns]
        yield [(isinstance(value, str), value) for value in key], side, row
