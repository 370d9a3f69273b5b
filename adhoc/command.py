"""`sourcebook sql`: its options, and how the rows of any query are shown. Imports click alone."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from output.options import failing, only_for, row_options, write

if TYPE_CHECKING:
    from adhoc.parameters import Parameter
    from adhoc.session import Session
    from adhoc.values import Answer, Field, Row
    from output.page import Cell, Column

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it."""

TIMEOUT = 30.0
ROWS = 1000
CHARACTERS = 2000

FOR_PEOPLE = ("table", "markdown", "html")

HELP_OF_PARAMETERS = (
    "A parameter stands in the query as :name, and each must have its -p. Without a type its value "
    "is text, or on PostgreSQL what its place asks for. Types: text, int, float, bool (true or "
    "false), date (YYYY-MM-DD; text in SQLite) and null, as in -p n:int=3 or -p place:null."
)


class Given(click.ParamType[Any]):
    """A parameter with its value."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Parameter:
        """Read it."""
        from adhoc.parameters import parameter
        from schema.escape import visible

        try:
            return parameter(value)
        except ValueError as error:
            self.fail(visible(str(error)), param, ctx)


def asking_options() -> list[click.Parameter]:
    """Make the options that bound a query; the shell takes the same."""
    return [
        click.Option(
            ["--timeout"],
            type=click.FloatRange(min=0),
            default=TIMEOUT,
            show_default=True,
            metavar="SECONDS",
            help="End a query for which the database takes longer; 0: never.",
        ),
        click.Option(
            ["--limit"],
            type=click.IntRange(min=0),
            metavar="ROWS",
            help="Show so many rows; 0: all.  [default: 1000 in a table on a terminal, else all]",
        ),
        click.Option(
            ["--value-limit"],
            type=click.IntRange(min=0),
            default=CHARACTERS,
            show_default=True,
            metavar="CHARACTERS",
            help="In a table show so many characters of a value; 0: all.",
        ),
    ]


@click.command(
    params=[
        click.Argument(["query"], required=False),
        click.Option(
            ["-f", "--file"],
            type=click.Path(path_type=Path, allow_dash=True),
            help="Read the query from this file; - is stdin.",
        ),
        click.Option(
            ["-p", "--param", "parameters"],
            type=Given(),
            multiple=True,
            metavar="NAME[:TYPE]=VALUE",
            help="The value of a parameter.",
        ),
        *row_options(),
        *asking_options(),
        click.Option(
            ["--save"],
            metavar="NAME",
            help="Make a report of the query: write it to NAME.sql in the folder of --reports, "
            "once it has run, with a header to be filled in.",
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
    query: str | None,
    file: Path | None,
    parameters: tuple[Parameter, ...],
    format: str,
    output: Path | None,
    raw: bool,
    timeout: float,
    limit: int | None,
    value_limit: int,
    save: str | None,
    reports: Path | None,
) -> None:
    """Ask any question in SQL, of any database of SQLite or PostgreSQL. Nothing can be changed.

    One query: select, with, values, explain; on SQLite also pragmas that tell something, on
    PostgreSQL also table and show. It comes from the argument, from -f FILE or from stdin.

    Without a query, on a terminal, a shell takes one after the other.
    """
    only_for("--raw", raw, [format], "csv")
    asked = Asked(format, output, raw, timeout, limit, value_limit)
    values = _values(parameters)
    if (
        save is None
        and query is None
        and file is None
        and sys.stdin.isatty()
        and sys.stdout.isatty()
    ):
        _shell(ctx.obj, values, asked)
        return
    text = _query(query, file)
    from adhoc.mistakes import pointed
    from adhoc.session import Session
    from database.statement import StatementError

    try:
        if save is not None:
            _save(ctx.obj, save, reports, text, parameters, timeout)
            return
        with Session(ctx.obj) as session:
            answer(session, text, values, asked)
    except StatementError as error:
        raise click.ClickException(pointed(text, error)) from None
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        ctx.exit(INTERRUPTED)


class Asked(NamedTuple):
    """What the options say of how a query is bounded and its rows are shown."""

    format: str
    output: Path | None
    raw: bool
    timeout: float
    limit: int | None
    value_limit: int


def answer(session: Session, text: str, values: dict[str, Any], asked: Asked) -> None:
    """Ask a query and write its rows; say on stderr what was left out of them.

    Raises what the session does, and OutputError.
    """
    from output.page import Page

    limit = asked.limit
    if limit is None:
        plain = asked.format == "table" and asked.output is None
        limit = ROWS if plain and sys.stdout.isatty() else 0
    limits = Limits(limit, asked.value_limit if asked.format == "table" else 0)
    try:
        with session.ask(text, values, asked.timeout) as found:
            columns, rows = shown(found, people=asked.format in FOR_PEOPLE)
            if columns or asked.format in ("json", "jsonl"):
                write(Page(columns, limits.held(rows)), asked.format, asked.output, asked.raw)
            else:
                click.echo("the query gives no columns", err=True)
    finally:
        limits.tell()


def _save(
    database: str,
    name: str,
    folder: Path | None,
    text: str,
    parameters: Sequence[Parameter],
    timeout: float,
) -> None:
    """Make a report of a query, and say where it is."""
    from adhoc.saving import save
    from schema.escape import visible

    if folder is None:
        raise click.UsageError(
            "--save needs a folder for your reports: --reports DIR, or SOURCEBOOK_REPORTS"
        )
    path = save(database, name, folder, text, parameters, timeout)
    click.echo(f"{visible(str(path))}: saved; say in its header what it is for", err=True)


def _shell(database: str, values: dict[str, Any], asked: Asked) -> None:
    """Let the user type queries, where what that needs is installed."""
    if asked.output is not None:
        raise click.UsageError("-o is for a query: give one, as an argument or with -f FILE")
    try:
        from adhoc.shell import shell
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the shell needs {error.name}: pip install prompt-toolkit pygments, or the extra "
            "`shell`; or give a query, as an argument, with -f FILE or on stdin"
        ) from None
    shell(database, values, asked)


def _query(query: str | None, file: Path | None) -> str:
    """Read the query from where it is."""
    if query is not None and file is not None:
        raise click.UsageError("the query comes from the argument or from -f, not from both")
    if query is not None:
        return query
    if file is None and sys.stdin.isatty():
        raise click.UsageError("give a query: as an argument, with -f FILE, or on stdin")
    stdin = file is None or str(file) == "-"
    try:
        read = sys.stdin.buffer.read() if stdin or file is None else file.read_bytes()
        return read.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"{'stdin' if stdin else file}: is not UTF-8") from None
    except OSError as error:
        raise click.ClickException(f"{file}: {(error.strerror or 'unusable').lower()}") from None


def _values(parameters: Sequence[Parameter]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in parameters:
        if one.name in values:
            raise click.UsageError(f"-p {one.name} is given twice")
        values[one.name] = one.value
    return values


# --- what is shown --------------------------------------------------------------------------------

AHEAD = 1000
"""So many rows decide, where people look at them, which columns hold numbers."""


def shown(answer: Answer, *, people: bool) -> tuple[list[Column], Iterator[Sequence[Cell]]]:
    """Give the columns and rows of an answer as output/formats.py writes them.

    For people the columns of numbers stand on the right.
    """
    from adhoc.values import cells
    from output.page import Column

    rows = answer.rows
    ahead: list[Row] = []
    if people:
        ahead = list(islice(rows, AHEAD))
        rows = chain(ahead, rows)
    kinds = types(answer.columns, ahead)
    columns = [Column(one.name, kind) for one, kind in zip(answer.columns, kinds, strict=True)]
    return columns, cells(answer.columns, rows, sized=people)


def types(columns: Sequence[Field], rows: Sequence[Row]) -> list[Any]:
    """Say which columns hold integers, other numbers, or text, as far as these rows tell."""
    from decimal import Decimal

    found = []
    for n in range(len(columns)):
        kinds = {type(row[n]) for row in rows} - {type(None)}
        if kinds and kinds <= {int}:
            found.append("integer")
        elif kinds and kinds <= {int, float, Decimal}:
            found.append("real")
        else:
            found.append("text")
    return found


class Limits:
    """Holds rows and values to what is asked for, and says on stderr what was left out."""

    def __init__(self, rows: int, characters: int) -> None:
        self._rows = rows
        self._characters = characters
        self._more = False
        self._cut = 0

    def held(self, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        """Give the rows, and of their values, as much as is asked for."""
        if not (self._rows or self._characters):
            yield from rows
            return
        for n, row in enumerate(rows):
            if self._rows and n == self._rows:
                self._more = True
                return
            if self._characters:
                row = [self._short(value) for value in row]
            yield row

    def _short(self, value: Cell) -> Cell:
        if isinstance(value, str) and len(value) > self._characters:
            self._cut += 1
            return value[: self._characters] + "…"
        return value

    def tell(self) -> None:
        """Say what was left out, and what shows it."""
        if self._more:
            click.echo(f"stopped after {self._rows:,} rows; --limit 0 shows all", err=True)
        if self._cut:
            values = "1 value was" if self._cut == 1 else f"{self._cut:,} values were"
            click.echo(
                f"{values} cut to {self._characters:,} characters; --value-limit 0 shows all",
                err=True,
            )
