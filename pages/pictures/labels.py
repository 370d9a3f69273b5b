"""Labels of a timeline: on which side of its mark a label stands, and on how many lines."""

from __future__ import annotations

from dataclasses import dataclass

from pages.pictures.axis import Axis
from pages.pictures.lettering import balanced, width
from pages.pictures.marks import Mark, mark
from pages.pictures.svg import SIZES
from pages.pictures.timeline_facts import TimelineFact
from schema.escape import visible

LINE, ROW = 16.0, 20.0
"""Height of a line of a label, and of the rows into which marks and labels are put."""

LABEL, LEAST = 350.0, 150.0
"""The greatest width of a label, and the least that is tried beside its mark."""

LINED = 560.0
"""The greatest width of a label on one line, where room is short."""

SPACE = 8.0
"""Between a mark and its label."""


Line = list[tuple[str, str]]
"""What stands on a line, from left to right: class and text of each run."""


@dataclass
class Placed:
    """A fact with its marks and its label, before and after it has a row."""

    fact: TimelineFact
    marks: list[Mark]
    lines: list[Line]
    """The lines of the label."""
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


def labelled(
    fact: TimelineFact, axis: Axis, left: float, right: float, *, dense: bool = False
) -> list[Placed]:
    """Return a fact with its label right of its marks; near the edge left of them, or below.

    If it is `dense`, sentence and date share a line, and a label that fits on both sides is
    returned on both.
    """
    marks = [mark(piece, axis, fact.look, fact.limit) for piece in fact.pieces]
    begin = min(mark.reach[0] for mark in marks)
    end = max(mark.reach[1] for mark in marks)
    after, before = right - end - SPACE, begin - left - SPACE
    room = max(after, before)
    below = room < LEAST
    widest = LINED if dense else LABEL
    lines = _lines(fact, widest if below else min(widest, room))
    if dense:
        line = [("label", visible(fact.sentence)), ("small", visible(fact.brief))]
        if line_width(line) <= (widest if below else min(widest, room)):
            lines = [line]
    taken = max(map(line_width, lines))
    if below:
        x = max(left, min(begin, right - taken))
        return [Placed(fact, marks, lines, x, False, True, min(begin, x), max(end, x + taken))]
    x, other = end + SPACE, begin - SPACE
    sides = [
        Placed(fact, marks, lines, x, False, False, begin, x + taken),
        Placed(fact, marks, lines, other, True, False, other - taken, end),
    ]
    fitting = [side for side, wide in zip(sides, (after, before), strict=True) if taken <= wide]
    return fitting if dense else fitting[:1]


def line_width(line: Line) -> float:
    """Return how wide a line is, with the space between its runs."""
    return sum(width(text, SIZES[kind]) for kind, text in line) + SPACE * (len(line) - 1)


def _lines(fact: TimelineFact, limit: float) -> list[Line]:
    return [
        [(kind, line)]
        for kind, text in (("label", fact.sentence), ("small", fact.when))
        for line in balanced(visible(text), limit, SIZES[kind])
    ]
