"""Draws who relays whom: documents at the right, the voices that they draw on left of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from pages.answers import ReportAnswer
from pages.pictures.lettering import balanced, width
from pages.pictures.svg import SIZES, Drawing, number
from pages.pictures.voices_facts import DOCUMENT, NAMED, Chains, VoiceNode, chains
from schema.escape import visible

WIDTH, LEFT = 1280.0, 24.0
ROOM = 66.0
"""Between two columns: for a line with a number."""

NARROWEST, WIDEST = 150.0, 430.0
"""How wide boxes can be."""

LINE, PADDING, GAP, APART = 16.0, 14.0, 8.0, 22.0
"""Height of a line, what a box adds to its lines, and space between boxes, and documents."""

STYLE = """
.picture .voice{fill:var(--bg);stroke:var(--ink);stroke-width:1.3}
.picture .document{stroke-width:3.5} .picture .unnamed{fill:var(--soft);stroke-dasharray:6 3}
.picture .voiceless{fill:var(--soft);stroke-dasharray:.1 3.5;stroke-linecap:round;stroke-width:2}
.picture .relay{fill:none;stroke:var(--happened)} .picture .tip{fill:var(--happened)}
.picture .relay.pointed{stroke:var(--mut);stroke-dasharray:.1 5;stroke-linecap:round}
.picture .name,.picture .voice~.small{stroke:none}
.picture a:hover .voice,.picture a:focus .voice{stroke:var(--link)}
"""

SHAPES = (
    (DOCUMENT, "a document"),
    (NAMED, "a named source"),
    ("unnamed", "unnamed: somebody is pointed to, but not named"),
    ("voiceless", "voiceless: nobody is pointed to"),
)
WIDER = "relays; wider: more facts, whose number it bears"
POINTED = "points to it; no fact rests on it"


@dataclass
class Box:
    """A voice at its place."""

    voice: VoiceNode
    column: int
    top: float
    height: float
    lines: list[tuple[str, str]]


def voices(
    connection: Connection, answer: ReportAnswer, link: Callable[[str], str], *, most: int
) -> Iterable[str]:
    """Yield the SVG of an answer of the report `sources`.

    `link` returns the address of a source, given its key; it is DOCUMENT:KEY of what a document
    introduces for itself.
    """
    data = chains(connection, answer, most)
    title, question = "Who relays whom", "Through which voices do facts come to a document?"
    caption = f"{question} {data.caption()}"
    picture = _Picture(data, link)
    drawing, right = picture.drawing, picture.drawing.width - 2 * LEFT
    drawing.text(LEFT, 34, title, "title")
    y = 56.0
    if answer.filters:
        y = drawing.lines(LEFT, y, answer.filters, "head", right, 18)
    y = drawing.lines(LEFT, y, caption, "note", right, 18)
    y = picture.draw(y + 4)
    same = f"A fact that two voices state counts twice. As a table: {answer.command}"
    y = drawing.lines(LEFT, y + 20, answer.origin(same), "small", right, 18)
    return drawing.finished(y, title, caption, STYLE)


def without_title(
    data: Chains, link: Callable[[str], str], width: float = WIDTH - 2 * LEFT
) -> Iterable[str]:
    """Yield the SVG of chains for a page that has a title and a caption as text."""
    picture = _Picture(data, link, width + 2 * LEFT)
    bottom = picture.draw(12) + 6
    return picture.drawing.finished(bottom, "Who relays whom", data.caption(), STYLE)


class _Picture:
    """Chains as they are drawn."""

    def __init__(self, data: Chains, link: Callable[[str], str], least: float = WIDTH) -> None:
        self._data = data
        self._link = link
        columns = max((_columns(document) for document in data.documents), default=1)
        room = least - 2 * LEFT - (columns - 1) * ROOM
        self._wide = min(max(room / columns, NARROWEST), WIDEST)
        needed = columns * self._wide + (columns - 1) * ROOM
        self.drawing = Drawing(max(least, needed + 2 * LEFT), "voices")
        self._columns = columns
        self._ids: set[str] = set()

    def draw(self, top: float) -> float:
        """Draw the legend and, below it, the chains; return where they end."""
        y = self._legend(top)
        for document in self._data.documents:
            y = self._place(document, 0, y) + APART
        return y - APART if self._data.documents else y

    def _legend(self, y: float) -> float:
        shapes = {it.shape for document in self._data.documents for it in document.all()}
        facts = {it.facts > 0 for top in self._data.documents for it in top.all() if it is not top}
        x = LEFT
        for shape, words in SHAPES:
            if shape in shapes:
                self._box(shape, x, y - 7, 34, 14)
                x = self._words(x, y, words)
        for css, words, wanted in (("relay", WIDER, True), ("relay pointed", POINTED, False)):
            if wanted in facts:
                if x + 44 + width(words, SIZES["small"]) > self.drawing.width - LEFT:
                    x, y = LEFT, y + 22
                self._arrow(css, x, x + 34, y, 2.7)
                x = self._words(x, y, words)
        return y + 24

    def _words(self, x: float, y: float, words: str) -> float:
        self.drawing.text(x + 44, y + 4, words, "small")
        return x + 68 + width(words, SIZES["small"])

    def _place(self, voice: VoiceNode, column: int, top: float) -> float:
        """Draw a voice and what it relays, which is as high together; return where it ends."""
        lines = [
            (kind, line)
            for kind, text in (("name", voice.title), ("small", voice.note))
            for line in balanced(visible(text), self._wide - 20, SIZES[kind])
        ]
        y = top
        for inner in voice.relayed:
            y = self._place(inner, column + 1, y) + GAP
        height = max(LINE * len(lines) + PADDING, y - GAP - top)
        self._voice(Box(voice, column, top, height, lines))
        return top + height

    def _left(self, column: int) -> float:
        return LEFT + (self._columns - 1 - column) * (self._wide + ROOM)

    def _voice(self, box: Box) -> None:
        drawing, voice, left = self.drawing, box.voice, self._left(box.column)
        middle = box.top + box.height / 2
        drawing.open_group(self._id(voice), voice.explained, self._link(voice.id))
        if box.column:
            pointed = "" if voice.facts else " pointed"
            begin, end = left + self._wide, left + self._wide + ROOM
            self._arrow(f"relay{pointed}", begin, end, middle, 1.3 + 0.7 * min(voice.facts, 6))
            if voice.facts:
                words = f"{voice.facts:,}"
                x = (begin + end) / 2 - 4 - width(words, SIZES["count-text"], bold=True) / 2
                drawing.text(x, middle - 6, words, "count-text")
        self._box(voice.shape, left, box.top, self._wide, box.height)
        high = LINE * len(box.lines)
        y = (box.top + PADDING / 2 if voice.shape == DOCUMENT else middle - high / 2) + 12.5
        for kind, line in box.lines:
            drawing.text(left + 10, y, line, kind)
            y += LINE
        drawing.close_group()

    def _id(self, voice: VoiceNode) -> str:
        """Return an id that no other box of the picture has."""
        number = 1
        id = voice.id
        while id in self._ids:
            number += 1
            id = f"{voice.id}~{number}"
        self._ids.add(id)
        return id

    def _arrow(self, css: str, begin: float, end: float, y: float, strength: float) -> None:
        self.drawing.path(
            f"M{number(begin)} {number(y)}H{number(end - 9)}",
            css,
            f' stroke-width="{number(strength)}"',
        )
        self.drawing.path(f"M{number(end - 10)} {number(y - 5)}l9 5l-9 5z", "tip")

    def _box(self, shape: str, x: float, y: float, width: float, height: float) -> None:
        radius = min(height / 2, 14) if shape == "voiceless" else 0
        self.drawing.rect(x, y, width, height, f"voice {shape}", radius)


def _columns(voice: VoiceNode) -> int:
    return 1 + max(map(_columns, voice.relayed), default=0)
