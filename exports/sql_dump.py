"""Exports as SQL: a file for `sqlite3` and one for `psql`, each a whole sourcebook.

It holds tables, constraints, comments, indexes and views as the migrations make them, so Sourcebook
opens a database that such a file has built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from typing import TextIO

from sqlalchemy import Table

from database.connect import REVISION
from database.snapshot import TABLES
from exports.datapackage import ExportedFile
from exports.job import ExportJob
from migrations.creation import creation

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


ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
"""Characters of a text that COPY would take for something else."""


def _literal(value: str | int | None) -> str:
    """Write a value for SQLite."""
    if not isinstance(value, str):
        return "null" if value is None else str(value)
    if CONTROLS.search(value):
        return f"cast(x'{value.encode().hex()}' as text)"
    return "'" + value.replace("'", "''") + "'"


def _copied(value: str | int | None) -> str:
    """Write a value for COPY, which also reads 0 and 1 as booleans."""
    if isinstance(value, str):
        return value.translate(ESCAPES)
    return r"\N" if value is None else str(value)


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
    for row in map(json.loads, chain.from_iterable(job.batches(table))):
        postgresql.write("\t".join(map(_copied, row)) + "\n")
        values = f"({', '.join(map(_literal, row))})"
        if rows == INSERT_ROWS or characters >= INSERT_CHARACTERS:
            sqlite.write(";\n")
            rows = characters = 0
        start = ",\n" if rows else f"insert into {table.name} ({columns}) values\n"
        sqlite.write(start + values)
        rows, characters = rows + 1, characters + len(values)
    postgresql.write("\\.\n")
    if rows:
        sqlite.write(";\n")
