"""Finds with axe, in a real browser, what keeps people from reading a page."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Page

# Contrast takes longest, so of texts with the same tags and classes only one is checked.
MARK = """() => {
  const looks = new Map();
  for (const it of document.querySelectorAll("body *")) {
    if (!it.checkVisibility()) continue;
    if (![...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    let look = "";
    for (let at = it; at; at = at.parentElement) {
      look += `${at.tagName}.${at.getAttribute("class")} `;
    }
    looks.set(look, it);
  }
  for (const it of looks.values()) it.dataset.look = "";
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-look]" }] });
}"""
RUN = """async (options) => (await axe.run({ ...options, resultTypes: ["violations"] })).violations
  .filter((it) => ["serious", "critical"].includes(it.impact))
  .map((it) => [it.id, it.nodes.slice(0, 3).map((node) => node.html)])"""


@cache
def axe() -> str:
    """Return axe's program."""
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def barriers(page: Page) -> list[object]:
    """Return the serious and critical faults of an open page, in light and dark colours.

    Rules that don't depend on colours are checked once.
    """
    page.evaluate(axe())
    page.evaluate(MARK)
    page.emulate_media(color_scheme="light")
    faults = page.evaluate(RUN, {})
    page.emulate_media(color_scheme="dark")
    return [*faults, *page.evaluate(RUN, {"runOnly": ["color-contrast"]})]
