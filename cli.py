"""The command line: thin commands that hand over to coding, reports, database and migrations.

At the start it imports only click and the options for rows; every command imports what it needs
when it runs.
"""

from __future__ import annotations

import gc
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

try:
    import click

    from coding.console import failing, print_rows, say, say_loaded
    from output.options import StrictCommand, row_options
    from output.wording import counted
except KeyboardInterrupt:  # Ctrl-C before there is a command line to handle it
    raise SystemExit(130) from None

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

FAILED, INTERRUPTED = 1, 130

DB = "sourcebook.db"
"""The database that is used unless the user names another."""

COMPLETE = "_SOURCEBOOK_COMPLETE"
"""The variable in which a shell asks for completion."""

FILE = click.Path(path_type=Path)

LAZY = {
    "check": ("coding.commands", "Check codings against every rule, without loading them."),
    "compare": (
        "coding.file_commands",
        "Compare two codings of one text: what only one has, and where they differ.",
    ),
    "load": (
        "coding.commands",
        "Load codings, or all codings of a folder, and print what changed.",
    ),
    "drop": (
        "coding.commands",
        "Remove documents with their facts and all that only they use; print what was removed.",
    ),
    "pin": (
        "coding.file_commands",
        "Turn places quoted by their words into offsets, and measure the passages.",
    ),
    "review": (
        "coding.file_commands",
        "Show a coding beside its text: what was coded from which words, and what was not.",
    ),
    "rename": (
        "coding.file_commands",
        "Rename a key in all codings that use it; comments and layout stay.",
    ),
    "unpin": (
        "coding.file_commands",
        "Turn offsets back into words, for reviewing line by line.",
    ),
    "draft": (
        "coding.drafting.command",
        "Draft the coding of TEXT: who said what, when, and who is named.",
    ),
    "brief": (
        "pages.briefing.command",
        "Write a briefing of one to four printed pages, for readers who are new to a subject.",
    ),
    "cite": (
        "reports.cite",
        "Cite documents or other sources; without a name, all documents.",
    ),
    "documents": (
        "reports.documents",
        "List the documents that are loaded: author, title, date of publication, size, and when.",
    ),
    "draw": (
        "pages.pictures.command",
        "Draw a timeline, a network or who relays whom as an SVG picture.",
    ),
    "export": (
        "exports.command",
        "Write everything that the sourcebook holds into the folder DIR, and list the files.",
    ),
    "feed": ("feeds.command", "Make another database an exact copy."),
    "passage": ("reports.passage", "Print passages of a document, and what was coded from them."),
    "report": ("reports.command", "Run a report; without a name, list them."),
    "search": (
        "adhoc.search_command",
        "Find passages (if their text is stored), quotes, events, actors and more by their words.",
    ),
    "site": (
        "pages.site.command",
        "Write the sourcebook as static pages into the folder DIR.",
    ),
    "sql": ("adhoc.command", "Run an SQL query on any SQLite, PostgreSQL or DuckDB database."),
}
"""Commands in modules of their own, with their help in the list of commands."""


class Sourcebook(StrictCommand, click.Group):
    """The commands; those in `LAZY` are imported only when they are used."""

    command_class = StrictCommand

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*super().list_commands(ctx), *LAZY])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command, imported if need be."""
        if name not in LAZY:
            return super().get_command(ctx, name)
        command: click.Command = getattr(import_module(LAZY[name][0]), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; the name of a report alone is wrong usage, and gets the right one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from reports.command import command_of_report

            if suggestion := command_of_report(ctx, args):
                hint = f"{error.message} Did you mean `{suggestion}`?"
                raise click.UsageError(hint, ctx) from None
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C ends it with the exit status that shells use."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
            ctx.exit(INTERRUPTED)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write all commands, each with a whole sentence, without importing them."""
        rows = []
        for name in self.list_commands(ctx):
            command = super().get_command(ctx, name)
            rows.append((name, command.get_short_help_str(200) if command else LAZY[name][1]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def table_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Sequence[str]:
    """Offer the tables and views of the database, for completion."""
    del param
    from reports.completion import tables

    return tables(ctx, incomplete)


def database_files(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Let the shell offer files, for completion."""
    del ctx, param
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


@click.group(
    cls=Sourcebook,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="To complete commands, options and the names of actors, topics and places in bash, put "
    "this into your .bashrc (for other shells, write zsh_source or fish_source):\n\n\b\n"
    'eval "$(_SOURCEBOOK_COMPLETE=bash_source sourcebook)"',
)
@click.option(
    "--db",
    metavar="URL-OR-PATH",
    envvar="SOURCEBOOK_DB",
    default=DB,
    show_default=True,
    show_envvar=True,
    shell_complete=database_files,
    help="The database: a path, or a SQLAlchemy URL for SQLite or PostgreSQL. Copies can be read: "
    "a DuckDB file, or a Parquet export on Spark (sc://HOST:PORT/;path=FOLDER).",
)
@click.version_option(package_name="sourcebook", message="%(prog)s %(version)s")
@click.pass_context
def sourcebook(ctx: click.Context, db: str) -> None:
    """Find out what texts say: who acts, what happened, who said what, and who vouches for it.

    Rows go to stdout, messages to stderr. Exit status: 0 done, 1 failed, 2 wrong usage,
    3 done with warnings (check, pin), 130 stopped by Ctrl-C.
    """
    ctx.obj = db


@sourcebook.command()
@click.pass_context
def init(ctx: click.Context) -> None:
    """Create or upgrade the database, load the codings that ship, and say what to try next."""
    from coding.changeset import Peers
    from coding.load import SHIPPED, load
    from coding.validation import read
    from database.connect import migrating, reading, writing
    from migrations.upgrade import upgrade
    from reports.overview import overview

    db = ctx.obj
    with failing() as done:
        codings = [read(path) for path in sorted(SHIPPED.glob("*.yaml"))]
        with migrating(db) as connection:
            before, after = upgrade(connection)
        done.append("schema")
        _say_schema(db, before, after)
        peers = Peers(codings)
        for coding in codings:
            with writing(db) as connection:
                loaded = load(connection, coding, peers=peers)
            if loaded.first:
                say(f"{loaded.document}: loaded")
            else:
                say_loaded(loaded)
        with reading(db) as connection:
            width = min(shutil.get_terminal_size((100, 24)).columns, 100)
            click.echo(overview(connection, _command(ctx), width), nl=False)
    if activation := _activation():
        say(f"To type `sourcebook` alone, activate its environment first: {activation}")


@sourcebook.command()
@click.option(
    "--verify",
    is_flag=True,
    help="Change nothing: recompute the derived tables, print the rows that differ, and exit with "
    "status 1 if there are any.",
)
@click.pass_obj
def migrate(db: str, verify: bool) -> None:
    """Create the database or upgrade its schema, and correct the derived tables.

    `load` keeps the derived tables up to date; they differ only if somebody wrote to the database
    by other means.
    """
    from database.connect import migrating, reading
    from database.derived.refresh import Drift, recompute
    from database.location import locate, name_of
    from migrations.upgrade import upgrade

    if verify:
        with failing(), reading(db, stored=True) as connection:
            rows = [
                (
                    difference.table,
                    ", ".join(map(str, difference.row)),
                    difference.problem,
                    ", ".join(difference.columns),
                )
                for difference in recompute(connection, write=False)
            ]
        if not rows:
            say(f"{name_of(locate(db))}: the derived tables are up to date")
            return
        print_rows(("table", "row", "problem", "columns"), rows, "table", None, raw=False)
        say(f"{counted(len(rows), 'derived row')} out of date; `sourcebook migrate` corrects them")
        sys.exit(FAILED)
    corrected: list[Drift] = []
    with failing(), migrating(db) as connection:
        before, after = upgrade(connection)
        if before == after:  # an upgrade has computed them
            corrected = list(recompute(connection, write=True))
    _say_schema(db, before, after)
    if corrected:
        say(f"{counted(len(corrected), 'row')} of derived tables corrected")


@sourcebook.command(params=row_options("mermaid"))
@click.argument("name", required=False, shell_complete=table_names)
@click.pass_obj
def tables(db: str, name: str | None, format: str, output: Path | None, raw: bool) -> None:
    """Print the data dictionary: all tables and views, or the columns of one.

    If the database exists, rows are counted and examples shown. It need not be a sourcebook: any
    SQLite, PostgreSQL or DuckDB database describes itself. --format mermaid draws a diagram.
    """
    from database import describe
    from schema.dictionary import UnknownTableError

    if format == "mermaid" and name is not None:
        raise click.UsageError("--format mermaid draws all tables; leave NAME out")
    with failing(), describe.describing(db) as dictionary:
        if format == "mermaid":
            _write(dictionary.mermaid(), output)
        elif name is None:
            rows = list(dictionary.tables())
            print_rows(
                describe.DescribedTable._fields, rows, format, output, raw, numbers=("rows",)
            )
        else:
            try:
                columns = list(dictionary.columns(name))
            except UnknownTableError as error:
                raise click.UsageError(error.args[0]) from None
            print_rows(describe.DescribedColumn._fields, columns, format, output, raw)
        for note in dictionary.notes:
            say(note)


def main() -> None:
    """Run the command line; the console script."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        # The next file to be opened must not take the number of a stream that the caller closed.
        if getattr(sys, name) is None:
            nothing = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - open until exit
            setattr(sys, name, nothing)
    if COMPLETE in os.environ:
        from click.shell_completion import add_completion_class

        from reports.completion import WholeWords

        add_completion_class(WholeWords)
    gc.set_threshold(100_000)  # commands make many objects at once, and hardly a cycle
    out_of_memory = False
    try:
        try:
            sourcebook(prog_name="sourcebook", complete_var=COMPLETE)
        finally:
            sys.stdout.flush()
    except MemoryError:
        out_of_memory = True  # the message has to wait until the error has let go of its memory
    except OSError as error:
        # A full disk, for example. Python would try to flush again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo(f"Error: cannot write: {error.strerror or error}", err=True)
        sys.exit(FAILED)
    if out_of_memory:
        click.echo("Error: there is not enough memory for this", err=True)
        sys.exit(FAILED)


def _command(ctx: click.Context) -> str:
    """Return how a command for the same database begins, as a shell takes it."""
    from click.core import ParameterSource

    from database.location import locate, name_of

    url = locate(ctx.obj)
    given = ctx.obj if url.password is None else name_of(url)
    if ctx.find_root().get_parameter_source("db") != ParameterSource.COMMANDLINE or given == DB:
        return "sourcebook"
    return f"sourcebook --db {shlex.quote(given)}"


def _activation() -> str:
    """Return the command after which a shell finds `sourcebook`; empty if it does already."""
    folder = Path(sys.executable).parent
    there = shutil.which("sourcebook")
    script = folder / "activate"
    if not script.exists() or (there and Path(there).parent == folder):
        return ""
    path = os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)
    return path if os.name == "nt" else f"source {shlex.quote(path)}"


def _write(text: str, output: Path | None) -> None:
    from output.destination import destination

    with destination(output) as out:
        out.write(text)


def _say_schema(db: str, before: str | None, after: str | None) -> None:
    from database.location import locate, name_of

    name = name_of(locate(db))
    if before is None:
        say(f"{name}: created, schema {after}")
    elif before == after:
        say(f"{name}: schema {after}, nothing to upgrade")
    else:
        say(f"{name}: upgraded from schema {before} to {after}")


if __name__ == "__main__":
    main()
