"""The options that every report has, and the completion of names. Imports click alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from output.formats import EXTENSIONS, WITH_CITATIONS, Format
from output.options import Number, format_of, only_for, row_options, timeout_option

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COLUMNS = click.Option(
    ["--columns"],
    metavar="NAME,NAME…|all",
    help="Print these columns, in this order. Without it, table, markdown, html and xlsx show the "
    "columns that answer the question; the other formats have all.",
)

SQL = click.Option(
    ["--sql"],
    is_flag=True,
    help="Print the query with its values filled in, for pasting into another tool, and don't run "
    "it.",
)

PORTABLE = click.Option(
    ["--portable"],
    is_flag=True,
    help="With --sql, keep the parameters as named ones, such as :actor, for tools that ask for "
    "their values, such as Datasette. Conditions of options that you don't give are left out.",
)


def completing(type: str) -> Callable[..., list[CompletionItem]]:
    """Return the completion of names of this type, for an option or an argument."""

    def complete(
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG001
        incomplete: str,
    ) -> list[CompletionItem]:
        from reports.completion import values
        from reports.definition import Type

        return values(ctx, Type(type), incomplete)

    return complete


def report_options(*, many: bool = False) -> list[click.Parameter]:
    """Return the options of every report; they may come before or after its name."""
    return [
        *row_options(default=None, many=many),
        click.Option(
            ["--cite"],
            is_flag=True,
            default=None,
            help="Add citations of the documents that the rows rest on.",
        ),
        click.Option(
            ["--words"],
            is_flag=True,
            default=None,
            help="Add a column with the words that each row rests on, if the text is kept "
            "(`load --text FILE --keep-text`).",
        ),
        click.Option(
            ["--meta"],
            is_flag=True,
            default=None,
            help="In json, print an object with meta and rows instead of the rows alone.",
        ),
        click.Option(
            ["--limit"],
            type=Number(least=1),
            metavar="ROWS",
            help="Print at most this many rows, and say that there are more.",
        ),
        timeout_option(),
    ]


class ReportOptions(NamedTuple):
    """The values of the options that every report has."""

    format: Sequence[str] = (Format.TABLE,)
    output: Path | None = None
    raw: bool = False
    cite: bool = False
    words: bool = False
    meta: bool = False
    timeout: float | None = None
    limit: int | None = None

    @classmethod
    def take(
        cls, ctx: click.Context, arguments: dict[str, Any], *, rows: bool = True
    ) -> ReportOptions:
        """Take them out of `arguments`; those given before the report's name count too.

        Unless `rows` are to be written, the extension of -o says nothing.
        """
        before = ctx.parent.params if ctx.parent else {}
        given = {name: arguments.pop(name) or before.get(name) for name in cls._fields}
        formats = given["format"] or ()
        formats = (formats,) if isinstance(formats, str) else tuple(dict.fromkeys(formats))
        output = given["output"]
        folder = ctx.params.get("all") and output and output.suffix.lower() not in EXTENSIONS
        if rows and len(formats) < 2 and not folder:
            formats = (format_of(formats[0] if formats else None, output),)
        formats = formats or (Format.TABLE,)
        only_for("--raw", given["raw"], formats, "csv")
        only_for("--cite", given["cite"], formats, *WITH_CITATIONS)
        only_for("--meta", given["meta"], formats, "json")
        flags = {name: bool(given[name]) for name in ("raw", "cite", "words", "meta")}
        return cls(formats, output, timeout=given["timeout"], limit=given["limit"], **flags)

    def single_format(self) -> str:
        """Return the format. Raises UsageError if there are several."""
        if len(self.format) > 1:
            raise click.UsageError("give --format once; several are for --all")
        return self.format[0]
