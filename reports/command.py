"""`sourcebook report`: lists the reports and runs one; each report's header makes its command.

Imports click and the reports' headers; SQLAlchemy only when a report runs.
"""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from output.options import StrictCommand, failing, say, write
from output.page import Page, PageColumn
from reports.catalogue import Catalogue, UnknownReportError
from reports.definition import Parameter, Report, ReportError, Type
from reports.options import COLUMNS, PORTABLE, SQL, ReportOptions, report_options
from reports.positional import (
    NAMES,
    NameArguments,
    UnplacedNamesError,
    for_two,
    place,
    program,
    suggestions,
)
from schema.escape import visible

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from reports.run import BadValueError

FOLDER = "SOURCEBOOK_REPORTS"
"""The variable for --reports."""

LIST = (
    PageColumn("report", meaning="name of the report"),
    PageColumn("title", meaning="its title"),
    PageColumn("question", meaning="the question that it answers"),
)
EXPLAINED = {
    Type.DATE: "DATE: 2015, 2015-07-26, July 2015, autumn 2015, late 2015, 44 BC or EDTF.",
    Type.ACTOR: "ACTOR: its key, a name of it, or words of a name.",
    Type.TOPIC: "TOPIC: its key or label, or words of it.",
    Type.PLACE: "PLACE: its key or name, or words of it.",
    Type.EVENT: "EVENT: its key (document:key if several documents use it), its title, or words of "
    "the title.",
    Type.DOCUMENT: "DOCUMENT: its key, its title or its author, or words of these.",
    Type.SOURCE: "SOURCE: its key (document:key if it is unnamed) or its title.",
}
"""What help says once, below the options of a report that has a parameter of the type."""

EXIT = "Exit status: 0 done, 1 failed, 2 wrong usage."


class ParameterType(click.ParamType[str | int]):
    """The type of a report's parameter; values are checked before any database is opened."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.name = parameter.type.value

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | int:
        """Check a value as the report does."""
        try:
            checked = self.parameter.value(value)
        except ValueError as error:
            self.fail(visible(str(error)), param, ctx)
        # The answer says which date was asked for, not only the day that counts.
        return str(value) if self.parameter.type is Type.DATE else checked

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> "list[CompletionItem]":
        """Offer the choices, or what the database holds."""
        from reports.completion import of_parameter

        return of_parameter(ctx, self.parameter, incomplete)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:  # noqa: ARG002
        """Return the choices, or the type."""
        if self.parameter.choices:
            return f"[{'|'.join(self.parameter.choices)}]"
        return self.parameter.type.upper()


class ReportCommand(StrictCommand):
    """The command of one report; its help is the report's header."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(
            report.name,
            params=[
                NameArguments(report),
                *map(parameter_option, report.parameters),
                *report_options(),
                COLUMNS,
                SQL,
                PORTABLE,
            ],
            callback=self.run,
            short_help=report.question,
        )

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write title, question and notes."""
        for paragraph in (f"{self.report.title}: {self.report.question}", *self.report.notes):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(visible(paragraph))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the options take, and the columns."""
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

    def instead(self, option: click.Option) -> str:
        """Say which report is for two actors."""
        for parameter in self.report.parameters:
            if parameter.name == option.name:
                return for_two(self.report, parameter)
        return ""

    @failing()
    def run(self, **arguments: Any) -> None:
        """Run the report and write its rows."""
        ctx = click.get_current_context()
        columns, sql = arguments.pop("columns"), arguments.pop("sql")
        portable = arguments.pop("portable")
        options = ReportOptions.take(ctx, arguments, rows=not sql)
        self._place(ctx, arguments, arguments.pop(NAMES), options.timeout)
        if sql:
            self._print_sql(ctx, options, arguments, portable=portable)
            return
        if portable:
            raise click.UsageError("--portable is for --sql: give both")
        format = options.single_format()
        from database.connect import reading
        from reports.about import about
        from reports.members import left_out
        from reports.row_evidence import WORDS, NoEvidenceError, RowEvidence, text_not_kept
        from reports.run import BadValueError, bind, execute

        try:
            evidence = RowEvidence(self.report) if options.cite or options.words else None
            with reading(ctx.obj, options.timeout) as connection, ExitStack() as stack:
                values = bind(connection, self.report, arguments, say)
                for line in left_out(connection, self.report, values):
                    say(line)
                page = stack.enter_context(execute(connection, self.report, values))
                page = about(connection, page, self.report, values, arguments)
                if evidence:
                    page = evidence.page(connection, page, cite=options.cite, words=options.words)
                    if options.words and columns not in (None, "all"):
                        columns += f",{WORDS.name}"
                meta = options.meta or options.cite
                write(
                    page,
                    format,
                    options.output,
                    options.raw,
                    meta=meta,
                    columns=columns,
                    limit=options.limit,
                )
        except NoEvidenceError as error:
            raise click.UsageError(str(error)) from None
        except BadValueError as error:
            raise self._bad(error, ctx) from None
        if evidence and evidence.textless:
            click.echo(visible(f"--words: {text_not_kept(evidence.textless)}"), err=True)

    def _place(
        self,
        ctx: click.Context,
        arguments: dict[str, Any],
        names: Sequence[str],
        timeout: float | None,
    ) -> None:
        """Give names without an option to the required parameters, all of which need a value."""
        try:
            place(self.report, arguments, names)
        except UnplacedNamesError:
            from database.connect import reading

            with reading(ctx.obj, timeout) as connection:
                for line in suggestions(ctx, connection, self.report, arguments, names):
                    say(line)
            ctx.exit(click.UsageError.exit_code)

    def _print_sql(
        self,
        ctx: click.Context,
        options: ReportOptions,
        arguments: dict[str, Any],
        *,
        portable: bool,
    ) -> None:
        from database.connect import reading
        from output.destination import destination
        from reports.run import BadValueError, bind, query_with_names, query_with_values

        if options != ReportOptions(output=options.output, timeout=options.timeout):
            raise click.UsageError(
                "--sql prints the query; of the other options only -o and --timeout apply"
            )
        try:
            with reading(ctx.obj, options.timeout) as connection:
                values = bind(connection, self.report, arguments, say)
        except BadValueError as error:
            raise self._bad(error, ctx) from None
        sql = (query_with_names if portable else query_with_values)(self.report, values)
        with destination(options.output) as out:
            if out.isatty():
                sql = "\n".join(map(visible, sql.expandtabs().split("\n")))
            out.write(sql)

    def _bad(self, error: "BadValueError", ctx: click.Context) -> click.BadParameter:
        option = next(p for p in self.params if p.name == error.parameter)
        by_option = ctx.get_parameter_source(error.parameter) is not ParameterSource.DEFAULT
        hint = None if by_option else f"'{error.parameter.upper()}'"
        return click.BadParameter(str(error), ctx, option, hint)


class Reports(StrictCommand, click.Group):
    """The reports of a catalogue; each becomes a command when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all reports."""
        with reporting_unknown():
            return list(catalogue_of(ctx).files)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of a report. An unknown name is wrong usage, with a suggestion."""
        try:
            with reporting_unknown():
                return ReportCommand(catalogue_of(ctx).report(name))
        except click.ClickException:
            if ctx.resilient_parsing:  # completion: the user is still typing
                return None
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Offer the reports, or the options once a dash is typed."""
        from reports.completion import reports

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return reports(catalogue_of(ctx), incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every report with its whole question, which click would truncate."""
        with reporting_unknown(), formatter.section("Reports"):
            formatter.write_dl(
                [
                    (report.name, visible(report.question))
                    for report in catalogue_of(ctx).each()
                    if isinstance(report, Report)
                ]
            )


def catalogue_of(ctx: click.Context) -> Catalogue:
    """Return the reports that ship and those of --reports."""
    # click prints --help before it reads the variable.
    own = ctx.params.get("reports") or os.environ.get(FOLDER)
    return Catalogue.of(Path(own) if own else None)


def command_of_report(ctx: click.Context, arguments: Sequence[str]) -> str | None:
    """Return the command line that runs a report with these arguments, if the first names one."""
    try:
        report = catalogue_of(ctx).report(arguments[0])
    except ReportError:
        return None
    return visible(shlex.join([*program(ctx), report.name, *arguments[1:]]))


@contextmanager
def reporting_unknown() -> Iterator[None]:
    """Turn a faulty report into one line on stderr, and an unknown name into wrong usage."""
    with failing():
        try:
            yield
        except UnknownReportError as error:
            raise click.UsageError(
                f"{error}; `sourcebook report` lists all. Put --reports DIR before the name"
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
            help="Use the .sql files in this folder as reports too.",
        ),
        click.Option(
            ["--all"],
            is_flag=True,
            help="Run every report and write each to a file in the folder -o, with a page that "
            "lists them; --format may be repeated. -o FILE.md, .html or .xlsx is one document.",
        ),
        *report_options(many=True),
    ],
    subcommand_metavar="[NAME [OPTIONS]]",
    epilog=EXIT,
)
@click.pass_context
def report(ctx: click.Context, /, reports: Path | None, all: bool, **arguments: Any) -> None:  # noqa: ARG001
    """Run a report; without a name, list them.

    `report NAME --help` explains a report's question, its options and its columns. A table fits the
    width of the terminal; in a pipe or a file it is 100 columns wide, or --width.

    Table, markdown, html and xlsx state what was asked, and of which data; json does so with
    --meta. With csv, tsv and jsonl, a line on stderr names the data.

    A report of your own is a .sql file with the same kind of header as those that ship. It can't
    take the name of a report that exists already.
    """
    if ctx.invoked_subcommand is not None:
        if all:
            raise click.UsageError("--all runs every report: leave the name out")
        return
    options = ReportOptions.take(ctx, arguments)
    if all:
        write_all(ctx, options)
    else:
        list_all(ctx, options)


def write_all(ctx: click.Context, options: ReportOptions) -> None:
    """Write every report; exit status 1 if one of them failed."""
    if options.output is None:
        raise click.UsageError("--all needs -o: a folder, or FILE.md, FILE.html or FILE.xlsx")
    from database.connect import reading
    from reports.all_reports import AllReports

    with failing(), reading(ctx.obj, options.timeout) as connection:
        reports = AllReports(connection, catalogue_of(ctx), options)
        reports.write(options.output)
    if reports.failed:
        ctx.exit(1)


def list_all(ctx: click.Context, options: ReportOptions) -> None:
    """List the reports; exit status 1 if the file of one has a fault."""
    if options.cite or options.words or options.meta:
        raise click.UsageError("--cite, --words and --meta need the NAME of a report")
    with failing():
        entries = list(catalogue_of(ctx).each())
        rows = [(it.name, it.title, it.question) for it in entries if isinstance(it, Report)]
        page = Page(LIST, rows, title="Reports")
        write(page, options.single_format(), options.output, options.raw)
    faults = [entry for entry in entries if isinstance(entry, ReportError)]
    for fault in faults:
        click.echo(visible(f"Error: {fault}"), err=True)
    if faults:
        ctx.exit(1)


def parameter_option(parameter: Parameter) -> click.Option:
    """Return the option of a report's parameter."""
    notes = {
        "required": parameter.required,
        f"default: {parameter.default}": parameter.default is not None,
        "may be repeated": parameter.repeated,
    }
    shown = "".join(f"  [{note}]" for note, applies in notes.items() if applies)
    return click.Option(
        [parameter.option, parameter.name],
        type=bool if parameter.type is Type.FLAG else ParameterType(parameter),
        # With False, click would take -0043 for an option that follows one without its value.
        is_flag=True if parameter.type is Type.FLAG else None,
        multiple=parameter.repeated,
        help=visible(parameter.meaning + shown),
    )
