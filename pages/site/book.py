"""A sourcebook as the makers of pages read it: rows, statements, links to what has a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from pages.reader import StatementReader
from pages.site.addresses import Addresses
from pages.site.parts import External, Link
from pages.statements import Statement, Thing

Term = tuple[str, Sequence[Link | External]]
"""A line at the top of a page: its label, and links or words."""


class SiteBook:
    """A sourcebook, and the addresses of its pages."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.statements = StatementReader(connection)
        self.documents = {it.key: it for it in self.statements.documents.values()}
        """The documents by key."""
        self.addresses = Addresses(self.documents)

    def rows(self, query: str, **given: object) -> Sequence[Any]:
        """Return the rows of a query."""
        return self.connection.execute(text(query), given).all()

    def link(self, kind: str, key: str, name: str, note: str = "") -> Link:
        """Return a link to the page on something; the key is that of a `Thing`."""
        return Link(name, self.addresses.thing(Thing(kind, key, name)), note)

    def passages(self, statement: Statement) -> list[Link]:
        """Return links to all passages that state a fact."""
        places = {
            (piece.document.key, passage.n): None
            for piece in statement.evidence
            for passage in piece.passages
        }
        return [Link(f"¶{n}", self.addresses.passage(key, n)) for key, n in places]

    def terms(self, kind: str, query: str, **given: object) -> list[Term]:
        """Return what a query finds: its columns are term, key, name and perhaps note.

        Of rows with one term and key the first counts. Without a kind, names are words.
        """
        terms: dict[str, dict[str, Link]] = {}
        for row in self.rows(query, **given):
            note = getattr(row, "note", None) or ""
            link = self.link(kind, row.key, row.name, note) if kind else Link(row.name, "")
            terms.setdefault(row.term, {}).setdefault(row.key, link)
        return [(term, [*links.values()]) for term, links in terms.items()]
