"""`sourcebook search`: its options, and how hits are printed. Imports only click."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from output.options import (
    Number,
    StrictCommand,
    command_line,
    failing,
    row_options,
    say,
    timeout_option,
    write,
)
from reports.header import columns
from reports.options import completing
from schema.escape import shortened

KINDS = ("passage", "quote", "event", "event-name", "position", "tie", "control", "actor")
"""The kinds of hits; a test compares them with adhoc/search_rows.py."""

COLUMNS = columns("""
  kind       text             passage, quote, event, event-name, position, tie, control or actor
  what       text, main                 the fact as a sentence, with the words of a quote or the
                                        summary of an event; the passage; the actor's heading and
                                        other names
  voice      text, as Whose word        whose word it is: of a quote the speaker and the date,
                                        otherwise the voices it came through, innermost first; ";"
                                        between two chains
  passage    passage                    the passages that say it; for an actor, where its names are
  key        text, detail               the key of an actor, or of a fact in its document; empty for
                                        a passage
  modality   text, detail               actual, intended, expected, possible, hypothetical or
                                        denied; empty for passages, quotes and actors
  certainty  text, detail               how it is stated: asserted, reported, alleged, rumoured or
                                        inferred
  source     documents, as Document     keys of the documents that say it
""")
QUOTE_COLUMNS = columns("""
  verdict    text                       verbatim; nearly; partly: only a part of it is in quotation
                                        marks there; in the text, not coded as a quotation; only in
                                        the coder's words. If the speaker of --speaker didn't say
                                        it: by another speaker
  quotation  text, main                 the words that are there; [-words-] are only in what was
                                        asked, {+words+} only in the text
  speaker    text                       who says it; of what is only in the text, the author
  date       date                       when, in EDTF; empty: undated
  passage    passage                    where
  key        text, detail               the key of the quote in its document
  source     documents, as Document     key of the document
""")
MARKS = ("*", "*")


class Search(StrictCommand):
    """The command; its help ends with the columns, as that of a report does."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the columns mean."""
        with formatter.section("Columns"):
            formatter.write_dl([(it.name, it.meaning) for it in COLUMNS])
        with formatter.section("Columns with --quote"):
            formatter.write_dl([(it.name, it.meaning) for it in QUOTE_COLUMNS])


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
            ["--quote"],
            metavar="WORDS",
            help="Check a quotation that somebody cites: is it there verbatim, nearly, by another "
            "speaker, or nowhere?",
        ),
        click.Option(
            ["--speaker"],
            metavar="ACTOR",
            shell_complete=completing("actor"),
            help="With --quote: who is said to have said it, by key or name.",
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
@click.argument("words", nargs=-1)
@click.pass_obj
@failing()
def search(
    db: str,
    /,
    words: Sequence[str],
    kind: Sequence[str],
    quote: str | None,
    speaker: str | None,
    limit: int,
    timeout: float | None,
    **writing: Any,
) -> None:
    """Find passages (if their text is stored), quotes, events, actors and more by their words.

    A row must contain all the WORDS, in its sentence, in its quoted words, or in the names of those
    who take part. Case, accents, apostrophes and hyphens make no difference, and words of another
    script are also compared in Latin letters. Words in double quotes must be next to each other;
    put them in single quotes for the shell: '"red line"'. Words are compared whole: ally doesn't
    find allied. A word that ends in * matches all words that begin so: 'alli*'. Use it for
    languages without spaces between words. No other character has a special meaning. If nothing
    contains the words, a table shows what contains their beginnings, and says so.

    Rows with the words as you typed them come first, then those with the words several times and
    little other text. A table on a terminal *marks* the words, and shows only the part of a long
    text around them.
    """
    if quote is not None:
        if words or kind:
            raise click.UsageError("--quote takes the words; leave WORDS and --kind out")
        _check(db, quote, speaker, limit, timeout, writing)
    elif speaker is not None:
        raise click.UsageError("--speaker is for --quote; or add the name to the words")
    elif not words:
        raise click.UsageError("Missing argument 'WORDS...'.")
    else:
        _search(db, " ".join(words), kind, limit, timeout, writing)


def _search(
    db: str,
    /,
    words: str,
    kind: Sequence[str],
    limit: int,
    timeout: float | None,
    writing: dict[str, Any],
) -> None:
    from adhoc.search import (
        SearchError,
        SearchQuery,
        SearchResult,
        beginnings,
        documents_without_text,
        hits_alone,
        known_words,
        nearest_words,
        plain_text,
    )
    from adhoc.search_rows import Kind
    from database.connect import reading
    from output.page import Page
    from output.wording import counted
    from reports.about import with_origin
    from reports.row_evidence import text_not_kept

    marks = None if _for_others(writing) or not sys.stdout.isatty() else MARKS
    words = plain_text(words)
    try:
        query = SearchQuery.parse(words)
    except SearchError as error:
        raise click.UsageError(str(error)) from None
    kinds = [Kind(name) for name in kind]
    with reading(db, timeout) as connection:
        result = SearchResult(connection, query, kinds, limit)
        if not result.total:
            known = known_words(connection, kinds)
            instead = beginnings(query, known)
            wider = SearchResult(connection, SearchQuery.parse(instead), kinds, limit)
            alone = hits_alone(connection, query, kinds)
            if len(query.phrases) > 1:
                hits = (f"“{it.typed}” alone: {counted(n, 'hit')}" for it, n in alone.items() if n)
                say("; ".join(["nothing contains all these words", *hits]))
            for phrase in [it for it, n in alone.items() if not n]:
                near = nearest_words(phrase, known)
                hint = f"; nearest: {', '.join(near)}" if near else ""
                say(f"nothing contains “{shortened(phrase.typed)}”{hint}")
            if wider.total and _for_others(writing):
                say(f"try {instead} ({counted(wider.total)})")
            elif wider.total:
                say(f"shown is what contains {instead}")
                result, words = wider, instead
        if result.total or _for_others(writing):
            page = Page(
                COLUMNS,
                result.hits(marks),
                title=f"Search: {words}",
                unit="hit",
                question="What contains all these words, in sentences, quotes, names, or among "
                "those who take part?",
                filters=f"Only {', '.join(kind)}." if kind else "",
                condensed=True,
                total=lambda: result.total,
            )
            write(with_origin(connection, page, command_line()), **writing)
        searched = not kinds or Kind.PASSAGE in kinds
        missing = documents_without_text(connection) if searched else []
    if result.total > limit:
        say(f"the best {limit} of {result.total}; --limit {result.total} shows all")
    if missing:
        say(f"passages: {text_not_kept(missing)}")


def _check(
    db: str,
    quote: str,
    speaker: str | None,
    limit: int,
    timeout: float | None,
    writing: dict[str, Any],
) -> None:
    from adhoc.quotation import Verdict, check_quotation
    from adhoc.search import SearchError, documents_without_text, plain_text
    from database.connect import reading
    from output.page import Page
    from reports.about import with_origin
    from reports.definition import Parameter, Type
    from reports.resolve import UnknownNameError, look_up
    from reports.row_evidence import text_not_kept

    quote = plain_text(quote)
    try:
        if speaker is not None:
            Parameter("speaker", Type.ACTOR, "").value(speaker)
        with reading(db, timeout) as connection:
            known = None if speaker is None else look_up(connection, Type.ACTOR, speaker, say)
            findings = check_quotation(connection, quote, known.key if known else None)
            page = Page(
                QUOTE_COLUMNS,
                findings[:limit],
                title=f"Quotation: {quote}",
                unit="hit",
                question="Is it there, word for word, and who says it?",
                filters=f"Ascribed to {known.heading}." if known else "",
                legend=["[-…-] is only in what was asked, {+…+} only in the text."]
                if any(mark in it.quotation for it in findings[:limit] for mark in ("[-", "{+"))
                else [],
                condensed=True,
            )
            if findings or _for_others(writing):
                write(with_origin(connection, page, command_line()), **writing)
            sure = any(it.verdict.startswith((Verdict.VERBATIM, Verdict.NEARLY)) for it in findings)
            missing = [] if sure else documents_without_text(connection)
    except SearchError as error:
        raise click.UsageError(str(error)) from None
    except (ValueError, UnknownNameError) as error:
        raise click.BadParameter(str(error), param_hint="'--speaker'") from None
    if missing:
        where = "" if findings else "not among the quotations; "
        say(where + text_not_kept(missing, ", so it couldn't be searched"))
    elif not findings:
        say("nowhere: neither a quotation nor a text has these words, or nearly")
    if len(findings) > limit:
        say(f"the best {limit} of {len(findings)}; --limit {len(findings)} shows all")


def _for_others(writing: dict[str, Any]) -> bool:
    """Whether even no rows are an answer: to a program, or in a file."""
    return writing["format"] != "table" or writing["output"] is not None
