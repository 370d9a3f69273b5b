"""Queries of a SQLite file that several processes answer at once, each its own. Only reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from subprocess import DEVNULL, PIPE, Popen

from feeds import row_hashes

Answer = tuple[object, ...]
"""The one row that a query has answered."""


@contextmanager
def answering(
    path: str, queries: Sequence[Sequence[str]]
) -> Iterator[Callable[[], list[list[Answer]] | None]]:
    """Start a process for each list of queries; give what waits for their answers.

    It gives None where one could not answer, or could not be started. No process outlives the
    block, nor for long this one.
    """
    command = [sys.executable, "-P", row_hashes.__file__, path]
    with ExitStack() as running:
        processes: list[Popen[bytes]] = []
        try:
            for its in queries:
                given = [*command, json.dumps(its)]
                process = Popen(given, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)  # noqa: S603 - our own
                processes.append(running.enter_context(process))
                running.callback(process.kill)
        except OSError:
            yield lambda: None
            return

        def answers() -> list[list[Answer]] | None:
            told = [process.stdout.read() for process in processes if process.stdout]
            if any(process.wait() for process in processes):
                return None
            return [[tuple(row) for row in json.loads(answer)] for answer in told]

        yield answers
