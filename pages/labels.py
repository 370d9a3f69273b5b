"""Labels of a timeline: on which side of its mark a label stands, and on how many lines."""

from __future__ import annotations

from dataclasses import dataclass

from pages.axis import Axis
from pages.lettering import balanced, width
from pages.marks import Mark, mark
from pages.svg import SIZES
from pages.timeline_facts import Fact
from schema.escape import visible

LINE, ROW = 16.0, 20.0
"""Height of a line of a label, and of the rows into which marks and labels are put."""

LABEL, LEAST = 350.0, 150.0
"""The greatest width of a label, and the least that is tried beside its mark."""

SPACE = 8.0
"""Between a mark and its label."""


@dataclass
class Placed:
    """A fact with its marks and its label, before and after it has a row."""

    fact: Fact
    marks: list[Mark]
    lines: list[tuple[str, str]]
    """The lines of the label: class and text."""
    x: float
    """Where the label begins or, if it is left of the mark, ends."""
    before: bool
    below: bool
    left: float
    right: float
    row: int = 0

    @property
    def height(self) -> int:
        """How many rows it takes."""
        return len(self.lines) + self.below


def labelled(fact: Fact, axis: Axis, left: float, right: float) -> Placed:
    """Return a fact with its label right of its marks; near the edge left of them, or below."""
    marks = [mark(piece, axis, fact.look, fact.limit) for piece in fact.pieces]
    begin = min(mark.reach[0] for mark in marks)
    end = max(mark.reach[1] for mark in marks)
    room_after, room_before = right - end - SPACE, begin - left - SPACE
    room = max(room_after, room_before)
    below = room < LEAST
    lines = _lines(fact, LABEL if below else min(LABEL, room))
    taken = max(width(line, SIZES[kind]) for kind, line in lines)
    before = not below and taken > room_after
    if below:
        x = max(left, min(begin, right - taken))
        return Placed(fact, marks, lines, x, False, True, min(begin, x), max(end, x + taken))
    x = begin - SPACE if before else end + SPACE
    if before:
        return Placed(fact, marks, lines, x, True, False, x - taken, end)
    return Placed(fact, marks, lines, x, False, False, begin, x + taken)


def _lines(fact: Fact, limit: float) -> list[tuple[str, str]]:
    return [
        (kind, line)
        for kind, text in (("label", fact.sentence), ("small", fact.when))
        for line in balanced(visible(text), limit, SIZES[kind])
    ]
