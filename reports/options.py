"""The options of every command that prints rows, and the printing. Imports click alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from reports.render import Page

FORMATS = ("table", "markdown", "csv", "tsv", "json", "jsonl", "html")
"""What reports/render.py knows; a test holds the two together."""

CARRIED = ("markdown", "html")
"""Formats in which a page itself says from which data it is."""


CITED = ("table", "markdown", "json", "html")
"""Formats that have room for citations; the others hold rows alone."""


def row_options(
    *more: str, default: str | None = "table", many: bool = False
) -> list[click.Parameter]:
    """Make the options that say how rows are written.

    `more` are formats that only this command knows. Without a default it can be told whether
    --format was given; `many`: it may be given several times.
    """
    return [
        click.Option(
            ["--format"],
            type=click.Choice([*FORMATS, *more]),
            default=default,
            multiple=many,
            help="How to print the rows.  [default: table]",
        ),
        click.Option(
            ["-o", "--output"],
            type=click.Path(path_type=Path),
            help="Write to this file, whole or not at all, instead of stdout.",
        ),
        click.Option(
            ["--raw"],
            is_flag=True,
            default=None,
            help="In csv, leave cells as they are that a spreadsheet would take for formulas.",
        ),
    ]


def only_for(option: str, given: object, formats: Sequence[str], *where: str) -> None:
    """Raise UsageError for an option that none of the formats asked for has a use for."""
    if given and not set(formats) & set(where):
        named = " or ".join(filter(None, (", ".join(where[:-1]), where[-1])))
        raise click.UsageError(f"{option} is for --format {named}")


def write(
    page: Page,
    format: str | None,
    output: Path | None,
    raw: bool | None = None,
    *,
    meta: bool | None = None,
) -> int | None:
    """Write a page where and how the options say; give how many rows it had.

    What names the data goes to stderr where the page does not carry it. A reader who goes away is
    no fault: None.
    """
    from reports.render import Format, destination, footer, render

    form = Format(format or Format.TABLE)
    only_for("--raw", raw, [form], "csv")
    carried = form in CARRIED or (form is Format.JSON and meta)
    shown = page if carried else replace(page, meta={})
    try:
        with destination(output) as out:
            count = render(shown, form, out, width=_width(out, output), raw=bool(raw))
    except BrokenPipeError:
        # As `report | head` does. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return None
    if page.meta and not carried:
        click.echo(footer(page.meta, count), err=True)
    return count


def _width(out: TextIO, output: Path | None) -> int | None:
    """Give the width that a table must fit: the terminal's, or none."""
    if output is not None or not out.isatty():
        return None
    return shutil.get_terminal_size().columns
