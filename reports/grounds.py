"""What the rows of a report rest on: documents to cite, and the words themselves.

A row says where it stands in its columns `passage` (¶10; ¶12, or `KEY ¶3` where there are several
documents) and `document` or, without such, `source`. The fact that it states is named by a column
`fact`, `quote`, `relation`, `position`, `event` or `key`, the first of these that there is; ` | `
parts two facts.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from sqlalchemy import Connection

from output.page import Cell, Column, Page
from reports.citing import citations
from reports.definition import Report, ReportError
from reports.wording import Place, Wording

FACTS = ("fact", "quote", "relation", "position", "event", "key")
"""Columns that may hold the key of the fact that a row states; the first one counts."""

AT_ONCE = 500
"""For so many rows the words are asked for at once, before the first of them is shown."""

WORDS = Column(
    "rests_on",
    meaning="the words of the text that say it, where the text is kept; where a row does not name "
    "one fact that has words there, the whole passage",
)

_PLACE = re.compile(r"(?:(?P<document>\S+) )?¶(?P<n>[0-9]+)")


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
        wording = Wording(connection)
        ahead = iter(rows)
        while some := list(islice(ahead, AT_ONCE)):
            places = [self._places(row) for row in some]
            facts = [self._facts(row) for row in some]
            for row, cell in zip(some, wording.said(places, facts), strict=True):
                yield (*row, cell)
            self.textless |= wording.textless

    def _facts(self, row: Sequence[Cell]) -> list[str]:
        """Give the keys of the facts that a row states, as far as it says."""
        cell = None if self._fact is None else row[self._fact]
        return cell.split(" | ") if isinstance(cell, str) else []

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
