"""The addresses of a site's pages: made of keys, so that they stay when rows are added.

A coding's keys are file names as they are. Any other key, which only a database edited by hand can
have, becomes a hash: no key reaches another folder, and keys that differ only in case stay apart
where file names don't.
"""

from __future__ import annotations

import re
from hashlib import sha256

from pages.statements import CitedDocument, Statement, Thing
from schema.vocabulary import FactKind

PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
DEVICES = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")
"""Names that Windows keeps for devices, whatever the ending."""

PASSAGES = 60
"""Passages of a document on one page: by number, so that an address stays."""

FOLDERS = {"actor": "actors", "topic": "topics", "place": "places"}


def file_name(key: str) -> str:
    """Return a name for the file of a key, without its ending; an id in a page, too."""
    if PLAIN.fullmatch(key) and not DEVICES.fullmatch(key):
        return key
    return f"_{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def relative(page: str, address: str) -> str:
    """Return an address as a link in a page has it; both are paths from the site's first folder."""
    path, hash, fragment = address.partition("#")
    if path == page and hash:
        return f"#{fragment}"
    there, here = path.split("/"), page.split("/")
    while len(there) > 1 and len(here) > 1 and there[0] == here[0]:
        there, here = there[1:], here[1:]
    return "../" * (len(here) - 1) + "/".join(there) + hash + fragment


class Addresses:
    """Addresses of things and facts, given the documents of the sourcebook by key."""

    def __init__(self, documents: dict[str, CitedDocument]) -> None:
        self._documents = documents

    def thing(self, thing: Thing) -> str:
        """Return the address of the page on something; of a quote, which has none, nothing."""
        if thing.kind == "event":
            document, _, key = thing.key.rpartition(":")
            return self.event(document or next(iter(self._documents)), key)
        if thing.kind == "source":
            return self.source(thing.key)
        if thing.kind == "document":
            return self.document(thing.key)
        folder = FOLDERS.get(thing.kind)
        return f"{folder}/{file_name(thing.key)}.html" if folder else ""

    def event(self, document: str, key: str) -> str:
        """Return the address of an event, given the key of the document that introduced it."""
        return f"events/{file_name(document)}/{file_name(key)}.html"

    def source(self, key: str) -> str:
        """Return the address of a source; the key of an unnamed one begins with its document's."""
        if key in self._documents:
            return self.document(key)
        document, colon, own = key.partition(":")
        within = f"{file_name(document)}/{file_name(own)}" if colon else file_name(key)
        return f"sources/{within}.html"

    def document(self, key: str, passage: int = 1) -> str:
        """Return the address of that part of a document which has a passage."""
        part = (passage - 1) // PASSAGES + 1
        return f"documents/{file_name(key)}{f'/{part}' if part > 1 else ''}.html"

    def passage(self, document: str, n: int) -> str:
        """Return the address of a passage."""
        return f"{self.document(document, n)}#p{n}"

    def fact(self, statement: Statement) -> str:
        """Return where a fact has its place: an event's page, or the passage that states it."""
        if statement.kind == FactKind.EVENT:
            return self.event(statement.introduced_by, own_key(statement))
        if not statement.evidence:  # only in a database edited by hand
            return self.document(statement.introduced_by)
        document = statement.evidence[0].document.key
        return f"{self.document(document, first_passage(statement, document))}#" + fact_id(
            statement, document
        )


def first_passage(statement: Statement, document: str) -> int:
    """Return the number of the first passage of a document that states a fact."""
    pieces = [piece for piece in statement.evidence if piece.document.key == document]
    return min((passage.n for piece in pieces for passage in piece.passages), default=1)


def own_key(statement: Statement) -> str:
    """Return the key of a fact without that of its document."""
    return statement.key.removeprefix(f"{statement.introduced_by}:")


def fact_id(statement: Statement, document: str) -> str:
    """Return the id of a fact in the page of a document."""
    own = file_name(own_key(statement))
    if statement.introduced_by == document:
        return f"f-{own}"
    return f"f-{file_name(statement.introduced_by)}.{own}"
