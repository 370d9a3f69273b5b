"""Exports as SQL: a file for `sqlite3` and one for `psql`, each a whole sourcebook.

The migrations make the tables, constraints, comments, indexes and views for either engine, so
Sourcebook opens a database that such a file has built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TextIO

from sqlalchemy import Table

from database.connect import REVISION, VERSION_TABLE
from database.snapshot import TABLES
from exports.datapackage import ExportedFile
from exports.job import ExportJob, Writers, written
from migrations.upgrade import written as migration_sql

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

INDEX = re.compile(r"CREATE (UNIQUE )?INDEX (?P<name>\w+) ON ")
DROPPED_TABLE = re.compile(r"DROP TABLE (?P<table>\w+)")


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


def sql(job: ExportJob) -> Iterator[ExportedFile]:
    """Write both files."""
    names = {engine: f"sourcebook.{engine}.sql" for engine in START}
    with ExitStack() as stack:
        files = {
            engine: stack.enter_context((job.folder / name).open("w", encoding="utf-8", newline=""))
            for engine, name in names.items()
        }
        indexes = {}
        for engine, file in files.items():
            statements, indexes[engine] = build_statements(engine)
            file.write(START[engine].format(REVISION, names[engine]))
            file.writelines(statements)
            file.write(f"insert into {VERSION_TABLE} values ('{REVISION}');\n")
        for table in TABLES:
            _write_rows(job, table, **files)
        for engine, file in files.items():
            file.writelines(indexes[engine])
        files["postgresql"].writelines(_numbering())
        for file in files.values():
            file.write("commit;\n")
    rows = sum(map(job.snapshot.count, TABLES))
    for name in names.values():
        yield ExportedFile(name, rows, {"format": "sql", "mediatype": "application/sql"})


def build_statements(engine: str) -> tuple[list[str], list[str]]:
    """Return the statements with which the migrations build an empty database, without rows.

    The second list has its indexes: each is built several times as fast once all rows are there.
    """
    bare = re.sub(r"^--.*\n\n", "", migration_sql(engine), flags=re.MULTILINE)
    statements: list[str] = []
    indexes: dict[str, str] = {}
    for statement in map(str.strip, bare.split(";\n\n")):
        if made := INDEX.match(statement):
            indexes[made["name"]] = f"{statement};\n"
        elif statement.startswith("DROP INDEX "):
            del indexes[statement.removeprefix("DROP INDEX ")]
        elif statement and not statement.startswith(("INSERT", "UPDATE")):
            statements.append(f"{statement};\n")
            if dropped := DROPPED_TABLE.fullmatch(statement):  # its indexes go with it
                indexes = {
                    name: index
                    for name, index in indexes.items()
                    if f" ON {dropped['table']} (" not in index
                }
    return statements, [*indexes.values()]


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
        postgresql.writelines("\t".join(row) + "\n" for row in written(table, lines, COPIED, r"\N"))
        for row in written(table, lines, LITERALS, "null"):
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
