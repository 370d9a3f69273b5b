"""A site in a real browser, from disk: quiet, within the window, searchable and accessible."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.accessibility import barriers
from tests.launched_browser import browser as browser
from tests.launched_browser import launch
from tests.site_pages import article_site, example_site

PAPER = 690
"""The width of A4 between its margins, in pixels."""

FRAMES = """
<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Frames</title>
<style>iframe { position: absolute; height: 900px; width: 390px; visibility: hidden }</style>
"""
OPEN = """(urls) => Promise.all(urls.map((url) => new Promise((loaded) => {
  const frame = document.createElement("iframe");
  frame.onload = loaded;
  frame.src = url;
  document.body.append(frame);
})))"""
WIDER = """(width) => [...document.querySelectorAll("iframe")].filter((frame) => {
  frame.style.width = `${width}px`;
  const root = frame.contentDocument.documentElement;
  return root.clientWidth !== width || root.scrollWidth > width || !root.querySelector("h1");
}).map((frame) => [frame.src, width])"""
CLOSE = "document.body.replaceChildren()"
AT_ONCE = 25
MOST = 8
DENSE = ("index.html", "actors/ali-khamenei.html")
"""Pages of the article with all pictures, lists and kinds of facts."""
LISTS = ("actors", "events", "network", "sources", "statements", "timeline")
"""Lists that differ in more than their columns."""


@pytest.fixture(scope="module")
def folder() -> Path:
    return article_site().folder


class Watched:
    """A page of the browser, with what it requests and complains about."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.events: list[str] = []
        self.documents: list[str] = []
        self._root = folder.as_uri()
        page.on("request", self._add)
        page.on("console", lambda message: self.events.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.events.append(f"error: {error}"))
        page.on("requestfailed", lambda request: self.events.append(f"failed: {request.url}"))

    def _add(self, request: Request) -> None:
        if not request.url.startswith(self._root):
            self.events.append(f"outside: {request.url}")
        elif request.resource_type == "document":
            self.documents.append(request.url)

    def open(self, path: str) -> None:
        self.page.goto(f"{self._root}/{path}")


def test_pages_of_every_kind_open_quietly_and_fit_each_window_and_paper(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    """In frames, many at once, whose widths a script may change and measure.

    Of each kind those are opened that have most to show.
    """
    (tmp_path / "frames.html").write_text(FRAMES, encoding="utf-8")
    kinds = {path.parent for path in folder.rglob("*.html")} - {folder}
    paths = [*folder.glob("*.html")]
    for kind in kinds:
        paths += sorted(kind.glob("*.html"), key=lambda path: -path.stat().st_size)[:MOST]
    urls = sorted(path.as_uri() for path in paths)
    assert len(urls) > 40
    launched = launch(browser.browser_type, "--allow-file-access-from-files")
    watched = Watched(launched.new_page(), folder)
    page = watched.page
    page.goto((tmp_path / "frames.html").as_uri())
    watched.events.clear()
    wide = []
    for at in range(0, len(urls), AT_ONCE):
        page.evaluate(OPEN, urls[at : at + AT_ONCE])
        wide += [page.evaluate(WIDER, width) for width in (390, 1280, 1920)]
        page.emulate_media(media="print")
        wide.append(page.evaluate(WIDER, PAPER))
        page.emulate_media(media="screen")
        page.evaluate(CLOSE)
    assert (watched.events, [box for boxes in wide for box in boxes]) == ([], [])
    assert urls == sorted(watched.documents)
    launched.close()


def test_no_page_keeps_anybody_out(browser: Browser, folder: Path) -> None:
    """Two dense pages of the article, and a page of each other kind from a small site."""
    small = example_site().folder
    pages = [*(folder / it for it in DENSE), *(small / f"{it}.html" for it in LISTS)]
    pages += [
        max(small.glob(f"{kind}/**/*.html"), key=lambda path: path.stat().st_size)
        for kind in ("documents", "events", "places", "sources", "topics")
    ]
    page = browser.new_page()
    actual = {}
    for url in [*(path.as_uri() for path in pages), f"{(small / 'search.html').as_uri()}?q=sound"]:
        page.goto(url)
        actual[url] = barriers(page)
    assert {url: faults for url, faults in actual.items() if faults} == {}
    page.close()


def test_search_finds_from_disk_what_is_typed(browser: Browser, folder: Path) -> None:
    watched = Watched(browser.new_page(), folder)
    page = watched.page
    watched.open("actors/iran.html")
    page.fill("#q", "Lavrov ALLY")
    page.press("#q", "Enter")
    page.wait_for_selector("#results a")
    assert page.url.endswith("/search.html?q=Lavrov+ALLY")
    assert page.inner_text("#answer") == "1 result"
    assert page.inner_text("#results a").startswith("Sergei Lavrov says that Russia backs Assad")
    page.fill("#q", "iran")
    page.wait_for_selector("#more:visible")
    assert page.inner_text("#results li >> nth=0").split() == ["state", "Iran"]
    assert page.locator("#results li").count() == 30
    page.click("#more")
    page.locator("#results li").nth(59).wait_for()
    page.fill("#q", "nobody-at-all")
    page.get_by_text("No results").wait_for()
    page.fill("#q", "putin")
    page.wait_for_selector("#results a")
    page.click("#results a >> nth=0")
    page.wait_for_url("**/actors/vladimir-putin.html")
    assert watched.events == []
    page.close()


def test_a_page_is_searched_and_read_by_keyboard(browser: Browser, folder: Path) -> None:
    watched = Watched(browser.new_page(viewport={"width": 1280, "height": 900}), folder)
    page = watched.page
    watched.open("actors/iran.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.fill(".find input", "special forces")
    shown = page.locator(".fact:visible")
    assert 0 < shown.count() < 10
    assert all("special forces" in text.lower() for text in shown.all_inner_texts())
    assert " of " in page.inner_text(".find output")
    assert watched.events == []
    page.close()


def test_a_phone_has_lists_where_a_window_has_pictures(browser: Browser, folder: Path) -> None:
    for width, picture in ((1280, True), (390, False)):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(f"{folder.as_uri()}/index.html")
        assert page.locator("figure svg").first.is_visible() == picture
        assert page.locator("details.listed table").first.is_visible() != picture
        page.close()
