"""`report --all`: a folder with a page that lists the reports in order, or a single document."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

from reports.contents import LISTS, ORDER
from tests.databases import Files, on_sqlite
from tests.island_reports import FAILS, ONE, book, called, marked, own, put, rows, sourcebook
from tests.shipped_reports import REPORTS

__all__ = ["book", "own"]  # fixtures

# The first test runs reports on both engines; how they are written doesn't depend on the engine.
ASKED = {
    n for n, definition in REPORTS.items() if not any(p.required for p in definition.parameters)
}


def test_every_report_is_written_in_every_format(book: str, own: Path, tmp_path: Path) -> None:
    """One whose file is faulty and one that fails half-way stop no other, on either engine."""
    put(own, "aaa-fails", FAILS)
    put(own, "bare", "delete from actors")
    put(own, "mine", ONE)
    folder = tmp_path / "out"
    forms = ["--format", "json", "--format", "markdown", "--format", "csv"]
    done = sourcebook(book, "report", "--reports", own, "--all", "-o", folder, *forms)
    assert (done.returncode, done.stdout) == (1, "")
    written = {*ASKED, "mine"}
    assert {path.name for path in folder.iterdir()} == {
        *(f"{name}.{ending}" for name in written for ending in ("json", "md", "csv")),
        "index.md",
    }
    for name in ("actors", "timeline", "mine"):
        given = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        assert given == rows(book, "--reports", own, name)
    message = done.stderr.splitlines()
    assert (
        message[-1] == f"{folder}: content c0ffee000000 · {len(written)} reports · {called(book)}"
    )
    assert [line for line in message if "aaa-fails.sql: " in line]
    assert [line for line in message if re.match(r"Error: .*bare\.sql:\d+: ", line)]
    left_out = {line.split(":")[0] for line in message if "left out, it needs --" in line}
    assert left_out == set(REPORTS) - ASKED
    assert len(message) == 2 + len(left_out) + 1


def test_the_order_of_reading_names_every_report() -> None:
    assert sorted(ORDER) == sorted(REPORTS)
    assert (ORDER[0], ORDER[-1]) == ("summary", "changes")
    assert set(LISTS) < set(ORDER)


def reading_order(own: list[str]) -> list[str]:
    """Return the names of the reports that need no value, one's own before the last."""
    shipped = [name for name in ORDER if name in ASKED]
    return [*shipped[:-1], *own, shipped[-1]]


@on_sqlite
@pytest.mark.parametrize(
    ("formats", "index", "pattern"),
    [
        (["markdown"], "index.md", r"^1\. \[.+\]\(([a-z-]+)\.md\): .+\?$"),
        (["csv"], "index.md", r"^1\. \[.+\]\(([a-z-]+)\.csv\): .+\?$"),
        (["csv", "html"], "index.html", r'^<li><a href="([a-z-]+)\.html">.+</li>$'),
    ],
)
def test_a_folder_has_a_page_that_lists_the_reports_in_order(
    book: str, own: Path, tmp_path: Path, formats: list[str], index: str, pattern: str
) -> None:
    put(own, "mine", ONE)
    put(own, "index", ONE)
    forms = [option for format in formats for option in ("--format", format)]
    done = sourcebook(book, "report", "--reports", own, "--all", "-o", tmp_path / "out", *forms)
    assert done.returncode == 1
    assert "index.sql: index is the page that lists the reports; rename it" in done.stderr
    page = (tmp_path / "out" / index).read_text(encoding="utf-8")
    assert re.findall(pattern, page, re.MULTILINE) == reading_order(["mine"])
    for name in set(REPORTS) - ASKED:
        assert re.search(rf"Not here(?s:.*)sourcebook report {name} NAME", page)


@on_sqlite
def test_one_document_holds_every_report_with_contents(
    book: str, own: Path, tmp_path: Path
) -> None:
    put(own, "aaa-fails", FAILS, title="It *fails*")
    put(own, "mine", ONE, title="Actors")
    path = tmp_path / "all.md"
    done = sourcebook(book, "report", "--reports", own, "--all", "-o", path, "--cite")
    assert (done.returncode, done.stdout) == (1, "")
    text = path.read_text(encoding="utf-8")
    count = len(ASKED) + 2
    line = f"content c0ffee000000 · {count} reports · {called(book)}"
    assert f"\n*{marked(line)} · asked on " in text
    contents, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    links = re.findall(r"^1\. \[(.+)\]\(#(.+)\): .+\?$", contents, re.MULTILINE)
    assert len(links) == len(sections) == count
    assert [title for title, _ in links] == [section.partition("\n")[0] for section in sections]
    assert [anchor for title, anchor in links if title == "Actors"] == ["actors", "actors-1"]
    assert ("It \\*fails\\*", "it-fails") in links
    fails = next(section for section in sections if section.startswith("It"))
    assert fails.partition("\n\n")[2] == "This report failed.\n\n"
    mine = next(section for section in sections if "| 1 | gazette | ¶3 |" in section)
    assert "](<http://gazette.test/a_b?c>), ¶ 3.\n" in mine
    assert f"reports · {called(book)}" in done.stderr.splitlines()[-1]


@on_sqlite
def test_one_page_of_html_holds_every_report(book: str, own: Path, tmp_path: Path) -> None:
    put(own, "aaa-fails", FAILS, title="<It> fails")
    path = tmp_path / "all.html"
    done = sourcebook(book, "report", "--reports", own, "--all", "-o", path, "--cite")
    assert (done.returncode, done.stdout) == (1, "")
    text = path.read_text(encoding="utf-8")
    links = re.findall(r'<li><a href="#([^"]+)">(.+)</a><span>', text)
    headings = re.findall(r'^<h2 id="([^"]+)">(.+)</h2>$', text, re.MULTILINE)
    assert links == headings
    assert len(headings) == len(ASKED) + 1
    assert headings[-2] == ("it-fails", "&lt;It&gt; fails")
    failed = text.partition('<h2 id="it-fails">')[2].partition("</section>")[0]
    assert failed.endswith("</h2>\n<p>This report failed.</p>\n")
    assert text.count("<script>") == text.count("<h1>") == text.count("<input") == 1
    assert '<a href="http://gazette.test/a_b?c" rel="noopener noreferrer">' in text


@on_sqlite
def test_one_workbook_holds_every_report_summary_first(
    book: str, own: Path, tmp_path: Path
) -> None:
    put(own, "aaa-fails", FAILS, title="It fails")
    path = tmp_path / "all.xlsx"
    done = sourcebook(book, "report", "--reports", own, "--all", "-o", path)
    assert (done.returncode, done.stdout) == (1, "")
    workbook = openpyxl.load_workbook(path)
    titles = {report.name: report.title for report in REPORTS.values()}
    names = [titles[name] for name in ORDER if name in ASKED]
    assert [name for name in workbook.sheetnames if name != "It fails"] == [*names, "About"]
    about = [row for row in workbook["About"].iter_rows(values_only=True) if any(row)]
    assert about[0][0] == "Reports: 2 documents"
    assert ("note", "This report failed.") in about
    assert ("question", "What happened, in what order, and how sure are the dates?") in about
    assert ("sourcebook report event NAME", "left out, it needs a value") in about


@on_sqlite
def test_a_document_shows_the_first_rows_of_long_lists_and_says_so(
    book: str, tmp_path: Path
) -> None:
    path = tmp_path / "all.md"
    assert sourcebook(book, "report", "--all", "-o", path).returncode == 0
    sections = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lists = {report.title for report in REPORTS.values() if report.name in LISTS}
    cut = set()
    for section in sections[1:]:
        title = section.partition("\n")[0]
        listed = len(re.findall(r"^\| (?!---)", section, re.MULTILINE)) - len(
            re.findall(r"^\| ---", section, re.MULTILINE)
        )
        size = r"^the first 20 of (?:more than )?[0-9,]+ [a-z ]+$"
        if re.search(size, section, re.MULTILINE):
            assert title in lists
            assert listed == 20, title
            cut.add(title)
        further = title in lists and not re.search("^no [a-z ]+$", section, re.MULTILINE)
        assert ("With all rows: sourcebook report " in section) == further
    assert cut
    assert sourcebook(book, "report", "--all", "-o", path, "--limit", "2").returncode == 0
    assert "the first 2 of" in path.read_text(encoding="utf-8")


@on_sqlite
def test_other_formats_are_no_single_document(book: str, tmp_path: Path) -> None:
    done = sourcebook(book, "report", "--all", "-o", tmp_path / "all.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--all writes a single document in markdown, html or xlsx; for other" in done.stderr
    assert not list(tmp_path.iterdir())


@on_sqlite
def test_what_all_cannot_do_is_said(book: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cases: list[tuple[list[str | Path], int, str]] = [
        (["--all"], 2, "--all needs -o: a folder"),
        (["--all", "-o", tmp_path, "actors"], 2, "--all runs every report: leave the name out"),
        (["--all", "-o", tmp_path / "no" / "way"], 1, "way: No such file or directory"),
        (["--all", "-o", tmp_path / "file"], 1, "file: is a file; name a folder"),
        (["--all", "-o", tmp_path, "--raw"], 2, "--raw is for --format csv"),
        (["--format", "csv", "--format", "json", "actors"], 2, "give --format once"),
        (["--format", "csv", "--format", "json"], 2, "give --format once"),
        (["--cite"], 2, "--cite, --words and --meta need the NAME of a report"),
    ]
    for arguments, status, message in cases:
        done = sourcebook(book, "report", *arguments)
        assert (done.returncode, done.stdout) == (status, ""), arguments
        assert message in done.stderr


@on_sqlite
def test_the_article_is_a_document_to_be_read(sourcebooks: Files, tmp_path: Path) -> None:
    """At most 25,000 words, counted as `wc -w` does, which takes the bars of tables for words."""
    database = sourcebooks.shipped()
    assert sourcebook(database, "report", "--all", "-o", tmp_path / "all.md").returncode == 0
    text = (tmp_path / "all.md").read_text(encoding="utf-8")
    assert 5_000 < len(text.split()) <= 25_000
