"""Footnotes of a page: a number for each fact, and where and how it is stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from pages.statements import CitedDocument, CitedEvidence, Statement, paragraphs
from schema.vocabulary import FactKind, Stance

LONGEST, LEAST_WORDS, ALL_WORDS = 300, 60, 6_000
"""Characters of the text that a note shows: at most, at least, and all notes together.

A mark says where more is left out.
"""

MOST_VOICED, MANY = 2, 40
"""How many voices, or ways of stating a fact, a note has; from `MANY` notes on, only one each.

A voice that doubts or denies the fact is never left out of the first two.
"""

LEFT_OUT = "[…]"

LONGEST_TITLE = 60
"""Characters of the title of a source, where there are many."""


def shortened_title(title: str) -> str:
    """Return the beginning of a long title, with a mark."""
    if len(title) <= LONGEST_TITLE:
        return title
    return f"{title[:LONGEST_TITLE].rpartition(' ')[0]} {LEFT_OUT}"


class NoteReference(NamedTuple):
    """The number of a note, where the text refers to it."""

    n: int
    first: bool
    """Whether no earlier place refers to it: the note leads back here."""


class Voiced(NamedTuple):
    """What one voice, or several alike, say about a fact, and the words."""

    document: CitedDocument
    where: str
    how: str
    words: tuple[str, ...]
    differs: bool
    """Whether it doubts or denies what the first one states."""


class Note(NamedTuple):
    """A note on a fact."""

    n: int
    about: str
    """The fact as a sentence, if only a picture refers to it."""
    voiced: list[Voiced]
    more: int
    """How many more voices, or ways of stating it, the note leaves out."""


class Footnotes:
    """Numbers the facts of a page in the order in which it refers to them."""

    def __init__(self, *, several: bool) -> None:
        self._several = several
        self._numbers: dict[int, int] = {}
        self.facts: list[Statement] = []
        """Those that have a note, in the order of their numbers."""
        self._in_text: set[int] = set()

    def title(self, title: str) -> str:
        """Return the title of a source: its beginning, if there are several documents."""
        return shortened_title(title) if self._several else title

    def evidence(self, statement: Statement) -> Iterator[CitedEvidence]:
        """Yield the evidence of a fact; its voices have these titles."""
        for piece in statement.evidence:
            voices = tuple(it._replace(title=self.title(it.title)) for it in piece.voices)
            yield replace(piece, voices=voices)

    def refer(self, statement: Statement) -> NoteReference:
        """Return a reference from the text to the note on a fact."""
        first = statement.id not in self._in_text
        self._in_text.add(statement.id)
        return NoteReference(self._number(statement), first)

    def draw(self, statement: Statement) -> NoteReference:
        """Return a reference from a picture, or from what takes its place."""
        return NoteReference(self._number(statement), False)

    def _number(self, statement: Statement) -> int:
        if statement.id not in self._numbers:
            self.facts.append(statement)
            self._numbers[statement.id] = len(self.facts)
        return self._numbers[statement.id]

    def notes(self) -> Iterator[Note]:
        """Yield the notes in the order of their numbers."""
        crowded = self._several and len(self.facts) > MANY
        words = ALL_WORDS // 2 if crowded else ALL_WORDS
        room = max(LEAST_WORDS, min(LONGEST, words // max(len(self.facts), 1)))
        for n, statement in enumerate(self.facts, 1):
            drawn = statement.id not in self._in_text
            voiced = self._note(statement, room)
            about = statement.sentence if drawn else ""
            shown = voiced[:MOST_VOICED]
            if crowded and not any(it.differs for it in shown[1:]):
                shown = shown[:1]
            yield Note(n, about, shown, len(voiced) - len(shown))

    def _note(self, statement: Statement, room: int) -> list[Voiced]:
        """Return what the voices say; those of one document that say it alike are one."""
        alike: dict[tuple[CitedDocument, str], list[CitedEvidence]] = {}
        for piece in self.evidence(statement):
            how = f"{piece.how}; {piece.chain}" if piece.voices else piece.how
            alike.setdefault((piece.document, how), []).append(piece)
        # Of several, one that differs tells more than another that agrees.
        ways = sorted(alike.items(), key=lambda way: _differs_least(way[1][0], statement))
        voiced = []
        for (document, how), pieces in ways:
            called = f"{document.called} " if self._several else ""
            where = called + paragraphs(it.n for piece in pieces for it in piece.passages)
            quoted = (piece.words for piece in pieces if statement.kind != FactKind.NAME)
            words = [*_fitting(quoted, room)]
            room -= sum(map(len, words))
            differs = _differs_least(pieces[0], statement) == 1
            voiced.append(Voiced(document, where, how, tuple(words), differs))
        return voiced


def _differs_least(piece: CitedEvidence, statement: Statement) -> int:
    """Return 0 for the first piece of evidence, 1 for one that differs from it, 2 for others."""
    first = statement.evidence[0]
    if piece.id == first.id:
        return 0
    doubted = piece.stance in (Stance.REJECTS, Stance.DOUBTS)
    return 1 if doubted or piece.modality != first.modality else 2


def _fitting(texts: Iterable[str], room: int) -> Iterator[str]:
    """Yield different texts up to a length in all; the last is cut between words, and marked."""
    for words in dict.fromkeys(filter(None, texts)):
        if len(words) > room:
            yield f"{words[: max(room, 0)].rpartition(' ')[0]} {LEFT_OUT}".lstrip()
            return
        yield words
        room -= len(words)
