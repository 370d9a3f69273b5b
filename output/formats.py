r"""The formats, and writing a page in one: rows are written as they arrive, in constant memory.

csv, tsv, json and jsonl are for programs and hold exact values. table, markdown, html and xlsx are
for people: they get an answer (output/answer.py), and show a character that could steer the
terminal, reorder the page or hide as an escape. No format turns text into a number: `0042` and
`1.20` stay as they are.

| value      | table, markdown, html | csv       | tsv       | json, jsonl                       |
| ---------- | --------------------- | --------- | --------- | --------------------------------- |
| null       | nothing               | nothing   | `\N`      | `null`                            |
| empty text | nothing               | `""`      | nothing   | `""`                              |
| true       | `true`                | `true`    | `true`    | `true`                            |
| not finite | `-Infinity`           | the same  | the same  | the same as text: JSON has no such |
| `Json`     | its text              | its text  | its text  | as it is                          |

tsv is PostgreSQL's COPY text format: a tab, line end or backslash in a value is written `\t`,
`\n`, `\r` or `\\`. csv, tsv and jsonl hold rows alone; the others also say what was asked, and of
which data (json only with --meta), and hold `Page.citations`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from output.page import Page


class Format(StrEnum):
    """The values of `--format`."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"
    XLSX = "xlsx"


EXTENSIONS = {
    ".csv": Format.CSV,
    ".html": Format.HTML,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".md": Format.MARKDOWN,
    ".tsv": Format.TSV,
    ".txt": Format.TABLE,
    ".xlsx": Format.XLSX,
}
"""The format of a file, by the extension of its name."""

FOR_PEOPLE = (Format.TABLE, Format.MARKDOWN, Format.HTML, Format.XLSX)
"""Formats that show an answer; the others hold every column as stored."""

_WRITERS = {
    Format.TABLE: ("table", "table"),
    Format.MARKDOWN: ("markdown", "markdown"),
    Format.CSV: ("delimited", "csv"),
    Format.TSV: ("delimited", "tsv"),
    Format.JSON: ("json_rows", "json_document"),
    Format.JSONL: ("json_rows", "jsonl"),
    Format.HTML: ("html", "html"),
    Format.XLSX: ("xlsx", "write_xlsx"),
}
"""Module and function that turn a page, or an answer, into pieces of text; xlsx writes bytes."""

WITH_CITATIONS = (*FOR_PEOPLE, Format.JSON)
"""Formats that have room for citations; the others hold rows alone."""


def render(
    page: Page,
    format: Format,
    out: TextIO,
    *,
    width: int | None = None,
    bold: bool = False,
    raw: bool = False,
    bom: bool = False,
    send: Callable[[Iterator[str]], object] | None = None,
) -> int:
    """Write a page to `out` and return the number of its rows.

    A table is fitted to `width`; without it nothing is wrapped. `bold` prints its captions so.
    `raw` keeps csv cells that a spreadsheet would run as formulas, and `bom` marks csv as UTF-8.
    `send` gets the pieces of text instead of `out`; it may be a pager.
    """
    from dataclasses import replace  # slow to import; every command imports this module

    from output.page import Counted

    rows = Counted(page.rows)
    # Each format imports only what it needs.
    module, function = _WRITERS[format]
    writer = getattr(import_module(f"output.{module}"), function)
    options: dict[str, Any] = {}
    if format is Format.TABLE:
        options = {"width": width, "bold": bold}
    elif format is Format.CSV:
        options = {"raw": raw, "bom": bom}
    content: Any = replace(page, rows=rows)
    if format in FOR_PEOPLE:
        from output.answer import answer

        content = answer(content)
    if format is Format.XLSX:
        writer(content, out.buffer)
    else:
        (send or out.writelines)(writer(content, **options))
    return rows.count
