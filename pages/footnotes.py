"""Footnotes of a page: a number for each fact, and where and how it is stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pages.statements import Evidence, Statement, paragraphs

LONGEST = 240
"""Characters of the text that a note shows for one voice; a mark says where more is left out."""

LEFT_OUT = "[…]"


class Reference(NamedTuple):
    """The number of a note, where the text refers to it."""

    n: int
    first: bool
    """Whether no earlier place refers to it: the note leads back here."""


class Note(NamedTuple):
    """What one voice, or several alike, say about a fact, and the words."""

    where: str
    how: str
    words: tuple[str, ...]


class Footnotes:
    """Numbers the facts of a page in the order in which it refers to them."""

    def __init__(self, *, several: bool) -> None:
        self._several = several
        self._numbers: dict[int, int] = {}
        self._facts: list[Statement] = []

    def __len__(self) -> int:
        return len(self._facts)

    def refer(self, statement: Statement) -> Reference:
        """Return a reference to the note on a fact."""
        first = statement.id not in self._numbers
        if first:
            self._facts.append(statement)
            self._numbers[statement.id] = len(self._facts)
        return Reference(self._numbers[statement.id], first)

    def notes(self) -> Iterator[tuple[int, list[Note]]]:
        """Yield the number of each note, and what it says."""
        for n, statement in enumerate(self._facts, 1):
            yield n, self._note(statement)

    def _note(self, statement: Statement) -> list[Note]:
        """Return what the voices say; those of one document that say it alike are one."""
        alike: dict[tuple[str, str], list[Evidence]] = {}
        for piece in statement.evidence:
            how = f"{piece.how}; {piece.chain}" if piece.voices else piece.how
            document = f"{piece.document.called} " if self._several else ""
            alike.setdefault((document, how), []).append(piece)
        return [
            Note(
                document + paragraphs(it.n for piece in pieces for it in piece.passages),
                how,
                tuple(dict.fromkeys(_shortened(piece.words) for piece in pieces if piece.words)),
            )
            for (document, how), pieces in alike.items()
        ]


def _shortened(words: str) -> str:
    """Return words up to a length, cut between two of them and marked."""
    if len(words) <= LONGEST:
        return words
    return f"{words[:LONGEST].rpartition(' ')[0] or words[:LONGEST]} {LEFT_OUT}"
