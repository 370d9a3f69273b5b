"""`sourcebook site`: pages that lead to one another, say what is so, and carry nobody's markup."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

import cli
from benchmarks.sites import measured
from database.connect import reading, writing
from output.staging import StagingError
from pages.reader import StatementReader
from pages.site.addresses import file_name, relative
from pages.site.search import words_of
from pages.site.site import SiteOptions, write_site
from pages.site.writer import MANIFEST
from tests.databases import create, on_postgresql
from tests.site_pages import (
    EXAMPLE,
    Page,
    Site,
    article_site,
    broken,
    example_site,
    load_example,
    read_page,
    read_site,
)
from tests.sourcebook_builder import SourcebookBuilder, derive, islands

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = "documents/stand-together-or-fall-apart.html"
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(2)">\u202egnol\u202c \x1b[31m {{ 7*7 }} %}'
)


def write(database: str, folder: Path, **options: str) -> Path:
    with reading(database) as connection:
        write_site(connection, folder, SiteOptions(**options))
    return folder


def site(*arguments: str) -> Result:
    return CliRunner().invoke(cli.sourcebook, arguments)


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def article() -> Site:
    return article_site()


@pytest.fixture(scope="module")
def pages(article: Site) -> dict[str, Page]:
    return read_site(article.folder)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a sourcebook whose keys, names, titles, words and addresses are hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    database = create(folder / "hostile.db")
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        for key in ("Ann", "ann", "con", "../up", HOSTILE, "x" * 300):
            book.actor(key, f"{key} {HOSTILE}", "person")
        book.keyed_row("topic", HOSTILE, "topics", label=HOSTILE)
        book.keyed_row("place", HOSTILE, "places", name=HOSTILE, kind="city")
        book.document("a/../b", HOSTILE, 3)
        book.source("wire", HOSTILE)
        book.chain("a/../b", "wire")
        connection.execute(
            text("update sources set url = :url"), {"url": "javascript:alert(document.title)"}
        )
        evidence = {"voice": "a/../b>wire", "at": [(1, 0)], "hedge": HOSTILE}
        evidence |= {"date": "2015", "date_words": HOSTILE}
        book.event(HOSTILE, HOSTILE, evidence, date="2015", place=HOSTILE, doer=["Ann", "ann"])
        message = {"text": HOSTILE, "says": HOSTILE, "directness": "direct", "date": "2015"}
        book.quote("q", evidence, **message, speaker=["ann", HOSTILE])
        book.name("ann", HOSTILE, evidence)
        connection.execute(text("update passages set text = :words"), {"words": HOSTILE * 20})
    return write(database, folder / "out", title=HOSTILE)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook with two documents, which state some facts together."""
    database = create(tmp_path_factory.mktemp("two") / "two.db")
    with writing(database) as connection:
        islands(connection)
    return database


@pytest.fixture(scope="module")
def site_of_two(two: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its site, which nobody changes."""
    return write(two, tmp_path_factory.mktemp("two") / "site")


# --- addresses ------------------------------------------------------------------------------------


def test_a_key_of_a_coding_is_the_name_of_its_file() -> None:
    assert file_name("stand-together-or-fall-apart") == "stand-together-or-fall-apart"


def test_other_keys_are_harmless_names_that_stay_apart_whatever_the_disk() -> None:
    keys = [
        "Iran",
        "iran",
        "con",
        "com1",
        "..",
        "a/b",
        "a\\b",
        "",
        "é",
        "e\u0301",
        ".",
        "a b",
        "x" * 300,
    ]
    names = [file_name(key) for key in keys]
    assert len({name.casefold() for name in names}) == len(keys)
    assert all(
        name.isascii() and name.replace("-", "").replace("_", "").isalnum() for name in names
    )
    assert max(map(len, names)) < 120
    assert not {"con", "com1", "nul"} & set(names)


@pytest.mark.parametrize(
    ("page", "address", "link"),
    [
        ("index.html", "actors/iran.html", "actors/iran.html"),
        ("actors/iran.html", "actors/russia.html", "russia.html"),
        ("actors/iran.html", "index.html", "../index.html"),
        ("events/a/b.html", "events/a/c.html#x", "c.html#x"),
        ("events/a/b.html", "documents/a.html#p1", "../../documents/a.html#p1"),
        ("documents/a.html", "documents/a.html#p1", "#p1"),
        ("documents/a/2.html", "documents/a.html#p1", "../a.html#p1"),
    ],
)
def test_links_are_relative(page: str, address: str, link: str) -> None:
    assert relative(page, address) == link


# --- the pages of the article ---------------------------------------------------------------------


def test_every_link_leads_to_a_page_and_a_place_in_it(
    article: Site, pages: dict[str, Page]
) -> None:
    assert len(pages) > 200
    assert broken(article.folder, pages) == []


def test_everything_has_a_page_that_can_be_reached(article: Site, pages: dict[str, Page]) -> None:
    reached, waiting = set[str](), ["index.html"]
    while waiting:
        page = pages[waiting.pop()]
        reached.add(page.path)
        targets = {page.target(it.attributes.get("href", "")) for it in page.all("a")}
        waiting += [path for path, _ in targets if path in pages and path not in reached]
        reached |= {path for path, _ in targets}
    assert set(pages) - reached == {"search.html"}  # its form leads there
    with reading(article.database) as connection:
        for folder, table in (("actors", "actors"), ("topics", "topics"), ("places", "places")):
            keys = connection.execute(text(f"select key from {table}")).scalars()
            assert {f"{folder}/{key}.html" for key in keys} <= reached
        events, sources = connection.execute(
            text("select (select count(*) from events), (select count(*) from sources)")
        ).one()
        assert sum(path.startswith("events/") for path in pages) == events
        assert sum(path.startswith(("sources/", "documents/")) for path in pages) == sources


def test_the_site_is_small_and_quickly_made(article: Site) -> None:
    assert sum(map(len, contents(article.folder).values())) < 3_000_000
    assert article.seconds < 10


def test_the_same_sourcebook_makes_the_same_bytes(
    two: str, site_of_two: Path, tmp_path: Path
) -> None:
    assert contents(write(two, tmp_path / "other")) == contents(site_of_two)


@on_postgresql
def test_postgresql_makes_the_same_bytes(database: str, tmp_path: Path) -> None:
    folder = write(load_example(database), tmp_path / "out")
    assert contents(folder) == contents(example_site().folder)


def test_the_order_of_loading_makes_no_difference(
    two: str, site_of_two: Path, tmp_path: Path
) -> None:
    """Local numbers follow the order of loading; nothing may depend on them."""
    other = tmp_path / "other.db"
    other.write_bytes(Path(two).read_bytes())
    with sqlite3.connect(other) as database:
        for column in ("id", "fact_id", "from_fact_id", "to_fact_id", "occasion_id", "event_id"):
            tables = database.execute(
                "select m.name from sqlite_schema as m, pragma_table_info(m.name) as c "
                "where m.type = 'table' and c.name = ? and (c.name <> 'id' or m.name in "
                "('facts', 'events', 'quotes', 'positions', 'relations', 'event_links', "
                "'actor_names', 'event_names', 'territorial_control'))",
                [column],
            )
            for (table,) in tables.fetchall():
                database.execute(f"update {table} set {column} = -{column}")
        database.execute("update evidence_counts set counted_as_id = -counted_as_id")
    database.close()
    assert contents(write(str(other), tmp_path / "other")) == contents(site_of_two)


def test_pages_link_both_ways(pages: dict[str, Page]) -> None:
    event = "events/stand-together-or-fall-apart/putin-khamenei-meeting.html"
    for path in ("actors/ali-khamenei.html", "actors/vladimir-putin.html", DOCUMENT):
        assert event in targets(pages[path])
        assert path in targets(pages[event])
    source = "sources/stand-together-or-fall-apart/american-pull-back-expectations.html"
    source = next(path for path in targets(pages[DOCUMENT]) if path.startswith("sources/"))
    assert DOCUMENT in targets(pages[source])


def targets(page: Page) -> set[str]:
    addresses = [it.attributes["href"] for it in page.all("a") if "href" in it.attributes]
    return {page.target(address)[0] for address in addresses}


def test_no_link_to_what_is_not_so_lacks_its_standing(
    article: Site, pages: dict[str, Page]
) -> None:
    """Neither in a list, a heading, a title, a picture nor the search index."""
    with reading(article.database) as connection:
        statements = list(StatementReader(connection).about())
    standing = {
        f"events/{it.introduced_by}/{it.key}.html": it.standing
        for it in statements
        if it.standing and it.kind == "event"
    }
    assert len(standing) > 60
    checked = 0
    for page in pages.values():
        for link in page.all("a"):
            path, fragment = page.target(link.attributes.get("href", ""))
            if path in standing and not fragment:
                checked += 1
                assert link.words.lower().startswith(standing[path].lower()), (page.path, link)
    assert checked > 300
    for path, words in standing.items():
        assert pages[path].all("h1")[0].words.startswith(words.lower())
        assert pages[path].all("title")[0].words.startswith(f"{words}: ")
    entries = {address: title for _, title, address in search_entries(article.folder)}
    assert all(entries[path].startswith(f"{words}: ") for path, words in standing.items())


def search_entries(folder: Path) -> Iterator[list[str]]:
    for path in sorted((folder / "search").glob("entries-*.js")):
        yield from json.loads(f"[{path.read_text().split(',', 1)[1].rstrip()[:-1]}]")[0]


def test_each_fact_has_its_evidence_chain_and_certainty(
    article: Site, pages: dict[str, Page]
) -> None:
    with reading(article.database) as connection:
        for it in StatementReader(connection).about():
            path = f"events/{it.introduced_by}/{it.key}.html" if it.kind == "event" else DOCUMENT
            shown = pages[path].all("main")[0].words
            for piece in it.evidence:
                assert piece.how in shown
                assert all(voice.words in shown for voice in piece.voices)
        facts = connection.execute(text("select count(*) from facts")).scalar_one()
    assert sum(id.startswith("f-") for id in pages[DOCUMENT].ids) == facts


def test_what_has_no_page_has_a_place_to_which_every_mention_leads(
    article: Site, pages: dict[str, Page]
) -> None:
    """Ties, positions, statements and control of places, wherever a page mentions them."""
    with reading(article.database) as connection:
        facts = {
            f"f-{it.key}": it
            for it in StatementReader(connection).about()
            if it.kind in ("relation", "position", "quote", "control")
        }
    assert len(facts) > 150
    leading: dict[str, set[str]] = {id: set() for id in facts}
    for page in pages.values():
        for link in page.all("a"):
            path, fragment = page.target(link.attributes.get("href", ""))
            if path == DOCUMENT and fragment in facts:
                leading[fragment].add(page.path)
    for id, it in facts.items():
        assert id in pages[DOCUMENT].ids
        assert {f"actors/{part.key}.html" for part in it.participants} <= leading[id], id
        topics = {thing.key for thing in it.related if thing.kind == "topic"}
        assert {f"topics/{key}.html" for key in topics} <= leading[id], id
        voices = {voice.key.replace(":", "/") for piece in it.evidence for voice in piece.voices}
        assert {f"sources/{key}.html" for key in voices} <= leading[id], id
        if len({passage.n for piece in it.evidence for passage in piece.passages}) > 1:
            assert DOCUMENT in leading[id], id


def test_identifiers_and_durations_are_shown(pages: dict[str, Page]) -> None:
    """An identifier is a word, not an address from which something would be loaded."""
    assert "wikidata: Q858" in pages["places/syria.html"].all("main")[0].words
    assert (
        "since about 1986, “for over three decades”"
        in pages["actors/iran.html"].all("main")[0].words
    )


def test_without_the_text_a_document_is_a_map_of_its_passages(pages: dict[str, Page]) -> None:
    page = pages[DOCUMENT]
    assert [id for id in page.ids if id.startswith("p") and id[1:].isdigit()] == [
        f"p{n}" for n in range(1, 29)
    ]
    strips = [it for it in page.all("svg") if it.attributes.get("class") == "strip"]
    assert len(strips) == 28
    assert page.all("blockquote") == page.all("q") == []


def test_the_words_are_shown_and_marked_where_the_text_is_kept() -> None:
    folder = example_site().folder
    words = EXAMPLE.with_suffix(".txt").read_text(encoding="utf-8")
    actual = read_site(folder)
    assert broken(folder, actual) == []
    [document] = [it for path, it in actual.items() if path.startswith("documents/")]
    lines = [" ".join(line.split()) for line in words.splitlines() if line.strip()]
    assert [it.words for it in document.all("blockquote")] == lines
    marks = [it for it in document.all("a") if it.attributes.get("class") == "mark"]
    assert len(marks) > 3
    assert all(it.words in " ".join(lines) for it in marks)
    assert any(page.all("q") for path, page in actual.items() if path.startswith("events/"))


def test_a_drafted_fact_says_that_it_is_one(two: str, tmp_path: Path) -> None:
    database = create(tmp_path / "draft.db")
    (tmp_path / "draft.db").write_bytes(Path(two).read_bytes())
    with writing(database) as connection:
        connection.execute(text("update facts set draft = true where key in ('storm', 'speech')"))
        derive(connection)
    actual = read_site(write(database, tmp_path / "out"))
    page = actual["events/bulletin/storm.html"]
    assert page.all("h1")[0].words == "draft A storm"
    assert page.all("title")[0].words.startswith("Draft: A storm")
    [fact] = [
        it
        for it in actual["documents/bulletin.html"].elements
        if it.attributes.get("id") == "f-speech"
    ]
    assert "draft" in fact.words


# --- other sourcebooks ----------------------------------------------------------------------------


def test_two_documents_share_facts_and_an_empty_sourcebook_has_pages(
    site_of_two: Path, tmp_path: Path
) -> None:
    actual = read_site(site_of_two)
    assert broken(site_of_two, actual) == []
    landing = actual["events/bulletin/landing.html"]
    assert {"documents/bulletin.html", "documents/gazette.html"} <= targets(landing)
    folder = write(create(tmp_path / "empty.db"), tmp_path / "empty")
    assert broken(folder, read_site(folder)) == []


def test_the_benchmark_measures_a_site(two: str, tmp_path: Path) -> None:
    cost, files, size = measured(Path(two), tmp_path)
    assert cost.processor > 0.1
    assert files == len(contents(tmp_path / "site"))
    assert size > 50_000


def test_markup_scripts_and_hidden_signs_in_data_change_nothing(hostile: Path) -> None:
    actual = read_site(hostile)
    assert broken(hostile, actual) == []
    for page in actual.values():
        scripts = page.all("script")
        assert len(scripts) == 1
        assert scripts[0].attributes["src"].endswith("assets/site.js")
        assert page.all("img") == []
        for element in page.elements:
            assert not [name for name in element.attributes if name.startswith("on")]
            for address in page.references:
                assert urlsplit(address).scheme in ("", "http", "https")
    for path in hostile.rglob("*"):
        assert not path.is_file() or not set(path.read_text()) & set("\u202e\u202c\x1b")
    assert "{{ 7*7 }}" in actual["index.html"].all("h1")[0].text


def test_texts_and_keys_as_a_database_lets_them_be_make_a_site(
    hostile_book: str, tmp_path: Path
) -> None:
    folder = write(hostile_book, tmp_path / "out")
    assert broken(folder, read_site(folder)) == []


def test_long_lists_are_divided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, limits in (
        ("site.parts", {"MOST_FACTS": 3}),
        ("site.lists", {"MOST_FACTS": 3, "MOST_ROWS": 4}),
        ("site.site", {"MOST_ROWS": 4, "MOST_MARKS": 3}),
        ("site.addresses", {"PASSAGES": 1}),
        ("site.documents", {"PASSAGES": 1}),
        ("pictures.network_layout", {"STEPS": 1}),  # the positions of its boxes don't matter here
    ):
        for name, limit in limits.items():
            monkeypatch.setattr(f"pages.{module}.{name}", limit)
    example = example_site()
    folder = write(example.database, tmp_path / "out")
    actual = read_site(folder)
    assert broken(folder, actual) == []
    parts = ("timeline-2", "events-3", "actors-3", "network-2", "actors/velmora-state/ties-2")
    assert {f"{part}.html" for part in parts} <= set(actual)
    assert "documents/two-sides-of-the-sound/6.html" in actual
    for path in ("events.html", "events-2.html", "timeline.html"):
        facts = [it for it in actual[path].elements if it.attributes.get("class") == "fact"]
        assert len(facts) == 3
    whole = [it.words for it in read_page(example.folder, "events.html").all("a")]
    parted = [
        it.words for path in actual if path.startswith("events") for it in actual[path].all("a")
    ]
    assert set(whole) <= set(parted)


# --- what a page may do ---------------------------------------------------------------------------


def test_every_page_has_a_policy_that_admits_nothing_from_elsewhere(pages: dict[str, Page]) -> None:
    for page in pages.values():
        [policy] = [
            it.attributes["content"]
            for it in page.all("meta")
            if it.attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policy.startswith("default-src 'none'; script-src 'self' file:; ")
        assert "unsafe" not in policy
        assert page.all("style") == []
        assert [it for it in page.elements if "style" in it.attributes] == []
        for link in page.all("a"):
            if link.attributes["href"].startswith("http"):
                assert "noreferrer" in link.attributes["rel"]


def test_a_base_url_names_the_lasting_address_of_each_page(two: str, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = site("--db", two, "site", out, "--base-url", "https://example.org/book", "--title", "T")
    assert done.exit_code == 0
    assert "open" in done.stderr
    actual = read_site(Path(out))
    canonical = {
        path: it.attributes["href"]
        for path, page in actual.items()
        for it in page.all("link")
        if it.attributes["rel"] == "canonical"
    }
    assert canonical == {path: f"https://example.org/book/{path}" for path in actual}
    assert actual["actors/alma.html"].all("title")[0].words == "Alma · T"


@pytest.mark.parametrize(
    "url", ["ftp://example.org", "javascript:alert(1)", "https://a b", 'https://x"y', "//x"]
)
def test_another_base_url_is_refused(two: str, tmp_path: Path, url: str) -> None:
    done = site("--db", two, "site", str(tmp_path / "out"), "--base-url", url)
    assert (done.exit_code, list(tmp_path.iterdir())) == (2, [])


# --- the folder -----------------------------------------------------------------------------------


def test_an_earlier_site_is_replaced_whole(two: str, site_of_two: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(site_of_two, tmp_path / "out")
    before = contents(folder)
    (folder / "index.html").write_text("old")
    (folder / "actors" / "alma.html").unlink()
    assert contents(write(two, folder)) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("foreign", ["notes.txt", "actors/notes.html", "mine/index.html"])
def test_a_folder_with_files_of_others_is_refused(
    two: str, site_of_two: Path, tmp_path: Path, foreign: str
) -> None:
    folder = shutil.copytree(site_of_two, tmp_path / "out")
    (folder / foreign).parent.mkdir(exist_ok=True)
    (folder / foreign).write_text("mine")
    before = contents(folder)
    with pytest.raises(StagingError, match="not from a site"):
        write(two, folder)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "manifest", ["", "[]", '{"files": ["notes.txt"]}', "{", '{"sourcebook": 1}']
)
def test_another_manifest_makes_no_site(two: str, tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StagingError, match="not from a site"):
        write(two, tmp_path)


def test_a_site_that_fails_leaves_the_earlier_one(
    two: str, site_of_two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(site_of_two, tmp_path / "out")
    before = contents(folder)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("pages.site.site.figures", fail)
    with pytest.raises(RuntimeError):
        write(two, folder)
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_two_keys_with_one_address_stop_the_site(
    two: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same(key: str) -> str:
        return "same"

    monkeypatch.setattr("pages.site.addresses.file_name", same)
    with pytest.raises(StagingError, match="two keys have this address"):
        write(two, tmp_path / "out")


# --- search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Zoë Ångström", {"zoe", "angstrom"}),
        ("Łódź", {"łodz", "lodz"}),
        ("Лавров", {"лавров", "lavrov"}),
        ("Sana'a", {"sanaa", "sana", "a"}),
        ("al-Assad", {"al", "assad", "alassad"}),
    ],
)
def test_a_text_is_found_however_it_is_typed(text: str, typed: set[str]) -> None:
    assert typed <= words_of(text)


def test_an_actor_with_few_dates_has_lanes_and_a_list_of_what_is_in_them(
    pages: dict[str, Page],
) -> None:
    page = pages["actors/ali-khamenei.html"]
    drawn = [it.words for it in page.all("text")]
    for title in ("What Ali Khamenei takes part in", "Iran, which Ali Khamenei heads"):
        assert title in drawn
    rows = [it.words for it in page.all("tr")]
    assert any(
        row.startswith("Iran") and "Iran attacks in the area of Aleppo" in row for row in rows
    )
    assert any(row.startswith("Ali Akbar Velayati") for row in rows)
    assert not any("Iran, which" in it.words for it in pages["actors/russia.html"].all("text"))


def test_the_sources_have_a_picture_of_who_relays_whom(pages: dict[str, Page]) -> None:
    page = pages["sources.html"]
    drawn = " ".join(it.words for it in page.all("text"))
    assert "unnamed: somebody is pointed to, but not named" in drawn
    assert "sources/der-spiegel-report.html" in [page.target(it)[0] for it in page.references]
