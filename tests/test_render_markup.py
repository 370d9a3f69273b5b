"""Markdown and HTML, in which data is never markup."""

import importlib
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

from hypothesis import example, given

from output.formats import Format
from output.page import Column, Page
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
    plain = Cells(
        show(Page([Column("c", meaning="m")], [("x",)], "t", "q", meta={"k": "v"}), Format.HTML)
    )
    page = Cells(
        show(
            Page(
                [Column(value, meaning=value or "m")],
                [(value,)],
                value,
                value or "q",
                meta={value: value},
            ),
            Format.HTML,
        )
    )
    assert page.tags == plain.tags
    assert page.text["script"] == plain.text["script"]
    assert page.text["td"] == page.text["th"] == [lines_visible(value)]


def test_html_loads_nothing_and_runs_only_what_its_policy_names() -> None:
    page = Cells(show(PAGE, Format.HTML))
    attributes = [name for _, attrs in page.tags for name in attrs]
    assert not [name for name in attributes if name in {"src", "href"} or name.startswith("on")]
    assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "base", "form", "object"}
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
    page = on_github(show(Page([Column("c"), Column(value)], [(value, "x")]), Format.MARKDOWN))
    tags = {tag for tag, _ in page.tags} - {"span", "br"}
    assert tags == {"table", "thead", "tbody", "tr", "th", "td"}
    shown = lines_visible(value).strip(" ")
    assert [page.text["th"][1], page.text["td"][0]] == [shown, shown]


def test_markdown_keeps_users_and_issues_apart_from_their_signs() -> None:
    assert "<span>@</span>user <span>#</span>12" in show(one_column("@user #12"), Format.MARKDOWN)


def test_markdown_aligns_numbers() -> None:
    assert show(PAGE, Format.MARKDOWN).splitlines()[1] == "| --- | --- | ---: | ---: |"
