"""Progress of long work on a terminal: rows done and time left. Silent if stderr isn't one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

OTHER_COLUMNS = 44
"""What a line needs beside its bar: the label, ten million rows of as many, the time left."""


class Progress:
    """Shows how far a feed or an export has got."""

    def __init__(self) -> None:
        self._bar: Any = None

    @contextmanager
    def stage(self, label: str, total: int | None = None) -> Iterator[None]:
        """Show one stage while the block runs; `total` is its number of rows, if it has any."""
        if not sys.stderr.isatty():
            yield
            return
        # Wrapped in a narrow terminal, the bar would be drawn on a new line each time.
        room = max(1, min(36, shutil.get_terminal_size().columns - OTHER_COLUMNS))
        plain = {"bar_template": "%(label)s ..."} if total is None else {"show_pos": True}
        with click.progressbar(
            length=total or 1, label=label, file=sys.stderr, width=room, **plain
        ) as self._bar:
            try:
                yield
            finally:
                if total is None:
                    self._bar.update(1)
                self._bar = None

    def advance(self, rows: int) -> None:
        """Count rows that are done."""
        if self._bar is not None:
            self._bar.update(rows)

    def say(self, message: str) -> None:
        """Print a message on stderr, on a terminal or not."""
        if self._bar is not None:
            click.echo(err=True)
        click.echo(message, err=True)
