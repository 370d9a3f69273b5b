"""DuckDB files that are fed with the article that ships, and what is in them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from database.connect import reading
from database.errors import SourcebookError
from database.snapshot import TABLES, Snapshot
from feeds.duckdb import Duckdb
from feeds.sync import SyncResult, sync
from feeds.target import FeedOptions
from output.progress import Progress
from tests.databases import Files, Server


def fed(source: str, path: Path, **options: bool) -> SyncResult:
    """Feed as the command does."""
    keep_text = options.pop("keep_text", False)
    asked = FeedOptions(**options)
    with reading(source) as connection:
        opened = Snapshot(connection, keep_text=keep_text)
        return sync(opened, Duckdb(path), asked, Progress())


def refused(source: str, path: Path, **options: bool) -> str:
    """Feed, which must fail and leave the file and its folder as they were; give the message."""
    before = state(path)
    with pytest.raises(SourcebookError) as raised:
        fed(source, path, **options)
    assert state(path) == before
    message = str(raised.value)
    assert message.isprintable()
    return message.removeprefix(f"{path}: ")


def state(path: Path) -> tuple[list[str], str]:
    """Give what lies in a file's folder, and its bytes."""
    names = sorted(file.name for file in path.parent.iterdir())
    return names, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def change(path: Path, *statements: str) -> None:
    """Change a file as somebody else would."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()


def asked(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def content(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of a source, as a target without its text holds them."""
    actual = {}
    for table in TABLES:
        chosen = [sa.null() if column.name == "text" and table.name == "passages" else column
                  for column in table.columns]  # fmt: skip
        query = sa.select(*chosen).order_by(*table.primary_key.columns)
        actual[table.name] = [tuple(row) for row in connection.execute(query).all()]
    return actual


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of a target."""
    actual = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        for table in TABLES:
            columns, key = (
                ", ".join(item.keys()) for item in (table.columns, table.primary_key.columns)
            )
            query = f"select {columns} from {table.name} order by {key}"
            actual[table.name] = connection.execute(query).fetchall()
    return actual


@pytest.fixture(scope="session")
def shipped(sourcebooks: Files | Server) -> Iterator[str]:
    """A sourcebook with the article that ships; nobody changes it."""
    database = sourcebooks.shipped()
    yield database
    sourcebooks.remove(database)


@pytest.fixture(scope="session")
def fed_file(shipped: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target that was fed from it; nobody changes it."""
    path = tmp_path_factory.mktemp("duckdb") / "copy.duckdb"
    assert fed(shipped, path).summary == "first feed"
    return path


@pytest.fixture
def fed_copy(fed_file: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return shutil.copyfile(fed_file, tmp_path / "copy.duckdb")


@pytest.fixture
def shipped_copy(shipped: str, tmp_path: Path) -> str:
    """A copy of the source, to be changed; in SQLite."""
    folder = tmp_path / "source"
    folder.mkdir()
    return str(shutil.copyfile(shipped, folder / "source.db"))
