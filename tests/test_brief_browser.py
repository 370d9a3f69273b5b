"""Briefings in a real browser: they load nothing, fit every width, and print on four pages."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser

import cli
from benchmarks.generate import generate
from tests.databases import on_sqlite
from tests.launched_browser import browser as browser
from tests.test_brief import SUBJECTS

WIDER = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


@pytest.fixture(params=SUBJECTS, ids=lambda it: "-".join(it).lstrip("-") or "everything")
def file(request: pytest.FixtureRequest, shipped: str, tmp_path: Path) -> Path:
    path = tmp_path / "brief.html"
    command = ["--db", shipped, "brief", *request.param, "-o", str(path)]
    assert CliRunner().invoke(cli.sourcebook, command).exit_code == 0
    return path


@on_sqlite
def test_a_briefing_opens_quietly_fits_and_prints_on_four_pages(
    browser: Browser, file: Path
) -> None:
    page = browser.new_page()
    events: list[str] = []
    page.on("request", lambda request: events.append(request.url))
    page.on("console", lambda message: events.append(message.text))
    page.on("pageerror", lambda error: events.append(str(error)))
    for width in (390, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(file.as_uri())
        assert page.evaluate(WIDER) == 0, width
        drawn = page.locator("figure svg").count() > 0
        if drawn:
            assert page.locator("figure").first.is_visible() == (width > 700)
            assert page.locator(".instead").first.is_visible() == (width <= 700)
    printed = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 4
    assert set(events) == {file.as_uri()}
    page.close()


@on_sqlite
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_briefing_can_be_read_by_everybody(browser: Browser, file: Path, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})  # type: ignore[arg-type] # a Literal
    page.goto(file.as_uri())
    actual = Axe().run(page).response["violations"]
    serious = [it for it in actual if it["impact"] in ("serious", "critical")]
    assert [(it["id"], it["nodes"][0]["html"]) for it in serious] == []
    page.close()


BUSIEST = """
    select 'actor', actors.key
    from participants join actors on actors.id = participants.actor_id
    group by actors.key
    order by count(*) desc, actors.key
    limit 1
"""


def test_a_briefing_on_a_large_sourcebook_prints_on_four_pages(
    browser: Browser, tmp_path: Path
) -> None:
    """What is left out is counted, with the command that shows it."""
    database, path = tmp_path / "large.db", tmp_path / "brief.html"
    generate(database, events=2_000)
    connection = sqlite3.connect(database)
    busiest = [f"--{kind}={key}" for kind, key in connection.execute(BUSIEST)]
    connection.close()
    for subject in ([], busiest):
        command = ["--db", str(database), "brief", *subject, "-o", str(path)]
        assert CliRunner().invoke(cli.sourcebook, command).exit_code == 0
        page = browser.new_page()
        page.goto(path.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 4
        more = re.findall(r"[\d,]+ more [a-z ]+: sourcebook report \w+", page.inner_text("main"))
        assert len(more) >= 4
        page.close()
