"""The article's site for tests, and what reads the pages of one without a browser."""

from __future__ import annotations

import posixpath
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from coding.load import load
from coding.validation import read
from database.connect import reading, writing
from pages.site.site import SiteOptions, write_site
from tests.databases import create, create_shipped
from tests.shared import shared

EXAMPLE = Path(__file__).parent.parent / "docs" / "example.yaml"
VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass(frozen=True)
class Site:
    """A sourcebook and its site, which nobody changes."""

    database: str
    folder: Path
    seconds: float
    """The processor time that writing it took."""


def article_site() -> Site:
    """Return the site of the sourcebook that ships."""
    return _site("article", create_shipped)


def example_site() -> Site:
    """Return the site of the example in the documentation, which keeps its text."""
    return _site("example", lambda path: load_example(create(path)))


def load_example(database: str) -> str:
    """Load the example with its text into a sourcebook; return its path or URL."""
    with writing(database) as connection:
        load(connection, read(EXAMPLE, EXAMPLE.with_suffix(".txt")), keep_text=True)
    return database


def _site(name: str, fill: Callable[[Path], object]) -> Site:
    """Return a site; the first worker of a run fills its sourcebook and writes it."""

    def write(folder: Path) -> None:
        folder.mkdir()
        fill(folder / "sourcebook.db")
        before = time.process_time()
        with reading(str(folder / "sourcebook.db")) as connection:
            write_site(connection, folder / "site", SiteOptions())
        (folder / "seconds").write_text(str(time.process_time() - before))

    made = shared(f"{name}-site", write)
    seconds = float((made / "seconds").read_text())
    return Site(str(made / "sourcebook.db"), made / "site", seconds)


@dataclass
class Element:
    """An element, with all text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""

    @cached_property
    def words(self) -> str:
        """Return its text with white space collapsed."""
        return " ".join(self.text.split())


@dataclass
class Page:
    """A page that was parsed."""

    path: str
    elements: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """Return the elements with this tag."""
        return [it for it in self.elements if it.tag == tag]

    @cached_property
    def ids(self) -> Counter[str]:
        """Return how often each id occurs."""
        return Counter(it.attributes["id"] for it in self.elements if "id" in it.attributes)

    @property
    def references(self) -> Iterator[str]:
        """Yield every address that it links to or loads."""
        for it in self.elements:
            for name in ("href", "src", "action", "xlink:href", "srcset", "data", "poster"):
                if name in it.attributes:
                    yield it.attributes[name]

    def target(self, address: str) -> tuple[str, str]:
        """Return the path in the site and the fragment that an address means."""
        path, _, fragment = address.partition("#")
        path = path.partition("?")[0]
        folder = posixpath.dirname(self.path)
        return posixpath.normpath(posixpath.join(folder, path)) if path else self.path, unquote(
            fragment
        )


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page(path)
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.page.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"{self.page.path}: </{tag}> ends nothing"
        assert self._open.pop().tag == tag, f"{self.page.path}: </{tag}> ends another element"

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def close(self) -> None:
        super().close()
        assert not self._open, f"{self.page.path}: {self._open[-1].tag} isn't ended"


def read_page(folder: Path, path: str) -> Page:
    """Parse a page; every element must be ended where it should be."""
    reader = _Reader(path)
    reader.feed((folder / path).read_text(encoding="utf-8"))
    reader.close()
    return reader.page


def read_site(folder: Path) -> dict[str, Page]:
    """Parse all pages of a site, by path."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return {path: read_page(folder, path) for path in paths}


def broken(folder: Path, pages: dict[str, Page]) -> list[str]:
    """Return links that lead to no file or no place in a page, and ids that occur twice."""
    actual = []
    for page in pages.values():
        actual += [f"{page.path}: id {id} twice" for id, count in page.ids.items() if count > 1]
        for address in page.references:
            if address.startswith(("http://", "https://")):
                continue
            path, fragment = page.target(address)
            if not (folder / path).is_file():
                actual.append(f"{page.path}: {address} leads nowhere")
            elif fragment and fragment not in pages[path].ids:
                actual.append(f"{page.path}: {address} names a place that isn't in its page")
    return actual
