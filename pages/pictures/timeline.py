"""Draws a timeline: facts with their dates, in bands of what happened, was said, or wasn't so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from output.wording import counted
from pages.answers import ReportAnswer
from pages.look import Look
from pages.pictures.axis import Axis, calendar_day, day_in_words, year_in_words
from pages.pictures.labels import LINE, ROW, SPACE, Placed, labelled
from pages.pictures.legend import legend
from pages.pictures.lettering import width
from pages.pictures.marks import STYLE, draw, gradients
from pages.pictures.packing import PackedRows
from pages.pictures.svg import SIZES, Drawing, number
from pages.pictures.timeline_facts import Dated, TimelineFact, dated, left_out, window
from pages.pictures.timeline_years import MOST_TOGETHER, Part, overview, parts
from pages.pictures.timeline_years import STYLE as YEARS
from schema.vocabulary import FactKind


class Frame(NamedTuple):
    """How wide a timeline is, and where its lines and axes begin and end."""

    width: float
    left: float
    right: float
    axis_right: float
    long_right: float
    """Right of the axis of long spans there is room for their labels."""


WHOLE = Frame(1280, 24, 1256, 1238, 656)
INSET = Frame(760, 2, 758, 748, 400)
"""Of a picture that is part of a page, which has a caption of its own."""

GAP = 14.0
"""The least space between two labels of one row."""

AXIS_EVERY = 44
"""In a high band, the axis is repeated after this number of rows."""

DENSE = 18.0
"""Height of a row where each fact has one line."""

SORTS = {"happened": "happened", "said": "said", "other": "not so, or not yet"}
"""What scripts call the kinds of facts by which they filter."""

OTHERS = {
    "intended": "intended",
    "expected": "expected",
    "possible": "possible",
    "hypothetical": "imagined",
    "denied": "did not happen",
}


@dataclass
class Band:
    """Facts of one kind, drawn below one another on one axis."""

    title: str
    note: str
    facts: Sequence[TimelineFact]


def timeline(
    connection: Connection, answer: ReportAnswer, link: Callable[[str], str]
) -> Iterable[str]:
    """Yield the SVG of an answer of the report `timeline`.

    `link` returns the address of a fact, given its key.
    """
    return Timeline(dated(connection, answer), answer, link, WHOLE).finished()


def inset(
    connection: Connection, answer: ReportAnswer, link: Callable[[str], str]
) -> tuple[Iterable[str], str]:
    """Return the SVG for a page that has its own title, and what the picture leaves out."""
    data = dated(connection, answer)
    return Timeline(data, answer, link, INSET).without_title(), " ".join(left_out(data, answer))


class Timeline:
    """A timeline as it is drawn, from the top to the bottom."""

    def __init__(
        self, data: Dated, answer: ReportAnswer, link: Callable[[str], str], frame: Frame
    ) -> None:
        self._data = data
        self._answer = answer
        self._link = link
        self._frame = frame
        self._drawing = Drawing(frame.width, "timeline", ids=frame is WHOLE)
        self._y = 34.0

    def finished(self) -> Iterable[str]:
        """Draw everything and yield the SVG."""
        caption = self._caption()
        self._legend(self._y + 6)
        self._bands()
        table = (
            f"A date is drawn no more exactly than its words. As a table: {self._answer.command}"
        )
        self._y += 20
        self._lines(self._answer.origin(table), "small")
        return self._svg(caption)

    def without_title(self) -> Iterable[str]:
        """Draw all but title, caption and source, and yield the SVG."""
        self._legend(12)
        self._bands()
        return self._svg(self._answer.page.question)

    def _svg(self, caption: str) -> Iterable[str]:
        return self._drawing.finished(
            self._y,
            self._answer.page.title,
            f"{caption} Each label has its date in words and its passages.",
            STYLE + YEARS,
            gradients(self._drawing),
        )

    def _legend(self, y: float) -> None:
        frame = self._frame
        self._y = legend(self._drawing, self._data.facts, y, frame.left, frame.right)

    def _lines(self, text: str, kind: str) -> None:
        self._y = self._drawing.lines(
            self._frame.left, self._y, text, kind, self._frame.right - self._frame.left, LINE + 2
        )

    def _caption(self) -> str:
        """Write title and caption; return the caption."""
        page = self._answer.page
        self._drawing.text(self._frame.left, self._y, page.title, "title")
        self._y += 22
        count = counted(len(self._data.facts), "dated fact")
        if self._answer.lanes:
            own = sum(not fact.acting_for for fact in self._data.facts)
            count = f"{counted(own, 'dated fact')}, and {len(self._data.facts) - own:,} in lanes"
        if page.filters:
            self._lines(page.filters, "head")
        parts = [page.question, f"{count[:1].upper()}{count[1:]}."]
        caption = " ".join([*parts, *left_out(self._data, self._answer)])
        self._lines(caption, "note")
        return caption

    def _bands(self) -> None:
        data = self._data
        days = window(data.facts, data.publication)
        common = [fact for fact in data.facts if days and not fact.lasts and days.holds(fact)]
        dense = len(common) > MOST_TOGETHER
        divided: Sequence[Part] = []
        if days:
            undivided = bool(self._answer.lanes) or not dense
            divided = [Part("", days, common)] if undivided else parts(common)
        if len(divided) > 1:
            frame = self._frame
            self._y = overview(self._drawing, divided, self._y, frame.left, frame.right)
        for part in divided:
            axis = Axis.over(
                part.window.first, part.window.last, self._frame.left, self._frame.axis_right
            )
            if part.title:
                self._part(part, axis)
                continue
            for band in bands(part.facts, self._answer):
                self._band(band, axis, data.publication, dense=dense)
        there = {id(fact) for fact in common}
        rest = [fact for fact in data.facts if id(fact) not in there]
        bounds = [day for fact in rest for day in (fact.first, fact.last, fact.limit) if day]
        if bounds:
            last = max(bounds)
            first = min(*bounds, last - 30)
            axis = Axis.over(
                first - (last - first) // 20, last, self._frame.left, self._frame.long_right
            )
            begin, end = (year_in_words(calendar_day(day)[0]) for day in (axis.first, last))
            far = "" if all(fact.lasts for fact in rest) else ", and what is far from the rest"
            note = f"on a scale of its own: {begin} to {end}"
            self._band(Band(f"Long spans{far}", note, rest), axis, None)

    def _part(self, part: Part, axis: Axis) -> None:
        """Draw some years below what there is, all their facts in one band."""
        drawing = self._drawing
        drawing.add(f'<g id="{drawing.name}-{part.id}">')
        self._y += 14
        self._line()
        self._y += 20
        drawing.text(self._frame.left, self._y, part.title, "part")
        drawing.add("</g>")
        self._y += 6
        self._rows(part.facts, axis, self._data.publication, dense=True)

    def _line(self) -> None:
        left, right = self._frame.left, self._frame.right
        self._drawing.path(f"M{number(left)} {number(self._y)}H{number(right)}", "line")

    def _band(self, band: Band, axis: Axis, published: int | None, *, dense: bool = False) -> None:
        """Draw a band below what there is."""
        drawing = self._drawing
        self._line()
        self._y += 18
        x = self._frame.left + 10 + width(band.title, SIZES["head"], bold=True)
        if x + width(band.note, SIZES["small"]) <= self._frame.right:
            drawing.text(self._frame.left, self._y, band.title, "head")
            drawing.text(x, self._y, band.note, "small")
        else:
            self._lines(band.title, "head")
            self._lines(band.note, "small")
            self._y -= LINE + 2
        self._y += 8
        self._rows(band.facts, axis, published, dense=dense)

    def _rows(
        self,
        facts: Sequence[TimelineFact],
        axis: Axis,
        published: int | None,
        *,
        dense: bool = False,
    ) -> None:
        """Draw facts on an axis, in rows below what there is."""
        drawing, row_height = self._drawing, DENSE if dense else ROW
        left, right = self._frame.left, self._frame.right
        placed, axes, rows = arrange(facts, axis, left, right, dense=dense)
        top, bottom = self._y, self._y + rows * row_height + 6
        rules = (f"M{number(x)} {number(top)}V{number(bottom)}" for x, _, _ in axis.ticks())
        drawing.path("".join(rules), "rule")
        if published is not None and axis.first <= published <= axis.last:
            line = number(axis.x(published + 1))
            drawing.path(f"M{line} {number(top)}V{number(bottom)}", "line")
        for row in axes:
            self._ticks(axis, top + row * row_height + 13, published)
        for item in placed:
            self._fact(item, top + item.row * row_height, row_height)
        self._y = bottom

    def _ticks(self, axis: Axis, y: float, published: int | None) -> None:
        """Write the ticks at this height, as far as there is room."""
        room = self._frame.right
        if published is not None and axis.first <= published <= axis.last:
            words = f"published {day_in_words(published)}"
            end = axis.x(published + 1) - 4
            self._drawing.text(end, y, words, "small", end=True)
            room = end - width(words, SIZES["small"]) - 10
        free = self._frame.left - 1
        for x, words, year in axis.ticks():
            kind = "year" if year else "small"
            right = x + 4 + width(words, SIZES[kind], bold=year)
            if x > free and right < room:
                self._drawing.text(x + 4, y, words, kind)
                free = right

    def _fact(self, item: Placed, y: float, row_height: float) -> None:
        drawing, fact = self._drawing, item.fact
        data = {"sort": SORTS[fact.colour]}
        if fact.look is not Look.SOLID:
            data["stated"] = fact.look.meaning
        drawing.open_group(fact.key, fact.explained, self._link(fact.key), **data)
        for mark in item.marks:
            draw(
                drawing,
                mark,
                y + row_height / 2,
                fact.colour,
                fact.look,
                is_statement=fact.is_statement,
            )
        y += row_height / 2 + 4.5 + (row_height if item.below else 0)
        for line in item.lines:
            x = item.x
            for kind, words in reversed(line) if item.before else line:
                drawing.text(x, y, words, kind, end=item.before)
                taken = width(words, SIZES[kind]) + SPACE
                x += -taken if item.before else taken
            y += LINE
        drawing.close_group()


def arrange(
    facts: Sequence[TimelineFact], axis: Axis, left: float, right: float, *, dense: bool = False
) -> tuple[list[Placed], list[int], int]:
    """Give every fact its rows; return the facts, the rows that have the axis, and the number."""
    rows = PackedRows(GAP / 2)
    sides = sorted(
        (labelled(fact, axis, left, right, dense=dense) for fact in facts),
        key=lambda sides: (sides[0].marks[0].left, sides[0].marks[-1].right),
    )
    most = sum(item.height for item, *_ in sides)
    closed = range(0, most + most // AXIS_EVERY + 2, AXIS_EVERY)
    for row in closed:
        rows.close(row)
    items = []
    for side in sides:
        item = min(side, key=lambda it: rows.first(it.left, it.right, it.height))
        item.row = rows.place(item.left, item.right, item.height)
        items.append(item)
    used = max((item.row + item.height for item in items), default=0)
    return items, [row for row in closed if row < used], used


def bands(facts: Sequence[TimelineFact], answer: ReportAnswer) -> Iterator[Band]:
    """Yield the bands on the common axis: by what the facts are or, with members, by who acts."""
    if answer.lanes:
        for lane, note in {"": "", **answer.lanes}.items():
            members = [fact for fact in facts if fact.acting_for == lane]
            if members:
                yield Band(lane or f"What {answer.subject} takes part in", note, members)
        return
    kinds = {
        "happened": Band("What happened", "", []),
        "said": Band("What was said", "that it was said; whether it is so is another matter", []),
        "other": Band("", "", []),
    }
    for colour, band in kinds.items():
        band.facts = [fact for fact in facts if fact.colour == colour]
    if any(fact.kind == FactKind.POSITION for fact in kinds["said"].facts):
        kinds["said"].title = "What was said or wanted"
    modalities = {fact.modality for fact in kinds["other"].facts}
    words = [words for modality, words in OTHERS.items() if modality in modalities]
    listed = " or ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
    kinds["other"].title = f"What was {listed}".replace("What was did not", "What did not")
    yield from (band for band in kinds.values() if band.facts)
