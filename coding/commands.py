"""The commands on codings: load, drop, check, pin, unpin, compare and rename.

Imports click and the options for rows; each command imports what it needs when it runs.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coding.console import failing, print_line, print_rows, say, say_loaded
from output.options import OnceCommand, row_options
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


@click.command(cls=OnceCommand, params=row_options())
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


@click.command(cls=OnceCommand, params=row_options())
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


@click.command(cls=OnceCommand, params=row_options())
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


@click.command(cls=OnceCommand)
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
    """Turn places quoted by their words into offsets, and measure the passages.

    2 "first … last words" becomes 2:0-37. FILE is rewritten with its comments and layout. If the
    text has changed, places move with their passages; those to review, because their words have
    changed, are printed with both wordings, and the exit status is 3. If some words aren't there,
    FILE stays as it was.
    """
    from coding.pinning import pin_file

    with failing():
        pinned = pin_file(file, text, earlier=was, keep_words=keep_words)
    moved = f", {pinned.moved} moved" if pinned.moved else ""
    shown = f", {pinned.shown} with their words" if keep_words else ""
    say(f"{file}: {counted(pinned.places, 'place')} pinned{moved}{shown}")
    for line in pinned.to_review:
        print_line(line)
    if pinned.to_review:
        count = counted(len(pinned.to_review), "place")
        say(f"review {count} whose words have changed or are in another passage")
        sys.exit(WARNED)


@click.command(cls=OnceCommand)
@click.argument("file", type=FILE)
@click.option("--text", type=FILE, required=True, help="The text that was coded.")
def unpin(file: Path, text: Path) -> None:
    """Turn offsets back into words, for reviewing line by line.

    2:0-37 becomes 2 "first … last words". FILE is rewritten with its comments and layout; `pin`
    turns the words into the same offsets.
    """
    from coding.pinning import unpin_file

    with failing():
        unpinned = unpin_file(file, text)
    say(f"{file}: {counted(unpinned.places, 'place')} quoted")


@click.command(cls=OnceCommand)
@click.argument("file", type=FILE)
@click.option("--text", type=FILE, required=True, help="The text that was coded.")
@click.option("--drafts", is_flag=True, help="Show only passages with drafts and doubts.")
@click.option(
    "-o", "--output", type=FILE, help="Write a page, FILE.html, with the words marked; or FILE.txt."
)
def review(file: Path, text: Path, drafts: bool, output: Path | None) -> None:
    """Show a coding beside its text: what was coded from which words, and what was not.

    Drafts and doubts are marked.
    """
    from coding.reading import read_coding
    from coding.review_page import review_page
    from coding.reviewing import review_text, reviewed
    from coding.text import read_text
    from output.destination import destination

    if output is not None and output.suffix not in (".html", ".txt"):
        raise click.UsageError(f"{output}: write to a file that ends in .html or .txt")
    with failing("written"):
        coding, lines = read_coding(file)
        passages = [
            passage
            for passage in reviewed(coding, lines, read_text(text))
            if passage.open or not drafts
        ]
        with destination(output) as out:
            if output is not None and output.suffix == ".html":
                out.writelines(review_page(coding.document.title, passages))
            else:
                width = shutil.get_terminal_size((100, 24)).columns if output is None else 100
                out.writelines(f"{line}\n" for line in review_text(passages, width))
    waiting = sum(passage.open for passage in passages)
    gaps = sum(len(passage.uncoded) for passage in passages)
    say(
        f"{counted(waiting, 'passage')} with drafts or doubts; "
        f"{counted(gaps, 'stretch | stretches')} not coded"
    )


@click.command(cls=OnceCommand, params=row_options())
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

    with failing():
        comparison = Comparison(read_coding(a)[0], read_coding(b)[0])
        if agreement:
            rows = list(comparison.agreement())
            print_rows(Agreement._fields, rows, format, output, raw, numbers=("a", "b"))
        else:
            print_rows(Difference._fields, comparison.differences(), format, output, raw)
    say(f"A is {a}, B is {b}; {counted(len(comparison.pairs), 'fact')} in both")


@click.command(cls=OnceCommand)
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
        say(f"{file.path}: {old} is {new} in {counted(file.places, 'place')}")
        for dropped in file.reduced:
            say(f"{file.path}: left out, since {new} has its own: {dropped}")


def _one_text(files: Sequence[Path], text: Path | None, texts: Path | None) -> None:
    if text is not None and texts is not None:
        raise click.UsageError("give --text or --texts, not both")
    if text is not None and (len(files) > 1 or files[0].is_dir()):
        raise click.UsageError("--text is the text of a single coding; --texts DIR is for several")
