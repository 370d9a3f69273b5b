"""The command line: thin commands that hand over to coding, reports, database and migrations.

At the start it imports only click and the options for rows; every command imports what it needs
when it runs.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

try:
    import click

    from output.options import only_for, row_options, write
except KeyboardInterrupt:  # Ctrl-C before there is a command line to handle it
    raise SystemExit(130) from None

FAILED, USAGE, WARNED, INTERRUPTED = 1, 2, 3, 130

COMPLETE = "_SOURCEBOOK_COMPLETE"
"""The variable in which a shell asks for completion."""

FILE = click.Path(path_type=Path)

LAZY = {
    "draft": (
        "coding.drafting.command",
        "Draft the coding of TEXT: who said what, when, and who is named.",
    ),
    "cite": (
        "reports.cite",
        "Cite documents or other sources, as text or for a bibliography program.",
    ),
    "documents": ("reports.documents", "List the documents that are loaded."),
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
    "sql": ("adhoc.command", "Run an SQL query on any SQLite, PostgreSQL or DuckDB database."),
}
"""Commands in modules of their own, with their help in the list of commands."""

text_option = click.option(
    "--text", type=FILE, help="The coded text; every quotation and place is checked against it."
)

texts_option = click.option(
    "--texts",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="A folder with the coded texts; each coding finds its own by its passages.",
)


class Sourcebook(click.Group):
    """The commands; those in `LAZY` are imported only when they are used."""

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
    default="sourcebook.db",
    show_default=True,
    show_envvar=True,
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
@click.pass_obj
def init(db: str) -> None:
    """Create or upgrade the database, and load the codings that ship."""
    from coding.changeset import Peers
    from coding.load import SHIPPED, load
    from coding.validation import read
    from database.connect import migrating, writing
    from migrations.upgrade import upgrade

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
            _say_loaded(loaded)


@sourcebook.command(name="load", params=row_options())
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="CODING|FOLDER...")
@text_option
@texts_option
@click.option(
    "--keep-text",
    is_flag=True,
    help="Store the text of the passages in the database; needs --text or --texts.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Stop at the first coding that is refused. Without it, the others are loaded.",
)
@click.pass_obj
def load_command(
    db: str,
    files: tuple[Path, ...],
    text: Path | None,
    texts: Path | None,
    keep_text: bool,
    strict: bool,
    format: str,
    output: Path | None,
    raw: bool,
) -> None:
    """Load codings, or all codings of a folder, and print what changed, by key.

    Each is loaded in one transaction, after those that it refers to; codings that refer to one
    another are loaded together, all or none. Exit status: 1 if any was refused.
    """
    from coding.batch import Refused, load_all
    from coding.faults import InvalidInputError
    from coding.files import Texts, codings_in
    from coding.validation import ValidatedCoding, read
    from database.connect import writing
    from output.progress import Progress

    _one_text(files, text, texts)
    if keep_text and text is None and texts is None:
        raise click.UsageError("--keep-text needs --text or --texts, the texts to keep")
    only_for("--raw", raw, [format], "csv")
    listing = format != "table" or output is not None
    columns = ("document", "action", "item", "key")
    faults: list[Any] = []

    def readable() -> Iterator[ValidatedCoding]:
        with progress.stage("reading", len(paths) if len(paths) > 1 else None):
            for path in paths:
                try:
                    yield read(path, text, folder)
                except InvalidInputError as error:
                    if strict:
                        raise
                    faults.extend(error.faults)
                progress.advance(1)

    def changes() -> Iterator[tuple[str, ...]]:
        """Load all codings, then yield what each has changed: a reader may stop at any row."""
        rows: list[tuple[str, ...]] = []
        for result in load_all(lambda: writing(db), codings, keep_text=keep_text, strict=strict):
            if isinstance(result, Refused):
                faults.extend(result.faults)
                continue
            coding, loaded = result
            done.append(loaded.document)
            _say_loaded(loaded)
            if coding.remarks:
                _say(f"{coding.path}: {_counted(len(coding.remarks), 'remark')} by `check`")
            # A table of a document's first load would list everything in it.
            if listing or not loaded.first:
                rows += ((loaded.document, action, *item) for action, item in loaded.changes)
        yield from rows

    progress = Progress()
    with failing("loaded") as done:
        paths, folder = codings_in(files), Texts(texts) if texts else None
        codings = list(readable())
        if output is not None:
            # Opened before anything is loaded: a change that cannot be listed is not made.
            _print(columns, changes(), format, output, raw)
        elif (rows := list(changes())) or listing:
            _print(columns, rows, format, output, raw)
        if faults:
            raise InvalidInputError(faults)


@sourcebook.command(params=row_options())
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="CODING|FOLDER...")
@text_option
@texts_option
def check(
    files: tuple[Path, ...],
    text: Path | None,
    texts: Path | None,
    format: str,
    output: Path | None,
    raw: bool,
) -> None:
    """Check codings against every rule, without loading them.

    Exit status: 1 if there are errors, 3 if there are only warnings, otherwise 0.
    """
    from coding.faults import Severity
    from coding.files import Texts, codings_in
    from coding.validation import check_file

    _one_text(files, text, texts)
    only_for("--raw", raw, [format], "csv")
    with failing():
        folder = Texts(texts) if texts else None
        paths = codings_in(files)
        faults = [fault for path in paths for fault in check_file(path, text, folder)]
        if format == "table" and output is None:
            click.echo("".join(f"{fault}\n" for fault in faults), nl=False)
        else:
            rows = [
                (
                    fault.file,
                    fault.line,
                    str(fault.severity),
                    fault.rule,
                    fault.where,
                    fault.message,
                )
                for fault in faults
            ]
            columns = ("file", "line", "severity", "rule", "where", "message")
            _print(columns, rows, format, output, raw, numbers=("line",))
    counts = {
        severity: sum(fault.severity is severity for fault in faults) for severity in Severity
    }
    _say(", ".join(_counted(count, severity) for severity, count in counts.items()))
    if counts[Severity.ERROR]:
        sys.exit(FAILED)
    if counts[Severity.WARNING]:
        sys.exit(WARNED)


@sourcebook.command()
@click.argument("file", type=FILE)
@click.option("--text", type=FILE, required=True, help="The text that was coded.")
@click.option(
    "--was",
    type=FILE,
    help="The text as it was when FILE was pinned, if it has changed since: places move with their "
    "words.",
)
@click.option("--keep-words", is_flag=True, help="Write the words beside the offsets, for readers.")
def pin(file: Path, text: Path, was: Path | None, keep_words: bool) -> None:
    """Turn quoted places, such as 2 "first … last words", into offsets, and measure the passages.

    FILE is rewritten with its comments and layout. If the text has changed, places move with their
    passages; those whose words have changed are printed with both wordings, and the exit status
    is 3. If some words aren't there, FILE stays as it was.
    """
    from coding.pinning import pin_file

    with failing():
        pinned = pin_file(file, text, earlier=was, keep_words=keep_words)
    moved = f", {_counted(pinned.moved, 'place')} moved" if pinned.moved else ""
    _say(f"{file}: {_counted(pinned.places, 'place')} pinned{moved}")
    for line in pinned.reworded:
        _print_line(line)
    if pinned.reworded:
        _say(f"review {_counted(len(pinned.reworded), 'place')} whose words have changed")
        sys.exit(WARNED)


@sourcebook.command()
@click.argument("file", type=FILE)
@click.option("--text", type=FILE, required=True, help="The text that was coded.")
def unpin(file: Path, text: Path) -> None:
    """Turn offsets into quoted places, such as 2 "first … last words", for reviewing line by line.

    FILE is rewritten with its comments and layout; `pin` turns the words into the same offsets.
    """
    from coding.pinning import unpin_file

    with failing():
        unpinned = unpin_file(file, text)
    _say(f"{file}: {_counted(unpinned.places, 'place')} quoted")


@sourcebook.command(params=row_options())
@click.argument("a", type=FILE)
@click.argument("b", type=FILE)
@click.option(
    "--agreement",
    is_flag=True,
    help="Print how far the two agree instead, by kind of fact and by field: the share, and "
    "Krippendorff's alpha.",
)
def compare(a: Path, b: Path, agreement: bool, format: str, output: Path | None, raw: bool) -> None:
    """Compare two codings of one text: what only one has, and where they differ."""
    from coding.comparison import Agreement, Comparison, Difference
    from coding.reading import read_coding

    only_for("--raw", raw, [format], "csv")
    with failing():
        comparison = Comparison(read_coding(a)[0], read_coding(b)[0])
        if agreement:
            rows = list(comparison.agreement())
            _print(Agreement._fields, rows, format, output, raw, numbers=("a", "b"))
        else:
            _print(Difference._fields, comparison.differences(), format, output, raw)
    _say(f"A is {a}, B is {b}; {_counted(len(comparison.pairs), 'fact')} in both")


@sourcebook.command()
@click.argument("kind", type=click.Choice(["actor", "place", "topic", "source", "fact"]))
@click.argument("old")
@click.argument("new")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="CODING...")
def rename(kind: str, old: str, new: str, files: tuple[Path, ...]) -> None:
    """Rename a key in all codings that use it; comments and layout stay.

    Give every coding that uses the key, then load them together. If NEW exists, the two become one:
    its definition is kept, and the names of OLD are added. A fact is an event, quote, position,
    relation or link; if several documents have OLD, write DOCUMENT:OLD.
    """
    from coding.renaming import rename as renaming

    with failing():
        renamed = renaming(kind, old, new, files)
    for file in renamed:
        _say(f"{file.path}: {old} is {new} in {_counted(file.places, 'place')}")
        for dropped in file.reduced:
            _say(f"{file.path}: left out, since {new} has its own: {dropped}")


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
    from database.derived.refresh import Difference, recompute
    from database.location import locate, name_of
    from migrations.upgrade import upgrade

    if verify:
        with failing(), reading(db, stored=True) as connection:
            rows = [
                (one.table, ", ".join(map(str, one.row)), one.problem, ", ".join(one.columns))
                for one in recompute(connection, write=False)
            ]
        if not rows:
            _say(f"{name_of(locate(db))}: the derived tables are as they should be")
            return
        _print(("table", "row", "problem", "columns"), rows, "table", None, raw=False)
        _say(f"{_counted(len(rows), 'row')} differ; `sourcebook migrate` corrects them")
        sys.exit(FAILED)
    corrected: list[Difference] = []
    with failing(), migrating(db) as connection:
        before, after = upgrade(connection)
        if before == after:  # an upgrade has computed them
            corrected = list(recompute(connection, write=True))
    _say_schema(db, before, after)
    if corrected:
        _say(f"{_counted(len(corrected), 'row')} of derived tables corrected")


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

    only_for("--raw", raw, [format], "csv")
    if format == "mermaid" and name is not None:
        raise click.UsageError("--format mermaid draws all tables; leave NAME out")
    with failing(), describe.describing(db) as dictionary:
        if format == "mermaid":
            _write(dictionary.mermaid(), output)
        elif name is None:
            rows = list(dictionary.tables())
            _print(describe.Table._fields, rows, format, output, raw, numbers=("rows",))
        else:
            try:
                columns = list(dictionary.columns(name))
            except UnknownTableError as error:
                raise click.UsageError(error.args[0]) from None
            _print(describe.Column._fields, columns, format, output, raw)
        for note in dictionary.notes:
            _say(note)


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


@contextmanager
def failing(verb: str = "changed") -> Iterator[list[str]]:
    """Turn an error that the user can do something about into lines on stderr and status 1.

    Yields a list for what has been done, so that the last line can say what has not.
    """
    from coding.faults import InvalidInputError
    from output.options import failing as stopping

    done: list[str] = []
    try:
        with stopping():
            yield done
    except InvalidInputError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        faults = _counted(len(error.faults), "fault")
        nothing = "nothing more" if done else "nothing"
        raise click.ClickException(f"{faults}; {nothing} was {verb}") from None
    except OSError as error:
        raise click.ClickException(f"cannot write: {error.strerror or error}") from None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _one_text(files: Sequence[Path], text: Path | None, texts: Path | None) -> None:
    if text is not None and texts is not None:
        raise click.UsageError("give --text or --texts, not both")
    if text is not None and (len(files) > 1 or files[0].is_dir()):
        raise click.UsageError("--text is the text of a single coding; --texts DIR is for several")


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


def _print_line(line: str) -> None:
    from schema.escape import visible

    click.echo(visible(line))


def _say(message: str) -> None:
    from schema.escape import visible

    click.echo(visible(message), err=True)


def _say_schema(db: str, before: str | None, after: str | None) -> None:
    from database.location import locate, name_of

    name = name_of(locate(db))
    if before is None:
        _say(f"{name}: created, schema {after}")
    elif before == after:
        _say(f"{name}: schema {after}, nothing to upgrade")
    else:
        _say(f"{name}: upgraded from schema {before} to {after}")


def _say_loaded(loaded: Any) -> None:
    if loaded.changes:
        _say(f"{loaded.document}: {loaded.summary()}")
    else:
        _say(f"{loaded.document}: unchanged")
    if loaded.kept:
        _say(f"{loaded.document}: text of {loaded.kept} passages kept")


if __name__ == "__main__":
    main()
