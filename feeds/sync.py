"""Feeding: decide what a target needs, copy it, compare both sides; all of it or nothing.

Touches the target through its class alone. The caller keeps the source in one state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError

from database.digest import Digest
from database.errors import DatabaseError
from database.snapshot import TABLES, Snapshot
from feeds.book import read_book
from feeds.compare import differences
from feeds.relational import Relational
from feeds.scope import SMALL, ChangeSet
from feeds.target import (
    Change,
    NeedsRefill,
    Options,
    Target,
    TargetState,
    fed_now,
)
from output.progress import Progress

SHOWN = 3
"""Documents that a message names."""

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


def sync(source: Snapshot, target: Target, options: Options, progress: Progress) -> SyncResult:
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


class _Sync:
    """One feed."""

    def __init__(
        self,
        source: Snapshot,
        target: Target,
        options: Options,
        progress: Progress,
        state: TargetState,
    ) -> None:
        self.source = source
        self.target = target
        self.options = options
        self.progress = progress
        self.state = state
        with source.naming_errors():
            self.book = read_book(source.connection.execute, keep_text=source.keep_text)

    def run(self) -> SyncResult:
        """Decide, copy and compare."""
        state, there = self.state, self.state.book
        if not state.exists:
            return self._fill("first feed")
        if self.options.replace:
            return self._fill("replaced" if there.documents or state.missing else "first feed")
        self._require_structure(state.missing)
        if not there.documents:
            self._require_structure(self.target.drift())
            counts = self.target.counts()
            if any(rows for name, rows in counts.items() if name != MIGRATED):
                self._require_fed(related=True)  # somebody has begun to fill it
            return self._fill("first feed")
        if not self.book.documents:
            raise DatabaseError(
                f"{self.target.name}: holds a sourcebook, and the source holds nothing; see that "
                "--db is the one you mean, or use --replace"
            )
        descends = self.book.descends_from(there)
        same = self.book.holds_same(there, texts=state.fed) and not state.older
        differing = self._differing() if descends else []
        loaded = descends and self.book.loads != there.loads
        if same and not loaded and (self.options.verify or not differing):
            return self._unchanged(same_ids=descends)
        self._require_fed(related=descends)
        if state.older:
            return self._fill("refilled")
        self._require_structure(self.target.drift())
        documents = self.book.changed_since(there)
        few = len(documents) <= max(FEW, PART * len(self.book.documents))
        target = self.target
        if descends and few and isinstance(target, Relational):
            try:
                return self._update(target, ChangeSet(documents, there.last_load, differing))
            except (NeedsRefill, IntegrityError):
                pass  # rows differ that no load accounts for, or two have exchanged their keys
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
        if not self.state.fed:
            raise DatabaseError(
                f"{self.target.name}: holds a sourcebook that no feed has made; feed another "
                "target, or use --replace"
            )
        there = self.state.book.documents
        if not related and there.keys().isdisjoint(self.book.documents):
            listed = ", ".join(sorted(there)[:SHOWN]) + (", …" if len(there) > SHOWN else "")
            raise DatabaseError(
                f"{self.target.name}: holds another sourcebook (documents {listed}); feed another "
                "target, or use --replace"
            )

    def _differing(self) -> list[Table]:
        """Return the shared tables that differ."""
        if self.state.older:
            return []
        with self.progress.stage("comparing"):
            return [
                table for table in SMALL if self.source.digest(table) != self.target.digest(table)
            ]

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
        before = {} if summary == "first feed" else self.target.counts()
        if self.options.dry_run:
            after = {table.name: self.source.count(table) for table in TABLES}
            return self._result(summary, _everything(before, after), {})
        sent = self.target.fill(self.source, self.progress)
        self._compare(sent)
        self.target.record(fed_now())
        after = {name: digest.rows for name, digest in sent.items()}
        return self._result(summary, _everything(before, after), sent)

    def _update(self, target: Relational, changes: ChangeSet) -> SyncResult:
        done = target.update(self.source, changes, self.progress)
        expected = {}
        with self.progress.stage("comparing"):
            for table, where in changes.scopes().items():
                expected[table.name] = self.source.digest(table, where)
                if target.digest(table, where) != expected[table.name]:
                    raise NeedsRefill
        if self.options.verify:
            expected = self._require_equal()
        self.target.record(fed_now())
        return self._result("updated", done, expected)

    def _require_equal(self) -> dict[str, Digest]:
        """Compare all rows of both sides. Raises DatabaseError."""
        with self.progress.stage("reading the source"):
            expected = {table.name: self.source.digest(table) for table in TABLES}
        self._compare(expected)
        return expected

    def _compare(self, expected: Mapping[str, Digest]) -> None:
        """Raise DatabaseError, naming rows, unless the target holds what is expected."""
        rows = sum(digest.rows for digest in expected.values())
        wrong = []
        with self.progress.stage("comparing", rows):
            for table in TABLES:
                if self.target.digest(table) != expected[table.name]:
                    wrong.append(table)
                self.progress.advance(expected[table.name].rows)
        if wrong:
            names = ", ".join(table.name for table in wrong)
            details = "; ".join(differences(self.source, self.target, wrong))
            raise DatabaseError(
                f"{self.target.name}: differs from the source in {names} ({details}); "
                "--replace refills it"
            )

    def _result(
        self, summary: str, changes: Mapping[str, Change], digests: Mapping[str, Digest]
    ) -> SyncResult:
        tables = []
        for name in sorted(table.name for table in TABLES):
            compared: tuple[object, ...] = ()
            if name in digests and not self.options.dry_run:
                compared = (digests[name].rows, str(digests[name]), str(digests[name]))
            tables.append(TableResult(name, *changes.get(name, Change()), *compared))  # type: ignore[arg-type]  # in the fields' order
        return SyncResult(summary, self.book.content, tables)


def _everything(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, Change]:
    """Return the changes where all rows that were there go, and all that will be there come."""
    return {name: Change(rows, 0, before.get(name, 0)) for name, rows in after.items()}
