"""Sourcebooks that the tests of a module only read, through one open connection each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection

from database.connect import reading
from tests.databases import Files, Server

OPEN: dict[str, Connection] = {}
"""Sourcebooks that nobody changes, by path or URL: opening one takes as long as a report."""


@pytest.fixture(scope="module")
def new_sourcebook(sourcebooks: Files | Server) -> Iterator[Callable[[], str]]:
    """A function that returns a new sourcebook without rows."""
    created: list[str] = []

    def create() -> str:
        created.append(sourcebooks.migrated())
        return created[-1]

    yield create
    for database in created:
        sourcebooks.remove(database)


def opened(database: str) -> Iterator[str]:
    """Yield a sourcebook, which stays open until the fixture ends."""
    with reading(database) as OPEN[database]:
        yield database
    del OPEN[database]


@pytest.fixture(scope="module")
def empty_sourcebook(new_sourcebook: Callable[[], str]) -> Iterator[str]:
    yield from opened(new_sourcebook())
