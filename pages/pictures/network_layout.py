"""Where the boxes of a network stand: a spring layout, then a search for fewer crossings.

No two boxes overlap. The search counts edges that cross, and edges that pass under a box that isn't
theirs. It is repeatable: chance comes from a fixed seed, and it ends after a number of steps.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import networkx
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SEED = 15
MARGIN = 12.0
"""The least space between two boxes."""

CROSSING, UNDER, SHORT, LENGTH = 1.0, 5.0, 3.0, 1 / 260
"""What it costs if edges cross, run under a foreign box, or show too little; and a pixel of one."""

SHOWN = 44.0
"""The least distance between joined boxes: an edge may bear two marks."""

STEPS, MOST_STEPS = 120, 5_000
"""Steps of the search for each box, and for all."""


def layout(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    width: float,
    height: float,
    most_steps: int = MOST_STEPS,
) -> list[tuple[float, float]]:
    """Return the middles of boxes of these sizes, joined by these edges, in a picture."""
    if not sizes:
        return []
    search = _Search(sizes, edges, width, height)
    search.start()
    search.improve(min(STEPS * len(sizes), most_steps))
    return [(float(x), float(y)) for x, y in search.places]


class _Search:
    """Boxes at their places, and what these places cost."""

    def __init__(
        self,
        sizes: Sequence[tuple[float, float]],
        edges: Sequence[tuple[int, int]],
        width: float,
        height: float,
    ) -> None:
        self.half: Floats = np.array(sizes, dtype=float).reshape(-1, 2) / 2
        self.ends = np.array(edges, dtype=int).reshape(-1, 2)
        self.low: Floats = self.half + MARGIN
        self.high: Floats = np.array([width, height]) - self.half - MARGIN
        self.places: Floats = np.zeros_like(self.half)
        # Which edges share an end, and which end at which box: those aren't in each other's way.
        ends = self.ends
        self._share: Bools = (ends[:, None, :, None] == ends[None, :, None, :]).any(axis=(2, 3))
        self._own: Bools = (ends[:, :, None] == np.arange(len(sizes))).any(axis=1)
        self._random = random.Random(SEED)  # noqa: S311 - chance, not a secret

    def start(self) -> None:
        """Place the boxes as springs would, then one by one at the nearest free place."""
        graph = networkx.Graph()
        graph.add_nodes_from(range(len(self.half)))
        graph.add_edges_from(self.ends.tolist())
        # Above 500 nodes the default method needs scipy.
        sprung = networkx.spring_layout(graph, seed=SEED, iterations=120, method="force")
        wanted = np.array([sprung[n] for n in range(len(self.half))]).reshape(-1, 2)
        spread = np.ptp(wanted, axis=0)
        part = (wanted - wanted.min(axis=0)) / np.where(spread > 0, spread, 1.0)
        wanted = self.low + part * (self.high - self.low)
        degree = np.bincount(self.ends.ravel(), minlength=len(self.half))
        done: list[int] = []
        for box in np.argsort(-degree, kind="stable").tolist():
            self.places[box] = self._nearest(box, wanted[box], done)
            done.append(box)

    def _nearest(self, box: int, wanted: Floats, done: list[int]) -> Floats:
        """Return the free place that is nearest to the wanted one, on rings around it."""
        reach = float(np.hypot(*(self.high - self.low).max(axis=0)))
        for ring in range(int(reach / 8) + 1):
            for step in range(max(8 * ring, 1)):
                angle = 2 * math.pi * step / max(8 * ring, 1)
                place = wanted + 8 * ring * np.array([math.cos(angle), math.sin(angle)])
                inside: Floats = np.clip(place, self.low[box], self.high[box])
                if self._free(box, inside, done):
                    return inside
        raise ValueError("the picture has no room for all boxes")

    def _free(self, box: int, place: Floats, others: list[int] | None = None) -> bool:
        rest = slice(None) if others is None else others
        apart = np.abs(self.places[rest] - place) - (self.half[rest] + self.half[box] + MARGIN)
        free = apart.max(axis=1) >= 0
        if others is None:
            free[box] = True
        return bool(free.all())

    def improve(self, steps: int) -> None:
        """Move boxes at random, and keep what is better, at first also what is a little worse."""
        if len(self.ends) == 0:
            return
        boxes = len(self.half)
        for step in range(steps):
            heat = 2.0 * (1 - step / steps) ** 2
            box = self._random.randrange(boxes)
            if self._random.random() < 0.25:
                moves = self._swap(box, self._random.randrange(boxes))
            else:
                moves = self._shift(box, 20 + 400 * (1 - step / steps))
            if moves is None:
                continue
            moved = list(moves)
            before, kept = self._cost(moved), self.places[moved].copy()
            for other, place in moves.items():
                self.places[other] = place
            if not all(self._free(other, self.places[other]) for other in moved):
                self.places[moved] = kept
                continue
            worse = self._cost(moved) - before
            if worse > 0 and self._random.random() >= math.exp(-worse / (heat + 1e-9)):
                self.places[moved] = kept

    def _shift(self, box: int, far: float) -> dict[int, Floats] | None:
        move = np.array([self._random.gauss(0, far), self._random.gauss(0, far / 2)])
        place = np.clip(self.places[box] + move, self.low[box], self.high[box])
        return {box: place} if self._free(box, place) else None

    def _swap(self, one: int, other: int) -> dict[int, Floats] | None:
        if one == other:
            return None
        there, here = self.places[one].copy(), self.places[other].copy()
        return {
            one: np.clip(here, self.low[one], self.high[one]),
            other: np.clip(there, self.low[other], self.high[other]),
        }

    def _cost(self, boxes: list[int]) -> float:
        """Return what costs the places of these boxes: that of all else stays as it is."""
        touched = np.asarray(self._own[:, boxes].any(axis=1))
        begin, end = self.places[self.ends[:, 0]], self.places[self.ends[:, 1]]
        mine = begin[touched], end[touched]
        crossings = _crossings(*mine, begin, end) & ~self._share[touched]
        crossed = crossings.sum() - crossings[:, touched].sum() / 2  # these are there twice
        under = _under(*mine, self.places, self.half) & ~self._own[touched]
        above = _under(begin, end, self.places[boxes], self.half[boxes]) & ~self._own[:, boxes]
        length = np.hypot(*(mine[0] - mine[1]).T).sum()
        hidden = under.sum() + above[~touched].sum()
        sizes = self.half[self.ends[touched]].sum(axis=1)
        short = ((np.abs(mine[0] - mine[1]) - sizes).max(axis=1) < SHOWN).sum()
        return float(CROSSING * crossed + UNDER * hidden + SHORT * short + LENGTH * length)


def _crossings(begin: Floats, end: Floats, other_begin: Floats, other_end: Floats) -> Bools:
    """Return which of the first segments cross which of the others."""
    along, other_along = (end - begin)[:, None], other_end - other_begin
    away = other_begin - begin[:, None]
    away_end = away + other_along
    back_end = along - away
    apart = _turn(along, away) * _turn(along, away_end) < 0
    crossing: Bools = apart & (_turn(other_along, -away) * _turn(other_along, back_end) < 0)
    return crossing


def _turn(one: Floats, other: Floats) -> Floats:
    """Return on which side of one vector another is."""
    turn: Floats = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return turn


def _under(begin: Floats, end: Floats, places: Floats, half: Floats) -> Bools:
    """Return which segments come near which boxes."""
    reach = np.abs(end - begin)[:, None] / 2
    away = ((begin + end) / 2)[:, None] - places[None]
    size = half[None] + 5
    along = (end - begin)[:, None] / 2
    turned = np.abs(along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0])
    near: Bools = (np.abs(away) <= size + reach).all(axis=2) & (
        turned <= size[..., 0] * reach[..., 1] + size[..., 1] * reach[..., 0]
    )
    return near
