"""Exports as text: csv and jsonl, one file a table, exact."""

from __future__ import annotations

import csv as python_csv
import json
from collections.abc import Iterator, Sequence
from functools import partial
from json.encoder import encode_basestring as json_string
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy import Table

from database.digest import quoted
from database.snapshot import TABLES
from exports.datapackage import BETWEEN, ExportedFile, ExportError, file_type, table_schema
from exports.job import FILES, ExportJob, Writers, in_background, unbracketed, written
from schema.dictionary import type_of
from schema.models import METADATA

DATES = METADATA.tables["dates"]

NULL, EMPTY = "\0", "\0\0"
"""Null and an empty text before they are written: no text holds a NUL."""

CELLS: Writers = {
    "text": lambda text: text or EMPTY,  # Python's csv would write it as nothing
    "integer": str,
    "boolean": ("false", "true").__getitem__,
    "list": BETWEEN.join,
}
JSON: Writers = {
    **CELLS,
    "text": json_string,
    "list": partial(json.dumps, ensure_ascii=False),
}


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
    for table in FILES:
        name = f"{table.name}.csv"
        encoding = "utf-8-sig" if job.bom else "utf-8"
        with (job.folder / name).open("w", encoding=encoding, newline="") as file:
            file.write(",".join(table.columns.keys()) + "\n")
            in_background(partial(_write_csv, file, table, job.null), job.batches(table))
        yield described(job, table, name, "text/csv", job.null)


def _write_csv(file: TextIO, table: Table, null: str, lines: Sequence[bytes]) -> None:
    file.write(as_csv(table, lines, null))


class CsvLines(list[str]):
    r"""Takes lines from Python's csv writer, and ends them in `\n` as reports do.

    With a `lineterminator` of its own, the writer would leave a carriage return in a value bare.
    """

    def write(self, line: str) -> None:
        """Add a line."""
        self.append(line.removesuffix("\r\n") + "\n")


def as_csv(table: Table, lines: Sequence[bytes], null: str) -> str:
    """Return rows as Python's csv writes them, but with empty text in quotes, and much faster.

    Faster if no value needs quotes: if the JSON has no backslash (and so no quote or line end in a
    value), no empty text, and no comma except between values.
    """
    text, columns = unbracketed(lines), table.columns
    if (
        b'""' in text
        or b"\\" in text
        or text.count(b",") != len(lines) * (len(columns) - 1)
        or any(file_type(column) in ("boolean", "list") for column in columns)
    ):
        out = CsvLines()
        python_csv.writer(out).writerows(written(table, lines, CELLS, NULL))
        return "".join(out).replace(EMPTY, '""').replace(NULL, null)
    # No value contains a comma or a quote, so this is a null. The first column never is one.
    bare = text.replace(b",null", b"," + null.encode()).translate(None, b'"')
    return bare.decode() + "\n"


def _holds(job: ExportJob, table: Table, word: str) -> bool:
    texts = ", ".join(quoted(column.name) for column in table.columns if type_of(column) == "text")
    search = f"select 1 from {quoted(table.name)} where :word in ({texts}) limit 1"
    with job.snapshot.naming_errors():
        result = texts and job.snapshot.connection.scalar(sa.text(search), {"word": word})
    return bool(result)


def jsonl(job: ExportJob) -> Iterator[ExportedFile]:
    """Write one object a row: numbers, true and false, null, lists, and texts as they are."""
    for table in FILES:
        name = f"{table.name}.jsonl"
        members = ", ".join(f"{json_string(column.name)}: %s" for column in table.columns)
        line = f"{{{members}}}\n"
        with (job.folder / name).open("w", encoding="utf-8", newline="") as file:
            for lines in job.batches(table):
                file.writelines(line % row for row in written(table, lines, JSON, "null"))
        yield described(job, table, name, "application/jsonl", None)


def described(
    job: ExportJob, table: Table, name: str, mediatype: str, null: str | None
) -> ExportedFile:
    """Describe the file of a table."""
    year_0 = job.snapshot.count(DATES, "earliest < '0001' or latest < '0001'")
    resource = {
        "type": "table",
        "description": table.comment,
        "format": name.rpartition(".")[2],
        "mediatype": mediatype,
        "encoding": "utf-8",
        # The standard's validator knows no year 0.
        "schema": table_schema(table, null, days=not year_0),
    }
    return ExportedFile(name, job.snapshot.count(table), resource)
