"""Exports as text: csv and jsonl, one file a table, exact."""

from __future__ import annotations

import csv as python_csv
from collections.abc import Iterator, Sequence
from functools import partial
from io import StringIO
from itertools import count
from json.encoder import encode_basestring as json_string
from typing import TextIO

from sqlalchemy import Table, func, select

from database.digest import quoted
from database.snapshot import TABLES
from exports.datapackage import DAYS, ExportedFile, table_schema
from exports.job import ExportJob, Writers, in_background, unbracketed, written
from schema.dictionary import type_of

CELLS: Writers = {"text": str, "integer": str, "boolean": ("false", "true").__getitem__}
JSON: Writers = {**CELLS, "text": json_string}


def csv(job: ExportJob) -> Iterator[ExportedFile]:
    r"""Write RFC 4180: lines end in CR LF, and quotes are doubled.

    Readers can't tell an empty cell from an empty text in quotes. So null has a word of its own,
    `\N`, as in PostgreSQL's and MySQL's text files; if a cell of the table is exactly that, the
    first of `\N1`, `\N2`, … that no cell is. The descriptor says which: `missingValues`.
    """
    for table in TABLES:
        null, name = null_word(job, table), f"{table.name}.csv"
        with (job.folder / name).open("w", encoding="utf-8", newline="") as file:
            python_csv.writer(file).writerow(table.columns.keys())
            in_background(partial(_write_csv, file, table, null), job.batches(table))
        yield described(job, table, name, "text/csv", null)


def _write_csv(file: TextIO, table: Table, null: str, lines: Sequence[bytes]) -> None:
    file.write(as_csv(table, lines, null))


def as_csv(table: Table, lines: Sequence[bytes], null: str) -> str:
    """Return rows as Python's csv writes them, but much faster if no value needs quotes.

    None does if the JSON has no backslash (and so no quote or line end in a value) and no comma
    except between values.
    """
    text, columns = unbracketed(lines), table.columns
    if (
        b"\\" in text
        or text.count(b",") != len(lines) * (len(columns) - 1)
        or any(type_of(column) == "boolean" for column in columns)
    ):
        out = StringIO(newline="")
        python_csv.writer(out).writerows(written(table, lines, CELLS, null))
        return out.getvalue()
    # No value contains a comma or a quote, so this is a null. The first column never is one.
    bare = text.replace(b",null", b"," + null.encode()).translate(None, b'"')
    return bare.decode().replace("\n", "\r\n") + "\r\n"


def null_word(job: ExportJob, table: Table) -> str:
    r"""Return the first of `\N`, `\N1`, `\N2`, … that no cell of the table is."""
    texts = ", ".join(quoted(column.name) for column in table.columns if type_of(column) == "text")
    for n in count():
        word = rf"\N{n or ''}"
        taken = f"select 1 from {quoted(table.name)} where '{word}' in ({texts}) limit 1"
        if not texts or job.snapshot.scalar(taken) is None:
            return word
    raise AssertionError  # there is always another number


def jsonl(job: ExportJob) -> Iterator[ExportedFile]:
    """Write one object a row: numbers, true and false, null, and texts as they are."""
    for table in TABLES:
        name = f"{table.name}.jsonl"
        members = ", ".join(f"{json_string(column.name)}: %s" for column in table.columns)
        with (job.folder / name).open("w", encoding="utf-8", newline="") as file:
            file.writelines(f"{{{members}}}\n" % row for row in job.rows(table, JSON, "null"))
        yield described(job, table, name, "application/jsonl", None)


def described(
    job: ExportJob, table: Table, name: str, mediatype: str, null: str | None
) -> ExportedFile:
    """Describe the file of a table."""
    days = [column for column in table.columns if f"{table.name}.{column.name}" in DAYS]
    first = job.connection.execute(select(*map(func.min, days))).one() if days else ()
    resource = {
        "type": "table",
        "description": table.comment,
        "format": name.rpartition(".")[2],
        "mediatype": mediatype,
        "encoding": "utf-8",
        # The standard's validator knows no year 0.
        "schema": table_schema(
            table, null, days=all(day is None or day >= "0001" for day in first)
        ),
    }
    return ExportedFile(name, job.snapshot.count(table), resource)
