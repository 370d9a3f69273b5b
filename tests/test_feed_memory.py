"""What is held of rows at a time is bounded by their bytes, however long a row is."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from database.connect import reading, writing
from database.snapshot import Snapshot
from schema.models import METADATA
from tests.databases import create
from tests.sample_rows import HASH, fill

PASSAGES = METADATA.tables["passages"]
LONG, MANY = 100_000, 150
"""Bytes of a row, and how many such ones: 15 MB."""

READ: dict[str, Callable[[Snapshot], Iterable[object]]] = {
    "as JSON": lambda source: source.lines(PASSAGES),
    "hashed": lambda source: [source.digest(PASSAGES)],
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook of many short passages and then long ones, with their texts."""
    database = create(tmp_path_factory.mktemp("long") / "sourcebook.db")
    row: dict[str, Any] = {"document_id": 1, "section": None, "length": 1, "hash": HASH}
    with writing(database) as connection:
        fill(connection)
        for n in range(3, 1503 + MANY):
            text = "short" if n < 1503 else str(n) * (LONG // 4)
            connection.execute(PASSAGES.insert().values({**row, "n": n, "text": text}))
    return database


def most_held(work: Callable[[], object]) -> int:
    """Give the most bytes that Python holds at one time for some work."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("how", READ)
def test_long_rows_are_read_a_few_at_a_time(book: str, how: str) -> None:
    def read() -> None:
        for _ in READ[how](source):
            pass

    with reading(book) as connection:
        source = Snapshot(connection, keep_text=True)
        assert most_held(read) < 4_000_000
