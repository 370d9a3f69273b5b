"""The commands on coding files alone: pin, unpin, review, compare and rename.

Imports click and the options for rows; each command imports what it needs when it runs.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from coding.console import failing, print_line, print_rows, say
from output.options import StrictCommand, row_options
from output.wording import counted

WARNED = 3
"""The exit status if something is to be reviewed."""

FILE = click.Path(path_type=Path)


@click.command(cls=StrictCommand)
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


@click.command(cls=StrictCommand)
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


@click.command(cls=StrictCommand)
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


@click.command(cls=StrictCommand, params=row_options())
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
    from coding.comparison import Agreement, CodingDifference, Comparison
    from coding.reading import read_coding

    with failing():
        comparison = Comparison(read_coding(a)[0], read_coding(b)[0])
        if agreement:
            rows = list(comparison.agreement())
            print_rows(Agreement._fields, rows, format, output, raw, numbers=("a", "b"))
        else:
            print_rows(CodingDifference._fields, comparison.differences(), format, output, raw)
    say(f"A is {a}, B is {b}; {counted(len(comparison.pairs), 'fact')} in both")


@click.command(cls=StrictCommand)
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
