"""The evidence of a report's rows: documents to cite, and the words themselves.

A row names its evidence in its columns `passage` (¶10; ¶12, or `KEY ¶3` where there are several
documents) and `document` or, without one, `source`. The first of its columns `fact`, `quote`,
`relation`, `position`, `event` and `key` names the fact that it states, as its key or document:key;
` | ` separates two facts.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from sqlalchemy import Connection

from output.page import Cell, Page, PageColumn
from reports.definition import Report, ReportError
from reports.evidence_text import EvidenceText, Place
from reports.references import citations

FACTS = ("fact", "quote", "relation", "position", "event", "key")
"""Columns that may hold the key of the fact that a row states; the first one counts."""

BATCH = 500
"""Rows whose words are read together, before the first of these rows is written."""

WORDS = PageColumn(
    "rests_on",
    meaning="the words of the text that say it, if the text is kept; the whole passage if the row "
    "names no fact with words of its own",
)

_PLACE = re.compile(r"(?:(?P<document>\S+) )?¶(?P<n>[0-9]+)")


def text_not_kept(documents: Collection[str], so: str = "") -> str:
    """Name the documents whose text isn't kept, say what follows, and how to keep it."""
    keys = sorted(documents)
    named = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
    return (
        f"the text of {named} is not kept{so}; keep it with `sourcebook load CODING --text TEXT "
        "--keep-text`"
    )


class NoEvidenceError(ReportError):
    """A report whose rows name no passages has nothing to cite, and no words to show."""


class RowEvidence:
    """The evidence of one report's rows, collected while they pass through."""

    def __init__(self, report: Report) -> None:
        """Find the columns that name it. Raises NoEvidenceError if there are none."""
        names = [column.name for column in report.columns]
        documents = [name for name in ("document", "source") if name in names]
        if "passage" not in names or not documents:
            raise NoEvidenceError(
                f"{report.name} states no facts: it has no columns source and passage"
            )
        self._passage = names.index("passage")
        self._document = names.index(documents[0])
        self._fact = next((names.index(name) for name in FACTS if name in names), None)
        self.places: dict[str, set[int]] = defaultdict(set)
        """The passages named by the rows so far, by document."""
        self.textless: set[str] = set()
        """Documents whose words are needed, but whose text isn't kept."""

    def page(self, connection: Connection, page: Page, *, cite: bool, words: bool) -> Page:
        """Return the page with citations, with a column of words, or both."""
        if words:
            rows = self._with_words(connection, page.rows)
            page = replace(page, columns=[*page.columns, WORDS], rows=rows)
        if cite:
            page = replace(
                page, rows=self._collecting(page.rows), citations=citations(connection, self.places)
            )
        return page

    def _collecting(self, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        for row in rows:
            for document, n in self._places(row):
                self.places[document].add(n)
            yield row

    def _with_words(
        self, connection: Connection, rows: Iterable[Sequence[Cell]]
    ) -> Iterator[Sequence[Cell]]:
        texts = EvidenceText(connection)
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH)):
            places = [self._places(row) for row in batch]
            facts = [self._facts(row) for row in batch]
            for row, words in zip(batch, texts.words(places, facts), strict=True):
                yield (*row, words)
            self.textless |= texts.textless

    def _facts(self, row: Sequence[Cell]) -> list[str]:
        """Return the keys of the facts that a row names."""
        cell = None if self._fact is None else row[self._fact]
        return cell.split(" | ") if isinstance(cell, str) else []

    def _places(self, row: Sequence[Cell]) -> list[Place]:
        """Return the passages that a row names; ` | ` separates the evidence of its two sides."""
        passages, documents = row[self._passage], row[self._document]
        if not isinstance(passages, str) or not isinstance(documents, str):
            return []
        sides = passages.split(" | ")
        keys = documents.split(" | ")
        if len(keys) != len(sides):
            keys = keys[:1] * len(sides)
        places: dict[Place, None] = {}
        for side, document in zip(sides, keys, strict=True):
            for part in side.split("; "):
                if match := _PLACE.fullmatch(part):
                    places[match["document"] or document, int(match["n"])] = None
        return list(places)
