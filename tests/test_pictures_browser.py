"""Pictures in a real browser: they load nothing, and their texts stay apart in whatever font."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pages.rendering import content_hash, template_text
from tests.accessibility import barriers
from tests.databases import on_sqlite
from tests.launched_browser import browser as browser
from tests.picture_geometry import Box, overlaps
from tests.test_pictures import svg

TEXTS = """() => Array.from(document.querySelectorAll("text"), (text) => {
  const box = text.getBBox();
  return [box.x, box.width, Number(text.getAttribute("y")), text.textContent];
})"""
COLOUR = 'getComputedStyle(document.querySelector(".page")).fill'


@on_sqlite
@pytest.mark.parametrize("which", ["timeline", "network", "voices"])
def test_a_picture_opens_quietly_and_its_texts_stay_apart(
    browser: Browser, shipped: str, tmp_path: Path, which: str
) -> None:
    file = tmp_path / "x.svg"
    file.write_text(svg(shipped, which), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    events: list[str] = []
    page.on("request", lambda request: events.append(request.url))
    page.on("console", lambda message: events.append(message.text))
    page.goto(file.as_uri())
    assert events == [file.as_uri()]
    texts = page.evaluate(TEXTS)
    # As high as our smallest letters: the box of a text is as high as its line.
    boxes = [Box(x, y - 8, x + width, y + 2, "", words) for x, width, y, words in texts]
    assert len(boxes) > 40
    assert overlaps(boxes) == []
    assert max(box.right for box in boxes) <= 1280
    light = page.evaluate(COLOUR)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(COLOUR)
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(20, 23, 26)")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(COLOUR) == light
    page.close()


@pytest.fixture
def scripted(
    browser: Browser, shipped: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page that holds a picture and the script of a site."""
    script = template_text("site/pictures.js")
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {content_hash(script)}"
    file = tmp_path / "page.html"
    file.write_text(
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Pictures</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<style>{template_text('site/pictures.css')}</style>"
        f"<figure>{svg(shipped, request.param)}</figure><script>{script}</script>",
        encoding="utf-8",
    )
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(file.as_uri())
    yield page
    page.close()
    assert faults == []


@on_sqlite
@pytest.mark.parametrize("scripted", ["timeline"], indirect=True)
def test_a_timeline_hides_what_is_not_ticked(scripted: Page) -> None:
    alleged = scripted.locator("#soleimani-visits-moscow-july-2015")
    signed = scripted.locator("#russian-syrian-agreement-signed")
    assert alleged.is_visible()
    scripted.get_by_label("only alleged or rumoured").uncheck()
    assert not alleged.is_visible()
    scripted.get_by_label("only alleged or rumoured").check()
    scripted.get_by_label("happened (").first.uncheck()
    assert not alleged.is_visible()
    assert not signed.is_visible()
    assert scripted.locator('[data-sort="said"]').first.is_visible()


@on_sqlite
@pytest.mark.parametrize("scripted", ["network"], indirect=True)
def test_a_network_zooms_and_shows_neighbours(scripted: Page) -> None:
    wide = "document.querySelector('svg').viewBox.baseVal.width"
    faint = "[...document.querySelectorAll('.faint[data-actor]')].map((it) => it.dataset.actor)"
    assert scripted.evaluate(faint) == []
    scripted.locator('[data-actor="sergei-lavrov"] a').focus()
    others = scripted.evaluate(faint)
    assert "iran" in others
    assert not {"russia", "sergei-lavrov"} & set(others)
    scripted.get_by_role("button", name="Zoom in").focus()
    assert scripted.evaluate(faint) == []
    scripted.keyboard.press("Enter")
    assert scripted.evaluate(wide) == pytest.approx(1280 * 0.7, abs=0.1)
    # What the keyboard reaches comes into view.
    for actor in ("turkey", "sergei-lavrov"):
        scripted.locator(f'[data-actor="{actor}"] a').focus()
        box = scripted.locator(f'[data-actor="{actor}"]').bounding_box()
        picture = scripted.locator("svg").bounding_box()
        assert box is not None
        assert picture is not None
        assert picture["x"] <= box["x"] + 1
        assert box["x"] + box["width"] <= picture["x"] + picture["width"] + 1
    scripted.get_by_role("button", name="All of it").click()
    assert scripted.evaluate(wide) == 1280


@on_sqlite
@pytest.mark.parametrize("scripted", ["timeline", "network", "voices"], indirect=True)
def test_axe_finds_nothing_serious_in_a_picture(scripted: Page) -> None:
    assert barriers(scripted) == []
