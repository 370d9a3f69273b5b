"""Puts boxes into rows: each goes to the first place from the top where nothing is in its way."""

from __future__ import annotations

from collections.abc import Iterable

EVERYWHERE = float("inf")


class PackedRows:
    """Rows of one height; a box takes one or several of them, from `left` to `right`."""

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._taken: list[list[tuple[float, float]]] = []
        self._end: list[float] = []
        self._begin: list[float] = []

    @property
    def count(self) -> int:
        """How many rows are in use."""
        return len(self._taken)

    def close(self, row: int) -> None:
        """Keep a row free of boxes."""
        self._take(row, -EVERYWHERE, EVERYWHERE)

    def place(self, left: float, right: float, height: int) -> int:
        """Return the first row at which a box of this height in rows fits, and take the place."""
        row = self.first(left, right, height)
        for taken in range(row, row + height):
            self._take(taken, left - self._gap, right + self._gap)
        return row

    def first(self, left: float, right: float, height: int) -> int:
        """Return the first row at which a box of this height in rows fits."""
        row = 0
        while (blocked := self._blocked(range(row, row + height), left, right)) is not None:
            row = blocked + 1
        return row

    def _blocked(self, rows: Iterable[int], left: float, right: float) -> int | None:
        """Return the last of these rows in which something is in the way."""
        last = None
        for row in rows:
            if row >= len(self._taken):
                break
            # Most boxes come from left to right: the ends decide, and nothing is searched.
            if left >= self._end[row] or right <= self._begin[row]:
                continue
            if any(left < end and right > begin for begin, end in self._taken[row]):
                last = row
        return last

    def _take(self, row: int, begin: float, end: float) -> None:
        while row >= len(self._taken):
            self._taken.append([])
            self._end.append(-EVERYWHERE)
            self._begin.append(EVERYWHERE)
        self._taken[row].append((begin, end))
        self._end[row] = max(self._end[row], end)
        self._begin[row] = min(self._begin[row], begin)
