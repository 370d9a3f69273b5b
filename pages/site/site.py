"""The site: what is in a sourcebook as static pages, which open from disk and from any web server.

Pages are written one after the other, so that memory holds one subject at a time. The folder is
staged and moved into place whole (output/folder.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from output.folder import replacing
from output.progress import Progress
from output.wording import counted
from pages.pictures.network_facts import NetworkActor
from pages.site import lists
from pages.site.book import SiteBook
from pages.site.documents import Bar, DocumentPages
from pages.site.events import events
from pages.site.home import figures, most, sourcing, summary
from pages.site.lists import (
    CRUMBS,
    DATED,
    POSITIONS,
    STATEMENTS,
    TIES,
    dates_of,
    in_order,
    paged,
    pairs,
    unlabelled,
)
from pages.site.parts import MOST_ROWS, Link, PageSection, PageText, Table, TableColumn, chunked
from pages.site.pictures import MARKED, MOST_MARKS, NARROW, SitePictures
from pages.site.search import CHUNK, Index
from pages.site.subjects import Subjects
from pages.site.writer import Site, site_files
from pages.statements import Statement
from reports.about import content_hash
from reports.references import references

NAVIGATION = tuple(
    Link(words, address)
    for words, address in (
        ("Home", "index.html"),
        ("Timeline", "timeline.html"),
        ("Network", "network.html"),
        *(
            (name, f"{name.lower()}.html")
            for name in (
                *("Actors", "Events", "Statements", "Topics", "Sources", "Places", "Documents"),
            )
        ),
    )
)
MOST_CITED = 3
"""Documents that every page cites; more are only counted."""

SIZE = """
    select
      (select count(*) from actors) + (select count(*) from events) + (select count(*) from topics)
        + (select count(*) from places) + (select count(*) from sources)
"""


@dataclass(frozen=True)
class SiteOptions:
    """What the user chooses."""

    base_url: str = ""
    """Where the site will be, for its canonical links; ends with a slash."""
    title: str = ""


def write_site(connection: Connection, folder: Path, options: SiteOptions) -> int:
    """Write a site into a folder, whole or not at all; return how many files it has.

    Raises StagingError if the folder can't be written, or holds what no earlier site has made.
    """
    with replacing(folder, "a site", site_files) as staged:
        progress = Progress()
        size = connection.execute(text(SIZE)).scalar_one()
        with progress.stage("writing pages", size):
            return Writing(connection, staged, options, progress).all()


class Writing:
    """The writing of one site."""

    def __init__(
        self, connection: Connection, folder: Path, options: SiteOptions, progress: Progress
    ) -> None:
        self._book = SiteBook(connection)
        self._connection = connection
        self._statements = self._book.statements
        self._addresses = self._book.addresses
        documents = self._statements.documents
        self._pictures = SitePictures(self._book)
        self._index = Index()
        few = list(documents)[: MOST_CITED if len(documents) <= MOST_CITED else 0]
        title = options.title
        if not title:
            [title] = [it.title for it in documents.values()] if len(documents) == 1 else [""]
        self._site = Site(
            folder=folder,
            addresses=self._addresses,
            title=title or f"A sourcebook of {counted(len(documents), 'document')}",
            base_url=options.base_url,
            content=content_hash(connection)[:12],
            cited=[
                Link(it.brief(), self._addresses.document(it.key))
                for it in references(connection, few)
            ],
            several=len(documents) > 1,
            kept="" if self._statements.kept else "The texts themselves are not kept here.",
            navigation=NAVIGATION,
            involved=self._involved,
            progress=progress,
        )

    def all(self) -> int:
        """Write all pages; return the number of files."""
        subjects = Subjects(self._book, self._actor_pictures)
        self._pages(subjects.actors())
        self._pages(subjects.topics())
        self._pages(subjects.places())
        for page, passages in DocumentPages(self._book).pages():
            self._enter(page)
            bars = [it.bar for it in passages]
            self._site.page(page, "document", passages=passages, bars=bars)
        self._pages(subjects.sources())
        self._pages(events(self._book))
        self._pages(map(self._with_voices, lists.lists(self._book)))
        self._home(self._timelines(), self._network())
        self._search()
        self._site.finish()
        return len(self._site.files)

    def _involved(self, statement: Statement, path: str) -> Sequence[Link]:
        things = dict.fromkeys([*(it.thing for it in statement.participants), *statement.related])
        links = [self._book.link(*it) for it in things]
        return [link for link in links if link.address != path]

    def _pages(self, pages: Iterator[PageText]) -> None:
        for page in pages:
            self._enter(page)
            self._site.page(page)

    def _enter(self, page: PageText) -> None:
        if page.found_as:
            self._index.add(page.found_as, page.title, page.path, page.lead, *page.found_by)

    def _actor_pictures(
        self, actor: NetworkActor, path: str, statements: Sequence[Statement]
    ) -> Iterator[PageSection]:
        network = self._pictures.around(path, actor, statements)
        if network:
            yield self._section("ties", "Posts and ties", *network)
        dated = [it for it in statements if it.date and it.kind in MARKED]
        others = self._pictures.lanes(actor.key, statements)
        drawn = len(dated) + sum(len(theirs) for _, theirs, _ in others)
        if drawn > 1 and len(dated) <= MOST_MARKS:
            picture = self._pictures.timeline(path, actor.name, statements, NARROW, others=others)
            section = self._section("timeline", "Timeline", *picture)
            if others:
                # Those of the actor itself are on the page anyway.
                columns = (
                    TableColumn("Of"),
                    TableColumn("When"),
                    TableColumn("What"),
                    TableColumn("Passages"),
                )
                rows = [
                    (
                        self._book.link("actor", lane.actor, lane.name),
                        it.when,
                        it,
                        self._book.passages(it),
                    )
                    for lane, theirs, _ in others
                    for it in theirs
                ]
                section.table = Table(columns, rows)
            yield section

    def _with_voices(self, page: PageText) -> PageText:
        """Return a page; that of all sources with a picture of who relays whom."""
        if page.path == "sources.html":
            drawn = self._section("picture", "Who relays whom", *self._pictures.voices(page.path))
            page.sections.insert(0, drawn)
        return page

    def _section(self, id: str, title: str, svg: Any, caption: str) -> PageSection:
        return PageSection(id, title, picture=self._site.picture(svg), caption=caption)

    def _timelines(self) -> PageSection:
        """Write the pages of the timeline; return its section for the first page of the site."""
        ids = in_order(self._connection, DATED)
        whole = len(ids) <= MOST_MARKS
        labels = dates_of(self._statements, chunked(ids, MOST_MARKS)) if ids else [""]
        home = PageSection("timeline", "Timeline")
        pages = paged("timeline", "Timeline", ids, MOST_MARKS, lambda _: labels)
        for (page, listed, chunk), label in zip(pages, labels, strict=True):
            statements = list(self._statements.read(chunk))
            svg, caption = self._pictures.timeline(page.path, "Timeline", statements, whole=whole)
            title = "Dated events and statements" if whole else label
            section = self._section("dated", title, svg, caption)
            if whole:
                rows = [(it.when, it, self._book.passages(it)) for it in statements]
                columns = (TableColumn("When"), TableColumn("What"), TableColumn("Passages"))
                home.picture, home.caption = section.picture, caption
                home.table = Table(columns, rows)
            section.facts, section.parts = statements, listed.parts
            home.parts = home.parts or listed.parts
            page.sections = [section]
            self._site.page(page)
        return home

    def _network(self) -> PageSection:
        """Write the pages of the network; return its section for the first page of the site."""
        ties = in_order(self._connection, TIES)
        addresses = {it.key: self._addresses.fact(it) for it in self._statements.read(ties)}
        svg, caption = self._pictures.network("network.html", addresses)
        home = self._section("network", "Network", svg, caption)
        columns = (TableColumn("Tie"), TableColumn("When", aside=True), TableColumn("Passages"))
        for page, listed, chunk in paged("network", "Network", ties, MOST_ROWS, unlabelled):
            rows = [(it, it.when, self._book.passages(it)) for it in self._statements.read(chunk)]
            listed.id, listed.title, listed.table = "ties", "Ties", Table(columns, rows)
            if page.path == page.current:
                more, rest = self._pictures.network("network.html", addresses, everybody=True)
                drawn = replace(home, id="picture", title="Ties and joint events")
                drawn.rest, drawn.rest_caption = self._site.picture(more), rest
                page.sections = [drawn, listed, pairs(self._book)]
            self._site.page(page)
        home.links = [Link("All ties and joint events as tables", "network.html#ties")]
        return home

    def _home(self, timeline: PageSection, network: PageSection) -> None:
        """Write the first page."""
        documents = self._statements.documents
        page = PageText("index.html", self._site.title, current="index.html")
        texts = "one document says" if len(documents) == 1 else f"{len(documents):,} documents say"
        page.lead = (
            f"What {texts}: who acts, what happened, who said what, and who vouches for it. Every "
            "sentence here leads to the passage that it rests on."
        )
        listed = [
            ("documents", "Documents", lists.documents, (4,)),
            ("actors", "Actors", lists.actors, (2, 3, 4, 5)),
            ("topics", "Topics", lists.topics, (1,)),
            ("sources", "Sources beside the documents", lists.sources, (4,)),
        ]
        page.sections = [timeline, network]
        for id, title, made, columns in listed[len(documents) < 2 :]:
            every = made(self._book)
            table = most(every, *columns)
            section = PageSection(id, title, table=table)
            if len(table.rows) < len(every.rows):
                section.links = [Link(f"All {len(every.rows):,}", f"{id}.html")]
            if table.rows:
                page.sections.append(section)
        bars: list[Bar] = []
        if len(documents) == 1:
            bars = DocumentPages(self._book).bars()
        measures = summary(self._connection)
        self._site.page(
            page,
            "home",
            figures=figures(measures),
            sourcing=sourcing(measures),
            bars=bars,
        )

    def _search(self) -> None:
        """Write the search page and its index; what has no page of its own is found too."""
        for kind, query in (("statement", STATEMENTS), ("position", POSITIONS), ("tie", TIES)):
            for it in self._statements.read(in_order(self._connection, query)):
                title = f"{it.sentence}: “{it.quoted}”" if it.quoted else it.sentence
                self._index.add(kind, title, self._addresses.fact(it))
        for name, script in self._index.files():
            self._site.file(f"search/{name}.js", script)
        page = PageText("search.html", "Search", CRUMBS)
        self._site.page(page, "search", shards=self._index.shards, chunk=CHUNK)
