"""The fixture `browser`: a real Chromium, one for each file of tests that imports it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserType, sync_playwright

from tests import browser as chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch:
        if node := chromium.node():
            patch.setenv("PLAYWRIGHT_NODEJS_PATH", node)
        with sync_playwright() as playwright:
            launched = launch(playwright.chromium)
            yield launched
            launched.close()


def launch(chrome: BrowserType, *arguments: str) -> Browser:
    """Start the browser, with more arguments than usual."""
    program, environment = chromium.find()
    return chrome.launch(
        executable_path=program,
        env={**os.environ, **environment},
        args=["--disable-gpu", *arguments],
    )
