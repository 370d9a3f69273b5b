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

    It gives None where one could not answer. No process outlives the block.
    """
    command = [sys.executable, "-P", row_hashes.__file__, path]
    with ExitStack() as running:
        processes = []
        for its in queries:
            process = running.enter_context(
                Popen([*command, json.dumps(its)], stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)  # noqa: S603 - our own script; no shell
            )
            running.callback(process.kill)
            processes.append(process)

        def answers() -> list[list[Answer]] | None:
            told = [process.communicate()[0] for process in processes]
            if any(process.returncode for process in processes):
                return None
            return [[tuple(row) for row in json.loads(answer)] for answer in told]

        yield answers
