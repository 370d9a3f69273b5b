"""The options of every command that prints rows, and the printing. Imports click alone."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from output.formats import EXTENSIONS, FOR_PEOPLE, Format

if TYPE_CHECKING:
    from output.page import Cell, Page

MOST = 1_000_000_000
"""The largest value of an option that takes a number."""

WIDTH = 100
"""The width of a table in a pipe or a file."""

LEAST_WIDTH = 20
"""The least width of a table."""


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
            from schema.escape import shortened, visible

            message = f"{shortened(str(value))} is not {self._kind} from {self._least} to {MOST:,}"
            self.fail(visible(message), param, ctx)
        return number


class StrictCommand(click.Command):
    """A command that refuses options that click would misread.

    Of a repeated option click silently keeps the last value; for an option that belongs before the
    command it suggests another.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments.

        Raises UsageError if an option that isn't repeatable is repeated, or belongs before the
        command.
        """
        if not ctx.resilient_parsing:  # completion: the user is still typing
            try:
                _, _, order = self.make_parser(ctx).parse_args(args=[*args])
            except click.NoSuchOption as error:
                root = ctx.find_root()
                if not any(error.option_name in option.opts for option in root.command.params):
                    raise
                rest = ctx.command_path.removeprefix(root.command_path)
                message = (
                    f"{error.option_name} goes before the command: "
                    f"{root.command_path} {error.option_name} …{rest} …"
                )
                raise click.UsageError(message, ctx) from None
            for option, times in Counter(order).items():
                if not isinstance(option, click.Option) or option.multiple or option.is_flag:
                    continue
                if times > 1:
                    message = f"give {option.opts[-1]} once{self.instead(option)}"
                    raise click.UsageError(message, ctx)
        return super().parse_args(ctx, args)

    def instead(self, option: click.Option) -> str:  # noqa: ARG002 - for subclasses
        """Say what to do instead of repeating an option."""
        return ""


def row_options(
    *more: str, default: str | None = "table", many: bool = False
) -> list[click.Parameter]:
    """Return the options that say how and where rows are written.

    `more` are formats that only this command has. `default=None` lets a command see whether
    --format was given; the extension of the file is then for the command to read. With `many`, the
    option may be repeated.
    """
    agree = None if default is None else _agree
    return [
        click.Option(
            ["--format"],
            type=click.Choice([*map(str, Format), *more]),
            callback=agree,
            multiple=many,
            help="How to print the rows.  [default: table, or what the extension of -o says]",
        ),
        click.Option(
            ["-o", "--output"],
            type=click.Path(path_type=Path),
            callback=agree,
            help="Write to this file instead of stdout, in the format of its extension: "
            f"{' '.join(EXTENSIONS)}. A failed run leaves the file as it was.",
        ),
        click.Option(
            ["--width"],
            type=Number(),
            expose_value=False,
            callback=_keep,
            metavar="COLUMNS",
            help="Fit a table to this width; 0: wrap nothing.  [default: that of the terminal, "
            f"COLUMNS, or {WIDTH}]",
        ),
        click.Option(
            ["--raw"],
            is_flag=True,
            default=None,
            callback=agree,
            help="In csv, don't protect text that a spreadsheet would run as a formula.",
        ),
        click.Option(
            ["--bom"],
            is_flag=True,
            default=None,
            expose_value=False,
            callback=_keep,
            help="In csv, begin with a byte order mark, so that Excel recognises UTF-8.",
        ),
    ]


def format_of(
    format: str | None, output: Path | None, extensions: Mapping[str, str] = EXTENSIONS
) -> str:
    """Return the format asked for or, without one, that of the file's extension, or of `.txt`.

    Raises UsageError if they contradict each other, or if the extension is unknown.
    """
    extension = output.suffix.lower() if output else ""
    if output is None or not extension or (format and extension not in extensions):
        return format or extensions[".txt"]
    from schema.escape import visible

    name = visible(str(output))
    if extension not in extensions:
        raise click.UsageError(
            f"-o {name}: no format has the extension {visible(output.suffix)}; use one of "
            f"{' '.join(extensions)}, or say --format"
        )
    if format not in (None, extensions[extension]):
        raise click.UsageError(
            f"-o {name} is for --format {extensions[extension]}, not {format}; leave one out"
        )
    return extensions[extension]


def _agree(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Let --format, --raw and the extension of -o agree, whichever of them click reads last."""
    raw, format = ctx.params.get("raw"), ctx.params.get("format")
    if param.name == "format":
        value = format = format_of(value, ctx.params.get("output"))
    elif param.name == "raw":
        raw = value
    elif format:
        format_of(format, value)
    if format:
        only_for("--raw", raw, [format], "csv")
    return value


_KEPT = "sourcebook.output."


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep --width and --bom where `write` finds them: no command needs them itself."""
    if value is not None:
        ctx.meta[f"{_KEPT}{param.name}"] = value


def _kept(option: str) -> Any:
    ctx = click.get_current_context(silent=True)
    return ctx.meta.get(f"{_KEPT}{option}") if ctx else None


def _width(output: Path | None) -> int | None:
    """Return the width of a table. None: nothing is wrapped."""
    import shutil

    given: int | None = _kept("width")
    if given is not None:
        return max(given, LEAST_WIDTH) if given else None
    if output is not None:
        return WIDTH
    return max(shutil.get_terminal_size((WIDTH, 24)).columns, LEAST_WIDTH)


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


UNSAID = ("format", "output", "raw", "timeout")
"""Options that change no row."""


def command_line() -> str:
    """Return the command that runs, with its arguments and the options that choose rows."""
    import shlex

    from click.core import ParameterSource

    from schema.escape import visible

    ctx = click.get_current_context()
    words = ctx.command_path.split()
    for parameter in sorted(ctx.command.params, key=lambda it: isinstance(it, click.Option)):
        name = parameter.name or ""
        given = ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE
        if not given or name in UNSAID or name not in ctx.params:
            continue
        value = ctx.params[name]
        values = value if isinstance(value, tuple) else (value,)
        for it in values:
            words += [parameter.opts[-1]] if isinstance(parameter, click.Option) else []
            words += [] if it is True else [str(it)]
    return visible(shlex.join(words))


def say(line: str) -> None:
    """Write a line to stderr about what was understood, or left out."""
    from schema.escape import visible

    click.echo(visible(f"› {line}"), err=True)


def only_for(option: str, given: object, formats: Sequence[str], *allowed: str) -> None:
    """Raise UsageError if an option was given that none of the formats uses."""
    if given and not set(formats) & set(allowed):
        from output.wording import listed

        raise click.UsageError(f"{option} is for --format {listed(allowed, 'or')}")


def write(
    page: Page,
    format: str | None,
    output: Path | None,
    raw: bool | None = None,
    *,
    meta: bool | None = None,
    columns: str | None = None,
    limit: int | None = None,
) -> int | None:
    """Write a page as the options say and return the number of its rows.

    `columns` lists the columns to write, separated by commas, or says `all`. Without it, people see
    those that answer the question, and programs get all. Only the first `limit` rows are written.
    If the format has no room for the page's meta, stderr gets that. An answer longer than the
    terminal goes through a pager. Returns None if the reader of stdout went away.
    """
    from dataclasses import replace

    from output.destination import destination
    from output.formats import render
    from output.page import footer

    form = Format(format or Format.TABLE)
    written = _select_columns(page, columns)
    if form not in FOR_PEOPLE:
        written = replace(written, rows=_limited(written.rows, limit))
        if form is not Format.JSON or not meta:
            written = replace(written, meta={})
    elif limit:
        written = replace(written, limit=limit)
    try:
        with destination(output) as out:
            terminal = out.isatty()
            if terminal and form is Format.XLSX:
                raise click.UsageError("a terminal can't show a workbook: add -o FILE.xlsx")
            if terminal and form in (Format.CSV, Format.TSV):
                written = _printable(written)
            count = render(
                written,
                form,
                out,
                width=_width(output),
                bold=terminal and os.environ.get("TERM") != "dumb",
                raw=bool(raw),
                bom=bool(_kept("bom")),
                send=_page_through if terminal and output is None else None,
            )
    except BrokenPipeError:
        # `report | head` does this. Python would complain again when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return None
    if page.meta and form not in FOR_PEOPLE and not written.meta:
        click.echo(footer(page.meta, count), err=True)
    return count


def _limited(rows: Iterable[Sequence[Cell]], limit: int | None) -> Iterator[Sequence[Cell]]:
    """Yield the first rows, and say on stderr if there are more."""
    if not limit:
        yield from rows
        return
    remaining = iter(rows)
    yield from islice(remaining, limit)
    if next(remaining, None) is not None:
        from output.wording import counted

        say(f"stopped after {counted(limit)}; leave --limit out for all")


def _page_through(pieces: Iterator[str]) -> None:
    """Print on the terminal, through a pager if there are more lines than it shows."""
    import shutil

    height = shutil.get_terminal_size().lines
    shown: list[str] = []
    lines = 0
    for piece in pieces:
        shown.append(piece)
        lines += piece.count("\n")
        if lines >= height:
            os.environ.setdefault("LESS", "FRX")  # keep bold; leave the answer on the screen
            click.echo_via_pager(chain(shown, pieces))
            return
    sys.stdout.writelines(shown)


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

    from schema.escape import shortened

    if columns is None:
        return page
    names = [column.name for column in page.columns]
    wanted = names if columns == "all" else [name.strip() for name in columns.split(",")]
    for name in wanted:
        if name not in names:
            raise click.BadParameter(
                f"there is no column {shortened(name)!r}; there are: {', '.join(names)}",
                param_hint="'--columns'",
            )
    chosen = [names.index(name) for name in dict.fromkeys(wanted)]
    rows = ([row[n] for n in chosen] for row in page.rows)
    return replace(page, columns=[page.columns[n] for n in chosen], rows=rows, condensed=False)
