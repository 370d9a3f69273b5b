"""A damaged SQLite file: one line in every command, whatever bytes SQLite's message quotes."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import sourcebook
from coding.load import SHIPPED

COMMANDS = [
    ("report", "timeline"),
    ("sql", "select * from actors"),
    ("tables",),
    ("tables", "actors"),
    ("search", "x"),
    ("load", str(min(SHIPPED.glob("*.yaml")))),
    ("migrate",),
    ("init",),
    ("export", "{tmp}/out", "--format", "csv"),
    ("feed", "{tmp}/copy.db"),
]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sourcebook that is empty."""
    path = tmp_path_factory.mktemp("sound") / "sourcebook.db"
    assert CliRunner().invoke(sourcebook, ["--db", str(path), "migrate"]).exit_code == 0
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create index marked_index on topics (label)")
    return path


def damaged(sound: Path, folder: Path, what: bytes) -> Path:
    """Copy the file and replace a byte in the SQL of its schema."""
    path = folder / "damaged.db"
    shutil.copyfile(sound, path)
    content = bytearray(path.read_bytes())
    assert content.count(what) == 1
    content[content.index(what) + 2] = 0xFF
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: " ".join(arguments[:2]))
@pytest.mark.parametrize("what", [b"INDEX marked_index", b"topics (label)"], ids=["word", "name"])
def test_a_damaged_schema_is_one_line(
    sound: Path, tmp_path: Path, what: bytes, arguments: tuple[str, ...]
) -> None:
    path = damaged(sound, tmp_path, what)
    before = path.read_bytes()
    done = CliRunner().invoke(
        sourcebook, ["--db", str(path), *(part.format(tmp=tmp_path) for part in arguments)]
    )
    assert isinstance(done.exception, SystemExit), repr(done.exception)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {path}: is damaged (malformed database schema")
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == before


def test_a_damaged_view_is_one_line(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("create view marked_view as select marked_column from (select 1)")
    path = damaged(other, tmp_path, b"marked_column")
    for arguments in (("sql", "select * from marked_view"), ("tables", "marked_view")):
        done = CliRunner().invoke(sourcebook, ["--db", str(path), *arguments])
        assert isinstance(done.exception, SystemExit | None), arguments
        assert r"is damaged (no such column: ma\xffked_column)" in done.stderr
