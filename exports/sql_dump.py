"""Exports as SQL: a file for `sqlite3` and one for `psql`, each a whole sourcebook.

It holds tables, constraints, comments, indexes and views as the migrations make them, so Sourcebook
opens a database that such a file has built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, TextIO

from sqlalchemy import Table

from database.connect import REVISION
from database.snapshot import TABLES
from exports.datapackage import ExportedFile
from exports.job import ExportJob
from migrations.creation import creation
from schema.dictionary import type_of

Writers = Mapping[str, Callable[[Any], str]]
"""What writes a value as text, by the type of its column. Booleans are 0 or 1."""

INSERT_ROWS = 500
INSERT_CHARACTERS = 1_000_000
"""What an INSERT has at most."""

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

CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What the sqlite3 shell would not read back from a text: it ends lines in its own way."""


def _literal(text: str) -> str:
    if CONTROLS.search(text):
        return f"cast(x'{text.encode().hex()}' as text)"
    return "'" + text.replace("'", "''") + "'"


LITERALS: Writers = {"text": _literal, "integer": str, "boolean": str}

ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
COPIED: Writers = {
    "text": lambda text: text.translate(ESCAPES),
    "integer": str,
    "boolean": ("f", "t").__getitem__,
}


def _written(
    table: Table, lines: Sequence[bytes], writers: Writers, null: str
) -> Iterator[tuple[str, ...]]:
    """Return rows with their values written as text."""
    # A column at a time: what is the same for all its values is looked up once.
    cells = []
    for column, values in zip(
        table.columns, zip(*map(json.loads, lines), strict=True), strict=True
    ):
        write = writers[type_of(column)]
        cells.append([null if value is None else write(value) for value in values])
    return zip(*cells, strict=True)


def sql(job: ExportJob) -> Iterator[ExportedFile]:
    """Write both files."""
    names = {engine: f"sourcebook.{engine}.sql" for engine in START}
    with ExitStack() as stack:
        files = {
            engine: stack.enter_context((job.folder / name).open("w", encoding="utf-8", newline=""))
            for engine, name in names.items()
        }
        schemas = {engine: creation(engine) for engine in files}
        for engine, file in files.items():
            file.write(START[engine].format(REVISION, names[engine]))
            before = (*schemas[engine].tables, *schemas[engine].views)
            file.writelines(f"{statement};\n" for statement in before)
        for table in TABLES:
            _write_rows(job, table, **files)
        for engine, file in files.items():
            later = (*schemas[engine].keys, *schemas[engine].foreign_keys)
            file.writelines(f"{statement};\n" for statement in later)
        files["postgresql"].writelines(_numbering())
        for file in files.values():
            file.write("commit;\n")
    rows = sum(map(job.snapshot.count, TABLES))
    for name in names.values():
        yield ExportedFile(name, rows, {"format": "sql", "mediatype": "application/sql"})


def _numbering() -> Iterator[str]:
    """Return statements that make PostgreSQL number new rows from the greatest id on."""
    for table in TABLES:
        if "id" in table.columns and not table.columns["id"].foreign_keys:
            yield (
                f"select setval(pg_get_serial_sequence('{table.name}', 'id'), "
                f"(select coalesce(max(id), 0) + 1 from {table.name}), false);\n"
            )


def _write_rows(job: ExportJob, table: Table, sqlite: TextIO, postgresql: TextIO) -> None:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    rows = characters = 0
    postgresql.write(f"copy {table.name} ({columns}) from stdin;\n")
    for lines in job.batches(table):
        postgresql.writelines(
            "\t".join(row) + "\n" for row in _written(table, lines, COPIED, r"\N")
        )
        for row in _written(table, lines, LITERALS, "null"):
            values = f"({', '.join(row)})"
            if rows == INSERT_ROWS or characters >= INSERT_CHARACTERS:
                sqlite.write(";\n")
                rows = characters = 0
            start = ",\n" if rows else f"insert into {table.name} ({columns}) values\n"
            sqlite.write(start + values)
            rows, characters = rows + 1, characters + len(values)
    postgresql.write("\\.\n")
    if rows:
        sqlite.write(";\n")
