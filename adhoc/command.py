"""`sourcebook sql`: its options, and where a query comes from. Imports only click."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from output.options import Number, StrictCommand, failing, row_options, timeout_option

if TYPE_CHECKING:
    from adhoc.printing import PrintOptions
    from adhoc.values import SqlParameter

TIMEOUT = 30.0
CHARACTERS = 2000

HELP_OF_PARAMETERS = (
    "Write a parameter as :name in the query, and give each its -p. A value without a type is "
    "text; on PostgreSQL it takes the type that the query needs there. Types: text, int, float, "
    "bool (true or false), date (YYYY-MM-DD; text in SQLite) and null, as in -p n:int=3 or "
    "-p place:null."
)


class QueryParameter(click.ParamType[Any]):
    """A parameter with its value, as -p takes it."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> SqlParameter:
        """Parse `-p`."""
        from adhoc.values import parse_parameter
        from schema.escape import visible

        try:
            return parse_parameter(value)
        except ValueError as error:
            self.fail(visible(str(error)), param, ctx)


@click.command(
    cls=StrictCommand,
    params=[
        click.Argument(["query"], required=False),
        click.Option(
            ["-f", "--file"],
            type=click.Path(path_type=Path, allow_dash=True),
            help="Read the query from this file; - is stdin.",
        ),
        click.Option(
            ["-p", "--param", "parameters"],
            type=QueryParameter(),
            multiple=True,
            metavar="NAME[:TYPE]=VALUE",
            help="The value of a parameter.",
        ),
        *row_options(),
        timeout_option(TIMEOUT),
        click.Option(
            ["--limit"],
            type=Number(),
            metavar="ROWS",
            help="Show at most this many rows; 0: all.  [default: 1000 in a table on a terminal, "
            "else all]",
        ),
        click.Option(
            ["--value-limit"],
            type=Number(),
            default=CHARACTERS,
            show_default=True,
            metavar="CHARACTERS",
            help="In a table, show at most this many characters of a value; 0: all.",
        ),
        click.Option(
            ["--save"],
            metavar="NAME",
            help="Turn the query into a report: run it, then write it to NAME.sql in the folder of "
            "--reports, with a header for you to fill in.",
        ),
        click.Option(
            ["--reports"],
            envvar="SOURCEBOOK_REPORTS",
            show_envvar=True,
            metavar="DIR",
            type=click.Path(path_type=Path, file_okay=False),
            help="The folder of your own reports, for --save.",
        ),
    ],
    epilog=HELP_OF_PARAMETERS
    + "\n\nExit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.",
)
@click.pass_context
@failing()
def sql(
    ctx: click.Context,
    /,
    query: str | None,
    file: Path | None,
    parameters: tuple[SqlParameter, ...],
    save: str | None,
    reports: Path | None,
    **printing: Any,
) -> None:
    """Run an SQL query on any SQLite, PostgreSQL or DuckDB database. It cannot change anything.

    QUERY is one statement: select, with, values or explain; on SQLite also a pragma that only
    reads, on the other engines also table and show. It comes from the argument, from -f FILE or
    from stdin. On a sourcebook in a Spark cluster it is Spark's SQL.

    Without a query, a terminal gets a shell.
    """
    from adhoc.printing import PrintOptions

    options = PrintOptions(**printing)
    arguments = _arguments(parameters)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if terminal and save is None and query is None and file is None:
        _shell(ctx.obj, arguments, options)
        return
    text = _query(query, file)
    from adhoc.diagnostics import with_caret
    from adhoc.printing import print_result
    from adhoc.session import Session
    from database.statement import StatementError

    try:
        if save is not None:
            _save(ctx.obj, save, reports, text, parameters, options.timeout)
            return
        with Session(ctx.obj) as session:
            print_result(session, text, arguments, options)
    except StatementError as error:
        raise click.ClickException(with_caret(text, error)) from None


def _save(
    database: str,
    name: str,
    folder: Path | None,
    text: str,
    parameters: Sequence[SqlParameter],
    timeout: float,
) -> None:
    """Save a query as a report, and print its path."""
    from adhoc.save_report import save_report
    from schema.escape import visible

    if folder is None:
        raise click.UsageError(
            "--save needs a folder for your reports: --reports DIR, or SOURCEBOOK_REPORTS"
        )
    path = save_report(database, name, folder, text, parameters, timeout)
    click.echo(f"{visible(str(path))}: saved; now fill in its header", err=True)


def _shell(database: str, arguments: dict[str, Any], options: PrintOptions) -> None:
    """Start the shell, if the libraries that it needs are installed."""
    if options.output is not None:
        raise click.UsageError("-o is for a query: give one, as an argument or with -f FILE")
    from database.errors import how_to_install

    try:
        from adhoc.shell import shell
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the shell needs {error.name}: {how_to_install('prompt-toolkit', 'pygments')}; or "
            "give a query, as an argument, with -f FILE or on stdin"
        ) from None
    shell(database, arguments, options)


def _query(query: str | None, file: Path | None) -> str:
    """Return the query, from the argument, the file or stdin."""
    if query is not None and file is not None:
        raise click.UsageError("the query comes from the argument or from -f, not from both")
    if query is not None:
        return query
    if file is None and sys.stdin.isatty():
        raise click.UsageError("give a query: as an argument, with -f FILE, or on stdin")
    stdin = file is None or str(file) == "-"
    try:
        content = sys.stdin.buffer.read() if stdin or file is None else file.read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"{'stdin' if stdin else file}: is not UTF-8") from None
    except OSError as error:
        raise click.ClickException(f"{file}: {(error.strerror or 'unusable').lower()}") from None


def _arguments(parameters: Sequence[SqlParameter]) -> dict[str, Any]:
    names = [parameter.name for parameter in parameters]
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(f"-p {name} is given twice")
    return {parameter.name: parameter.value for parameter in parameters}
