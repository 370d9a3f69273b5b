"""The benchmark of exports has both sides write the same rows, and stops where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import exporting
from benchmarks.generate import generate
from benchmarks.measure import run
from tests.export_folders import run as export


def test_both_sides_write_the_same_rows(tmp_path: Path) -> None:
    book = tmp_path / "sourcebook.db"
    generate(book, events=20)
    export(str(book), tmp_path / "ours-parquet", "parquet")
    exporting.fill_duckdb(tmp_path)
    run(exporting.our_command(book, tmp_path, "csv"))
    run(exporting.their_command(tmp_path, "csv"))
    exporting.require_equal(tmp_path, "csv")
    path = tmp_path / "theirs-csv" / "events.csv"
    path.write_bytes(path.read_bytes().replace(b"actual", b"denied", 1))
    with pytest.raises(AssertionError, match=r"events\.csv: other rows"):
        exporting.require_equal(tmp_path, "csv")
