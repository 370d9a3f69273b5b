"""What the graph formats share: what they show as a fact, how they read it, what they leave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click
from sqlalchemy import Connection, text

BATCH = 100
"""Rows of a query that are in memory at a time."""

ACTUAL = "evidence.modality = 'actual' and evidence.stance is distinct from 'rejects'"
"""The condition under which a piece of evidence states its fact as actual.

Only such evidence decides whether a tie or an event is merely alleged or rumoured. A relation has
no modality of its own: it is a tie if some evidence states it as actual and its document does not
reject that.
"""


def streamed(connection: Connection, query: str) -> Iterator[Sequence[Any]]:
    """Return the rows of a query one by one. Several queries may be read in turn."""
    streaming = text(query).execution_options(stream_results=True, yield_per=BATCH)
    with connection.execute(streaming) as rows:
        yield from rows


def report(format: str, message: str) -> None:
    """Say on stderr what a format had to leave out or change."""
    click.echo(f"{format}: {message}", err=True)
