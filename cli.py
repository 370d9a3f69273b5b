"""The command line: thin commands that hand over to intake, reports, schema and migrations.

Only click, and the options of rows, are imported at the start; every command imports what it
needs when it runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from output.options import only_for, row_options, write

FAILED, USAGE, WARNED = 1, 2, 3

FILE = click.Path(path_type=Path)


text_option = click.option(
    "--text", type=FILE, help="The text that the coding is of: proves every quotation and place."
)


class Sourcebook(click.Group):
    """The commands; that of the reports is imported only when it is asked for."""

    lazy = {  # noqa: RUF012 - never changed
        "export": "exports.command:export",
        "feed": "feeds.command:feed",
        "report": "reports.command:report",
        "search": "adhoc.search_command:search",
        "sql": "adhoc.command:sql",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands, the lazy ones too."""
        return sorted([*super().list_commands(ctx), *self.lazy])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Find a command, importing it if need be."""
        if name not in self.lazy:
            return super().get_command(ctx, name)
        module, _, attribute = self.lazy[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(
    cls=Sourcebook,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="For completion in bash, of actors, topics and places too, put this in your .bashrc "
    '(other shells: zsh_source, fish_source):\n\n\b\neval "$(_SOURCEBOOK_COMPLETE=bash_source '
    'sourcebook)"',
)
@click.option(
    "--db",
    metavar="URL-OR-PATH",
    envvar="SOURCEBOOK_DB",
    default="sourcebook.db",
    show_default=True,
    show_envvar=True,
    help="The database: a path, or a SQLAlchemy URL of SQLite or PostgreSQL.",
)
@click.version_option(package_name="sourcebook", message="%(prog)s %(version)s")
@click.pass_context
def sourcebook(ctx: click.Context, db: str) -> None:
    """Ask what a text says: who acts, what happened, who said what, and who says so.

    Rows go to stdout, all else to stderr. Exit status: 0 done, 1 failed, 2 wrong usage,
    3 done with warnings (check).
    """
    ctx.obj = db


@sourcebook.command()
@click.pass_obj
def init(db: str) -> None:
    """Create or upgrade the database and load the codings that ship."""
    from coding.changeset import Peers
    from coding.load import SHIPPED, load
    from coding.validation import read
    from database.connect import migrating, writing
    from migrations.upgrade import upgrade

    with failing():
        codings = [read(path) for path in sorted(SHIPPED.glob("*.yaml"))]
        with migrating(db) as connection:
            before, after = upgrade(connection)
        _tell_standing(db, before, after)
        peers = Peers(codings)
        for coding in codings:
            with writing(db) as connection:
                loaded = load(connection, coding, peers=peers)
            _tell_loaded(loaded)


@sourcebook.command(name="load", params=row_options())
@click.argument("files", nargs=-1, required=True, type=FILE)
@text_option
@click.option(
    "--keep-text", is_flag=True, help="Store the text's passages in the database (needs --text)."
)
@click.pass_obj
def load_command(
    db: str,
    files: tuple[Path, ...],
    text: Path | None,
    keep_text: bool,
    format: str,
    output: Path | None,
    raw: bool,
) -> None:
    """Load codings, each in one transaction; prints what changed, by key.

    Instead of FILES it takes a folder that `export` has written as csv or jsonl: all of it, under
    the same ids, into a sourcebook that is empty (`migrate` makes one); prints the tables.
    """
    if any(path.is_dir() for path in files):
        if len(files) > 1 or text is not None or keep_text:
            raise click.UsageError("a folder is loaded alone: give one, without --text")
        _load_export(db, files[0], format, output, raw)
        return
    from coding.changeset import Peers
    from coding.load import load
    from coding.validation import read
    from database.connect import writing

    _one_text(files, text)
    if keep_text and text is None:
        raise click.UsageError("--keep-text needs --text: the text to keep")
    only_for("--raw", raw, [format], "csv")
    listing = format != "table" or output is not None
    columns = ("document", "action", "item", "key")

    def changes() -> Iterator[tuple[str, ...]]:
        """Load all codings, then yield what each has changed: a reader may stop at any row."""
        rows: list[tuple[str, ...]] = []
        for coding in codings:
            with writing(db) as connection:
                loaded = load(connection, coding, peers=peers, keep_text=keep_text)
            _tell_loaded(loaded)
            if coding.remarks:
                _tell(f"{coding.path}: {_counted(len(coding.remarks), 'remark')} by `check`")
            # A table of a document's first load would list everything in it.
            if listing or not loaded.first:
                rows += ((loaded.document, action, *item) for action, item in loaded.changes)
        yield from rows

    with failing():
        codings = [read(path, text) for path in files]
        peers = Peers(codings)
        if output is not None:
            # Opened before anything is loaded: a change that cannot be listed is not made.
            _print(columns, changes(), format, output, raw)
        elif (rows := list(changes())) or listing:
            _print(columns, rows, format, output, raw)


def _load_export(db: str, folder: Path, format: str, output: Path | None, raw: bool) -> None:
    from database.connect import writing
    from feeds.back import load

    only_for("--raw", raw, [format], "csv")
    with failing():
        with writing(db) as connection:
            counts = load(connection, folder)
        _print(("table", "rows"), list(counts.items()), format, output, raw, numbers=("rows",))
    _tell(f"{folder}: {_counted(sum(counts.values()), 'row')} loaded")


@sourcebook.command(params=row_options())
@click.argument("files", nargs=-1, required=True, type=FILE)
@text_option
def check(
    files: tuple[Path, ...], text: Path | None, format: str, output: Path | None, raw: bool
) -> None:
    """Check codings by every rule; changes nothing.

    Exit status: 1 if there are errors, 3 if the worst is a warning, else 0.
    """
    from coding.faults import Severity
    from coding.validation import check_file

    _one_text(files, text)
    only_for("--raw", raw, [format], "csv")
    with failing():
        faults = [fault for path in files for fault in check_file(path, text)]
        if format == "table" and output is None:
            for fault in faults:
                click.echo(str(fault))
        else:
            rows = [
                (one.file, one.line, str(one.severity), one.rule, one.where, one.message)
                for one in faults
            ]
            columns = ("file", "line", "severity", "rule", "where", "message")
            _print(columns, rows, format, output, raw, numbers=("line",))
    found = {severity: sum(one.severity is severity for one in faults) for severity in Severity}
    _tell(", ".join(_counted(count, severity) for severity, count in found.items()))
    if found[Severity.ERROR]:
        sys.exit(FAILED)
    if found[Severity.WARNING]:
        sys.exit(WARNED)


@sourcebook.command()
@click.argument("file", type=FILE)
@click.option("--text", type=FILE, required=True, help="The text that the coding is of.")
def pin(file: Path, text: Path) -> None:
    """Turn draft places, such as 2 "first … last words", into offsets; measure the passages.

    Rewrites FILE, comments and layout kept, or leaves it as it was and says what is not found.
    """
    from coding.pinning import pin_file

    with failing():
        pinned = pin_file(file, text)
    _tell(f"{file}: {pinned} places pinned")


@sourcebook.command()
@click.pass_obj
def migrate(db: str) -> None:
    """Upgrade the schema; says where it stands."""
    from database.connect import migrating
    from migrations.upgrade import upgrade

    with failing(), migrating(db) as connection:
        before, after = upgrade(connection)
    _tell_standing(db, before, after)


@sourcebook.command(params=row_options("mermaid"))
@click.argument("name", required=False)
@click.pass_obj
def tables(db: str, name: str | None, format: str, output: Path | None, raw: bool) -> None:
    """Print the data dictionary: all tables and views, or the columns of one.

    Rows are counted, and examples shown, where there is a database. One that is no sourcebook says
    itself what it holds. --format mermaid draws the diagram of all tables.
    """
    from database import describe
    from schema.dictionary import UnknownTableError

    only_for("--raw", raw, [format], "csv")
    if format == "mermaid" and name is not None:
        raise click.UsageError("--format mermaid draws all tables; leave NAME out")
    with failing(), describe.describing(db) as there:
        if format == "mermaid":
            _write(there.mermaid(), output)
        elif name is None:
            rows = list(there.tables())
            _print(describe.Table._fields, rows, format, output, raw, numbers=("rows",))
        else:
            try:
                columns = list(there.columns(name))
            except UnknownTableError as error:
                raise click.UsageError(error.args[0]) from None
            _print(describe.Column._fields, columns, format, output, raw)
        for note in there.notes:
            _tell(note)


def main() -> None:
    """Run the command line; the console script."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        # What the caller has closed must not become the place of the next file that is opened.
        if getattr(sys, name) is None:
            nothing = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nothing)
    try:
        try:
            sourcebook(prog_name="sourcebook")
        finally:
            sys.stdout.flush()
    except MemoryError:
        click.echo("Error: there is not enough memory for this", err=True)
        sys.exit(FAILED)
    except OSError as error:
        # A full disk, say. Python would try to write what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo(f"Error: cannot write: {error.strerror or error}", err=True)
        sys.exit(FAILED)


@contextmanager
def failing() -> Iterator[None]:
    """Turn what stops a command into lines on stderr and exit status 1."""
    from coding.faults import InvalidInputError
    from output.options import failing as stopping

    try:
        with stopping():
            yield
    except InvalidInputError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        faults = _counted(len(error.faults), "fault")
        raise click.ClickException(f"{faults}; nothing more was changed") from None
    except OSError as error:
        raise click.ClickException(f"cannot write: {error.strerror or error}") from None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _one_text(files: Sequence[Path], text: Path | None) -> None:
    if text is not None and len(files) > 1:
        raise click.UsageError("--text is the text of one coding; give one FILE with it")


def _print(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    format: str,
    output: Path | None,
    raw: bool,
    numbers: Sequence[str] = (),
) -> None:
    from output.page import Column, Page

    typed = [Column(name, "integer" if name in numbers else "text") for name in columns]
    write(Page(typed, rows), format, output, raw)


def _write(text: str, output: Path | None) -> None:
    from output.destination import destination

    with destination(output) as out:
        out.write(text)


def _tell(message: str) -> None:
    from schema.escape import visible

    click.echo(visible(message), err=True)


def _tell_standing(db: str, before: str | None, after: str | None) -> None:
    from database.location import locate, name_of

    name = name_of(locate(db))
    if before is None:
        _tell(f"{name}: created, schema {after}")
    elif before == after:
        _tell(f"{name}: schema {after}, nothing to upgrade")
    else:
        _tell(f"{name}: upgraded from schema {before} to {after}")


def _tell_loaded(loaded: Any) -> None:
    if loaded.changes:
        _tell(f"{loaded.document}: {loaded.summary()}")
    else:
        _tell(f"{loaded.document}: unchanged")
    if loaded.kept:
        _tell(f"{loaded.document}: text of {loaded.kept} passages kept")


if __name__ == "__main__":
    main()
