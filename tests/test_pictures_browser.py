"""Pictures in a real browser: they load nothing, and their texts stay apart in whatever font."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

import cli
from tests.databases import on_sqlite
from tests.launched_browser import browser as browser
from tests.picture_geometry import Box, overlaps

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
    command = ["--db", shipped, "draw", which, "-o", str(file)]
    assert CliRunner().invoke(cli.sourcebook, command).exit_code == 0
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
