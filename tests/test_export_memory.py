"""Exports hold a few rows at a time, however long they are."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from database.connect import writing
from exports import parquet
from schema.models import METADATA
from tests.databases import create
from tests.export_folders import run
from tests.sample_rows import HASH, fill

LONG, MANY = 100_000, 50
"""Bytes of a long row, and how many there are: 5 MB."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook of many short passages and then long ones, with their texts."""
    database = create(tmp_path_factory.mktemp("long") / "sourcebook.db")
    row: dict[str, Any] = {"document_id": 1, "section": None, "length": 1, "hash": HASH}
    with writing(database) as connection:
        fill(connection)
        for n in range(3, 1503 + MANY):
            text = "short" if n < 1503 else str(n) * (LONG // 4)
            connection.execute(
                METADATA.tables["passages"].insert().values({**row, "n": n, "text": text})
            )
    return database


@pytest.mark.parametrize("format", ["csv", "jsonl", "sql", "parquet"])
def test_long_rows_are_written_a_few_at_a_time(
    book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    monkeypatch.setattr(parquet, "GROUP_BYTES", 1_000_000)  # a group of rows is held whole
    run(book, tmp_path / "without text", format)  # imports what the format needs
    tracemalloc.start()
    try:
        run(book, tmp_path / "out", format, keep_text=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < LONG * MANY
