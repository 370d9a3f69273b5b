"""What pages of a site consist of: sections of facts, tables and pictures, split where too long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from markupsafe import Markup

from output.addresses import with_addresses
from pages.statements import CitedEvidence, Statement
from schema.date_words import date_in_words
from schema.vocabulary import FactKind

MOST_FACTS = 150
"""Facts of one section on one page; the rest goes to pages that continue it."""

MOST_ROWS = 250
"""Rows of a table on one page."""

MOST_PARTS = 20
"""Pages that are all listed; of more, only some are."""


class Link(NamedTuple):
    """A link to an address in the site."""

    words: str
    address: str
    note: str = ""


class External(NamedTuple):
    """A link to an address elsewhere, which nothing is loaded from."""

    words: str
    address: str
    note: str = ""


def external(address: str) -> External | Link:
    """Return a link to a public address; to anything but http and https, its words alone."""
    public = [part for part in with_addresses(address) if part[0]] == [(address, True)]
    return External(address, address) if public else Link(address, "")


class TableColumn(NamedTuple):
    """A column of a table."""

    heading: str
    number: bool = False
    aside: bool = False
    """Whether a phone doesn't show it."""


Cell = str | int | Link | External | Statement | None | Sequence[Link | External]


@dataclass(frozen=True)
class Table:
    """A table. The cell of a statement is its sentence, with its tag, as a link."""

    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Cell]]


@dataclass
class PageSection:
    """A part of a page that has a heading."""

    id: str
    title: str
    note: str = ""
    """Sentences below it."""
    lead: str = ""
    """Sentences above it."""
    facts: Sequence[Statement] = ()
    full: bool = False
    """Whether its facts have links to all that they are about."""
    table: Table | None = None
    picture: Markup | None = None
    """Drawn above; the table is then the same as a list, and opened on demand."""
    caption: str = ""
    """What the picture shows, and what it leaves out."""
    rest: Markup | None = None
    """A picture with what the first leaves out, shown on demand."""
    rest_caption: str = ""
    parts: Sequence[Link] = ()
    """The pages on which it is continued, with this one; empty: it is all here."""
    links: Sequence[Link] = ()

    @property
    def drawn_only(self) -> bool:
        """Whether there is nothing but a picture, whose facts other sections list."""
        return bool(self.picture) and not (self.facts or self.table or self.links)

    @property
    def undated(self) -> bool:
        """Whether none of its facts has a date, or could have: then they need no column."""
        without = (FactKind.RELATION, FactKind.LINK, FactKind.NAME, FactKind.EVENT_NAME)
        return all(it.kind in without and not it.when for it in self.facts)


@dataclass
class PageText:
    """A page: what stands at its top, and its sections."""

    path: str
    title: str
    """Of what isn't so, with its standing in front."""
    crumbs: Sequence[Link] = ()
    current: str = ""
    """The page of the navigation that it belongs to."""
    statement: Statement | None = None
    """The fact that the page is on; its tag stands in the heading."""
    lead: str = ""
    meta: str = ""
    about: Sequence[tuple[str, Sequence[Link | External]]] = ()
    """Terms, each with links or words."""
    sections: list[PageSection] = field(default_factory=list)
    parts: Sequence[Link] = ()
    """The pages on which all of it is continued, with this one."""
    found_as: str = ""
    """What search says it is; empty: it isn't found."""
    found_by: Sequence[str] = ()
    """Texts besides its title and lead whose words find it."""


def split(page: PageText, section: PageSection) -> list[PageText]:
    """Leave the first facts of a section in its page; return pages that continue it."""
    chunks = chunked(section.facts, MOST_FACTS)
    if len(chunks) == 1:
        return []
    labels = [span(_label(chunk[0]), _label(chunk[-1])) for chunk in chunks]
    first = f"{page.path.removesuffix('.html')}/{section.id}.html"
    parts = numbered(first, labels)
    parts[0] = parts[0]._replace(address=f"{page.path}#{section.id}")
    section.facts, section.parts = chunks[0], near(parts, 0)
    crumbs = [*page.crumbs, Link(page.title, page.path)]
    pages = []
    for n, chunk in enumerate(chunks[1:], 1):
        words = f"{section.title[:1].lower()}{section.title[1:]}, {n + 1} of {len(chunks)}"
        part = replace(section, facts=chunk, parts=near(parts, n), picture=None)
        title = f"{page.title}: {words}"
        pages.append(PageText(parts[n].address, title, crumbs, page.current, sections=[part]))
    return pages


def merged(evidence: Iterable[CitedEvidence], *, full: bool = False) -> list[CitedEvidence]:
    """Return pieces of evidence; what one voice says in the same way in several places is one.

    `full` says that the words of the date are shown, too.
    """
    pieces: dict[object, CitedEvidence] = {}
    for it in evidence:
        way = (it.document, it.voices, it.how, it.date, it.date_words if full else None)
        same = pieces.get(way)
        pieces[way] = replace(same, passages=same.passages + it.passages) if same else it
    return [*pieces.values()]


Item = TypeVar("Item")


def chunked(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    """Divide items into parts of at most `most`; nothing is one empty part."""
    return [items[n : n + most] for n in range(0, len(items), most)] or [items]


def numbered(first: str, labels: Sequence[str]) -> list[Link]:
    """Return links to pages that continue a first one: list.html, list-2.html."""
    base = first.removesuffix(".html")
    return [
        Link(f"{n}", first if n == 1 else f"{base}-{n}.html", label)
        for n, label in enumerate(labels, 1)
    ]


def near(parts: Sequence[Link], n: int) -> list[Link]:
    """Return what leads from the n-th part to others: of many, some. Nothing if it is the only."""
    last = len(parts) - 1
    if last < 1:
        return []
    few = last < MOST_PARTS
    return [
        part
        for at, part in enumerate(parts)
        if few or at in (0, last) or abs(at - n) < 4 or (at + 1) % 10 == 0
    ]


def span(first: str, last: str) -> str:
    """Return what a page holds, by its first and its last item."""
    return first if first == last else f"{first} to {last}"


def _label(statement: Statement) -> str:
    """Return the words by which a reader finds a fact among the parts."""
    return date_in_words(statement.date) if statement.date else "undated"
