"""Exports as SQL: a file for `sqlite3` and one for `psql`, each a whole sourcebook.

Tables, constraints, comments, indexes and views are what the migrations say for either engine, so
that Sourcebook opens what such a file has made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from re import MULTILINE, compile, sub
from typing import Any, TextIO

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table

import migrations
from feeds.export import Export, File, Rows
from feeds.files import cells
from feeds.package import PackageError
from feeds.rows import TABLES
from schema.database import REVISION, VERSIONS

AT_ONCE = 500
"""Rows that one INSERT holds."""

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


def sql(export: Export) -> Iterator[File]:
    """Write both files. Raises PackageError where a text holds what PostgreSQL cannot store."""
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
            file.write(f"insert into {VERSIONS} values ('{REVISION}');\n")
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
    script, out = ScriptDirectory(str(Path(migrations.__file__).parent)), StringIO()
    options = {
        "as_sql": True,
        "output_buffer": out,
        "fn": lambda at, _context: script._upgrade_revs("head", at),
    }
    # Without parameters, a percent sign is written once.
    named = {"paramstyle": "named"}
    context = MigrationContext.configure(dialect_name=engine, dialect_opts=named, opts=options)
    with Operations.context(context):
        context.run_migrations()
    bare = sub(r"^--.*\n\n", "", out.getvalue(), flags=MULTILINE)
    written = [one.strip() for one in bare.split(";\n\n")]
    return [f"{one};\n" for one in written if one and not one.startswith(("INSERT", "UPDATE"))]


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
    for rows in export.batches(table):
        lines = [f"({', '.join(row)})" for row in cells(table, rows, LITERALS, "null")]
        for start in range(0, len(lines), AT_ONCE):
            values = ",\n".join(lines[start : start + AT_ONCE])
            sqlite.write(f"insert into {table.name} ({columns}) values\n{values};\n")
        copied = "\n".join(map("\t".join, cells(table, rows, COPIED, r"\N")))
        if "\0" in copied:
            raise PackageError(_nul(table, rows))
        postgresql.write(f"{copied}\n")
        count += len(rows)
    postgresql.write("\\.\n")
    return count


def _nul(table: Table, rows: Rows) -> str:
    held = next(row for row in rows if any("\0" in cell for cell in row if isinstance(cell, str)))
    key = ", ".join(
        f"{column.name} {cell}"
        for column, cell in zip(table.columns, held, strict=True)
        if column.primary_key
    )
    return (
        f"{table.name}, {key}: holds the character NUL, which PostgreSQL cannot store; correct it, "
        "or export csv, jsonl or parquet"
    )
