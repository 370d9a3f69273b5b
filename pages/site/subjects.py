"""The pages of a site on actors, topics, places and sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from output.wording import counted
from pages.pictures.network_facts import Actor
from pages.site.addresses import Addresses
from pages.site.parts import (
    Column,
    External,
    Link,
    PageText,
    Section,
    Table,
    external,
    passage_links,
    split,
)
from pages.statements import Document, Statement, Statements, Thing
from schema.date_words import date_in_words
from schema.vocabulary import Anonymity, FactKind, Modality, Role, SourceRole

Pictures = Callable[[Actor, str, Sequence[Statement]], Iterable[Section]]
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

MANY_DOCUMENTS, MOST_DOCUMENTS = 20, 100
"""Of more documents only the number of facts is listed, and of still more those that state most."""

ACTORS = """
    select actors.key, actors.name, actors.kind, actors.background
    from actors
    left join participants on participants.actor_id = actors.id
    group by actors.id, actors.key, actors.name, actors.kind, actors.background
    order by count(participants.fact_id) desc, actors.key
"""
"""Those with most facts first: search lists them in this order."""

NAMES = """
    select actor_names.id, actor_names.name, actor_names.name_kind
    from actor_names
    join actors on actors.id = actor_names.actor_id
    where actors.key = :key
"""
MEMBERS = """
    select member as key, member_name as name, standing
    from members
    where actor = :key and steps = 1
    order by member_name, member, standing nulls first
"""
WHOLES = """
    select actor as key, actor_name as name, standing
    from members
    where member = :key and steps = 1
    order by actor_name, actor, standing nulls first
"""
SOURCES_OF = """
    select sources.key, sources.title, documents.key as document, source_actors.role
    from source_actors
    join sources on sources.id = source_actors.source_id
    join actors on actors.id = source_actors.actor_id
    left join sources as documents on documents.id = sources.document_id
    where actors.key = :key
    order by source_actors.role, documents.key nulls first, sources.key
"""
PLACES = """
    select places.key, places.name, places.kind, wholes.key as within, wholes.name as within_name
    from places
    left join places as wholes on wholes.id = places.within_id
    order by places.key
"""
WITHIN = """
    select places.key, places.name
    from places
    join places as wholes on wholes.id = places.within_id
    where wholes.key = :key
    order by places.name, places.key
"""
SOURCES = """
    select sources.id, sources.key, sources.title, sources.kind, sources.anonymity,
      sources.published, sources.url, documents.key as document
    from sources
    left join sources as documents on documents.id = sources.document_id
    left join codings on codings.document_id = sources.id
    where codings.document_id is null
    order by documents.key nulls first, sources.key
"""
ACTORS_OF = """
    select actors.key, actors.name, source_actors.role
    from source_actors
    join actors on actors.id = source_actors.actor_id
    where source_actors.source_id = :id
    order by source_actors.role, source_actors.n, actors.name, actors.key
"""
RELAYED = """
    select distinct parents.key, parents.title, parents.anonymity, documents.key as document
    from attributions
    join attributions as relaying on relaying.id = attributions.parent_id
    join sources as parents on parents.id = relaying.source_id
    left join sources as documents on documents.id = parents.document_id
    where attributions.source_id = :id
    order by documents.key nulls first, parents.key
"""
RELAYS = """
    select distinct inner_sources.key, inner_sources.title, documents.key as document
    from attributions
    join attributions as relayed on relayed.parent_id = attributions.id
    join sources as inner_sources on inner_sources.id = relayed.source_id
    left join sources as documents on documents.id = inner_sources.document_id
    where attributions.source_id = :id
    order by documents.key nulls first, inner_sources.key
"""
POINTED_TO = """
    select documents.key, documents.title, citation_passages.passage
    from citation_passages
    join sources as documents on documents.id = citation_passages.document_id
    where citation_passages.source_id = :id
    order by documents.key
"""
ROLES = {
    SourceRole.AUTHOR.value: "Wrote",
    SourceRole.PUBLISHER.value: "Published",
    SourceRole.VOICE.value: "Speaks in",
}
BY = {
    SourceRole.AUTHOR.value: "By",
    SourceRole.PUBLISHER.value: "Published by",
    SourceRole.VOICE.value: "Voice",
}
VOICED = {
    Anonymity.NAMED.value: "named",
    Anonymity.UNNAMED.value: "unnamed",
    Anonymity.VOICELESS.value: "nobody named",
}
"""Who speaks in a source."""


Term = tuple[str, Sequence[Link | External]]


def creators(connection: Connection, addresses: Addresses, source: int) -> list[Term]:
    """Return who wrote a source, published it and speaks in it."""
    people: dict[str, list[Link]] = defaultdict(list)
    for row in connection.execute(text(ACTORS_OF), {"id": source}):
        address = addresses.thing(Thing("actor", row.key, row.name))
        people[BY[row.role]].append(Link(row.name, address))
    return [*people.items()]


def article(kind: str) -> str:
    """Return a kind as a sentence: an armed force."""
    words = kind.replace("-", " ")
    return f"{'An' if words[0] in 'aeiou' else 'A'} {words}"


def source_key(document: str | None, key: str) -> str:
    """Return the key of a source as chains have it."""
    return f"{document}:{key}" if document else key


def by_kind(statements: Iterable[Statement]) -> list[Section]:
    """Return facts in sections, by their kind and by whether they happened."""
    sections: dict[str, list[Statement]] = {kind: [] for kind in KINDS}
    for it in statements:
        kind = it.kind
        if kind == FactKind.EVENT:
            kind = "happened" if it.modality == Modality.ACTUAL else "other"
        sections[kind].append(it)
    return [Section(kind, KINDS[kind], facts=facts) for kind, facts in sections.items() if facts]


class Subjects:
    """Makes the pages on subjects, one after the other."""

    def __init__(
        self,
        connection: Connection,
        statements: Statements,
        addresses: Addresses,
        pictures: Pictures,
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._addresses = addresses
        self._pictures = pictures

    def actors(self) -> Iterator[PageText]:
        """Yield a page for each actor, with those that continue it."""
        for it in self._rows(ACTORS):
            statements = list(self._statements.about("actor", it.key))
            names = {row.id: row for row in self._rows(NAMES, key=it.key)}
            page = self._page("actor", it.key, it.name, "actors.html", "Actors")
            called = [f"“{names[s.id].name}” ({s.where})" for s in statements if s.id in names][:4]
            page.lead = f"{article(it.kind)}."
            if called:
                rest = len(names) - len(called)
                more = f" and {counted(rest, 'other name')}" if rest else ""
                page.lead += f" Called {', '.join(called)}{more}."
            page.meta = self._figures(statements)
            page.about = self._actor_terms(it)
            page.sections = self._actor_sections(it, statements)
            page.found_as = it.kind.replace("-", " ")
            page.found_by = [it.key, *(row.name for row in names.values())]
            if names:
                rows = [
                    (names[s.id].name, names[s.id].name_kind, s, passage_links(self._addresses, s))
                    for s in statements
                    if s.id in names
                ]
                heads = (Column("Name"), Column("Kind"), Column("As stated", aside=True))
                table = Table((*heads, Column("Passage")), rows)
                page.sections.append(Section("names", "Names", table=table))
            page.sections += self._stated(statements)
            yield from self._split(page)

    def _actor_terms(self, it: Any) -> list[Term]:
        terms: list[Term] = []
        for term, query in (("Acts for", WHOLES), ("Acts through", MEMBERS)):
            links = {
                row.key: Link(
                    row.name, self._address("actor", row.key), (row.standing or "").lower()
                )
                for row in reversed(self._rows(query, key=it.key))
            }
            if links:
                terms.append((term, [*reversed(links.values())]))
        sources: dict[str, list[Link]] = defaultdict(list)
        for row in self._rows(SOURCES_OF, key=it.key):
            key = source_key(row.document, row.key)
            sources[row.role].append(Link(row.title, self._addresses.source(key)))
        terms += [(ROLES[role], links) for role, links in sources.items()]
        if it.background:
            terms.append(("Not from the texts", [Link(it.background, "")]))
        return terms

    def _actor_sections(self, it: Any, statements: Sequence[Statement]) -> list[Section]:
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
            Section(id, title, facts=facts[id]) for id, title in titles.items() if facts[id]
        ]
        actor = Actor(it.key, it.name, it.kind)
        for n, drawn in enumerate(
            self._pictures(actor, self._address("actor", it.key), statements)
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
        for it in self._rows("select key, label from topics order by key"):
            page = self._page("topic", it.key, it.label, "topics.html", "Topics")
            page.found_as = "topic"
            yield from self._filled(page, "topic", it.key)

    def places(self) -> Iterator[PageText]:
        """Yield a page for each place."""
        for it in self._rows(PLACES):
            page = self._page("place", it.key, it.name, "places.html", "Places")
            page.lead = f"{article(it.kind)}."
            page.found_as = "place"
            inside = [
                Link(row.name, self._address("place", row.key))
                for row in self._rows(WITHIN, key=it.key)
            ]
            if it.within:
                page.about = [
                    ("Lies in", [Link(it.within_name, self._address("place", it.within))])
                ]
            if inside:
                page.about = [*page.about, ("Contains", inside)]
            yield from self._filled(page, "place", it.key)

    def sources(self) -> Iterator[PageText]:
        """Yield a page for each source that isn't a document."""
        for it in self._rows(SOURCES):
            key = source_key(it.document, it.key)
            page = self._page("source", key, it.title, "sources.html", "Sources")
            unnamed = "" if it.anonymity == Anonymity.NAMED else f", {VOICED[it.anonymity]}"
            page.lead = f"{article(it.kind)}{unnamed}."
            page.about = self._source_terms(it)
            page.found_as = "source"
            yield from self._filled(page, "source", key)

    def _source_terms(self, it: Any) -> list[Term]:
        terms = creators(self._connection, self._addresses, it.id)
        if it.published:
            terms.append(("Date", [Link(date_in_words(it.published, full=True), "")]))
        if it.url:
            terms.append(("Address", [external(it.url)]))
        for term, query in (("Relayed by", RELAYED), ("Relays", RELAYS)):
            links = [
                Link(row.title, self._addresses.source(source_key(row.document, row.key)))
                for row in self._rows(query, id=it.id)
            ]
            if links:
                terms.append((term, links))
        pointed = [
            Link(row.title, self._addresses.document(row.key), row.passage)
            for row in self._rows(POINTED_TO, id=it.id)
        ]
        if pointed:
            terms.append(("Pointed to by", pointed))
        return terms

    def _filled(self, page: PageText, kind: str, key: str) -> list[PageText]:
        statements = list(self._statements.about(kind, key))
        page.meta = self._figures(statements)
        page.sections = [*by_kind(statements), *self._stated(statements)]
        return self._split(page)

    def _stated(self, statements: Sequence[Statement]) -> list[Section]:
        """Return a section on where it is stated: the passages, or of many documents how many."""
        passages: dict[Document, Counter[int]] = defaultdict(Counter)
        facts = Counter[Document]()
        for s in statements:
            places = {(e.document, passage.n) for e in s.evidence for passage in e.passages}
            facts.update({document for document, _ in places})
            for document, n in places:
                passages[document][n] += 1
        if not facts:
            return []
        first = Column("Document")
        section = Section("stated", "Where it is stated")
        if len(facts) > MANY_DOCUMENTS:
            ranked = sorted(facts, key=lambda it: (-facts[it], it.key))
            rows = [(self._document(it), facts[it]) for it in ranked[:MOST_DOCUMENTS]]
            section.table = Table((first, Column("Facts", number=True)), rows)
            if len(ranked) > len(rows):
                more = counted(len(ranked) - len(rows), "more document")
                section.note = f"Those that state most; there are {more}."
        else:
            listed = [
                (self._document(it), self._passages(it, passages[it]))
                for it in sorted(passages, key=lambda it: it.key)
            ]
            columns = (first, Column("Passages, and how many facts where several"))
            section.table = Table(columns, listed)
        return [section]

    def _document(self, document: Document) -> Link:
        return Link(document.title, self._addresses.document(document.key))

    def _passages(self, document: Document, facts: Counter[int]) -> list[Link]:
        return [
            Link(f"¶{n}", self._addresses.passage(document.key, n), str(facts[n]) * (facts[n] > 1))
            for n in sorted(facts)
        ]

    def _split(self, page: PageText) -> list[PageText]:
        parts: list[PageText] = []
        for section in page.sections:
            parts += split(page, section)
        return [page, *parts]

    def _page(self, kind: str, key: str, name: str, index: str, title: str) -> PageText:
        crumbs = (Link("Sourcebook", "index.html"), Link(title, index))
        return PageText(self._address(kind, key), name, crumbs, current=index)

    def _address(self, kind: str, key: str) -> str:
        return self._addresses.thing(Thing(kind, key, ""))

    def _rows(self, query: str, **given: object) -> Sequence[Any]:
        return self._connection.execute(text(query), given).all()


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
