"""The options of every command that prints rows, and the printing. Imports click alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from output.formats import WITH_META, Format

if TYPE_CHECKING:
    from output.page import Cell, Page


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
            type=click.Choice([*map(str, Format), *more]),
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


@contextmanager
def failing() -> Iterator[None]:
    """Turn what stops a command into one line on stderr and exit status 1."""
    from database.errors import SourcebookError

    try:
        yield
    except SourcebookError as error:
        raise click.ClickException(str(error)) from None


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
    columns: str | None = None,
) -> int | None:
    """Write a page where and how the options say; give how many rows it had.

    `columns` names those to write, by commas, or all. Without it a table in a terminal leaves out
    those that are details, and says so on stderr.

    What names the data goes to stderr where the page does not carry it. A reader who goes away is
    no fault: None.
    """
    from output.destination import destination
    from output.formats import render
    from output.page import footer

    form = Format(format or Format.TABLE)
    only_for("--raw", raw, [form], "csv")
    carried = form in WITH_META or (form is Format.JSON and meta)
    shown = page if carried else replace(page, meta={})
    try:
        with destination(output) as out:
            width = _width(out, output)
            brief = form is Format.TABLE and width is not None and columns is None
            if width is not None and form in (Format.CSV, Format.TSV):
                shown = replace(shown, rows=map(_tame, shown.rows))
            shown, left = _chosen(shown, columns, brief=brief)
            count = render(shown, form, out, width=width, raw=bool(raw))
    except BrokenPipeError:
        # As `report | head` does. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return None
    if left:
        click.echo(f"not shown: {', '.join(left)}; --columns all shows them", err=True)
    if page.meta and not carried:
        click.echo(footer(page.meta, count), err=True)
    return count


def _tame(row: Sequence[Cell]) -> Sequence[Cell]:
    """Make a row safe to be read: in a terminal no format may carry what steers it."""
    from schema.escape import visible

    return [visible(value) if isinstance(value, str) else value for value in row]


def _chosen(page: Page, columns: str | None, *, brief: bool) -> tuple[Page, list[str]]:
    """Give the page with the columns that were asked for, and the names of those left out."""
    names = [column.name for column in page.columns]
    if columns is None or columns == "all":
        kept = [n for n, one in enumerate(page.columns) if not (brief and one.detail)]
    else:
        asked = [name.strip() for name in columns.split(",")]
        for name in asked:
            if name not in names:
                raise click.BadParameter(
                    f"there is no column {name!r}; there are: {', '.join(names)}",
                    param_hint="'--columns'",
                )
        kept = [names.index(name) for name in asked]
    if kept == list(range(len(names))):
        return page, []
    rows = ([row[n] for n in kept] for row in page.rows)
    left = [name for n, name in enumerate(names) if brief and n not in kept]
    return replace(page, columns=[page.columns[n] for n in kept], rows=rows), left


def _width(out: TextIO, output: Path | None) -> int | None:
    """Give the width that a table must fit: the terminal's, or none."""
    if output is not None or not out.isatty():
        return None
    return shutil.get_terminal_size().columns
