"""`sourcebook search`: its options, and how what is found is shown. Imports click alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from output.options import failing, only_for, row_options, timeout_option, write

KINDS = ("passage", "quote", "event", "position", "relation", "actor")
"""What can be found; a test holds it to adhoc/search.py."""

MEANINGS = {
    "kind": "passage, quote, event, position, relation or actor",
    "key": "its key, of an actor or of a fact in its document; nothing: a passage",
    "text": "the passage, the words of a quote, a title, a statement, a tie, a heading",
    "more": "what a quote says, the summary of an event, what a tie is for, an actor's names",
    "modality": "whether it is: actual, intended, expected, possible, hypothetical or denied; "
    "nothing: of passages, quotes and actors",
    "certainty": "how it is told: asserted, reported, alleged, rumoured, inferred",
    "source": "keys of the documents that say it",
    "passage": "where they do; of an actor, where its names stand",
}
MARKS = ("*", "*")


class Search(click.Command):
    """The command; its help ends with the columns, as that of a report does."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the columns mean."""
        with formatter.section("Columns"):
            formatter.write_dl(list(MEANINGS.items()))


@click.command(
    cls=Search,
    params=[
        click.Option(
            ["--kind"],
            type=click.Choice(KINDS),
            multiple=True,
            help="Find these alone; may be given several times.",
        ),
        click.Option(
            ["--limit"],
            type=click.IntRange(min=1),
            default=20,
            show_default=True,
            help="How many of the rows found to print, the best first.",
        ),
        *row_options(),
        timeout_option(),
    ],
)
@click.argument("words", nargs=-1, required=True)
@click.pass_obj
@failing()
def search(
    db: str,
    words: Sequence[str],
    kind: Sequence[str],
    limit: int,
    format: str,
    output: Path | None,
    raw: bool,
    timeout: float | None,
) -> None:
    """Find passages (where the text was kept), quotes, events, actors and more by their words.

    All the WORDS must be in a row, whatever their case and accents. Words in double quotes must
    follow one another, also within the quotes of a shell: '"red line"'. A word that ends in * is
    the beginning of one: 'milit*'; so find what is written without blanks between words. No other
    sign means anything.

    The best rows come first: those that hold the words often, and little else. A table on a
    terminal marks the words, *so*, and shows of a long text the part around them.
    """
    only_for("--raw", raw, [format], "csv")
    from adhoc.search import Asked, Kind, WordsError, textless
    from adhoc.search import search as searching
    from database.connect import reading
    from output.page import Column, Page
    from reports.row_evidence import text_not_kept
    from schema.escape import visible

    columns = [Column(name, meaning=meaning) for name, meaning in MEANINGS.items()]
    marks = MARKS if format == "table" and output is None and sys.stdout.isatty() else None
    try:
        asked = Asked.of(" ".join(words))
        kinds = [Kind(one) for one in kind]
        with reading(db, timeout) as connection:
            with searching(connection, asked, kinds) as found:
                hits = found.hits(limit, marks)
                write(Page(columns, hits, title="Search"), format, output, raw)
                total = found.total
            missing = textless(connection) if not kinds or Kind.PASSAGE in kinds else []
    except WordsError as error:
        raise click.UsageError(str(error)) from None
    if total == 0:
        click.echo(
            "nothing holds all these words; leave one out, or try beginnings: milit*", err=True
        )
    if total > limit:
        click.echo(f"the best {limit} of {total}; --limit {total} shows all", err=True)
    if missing:
        click.echo(visible(text_not_kept(missing).replace("--words", "passages", 1)), err=True)
