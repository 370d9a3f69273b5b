"""`sourcebook search`: its options, and how hits are printed. Imports only click."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from output.options import Number, failing, only_for, row_options, timeout_option, write

KINDS = ("passage", "quote", "event", "position", "relation", "actor")
"""The kinds of hits; a test compares them with adhoc/search.py."""

MEANINGS = {
    "kind": "passage, quote, event, position, relation or actor",
    "key": "the key of an actor, or of a fact in its document; empty for a passage",
    "text": "the passage, the words of a quote, the title of an event, the statement of a "
    "position, the tie, or the actor's heading",
    "more": "what a quote says, an event's summary, what a tie is for, an actor's other names",
    "modality": "actual, intended, expected, possible, hypothetical or denied; empty for passages, "
    "quotes and actors",
    "certainty": "how it is stated: asserted, reported, alleged, rumoured or inferred",
    "source": "keys of the documents that say it",
    "passage": "the passages that say it; for an actor, where its names are",
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
            help="Find only this kind; may be repeated.",
        ),
        click.Option(
            ["--limit"],
            type=Number(least=1),
            metavar="ROWS",
            default=20,
            show_default=True,
            help="Print at most this many rows, the best first.",
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
    """Find passages (if their text is stored), quotes, events, actors and more by their words.

    A row must contain all the WORDS; case and accents do not matter. Words in double quotes must
    be next to each other; put them in single quotes for the shell: '"red line"'. A word that ends
    in * matches all words that begin so: 'milit*'. Use it for languages without spaces between
    words. No other character has a special meaning.

    The best rows come first: those with the words several times and little other text. A table on
    a terminal *marks* the words, and shows only the part of a long text around them.
    """
    only_for("--raw", raw, [format], "csv")
    from adhoc.search import Kind, SearchQuery, WordsError, documents_without_text
    from adhoc.search import search as searching
    from database.connect import reading
    from output.page import Column, Page
    from reports.row_evidence import text_not_kept
    from schema.escape import visible

    columns = [Column(name, meaning=meaning) for name, meaning in MEANINGS.items()]
    marks = MARKS if format == "table" and output is None and sys.stdout.isatty() else None
    try:
        query = SearchQuery.parse(" ".join(words))
        kinds = [Kind(name) for name in kind]
        with reading(db, timeout) as connection:
            with searching(connection, query, kinds) as result:
                hits = result.hits(limit, marks)
                write(Page(columns, hits, title="Search"), format, output, raw)
                total = result.total
            missing = (
                documents_without_text(connection) if not kinds or Kind.PASSAGE in kinds else []
            )
    except WordsError as error:
        raise click.UsageError(str(error)) from None
    if total == 0:
        click.echo(
            "nothing contains all these words; leave one out, or try beginnings: milit*", err=True
        )
    if total > limit:
        click.echo(f"the best {limit} of {total}; --limit {total} shows all", err=True)
    if missing:
        click.echo(visible(text_not_kept(missing).replace("--words", "passages", 1)), err=True)
