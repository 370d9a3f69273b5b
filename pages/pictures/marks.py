"""The marks of a timeline: what shape a fact has, by its date and by how it is stated."""

from __future__ import annotations

from dataclasses import dataclass

from pages.look import Look
from pages.pictures.axis import Axis
from pages.pictures.drawn_dates import End, Piece
from pages.pictures.svg import Drawing, number

HALF = 4.5
"""Half the height of a bar."""

POINT = 6
LEAST, LEAST_HOLLOW = 3.0, 16.0
"""The least width of a bar, and of one that isn't solid: less doesn't show what it is."""

FADING = 26.0
"""How far the ends of an approximate day fade; those of a bar at most."""

STYLE = """
.picture .happened{fill:var(--happened);stroke:var(--happened)}
.picture .said{fill:var(--said);stroke:var(--said)}
.picture .other{fill:var(--other);stroke:var(--other)}
.picture .bar{stroke:none} .picture .pale{fill-opacity:.28;stroke:none}
.picture .strokes{fill:none;stroke-width:1.4} .picture .hollow{fill:var(--bg);stroke-width:1.5}
.picture .thin{stroke-width:.8} .picture .dashed{stroke-dasharray:4 2.5}
.picture .dotted{stroke-dasharray:.1 3;stroke-linecap:round;stroke-width:2}
.picture .drafted{stroke-dasharray:9 3}
.picture .fade{stroke:none}
"""

COLOURS = ("happened", "said", "other")


def gradients(drawing: Drawing) -> str:
    """Return the gradients that the marks of a drawing use."""
    return "".join(
        f'<linearGradient id="{drawing.name}-{colour}-{side}">'
        f'<stop offset="0" stop-color="var(--{colour})" stop-opacity="{int(side == "end")}"/>'
        f'<stop offset="1" stop-color="var(--{colour})" stop-opacity="{int(side == "begin")}"/>'
        "</linearGradient>"
        for colour in COLOURS
        for side in ("begin", "end")
        if drawing.uses(f"{drawing.name}-{colour}-{side}")
    )


@dataclass(frozen=True)
class Mark:
    """A mark at its place: between left and right, and how it ends."""

    piece: Piece
    left: float
    right: float
    limited: bool
    """Whether its right end is the last day that the document can know about."""

    @property
    def reach(self) -> tuple[float, float]:
        """Return how far it reaches with its fading ends."""
        begin = self.fading if self.piece.begin is End.ABOUT else 0
        end = self.fading if self.piece.end is End.ABOUT and not self.limited else 0
        if self.piece.day:
            begin, end = max(begin, POINT), max(end, POINT)
        return self.left - begin, self.right + end

    @property
    def fading(self) -> float:
        """Return how far beyond the bar a fading end reaches."""
        if self.piece.day:
            return FADING
        return min(max(0.22 * (self.right - self.left), 6), FADING)


def mark(piece: Piece, axis: Axis, look: Look, limit: int | None) -> Mark:
    """Return where a piece of a date is drawn; nothing open or `about` goes beyond the limit."""
    last_day = axis.last if limit is None else min(limit, axis.last)
    if piece.day and piece.first is not None:
        middle = axis.x(piece.first + 0.5)
        return Mark(piece, middle, middle, False)
    left = axis.left if piece.first is None else axis.x(piece.first)
    unknown = piece.end is End.UNKNOWN
    last = last_day if piece.last is None else piece.last
    right = axis.x(last + 1)
    if unknown:
        right = min(right, left + 3 * FADING)
    if piece.begin is End.UNKNOWN:
        left = max(left, right - 3 * FADING)
    open_end = piece.begin is not End.EXACT or piece.end is not End.EXACT
    least = LEAST if look is Look.SOLID and not piece.once and not open_end else LEAST_HOLLOW
    if right - left < least:
        middle = min((left + right) / 2, axis.right - least / 2)
        left, right = middle - least / 2, middle + least / 2
    return Mark(piece, left, right, limit is not None and last >= limit)


def draw(
    drawing: Drawing, mark: Mark, y: float, colour: str, look: Look, *, is_statement: bool
) -> None:
    """Draw a mark with its middle at y; a statement has rounded ends."""
    piece = mark.piece
    _fades(drawing, mark, y, colour)
    plain = look.css and f" {look.css}"
    if piece.day and look not in (Look.PLANNED, Look.PLANNED_ALLEGED, Look.LOOSE):
        css = colour if look is Look.SOLID else f"{colour} hollow{plain}"
        _point(drawing, mark.left, y, css, is_statement=is_statement)
        if look in (Look.CROSSED, Look.CROSSED_ALLEGED):
            _cross(drawing, mark.left, y, colour)
        return
    left, right = mark.left, mark.right
    if piece.day:
        left, right = left - LEAST_HOLLOW / 2, right + LEAST_HOLLOW / 2
    rounded = HALF if is_statement or look is Look.LOOSE else 0
    if look is Look.SOLID:
        css = f"{colour} {'pale' if piece.once else 'bar'}"
    else:
        css = f"{colour} hollow{plain}"
    unknown = (piece.begin is End.UNKNOWN, piece.end is End.UNKNOWN)
    if any(unknown):
        side = "begin" if unknown[0] else "end"
        _fade(drawing, left, right, y, colour, side)
        if look is not Look.SOLID:
            edge = right if unknown[0] else left
            drawing.path(f"M{number(edge)} {number(y - 7)}v14", f"{colour} hollow{plain}")
    elif look in (Look.PLANNED, Look.PLANNED_ALLEGED) or End.ONGOING in (piece.begin, piece.end):
        pointed = (piece.begin is End.ONGOING, piece.end is End.ONGOING or look is not Look.SOLID)
        _pointed(drawing, left, right, y, css, pointed)
    else:
        drawing.rect(left, y - HALF, right - left, 2 * HALF, css, rounded)
    if piece.once:
        _strokes(drawing, piece, left, right, y, colour)
    if look in (Look.CROSSED, Look.CROSSED_ALLEGED):
        _cross(drawing, (left + right) / 2, y, colour)


def _fades(drawing: Drawing, mark: Mark, y: float, colour: str) -> None:
    reach = mark.reach
    if mark.piece.begin is End.ABOUT:
        _fade(drawing, reach[0], mark.left, y, colour, "begin")
    if mark.piece.end is End.ABOUT and not mark.limited:
        _fade(drawing, mark.right, reach[1], y, colour, "end")


def _fade(drawing: Drawing, left: float, right: float, y: float, colour: str, side: str) -> None:
    """Draw a bar that becomes fainter to one side."""
    drawing.add(
        f'<rect class="fade" fill="url(#{drawing.name}-{colour}-{side})" x="{number(left)}" '
        f'y="{number(y - HALF)}" width="{number(right - left)}" height="{number(2 * HALF)}"/>'
    )


def _point(drawing: Drawing, x: float, y: float, css: str, *, is_statement: bool) -> None:
    if is_statement:
        drawing.add(f'<circle class="{css}" cx="{number(x)}" cy="{number(y)}" r="5"/>')
    else:
        drawing.path(f"M{number(x)} {number(y - POINT)}l6 6l-6 6l-6 -6z", css)


def _pointed(
    drawing: Drawing, left: float, right: float, y: float, css: str, pointed: tuple[bool, bool]
) -> None:
    """Draw a bar with a point at its left end, its right end or both."""
    tip = min(8.0, (right - left) / 2)
    begin = left + tip if pointed[0] else left
    end = right - tip if pointed[1] else right
    top, bottom, middle = number(y - HALF), number(y + HALF), number(y)
    drawing.path(
        f"M{number(begin)} {top}H{number(end)}L{number(right)} {middle}L{number(end)} {bottom}"
        f"H{number(begin)}L{number(left)} {middle}Z",
        css,
    )


def _strokes(
    drawing: Drawing, piece: Piece, left: float, right: float, y: float, colour: str
) -> None:
    """Draw the ends of the time within which it was, once: strokes, or open arrows."""
    strokes = ""
    for end, x, inwards in ((piece.begin, left, 7), (piece.end, right, -7)):
        if end is End.OPEN:
            strokes += f"M{number(x + inwards)} {number(y - 5.5)}L{number(x)} {number(y)}"
            strokes += f"L{number(x + inwards)} {number(y + 5.5)}"
        else:
            strokes += f"M{number(x)} {number(y - 6)}V{number(y + 6)}"
    drawing.path(strokes, f"{colour} strokes")


def _cross(drawing: Drawing, x: float, y: float, colour: str) -> None:
    left, right, top, bottom = number(x - 7), number(x + 7), number(y - 8), number(y + 8)
    drawing.path(
        f"M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}", f"{colour} strokes"
    )
