"""Reads the numbers of a picture: where texts and marks are, and which cover one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

from pages.pictures.svg import SIZES

SVG = "{http://www.w3.org/2000/svg}"
ABOVE, BELOW = 0.76, 0.22
"""How far letters reach above and below their line, as parts of their size."""


class Box(NamedTuple):
    """What a text or a shape covers; `owner` is the id of its group."""

    left: float
    top: float
    right: float
    bottom: float
    owner: str
    what: str

    def meets(self, other: Box) -> bool:
        """Return whether two boxes have more than an edge in common."""
        return (
            self.left < other.right - 0.2
            and other.left < self.right - 0.2
            and self.top < other.bottom - 0.2
            and other.top < self.bottom - 0.2
        )


class Picture:
    """An SVG, read."""

    def __init__(self, svg: str) -> None:
        root = ET.fromstring(svg)  # noqa: S314 - we wrote it
        self.root = root
        self.width, self.height = (float(root.attrib[name]) for name in ("width", "height"))
        self.texts: list[Box] = []
        self.shapes: list[Box] = []
        self._read(root, "")

    def _read(self, element: ET.Element, owner: str) -> None:
        owner = element.get("id", owner) if element.tag == f"{SVG}g" else owner
        kind = element.tag.removeprefix(SVG)
        if kind == "text":
            self.texts.append(_text(element, owner))
        elif kind in ("rect", "circle", "path"):
            self.shapes.append(_shape(kind, element, owner))
        if kind not in ("defs", "title", "desc", "style"):
            for child in element:
                self._read(child, owner)

    def of_class(self, name: str) -> list[Box]:
        """Return the shapes that have this class."""
        return [shape for shape in self.shapes if name in shape.what.split()]

    def marks(self) -> list[Box]:
        """Return the shapes that belong to a fact or an actor."""
        return [shape for shape in self.shapes if shape.owner]


def _text(element: ET.Element, owner: str) -> Box:
    size = SIZES[element.attrib["class"]]
    x, y, width = (float(element.attrib[name]) for name in ("x", "y", "textLength"))
    left = x - width if element.get("text-anchor") == "end" else x
    return Box(
        left, y - ABOVE * size, left + width, y + BELOW * size, owner, "".join(element.itertext())
    )


def _shape(kind: str, element: ET.Element, owner: str) -> Box:
    css = element.get("class", "")
    if kind == "path":
        points = list(_points(element.attrib["d"]))
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return Box(min(xs), min(ys), max(xs), max(ys), owner, css)
    if kind == "circle":
        x, y, r = (float(element.attrib[name]) for name in ("cx", "cy", "r"))
        return Box(x - r, y - r, x + r, y + r, owner, css)
    numbers = [float(element.get(name, "0")) for name in ("x", "y", "width", "height")]
    x, y, width, height = numbers
    return Box(x, y, x + width, y + height, owner, css)


def _points(d: str) -> Iterator[tuple[float, float]]:
    """Yield the corners of a path of straight lines, and places along its curves."""
    x = y = 0.0
    for command, arguments in re.findall(r"([MLHVCmlhvZz])([^MLHVCmlhvZz]*)", d):
        numbers = [float(n) for n in re.findall(r"-?[0-9.]+", arguments)]
        if command in "Zz":
            continue
        if command in "HhVv":
            [n] = numbers
            if command in "Hh":
                x = n + (x if command == "h" else 0)
            else:
                y = n + (y if command == "v" else 0)
        elif command == "C":
            points = [(x, y), *zip(numbers[::2], numbers[1::2], strict=True)]
            for part in (step / 200 for step in range(1, 200)):
                rest = points
                while len(rest) > 1:
                    rest = [
                        (a + (c - a) * part, b + (d - b) * part)
                        for (a, b), (c, d) in pairwise(rest)
                    ]
                yield rest[0]
            x, y = points[-1]
        else:
            dx, dy = numbers
            x, y = (x + dx, y + dy) if command.islower() else (dx, dy)
        yield x, y


def _between(
    begin: tuple[float, float], end: tuple[float, float], part: float
) -> tuple[float, float]:
    return begin[0] + (end[0] - begin[0]) * part, begin[1] + (end[1] - begin[1]) * part


def overlaps(boxes: Iterable[Box], others: Iterable[Box] | None = None) -> list[tuple[str, str]]:
    """Return which boxes cover one another; with `others`, which of one kind cover the other's.

    What belongs to the same owner is not compared with `others`.
    """
    mine = [(box, 0) for box in boxes]
    theirs = [] if others is None else [(box, 1) for box in others]
    actual, open_boxes = [], list[tuple[Box, int]]()
    for box, kind in sorted([*mine, *theirs], key=lambda item: item[0].top):
        open_boxes = [(other, of) for other, of in open_boxes if other.bottom > box.top]
        for other, of in open_boxes:
            compared = others is None or (of != kind and other.owner != box.owner)
            if compared and box.meets(other):
                actual.append((other.what, box.what))
        open_boxes.append((box, kind))
    return actual


def hidden(picture: Picture) -> list[tuple[str, str]]:
    """Return which edges of a network pass under a box that isn't theirs."""
    boxes = [box for box in picture.of_class("box") if box.owner]
    crossed = []
    for group in picture.root.iter(f"{SVG}g"):
        ends = group.get("data-ends", "").split()
        for path in group.iter(f"{SVG}path"):
            if "edge" not in path.get("class", "").split():
                continue
            corners = list(_points(path.attrib["d"]))
            points = corners
            if len(corners) == 2:
                (x, y), (to_x, to_y) = corners
                points = [(x + (to_x - x) * n / 200, y + (to_y - y) * n / 200) for n in range(201)]
            crossed += [
                (group.get("data-ends", ""), box.owner)
                for box in boxes
                if box.owner not in ends
                and any(box.left < x < box.right and box.top < y < box.bottom for x, y in points)
            ]
    return crossed


def cut(picture: Picture) -> list[str]:
    """Return the texts that reach beyond the picture."""
    return [
        text.what
        for text in picture.texts
        if text.left < 0
        or text.top < 0
        or text.right > picture.width
        or text.bottom > picture.height
    ]
