"""Exports for tests: made once, changed on purpose, and read by programs of others."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table

from database.connect import reading, writing
from exports.package import DESCRIPTOR
from exports.writing import Done, export
from tests.databases import migrate
from tests.export_hostile import NUL, TEXTS, hostile

BACK = ("csv", "jsonl")
"""The formats that are loaded back."""


def run(database: str, folder: Path, format: str, **options: bool) -> Done:
    """Export as the command does."""
    with reading(database) as connection:
        return export(connection, folder, format, **options)


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def descriptor(folder: Path) -> dict[str, Any]:
    """Read what an export says of itself."""
    described: dict[str, Any] = json.loads((folder / DESCRIPTOR).read_bytes())
    return described


def missing(folder: Path) -> dict[str, list[str]]:
    """Give what stands for null in each table."""
    return {one["name"]: one["schema"]["missingValues"] for one in descriptor(folder)["resources"]}


def seal(folder: Path) -> None:
    """Have the descriptor say again what the files are, as somebody would who means harm."""
    described = descriptor(folder)
    for one in described["resources"]:
        path = folder / one["path"]
        if path.is_file():
            data = path.read_bytes()
            one |= {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    (folder / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")


def ordered(table: Table) -> str:
    """Write the query for the rows of a table as exports have them."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    key = ", ".join(column.name for column in table.primary_key)
    return f"select {columns} from {table.name} order by {key}"


@pytest.fixture(scope="session")
def hostile_book(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook in SQLite with hostile texts, NUL among them; nobody changes it."""
    database = migrate(str(tmp_path_factory.mktemp("hostile") / "sourcebook.db"))
    with writing(database) as connection:
        hostile(connection, (*TEXTS, NUL))
    return database


@pytest.fixture(scope="session")
def exported(hostile_book: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Its exports by format, with the text; nobody changes them."""
    folder = tmp_path_factory.mktemp("exports")
    for format in (*BACK, "parquet"):
        run(hostile_book, folder / format, format, keep_text=True)
    return {format: folder / format for format in (*BACK, "parquet")}


@pytest.fixture
def copies(exported: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    """The exports that can be loaded back, to be changed."""
    return {
        format: Path(shutil.copytree(exported[format], tmp_path / f"copy-{format}"))
        for format in BACK
    }
