"""`sourcebook passage`: a passage of a document, and what was coded from it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from output.options import (
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

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from output.page import Cell, Page

COLUMNS = columns("""
  passage    text, section            the passage
  kind       text                     text, or the kind of fact
  what       text, main               the passage itself, or a fact
  modality   text, usually actual     whether it is so
  certainty  text, usually asserted   how it is stated
  through    text                     voices between this and the document, nearest last
  words      text                     the words that say it
  fact       text, detail             key of the fact
""")

NUMBER = re.compile(r"¶*([0-9]{1,9})(?:[-–]¶*([0-9]{1,9}))?")
"""A passage or a range, as reports and citations print them."""

DOCUMENTS = """
    select sources.id, sources.key
    from codings
    join sources on sources.id = codings.document_id
    order by sources.key
"""

PASSAGES = """
    select n, text
    from passages
    where document_id = :document
    order by n
"""

EVIDENCE = """
    select
      spans.passage, evidence.id, facts.kind, facts.key, fact_summaries.sentence,
      evidence.modality, evidence.certainty, chains.voices,
      min(spans.start_offset) as start
    from spans
    join evidence on evidence.id = spans.evidence_id
    join facts on facts.id = evidence.fact_id
    join fact_summaries on fact_summaries.fact_id = facts.id
    join chains on chains.attribution_id = evidence.attribution_id
    where spans.document_id = :document
      and spans.passage between :first and :last
    group by
      spans.passage, evidence.id, facts.kind, facts.key, fact_summaries.sentence,
      evidence.modality, evidence.certainty, chains.voices
    order by
      spans.passage, case when facts.kind in ('name', 'event-name') then 1 else 0 end, start,
      facts.key, evidence.id
"""

WORDS = """
    select spans.evidence_id, spans.passage, words.words
    from spans
    join words on words.evidence_id = spans.evidence_id and words.span = spans.n
    where spans.document_id = :document
      and spans.passage between :first and :last
    order by spans.evidence_id, spans.passage, spans.n
"""


@click.command(cls=StrictCommand, params=[*row_options(), timeout_option()])
@click.argument(
    "asked",
    nargs=-1,
    required=True,
    metavar="[DOCUMENT] NUMBER...",
    shell_complete=completing("document"),
)
@click.pass_obj
@failing()
def passage(
    db: str,
    asked: Sequence[str],
    format: str,
    output: Path | None,
    raw: bool,
    timeout: float | None,
) -> None:
    """Print passages of a document, and what was coded from them.

    NUMBER is the number that reports print after ¶, or a range such as 9-11; several may follow one
    another. DOCUMENT is its key, its title or its author, or words of these; leave it out if only
    one is loaded.

    The text itself is printed if it is kept: `sourcebook load CODING --text TEXT --keep-text`.
    """
    from database.connect import reading
    from reports.resolve import UnknownNameError
    from reports.row_evidence import text_not_kept

    try:
        with reading(db, timeout) as connection:
            id, key, ranges = _asked(connection, asked)
            page, kept = _page(connection, id, ranges)
            write(page, format, output, raw)
    except (UnknownNameError, NoPassageError) as error:
        raise click.UsageError(str(error)) from None
    if not kept:
        say(text_not_kept([key], ", so this is only what was coded"))


class NoPassageError(Exception):
    """There is no such passage, or no document for it; the message says which there are."""


def _asked(connection: Connection, asked: Sequence[str]) -> tuple[int, str, list[tuple[int, int]]]:
    """Return the id and the key of the document, and the ranges of the passages."""
    from sqlalchemy import text

    from reports.definition import Type
    from reports.resolve import look_up

    documents = {key: id for id, key in connection.execute(text(DOCUMENTS))}
    if not documents:
        raise NoPassageError("no document is loaded")
    words = [word for part in asked for word in part.split(",") if word]
    n = 0 if len(documents) == 1 else 1  # a title may be a number
    while n < len(words) and not NUMBER.fullmatch(words[n]):
        n += 1
    if n == len(words):
        raise NoPassageError(
            "give the document, then the number of a passage, such as 10 or 9-11; "
            "`sourcebook documents` lists the documents"
        )
    key = next(iter(documents))
    if n:
        key = look_up(connection, Type.DOCUMENT, " ".join(words[:n]), say).key
    return documents[key], key, [_range(word) for word in words[n:]]


def _range(word: str) -> tuple[int, int]:
    """Return the first and the last number of a range, or twice that of a passage."""
    match = NUMBER.fullmatch(word)
    if match is None:
        raise NoPassageError(
            f"{shortened(word)!r} is not the number of a passage; write 10, or 9-11"
        )
    first = int(match[1])
    last = int(match[2] or first)
    if last < first:
        raise NoPassageError(f"{word}: the second number is smaller than the first")
    return first, last


def _page(
    connection: Connection, document: int, ranges: Sequence[tuple[int, int]]
) -> tuple[Page, bool]:
    """Return a page with these passages, and whether their text is kept."""
    from sqlalchemy import text

    from output.page import Page
    from reports.about import provenance
    from reports.references import cited_passages, references

    texts = {it.n: it.text for it in connection.execute(text(PASSAGES), {"document": document})}
    for n in chain.from_iterable(ranges):
        if n not in texts:
            raise NoPassageError(
                f"there is no {cited_passages([n])}; the document has ¶ 1 to {len(texts)}"
            )
    numbers = sorted({n for first, last in ranges for n in range(first, last + 1)})
    kept = any(texts[n] is not None for n in numbers)
    coded = _coded(connection, document, numbers, kept=kept)
    rows: list[Sequence[Cell]] = []
    for n in numbers:
        if texts[n] is not None:
            rows.append((f"¶{n}", "text", texts[n], "", "", None, None, None))
        rows += coded[n]
    [cited] = references(connection, [document])
    page = Page(
        COLUMNS,
        rows,
        title=f"{'Passage' if len(numbers) == 1 else 'Passages'} {cited_passages(numbers)}",
        question="What does it say, and what was coded from it?",
        document=cited.text(passages=cited_passages(numbers)),
        meta={"command": command_line(), **provenance(connection)},
        condensed=True,
    )
    return page, kept


def _coded(
    connection: Connection, document: int, numbers: Sequence[int], *, kept: bool
) -> dict[int, list[Sequence[Cell]]]:
    """Return a row for each piece of evidence in these passages."""
    from sqlalchemy import text

    given = {"document": document, "first": numbers[0], "last": numbers[-1]}
    words: dict[tuple[int, int], list[str]] = defaultdict(list)
    for it in connection.execute(text(WORDS), given) if kept else ():
        words[it.evidence_id, it.passage].append(it.words)
    rows: dict[int, list[Sequence[Cell]]] = {n: [] for n in numbers}
    for it in connection.execute(text(EVIDENCE), given):
        if it.passage not in rows:  # between two ranges
            continue
        rows[it.passage].append(
            (
                f"¶{it.passage}",
                "tie" if it.kind == "relation" else it.kind,
                it.sentence,
                it.modality,
                it.certainty,
                it.voices,
                " … ".join(words[it.id, it.passage]) or None,
                it.key,
            )
        )
    return rows
