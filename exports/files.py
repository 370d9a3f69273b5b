"""Exports as text: csv and jsonl, one file a table, exact."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from json.encoder import encode_basestring as quoted
from typing import Any

from sqlalchemy import Table, func, select

from exports.package import DAYS, table_schema
from exports.writing import Export, File
from feeds.blocks import Block
from feeds.rows import TABLES
from schema.dictionary import type_of

SPECIAL = re.compile(r'[",\r\n]')
"""What a cell of csv is put in marks for."""

CELLS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "integer": str,
    "boolean": ("false", "true").__getitem__,
}
"""What writes a value as a cell, by the type of its column."""

VALUES = CELLS | {"text": quoted}
"""What writes it as JSON."""


def csv(export: Export) -> Iterator[File]:
    r"""Write RFC 4180: lines end in CR LF, marks are doubled, and cells are what they are.

    No reader tells an empty cell from an empty text in quotation marks. So null is a word of its
    own, `\N`, as in PostgreSQL's and MySQL's text files; in a table where a cell is just that,
    the next of `\N1`, `\N2`, … that no cell is. The descriptor says which: `missingValues`.
    """
    for table in TABLES:
        name = f"{table.name}.csv"
        for n in count():
            null_as = rf"\N{n or ''}"
            with suppress(TakenError), (export.folder / name).open("wb") as file:
                file.write(lines([table.columns.keys()]).encode())
                rows = export.write(file, table, partial(_csv, null_as=null_as))
                break
        yield File(name, rows, resource(export, table, "csv", "text/csv", null_as))


class TakenError(Exception):
    """A cell is what was to stand for null."""


def _csv(block: Block, null_as: str) -> bytes:
    if not block.plain(b"\\"):
        if block.holds(null_as):
            raise TakenError
        return lines(list(cells(block, CELLS, null_as))).encode()
    bare = block.text[1:-1].replace(b",null", b"," + null_as.encode()).translate(None, b'"')
    return bare.replace(b"]\n[", b"\r\n") + b"\r\n"


def lines(rows: Sequence[Sequence[str]]) -> str:
    """Write rows as csv, each line with its end.

    Most need no marks: whether any of them does is seen from all at once, and then from each,
    which is several times as fast as Python's csv. The same cells make the same text as there.
    """
    text = "\r\n".join(map(",".join, rows))
    ends, commas = len(rows) - 1, len(rows[0]) - 1
    if not _plain(text, len(rows) * commas, ends):
        bare = ((row, ",".join(row)) for row in rows)
        text = "\r\n".join(
            [line if _plain(line, commas, 0) else ",".join(map(_marked, row)) for row, line in bare]
        )
    return text + "\r\n"


def _plain(text: str, commas: int, ends: int) -> bool:
    """Say whether a text holds no more commas and line ends than it owes, and no marks."""
    return (
        '"' not in text
        and text.count(",") == commas
        and text.count("\n") == ends
        and text.count("\r") == ends
    )


def _marked(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if SPECIAL.search(cell) else cell


def jsonl(export: Export) -> Iterator[File]:
    """Write one object a row: numbers, true and false, null, and texts as they are."""
    for table in TABLES:
        name = f"{table.name}.jsonl"
        row = ", ".join(f"{quoted(column.name)}: %s" for column in table.columns)
        with (export.folder / name).open("wb") as file:
            rows = export.write(file, table, partial(_jsonl, line=f"{{{row}}}\n".encode()))
        yield File(name, rows, resource(export, table, "jsonl", "application/jsonl", None))


def _jsonl(block: Block, line: bytes) -> bytes:
    if not block.plain():
        return "".join(map(line.decode().__mod__, cells(block, VALUES, "null"))).encode()
    values = block.text[1:-1].replace(b"]\n[", b",").split(b",")
    return (line * block.rows) % tuple(values)


def cells(
    block: Block, writers: Mapping[str, Callable[[Any], str]], null: str
) -> Iterable[tuple[str, ...]]:
    """Write every value of some rows as text, by what writes the type of its column."""
    # A column at a time: what is the same for all its cells is looked up once.
    written = (
        [null if cell is None else write(cell) for cell in column]
        for write, column in zip(
            [writers[type_of(column)] for column in block.table.columns],
            zip(*block.values(), strict=True),
            strict=True,
        )
    )
    return zip(*written, strict=True)


def resource(
    export: Export, table: Table, format: str, mediatype: str, null_as: str | None
) -> dict[str, Any]:
    """Say what a file of a table holds."""
    days = [column for column in table.columns if f"{table.name}.{column.name}" in DAYS]
    first = export.connection.execute(select(*map(func.min, days))).one() if days else ()
    late = all(day is None or day >= "0001" for day in first)
    return {
        "type": "table",
        "description": table.comment,
        "format": format,
        "mediatype": mediatype,
        "encoding": "utf-8",
        "schema": table_schema(table, null_as, days=late),
    }
