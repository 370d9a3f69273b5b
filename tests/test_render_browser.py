"""A page in a real browser: it sorts, keeps data from running, and shows each script its way."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request, sync_playwright
from playwright.sync_api import Page as BrowserPage

from output.destination import destination
from output.formats import Format, render
from output.page import Cell, Column, Page
from schema.escape import visible
from tests import browser as chromium
from tests.render_cases import HARD, PAGE, TEXTS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program, environment = chromium.find()
    with pytest.MonkeyPatch.context() as patch:
        if node := chromium.node():
            patch.setenv("PLAYWRIGHT_NODEJS_PATH", node)
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(
                executable_path=program, env={**os.environ, **environment}, args=["--disable-gpu"]
            )
            yield launched
            launched.close()


class Tab:
    """A tab that remembers what its page asked for, and what it complained of."""

    def __init__(self, page: BrowserPage, folder: Path) -> None:
        self.page = page
        self.file = folder / "page.html"
        self.asked: list[str] = []
        self.said: list[str] = []
        page.on("request", self._ask)
        page.on("console", self._say)
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _ask(self, request: Request) -> None:
        self.asked.append(request.url)

    def _say(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def open(self, shown: Page, *, tampered: tuple[str, str] = ("", "")) -> None:
        """Open a page that we wrote, from a file, as a reader does."""
        with destination(self.file) as out:
            render(shown, Format.HTML, out)
        written = self.file.read_text()
        assert tampered[0] in written
        self.file.write_text(written.replace(*tampered, 1))
        self.page.goto(self.file.as_uri())

    def column(self, n: int) -> list[str]:
        return self.page.locator(f"tbody td:nth-child({n})").all_inner_texts()

    def sort(self, n: int) -> str | None:
        """Click a heading; return how its column says it is sorted."""
        heading = self.page.locator(f"th:nth-child({n})")
        heading.get_by_role("button").click()
        return heading.get_attribute("aria-sort")


@pytest.fixture
def tab(browser: Browser, tmp_path: Path) -> Iterator[Tab]:
    page = browser.new_page()
    page.set_default_timeout(10_000)
    yield Tab(page, tmp_path)
    page.close()


def page(*rows: tuple[Cell, ...]) -> Page:
    columns = (Column("key"), Column("n", "integer"), Column("x", "real"), Column("value"))
    return Page(columns[: len(rows[0])], rows)


# --- sorting --------------------------------------------------------------------------------------


def test_numbers_are_sorted_as_numbers_and_what_is_none_is_last(tab: Tab) -> None:
    tab.open(
        page(
            *(("a", 10, 1e300), ("b", None, float("nan")), ("c", 9, float("-inf"))),
            *(("d", -5, None), ("e", 100, 0.5), ("f", 0, 0.25)),
        )
    )
    assert tab.sort(2) == "ascending"
    assert tab.column(2) == ["-5", "0", "9", "10", "100", ""]
    assert tab.column(1) == ["d", "f", "c", "a", "e", "b"]
    assert tab.sort(2) == "descending"
    assert tab.column(2) == ["100", "10", "9", "0", "-5", ""]
    assert tab.sort(3) == "ascending"
    assert tab.column(3)[:4] == ["-Infinity", "0.25", "0.5", "1e+300"]
    assert sorted(tab.column(3)[4:]) == ["", "NaN"]
    assert tab.sort(3) == "descending"
    assert tab.column(3)[:4] == ["1e+300", "0.5", "0.25", "-Infinity"]
    assert tab.page.locator("[aria-sort]").count() == 1


def test_text_is_sorted_as_text_and_null_is_not_empty_text(tab: Tab) -> None:
    values = ["10", "9", None, "é", "", "B", "a", "0042"]
    tab.open(page(*((f"k{n}", n, None, value) for n, value in enumerate(values))))
    assert tab.sort(4) == "ascending"
    assert tab.column(4) == ["", "0042", "10", "9", "B", "a", "é", ""]
    assert tab.column(1)[0] == "k4"
    assert tab.sort(4) == "descending"
    assert tab.column(4) == ["é", "a", "B", "9", "10", "0042", "", ""]
    assert tab.column(1)[-2:] == ["k4", "k2"]


def test_equal_values_keep_their_order_and_a_key_sorts_too(tab: Tab) -> None:
    tab.open(page(*((f"k{n}", n % 2) for n in range(6))))
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    assert tab.column(1) == ["k0", "k2", "k4", "k1", "k3", "k5"]


def test_the_hardest_values_are_all_there_before_and_after(tab: Tab) -> None:
    tab.open(PAGE)
    keys = [row[0] for row in HARD]
    assert tab.column(1) == keys
    assert tab.sort(2) == "ascending"
    assert sorted(tab.column(1)) == sorted(keys)
    assert tab.column(1)[-1] == "null"


# --- nothing runs, nothing leaves -----------------------------------------------------------------

HOSTILE = [
    "<script>hit = 1</script>",
    "<img src=x onerror='hit = 1'>",
    '"><svg onload="hit = 1">',
    "</td></tr></table></script><script>hit = 1</script>",
    "</title><script>hit = 1</script>",
    "</style><script>hit = 1</script>",
    "<iframe srcdoc='<script>parent.hit = 1</script>'>",
    "<a href='javascript:hit = 1' autofocus onfocus='hit = 1'>x</a>",
    "--><script>hit = 1</script><!--",
    "&lt;script&gt;hit = 1&lt;/script&gt;",
]


@pytest.mark.parametrize("value", [*HOSTILE, "".join(HOSTILE), "".join(TEXTS)])
def test_no_data_runs_and_nothing_is_loaded(tab: Tab, value: str) -> None:
    columns = (Column(value, meaning=value), Column("n", "integer"))
    tab.open(Page(columns, [(value, 2), ("a", 1)], value, value, {value: value}))
    assert tab.sort(2) == "ascending"
    tab.page.locator("summary").click()
    assert tab.page.evaluate("typeof hit") == "undefined"
    assert tab.page.locator("td").nth(2).text_content() == "\n".join(
        map(visible, value.split("\n"))
    )
    assert tab.asked == [tab.file.as_uri()]
    assert tab.said == []


@pytest.mark.parametrize("code", HOSTILE[:3])
def test_code_that_gets_into_a_page_is_blocked_by_its_policy(tab: Tab, code: str) -> None:
    tab.open(page(("b", 2), ("a", 1)), tampered=("<table>", f"{code}<table>"))
    assert tab.page.evaluate("typeof hit") == "undefined"
    assert tab.said
    assert all("Content Security Policy" in said for said in tab.said)
    assert tab.sort(2) == "ascending"
    assert tab.column(1) == ["a", "b"]


def test_a_page_may_reach_nobody(tab: Tab) -> None:
    """Whatever ran in it could not send the rows away."""
    tab.open(
        page(("a", 1)), tampered=("<table>", '<form action="http://127.0.0.1:9/"></form><table>')
    )
    blocked = tab.page.evaluate(
        """async () => {
            const found = [];
            addEventListener("securitypolicyviolation", (e) => found.push(e.effectiveDirective));
            await fetch("http://127.0.0.1:9/").catch(() => 0);
            new Image().src = "http://127.0.0.1:9/";
            document.forms[0].submit();
            document.body.setAttribute("onclick", "hit = 1");
            document.body.click();
            await new Promise((done) => setTimeout(done, 200));
            return found;
        }"""
    )
    assert {"connect-src", "img-src", "form-action", "script-src-attr"} <= set(blocked)
    assert tab.page.evaluate("typeof hit") == "undefined"
    assert tab.page.url == tab.file.as_uri()


# --- how it looks ---------------------------------------------------------------------------------

PLACES = """(cell) => {
    const text = cell.firstChild, range = document.createRange();
    const place = (n) => {
        range.setStart(text, n);
        range.setEnd(text, n + 1);
        const { left, right } = range.getBoundingClientRect();
        return [left, right];
    };
    const { left, right } = cell.getBoundingClientRect();
    return [[left, right], place(0), place(text.length - 1)];
}"""


@pytest.mark.parametrize(
    ("value", "rightward"),
    [
        ("Hezbollah", True),
        ("حزب الله", False),
        ("שלום", False),
        ("نیم\u200cفصل", False),
        ("叙利亚", True),
        ("\u202eevil", True),
    ],
)
def test_a_cell_runs_the_way_of_its_own_script(tab: Tab, value: str, rightward: bool) -> None:
    tab.open(page(("a much longer text in the same column",), (value,), ("b",)))
    edges, first, last = tab.page.locator("td").nth(1).evaluate(PLACES)
    if rightward:
        assert first[0] < last[0]
        assert first[0] - edges[0] < 20
    else:
        assert first[0] > last[0]
        assert edges[1] - first[1] < 20


def test_a_mixed_cell_neither_reorders_its_row_nor_hides(tab: Tab) -> None:
    tab.open(page(("a", 1, 0.5, "x"), ("حزب الله (Hezbollah) \u202e1", 2, 0.5, "y")))
    lefts = [cell.bounding_box() for cell in tab.page.locator("tr:nth-child(2) td").all()]
    places = [box["x"] for box in lefts if box]
    assert places == sorted(places)
    assert len(places) == 4
    assert tab.column(1)[1] == r"حزب الله (Hezbollah) \u202e1"


def test_numbers_stand_on_the_right_and_headings_show_how_they_sort(tab: Tab) -> None:
    tab.open(page(("a", 1), ("b", 1000000)))
    edges, _, last = tab.page.locator("td.number").first.evaluate(PLACES)
    assert edges[1] - last[1] < 20
    arrow = "(button) => getComputedStyle(button, '::after').content"
    button = tab.page.locator("th.number button")
    assert button.evaluate(arrow) == "none"
    shown = []
    for _ in range(2):
        tab.sort(2)
        shown.append(button.evaluate(arrow))
    assert shown == ['" ▲"', '" ▼"']
