"""Where the boxes of a network stand: a spring layout, then a search for fewer crossings.

No two boxes overlap. The search counts edges that cross, and edges that pass under a box that isn't
theirs. It is repeatable: chance comes from a fixed seed, and it ends after a number of steps.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import networkx
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

SEED = 15
MARGIN = 12.0
"""The least space between two boxes."""

CROSSING, UNDER, SHORT, LENGTH = 1.0, 5.0, 3.0, 1 / 260
"""What it costs if edges cross, run under a foreign box, or show too little; and a pixel of one."""

SHOWN = 44.0
"""The least distance between joined boxes: an edge may bear two marks."""

STEPS, MOST_STEPS = 120, 5_000
"""Steps of the search for each box, and for all."""

CLEAR, SAMPLES, TOGETHER = 4.0, 97, 40
"""How far from foreign boxes a curve keeps, at how many places, and how many curves are tried
together."""

_PARTS = np.linspace(0, 1, SAMPLES)
WEIGHTS = np.column_stack(
    [n * _PARTS**k * (1 - _PARTS) ** (3 - k) for k, n in enumerate((1, 3, 3, 1))]
)
BENT = np.array(
    sorted(
        (
            (first, second, at)
            for first in range(-400, 401, 50)
            for second in range(-400, 401, 50)
            for at in (1 / 3, 0)
            if first or second
        ),
        key=lambda bent: (abs(bent[0]) + abs(bent[1]) + abs(bent[0] - bent[1]) / 2, -bent[2]),
    )
)
"""Where the control points are tried: how far aside each is, and at which part of the length.

Those that bend the edge least are the first.
"""


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
        near = (apart < 0).all(axis=1)
        if others is None:
            near[box] = False
        return not near.any()

    def improve(self, steps: int) -> None:
        """Move boxes at random, and keep what is better, at first also what is a little worse."""
        if len(self.ends) == 0:
            return
        boxes = range(len(self.half))
        self._touching = [np.flatnonzero(self._own[:, box]) for box in boxes]
        self._faults = self._look(np.arange(len(self.ends)), [*boxes])
        for step in range(steps):
            heat = 2.0 * (1 - step / steps) ** 2
            box = self._random.randrange(len(boxes))
            if self._random.random() < 0.25:
                moves = self._swap(box, self._random.randrange(len(boxes)))
            else:
                moves = self._shift(box, 20 + 400 * (1 - step / steps))
            if moves is None:
                continue
            moved = list(moves)
            kept = self.places[moved].copy()
            self.places[moved] = [*moves.values()]
            # Whether a single box is free has been looked at already.
            if len(moved) > 1 and not all(self._free(it, self.places[it]) for it in moved):
                self.places[moved] = kept
                continue
            touched = self._touching[moved[0]]
            if len(moved) > 1:
                touched = np.union1d(touched, self._touching[moved[1]])
            faults = self._look(touched, moved)
            before = self._faults.part(touched, moved).cost(touched)
            worse = faults.cost(touched) - before
            if worse > 0 and self._random.random() >= math.exp(-worse / (heat + 1e-9)):
                self.places[moved] = kept
            else:
                self._faults.replace(faults, touched, moved)

    def _shift(self, box: int, far: float) -> dict[int, Floats] | None:
        move = np.array([self._random.gauss(0, far), self._random.gauss(0, far / 2)])
        place = np.clip(self.places[box] + move, self.low[box], self.high[box])
        return {box: place} if self._free(box, place) else None

    def _swap(self, first: int, second: int) -> dict[int, Floats] | None:
        if first == second:
            return None
        there, here = self.places[first].copy(), self.places[second].copy()
        return {
            first: np.clip(here, self.low[first], self.high[first]),
            second: np.clip(there, self.low[second], self.high[second]),
        }

    def _look(self, touched: Ints, moved: list[int]) -> _Faults:
        """Return what is wrong with these edges, and which edges run under these boxes."""
        begin, end = self.places[self.ends[:, 0]], self.places[self.ends[:, 1]]
        mine = begin[touched], end[touched]
        along = mine[0] - mine[1]
        shown = np.abs(along) - self.half[self.ends[touched]].sum(axis=1)
        return _Faults(
            _crossings(*mine, begin, end) & ~self._share[touched],
            _under(*mine, self.places, self.half) & ~self._own[touched],
            _under(begin, end, self.places[moved], self.half[moved]) & ~self._own[:, moved],
            SHORT * (shown.max(axis=1) < SHOWN) + LENGTH * np.hypot(*along.T),
        )


@dataclass
class _Faults:
    """What is wrong with some edges and boxes."""

    crossed: Bools
    """Which of these edges crosses which of all."""
    under: Bools
    """Which of these edges runs under which of all boxes."""
    above: Bools
    """Which of all edges runs under which of these boxes."""
    length: Floats
    """What their lengths cost, and that they show too little."""

    def cost(self, touched: Ints) -> float:
        """Return what they cost; those of two edges, or of edge and box, are there twice."""
        crossed = self.crossed.sum() - self.crossed[:, touched].sum() / 2
        hidden = self.under.sum() + self.above.sum() - self.above[touched].sum()
        return float(CROSSING * crossed + UNDER * hidden + self.length.sum())

    def part(self, touched: Ints, moved: list[int]) -> _Faults:
        """Return those of some edges and boxes, if these are those of all."""
        return _Faults(
            self.crossed[touched], self.under[touched], self.under[:, moved], self.length[touched]
        )

    def replace(self, faults: _Faults, touched: Ints, moved: list[int]) -> None:
        """Put those of some edges and boxes into those of all."""
        self.crossed[touched], self.crossed[:, touched] = faults.crossed, faults.crossed.T
        self.under[touched], self.under[:, moved] = faults.under, faults.above
        self.length[touched] = faults.length


def bends(
    places: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    area: tuple[float, float],
) -> list[Sequence[tuple[float, float]]]:
    """Return for each edge the two control points of a curve that passes under no foreign box.

    An edge that is straight, as most are, has none. No curve leaves the area.
    """
    middles = np.array(places, dtype=float).reshape(-1, 2)
    half = np.array(sizes, dtype=float).reshape(-1, 2) / 2
    ends = np.array(edges, dtype=int).reshape(-1, 2)
    own = (ends[:, :, None] == np.arange(len(half))).any(axis=1)
    under = _under(middles[ends[:, 0]], middles[ends[:, 1]], middles, half) & ~own
    controls: list[Sequence[tuple[float, float]]] = [[] for _ in edges]
    for edge in np.flatnonzero(under.any(axis=1)).tolist():
        begin, end = middles[ends[edge]]
        along = end - begin
        across = np.array([-along[1], along[0]]) / max(np.hypot(*along), 1)
        least = int(under[edge].sum())
        for tried in np.array_split(BENT, len(BENT) // TOGETHER):
            inner = np.stack([tried[:, 2], 1 - tried[:, 2]], axis=1)[:, :, None] * along
            inner = begin + inner + tried[:, :2, None] * across
            curves = np.einsum("sc,kcx->ksx", WEIGHTS[:, 1:3], inner)
            curves += (WEIGHTS[:, :1] * begin + WEIGHTS[:, 3:] * end)[None]
            away = np.abs(curves[:, :, None] - middles[~own[edge]]) - half[~own[edge]] - CLEAR
            faults = (away < 0).all(axis=3).any(axis=1).sum(axis=1)
            faults += ((curves < 0) | (curves > area)).any(axis=(1, 2)) * len(half)
            fewest = int(faults.argmin())
            if faults[fewest] < least:
                least = int(faults[fewest])
                controls[edge] = [(float(x), float(y)) for x, y in inner[fewest]]
            if not least:
                break
    return controls


def _crossings(begin: Floats, end: Floats, other_begin: Floats, other_end: Floats) -> Bools:
    """Return which of the first segments cross which of the others."""
    along, other_along = (end - begin)[:, None], other_end - other_begin
    away = other_begin - begin[:, None]
    away_end = away + other_along
    back_end = along - away
    apart = _turn(along, away) * _turn(along, away_end) < 0
    crossing: Bools = apart & (_turn(other_along, -away) * _turn(other_along, back_end) < 0)
    return crossing


def _turn(first: Floats, second: Floats) -> Floats:
    """Return on which side of one vector another is."""
    turn: Floats = first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
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
