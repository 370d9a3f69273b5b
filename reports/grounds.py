"""What the rows of a report rest on: documents to cite, and the words themselves.

A row says where it stands in its columns `passage` (¶10; ¶12, or `KEY ¶3` where there are several
documents) and `document` or, without such, `source`. The fact that it states is named by a column
`fact`, `quote`, `relation`, `position`, `event` or `key`, the first of these that there is.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, text

from reports.citing import citations
from reports.definition import Report, ReportError
from reports.render import Cell, Column, Page

FACTS = ("fact", "quote", "relation", "position", "event", "key")
"""Columns that may hold the key of the fact that a row states; the first one counts."""

AT_ONCE = 500
"""For so many rows the words are fetched with one query, before the first of them is shown."""

MOST = 1000
"""How many documents one query asks for: engines limit what can be bound."""

WORDS = Column(
    "rests_on",
    meaning="the words of the text that say it, where the text is kept; where a row does not name "
    "one fact that has words there, the whole passage",
)

_PLACE = re.compile(r"(?:(?P<document>\S+) )?¶(?P<n>[0-9]+)")

# In the order in which the evidence says it; of a broken quotation, in the order of the text.
SPANS = """
    select words.source, words.fact, words.fact_id, words.passage, words.evidence_id, words.words
    from words
    join evidence on evidence.id = words.evidence_id
    where words.source in :documents
      and words.passage in :passages
      and words.fact in :facts
    order by words.source, evidence.n, words.span
"""

PASSAGES = """
    select sources.key, passages.n, passages.text
    from passages
    join sources on sources.id = passages.document_id
    where sources.key in :documents
      and passages.n in :passages
      and passages.text is not null
"""

Place = tuple[str, int]
"""Key of a document, and the number of a passage in it."""

Said = dict[Place, list[str]]
"""What a fact rests on, by place: a text for each piece of evidence."""

Facts = dict[int, Said]
"""The same of several facts, by id."""


def unkept(documents: Collection[str]) -> str:
    """Say of which documents no text is kept, and what to do."""
    some = sorted(documents)
    named = ", ".join(some[:3]) + (f" and {len(some) - 3} more" if len(some) > 3 else "")
    return (
        f"--words: the text of {named} is not kept; keep it with `sourcebook load CODING "
        "--text TEXT --keep-text`"
    )


class NoGroundsError(ReportError):
    """A report whose rows name no passages: nothing can be cited, and there are no words."""


class Grounds:
    """What the rows of one report rest on, noted while they are handed on."""

    def __init__(self, report: Report) -> None:
        """Look where the report says it. Raises NoGroundsError where it does not."""
        names = [column.name for column in report.columns]
        documents = [name for name in ("document", "source") if name in names]
        if "passage" not in names or not documents:
            raise NoGroundsError(
                f"{report.name} states no facts: it has no columns source and passage to go by"
            )
        self._passage = names.index("passage")
        self._document = names.index(documents[0])
        self._fact = next((names.index(name) for name in FACTS if name in names), None)
        self.places: dict[str, set[int]] = defaultdict(set)
        """The passages that the rows so far name, by document."""
        self.textless: set[str] = set()
        """Documents whose words were asked for and are not kept."""

    def page(self, connection: Connection, page: Page, *, cite: bool, words: bool) -> Page:
        """Give the page with citations, with a column of words, or both."""
        if words:
            rows = self._with_words(connection, page.rows)
            page = replace(page, columns=[*page.columns, WORDS], rows=rows)
        if cite:
            page = replace(
                page, rows=self._noting(page.rows), citations=citations(connection, self.places)
            )
        return page

    def _noting(self, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        for row in rows:
            for document, n in self._places(row):
                self.places[document].add(n)
            yield row

    def _with_words(
        self, connection: Connection, rows: Iterable[Sequence[Cell]]
    ) -> Iterator[Sequence[Cell]]:
        ahead = iter(rows)
        while some := list(islice(ahead, AT_ONCE)):
            places = [self._places(row) for row in some]
            facts = [None if self._fact is None else row[self._fact] for row in some]
            said = self._said(connection, places, facts)
            for row, cell in zip(some, said, strict=True):
                yield (*row, cell)

    def _places(self, row: Sequence[Cell]) -> list[Place]:
        """Say where a row stands; ` | ` parts what its two sides rest on."""
        passages, documents = row[self._passage], row[self._document]
        if not isinstance(passages, str) or not isinstance(documents, str):
            return []
        sides = passages.split(" | ")
        told = documents.split(" | ")
        if len(told) != len(sides):
            told = told[:1] * len(sides)
        found: dict[Place, None] = {}
        for side, document in zip(sides, told, strict=True):
            for part in side.split("; "):
                place = _PLACE.fullmatch(part)
                if place:
                    found[place["document"] or document, int(place["n"])] = None
        return list(found)

    def _said(
        self, connection: Connection, places: Sequence[Sequence[Place]], facts: Sequence[Cell]
    ) -> Iterator[str | None]:
        """Give the words of each row: of its fact, or else of the passage."""
        everywhere = {place for of_row in places for place in of_row}
        spans = _spans(connection, everywhere, {fact for fact in facts if isinstance(fact, str)})
        exact = [
            _standing(spans.get(fact, {}).values(), of_row)
            for of_row, fact in zip(places, facts, strict=True)
        ]
        left = {
            place
            for of_row, said in zip(places, exact, strict=True)
            for place in of_row
            if place not in said
        }
        whole = {
            (document, n): [f"whole: {passage}"]
            for document, n, passage in _ask(connection, PASSAGES, left)
        }
        self.textless |= {document for document, n in left if (document, n) not in whole}
        for of_row, said in zip(places, exact, strict=True):
            several = len({document for document, _ in of_row}) > 1
            pieces = [
                f"{document + ' ' if several else ''}¶{n} {piece}"
                for document, n in of_row
                for piece in said.get((document, n)) or whole.get((document, n)) or ()
            ]
            yield " | ".join(pieces) or None


def _spans(
    connection: Connection, places: Collection[Place], keys: Collection[str]
) -> dict[Cell, Facts]:
    """Find the words of the facts with these keys; a broken quotation's parts are joined."""
    parts: dict[tuple[Cell, int, Place, int], list[str]] = defaultdict(list)
    if keys:
        for document, key, fact, n, evidence, words in _ask(
            connection, SPANS, places, facts=sorted(keys)
        ):
            parts[key, fact, (document, n), evidence].append(words)
    found: dict[Cell, Facts] = {}
    for (key, fact, place, _), words in parts.items():
        pieces = found.setdefault(key, {}).setdefault(fact, {}).setdefault(place, [])
        pieces.append(" … ".join(words))
    return found


def _ask(
    connection: Connection, query: str, places: Collection[Place], **values: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Ask for what stands in these passages, and in others of the same documents."""
    names = ["documents", "passages", *values]
    statement = text(query).bindparams(*(bindparam(name, expanding=True) for name in names))
    documents = sorted({document for document, _ in places})
    for start in range(0, len(documents), MOST):
        some = set(documents[start : start + MOST])
        numbers = {n for document, n in places if document in some}
        asked = {"documents": sorted(some), "passages": sorted(numbers), **values}
        yield from map(tuple, connection.execute(statement, asked))


def _standing(facts: Collection[Said], places: Collection[Place]) -> Said:
    """Take the words of the fact that is meant where documents use one key for different facts.

    It stands at every place that the row names; the others seldom do.
    """
    meant = [said for said in facts if said.keys() >= set(places)] or facts
    together: Said = defaultdict(list)
    for said in meant:
        for place, pieces in said.items():
            together[place] += pieces
    return together
