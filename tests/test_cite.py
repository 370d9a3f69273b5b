"""`cite`: what other programs read in the citations that we write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rispy
import sqlalchemy as sa
from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from database.connect import writing
from tests.databases import Files, Server, on_sqlite
from tests.island_reports import sourcebook
from tests.sourcebook_builder import SourcebookBuilder

SIGNS = r"100 % of {A} & B_1 \ C^2 ~ #5 $x$ “q” – Ünï 叙利亚"
ACTORS = {
    "maria": ("María José de la Cruz", "person"),
    "one-word": ("Plato", "person"),
    "and-man": ("Sand and Sea", "person"),
    "comma": ("Lund, Jr.", "person"),
    "syrians": ("Ministry of Foreign Affairs and Expatriates", "government"),
    "press": ("Smith & Sons", "outlet"),
    "chinese": ("习近平", "person"),
    "arabic": ("أحمد الشرع", "person"),
    "diplomats": ("Western diplomats", "unnamed"),
}
# key: kind, title, date, address, authors, publishers, voices
SOURCES: dict[str, tuple[str, str, str | None, str | None, list[str], list[str], list[str]]] = {
    "diary": (
        *("article", SIGNS, "2016-05-31", "https://e.org/a_b?c=1;d={2}#%20x y"),
        *(["maria", "syrians"], ["press"], []),
    ),
    "month": ("press-report", "A month", "2015-10", None, ["chinese", "one-word"], ["press"], []),
    "about": ("book", "About", "1966~", None, ["and-man", "comma"], ["press", "syrians"], []),
    "between": ("institute-report", "Range", "[2016-02..2016-05]", None, [], ["press"], []),
    "autumn": ("book", "Season", "2015-23", None, ["arabic"], [], []),
    "ancient": ("book", "Old", "-0043", None, ["one-word"], [], []),
    "unsure": ("book", "Unsure", "2015-10?", None, [], [], []),
    "remarks": ("remarks", "What diplomats say", None, None, [], [], ["diplomats", "maria"]),
}
PLACE = "María José de la Cruz, “What “it” is”, 31 May 2016"


@pytest.fixture(scope="module")
def book(sourcebooks: Files | Server) -> Iterator[str]:
    made = sourcebooks.migrated()
    with writing(made) as connection:
        fill(SourcebookBuilder(connection))
    yield made
    sourcebooks.remove(made)


def fill(book: SourcebookBuilder) -> None:
    for key, (name, kind) in ACTORS.items():
        book.actor(key, name, kind)
    for key, (kind, title, published, url, *people) in SOURCES.items():
        if key == "diary":
            book.document(key, title, 3)
        else:
            book.source(key, title, kind)
        book.connection.execute(
            sa.text("update sources set published = :on, url = :url where key = :key"),
            {"on": book.date(published), "url": url, "key": key},
        )
        for role, actors in zip(("author", "publisher", "voice"), people, strict=True):
            for n, actor in enumerate(actors, 1):
                ids = {"source_id": book.ids["source", key], "actor_id": book.ids["actor", actor]}
                book.row("source_actors", **ids, role=role, n=n)
    book.source("remarks", "What diplomats say elsewhere", "remarks", unnamed_in="diary")
    book.chain("diary", "remarks")
    book.cites("diary", "about", 1)


def cited(book: str, format: str, *names: str) -> str:
    done = sourcebook(book, "cite", *(names or SOURCES), "--format", format)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_text_is_a_sentence_with_the_date_in_words(book: str) -> None:
    lines = cited(book, "text").splitlines()
    assert len(lines) == len(SOURCES)
    diary = (
        "María José de la Cruz and Ministry of Foreign Affairs and Expatriates, "
        f"“{SIGNS}”, Smith & Sons, 31 May 2016, https://e.org/a_b?c=1;d={{2}}#%20x y"
    )
    assert f"{diary}." in lines
    assert (
        "Sand and Sea and Lund, Jr., “About”, Smith & Sons and Ministry of Foreign Affairs and "
        f"Expatriates, about 1966, cited in {diary}." in lines
    )
    for words in ("October 2015", "between February and May 2016", "autumn 2015", "44 BC"):
        assert any(f", {words}." in line for line in lines), words
    assert "Western diplomats and María José de la Cruz, What diplomats say." in lines


def test_without_a_name_the_documents_are_cited(book: str) -> None:
    assert sourcebook(book, "cite").stdout == cited(book, "text", "diary")


def test_an_unnamed_source_is_cited_with_the_document_that_relays_it(book: str) -> None:
    line = cited(book, "text", "diary:remarks")
    assert line.startswith("What diplomats say elsewhere, cited in María José de la Cruz and ")
    assert json.loads(cited(book, "csl-json", "diary:remarks"))[0]["id"] == "diary:remarks"


def test_a_title_names_a_source(book: str) -> None:
    assert cited(book, "text", "season") == cited(book, "text", "autumn")


def latex() -> LatexNodes2Text:
    """Return a reader of LaTeX, taught three of its commands for plain characters."""
    commands = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    known = get_default_latex_context_db()
    macros = [MacroTextSpec(name, sign) for name, sign in commands.items()]
    known.add_context_category("signs", macros=macros, prepend=True)
    return LatexNodes2Text(latex_context=known, keep_braced_groups=False)


def test_bibtexparser_reads_what_was_written(book: str) -> None:
    library = parse_string(
        cited(book, "bibtex"),
        append_middleware=[
            middlewares.SeparateCoAuthors(),
            middlewares.LatexDecodingMiddleware(decoder=latex()),
            middlewares.SplitNameParts(),
        ],
    )
    assert library.failed_blocks == []
    entries = {entry.key: entry for entry in library.entries}
    assert sorted(entries) == sorted(SOURCES)
    for key, (_, title, *_) in SOURCES.items():
        assert entries[key]["title"] == title
    assert entries["diary"].entry_type == "misc"
    first = entries["diary"]["author"][0]
    assert (first.first, first.von, first.last) == (["María", "José"], ["de", "la"], ["Cruz"])
    assert entries["diary"]["howpublished"] == "Smith & Sons"
    dates = {key: (entry.get("date"), entry.get("year")) for key, entry in entries.items()}
    # Biber reads EDTF before LaTeX would make a space of `~`.
    read = {
        key: tuple(it and it.value.replace("\xa0", "~") for it in pair)
        for key, pair in dates.items()
    }
    assert read == {
        "diary": ("2016-05-31", "2016"),
        "month": ("2015-10", "2015"),
        "about": ("1966~", "about 1966"),
        "between": (None, "between February and May 2016"),
        "autumn": (None, "autumn 2015"),
        "ancient": (None, "44 BC"),
        "unsure": ("2015-10?", "October 2015 (uncertain)"),
        "remarks": (None, None),
    }


def test_bibtex_leaves_institutions_and_odd_names_whole_and_addresses_exact(book: str) -> None:
    written = cited(book, "bibtex")
    assert "author = {de la Cruz, María José and {Ministry of Foreign Affairs and Ex" in written
    assert "author = {{Sand and Sea} and {Lund, Jr.}}" in written
    assert "author = {{习近平} and {Plato}}" in written
    assert "url = {https://e.org/a_b?c=1;d=%7B2%7D#%20x%20y}" in written
    depth = 0
    for sign in written:  # as BibTeX counts them: a backslash protects no brace
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0


def test_keys_of_bibtex_are_unique_whatever_the_database_holds(book: str, tmp_path: Path) -> None:
    from reports.reference_formats import bibtex
    from reports.references import Reference
    from schema.vocabulary import SourceKind

    keys = ("a{b", "a}b", "A-b", "a,b", "x")
    written = "".join(
        bibtex(
            Reference(key, SourceKind.BOOK, "t", (), (), "", "", "", described=False)
            for key in keys
        )
    )
    library = parse_string(written)
    assert [entry.key for entry in library.entries] == ["a-b", "a-b-2", "A-b-3", "a-b-4", "x"]


def test_rispy_reads_what_was_written(book: str) -> None:
    entries = {entry["id"]: entry for entry in rispy.loads(cited(book, "ris"))}
    assert sorted(entries) == sorted(SOURCES)
    for key, (_, title, *_) in SOURCES.items():
        assert entries[key]["title"] == title
    assert entries["diary"]["authors"] == [
        "de la Cruz, María José",
        "Ministry of Foreign Affairs and Expatriates",
    ]
    assert entries["remarks"]["authors"] == ["Western diplomats", "de la Cruz, María José"]
    assert entries["diary"]["urls"] == ["https://e.org/a_b?c=1%3Bd=%7B2%7D#%20x%20y"]
    assert entries["about"]["type_of_reference"] == "BOOK"
    assert {key: (entry.get("year"), entry.get("date")) for key, entry in entries.items()} == {
        "diary": ("2016", "2016/05/31/"),
        "month": ("2015", "2015/10//"),
        "about": ("1966", "1966///about 1966"),
        "between": (None, "///between February and May 2016"),
        "autumn": (None, "///autumn 2015"),
        "ancient": (None, "///44 BC"),
        "unsure": ("2015", "2015/10//October 2015 (uncertain)"),
        "remarks": (None, None),
    }


def bibliography(items: list[dict[str, Any]]) -> dict[str, str]:
    """Return what citeproc writes for each item in the style that comes with it."""
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    made = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
    for item in items:
        made.register(Citation([CitationItem(item["id"])]))
    made.sort()
    return {key: str(entry) for key, entry in zip(made.keys, made.bibliography(), strict=True)}


def test_citeproc_reads_what_was_written(book: str) -> None:
    items = json.loads(cited(book, "csl-json"))
    assert sorted(item["id"] for item in items) == sorted(SOURCES)
    assert {item["id"]: item["title"] for item in items} == {
        key: title for key, (_, title, *_) in SOURCES.items()
    }
    entries = bibliography(items)
    assert len(entries) == len(SOURCES)
    for word in ("Cruz", "Ministry of Foreign Affairs and Expatriates", "2016", r"{A} & B_1 \ C^2"):
        assert word in entries["diary"], entries["diary"]
    assert "1966" in entries["about"]
    assert "between February and May 2016" in entries["between"]
    assert "44 BC" in entries["ancient"]
    assert "习近平" in entries["month"]


@on_sqlite
@pytest.mark.parametrize(
    ("file", "begins"), [("a.bib", "@"), ("a.ris", "TY"), ("a.json", "["), ("a.txt", "María")]
)
def test_the_extension_decides_the_format(
    book: str, tmp_path: Path, file: str, begins: str
) -> None:
    done = sourcebook(book, "cite", "-o", tmp_path / file)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / file).read_text().startswith(begins)


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody-wrote-this"], "there is no source 'nobody-wrote-this'"),
        (["-o", "a.docx"], "-o a.docx: no format has the extension .docx; use one of .txt .bib"),
        (
            ["-o", "a.bib", "--format", "ris"],
            "-o a.bib is for --format bibtex, not ris; leave one out",
        ),
    ],
)
def test_wrong_usage_is_one_line(book: str, arguments: list[str], message: str) -> None:
    done = sourcebook(book, "cite", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
