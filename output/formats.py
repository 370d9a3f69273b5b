r"""The formats, and writing a page in one: rows are written as they arrive, in constant memory.

csv, tsv, json and jsonl are for programs and hold exact values. table, markdown and html are for
people: they show a character that could steer the terminal, reorder the page or hide as an escape.
No format turns text into a number: `0042` and `1.20` stay as they are.

| value      | table, markdown, html | csv       | tsv       | json, jsonl                       |
| ---------- | --------------------- | --------- | --------- | --------------------------------- |
| null       | nothing               | nothing   | `\N`      | `null`                            |
| empty text | nothing               | `""`      | nothing   | `""`                              |
| true       | `true`                | `true`    | `true`    | `true`                            |
| not finite | `-Infinity`           | the same  | the same  | the same as text: JSON has no such |
| `Json`     | its text              | its text  | its text  | as it is                          |

tsv is PostgreSQL's COPY text format: a tab, line end or backslash in a value is written `\t`,
`\n`, `\r` or `\\`. csv, tsv and jsonl hold rows alone; html, markdown and json also hold
`Page.meta`, and these and a table `Page.citations`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from output.page import Cell, Page


class Format(StrEnum):
    """The values of `--format`."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"


_WRITERS = {
    Format.TABLE: ("table", "table"),
    Format.MARKDOWN: ("markdown", "markdown"),
    Format.CSV: ("delimited", "csv"),
    Format.TSV: ("delimited", "tsv"),
    Format.JSON: ("json_rows", "json_document"),
    Format.JSONL: ("json_rows", "jsonl"),
    Format.HTML: ("html", "html"),
}
"""Module and function that turn a page into pieces of text."""

WITH_META = (Format.MARKDOWN, Format.HTML)
"""Formats in which a page always states which data it comes from."""

WITH_CITATIONS = (Format.TABLE, Format.MARKDOWN, Format.JSON, Format.HTML)
"""Formats that have room for citations; the others hold rows alone."""


def render(
    page: Page, format: Format, out: TextIO, *, width: int | None = None, raw: bool = False
) -> int:
    """Write a page to `out` and return the number of its rows.

    A table is fitted to `width`, the terminal's; without it nothing is wrapped. `raw` keeps csv
    cells that a spreadsheet would run as formulas.
    """
    from dataclasses import replace  # slow to import; every command imports this module

    count = 0

    def counted() -> Iterator[Sequence[Cell]]:
        nonlocal count
        for row in page.rows:
            count += 1
            yield row

    # Each format imports only what it needs.
    module, function = _WRITERS[format]
    writer = getattr(import_module(f"output.{module}"), function)
    options: dict[str, Any] = {}
    if format is Format.TABLE:
        options["width"] = width
    elif format is Format.CSV:
        options["raw"] = raw
    out.writelines(writer(replace(page, rows=counted()), **options))
    return count
