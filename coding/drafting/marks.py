"""Finds what is in quotation marks: nested, over several passages, and with damaged marks.

Which marks open and close is a matter of language (`languages/`). A mark that could be either is
read by its neighbours: an opening one has no letter before it, a closing one none after it. A
single mark is taken for an apostrophe unless it has a partner.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Pairs = Sequence[tuple[str, str]]
SINGLE = frozenset("'’‘\u201a\u2039\u203a")
_SENTENCE_END = re.compile(r"[.!?…][)\]]?(?=\s|$)")


class Stretch(NamedTuple):
    """Words in marks: the passage, and where they begin and end without their marks."""

    passage: int
    start: int
    end: int


@dataclass
class Marked:
    """One utterance or term in marks; it has several stretches if it runs over passages."""

    stretches: list[Stretch]
    damaged: bool = False
    inner: list[Marked] = field(default_factory=list)
    """What is in marks inside it."""


@dataclass
class _Open:
    mark: str
    start: int
    """Where its words begin."""
    inner: list[Marked] = field(default_factory=list)


def marked(passages: Sequence[str], pairs: Pairs) -> list[Marked]:
    """Return what is in marks in a text, in order; passages count from 1."""
    result: list[Marked] = []
    continued: Marked | None = None
    for number, text in enumerate(passages, start=1):
        start = 0
        if continued is not None:
            opener = _opener(text, pairs)
            if opener is None:
                continued.damaged = True
                _cut(continued, passages)
                continued = None
            else:
                start = len(opener)
        scanner = _Scanner(number, text, pairs, continues=continued is not None)
        for item, closed in scanner.scan():
            if continued is not None and item.stretches[0].start == start:
                continued.stretches += item.stretches
                continued.inner += item.inner
                item = continued
            else:
                result.append(item)
            continued = None if closed else item
    if continued is not None:
        continued.damaged = True
        _cut(continued, passages)
    return [item for item in result if any(s.end > s.start for s in item.stretches)]


def _opener(text: str, pairs: Pairs) -> str | None:
    """Return the mark with which a passage continues an utterance: it opens or closes."""
    for pair in pairs:
        for mark in pair:
            if mark not in SINGLE and text.startswith(mark):
                return mark
    return None


def _cut(item: Marked, passages: Sequence[str]) -> None:
    """End an utterance whose closing mark is missing with its first sentence."""
    first = item.stretches[0]
    text = passages[first.passage - 1]
    match = _SENTENCE_END.search(text, first.start)
    end = match.start() if match else len(text)
    item.stretches[:] = [Stretch(first.passage, first.start, end)]


class _Scanner:
    """Reads the marks of one passage from left to right."""

    def __init__(self, number: int, text: str, pairs: Pairs, *, continues: bool) -> None:
        self.number = number
        self.text = text
        self.pairs = pairs
        self.openers = {opening for opening, _ in pairs}
        self.continues = continues
        self.stack: list[_Open] = []
        self.items: list[tuple[Marked, bool]] = []
        """What is in marks, and whether it is closed in this passage."""

    def scan(self) -> list[tuple[Marked, bool]]:
        """Return what is in marks, in order."""
        known = sorted({mark for pair in self.pairs for mark in pair}, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, known)))
        marks = [(match.start(), match[0]) for match in pattern.finditer(self.text)]
        last = {mark: at for at, mark in marks if self._may_close(at, mark)}
        for at, mark in marks:
            opens, closes = self._may_open(at, mark), self._closes(at, mark)
            if self.continues and at == 0:
                opens, closes = True, False
            if closes and opens:  # straight marks with blanks on both sides or none
                closes = not self._after(at, mark).isalnum()
            if closes:
                self._close(at, mark)
            elif self._is_wrong_mark(at, mark):
                self._end(self.stack.pop(), at, damaged=True)
            elif opens and (mark not in SINGLE or self._has_partner(at, mark, last)):
                self._open(at, mark)
        if self.stack and self.stack[0].mark not in SINGLE:
            first = self.stack[0]
            whole = Stretch(self.number, first.start, len(self.text))
            self.items.append((Marked([whole], inner=first.inner), False))
        return self.items

    def _open(self, at: int, mark: str) -> None:
        if self.stack and mark == self.stack[-1].mark and mark not in SINGLE:
            # The same mark again: the one before was never closed.
            opened = self.stack.pop()
            stop = _SENTENCE_END.search(self.text, opened.start, at)
            self._end(opened, stop.start() if stop else at, damaged=True)
        self.stack.append(_Open(mark, at + len(mark)))

    def _close(self, at: int, mark: str) -> None:
        while not self._is_pair(self.stack[-1].mark, mark):
            self.stack.pop()  # a single mark inside was an apostrophe
        self._end(self.stack.pop(), at)

    def _end(self, opened: _Open, at: int, *, damaged: bool = False) -> None:
        item = Marked([Stretch(self.number, opened.start, at)], damaged, opened.inner)
        if self.stack:
            self.stack[-1].inner.append(item)
        else:
            self.items.append((item, True))

    def _is_pair(self, opening: str, closing: str) -> bool:
        return (opening, closing) in self.pairs or (
            self.continues and any(closing == pair[1] and opening in pair for pair in self.pairs)
        )

    def _closes(self, at: int, mark: str) -> bool:
        paired = any(self._is_pair(opened.mark, mark) for opened in self.stack)
        return paired and self._may_close(at, mark)

    def _is_wrong_mark(self, at: int, mark: str) -> bool:
        """Whether a mark closes what another one opened: “…“, or "…”."""
        return (
            bool(self.stack)
            and mark not in SINGLE
            and self.stack[-1].mark not in SINGLE
            and self.text[at - 1 : at] in tuple(".,?!…")
            and not self._after(at, mark).isalnum()
        )

    def _may_open(self, at: int, mark: str) -> bool:
        before, after = self.text[at - 1 : at] if at else "", self._after(at, mark)
        return (
            mark in self.openers
            and not before.isalnum()
            and before not in tuple(".,!?")
            and (bool(after.strip()) or mark == "«")
        )

    def _may_close(self, at: int, mark: str) -> bool:
        before, after = self.text[at - 1 : at] if at else "", self._after(at, mark)
        if mark in SINGLE:
            return not before.isspace() and not after.isalnum()
        return mark == "»" or not (before.isspace() and after.isalnum())

    def _has_partner(self, at: int, mark: str, last: dict[str, int]) -> bool:
        """Whether a single mark that may open has one after it that may close it."""
        closing = [pair[1] for pair in self.pairs if pair[0] == mark]
        return self._after(at, mark).isalnum() and any(last.get(end, 0) > at for end in closing)

    def _after(self, at: int, mark: str) -> str:
        return self.text[at + len(mark) : at + len(mark) + 1]
