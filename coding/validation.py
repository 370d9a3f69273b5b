"""Checking a coding file, by itself and against its text, before anything is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from coding.faults import Fault, InvalidInputError, Severity
from coding.files import Texts
from coding.format import Coding
from coding.index import CodingIndex
from coding.items import SHARED, Content, ItemKey, Items, items_of, references
from coding.reading import read_coding
from coding.rules import UNREVIEWED, check
from coding.text import read_text
from coding.values import composed
from coding.verification import locator_faults, verify
from coding.yaml_tree import LineNumbers
from schema.escape import visible


@dataclass(frozen=True)
class ValidatedCoding:
    """A coding without errors, ready to load. Packed, since one command may hold hundreds."""

    path: Path
    document: str
    shared: bytes
    """The rows that it shares with other codings, as JSON: kind, key, content, line, path of keys.

    Apart, since ordering and comparing many codings needs only these.
    """
    others: bytes
    """Its other items, likewise."""
    needs: frozenset[str]
    """Other documents whose facts it refers to."""
    passages: list[str] | None
    """The text, if it was given."""
    remarks: list[Fault]
    """Warnings and notes."""

    @property
    def file(self) -> str:
        """The name of the file, as the database stores it."""
        return composed(visible(self.path.name))

    @property
    def items(self) -> Items:
        """What the coding says, by key."""
        return {item: content for item, content, *_ in _unpacked(self.shared, self.others)}

    @property
    def shared_items(self) -> Items:
        """The rows that it shares with other codings, by key."""
        return {item: content for item, content, *_ in _unpacked(self.shared)}

    @cached_property
    def places(self) -> dict[ItemKey, tuple[int | None, str]]:
        """The line and the path of keys of each item."""
        return {item: (line, where) for item, _, line, where in _unpacked(self.shared, self.others)}

    def fault(self, item: ItemKey, rule: str, message: str) -> Fault:
        """Return an error about an item, with its place in the file."""
        line, where = self.places.get(item, (None, ""))
        return Fault(rule, Severity.ERROR, str(self.path), line, where, message)


def check_file(
    path: Path, text_path: Path | None = None, texts: Texts | None = None
) -> tuple[list[Fault], ValidatedCoding | None]:
    """Return every fault of a coding, in the order of the file, and the coding if it has no error.

    The text may be one of `texts`.
    """
    try:
        coding, lines = read_coding(path)
        text_path = texts.text_of(coding, path) if texts else text_path
        passages = read_text(text_path) if text_path is not None else None
    except InvalidInputError as error:
        return error.faults, None
    faults = _faults(coding, lines, passages, text_path)
    if any(fault.severity is Severity.ERROR for fault in faults):
        return faults, None
    locations = CodingIndex(coding).locations
    items = items_of(coding)
    rows = [(*it, content, *lines.place(locations.get(it, ()))) for it, content in items.items()]
    shared, others = (
        json.dumps([row for row in rows if (row[0] in SHARED) is wanted], ensure_ascii=False)
        for wanted in (True, False)
    )
    needs = frozenset(key.partition(":")[0] for _, key, _ in references(items))
    document = coding.document.key
    return faults, ValidatedCoding(
        path, document, shared.encode(), others.encode(), needs, passages, faults
    )


def _unpacked(*packed: bytes) -> Iterator[tuple[ItemKey, Content, int | None, str]]:
    for rows in map(json.loads, packed):
        for kind, key, content, line, where in rows:
            yield ItemKey(kind, key), content, line, where


def read(
    path: Path,
    text_path: Path | None = None,
    texts: Texts | None = None,
    *,
    drafts: bool = False,
) -> ValidatedCoding:
    """Read a coding to load; one with drafts only if they are wanted.

    Raises InvalidInputError with all its errors.
    """
    faults, coding = check_file(path, text_path, texts)
    if coding is None:
        raise InvalidInputError(fault for fault in faults if fault.severity is Severity.ERROR)
    unreviewed = [fault for fault in faults if fault.rule == UNREVIEWED and not drafts]
    if unreviewed:
        raise InvalidInputError(
            replace(fault, severity=Severity.ERROR, message=f"{fault.message}, or give --drafts")
            for fault in unreviewed
        )
    return coding


def _faults(
    coding: Coding, lines: LineNumbers, passages: list[str] | None, text_path: Path | None
) -> list[Fault]:
    faults = check(coding, lines)
    if coding.passages:
        if passages is None or text_path is None:
            faults.extend(locator_faults(coding, lines))
        else:
            faults.extend(verify(coding, lines, passages, text_path))
    return sorted(set(faults))
