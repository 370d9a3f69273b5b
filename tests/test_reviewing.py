"""Reviewing: the words of each passage, what was coded from them, and what was not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coding.index import SECTIONS
from coding.reading import parse_coding, read_coding
from coding.review_page import KINDS, review_page
from coding.reviewing import ReviewedPassage, review_text, reviewed
from coding.text import read_text
from tests.draft_coding import DRAFT, PASSAGES, pinned
from tests.test_cli import ROOT, run


def passages(source: str = DRAFT) -> list[ReviewedPassage]:
    coding, lines = parse_coding(pinned(source), "c.yaml")
    return reviewed(coding, lines, PASSAGES)


def test_each_passage_shows_its_words_with_what_was_coded_from_them() -> None:
    second = passages()[1]
    words = [(it.kind, second.text[it.start : it.end], it.says) for it in second.coded]
    assert words == [
        ("event", "The", "The visit (doer: The envoy)"),
        ("name", "envoy came", "The envoy is called “envoy” (name)"),
        (
            "quote",
            "tired and cold",
            "nobody named (partial): He was tired.: “tired and cold … but alive”",
        ),
        (
            "quote",
            "but alive",
            "nobody named (partial): He was tired.: “tired and cold … but alive”",
        ),
        ("name", "envoy slept", "The envoy is called “envoy” (name)"),
    ]
    text = "\n".join(review_text([second], 80))
    assert "¶2\n  The envoy came at night," in text
    assert "line 23: “The”; hedged" not in text
    assert 'at "' not in text


def test_what_was_not_coded_is_shown_but_not_of_headings() -> None:
    first, second, *_ = passages()
    assert first.heading
    assert first.uncoded == []
    assert [second.text[start:end] for start, end in second.uncoded] == []
    bare = passages(DRAFT.replace('  - at: 2 "tired and cold", 2 "but alive"', "  - at: 3"))[1]
    assert [bare.text[start:end] for start, end in bare.uncoded] == [
        "at night, “tired and cold,” as he said, “but alive.” The"
    ]
    assert "not coded “at night, “tired" in "\n".join(review_text([bare], 100))


def test_drafts_and_doubts_are_marked() -> None:
    draft = DRAFT.replace(
        "  title: The visit\n", "  title: The visit\n  draft: true\n  unsure: whose?\n"
    )
    third = passages(draft)[2]
    assert third.open
    assert not passages()[2].open
    text = "\n".join(review_text([third], 100))
    assert "event     [draft] [unsure: whose?] The visit" in text
    page = "".join(review_page("A letter", [third]))
    assert '<section class="open" id="p3">' in page
    assert '<span class="state">draft, unsure: whose?</span>' in page
    assert "<p>1 passage; 1 place drafted, 1 doubtful;" in page


def test_a_page_marks_every_kind_of_fact() -> None:
    assert {section.removesuffix("s") for section in SECTIONS} <= KINDS.keys()


@pytest.mark.parametrize("hostile", ["<script>x</script>", 'a" onmouseover="x', "\u202ethe end"])
def test_nothing_in_a_coding_becomes_markup(hostile: str) -> None:
    (passage, *_) = passages()
    passage.text = hostile
    passage.coded.clear()
    page = "".join(review_page(hostile, [passage]))
    assert "<script" not in page
    assert '" onmouseover' not in page
    assert "\u202e" not in page
    assert "script-src" not in page
    assert re.search(r"default-src 'none'; style-src 'sha256-[^']+'", page)


def test_the_command_reviews_the_example(tmp_path: Path) -> None:
    coding, text = ROOT / "docs/example.yaml", ROOT / "docs/example.txt"
    done = run("review", coding, "--text", text, cwd=tmp_path, COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.stdout.startswith("¶1\n")
    assert "no passages with drafts or doubts" in done.stderr
    assert run("review", coding, "--text", text, "--drafts", cwd=tmp_path).stdout == ""
    run("review", coding, "--text", text, "-o", "review.html", cwd=tmp_path)
    page = (tmp_path / "review.html").read_text(encoding="utf-8")
    assert page.count("<section") == 12
    assert "http" not in page.split("</style>")[1]
    wrong = run("review", coding, "--text", text, "-o", "review.pdf", cwd=tmp_path)
    assert (wrong.returncode, "ends in .html or .txt" in wrong.stderr) == (2, True)
    other = tmp_path / "other.txt"
    other.write_text("Something else.\n")
    changed = run("review", coding, "--text", other, cwd=tmp_path)
    assert (changed.returncode, "`sourcebook pin` moves" in changed.stderr) == (1, True)


def test_the_names_of_a_drafted_actor_are_drafts(tmp_path: Path) -> None:
    coding = tmp_path / "coding.yaml"
    docs = Path(__file__).parent.parent / "docs"
    source = (docs / "example.yaml").read_text("utf-8")
    coding.write_text(
        source.replace("name: Ostrand\n", "name: Ostrand\n  draft: true\n", 1), "utf-8"
    )
    read, lines = read_coding(coding)
    items = [
        item
        for passage in reviewed(read, lines, read_text(docs / "example.txt"))
        for item in passage.coded
        if item.draft
    ]
    assert {item.kind for item in items} == {"name"}
