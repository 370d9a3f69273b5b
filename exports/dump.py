"""Exports as SQL: a file for `sqlite3` and one for `psql`, each a whole sourcebook.

Tables, constraints, comments, indexes and views are what the migrations say for either engine, so
that Sourcebook opens what such a file has made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from re import MULTILINE, compile, sub
from typing import Any, TextIO

from sqlalchemy import Table

from database.connect import REVISION, VERSION_TABLE
from exports.files import cells
from exports.writing import Export, File, behind
from feeds.blocks import Block, grouped
from feeds.rows import TABLES
from migrations.upgrade import written

AT_ONCE = 500
"""Rows that one INSERT holds."""

LENGTH = 1_000_000
"""Bytes of rows, as JSON, with which an INSERT ends though it has fewer."""

START = {
    "sqlite": """\
-- A sourcebook, schema {}: sqlite3 NEW.db < {}
pragma foreign_keys = off;
begin;
""",
    "postgresql": """\
-- A sourcebook, schema {}: psql --dbname NEW --file {}
\\set ON_ERROR_STOP on
set client_encoding = 'UTF8';
set standard_conforming_strings = on;
begin;
""",
}

CONTROLS = compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What the sqlite3 shell does not read as it stands in a text: it ends lines its own way."""


def _literal(text: str) -> str:
    if CONTROLS.search(text):
        return f"cast(x'{text.encode().hex()}' as text)"
    return "'" + text.replace("'", "''") + "'"


ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

LITERALS: Mapping[str, Callable[[Any], str]] = {
    "text": _literal,
    "integer": str,
    "boolean": str,
}
COPIED: Mapping[str, Callable[[Any], str]] = {
    "text": lambda text: text.translate(ESCAPED),
    "integer": str,
    "boolean": ("f", "t").__getitem__,
}


TABS = bytes.maketrans(b",", b"\t")


def sql(export: Export) -> Iterator[File]:
    """Write both files. Raises DatabaseError for a value that PostgreSQL cannot store."""
    names = {engine: f"sourcebook.{engine}.sql" for engine in START}
    with (
        (export.folder / names["sqlite"]).open("w", encoding="utf-8", newline="") as sqlite,
        (export.folder / names["postgresql"]).open("w", encoding="utf-8", newline="") as postgresql,
    ):
        files = {"sqlite": sqlite, "postgresql": postgresql}
        indexes = {}
        for engine, file in files.items():
            made = statements(engine)
            file.write(START[engine].format(REVISION, names[engine]))
            file.writelines(one for one in made if not _indexes(one))
            file.write(f"insert into {VERSION_TABLE} values ('{REVISION}');\n")
            indexes[engine] = [one for one in made if _indexes(one)]
        count = sum(_rows(export, table, sqlite, postgresql) for table in TABLES)
        for engine, file in files.items():
            file.writelines(indexes[engine])  # made once all rows are there: several times as fast
        postgresql.writelines(f"{one};\n" for one in numbering())
        for file in files.values():
            file.write("commit;\n")
    for name in names.values():
        yield File(name, count, {"format": "sql", "mediatype": "application/sql"})


def statements(engine: str) -> list[str]:
    """Give what the migrations make of an empty database, without its rows; none is needed."""
    bare = sub(r"^--.*\n\n", "", written(engine), flags=MULTILINE)
    found = [one.strip() for one in bare.split(";\n\n")]
    return [f"{one};\n" for one in found if one and not one.startswith(("INSERT", "UPDATE"))]


def _indexes(statement: str) -> bool:
    return statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))


def numbering() -> list[str]:
    """Have PostgreSQL number new rows from where those end that were written with their ids."""
    return [
        f"select setval(pg_get_serial_sequence('{table.name}', 'id'), "
        f"(select coalesce(max(id), 0) + 1 from {table.name}), false)"
        for table in TABLES
        if "id" in table.columns and not table.columns["id"].foreign_keys
    ]


def _rows(export: Export, table: Table, sqlite: TextIO, postgresql: TextIO) -> int:
    columns, count = ", ".join(f'"{column.name}"' for column in table.columns), 0
    postgresql.write(f"copy {table.name} ({columns}) from stdin;\n")

    def write(block: Block) -> None:
        nonlocal count
        sqlite.write(f"insert into {table.name} ({columns}) values\n{_inserted(block)};\n")
        postgresql.write(f"{_copied(block)}\n")
        count += block.rows

    with export.telling(table):
        behind(write, grouped(export.blocks(table, "postgresql"), AT_ONCE, LENGTH))
    postgresql.write("\\.\n")
    return count


def _inserted(block: Block) -> str:
    if not block.plain(b"\\", b"'", b"\x7f"):
        return ",\n".join(f"({', '.join(row)})" for row in cells(block, LITERALS, "null"))
    values = block.text[1:-1].replace(b",", b", ").replace(b'"', b"'")
    rows = values.replace(b"]\n[", b"),\n(").decode()
    return f"({rows})"


def _copied(block: Block) -> str:
    if not block.plain(b"\\"):
        return "\n".join(map("\t".join, cells(block, COPIED, r"\N")))
    values = block.text[1:-1].replace(b",null", rb",\N").translate(TABS, b'"')
    return values.replace(b"]\n[", b"\n").decode()
