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


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "timeline"),
        ("report", "--all", "-o", "{tmp}/reports"),
        ("report", "--reports", "{tmp}", "mine"),
        ("sql", "select * from events"),
        ("search", "x"),
        ("export", "{tmp}/out", "--format", "csv"),
        ("feed", "{tmp}/copy.db"),
        ("load", str(min(SHIPPED.glob("*.yaml")))),
    ],
    ids=" ".join,
)
def test_a_damaged_table_is_the_fault_of_the_file(
    sound: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "damaged.db"
    shutil.copyfile(sound, path)
    with closing(sqlite3.connect(path)) as connection:
        pages = connection.execute(
            "select (rootpage - 1) * page_size, page_size from sqlite_schema, pragma_page_size "
            "where tbl_name in ('actors', 'events', 'fact_summaries') and rootpage > 0"
        ).fetchall()
    with path.open("r+b") as file:
        for start, size in pages:
            file.seek(start)
            file.write(b"\xff" * size)
    header = "-- Mine\n-- Is it so?\n-- Columns\n--   n  integer  a number\n"
    (tmp_path / "mine.sql").write_text(f"{header}select count(*) as n from events\n")
    done = CliRunner().invoke(
        sourcebook, ["--db", str(path), *(part.format(tmp=tmp_path) for part in arguments)]
    )
    assert isinstance(done.exception, SystemExit), repr(done.exception)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        f"Error: {path}: is damaged (database disk image is malformed); restore it or load its "
        "codings into a new one"
    )


def test_a_report_of_text_that_is_not_utf_8_names_the_file(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    shutil.copyfile(sound, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("insert into topics (key, label) values ('t', cast(x'74ff74' as text))")
    header = "-- Mine\n-- Is it so?\n-- Columns\n--   label  text  a label\n"
    (tmp_path / "mine.sql").write_text(f"{header}select label from topics\n")
    done = CliRunner().invoke(
        sourcebook, ["--db", str(path), "report", "--reports", str(tmp_path), "mine"]
    )
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith(f"Error: {path}: Could not decode to UTF-8")
