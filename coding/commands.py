"""The commands that load, drop and check codings.

Imports click and the options for rows; each command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coding.console import failing, print_rows, say, say_loaded
from output.options import StrictCommand, row_options
from output.wording import counted

if TYPE_CHECKING:
    from coding.faults import Fault
    from coding.files import Texts
    from coding.load import Loaded
    from coding.validation import ValidatedCoding

FAILED, WARNED = 1, 3
"""Exit statuses, as `sourcebook --help` lists them."""

FILE = click.Path(path_type=Path)

text_option = click.option(
    "--text", type=FILE, help="The coded text; every quotation and place is checked against it."
)

texts_option = click.option(
    "--texts",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="A folder with the coded texts; each coding finds its own by its passages.",
)


@click.command(cls=StrictCommand, params=row_options())
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="CODING|FOLDER...")
@text_option
@texts_option
@click.option(
    "--keep-text",
    is_flag=True,
    help="Store the text of the passages in the database; needs --text or --texts.",
)
@click.option(
    "--drafts",
    is_flag=True,
    help="Load drafts that nobody has reviewed too; reports show them as drafts.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Stop at the first coding that is refused. Without it, the others are loaded.",
)
@click.pass_obj
def load(
    db: str,
    files: tuple[Path, ...],
    text: Path | None,
    texts: Path | None,
    keep_text: bool,
    drafts: bool,
    strict: bool,
    format: str,
    output: Path | None,
    raw: bool,
) -> None:
    """Load codings, or all codings of a folder, and print what changed.

    Changed items are printed field by field, with old and new values.

    Each is loaded in one transaction, after those that it refers to; codings that refer to one
    another are loaded together, all or none. Exit status: 1 if any was refused.
    """
    from coding.faults import InvalidInputError
    from coding.files import Texts, codings_in

    _one_text(files, text, texts)
    if keep_text and text is None and texts is None:
        raise click.UsageError("--keep-text needs --text or --texts, the texts to keep")
    listing = format != "table" or output is not None
    columns = ("document", "action", "item", "key", "field", "old_value", "new_value")
    faults: list[Fault] = []
    with failing("loaded") as done:
        folder = Texts(texts) if texts else None
        codings = _read(codings_in(files), text, folder, drafts, None if strict else faults)

        def changes() -> Iterator[tuple[str | None, ...]]:
            """Load all codings, then yield what has changed: a reader may stop at any row."""
            rows: list[tuple[str | None, ...]] = []
            for loaded in _load(db, codings, keep_text, strict, faults):
                done.append(loaded.document)
                # A table of a document's first load would list everything in it.
                if listing or not loaded.first:
                    rows += loaded.rows()
            yield from rows

        if output is not None:
            # Opened before anything is loaded: a change that cannot be listed is not made.
            print_rows(columns, changes(), format, output, raw)
        elif (rows := list(changes())) or listing:
            print_rows(columns, rows, format, output, raw)
        if faults:
            raise InvalidInputError(faults)


def _read(
    paths: Sequence[Path],
    text: Path | None,
    texts: Texts | None,
    drafts: bool,
    faults: list[Fault] | None,
) -> list[ValidatedCoding]:
    """Read all codings; what is wrong with others goes into `faults`, or is raised without it."""
    from coding.faults import InvalidInputError
    from coding.validation import read
    from output.progress import Progress

    codings, progress = [], Progress()
    with progress.stage("reading", len(paths)) if len(paths) > 1 else nullcontext():
        for path in paths:
            try:
                codings.append(read(path, text, texts, drafts=drafts))
            except InvalidInputError as error:
                if faults is None:
                    raise
                faults += error.faults
            progress.advance(1)
    return codings


def _load(
    db: str,
    codings: Sequence[ValidatedCoding],
    keep_text: bool,
    strict: bool,
    faults: list[Fault],
) -> Iterator[Loaded]:
    """Load codings and say what each has changed; why one was refused goes into `faults`."""
    from coding.batch import Refused, load_all
    from database.connect import writing

    for result in load_all(lambda: writing(db), codings, keep_text=keep_text, strict=strict):
        if isinstance(result, Refused):
            faults += result.faults
            continue
        coding, loaded = result
        say_loaded(loaded)
        if coding.remarks:
            say(f"{coding.path}: {counted(len(coding.remarks), 'remark')} by `check`")
        yield loaded


@click.command(cls=StrictCommand, params=row_options())
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option("--dry-run", is_flag=True, help="Print what would be removed, and change nothing.")
@click.pass_obj
def drop(
    db: str,
    documents: tuple[str, ...],
    dry_run: bool,
    format: str,
    output: Path | None,
    raw: bool,
) -> None:
    """Remove documents with their facts and all that only they use; print what was removed.

    Actors, places, topics and sources that other codings introduce stay. If another document uses
    anything that would go, nothing is removed, and a list says what to do. Documents that refer to
    one another can be dropped together.
    """
    from coding.drop import Dropped
    from coding.drop import drop as dropping
    from database.connect import writing

    dropped: list[Dropped] = []

    def removed() -> Iterator[tuple[str, ...]]:
        """Drop all documents, then yield what has been removed: a reader may stop at any row."""
        with suppress(_DryRun), writing(db) as connection:
            dropped.extend(dropping(connection, documents))
            if dry_run:
                raise _DryRun
        for document in dropped:
            say(
                f"{document.document}: {'would remove' if dry_run else 'removed'} "
                f"{document.summary()}"
            )
            yield from document.rows

    with failing("dropped"):
        rows = removed() if output is not None else list(removed())
        columns = ("document", "item", "key", "what")
        print_rows(columns, rows, format, output, raw, main="what")


class _DryRun(Exception):  # noqa: N818 - not an error
    """Rolls a dry run back."""


@click.command(cls=StrictCommand, params=row_options())
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="CODING|FOLDER...")
@text_option
@texts_option
@click.pass_context
def check(
    ctx: click.Context,
    files: tuple[Path, ...],
    text: Path | None,
    texts: Path | None,
    format: str,
    output: Path | None,
    raw: bool,
) -> None:
    """Check codings against every rule, without loading them.

    Several are also checked against one another, and with --db against what the database holds:
    unknown keys, conflicts, likely duplicates, ties that another document has.

    Exit status: 1 if there are errors, 3 if there are only warnings, otherwise 0.
    """
    from coding.faults import Severity
    from coding.files import Texts, codings_in
    from coding.rehearsal import rehearse
    from coding.validation import check_file

    _one_text(files, text, texts)
    with failing():
        folder = Texts(texts) if texts else None
        paths = codings_in(files)
        checked = [check_file(path, text, folder) for path in paths]
        faults = [fault for file_faults, _ in checked for fault in file_faults]
        database = ctx.obj if _is_given(ctx) else None
        sound = [coding for _, coding in checked if coding is not None]
        if sound and (database is not None or len(paths) > 1):
            faults = sorted(faults + rehearse(database, sound))
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
            print_rows(columns, rows, format, output, raw, numbers=("line",))
    counts = {
        severity: sum(fault.severity is severity for fault in faults) for severity in Severity
    }
    say(", ".join(counted(count, severity) for severity, count in counts.items()))
    if counts[Severity.ERROR]:
        sys.exit(FAILED)
    if counts[Severity.WARNING]:
        sys.exit(WARNED)


def _is_given(ctx: click.Context) -> bool:
    """Whether the user named a database, by --db or its variable."""
    return ctx.parent is not None and ctx.parent.get_parameter_source("db") in (
        click.core.ParameterSource.COMMANDLINE,
        click.core.ParameterSource.ENVIRONMENT,
    )


def _one_text(files: Sequence[Path], text: Path | None, texts: Path | None) -> None:
    if text is not None and texts is not None:
        raise click.UsageError("give --text or --texts, not both")
    if text is not None and (len(files) > 1 or files[0].is_dir()):
        raise click.UsageError("--text is the text of a single coding; --texts DIR is for several")
