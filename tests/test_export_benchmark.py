"""The benchmark of exports has both sides write the same rows, and stops where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import exporting
from benchmarks.generate import generate
from benchmarks.measure import run


def test_both_sides_write_the_same_rows(tmp_path: Path) -> None:
    made = tmp_path / "sourcebook.db"
    generate(made, events=300)
    run(exporting._ours(made, tmp_path, "parquet"))
    exporting._fill(tmp_path)
    run(exporting._theirs(tmp_path, "parquet"))
    exporting._same(tmp_path, "parquet")
    run(exporting._ours(made, tmp_path, "csv"))
    run(exporting._theirs(tmp_path, "csv"))
    exporting._same(tmp_path, "csv")
    path = tmp_path / "theirs-csv" / "events.csv"
    path.write_bytes(path.read_bytes().replace(b"actual", b"denied", 1))
    with pytest.raises(AssertionError, match=r"events\.csv: other rows"):
        exporting._same(tmp_path, "csv")
