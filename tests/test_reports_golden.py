"""Every report, on the made-up article and on the real one, on both engines: rows held whole.

The same rows in the same order and of the same types, whichever engine answers. Golden rows are
read before they are committed; WRITE_GOLDEN=1 writes them again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from coding.load import load
from coding.validation import read
from database.connect import reading, writing
from reports.catalogue import Catalogue
from reports.run import run
from tests.databases import Files, Server

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"

DOCUMENTS = {
    "example": ROOT / "docs" / "example.yaml",
    "article": ROOT / "articles" / "stand-together-or-fall-apart.yaml",
}

ASKED: dict[str, dict[str, dict[str, str]]] = {
    "example": {
        "actor": {"actor": "jonas-arvel"},
        "dyad": {"a": "ostrand", "b": "velmora-state"},
        "event": {"event": "arvel-in-tarn"},
    },
    "article": {
        "actor": {"actor": "Qassem Soleimani"},
        "dyad": {"a": "iran", "b": "russia"},
        "event": {"event": "russian-withdrawal"},
    },
}
"""What reports are asked that need to be asked for something."""

TIMES = ("loaded_at",)
"""Columns that say when something was done here."""

REPORTS = [report.name for report in Catalogue().reports()]


@pytest.fixture(scope="module", params=sorted(DOCUMENTS))
def document(request: pytest.FixtureRequest) -> str:
    """The made-up article, and the real one."""
    return str(request.param)


@pytest.fixture(scope="module")
def loaded(document: str, sourcebooks: Files | Server) -> Iterator[Connection]:
    """A sourcebook that holds it."""
    made = sourcebooks.migrated()
    proven = read(DOCUMENTS[document])
    with writing(made) as connection:
        load(connection, proven)
    with reading(made) as connection:
        yield connection
    sourcebooks.remove(made)


def rows_of(connection: Connection, name: str, arguments: dict[str, str]) -> list[dict[str, Any]]:
    """Run a report and give its rows, times aside."""
    report = Catalogue().report(name)
    with run(connection, report, arguments) as page:
        columns = [column.name for column in page.columns]
        return [
            {
                column: value
                for column, value in zip(columns, row, strict=True)
                if column not in TIMES
            }
            for row in page.rows
        ]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_gives_its_golden_rows(document: str, loaded: Connection, name: str) -> None:
    rows = rows_of(loaded, name, ASKED[document].get(name, {}))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    golden = GOLDEN / document / f"{name}.jsonl"
    if os.environ.get("WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(lines, encoding="utf-8")
    assert lines == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REPORTS)
def test_values_have_the_types_of_the_header(document: str, loaded: Connection, name: str) -> None:
    types = {"text": str, "integer": int, "real": float}
    report = Catalogue().report(name)
    for row in rows_of(loaded, name, ASKED[document].get(name, {})):
        for column in report.columns:
            value = row.get(column.name)
            assert value is None or type(value) is types[column.type], (column.name, value)
