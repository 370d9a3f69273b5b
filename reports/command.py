"""`sourcebook report`: lists the reports, runs one; its commands are made from their headers.

Imports click and the reports' headers; SQLAlchemy only when a report runs.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from reports.catalogue import Catalogue, UnknownReportError
from reports.definition import Parameter, Report, ReportError, Type
from reports.render import Column, Format, OutputError, Page, destination, render, visible

LIST = (
    Column("report", meaning="name of the report"),
    Column("title", meaning="what it is called"),
    Column("question", meaning="the question that it answers"),
)
METAVARS = {
    Type.TEXT: "TEXT",
    Type.INTEGER: "INTEGER",
    Type.DATE: "DATE",
    Type.ACTOR: "ACTOR",
    Type.TOPIC: "TOPIC",
    Type.PLACE: "PLACE",
}
EXPLAINED = {
    Type.DATE: "DATE: YYYY, YYYY-MM or YYYY-MM-DD.",
    Type.ACTOR: "ACTOR: its key or any of its names.",
    Type.TOPIC: "TOPIC: its key or label.",
    Type.PLACE: "PLACE: its key or name.",
}
"""What is said once below the options, where a report has such a one."""

EXIT = "Exit status: 0 done, 1 failed, 2 wrong usage."


def row_options() -> list[click.Parameter]:
    """Make the options that say how rows are written; they stand before or after the name."""
    return [
        click.Option(
            ["--format"],
            type=click.Choice([format.value for format in Format]),
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


class Value(click.ParamType[str | int]):
    """A value of a report's parameter, checked before any database is opened."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.name = parameter.type.value

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | int:
        """Check it as the report does."""
        try:
            return self.parameter.value(value)
        except ValueError as error:
            self.fail(visible(str(error)), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:  # noqa: ARG002
        """Give the choices, or what it is."""
        if self.parameter.choices:
            return f"[{'|'.join(self.parameter.choices)}]"
        return METAVARS[self.parameter.type]


class ReportCommand(click.Command):
    """The command of one report; its help is the report's header."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(
            report.name,
            params=[*map(_option, report.parameters), *row_options()],
            callback=self.answer,
            short_help=report.question,
        )

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write title, question and notes."""
        for paragraph in (f"{self.report.title}: {self.report.question}", *self.report.notes):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(visible(paragraph))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the values mean, and the columns."""
        types = {parameter.type for parameter in self.report.parameters}
        for type, meaning in EXPLAINED.items():
            if type in types:
                formatter.write_paragraph()
                with formatter.indentation():
                    formatter.write_text(meaning)
        with formatter.section("Columns"):
            formatter.write_dl(
                [
                    (f"{column.name} ({column.type})", visible(column.meaning))
                    for column in self.report.columns
                ]
            )
        formatter.write_paragraph()
        formatter.write_text(EXIT)

    def answer(self, **arguments: Any) -> None:
        """Run the report and write its rows."""
        ctx = click.get_current_context()
        how = {name: arguments.pop(name) for name in ("format", "output", "raw")}
        before = ctx.parent.params if ctx.parent else {}
        how = {name: before.get(name) if said is None else said for name, said in how.items()}
        from reports.run import BadValueError, run
        from schema.database import DatabaseError, reading

        try:
            with (
                reading(ctx.obj) as connection,
                run(connection, self.report, arguments) as page,
            ):
                write(page, **how)
        except BadValueError as error:
            option = next(p for p in self.params if p.name == error.parameter)
            raise click.BadParameter(visible(str(error)), ctx, option) from None
        except (DatabaseError, OutputError, ReportError) as error:
            raise click.ClickException(visible(str(error))) from None


class Reports(click.Group):
    """The reports of a catalogue, each made into a command when it is asked for."""

    catalogue = Catalogue()

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name all reports."""
        with failing():
            return list(self.catalogue.paths)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Make the command of a report. An unknown name is wrong usage and gets the nearest."""
        with failing():
            return ReportCommand(self.catalogue.report(name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write every report with its whole question: click would cut it off."""
        with failing(), formatter.section("Reports"):
            formatter.write_dl(
                [(report.name, visible(report.question)) for report in self.catalogue.reports()]
            )


@contextmanager
def failing() -> Iterator[None]:
    """Turn a fault of a report's file into one line on stderr; an unknown name is wrong usage."""
    try:
        yield
    except UnknownReportError as error:
        raise click.UsageError(f"{visible(str(error))}; `sourcebook report` lists all") from None
    except ReportError as error:
        raise click.ClickException(visible(str(error))) from None


@click.group(
    cls=Reports,
    invoke_without_command=True,
    params=row_options(),
    subcommand_metavar="[NAME [OPTIONS]]",
    epilog=EXIT,
)
@click.pass_context
def report(ctx: click.Context, format: str | None, output: Path | None, raw: bool | None) -> None:
    """Ask one of the reports; without a name, list them.

    `report NAME --help` says what a report answers, what it can be asked and what its columns
    hold. In a terminal a table is fitted to the width; elsewhere nothing is wrapped.
    """
    if ctx.invoked_subcommand is not None:
        return
    with failing():
        rows = [(one.name, one.title, one.question) for one in Reports.catalogue.reports()]
    try:
        write(Page(LIST, rows, title="Reports"), format, output, raw)
    except OutputError as error:
        raise click.ClickException(visible(str(error))) from None


def write(page: Page, format: str | None, output: Path | None, raw: bool | None) -> None:
    """Write a page where and how the options say; a reader who goes away is no fault."""
    form = Format(format or Format.TABLE)
    if raw and form is not Format.CSV:
        raise click.UsageError("--raw is for --format csv; the other formats never change a cell")
    try:
        with destination(output) as out:
            count = render(page, form, out, width=_width(out, output), raw=bool(raw))
    except BrokenPipeError:
        # As `report | head` does. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    if not count:
        click.echo("no rows", err=True)


def _option(parameter: Parameter) -> click.Option:
    default = "" if parameter.default is None else f"  [default: {parameter.default}]"
    return click.Option(
        [f"--{parameter.name.replace('_', '-')}", parameter.name],
        type=Value(parameter),
        required=parameter.required,
        help=visible(parameter.meaning + default),
    )


def _width(out: TextIO, output: Path | None) -> int | None:
    """Give the width that a table must fit: the terminal's, or none."""
    if output is not None or not out.isatty():
        return None
    return shutil.get_terminal_size().columns
