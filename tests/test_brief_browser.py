"""Briefings in a real browser: they load nothing, fit every width, and print on four pages."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

import cli
from benchmarks.generate import generate
from tests.accessibility import barriers
from tests.databases import on_sqlite
from tests.launched_browser import browser as browser

WIDER = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
SUBJECTS = (
    ("--actor", "iran"),
    ("--topic", "syrian-war"),
    ("--event", "putin-visits-tehran"),
    ("--document", "stand together"),
    (),
)
"""Those with most to show, and one without a picture."""


def written(database: str, folder: Path, *subject: str) -> Path:
    """Write a briefing; return its path."""
    path = folder / "brief.html"
    command = ["--db", database, "brief", *subject, "-o", str(path)]
    assert CliRunner().invoke(cli.sourcebook, command).exit_code == 0
    return path


@on_sqlite
@pytest.mark.parametrize(
    "subject", SUBJECTS, ids=lambda it: "-".join(it).lstrip("-") or "everything"
)
def test_a_briefing_opens_quietly_fits_prints_on_four_pages_and_keeps_nobody_out(
    browser: Browser, shipped: str, tmp_path: Path, subject: tuple[str, ...]
) -> None:
    file = written(shipped, tmp_path, *subject)
    page = browser.new_page()
    events: list[str] = []
    page.on("request", lambda request: events.append(request.url))
    page.on("console", lambda message: events.append(message.text))
    page.on("pageerror", lambda error: events.append(str(error)))
    page.goto(file.as_uri())
    drawn = page.locator("figure svg").count() > 0
    for width in (390, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(WIDER) == 0, width
        if drawn:
            assert page.locator("figure").first.is_visible() == (width > 700)
            assert page.locator(".instead").first.is_visible() == (width <= 700)
    printed = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 4
    assert set(events) == {file.as_uri()}
    assert barriers(page) == []
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
    database = tmp_path / "large.db"
    generate(database, events=2_000)
    connection = sqlite3.connect(database)
    busiest = [f"--{kind}={key}" for kind, key in connection.execute(BUSIEST)]
    connection.close()
    for subject in ([], busiest):
        page = browser.new_page()
        page.goto(written(str(database), tmp_path, *subject).as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 4
        more = re.findall(r"[\d,]+ more [a-z ]+: sourcebook report \w+", page.inner_text("main"))
        assert len(more) >= 4
        page.close()
