"""The options of every command that prints rows, and the printing. Imports click alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from output.formats import FOR_PEOPLE, Format

if TYPE_CHECKING:
    from output.page import Cell, Page

MOST = 1_000_000_000
"""The largest value of an option that takes a number."""


class Number(click.ParamType[float]):
    """A number of rows, characters or seconds, from `least` to a billion.

    click's own ranges accept "nan", and what is too large for the libraries below.
    """

    name = "number"

    def __init__(self, least: int = 0, *, whole: bool = True) -> None:
        self._least = least
        self._parse = int if whole else float
        self._kind = "a whole number" if whole else "a number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Parse the number and check its size."""
        try:
            number: float = self._parse(value)
        except ValueError:
            number = nan
        if not self._least <= number <= MOST:
            from schema.escape import visible

            message = f"{value} is not {self._kind} from {self._least} to {MOST:,}"
            self.fail(visible(message), param, ctx)
        return number


def row_options(
    *more: str, default: str | None = "table", many: bool = False
) -> list[click.Parameter]:
    """Return the options that say how and where rows are written.

    `more` are formats that only this command has. `default=None` lets a command see whether
    --format was given. With `many`, the option may be repeated.
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
            help="Write to this file instead of stdout. A failed run leaves the file as it was.",
        ),
        click.Option(
            ["--raw"],
            is_flag=True,
            default=None,
            help="In csv, don't protect text that a spreadsheet would run as a formula.",
        ),
    ]


def timeout_option(default: float | None = None) -> click.Option:
    """Return the option that limits the time of the database. Its value may be None: no limit."""
    none = "" if default else "  [default: no limit]"
    return click.Option(
        ["--timeout"],
        type=Number(whole=False),
        default=default,
        show_default=bool(default),
        metavar="SECONDS",
        help=f"Stop when the database takes longer; 0: no limit.{none}",
    )


@contextmanager
def failing() -> Iterator[None]:
    """Turn an error that the user can do something about into one line and exit status 1."""
    from database.errors import SourcebookError
    from schema.escape import visible

    try:
        yield
    except SourcebookError as error:
        raise click.ClickException(visible(str(error))) from None


def say(line: str) -> None:
    """Write a line to stderr about what was understood, or left out."""
    from schema.escape import visible

    click.echo(visible(f"› {line}"), err=True)  # noqa: RUF001 - a mark


def only_for(option: str, given: object, formats: Sequence[str], *allowed: str) -> None:
    """Raise UsageError if an option was given that none of the formats uses."""
    if given and not set(formats) & set(allowed):
        names = " or ".join(filter(None, (", ".join(allowed[:-1]), allowed[-1])))
        raise click.UsageError(f"{option} is for --format {names}")


def write(
    page: Page,
    format: str | None,
    output: Path | None,
    raw: bool | None = None,
    *,
    meta: bool | None = None,
    columns: str | None = None,
) -> int | None:
    """Write a page as the options say and return the number of its rows.

    `columns` lists the columns to write, separated by commas, or says `all`. Without it, people see
    those that answer the question, and programs get all. If the format has no room for the page's
    meta, stderr gets that. Returns None if the reader of stdout went away.
    """
    import shutil
    from dataclasses import replace

    from output.destination import destination
    from output.formats import render
    from output.page import footer

    form = Format(format or Format.TABLE)
    only_for("--raw", raw, [form], "csv")
    with_meta = form in FOR_PEOPLE or (form is Format.JSON and meta)
    written = _select_columns(page, columns)
    if not with_meta:
        written = replace(written, meta={})
    try:
        with destination(output) as out:
            terminal = out.isatty()
            width = shutil.get_terminal_size().columns if terminal and output is None else None
            if terminal and form in (Format.CSV, Format.TSV):
                written = _printable(written)
            count = render(written, form, out, width=width, raw=bool(raw))
    except BrokenPipeError:
        # `report | head` does this. Python would complain again when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return None
    if page.meta and not with_meta:
        click.echo(footer(page.meta, count), err=True)
    return count


def _printable(page: Page) -> Page:
    """Return a page that a terminal can print, also in formats that keep values exact elsewhere."""
    from dataclasses import replace

    from schema.escape import visible

    def row(cells: Sequence[Cell]) -> Sequence[Cell]:
        return [visible(cell) if isinstance(cell, str) else cell for cell in cells]

    columns = [replace(column, name=visible(column.name)) for column in page.columns]
    return replace(page, columns=columns, rows=map(row, page.rows))


def _select_columns(page: Page, columns: str | None) -> Page:
    """Return the page with the columns asked for, in that order."""
    from dataclasses import replace

    if columns is None:
        return page
    names = [column.name for column in page.columns]
    wanted = names if columns == "all" else [name.strip() for name in columns.split(",")]
    for name in wanted:
        if name not in names:
            raise click.BadParameter(
                f"there is no column {name!r}; there are: {', '.join(names)}",
                param_hint="'--columns'",
            )
    chosen = [names.index(name) for name in dict.fromkeys(wanted)]
    rows = ([row[n] for n in chosen] for row in page.rows)
    return replace(page, columns=[page.columns[n] for n in chosen], rows=rows, choose=False)
