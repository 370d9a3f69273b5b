"""The pages of a site on documents: their passages, and what was coded from each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from output.wording import counted
from pages.site.addresses import PASSAGES, Addresses, fact_id, first_passage
from pages.site.book import SiteBook
from pages.site.parts import Link, PageSection, PageText, Table, TableColumn
from pages.site.subjects import VOICED, published
from pages.statements import Statement
from reports.references import references
from schema.vocabulary import FactKind

PARTS = """
    select n, section, length, text
    from passages
    where document_id = :id and n between :first and :last
    order by n
"""
FACTS = """
    select fact_passages.passage, fact_passages.fact_id
    from fact_passages
    join facts on facts.id = fact_passages.fact_id
    join sources on sources.id = facts.document_id
    where fact_passages.document_id = :id
      and fact_passages.passage between :first and :last
    order by fact_passages.passage, fact_passages.start, facts.key, sources.key
"""
SPANS = """
    select spans.passage, spans.start_offset, spans.end_offset, evidence.fact_id
    from spans
    join evidence on evidence.id = spans.evidence_id
    join facts on facts.id = evidence.fact_id
    join sources on sources.id = facts.document_id
    where spans.document_id = :id and spans.passage between :first and :last
    order by spans.passage, spans.start_offset, spans.end_offset desc, facts.key, sources.key
"""
RELAYED = """
    select coalesce(documents.key || ':', '') || sources.key as key, sources.title,
      sources.anonymity,
      attribution_chains.depth, attribution_chains.passage,
      count(distinct evidence.fact_id) as facts
    from attributions
    join attribution_chains on attribution_chains.attribution_id = attributions.id
    join sources on sources.id = attributions.source_id
    left join sources as documents on documents.id = sources.document_id
    left join attribution_ancestors on attribution_ancestors.ancestor_id = attributions.id
    left join evidence on evidence.attribution_id = attribution_ancestors.attribution_id
    where attributions.document_id = :id
      and attributions.parent_id is not null
    group by attributions.id, sources.key, sources.title, sources.anonymity, documents.key,
      attribution_chains.depth, attribution_chains.passage
    order by facts desc, documents.key nulls first, sources.key, attribution_chains.depth,
      attribution_chains.passage
"""
SIZE = "select count(*) from passages where document_id = :id"


@dataclass
class PassagePart:
    """Characters of a passage that are evidence, or that aren't."""

    start: int
    end: int
    text: str = ""
    address: str = ""
    """Of the fact that begins first in it; empty: nothing was coded from it."""


@dataclass(frozen=True)
class Bar:
    """A passage in the map of a document."""

    n: int
    heading: bool
    facts: int
    address: str


@dataclass
class PassageText:
    """A passage with what was coded from it."""

    n: int
    heading: bool
    address: str
    length: int
    stretches: Sequence[PassagePart]
    kept: bool
    facts: list[tuple[Statement, str]] = field(default_factory=list)
    """Facts other than names, with their ids in the page."""
    names: list[tuple[Statement, str]] = field(default_factory=list)

    @property
    def coded(self) -> Sequence[PassagePart]:
        """Return the stretches that are evidence."""
        return [it for it in self.stretches if it.address]

    @property
    def bar(self) -> Bar:
        """Return its bar in the map."""
        return Bar(self.n, self.heading, len(self.facts) + len(self.names), self.address)

    @property
    def figures(self) -> str:
        """Return how much of it is coded, in words."""
        coded = sum(it.end - it.start for it in self.coded)
        facts = counted(len(self.facts) + len(self.names), "fact")
        return f"{facts}; {coded:,} of {self.length:,} characters are evidence"


class DocumentPages:
    """Makes the pages on documents."""

    def __init__(self, book: SiteBook) -> None:
        self._book = book

    def pages(self) -> Iterator[tuple[PageText, list[PassageText]]]:
        """Yield the pages on each document, with their passages."""
        for document in self._book.statements.documents.values():
            [cited] = references(self._book.connection, [document.id])
            size = self._book.rows(SIZE, id=document.id)[0][0]
            firsts = range(1, max(size, 1) + 1, PASSAGES)
            parts = [
                Link(
                    f"¶{first}–{min(first + PASSAGES - 1, size)}",
                    self._book.addresses.document(document.key, first),
                )
                for first in firsts
            ]
            crumbs = (Link("Sourcebook", "index.html"), Link("Documents", "documents.html"))
            for part, first in zip(parts, firsts, strict=True):
                page = PageText(part.address, document.title, crumbs, "documents.html")
                if first == 1:
                    page.found_as = "document"
                    page.lead = f"{replace(cited, url='').text()}."
                    page.about = published(self._book, document.id, cited.published, cited.url)
                    page.sections = self._relayed(document.id, document.key)
                else:
                    page.title = f"{document.title}: {part.words}"
                page.parts = parts if len(parts) > 1 else ()
                yield page, self._passages(document.id, document.key, first)

    def bars(self) -> list[Bar]:
        """Return the map of the first part of the first document."""
        [document, *_] = self._book.statements.documents.values()
        return [it.bar for it in self._passages(document.id, document.key, 1)]

    def _passages(self, id: int, key: str, first: int) -> list[PassageText]:
        within = {"id": id, "first": first, "last": first + PASSAGES - 1}
        facts: dict[int, list[int]] = defaultdict(list)
        for n, fact in self._book.rows(FACTS, **within):
            facts[n].append(fact)
        needed = dict.fromkeys(fact for ids in facts.values() for fact in ids)
        statements = {it.id: it for it in self._book.statements.read(needed)}
        spans: dict[int, list[Any]] = defaultdict(list)
        for it in self._book.rows(SPANS, **within):
            if it.fact_id in statements:
                spans[it.passage].append(it)
        passages = []
        for row in self._book.rows(PARTS, **within):
            stretches = _stretches(row, spans[row.n], statements, self._book.addresses)
            address = self._book.addresses.passage(key, row.n)
            heading, kept = row.section == row.n, row.text is not None
            passage = PassageText(row.n, heading, address, row.length, stretches, kept)
            for fact in facts[row.n]:
                statement = statements[fact]
                own = first_passage(statement, key) == row.n
                named = statement.kind in (FactKind.NAME, FactKind.EVENT_NAME)
                where = passage.names if named else passage.facts
                where.append((statement, fact_id(statement, key) if own else ""))
            passages.append(passage)
        return passages

    def _relayed(self, id: int, key: str) -> list[PageSection]:
        rows = [
            (
                self._book.link("source", row.key, row.title),
                VOICED[row.anonymity],
                row.facts,
                linked_passages(self._book.addresses, key, row.passage),
            )
            for row in self._book.rows(RELAYED, id=id)
        ]
        if not rows:
            return []
        columns = (
            TableColumn("Source"),
            TableColumn("Voice", aside=True),
            TableColumn("Facts", number=True),
            TableColumn("Passages"),
        )
        title = "Whom it relays"
        return [PageSection("relayed", title, table=Table(columns, rows))]


def linked_passages(addresses: Addresses, document: str, passages: str | None) -> list[Link]:
    """Return links to passages of a document, given as ¶2; ¶10."""
    numbers = [int(n) for n in re.findall("[0-9]+", passages or "")]
    return [Link(f"¶{n}", addresses.passage(document, n)) for n in numbers]


def _stretches(
    row: Any, spans: Sequence[Any], statements: dict[int, Statement], addresses: Addresses
) -> list[PassagePart]:
    """Divide a passage into what is evidence and what isn't; overlapping spans are one."""
    stretches: list[PassagePart] = []
    end = 0
    for span in spans:
        start, stop = min(span.start_offset, row.length), min(span.end_offset, row.length)
        if start < end and stretches:
            end = max(end, stop)
            stretches[-1].end = end
            continue
        if start > end:
            stretches.append(PassagePart(end, start))
        stretches.append(PassagePart(start, stop, address=addresses.fact(statements[span.fact_id])))
        end = stop
    if end < row.length:
        stretches.append(PassagePart(end, row.length))
    for it in stretches:
        it.text = (row.text or "")[it.start : it.end]
    return stretches
