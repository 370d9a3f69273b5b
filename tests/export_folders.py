"""Exports for tests: made once, and read by other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table

from database.connect import reading, writing
from database.snapshot import Snapshot
from exports.datapackage import DESCRIPTOR
from exports.export import ExportResult, export
from exports.job import ExportJob
from tests.databases import Files, Server, create
from tests.export_hostile import hostile

TEXT_FORMATS = ("csv", "jsonl")
NULL = r"\N2"
"""Null in csv: the hostile texts hold \\N, \\N1 and empty text."""


def run(database: str, folder: Path, format: str, **options: Any) -> ExportResult:
    """Export as the command does."""
    with reading(database) as connection:
        return export(connection, folder, format, **options)


def job(connection: Connection, folder: Path, format: str) -> ExportJob:
    """Return the job of a format that is to be tried by itself."""
    return ExportJob(Snapshot(connection), folder, format)


def shipped_articles(sourcebooks: Files | Server) -> Iterator[Connection]:
    """Open a sourcebook with the articles that ship; nobody changes it."""
    database = sourcebooks.shipped()
    with reading(database) as connection:
        yield connection
    sourcebooks.remove(database)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def descriptor(folder: Path) -> dict[str, Any]:
    """Return what an export says about itself."""
    described: dict[str, Any] = json.loads((folder / DESCRIPTOR).read_bytes())
    return described


def missing_values(folder: Path) -> dict[str, list[str]]:
    """Return what represents null in each table."""
    return {
        resource["name"]: resource["schema"]["missingValues"]
        for resource in descriptor(folder)["resources"]
    }


def ordered(table: Table) -> str:
    """Return the query for the rows of a table in the order of exports."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    key = ", ".join(column.name for column in table.primary_key)
    return f"select {columns} from {table.name} order by {key}"


@pytest.fixture(scope="session")
def hostile_book(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook in SQLite with hostile texts; nobody changes it."""
    database = create(tmp_path_factory.mktemp("hostile") / "sourcebook.db")
    with writing(database) as connection:
        hostile(connection)
    return database


@pytest.fixture(scope="session")
def exported(hostile_book: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Its exports by format, with the text; nobody changes them."""
    folder = tmp_path_factory.mktemp("exports")
    for format in (*TEXT_FORMATS, "parquet"):
        run(hostile_book, folder / format, format, keep_text=True, null=NULL)
    return {format: folder / format for format in (*TEXT_FORMATS, "parquet")}
