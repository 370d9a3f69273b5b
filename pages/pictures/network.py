"""Draws a network: actors in boxes, joined by their ties and the events in which both take part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection

from pages.answers import ReportAnswer
from pages.pictures.lettering import balanced, width
from pages.pictures.network_facts import LOOSE, Network, NetworkActor, NetworkEdge, explained, graph
from pages.pictures.network_layout import MOST_STEPS, bends, layout
from pages.pictures.svg import SIZES, Drawing, attributes, number
from schema.escape import visible

WIDTH, LEFT, RIGHT = 1280.0, 24.0, 1256.0
NAME, LINE, HIGH = 150.0, 16.0, 10.0
"""The greatest width of a name, the height of its lines, and what a box adds to them."""

ROOM = 25_000.0
"""Square pixels for each box."""

STEP = 74.0
"""Between the rows of a star: room for an edge with its marks."""

HASTY = 1_200
"""Steps of a shorter search for places."""

RADIUS = 9.0
PLACES = (0.5, 0.42, 0.58, 0.35, 0.65, 0.28, 0.72, 0.22, 0.78)
"""Where on an edge a mark is tried, as parts of its length."""

TIES_ONLY = {"type"}
"""Parameters of the report `ties` that `network` doesn't have."""

STYLE = """
.picture .edge{fill:none} .picture .friendly{stroke:var(--happened)}
.picture .structural{stroke:var(--mut)} .picture .hostile,.picture .cross{stroke:var(--other)}
.picture .cross{fill:none;stroke-width:2}
.picture .events{stroke:var(--mut);stroke-dasharray:.1 5;stroke-linecap:round}
.picture .edge.dashed{stroke-dasharray:8 5;stroke-linecap:butt}
.picture .events.dashed{stroke-dasharray:.1 9;stroke-linecap:round}
.picture .box{fill:var(--bg);stroke:var(--ink);stroke-width:1.3}
.picture .state{fill:var(--ink)} .picture .loose{fill:var(--soft);stroke:var(--mut);
stroke-dasharray:4 2.5} .picture .name{stroke:none} .picture .onstate{fill:var(--bg);stroke:none}
.picture .count{fill:var(--bg);stroke:var(--mut)}
.picture a:hover .edge,.picture a:focus .edge{stroke:var(--ink)}
"""

LEGEND = (
    ("friendly", 2.6, "", "supports, works with, needs"),
    ("structural", 1.8, "", "heads, holds a post, belongs, controls, or another tie"),
    ("hostile", 1.8, "cross", "opposes, fights, is a rival of"),
    ("friendly", 2.6, "cross", "both friendly and hostile"),
    ("events", 2.2, "", "only in the same events"),
    ("friendly dashed", 2.2, "", "dashed, or dotted wide: only alleged"),
    ("structural", 5.0, "5", "wider: more joint events that happened; their number from 3 on"),
)
SHAPES = (
    ("state", "a state"),
    ("person", "a person"),
    ("organisation", "a government, force, group or body"),
    ("collective", "a collective, a community or unnamed"),
)


Point = tuple[float, float]
Sizes = Sequence[Point]
Arrange = Callable[[Sizes, Sequence[tuple[int, int]], float], tuple[Sizes, float]]
"""Places boxes that are joined, in a given width; returns their middles and the height."""


class DrawnEdge(NamedTuple):
    """An edge from box to box: straight, or bent around a box that isn't its own."""

    begin: Point
    controls: Sequence[Point]
    end: Point

    @property
    def path(self) -> str:
        """Return the path of an SVG."""
        points = [f"{number(x)} {number(y)}" for x, y in (*self.controls, self.end)]
        x, y = self.begin
        return f"M{number(x)} {number(y)}{'C' if self.controls else 'L'}{' '.join(points)}"

    def at(self, part: float) -> Point:
        """Return the point at a part of its way."""
        points = [self.begin, *self.controls, self.end]
        while len(points) > 1:
            points = [
                (x + (to_x - x) * part, y + (to_y - y) * part)
                for (x, y), (to_x, to_y) in pairwise(points)
            ]
        return points[0]


def _springs(
    sizes: Sizes, ends: Sequence[tuple[int, int]], width: float, steps: int = MOST_STEPS
) -> tuple[Sizes, float]:
    area = sum((w + 12) * (h + 12) for w, h in sizes)
    height = max(len(sizes) * ROOM, 3 * area) / width + 60
    return layout(sizes, ends, width, height, steps), height


def hasty(sizes: Sizes, ends: Sequence[tuple[int, int]], width: float) -> tuple[Sizes, float]:
    """Place boxes with a shorter search: for a picture that few people open."""
    return _springs(sizes, ends, width, HASTY)


def star(sizes: Sizes, ends: Sequence[tuple[int, int]], width: float) -> tuple[Sizes, float]:
    """Place the first box in the middle and the others in a row above it and one below."""
    del ends  # all lead to the first
    others = range(1, len(sizes))
    rows = [[*others[: len(others) // 2]], [*others[len(others) // 2 :]]]
    high = [max((sizes[n][1] for n in row), default=0) for row in rows]
    middle = high[0] + (STEP if rows[0] else 0) + sizes[0][1] / 2
    height = middle + sizes[0][1] / 2 + STEP + high[1]
    places = {0: (width / 2, middle)}
    for row, y in zip(rows, (high[0] / 2, height - high[1] / 2), strict=True):
        gap = (width - sum(sizes[n][0] for n in row)) / (len(row) + 1)
        x = gap
        for n in row:
            places[n] = (x + sizes[n][0] / 2, y)
            x += sizes[n][0] + gap
    return [places[n] for n in range(len(sizes))], height + 8


def network(
    connection: Connection,
    ties: ReportAnswer | None,
    events: ReportAnswer | None,
    link: Callable[[str], str],
    *,
    most: int,
    singles: bool,
) -> Iterable[str]:
    """Yield the SVG of answers of the reports `ties` and `network`; one of them may be missing."""
    data = graph(connection, ties, events, most, singles)
    answers = [answer for answer in (events, ties) if answer]
    subject = answers[0].subject
    filters = [answers[0].filters] if answers[0].filters else []
    if len(answers) > 1 and TIES_ONLY & answers[1].values.keys():
        filters.append(answers[1].filters)
    only = "" if len(answers) > 1 else " Only ties." if ties else " Only joint events."
    counts = data.caption(everybody=singles or bool(subject))
    caption = f"Who is tied to whom, and who acts with whom? {counts}{only}"
    tables = " and ".join(answer.command for answer in answers)
    same = f"Only ties that stand and events that happened. As tables: {tables}"
    title = f"Network: {subject}" if subject else "Network"
    drawing = Drawing(WIDTH, "network")
    drawing.text(LEFT, 34, title, "title")
    y = 56.0
    if filters:
        y = drawing.lines(LEFT, y, " ".join(filters), "head", RIGHT - LEFT, 18)
    y = drawing.lines(LEFT, y, caption, "note", RIGHT - LEFT, 18)
    y = _draw(drawing, data, _legend(drawing, y + 4, data), link)
    y = drawing.lines(LEFT, y + 20, answers[0].origin(same), "small", RIGHT - LEFT, 18)
    return drawing.finished(y, title, caption, STYLE)


def without_title(
    data: Network,
    title: str,
    caption: str,
    link: Callable[[str], str],
    arrange: Arrange = _springs,
    room: float = RIGHT - LEFT,
    name: str = "network",
) -> Iterable[str]:
    """Yield the SVG of a graph for a page that has its title and caption as text.

    `arrange` places the boxes, `room` is the width that they have. A second network of a page
    needs a name of its own.
    """
    drawing = Drawing(room + 2 * LEFT, name, ids=False)
    y = _draw(drawing, data, _legend(drawing, 12, data, room), link, arrange, room)
    return drawing.finished(y + 4, title, caption, STYLE)


def _legend(drawing: Drawing, y: float, data: Network, room: float = RIGHT - LEFT) -> float:
    """Explain the lines and boxes that occur."""
    x = LEFT
    occurring = {
        sign for edge in data.edges for sign in (*edge.css.split(), edge.css, "5" * edge.numbered)
    }
    crossed = {edge.css.split()[0] for edge in data.edges if edge.crossed}
    for css, strength, mark, words in LEGEND:
        sign = mark if mark == "5" else css.split()[-1]
        if sign not in (crossed if mark == "cross" else occurring):
            continue
        needed = 44 + width(words, SIZES["small"])
        if x + needed > LEFT + room:
            x, y = LEFT, y + 22
        drawing.path(f"M{number(x)} {number(y)}h34", f"edge {css}", f' stroke-width="{strength}"')
        _mark(drawing, x + 17, y, mark)
        drawing.text(x + 44, y + 4, words, "small")
        x += needed + 24
    x, y = LEFT, y + 24
    kinds = {_shape(actor.kind) for actor in data.actors.values()}
    for kind, words in SHAPES:
        if kind not in kinds:
            continue
        _box(drawing, kind, x + 17, y, 34, 14)
        drawing.text(x + 44, y + 4, words, "small")
        x += 68 + width(words, SIZES["small"])
    return y + 20


def _shape(kind: str) -> str:
    """Return the kind whose box an actor has."""
    if kind in LOOSE:
        return "collective"
    return kind if kind in ("state", "person") else "organisation"


def _draw(
    drawing: Drawing,
    data: Network,
    top: float,
    link: Callable[[str], str],
    arrange: Arrange = _springs,
    room: float = RIGHT - LEFT,
) -> float:
    """Draw edges, boxes and marks, and return where the picture ends."""
    names = {
        key: balanced(visible(actor.name), NAME, SIZES["name"])
        for key, actor in data.actors.items()
    }
    sizes = [_size(actor, names[key]) for key, actor in data.actors.items()]
    order = {key: n for n, key in enumerate(data.actors)}
    ends = [(order[edge.first], order[edge.second]) for edge in data.edges]
    middles, height = arrange(sizes, ends, room)
    places = {key: (LEFT + x, top + y) for key, (x, y) in zip(order, middles, strict=True)}
    controls = bends(middles, sizes, ends, (room, height))
    lines = [
        DrawnEdge(places[edge.first], [(LEFT + x, top + y) for x, y in bent], places[edge.second])
        for edge, bent in zip(data.edges, controls, strict=True)
    ]
    for edge, line in zip(data.edges, lines, strict=True):
        drawing.open_group(
            f"{edge.first}--{edge.second}",
            explained(edge, data.actors),
            link(edge.key or edge.first),
            ends=f"{edge.first} {edge.second}",
        )
        drawing.path(
            line.path,
            f"edge {edge.css}",
            f' stroke-width="{number(edge.strength)}"',
        )
        drawing.close_group()
    boxes = [(*places[key], w, h) for key, (w, h) in zip(order, sizes, strict=True)]
    _marks(drawing, zip(data.edges, lines, strict=True), boxes)
    for (key, actor), (w, h) in zip(data.actors.items(), sizes, strict=True):
        x, y = places[key]
        drawing.open_group(
            key, f"{actor.name}, {actor.kind.replace('-', ' ')}", link(key), actor=key
        )
        _box(drawing, actor.kind, x, y, w, h)
        kind = "onstate" if actor.kind == "state" else "name"
        line_y = y - (len(names[key]) - 1) * LINE / 2 + 4.5
        for words in names[key]:
            drawing.text(x - width(words, SIZES[kind]) / 2, line_y, words, kind)
            line_y += LINE
        drawing.close_group()
    return top + height


def _size(actor: NetworkActor, lines: Sequence[str]) -> tuple[float, float]:
    widest = max(width(line, SIZES["name"]) for line in lines)
    return widest + (24 if actor.kind == "person" else 16), LINE * len(lines) + HIGH


def _box(drawing: Drawing, kind: str, x: float, y: float, width: float, height: float) -> None:
    css = "box state" if kind == "state" else "box loose" if kind in LOOSE else "box"
    radius = height / 2 if kind == "person" else 0
    drawing.rect(x - width / 2, y - height / 2, width, height, css, min(radius, 14))


def _mark(drawing: Drawing, x: float, y: float, mark: str) -> None:
    """Draw the mark of hostility, or a number of events."""
    if mark == "cross":
        drawing.path(f"M{number(x - 4)} {number(y - 4)}l8 8m0 -8l-8 8", "cross")
    elif mark:
        drawing.add(f'<circle class="count" cx="{number(x)}" cy="{number(y)}" r="{RADIUS}"/>')
        drawing.text(x - width(mark, SIZES["count-text"], bold=True) / 2, y + 4, mark, "count-text")


def _marks(
    drawing: Drawing,
    edges: Iterable[tuple[NetworkEdge, DrawnEdge]],
    boxes: list[tuple[float, float, float, float]],
) -> None:
    """Draw the marks of all edges, each where it covers no box and no other mark."""
    taken = [(x, y, w / 2 + RADIUS, h / 2 + RADIUS) for x, y, w, h in boxes]
    for edge, line in reversed([*edges]):
        marks = ["cross"] if edge.crossed else []
        marks += [str(edge.events)] if edge.numbered else []
        for mark in marks:
            spots = [line.at(part) for part in PLACES]
            free = (
                spot
                for spot in spots
                if all(abs(spot[0] - a) >= w or abs(spot[1] - b) >= h for a, b, w, h in taken)
            )
            spot = next(free, spots[0])
            taken.append((*spot, 2 * RADIUS, 2 * RADIUS))
            drawing.add(f"<g{attributes({'ends': f'{edge.first} {edge.second}'})}>")
            _mark(drawing, *spot, mark)
            drawing.add("</g>")
