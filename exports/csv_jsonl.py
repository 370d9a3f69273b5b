"""Exports as text: csv and jsonl, one file a table, exact."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Table

from database.digest import Form, quoted, unescaped
from database.snapshot import TABLES
from exports.datapackage import ExportedFile, ExportError, table_schema
from exports.job import FILES, ExportJob
from schema.dictionary import type_of
from schema.models import METADATA

DATES = METADATA.tables["dates"]

QUOTE, ROW_END = b"\xf8", b"\xf9"
"""Stand-ins for a quotation mark in a text, and for the end of a row: UTF-8 has no such bytes."""

NEEDS_QUOTES = re.compile(b"[,\n\r" + QUOTE + b"]").search


def csv(job: ExportJob) -> Iterator[ExportedFile]:
    r"""Write csv as reports do: quotes are doubled, and lines end in `\n`.

    Null is an empty cell, and empty text `""`, as in reports; or null is the word of `--null`,
    which no text of the sourcebook may be. Raises ExportError if one is.
    """
    holding = [table.name for table in TABLES if _holds(job, table, job.null)]
    if holding and job.null:
        tables = ", ".join(holding)
        raise ExportError(f"--null {job.null}: is a text in {tables}; give a word that none is")
    if holding:
        job.report(
            f'some texts of {", ".join(holding)} are empty: they are "" and null is nothing, which '
            "few programs distinguish; --null TEXT writes null as TEXT"
        )
    mark = BOM_UTF8 if job.bom else b""
    yield from _files(job, "typed", partial(as_csv, null=job.null.encode()), "text/csv", mark)


def as_csv(lines: Sequence[bytes], null: bytes) -> bytes:
    """Turn rows from JSON arrays into csv; only texts that need quotes get them."""
    text = b"\n".join(lines)[1:-1].replace(b"]\n[", ROW_END)
    # Every other piece is a text; between these are commas, numbers, nulls, true and false.
    cells = unescaped(text, {rb"\"": QUOTE}).split(b'"')
    cells[::2] = [other.replace(b"null", null) for other in cells[::2]]
    cells[1::2] = [
        b'"%b"' % cell if not cell or NEEDS_QUOTES(cell) else cell for cell in cells[1::2]
    ]
    return b"".join(cells).replace(QUOTE, b'""').replace(ROW_END, b"\n") + b"\n"


def _holds(job: ExportJob, table: Table, word: str) -> bool:
    texts = ", ".join(quoted(column.name) for column in table.columns if type_of(column) == "text")
    search = f"select 1 from {quoted(table.name)} where :word in ({texts}) limit 1"
    with job.snapshot.naming_errors():
        result = texts and job.snapshot.connection.scalar(sa.text(search), {"word": word})
    return bool(result)


def jsonl(job: ExportJob) -> Iterator[ExportedFile]:
    """Write one object a row: numbers, true and false, null, lists, and texts as they are."""
    return _files(job, "object", lambda lines: b"\n".join(lines) + b"\n", "application/jsonl")


def _files(
    job: ExportJob,
    form: Form,
    write: Callable[[Sequence[bytes]], bytes],
    mediatype: str,
    mark: bytes = b"",
) -> Iterator[ExportedFile]:
    """Write a file for each table, and describe it."""
    # The standard's validator knows no year 0.
    year_0 = job.snapshot.count(DATES, "earliest < '0001' or latest < '0001'")
    for table in FILES:
        name, rows = f"{table.name}.{job.format}", 0
        with (job.folder / name).open("wb") as file:
            if job.format == "csv":
                file.write(mark + ",".join(table.columns.keys()).encode() + b"\n")
            for lines in job.batches(table, form):
                file.write(write(lines))
                rows += len(lines)
        resource = {
            "type": "table",
            "description": table.comment,
            "format": job.format,
            "mediatype": mediatype,
            "encoding": "utf-8",
            "schema": table_schema(
                table, job.null if job.format == "csv" else None, days=not year_0
            ),
        }
        yield ExportedFile(name, rows, resource)
