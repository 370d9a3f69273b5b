"""Runs reports as users do, on the two articles about island states with their texts stored."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy import Connection

import cli
from database.connect import writing
from tests.databases import Files, Server
from tests.sourcebook_builder import PASSAGE_LENGTH, SourcebookBuilder, islands

ROOT = Path(__file__).parent.parent
HASH = "c0ffee" + "0" * 58
"""The content hash of the last load only."""

HEAD = """-- {title}
-- Is it so?
-- Columns
--   n        integer  a number
--   source   text     key of the document
--   passage  text     where it stands

"""

ONE = "select 1 as n, 'gazette' as source, '¶3' as passage"
FAILS = (
    "select abs(n) as n, 'gazette' as source, '¶3' as passage "
    "from (select cast(v as bigint) - 9223372036854775807 - 2 as n "
    "from (select 5 as v union all select 1) as some) as least order by n desc"
)
"""A query that gives a row and then fails: the least number has no positive one."""


def passage(document: str, n: int) -> str:
    """Return the text of a passage: each five characters, the length of a span, are different."""
    return "".join(f"{document[0]}{n}{start:03}" for start in range(0, PASSAGE_LENGTH, 5))


def keep(connection: Connection) -> None:
    """Store the text of every passage."""
    actual = connection.execute(
        sa.text(
            "select sources.key, passages.document_id, passages.n "
            "from passages join sources on sources.id = passages.document_id"
        )
    )
    for key, document, n in actual.all():
        connection.execute(
            sa.text("update passages set text = :text where document_id = :document and n = :n"),
            {"text": passage(key, n), "document": document, "n": n},
        )


def ids(connection: Connection, table: str) -> dict[str, int]:
    """Return the ids of rows by key."""
    return {row.key: row.id for row in connection.execute(sa.text(f"select key, id from {table}"))}


def add_origins(connection: Connection) -> None:
    """Add authors, publishers and loads."""
    book = SourcebookBuilder(connection)
    actual = ids(connection, "sources")
    actors = ids(connection, "actors")
    connection.execute(
        sa.text("update sources set published = :on, url = :url where key = 'gazette'"),
        {"on": book.date("2020-03-01"), "url": "http://gazette.test/a_b?c"},
    )
    for source, actor, role, n in (
        ("gazette", "brim", "author", 2),
        ("gazette", "zoe", "author", 1),
        ("gazette", "idle", "publisher", 1),
    ):
        book.row("source_actors", source_id=actual[source], actor_id=actors[actor], role=role, n=n)
    for content in ("0" * 64, HASH):
        book.row(
            "loads",
            document="gazette",
            action="loaded",
            loaded_at="2024-05-01T10:00:00Z",
            content_hash=content,
        )


@pytest.fixture(scope="module")
def book(sourcebooks: Files | Server) -> Iterator[str]:
    """The `--db` of the sourcebook, which tests only read."""
    made = sourcebooks.migrated()
    with writing(made) as connection:
        islands(connection)
        add_origins(connection)
        keep(connection)
    yield made
    sourcebooks.remove(made)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder for the user's own reports."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, query: str, title: str = "Mine") -> Path:
    """Write one of the user's own reports."""
    path = folder / f"{name}.sql"
    path.write_text(HEAD.format(title=title) + query, encoding="utf-8")
    return path


def marked(text: str) -> str:
    """The text as Markdown has it."""
    return text.replace("_", r"\_")


def called(book: str) -> str:
    """How the footer names the database: without folders, servers and users."""
    name = sa.make_url(book).database if "://" in book else Path(book).name
    return f"database {name}"


class Done(NamedTuple):
    """The exit status of a command, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def sourcebook(database: str, *arguments: str | Path, **variables: str) -> Done:
    """Run the command line on this database; tests/test_cli.py does so in real processes."""
    ours = dict.fromkeys(name for name in os.environ if name.startswith("SOURCEBOOK_"))
    ran = CliRunner(env=ours | variables).invoke(
        cli.sourcebook, ["--db", database, *map(str, arguments)], catch_exceptions=False
    )
    return Done(ran.exit_code, ran.stdout, ran.stderr)


def rows(database: str, *arguments: str | Path) -> list[dict[str, Any]]:
    """Return the rows of a report, which must succeed."""
    done = sourcebook(database, "report", *arguments, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
