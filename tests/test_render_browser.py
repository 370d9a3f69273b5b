"""A page in a real browser: it sorts, keeps data from running, and shows each script its way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request
from playwright.sync_api import Page as BrowserPage

from output.destination import destination
from output.formats import Format, render
from output.page import Cell, Page, PageColumn
from schema.escape import visible
from tests.launched_browser import browser as browser
from tests.render_cases import HARD, PAGE, TEXTS


class Tab:
    """A tab that remembers what its page asked for, and what it complained of."""

    def __init__(self, page: BrowserPage, folder: Path) -> None:
        self.page = page
        self.file = folder / "page.html"
        self.asked: list[str] = []
        self.messages: list[str] = []
        page.on("request", self._ask)
        page.on("console", self._say)
        page.on("dialog", lambda dialog: self.messages.append(dialog.message))
        page.on("pageerror", lambda error: self.messages.append(str(error)))

    def _ask(self, request: Request) -> None:
        self.asked.append(request.url)

    def _say(self, message: ConsoleMessage) -> None:
        self.messages.append(message.text)

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
    columns = (
        PageColumn("key"),
        PageColumn("n", "integer"),
        PageColumn("x", "real"),
        PageColumn("value"),
    )
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
    for _ in range(3):  # past the filter box
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


def test_no_data_runs_and_nothing_is_loaded(tab: Tab) -> None:
    for value in (*HOSTILE, "".join(HOSTILE), "".join(TEXTS)):
        columns = (PageColumn(value, meaning=value), PageColumn("n", "integer"))
        tab.open(
            Page(
                columns,
                [(value, 2), ("a", 1)],
                *(value, value, value, [value]),
                meta={value: value},
                citations=[(value, value)],
                document=value,
            )
        )
        assert tab.sort(2) == "ascending"
        tab.page.locator("summary").click()
        assert tab.page.evaluate("typeof hit") == "undefined", value
        shown = "\n".join(map(visible, value.split("\n")))
        assert tab.page.locator("td").nth(2).text_content() == shown
        assert set(tab.asked) == {tab.file.as_uri()}, value
        assert tab.messages == [], value


@pytest.mark.parametrize("code", HOSTILE[:3])
def test_code_that_gets_into_a_page_is_blocked_by_its_policy(tab: Tab, code: str) -> None:
    tab.open(page(("b", 2), ("a", 1)), tampered=("<table ", f"{code}<table "))
    assert tab.page.evaluate("typeof hit") == "undefined"
    assert tab.messages
    assert all("Content Security Policy" in message for message in tab.messages)
    assert tab.sort(2) == "ascending"
    assert tab.column(1) == ["a", "b"]


def test_a_page_may_reach_nobody(tab: Tab) -> None:
    """Whatever ran in it could not send the rows away."""
    tab.open(
        page(("a", 1)), tampered=("<table ", '<form action="http://127.0.0.1:9/"></form><table ')
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


# --- any window, and paper ------------------------------------------------------------------------

LONG = "stand-together-or-fall-apart" * 3
EDGES = """() => {
    const edges = Array.from(document.querySelectorAll("body *"), (element) => {
        const box = element.getBoundingClientRect();
        return [element.tagName, box.left, box.right];
    });
    return edges.filter(([, left, right]) => left < 0 || right > innerWidth + 0.5);
}"""


def report(columns: int, rows: int = 60) -> Page:
    """Return a page as reports make them: a sentence, dates, keys, and so many columns in all."""
    names = ("key", "certainty", "who", "url", "n")
    more = [
        PageColumn(f"{names[n % 5]}_{n}", "integer" if n % 5 == 4 else "text") for n in range(40)
    ]
    values: list[Cell] = [
        LONG,
        "asserted",
        "Iran; Bashar al-Assad",
        f"https://e.org/{'x' * 60}",
        1_000_000,
    ]
    kept = columns - 3
    return Page(
        [
            PageColumn("what", meaning=LONG, main=True),
            PageColumn("date", "date"),
            PageColumn("passage", "passage"),
            *more[:kept],
        ],
        [
            (
                f"Alleged: {n} {'word ' * (n % 30)}",
                "[2015-08-26..2015-09-29]",
                f"¶{n}; ¶100",
                *(values[column % 5] for column in range(kept)),
            )
            for n in range(rows)
        ],
        title=f"Actor: {LONG}",
        question="What happened, in what order, and how sure are the dates?",
        filters=f"from {LONG}",
        legend=[f"See {LONG}{LONG}"],
        meta={"content": "c" * 64, "command": f"sourcebook report timeline --actor {LONG}"},
        citations=[(LONG, f"Aron Lund, http://e.org/{'x' * 200}.")],
        document=f"Aron Lund, http://e.org/{'x' * 200}",
    )


@pytest.mark.parametrize("columns", [3, 6, 8, 12, 17, 30])
def test_nothing_is_wider_than_the_window(tab: Tab, columns: int) -> None:
    tab.open(report(columns, rows=30))
    tab.page.locator("summary").click()
    for width in (1280, 1200, 1000, 700, 390):
        tab.page.set_viewport_size({"width": width, "height": 800})
        assert tab.page.evaluate(EDGES) == [], width
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width, width


@pytest.mark.parametrize("columns", [3, 5, 6, 8, 12, 17, 30])
def test_nothing_is_wider_than_the_paper(tab: Tab, columns: int) -> None:
    millimetre = 96 / 25.4
    wide = columns >= 6
    width = int((297 - 24) * millimetre) if wide else int((210 - 30) * millimetre)
    tab.page.set_viewport_size({"width": width, "height": 800})
    tab.page.emulate_media(media="print", color_scheme="dark")
    tab.open(report(columns, rows=30))
    assert tab.page.evaluate(EDGES) == []
    assert not tab.page.locator("label").is_visible()
    ink = tab.page.locator("body").evaluate("(body) => getComputedStyle(body).color")
    assert ink == "rgb(22, 25, 29)"
    sizes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", printed(tab))
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {
        (842, 595) if wide else (595, 842)
    }


def printed(tab: Tab) -> bytes:
    return tab.page.pdf(prefer_css_page_size=True)


def test_headings_stay_in_sight(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 1280, "height": 600})
    tab.open(report(5))
    tab.page.mouse.wheel(0, 1500)
    tab.page.wait_for_function("scrollY > 1000")
    box = tab.page.locator("th").first.bounding_box()
    assert box is not None
    assert box["y"] == 0
    above = "document.elementFromPoint(60, 10).closest('th') !== null"
    assert tab.page.evaluate(above)  # no row shines through


def test_on_a_phone_each_row_is_a_list_with_the_names_of_its_columns(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 800})
    tab.open(page(("a", 2, None, "x"), ("b", 1, 0.5, "y")))
    label = "(cell) => getComputedStyle(cell, '::before').content"
    cells = tab.page.locator("tbody tr").first.locator("td")
    assert '"key' in cells.first.evaluate(label).replace(" ", "")
    lefts = [box["x"] for cell in cells.all() if (box := cell.bounding_box())]
    assert len(set(lefts)) == 1
    assert len(lefts) == 3  # null takes no room
    assert tab.sort(2) == "ascending"
    assert tab.column(1) == ["b", "a"]


def test_the_box_filters_rows_by_words_in_any_case_and_accent(tab: Tab) -> None:
    columns = [PageColumn("part", section=True), PageColumn("what", main=True)]
    rows = [("One", "Zoë visits İstanbul"), ("One", "zoe stays"), ("Two", "Nobody")]
    tab.open(Page(columns, rows, "t", condensed=True))
    box = tab.page.get_by_role("searchbox")
    box.fill("ZOE visits")
    assert tab.page.locator("tbody tr:visible").all_inner_texts() == ["Zoë visits İstanbul"]
    assert tab.page.locator("output").inner_text() == "1 of 3 rows"
    assert tab.page.locator("h2:visible").all_inner_texts() == ["One"]
    tab.page.emulate_media(media="print")
    assert tab.page.locator("label").is_visible()  # paper says that rows are missing
    tab.page.emulate_media(media="screen")
    box.fill("")
    assert len(tab.page.locator("tbody tr:visible").all()) == 3
    assert tab.page.locator("output").inner_text() == ""


def test_dates_and_passages_are_sorted_by_their_day_and_number(tab: Tab) -> None:
    dates = ["2015-10", "-0043-03-15", "2015-08-26", None, "[2015-08-26..2015-09-29]", "2011/.."]
    rows = [(date, f"¶{n}; ¶1") for date, n in zip(dates, [10, 9, 2, 1, 100, 5], strict=True)]
    tab.open(Page([PageColumn("date", "date"), PageColumn("passage", "passage")], rows))
    assert tab.sort(1) == "ascending"
    assert [text.replace("\xa0", " ") for text in tab.column(1)] == [
        *("15 Mar 44 BC", "since 2011", "26 Aug 2015", "between 26 Aug and 29 Sep 2015"),
        *("October 2015", ""),
    ]
    assert tab.sort(2) == "ascending"
    assert tab.column(2) == ["1, 1", "2, 1", "5, 1", "9, 1", "10, 1", "100, 1"]


def test_an_address_in_a_citation_can_be_followed(tab: Tab) -> None:
    tab.open(Page([PageColumn("c")], [("x",)], citations=[("k", "Lund, http://e.org/a&copy=1.")]))
    link = tab.page.locator("a")
    assert link.get_attribute("href") == "http://e.org/a&copy=1"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert tab.asked == [tab.file.as_uri()]
