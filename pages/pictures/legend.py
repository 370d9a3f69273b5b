"""The legend of a timeline: it explains the marks that occur in it, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pages.look import Look
from pages.pictures.drawn_dates import End, Piece
from pages.pictures.lettering import width
from pages.pictures.marks import Mark, draw
from pages.pictures.svg import SIZES, Drawing
from pages.pictures.timeline_facts import TimelineFact

SWATCH, LINE, APART = 36.0, 22.0, 24.0

DAY = Piece(0, 0, day=True)
BAR = Piece(0, 30)
ENDS = {
    End.ABOUT: (Piece(0, 30, End.ABOUT, End.ABOUT), "about then: its ends fade"),
    End.ONGOING: (Piece(0, None, End.EXACT, End.ONGOING), "still going on at its point"),
    End.UNKNOWN: (Piece(0, None, End.EXACT, End.UNKNOWN), "where it ends, or begins, isn't known"),
    End.OPEN: (
        Piece(None, 0, End.OPEN, once=True),
        "once, at any time on this side of its stroke",
    ),
}

Entry = tuple[Piece, Look, bool, str, str]
"""A mark, how it looks, whether it is a statement, its colour and what it means."""


def legend(
    drawing: Drawing, facts: Sequence[TimelineFact], y: float, left: float, right: float
) -> float:
    """Draw the legend and return where it ends."""
    x = left
    for piece, look, is_statement, colour, words in entries(facts):
        needed = SWATCH + 10 + width(words, SIZES["small"])
        if x > left and x + needed > right:
            x, y = left, y + LINE
        begin, end = (x + SWATCH / 2,) * 2 if piece.day else (x, x + SWATCH)
        if piece.begin is End.ABOUT:
            begin, end = begin + 8, end - 8
        draw(
            drawing,
            Mark(piece, begin, end, limited=False),
            y,
            colour,
            look,
            is_statement=is_statement,
        )
        drawing.text(x + SWATCH + 10, y + 4, words, "small")
        x += needed + APART
    return y + LINE


def entries(facts: Sequence[TimelineFact]) -> Iterator[Entry]:
    """Yield what the legend has to explain."""
    pieces = [piece for fact in facts for piece in fact.pieces]
    plain = Look.SOLID, False, "happened"
    if any(piece.day for piece in pieces):
        yield DAY, *plain, "a day"
    if any(not piece.day and not piece.once and piece.days for piece in pieces):
        yield BAR, *plain, "all days that a date such as “May 2016” can mean"
    if any(piece.once for piece in pieces):
        yield Piece(0, 30, once=True), *plain, "once, on some day within"
    ends = {end for piece in pieces for end in (piece.begin, piece.end)}
    for end, (piece, words) in ENDS.items():
        if end in ends:
            yield piece, *plain, words
    if any(fact.is_statement for fact in facts):
        yield BAR, Look.SOLID, True, "said", "a statement: that it was said, not that it is so"
    looks = {fact.look for fact in facts}
    for look in Look:
        if look in looks and look is not Look.SOLID:
            weak = look in (Look.ALLEGED, Look.INFERRED, Look.DRAFT)
            yield BAR, look, False, "happened" if weak else "other", look.meaning
