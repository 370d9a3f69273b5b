"""Progress on a terminal: rows, rows a second, time left. Silent where stderr is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

SLOW = 0.5
"""Seconds that a feed may take before it says what it does."""


class Progress:
    """Tells how far a feed is."""

    def __init__(self) -> None:
        self._bar: Any = None

    @contextmanager
    def stage(self, what: str, total: int | None = None) -> Iterator[None]:
        """Tell of one stage while the block lasts; `total` is how many rows it has, if known."""
        if not sys.stderr.isatty():
            yield
            return
        from tqdm import tqdm

        with tqdm(
            desc=what, total=total, unit=" rows", unit_scale=True, delay=SLOW, leave=False
        ) as self._bar:
            try:
                yield
            finally:
                self._bar = None

    def advance(self, rows: int) -> None:
        """Count rows that are done."""
        if self._bar is not None:
            self._bar.update(rows)

    def say(self, message: str) -> None:
        """Tell something between, on a terminal or not."""
        if self._bar is not None:
            self._bar.clear()
        click.echo(message, err=True)
