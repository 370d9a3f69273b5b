"""Markdown and HTML, in which data is never markup."""

import importlib
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import example, given

from output.formats import Format
from output.page import Page, PageColumn
from schema.escape import visible
from tests.render_cases import HARD, PAGE, TEXTS, hostile, no_deadline, one_column, show


def lines_visible(value: str) -> str:
    return "\n".join(map(visible, value.split("\n")))


class Cells(HTMLParser):
    """The tags of a page, its cells' text, and its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self.inside: list[str] = []
        self.feed(page)
        self.close()

    def names(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return each tag with the names of its attributes; the class may differ."""
        return [(tag, tuple(name for name in attrs if name != "class")) for tag, attrs in self.tags]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"td", "th", "script", "style", "title", "dd"}:
            self.inside.append(tag)
            self.text.setdefault(tag, []).append("")
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text[self.inside[-1]][-1] += data


@no_deadline
@given(hostile)
@example('</td></table></script><script>alert(1)</script>" onload="x')
@example("".join(TEXTS))
def test_html_holds_the_data_as_text_and_no_code_but_its_own(value: str) -> None:
    def page(value: str) -> Page:
        return Page(
            [PageColumn(value, meaning=value)],
            [(value,)],
            *(value, value, value, [value]),
            meta={value: value},
            citations=[(value, value)],
            document=value,
        )

    plain, hard = Cells(show(page("plain"), Format.HTML)), Cells(show(page(value), Format.HTML))
    if value:
        skipped = {"a"} if "http" in value else set()
        assert [tag for tag in hard.names() if tag[0] not in skipped] == plain.names()
    assert hard.text["script"] == plain.text["script"]
    assert hard.text["td"] == hard.text["th"] == [lines_visible(value)]


LINKS = [
    ("See http://e.org/a_b?c=1&copy=2.", ["http://e.org/a_b?c=1&copy=2"]),
    ("(https://e.org/x), http://e.org/(y)", ["https://e.org/x", "http://e.org/(y"]),
    ("https://e.org/<b>&\"'onclick='x'", ["https://e.org/"]),
    ("javascript:alert(1) data:text/html,x ftp://e.org www.e.org a@e.org", []),
    ("https://e.org/\u202egnp", []),
    ("https://e.org/a\\b](https://evil.org)", ["https://e.org/a", "https://evil.org"]),
    ("https://e.org/[x](y)*_z_|~`", ["https://e.org/[x](y)*_z_|~`"]),
    ("http:// https://.", []),
]


@pytest.mark.parametrize(("text", "addresses"), LINKS)
@pytest.mark.parametrize("format", [Format.HTML, Format.MARKDOWN])
def test_addresses_in_citations_are_links_and_nothing_else_is(
    text: str, addresses: list[str], format: Format
) -> None:
    page = Page([PageColumn("c")], [(text,)], text, text, citations=[("k", text)], document=text)
    written = show(page, format)
    cells = Cells(written) if format is Format.HTML else on_github(written)
    links = [attrs["href"] for tag, attrs in cells.tags if tag == "a"]
    assert [unquote(link or "") for link in links] == addresses * 2
    for _, attrs in cells.tags:
        assert not [name for name in attrs if name.startswith("on")]


def test_html_loads_nothing_and_runs_only_what_its_policy_names() -> None:
    page = Cells(show(PAGE, Format.HTML))
    attributes = [name for _, attrs in page.tags for name in attrs]
    assert not [name for name in attributes if name in {"src", "href"} or name.startswith("on")]
    forbidden = {"link", "img", "iframe", "base", "form", "object", "a"}
    assert not {tag for tag, _ in page.tags} & forbidden
    policy = next(attrs["content"] for _, attrs in page.tags if "http-equiv" in attrs)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for tag in ("script", "style"):
        digest = b64encode(sha256(page.text[tag][0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}';" in policy


def test_html_says_what_is_a_heading_a_number_and_a_null() -> None:
    page = Cells(show(PAGE, Format.HTML))
    headings = [attrs for tag, attrs in page.tags if tag == "th"]
    assert [attrs.get("class") for attrs in headings] == [None, None, "number", "number"]
    assert {attrs["scope"] for attrs in headings} == {"col"}
    assert len([tag for tag, _ in page.tags if tag == "button"]) == len(headings)
    nulls = [value is None for row in HARD for value in row]
    assert ["data-null" in attrs for tag, attrs in page.tags if tag == "td"] == nulls
    assert page.text["title"] == [PAGE.title]
    assert page.text["dd"] == ["which case", "a count", str(len(HARD)), *PAGE.meta.values()]


def on_github(markdown: str) -> Cells:
    """Markdown as GitHub's own parser reads it, bare addresses made links."""
    github = importlib.import_module("cmarkgfm")
    options = importlib.import_module("cmarkgfm.cmark").Options.CMARK_OPT_UNSAFE
    return Cells(github.github_flavored_markdown_to_html(markdown, options))


@no_deadline
@given(hostile)
@example("a\\|b\\")
@example("".join(TEXTS))
@example("HTTPS://e.org ftp://e.org WWW.e.org mailto:a@e.org ![i](x) [^1] {#id} &#60;b> \\<b>")
@example("# h")
@example("- [ ] task")
@example("---")
def test_markdown_shows_the_data_and_nothing_of_it_becomes_markup(value: str) -> None:
    page = on_github(
        show(Page([PageColumn("c"), PageColumn(value)], [(value, "x")]), Format.MARKDOWN)
    )
    tags = {tag for tag, _ in page.tags} - {"span", "br"}
    assert tags == {"table", "thead", "tbody", "tr", "th", "td"}
    shown = lines_visible(value).strip(" ")
    assert [page.text["th"][1], page.text["td"][0]] == [shown, shown]


@no_deadline
@given(hostile)
@example("# h #")
@example("- list")
@example("12. list")
@example("    code")
@example("===")
@example("+ x")
@example("\n    - x")
def test_markdown_around_the_table_is_text_too(value: str) -> None:
    value = value if value.strip() else ""  # a blank control is shown as an escape
    legend = [value] if value else []
    page = Page([PageColumn("c")], [("x",)], "Title", value, value, legend)
    plain = Page([PageColumn("c")], [("x",)], "Title", *(("q", "f", ["n"]) if legend else ("", "")))
    tags = [tag for tag, _ in on_github(show(page, Format.MARKDOWN)).tags]
    expected = [tag for tag, _ in on_github(show(plain, Format.MARKDOWN)).tags]
    assert [tag for tag in tags if tag not in ("span", "br")] == expected
    titled = on_github(show(Page([PageColumn("c")], [("x",)], value or "t"), Format.MARKDOWN))
    assert [tag for tag, _ in titled.tags if tag not in ("span", "br")][:2] == ["h1", "p"]


def test_markdown_keeps_users_and_issues_apart_from_their_signs() -> None:
    assert "<span>@</span>user <span>#</span>12" in show(one_column("@user #12"), Format.MARKDOWN)


def test_markdown_aligns_numbers() -> None:
    assert "\n| --- | --- | ---: | ---: |\n" in show(PAGE, Format.MARKDOWN)
