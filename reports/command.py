"""`sourcebook report`: lists the reports, runs one; its commands are made from their headers.

Imports click and the reports' headers; SQLAlchemy only when a report runs.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from output.formats import WITH_CITATIONS
from output.options import failing, only_for, row_options, write
from output.page import Column, Page
from reports.catalogue import Catalogue, UnknownReportError
from reports.definition import NAMED, Parameter, Report, ReportError, Type
from schema.escape import visible

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from reports.run import BadValueError

FOLDER = "SOURCEBOOK_REPORTS"
"""Where --reports comes from if it is not given."""

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
    Type.EVENT: "EVENT",
    Type.DOCUMENT: "DOCUMENT",
}
EXPLAINED = {
    Type.DATE: "DATE: YYYY, YYYY-MM or YYYY-MM-DD.",
    Type.ACTOR: "ACTOR: its key or any of its names.",
    Type.TOPIC: "TOPIC: its key or label.",
    Type.PLACE: "PLACE: its key or name.",
    Type.EVENT: "EVENT: its key, as document:key where several documents use it, or its title.",
    Type.DOCUMENT: "DOCUMENT: its key or title.",
}
"""What is said once below the options, where a report has such a one."""

COLUMNS = click.Option(
    ["--columns"],
    metavar="NAME,NAME…|all",
    help="Write these columns, in this order. Without it a table in a terminal leaves out details "
    "and says which; everything else has all columns.",
)

SQL = click.Option(
    ["--sql"],
    is_flag=True,
    help="Print the query with its values in it, ready to be pasted into another tool, and ask "
    "nothing.",
)

EXIT = "Exit status: 0 done, 1 failed, 2 wrong usage."


def report_options(*, many: bool = False) -> list[click.Parameter]:
    """Make the options of every report; they stand before or after its name."""
    return [
        *row_options(default=None, many=many),
        click.Option(
            ["--cite"],
            is_flag=True,
            default=None,
            help="Add a list of the documents that the rows rest on, as one cites them.",
        ),
        click.Option(
            ["--words"],
            is_flag=True,
            default=None,
            help="Add a column with the words that each row rests on, where the text is kept "
            "(`load --text FILE --keep-text`).",
        ),
        click.Option(
            ["--meta"],
            is_flag=True,
            default=None,
            help="In json, give an object of meta and rows instead of the rows alone.",
        ),
    ]


class Asked(NamedTuple):
    """What the options of every report say."""

    format: Sequence[str]
    output: Path | None
    raw: bool
    cite: bool
    words: bool
    meta: bool

    @classmethod
    def of(cls, ctx: click.Context, given: dict[str, Any]) -> "Asked":
        """Take out of `given` what was said after the name, or else what was said before it."""
        before = ctx.parent.params if ctx.parent and ctx.parent.command is report else {}
        said = {name: given.pop(name) or before.get(name) for name in cls._fields}
        formats = said["format"] or ("table",)
        formats = (formats,) if isinstance(formats, str) else tuple(dict.fromkeys(formats))
        only_for("--raw", said["raw"], formats, "csv")
        only_for("--cite", said["cite"], formats, *WITH_CITATIONS)
        only_for("--meta", said["meta"], formats, "json")
        flags = (bool(said[name]) for name in ("raw", "cite", "words", "meta"))
        return cls(formats, said["output"], *flags)

    def one_format(self) -> str:
        """Give the format. Raises UsageError where there are several."""
        if len(self.format) > 1:
            raise click.UsageError("give --format once; several are for --all")
        return self.format[0]


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

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> "list[CompletionItem]":
        """Offer the choices, or those whom the database knows."""
        from reports.completion import choices, values

        if self.parameter.type in NAMED:
            return values(ctx, self.parameter.type, incomplete)
        return choices(self.parameter.choices, incomplete)

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
            params=[*map(_option, report.parameters), *report_options(), COLUMNS, SQL],
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

    @failing()
    def answer(self, **arguments: Any) -> None:
        """Run the report and write its rows."""
        ctx = click.get_current_context()
        columns, sql = arguments.pop("columns"), arguments.pop("sql")
        asked = Asked.of(ctx, arguments)
        if sql:
            self._paste(ctx, asked, arguments)
            return
        form = asked.one_format()
        from database.connect import reading
        from reports.grounds import WORDS, Grounds, NoGroundsError, unkept
        from reports.run import BadValueError, answered, bound, several, standing

        try:
            grounds = Grounds(self.report) if asked.cite or asked.words else None
            with reading(ctx.obj) as connection, ExitStack() as stack:
                values = bound(connection, self.report, arguments)
                self._say_whom(arguments, values)
                page = stack.enter_context(answered(connection, self.report, values))
                page = replace(page, meta=standing(connection))
                if several(connection):
                    told = [
                        replace(one, detail=one.detail and one.name != "source")
                        for one in page.columns
                    ]
                    page = replace(page, columns=told)
                if grounds:
                    page = grounds.page(connection, page, cite=asked.cite, words=asked.words)
                    if asked.words and columns not in (None, "all"):
                        columns += f",{WORDS.name}"
                meta = asked.meta or asked.cite
                write(page, form, asked.output, asked.raw, meta=meta, columns=columns)
        except NoGroundsError as error:
            raise click.UsageError(str(error)) from None
        except BadValueError as error:
            raise self._bad(error, ctx) from None
        if grounds and grounds.textless:
            click.echo(visible(unkept(grounds.textless)), err=True)

    def _paste(self, ctx: click.Context, asked: Asked, arguments: dict[str, Any]) -> None:
        """Write the query that would be asked, names looked up, nothing else done."""
        from database.connect import reading
        from output.destination import destination
        from reports.pasting import pasted
        from reports.run import BadValueError, bound

        if asked != Asked(("table",), asked.output, False, False, False, False):
            raise click.UsageError("--sql prints the query, and takes no other option but -o")
        try:
            with reading(ctx.obj) as connection:
                values = bound(connection, self.report, arguments)
            sql = pasted(self.report, values)
            with destination(asked.output) as out:
                out.write(
                    "\n".join(map(visible, sql.expandtabs().split("\n"))) if out.isatty() else sql
                )
        except BadValueError as error:
            raise self._bad(error, ctx) from None

    def _bad(self, error: "BadValueError", ctx: click.Context) -> click.BadParameter:
        option = next(p for p in self.params if p.name == error.parameter)
        return click.BadParameter(visible(str(error)), ctx, option)

    def _say_whom(self, given: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Say who is meant by a name that is no key: a title or a metonym may be anybody's."""
        for one in self.report.parameters:
            meant = values.get(one.name)
            if one.type in NAMED and meant not in (None, given.get(one.name)):
                option = f"--{one.name.replace('_', '-')}"
                click.echo(visible(f"{option} {given.get(one.name)}: {meant}"), err=True)


class Reports(click.Group):
    """The reports of a catalogue, each made into a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all reports."""
        with naming():
            return list(known(ctx).files)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Make the command of a report. An unknown name is wrong usage and gets the nearest."""
        try:
            with naming():
                return ReportCommand(known(ctx).report(name))
        except click.ClickException:
            if ctx.resilient_parsing:  # somebody is still typing
                return None
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Offer the reports, or where an option is begun the options."""
        from reports.completion import reports

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return reports(known(ctx), incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every report with its whole question: click would cut it off."""
        with naming(), formatter.section("Reports"):
            formatter.write_dl(
                [
                    (one.name, visible(one.question))
                    for one in known(ctx).each()
                    if isinstance(one, Report)
                ]
            )


def known(ctx: click.Context) -> Catalogue:
    """Give the reports that ship and those of --reports; --help comes before a variable is read."""
    own = ctx.params.get("reports") or os.environ.get(FOLDER)
    return Catalogue.of(Path(own) if own else None)


@contextmanager
def naming() -> Iterator[None]:
    """Turn a fault of a report's file into one line on stderr; an unknown name is wrong usage."""
    with failing():
        try:
            yield
        except UnknownReportError as error:
            raise click.UsageError(
                f"{visible(str(error))}; `sourcebook report` lists all, --reports DIR stands "
                "before the name"
            ) from None


@click.group(
    cls=Reports,
    invoke_without_command=True,
    params=[
        click.Option(
            ["--reports"],
            envvar=FOLDER,
            show_envvar=True,
            metavar="DIR",
            is_eager=True,
            type=click.Path(path_type=Path, file_okay=False),
            help="Know the .sql files of this folder as reports too.",
        ),
        click.Option(
            ["--all"],
            is_flag=True,
            help="Ask every report and write it to a file of the folder -o; --format may be given "
            "several times. With --format markdown alone and -o FILE.md, write one document.",
        ),
        *report_options(many=True),
    ],
    subcommand_metavar="[NAME [OPTIONS]]",
    epilog=EXIT,
)
@click.pass_context
def report(ctx: click.Context, /, reports: Path | None, all: bool, **given: Any) -> None:  # noqa: ARG001
    """Ask one of the reports; without a name, list them.

    `report NAME --help` says what a report answers, what it can be asked and what its columns
    hold. In a terminal a table is fitted to the width; elsewhere nothing is wrapped.

    Below the rows the content hash of the database is named, so that what is printed can be traced
    to the data: in html and markdown, in json with --meta, else on stderr.

    A report of your own is a .sql file with the same header as those that ship; one of a name that
    is there already is refused.
    """
    if ctx.invoked_subcommand is not None:
        if all:
            raise click.UsageError("--all asks every report: leave the name out")
        return
    asked = Asked.of(ctx, given)
    catalogue = known(ctx)
    if all:
        write_all(ctx, catalogue, asked)
    else:
        list_all(ctx, catalogue, asked)


def write_all(ctx: click.Context, catalogue: Catalogue, asked: Asked) -> None:
    """Write every report; exit status 1 if one of them failed."""
    if asked.output is None:
        raise click.UsageError("--all needs -o: a folder, or with --format markdown FILE.md")
    from database.connect import reading
    from output.formats import Format
    from reports.every import Every

    with failing(), reading(ctx.obj) as connection:
        formats = [Format(format) for format in asked.format]
        every = Every(
            connection, catalogue, formats, asked.raw, asked.cite, asked.words, asked.meta
        )
        every.write(asked.output)
    if every.failed:
        ctx.exit(1)


def list_all(ctx: click.Context, catalogue: Catalogue, asked: Asked) -> None:
    """List the reports; exit status 1 if the file of one has a fault."""
    if asked.cite or asked.words or asked.meta:
        raise click.UsageError("--cite, --words and --meta are for a report: give its NAME")
    with failing():
        found = list(catalogue.each())
    rows = [(one.name, one.title, one.question) for one in found if isinstance(one, Report)]
    with failing():
        write(Page(LIST, rows, title="Reports"), asked.one_format(), asked.output, asked.raw)
    faults = [one for one in found if isinstance(one, ReportError)]
    for fault in faults:
        click.echo(f"Error: {visible(str(fault))}", err=True)
    if faults:
        ctx.exit(1)


def _option(parameter: Parameter) -> click.Option:
    default = "" if parameter.default is None else f"  [default: {parameter.default}]"
    return click.Option(
        [f"--{parameter.name.replace('_', '-')}", parameter.name],
        type=Value(parameter),
        required=parameter.required,
        help=visible(parameter.meaning + default),
    )
