"""Checks a quotation that somebody cites: is it there, nearly there, or another speaker's?

Words are compared folded, to find the quotation, and as they are, to show every difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from adhoc.search import SearchQuery, rows_of
from adhoc.search_rows import Kind
from schema.folding import fold
from schema.folding import words as folded_words

LIKE_ENOUGH = 0.6
"""How much of two quotations must agree, from 0 to 1, for one to be nearly the other."""

AROUND = 10
"""Words shown before and after the hit in a passage."""

LEAST_WORDS = 2
"""Words that must agree: a single one agrees with too much."""

# The signs that a citation may end in, or be put in, without being another.
_EDGES = " \t\n.,;:!?…\"'"
_SIGNS = str.maketrans("‘’‛“”„«»", '\'\'\'"""""')  # noqa: RUF001 - they look alike


class Verdict(StrEnum):
    """The verdict on a quotation, the best first."""

    VERBATIM = "verbatim"
    NEARLY = "nearly"
    PARTLY = "partly"
    UNCODED = "in the text, not coded as a quotation"
    SUMMARY = "only in the coder's words"


class Finding(NamedTuple):
    """Where a quotation is; search_command.py says what the columns mean."""

    verdict: str
    quotation: str
    speaker: str | None
    date: str | None
    passage: str | None
    key: str | None
    source: str | None


def check_quotation(connection: Connection, cited: str, speaker: str | None) -> list[Finding]:
    """Return where the words of a quotation are, the best first.

    `speaker` is the key of the actor to whom it is ascribed. Raises SearchError if it has no words.
    """
    query = SearchQuery.parse(f'"{re.sub("[“”„]", " ", cited).replace(chr(34), " ")}"')
    results = list(_quotes(connection, _plain(cited), speaker))
    if not any(rank[0] in (Verdict.VERBATIM, Verdict.NEARLY) for rank, _ in results):
        results += _passages(connection, query)
    order = list(Verdict)
    results.sort(key=lambda it: (order.index(it[0][0]), *it[0][1:]))
    return [finding for _, finding in results]


_Ranked = tuple[tuple[Any, ...], Finding]


def _quotes(connection: Connection, cited: str, speaker: str | None) -> Iterator[_Ranked]:
    """Yield the quotes that agree with what is cited, each with its verdict and rank."""
    spoken = {*connection.execute(SPOKEN, {"speaker": speaker}).scalars()} if speaker else set()
    for row in connection.execute(QUOTES):
        verdict, likeness, shown = _compare(cited, row.text, row.says)
        if verdict is not None:
            other = speaker is not None and row.id not in spoken
            result = f"{verdict}, by another speaker" if other else verdict.value
            finding = Finding(
                result, shown, row.speaker, row.date, row.passage, row.key, row.source
            )
            yield (verdict, other, -likeness, row.source or "", row.key), finding


def _passages(connection: Connection, query: SearchQuery) -> Iterator[_Ranked]:
    """Yield the passages that contain the words, if their text is kept.

    The author of the document counts as the speaker of its text.
    """
    authors: dict[str, list[str]] = defaultdict(list)
    for document, author in connection.execute(AUTHORS):
        authors[document].append(author)
    condition, parameters = query.condition(connection.dialect.name)
    for whole, row in rows_of(connection, Kind.PASSAGE, condition, parameters):
        if query.rank(whole):
            verdict = Verdict.UNCODED
            speaker = "; ".join(authors[row.source]) or None
            shown = _around(row.text, [way.split() for way in query.phrases[0].ways])
            finding = Finding(verdict, shown, speaker, None, f"¶{row.n}", None, row.source)
            yield (verdict, False, row.n, row.source, ""), finding


def _around(passage: str, ways: Sequence[list[str]]) -> str:
    """Return the folded words where a passage has them, with a few words before and after."""
    pieces = passage.split()
    folded = [(word, n) for n, piece in enumerate(pieces) for word in folded_words(piece).split()]
    for way in ways:
        for start in range(len(folded) - len(way) + 1):
            here = folded[start : start + len(way)]
            if [word for word, _ in here] == way:
                first, end = max(0, here[0][1] - AROUND), here[-1][1] + 1 + AROUND
                shown = " ".join(pieces[first:end])
                return f"{'…' * (first > 0)}{shown}{'…' * (end < len(pieces))}"
    return passage


def _compare(cited: str, words: str | None, says: str | None) -> tuple[Verdict | None, float, str]:
    """Return the verdict on one quote, how much agrees, and its words with what differs."""
    if words is not None:
        whole = _plain(words)
        if re.search(rf"(?<!\w){re.escape(cited)}(?!\w)", whole):
            return Verdict.VERBATIM, 1, words
        likeness, contained, shown = _difference(cited.split(), whole.split())
        if likeness >= LIKE_ENOUGH:
            return Verdict.NEARLY, likeness, shown
        if contained:
            return Verdict.PARTLY, likeness, shown
    folded = fold(cited)
    if " " in folded and f" {folded} " in f" {fold(says or '')} ":
        return Verdict.SUMMARY, 1, says or ""
    return None, 0, ""


def _difference(cited: Sequence[str], words: Sequence[str]) -> tuple[float, bool, str]:
    """Compare two quotations word by word.

    Returns how much agrees, whether all words of the second are in the first, and the part of the
    second that corresponds, with [-what only the first has-] and {+what only the second has+}.
    """
    asked, there = ([fold(word) or word for word in some] for some in (cited, words))
    matcher = SequenceMatcher(None, asked, there, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    agree = sum(block.size for block in blocks)
    if not blocks or (agree < LEAST_WORDS and len(cited) > 1):
        return 0, False, ""
    part = list(words[blocks[0].b : blocks[-1].b + blocks[-1].size])
    part[-1] = part[-1].rstrip(_EDGES) or part[-1]
    shown = []
    for _, i, to_i, j, to_j in SequenceMatcher(None, cited, part, autojunk=False).get_opcodes():
        left, right = " ".join(cited[i:to_i]), " ".join(part[j:to_j])
        if left == right:
            shown.append(left)
        else:
            shown += [f"[-{left}-]"] * bool(left) + [f"{{+{right}+}}"] * bool(right)
    contained = len(words) >= LEAST_WORDS and agree == len(words) == len(part)
    return 2 * agree / (len(cited) + len(part)), contained, " ".join(shown)


def _plain(quotation: str) -> str:
    """Return a quotation in NFC, with plain quotation marks and spaces, without those around it."""
    signs = unicodedata.normalize("NFC", quotation).translate(_SIGNS).replace("...", "…")
    return " ".join(signs.split()).strip(_EDGES)


QUOTES = text(
    """
    select
      quotes.id, quotes.text, quotes.says, quotes.date, fact_summaries.speaker,
      fact_summaries.passage, fact_summaries.source, fact_summaries.key
    from quotes
    join fact_summaries on fact_summaries.fact_id = quotes.id
    """
)

SPOKEN = text(
    """
    select participants.fact_id
    from participants
    join actors on actors.id = participants.actor_id
    where participants.role = 'speaker' and actors.key = :speaker
    """
)

AUTHORS = text(
    """
    select sources.key, actors.name
    from codings
    join sources on sources.id = codings.document_id
    join source_actors on source_actors.source_id = sources.id
    join actors on actors.id = source_actors.actor_id
    where source_actors.role = 'author'
    order by sources.key, actors.name
    """
)
