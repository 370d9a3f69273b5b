"""The pages of a site on actors, topics, places and sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from output.wording import counted
from pages.pictures.network_facts import NetworkActor
from pages.site.book import SiteBook, Term
from pages.site.parts import Link, PageSection, PageText, Table, TableColumn, external, split
from pages.statements import CitedDocument, Statement
from schema.date_words import date_in_words
from schema.vocabulary import Anonymity, FactKind, Modality, Role

Pictures = Callable[[NetworkActor, str, Sequence[Statement]], Iterable[PageSection]]
"""Draws an actor for the page of this path: returns sections with a picture each."""

KINDS = {
    FactKind.POSITION.value: "Positions",
    "happened": "What happened",
    "other": "Intended, expected, possible, imagined or not so",
    FactKind.QUOTE.value: "Statements",
    FactKind.RELATION.value: "Ties",
    FactKind.CONTROL.value: "Control of places",
    FactKind.LINK.value: "How events and statements hang together",
    FactKind.NAME.value: "Names",
    FactKind.EVENT_NAME.value: "Names of events",
}
"""The sections of facts, by kind; events by whether they happened."""

MANY_FACTS = 10
"""From so many facts on, a page sums up where they are stated."""

MANY_DOCUMENTS, MOST_DOCUMENTS = 20, 100
"""Of more documents only the number of facts is listed, and of still more those that state most."""

ACTORS = """
    select actors.key, actors.name, actors.kind
    from actors
    left join participants on participants.actor_id = actors.id
    group by actors.id, actors.key, actors.name, actors.kind
    order by count(participants.fact_id) desc, actors.key
"""
"""Those with most facts first: search lists them in this order."""

NAMES = """
    select actor_names.id, actor_names.name, actor_names.name_kind
    from actor_names
    join actors on actors.id = actor_names.actor_id
    where actors.key = :key
"""
ACTING = """
    select 'Acts for' as term, actor as key, actor_name as name, lower(standing) as note, 1 as part
    from members
    where member = :key and steps = 1
    union all
    select 'Acts through', member, member_name, lower(standing), 2
    from members
    where actor = :key and steps = 1
    order by 5, 3, 2, 4 nulls first
"""
SOURCES_OF = """
    select
      case source_actors.role
        when 'author' then 'Wrote' when 'publisher' then 'Published' else 'Speaks in'
      end as term,
      coalesce(documents.key || ':', '') || sources.key as key, sources.title as name
    from source_actors
    join sources on sources.id = source_actors.source_id
    join actors on actors.id = source_actors.actor_id
    left join sources as documents on documents.id = sources.document_id
    where actors.key = :key
    order by source_actors.role, documents.key nulls first, sources.key
"""
BACKGROUND = """
    select 'Not from the texts' as term, key, background as name
    from actors
    where key = :key and background is not null
"""
PLACES = "select key, name, kind from places order by key"
AROUND = """
    select 'Lies in' as term, wholes.key, wholes.name, 1 as part
    from places
    join places as wholes on wholes.id = places.within_id
    where places.key = :key
    union all
    select 'Contains', places.key, places.name, 2
    from places
    join places as wholes on wholes.id = places.within_id
    where wholes.key = :key
    order by 4, 3, 2
"""
SOURCES = """
    select sources.id, coalesce(documents.key || ':', '') || sources.key as key, sources.title,
      sources.kind, sources.anonymity, sources.published, sources.url
    from sources
    left join sources as documents on documents.id = sources.document_id
    left join codings on codings.document_id = sources.id
    where codings.document_id is null
    order by documents.key nulls first, sources.key
"""
ACTORS_OF = """
    select
      case source_actors.role
        when 'author' then 'By' when 'publisher' then 'Published by' else 'Voice'
      end as term,
      actors.key, actors.name
    from source_actors
    join actors on actors.id = source_actors.actor_id
    where source_actors.source_id = :source
    order by source_actors.role, source_actors.n, actors.name, actors.key
"""
RELAYING = """
    select 'Relayed by' as term, coalesce(documents.key || ':', '') || parents.key as key,
      parents.title as name, 1 as part
    from attributions
    join attributions as relaying on relaying.id = attributions.parent_id
    join sources as parents on parents.id = relaying.source_id
    left join sources as documents on documents.id = parents.document_id
    where attributions.source_id = :source
    union
    select 'Relays', coalesce(documents.key || ':', '') || sources.key, sources.title, 2
    from attributions
    join attributions as relayed on relayed.parent_id = attributions.id
    join sources on sources.id = relayed.source_id
    left join sources as documents on documents.id = sources.document_id
    where attributions.source_id = :source
    order by 4, 2
"""
POINTED_TO = """
    select 'Pointed to by' as term, documents.key, documents.title as name,
      citation_passages.passage as note
    from citation_passages
    join sources as documents on documents.id = citation_passages.document_id
    where citation_passages.source_id = :source
    order by documents.key
"""
IDENTIFIERS = """
    select 'Identifiers' as term, identifiers.scheme || ': ' || identifiers.identifier as key,
      identifiers.scheme || ': ' || identifiers.identifier as name
    from identifiers
    left join actors on actors.id = identifiers.actor_id
    left join places on places.id = identifiers.place_id
    where actors.key = :actor or places.key = :place or identifiers.source_id = :source
    order by 2
"""
"""They are no addresses, and lead nowhere."""

VOICED = {
    Anonymity.NAMED.value: "named",
    Anonymity.UNNAMED.value: "unnamed",
    Anonymity.VOICELESS.value: "nobody named",
}
"""Who speaks in a source."""


def identified(book: SiteBook, **owner: object) -> list[Term]:
    """Return the identifiers of an actor or a place, by its key, or of a source, by its id."""
    return book.terms("", IDENTIFIERS, **({"actor": None, "place": None, "source": None} | owner))


def published(book: SiteBook, source: int, date: str | None, url: str | None) -> list[Term]:
    """Return who wrote a source, published it and speaks in it, when and where it is published."""
    terms = book.terms("actor", ACTORS_OF, source=source)
    if date:
        terms.append(("Date", [Link(date_in_words(date, full=True), "")]))
    if url:
        terms.append(("Address", [external(url)]))
    return [*terms, *identified(book, source=source)]


def article(kind: str) -> str:
    """Return a kind as a sentence: an armed force."""
    words = kind.replace("-", " ")
    return f"{'An' if words[0] in 'aeiou' else 'A'} {words}"


def by_kind(statements: Iterable[Statement]) -> list[PageSection]:
    """Return facts in sections, by their kind and by whether they happened."""
    sections: dict[str, list[Statement]] = {kind: [] for kind in KINDS}
    for it in statements:
        kind = it.kind
        if kind == FactKind.EVENT:
            kind = "happened" if it.modality == Modality.ACTUAL else "other"
        sections[kind].append(it)
    return [
        PageSection(kind, KINDS[kind], facts=facts) for kind, facts in sections.items() if facts
    ]


class Subjects:
    """Makes the pages on subjects, one after the other."""

    def __init__(self, book: SiteBook, pictures: Pictures) -> None:
        self._book = book
        self._pictures = pictures

    def actors(self) -> Iterator[PageText]:
        """Yield a page for each actor, with those that continue it."""
        for it in self._book.rows(ACTORS):
            statements = list(self._book.statements.about("actor", it.key))
            names = {row.id: row for row in self._book.rows(NAMES, key=it.key)}
            page = self._page("actor", it.key, it.name, "actors.html", "Actors")
            called = [f"“{names[s.id].name}” ({s.where})" for s in statements if s.id in names][:4]
            page.lead = f"{article(it.kind)}."
            if called:
                rest = len(names) - len(called)
                more = f" and {counted(rest, 'other name')}" if rest else ""
                page.lead += f" Called {', '.join(called)}{more}."
            page.meta = self._figures(statements)
            page.about = [
                *self._book.terms("actor", ACTING, key=it.key),
                *self._book.terms("source", SOURCES_OF, key=it.key),
                *identified(self._book, actor=it.key),
                *self._book.terms("", BACKGROUND, key=it.key),
            ]
            page.sections = self._actor_sections(it, statements)
            page.found_as = it.kind.replace("-", " ")
            page.found_by = [it.key, *(row.name for row in names.values())]
            if names:
                rows = [
                    (names[s.id].name, names[s.id].name_kind, s, self._book.passages(s))
                    for s in statements
                    if s.id in names
                ]
                heads = (
                    TableColumn("Name"),
                    TableColumn("Kind"),
                    TableColumn("As stated", aside=True),
                )
                table = Table((*heads, TableColumn("Passage")), rows)
                page.sections.append(PageSection("names", "Names", table=table))
            page.sections += self._stated(statements)
            yield from self._split(page)

    def _actor_sections(self, it: Any, statements: Sequence[Statement]) -> list[PageSection]:
        facts: dict[str, list[Statement]] = defaultdict(list)
        for s in statements:
            facts[_part(s, it.key)].append(s)
        titles = {
            "ties": "Posts and ties",
            "happened": "What happened",
            "says": f"What {it.name} says",
            "about": "What others say about it" if it.kind != "person" else "What others say",
            "positions": "Positions",
            "object": "Positions of others",
            "control": KINDS[FactKind.CONTROL],
            "other": KINDS["other"],
        }
        sections = [
            PageSection(id, title, facts=facts[id]) for id, title in titles.items() if facts[id]
        ]
        actor = NetworkActor(it.key, it.name, it.kind)
        for n, drawn in enumerate(
            self._pictures(actor, self._book.link("actor", it.key, it.name).address, statements)
        ):
            if sections and sections[0].id == drawn.id:
                sections[0].picture, sections[0].caption = drawn.picture, drawn.caption
            else:
                sections.insert(n, drawn)
        return sections

    def _figures(self, statements: Sequence[Statement]) -> str:
        """Return how many facts there are, and what vouches for them, in a sentence."""
        facts = [s for s in statements if s.kind != FactKind.NAME]
        documents = {piece.document.key for s in facts for piece in s.evidence}
        alone = sum(all(not piece.voices for piece in s.evidence) for s in facts)
        unnamed = sum(s.unnamed == "all" for s in facts)
        if not facts:
            return "No facts, only names." if statements else "No facts."
        text = f"{counted(len(facts), 'fact')} in {counted(len(documents), 'document')}: "
        text += f"{alone:,} on a document’s word alone, {unnamed:,} on unnamed voices alone."
        return text

    def topics(self) -> Iterator[PageText]:
        """Yield a page for each topic."""
        for it in self._book.rows("select key, label from topics order by key"):
            page = self._page("topic", it.key, it.label, "topics.html", "Topics")
            page.found_as = "topic"
            yield from self._filled(page, "topic", it.key)

    def places(self) -> Iterator[PageText]:
        """Yield a page for each place."""
        for it in self._book.rows(PLACES):
            page = self._page("place", it.key, it.name, "places.html", "Places")
            page.lead = f"{article(it.kind)}."
            page.found_as = "place"
            page.about = [
                *self._book.terms("place", AROUND, key=it.key),
                *identified(self._book, place=it.key),
            ]
            yield from self._filled(page, "place", it.key)

    def sources(self) -> Iterator[PageText]:
        """Yield a page for each source that isn't a document."""
        for it in self._book.rows(SOURCES):
            page = self._page("source", it.key, it.title, "sources.html", "Sources")
            unnamed = "" if it.anonymity == Anonymity.NAMED else f", {VOICED[it.anonymity]}"
            page.lead = f"{article(it.kind)}{unnamed}."
            page.about = [
                *published(self._book, it.id, it.published, it.url),
                *self._book.terms("source", RELAYING, source=it.id),
                *self._book.terms("document", POINTED_TO, source=it.id),
            ]
            page.found_as = "source"
            yield from self._filled(page, "source", it.key)

    def _filled(self, page: PageText, kind: str, key: str) -> list[PageText]:
        statements = list(self._book.statements.about(kind, key))
        page.meta = self._figures(statements)
        page.sections = [*by_kind(statements), *self._stated(statements)]
        return self._split(page)

    def _stated(self, statements: Sequence[Statement]) -> list[PageSection]:
        """Return a section on where it is stated: the passages, or of many documents how many.

        Of a few facts there is none: each has its passages.
        """
        if len(statements) < MANY_FACTS:
            return []
        passages: dict[CitedDocument, Counter[int]] = defaultdict(Counter)
        facts = Counter[CitedDocument]()
        for s in statements:
            places = {(e.document, passage.n) for e in s.evidence for passage in e.passages}
            facts.update({document for document, _ in places})
            for document, n in places:
                passages[document][n] += 1
        if not facts:
            return []
        first = TableColumn("Document")
        section = PageSection("stated", "Where it is stated")
        if len(facts) > MANY_DOCUMENTS:
            ranked = sorted(facts, key=lambda it: (-facts[it], it.key))
            rows = [(self._document(it), facts[it]) for it in ranked[:MOST_DOCUMENTS]]
            section.table = Table((first, TableColumn("Facts", number=True)), rows)
            if len(ranked) > len(rows):
                more = counted(len(ranked) - len(rows), "more document")
                section.note = f"Those that state most; there are {more}."
        else:
            listed = [
                (self._document(it), self._passages(it, passages[it]))
                for it in sorted(passages, key=lambda it: it.key)
            ]
            columns = (first, TableColumn("Passages, and how many facts where several"))
            section.table = Table(columns, listed)
        return [section]

    def _document(self, document: CitedDocument) -> Link:
        return Link(document.title, self._book.addresses.document(document.key))

    def _passages(self, document: CitedDocument, facts: Counter[int]) -> list[Link]:
        address = self._book.addresses.passage
        return [
            Link(f"¶{n}", address(document.key, n), str(facts[n]) * (facts[n] > 1))
            for n in sorted(facts)
        ]

    def _split(self, page: PageText) -> list[PageText]:
        parts: list[PageText] = []
        for section in page.sections:
            parts += split(page, section)
        return [page, *parts]

    def _page(self, kind: str, key: str, name: str, index: str, title: str) -> PageText:
        crumbs = (Link("Sourcebook", "index.html"), Link(title, index))
        return PageText(self._book.link(kind, key, name).address, name, crumbs, current=index)


def _part(statement: Statement, actor: str) -> str:
    """Return which section of an actor's page a fact belongs to."""
    roles = statement.role(actor)
    if statement.kind == FactKind.EVENT:
        return "happened" if statement.modality == Modality.ACTUAL else "other"
    if statement.kind == FactKind.QUOTE:
        return "says" if Role.SPEAKER in roles else "about"
    if statement.kind == FactKind.POSITION:
        return "positions" if Role.HOLDER in roles else "object"
    return "ties" if statement.kind == FactKind.RELATION else statement.kind
