"""Feeding: decide what a target needs, bring it, prove it; all of it or nothing.

Touches the target through its class alone. The caller holds the source in one state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError

from database.errors import DatabaseError
from feeds import scope
from feeds.digest import Digest
from feeds.progress import Progress
from feeds.proof import compare_reports, differences
from feeds.rows import TABLES
from feeds.source import Source
from feeds.target import ANOTHER, Change, Options, Part, Standing, Target, Untold
from schema.models import METADATA

PASSAGES, CODINGS = METADATA.tables["passages"], METADATA.tables["codings"]

SHOWN = 3
"""Documents that a message names."""

FEW, PART = 1_000, 1 / 3
"""So many documents are brought row by row, or such a part of all; of more, all are brought anew,
which is quicker then."""


Held = Callable[[dict[str, Digest]], dict[str, Digest]]
"""What says what the source holds, told what it must hold if all goes as expected."""


class TableFed(NamedTuple):
    """What a feed did to a table, and what it holds on both sides."""

    table: str
    added: int
    changed: int
    removed: int
    rows: int | None
    source: str | None
    """The digest; None: not computed, for there was nothing to bring."""
    target: str | None


@dataclass
class Fed:
    """What a feed did."""

    how: str
    """In words: first feed, updated, filled anew, replaced, or nothing to bring."""
    content: str | None
    """The content hash of both sides."""
    tables: list[TableFed]


class _Undone(Exception):  # noqa: N818 - it is no error
    """Takes back what a dry run has done."""


def feed(source: Source, target: Target, options: Options, progress: Progress) -> Fed:
    """Make the target an exact copy of the source, in one transaction; say what that changed.

    Raises DatabaseError, and then the target is as it was: for what is not ours there, for rows
    that somebody changed, and where the copy would not equal the source.
    """
    try:
        with target.opened(source) as standing:
            fed = _Feeding(source, target, options, progress, standing).run()
            if options.dry_run:
                raise _Undone
    except _Undone:
        pass
    except DatabaseError as error:
        if str(error).startswith(f"{source.name}: "):
            raise
        raise DatabaseError(str(error).replace("give another --db", ANOTHER)) from error
    return fed


class _Feeding:
    """One feed."""

    def __init__(
        self,
        source: Source,
        target: Target,
        options: Options,
        progress: Progress,
        standing: Standing,
    ) -> None:
        self.source = source
        self.target = target
        self.options = options
        self.progress = progress
        self.standing = standing
        self.record = standing.record
        self.last, self.content = source.last()

    def run(self) -> Fed:
        """Decide, do and prove."""
        if self.options.replace:
            return self._fill("replaced" if self.standing.rows else "first feed")
        self._require_made(self.standing.broken)
        self._require_recorded()
        if not self.standing.rows:
            self._require_made(self.target.altered())
            return self._fill("first feed")
        if self.standing.content and not self.content:
            raise DatabaseError(
                f"{self.target.name}: holds a sourcebook, and the source holds nothing; see that "
                "--db is the one you mean, or say --replace"
            )
        same = self.content == self.standing.content and self._same_text()
        if same and not self.standing.older and not self._loaded_since():
            return self._left()
        if not self.record:
            raise DatabaseError(
                f"{self.target.name}: holds a sourcebook that no feed has made; feed another "
                "target, or say --replace"
            )
        with self._reading() as held:
            self._require_made(self.target.altered())
            self._require_related()
            part = self._part()
            if part is not None:
                try:
                    return self._bring(part, held)
                except (Untold, IntegrityError):
                    # What the journal tells is not all, or two rows have changed places.
                    pass
        self._require_untouched()
        return self._fill("filled anew")

    # --- what is to be done -------------------------------------------------------------------

    def _same_text(self) -> bool:
        """Say whether the passages' text there is what would be fed."""
        recorded = self.record.get(PASSAGES.name)
        if recorded is None:
            return True
        if not self.source.keep_text:
            return recorded.left_out is not None
        return recorded.left_out is None and self.source.digest(PASSAGES) == recorded.digest

    def _loaded_since(self) -> bool:
        """Say whether the source has loads that the target lacks, though they change nothing."""
        return bool(self.record) and self.last > self.standing.last and self._one_lineage

    @cached_property
    def _one_lineage(self) -> bool:
        """Whether all loads that the target knows are the source's too."""
        return self.source.journal(self.standing.last) == self.standing.journal

    def _part(self) -> Part | None:
        """Say what can have changed since the last feed; None: anything."""
        last = self.standing.last
        if self.standing.older or any(table.name not in self.record for table in TABLES):
            return None
        if not self._one_lineage:
            return None
        documents = self.source.loaded_since(last)
        if self.source.keep_text or self.record[PASSAGES.name].left_out is None:
            here, there = self.source.texts(), self.target.texts()
            documents |= {d for d in here.keys() | there.keys() if here.get(d) != there.get(d)}
        if not documents or len(documents) > max(FEW, PART * self.source.count(CODINGS)):
            return None
        return Part(
            frozenset(documents),
            last,
            tuple(
                table
                for table in TABLES
                if table.name not in scope.SHARED
                or self.source.checksum(table)
                != self.record[table.name].by(self.source.engine).checksum
            ),
        )

    # --- doing it -----------------------------------------------------------------------------

    def _left(self) -> Fed:
        """Leave the target alone: its content is the source's."""
        here: dict[str, Digest] = {}
        there: dict[str, Digest] = {}
        if self.options.verify:
            self._require_made(self.target.altered())
            there = self._require_untouched()
            if self._one_lineage:
                here = self._require_equal(there)
            else:
                self.progress.say(
                    f"{self.target.name}: was loaded otherwise and numbers its rows otherwise, so "
                    "they are not compared one by one, but reports are; --replace makes them equal"
                )
            compare_reports(self.source, self.target, self.progress, journal=self._one_lineage)
        return self._fed("nothing to bring", {}, here, there)

    def _fill(self, how: str) -> Fed:
        before = self.target.counts()
        if self.options.dry_run:
            counted = {table.name: Digest(self.source.count(table), 0) for table in TABLES}
            return self._fed(how, _all(before, counted), {}, counted)
        with self.source.digesting() as digests:
            with self.source.blamed(IntegrityError):
                self.target.fill(self.source, self.progress)
            with self.progress.stage("comparing the source"):
                here = digests()
        there = self.target.digests(self.progress)
        if here != there:
            self._unequal(here, there)
        if self.options.verify:
            self._require_equal(there)
            compare_reports(self.source, self.target, self.progress)
        self.target.note(here, there, self.source)
        return self._fed(how, _all(before, there), here, there)

    def _bring(self, part: Part, held: Held) -> Fed:
        dry = self.options.dry_run
        with self.target.attempt():
            brought = self.target.bring(self.source, part, self.progress, dry=dry)
            there = brought.there
            if dry:
                self._require_untouched()
            elif self.target.in_place:
                there = self._held_there(there)
            with self.progress.stage("comparing the source"):
                here = held(brought.here)
            if here != brought.here or there != here:
                raise Untold
        if not dry:
            if self.options.verify:
                compare_reports(self.source, self.target, self.progress)
            self.target.note(here, there, self.source)
        return self._fed("updated", brought.changes, here, there)

    @contextmanager
    def _reading(self) -> Iterator[Held]:
        """Compute what the source holds beside what the block does; give what waits for that.

        It is told the expected digests, and gives these where the source's checksums are so.
        """
        if self.options.verify or not self.target.in_place:
            with self.source.digesting() as digests:
                yield lambda _: digests()
            return
        with self.source.checking() as checksums:

            def held(expected: dict[str, Digest]) -> dict[str, Digest]:
                if checksums() == {name: one.checksum for name, one in expected.items()}:
                    return expected
                return self.source.digests()

            yield held

    def _held_there(self, expected: dict[str, Digest]) -> dict[str, Digest]:
        """Give the digests of all that the target holds.

        They are the expected ones where its checksums are; else they are computed.
        """
        found = None if self.options.verify else self.target.checksums(self.progress)
        if found == {name: one.checksum for name, one in expected.items()}:
            return expected
        return self.target.digests(self.progress)

    def _fed(
        self,
        how: str,
        changes: Mapping[str, Change],
        here: Mapping[str, Digest],
        there: Mapping[str, Digest],
    ) -> Fed:
        dry = self.options.dry_run
        return Fed(
            how,
            self.content,
            [
                TableFed(
                    table.name,
                    *changes.get(table.name, Change()),
                    there[table.name].rows if table.name in there else None,
                    str(here[table.name]) if table.name in here and not dry else None,
                    str(there[table.name]) if table.name in there and not dry else None,
                )
                for table in sorted(TABLES, key=lambda table: table.name)
            ],
        )

    # --- proving it ---------------------------------------------------------------------------

    def _require_made(self, altered: str) -> None:
        """Raise DatabaseError where the target's structure is not what was made."""
        if altered:
            raise DatabaseError(
                f"{self.target.name}: somebody changed its structure: {altered}; "
                "--replace makes it anew"
            )

    def _require_recorded(self) -> None:
        """Raise DatabaseError where somebody wrote over what the last feed recorded."""
        known = {name for name, one in self.record.items() if one.sealed}
        lost = {table.name for table in TABLES} - known
        if self.record and lost and not self.standing.older:
            raise DatabaseError(
                f"{self.target.name}: somebody changed what the last feed recorded of "
                f"{', '.join(sorted(lost))} in its table feeds; --replace makes it anew"
            )

    def _require_related(self) -> None:
        """Raise DatabaseError where the target holds quite another sourcebook.

        One that was made anew from the same codings has loads of its own, and the documents.
        """
        if self._one_lineage:
            return
        there = self.target.documents()
        if there and there.isdisjoint(self.source.documents()):
            shown = ", ".join(sorted(there)[:SHOWN]) + (", …" if len(there) > SHOWN else "")
            raise DatabaseError(
                f"{self.target.name}: holds another sourcebook (documents {shown}); feed another "
                "target, or say --replace"
            )

    def _require_untouched(self) -> dict[str, Digest]:
        """Give what the target holds. Raises DatabaseError unless the last feed left it so."""
        left = {name: one.by(self.target.engine) for name, one in self.record.items()}
        found = self._held_there(left)
        changed = [
            table
            for table in TABLES
            if table.name in left and found[table.name] != left[table.name]
        ]
        if not changed:
            return found
        if self.options.verify:
            told = "; ".join(differences(self.source, self.target, changed))
        else:
            told = "--verify says which"
        names = ", ".join(table.name for table in changed)
        raise DatabaseError(
            f"{self.target.name}: somebody changed rows of {names} since the last feed; {told}; "
            "--replace makes it anew"
        )

    def _require_equal(self, there: Mapping[str, Digest]) -> dict[str, Digest]:
        """Compare all that the source holds; give its digests. Raises DatabaseError."""
        with self.progress.stage("comparing the source"):
            here = self.source.digests()
        if here != there:
            self._unequal(here, there)
        return here

    def _unequal(self, here: Mapping[str, Digest], there: Mapping[str, Digest]) -> None:
        wrong = [table for table in TABLES if here[table.name] != there[table.name]]
        told = "; ".join(differences(self.source, self.target, wrong))
        names = ", ".join(table.name for table in wrong)
        raise DatabaseError(
            f"{self.target.name}: {names} would not be what the source holds ({told}); "
            "nothing changed; --replace fills it anew"
        )


def _all(before: Mapping[str, int], after: Mapping[str, Digest]) -> dict[str, Change]:
    """Say that all rows that were there go, and all that will be there come."""
    return {name: Change(one.rows, 0, before.get(name, 0)) for name, one in after.items()}
