"""The pages of a site on events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import bindparam, text

from pages.site.book import SiteBook
from pages.site.parts import Link, PageSection, PageText, split
from pages.statements import Statement
from schema.vocabulary import FactKind

BATCH = 200
"""Events that are read together."""

EVENTS = """
    select events.id
    from events
    join facts on facts.id = events.id
    join sources on sources.id = facts.document_id
    order by sources.key, facts.key
"""

RELATED = """
    select from_fact_id as event, id as fact from event_links where from_fact_id in :ids
    union all
    select to_fact_id, id from event_links where to_fact_id in :ids
    union all
    select occasion_id, id from quotes where occasion_id in :ids
    union all
    select event_id, id from event_names where event_id in :ids
    order by 1, 2
"""
"""What hangs together with an event: links to others, what was said on its occasion, names."""


def events(book: SiteBook) -> Iterator[PageText]:
    """Yield a page for each event, with those that continue it."""
    statements = book.statements
    ids = (row.id for row in book.rows(EVENTS))
    while batch := list(islice(ids, BATCH)):
        query = text(RELATED).bindparams(bindparam("ids", expanding=True))
        related: dict[int, list[int]] = defaultdict(list)
        for event, fact in book.connection.execute(query, {"ids": batch}):
            related[event].append(fact)
        needed = dict.fromkeys(fact for facts in related.values() for fact in facts)
        facts = {it.id: it for it in statements.read(needed)}
        for it in statements.read(batch):
            page = _page(it, book, [facts[id] for id in related[it.id] if id in facts])
            yield page
            for section in page.sections:
                yield from split(page, section)


def _page(it: Statement, book: SiteBook, related: Sequence[Statement]) -> PageText:
    crumbs = (Link("Sourcebook", "index.html"), Link("Events", "events.html"))
    page = PageText(book.addresses.fact(it), it.sentence, crumbs, "events.html", it)
    page.lead = it.summary or ""
    page.found_as = "event"
    page.found_by = [part.name for part in it.participants]
    about: dict[str, list[Link]] = {"When": [Link(it.when or "undated", "")]}
    for thing in it.related:
        about.setdefault("Where", []).append(book.link(*thing))
    for part in it.participants:
        about.setdefault(part.role.capitalize(), []).append(book.link(*part.thing))
    page.about = [*about.items()]
    titles = {
        FactKind.EVENT_NAME: "Names",
        FactKind.LINK: "How it hangs together with others",
        FactKind.QUOTE: "Said on its occasion",
    }
    for kind, title in titles.items():
        facts = [fact for fact in related if fact.kind == kind]
        if facts:
            page.sections.append(PageSection(kind.value, title, facts=facts, full=True))
    return page
