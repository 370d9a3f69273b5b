"""`brief`: a page for a first reader, in which nothing alleged or denied reads as a fact."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from database.connect import reading, writing
from pages.briefing.footnotes import LONGEST, Footnotes, NoteReference
from pages.briefing.prose import dated, series
from pages.reader import StatementReader
from pages.statements import Statement
from schema.vocabulary import FactKind
from tests.databases import create, on_sqlite
from tests.island_reports import rows
from tests.sourcebook_builder import SourcebookBuilder, derive
from tests.test_render_markup import Cells

SUBJECTS = (
    ("--actor", "khamenei"),
    ("--actor", "iran"),
    ("--actor", "vladimir-putin"),
    ("--actor", "western-diplomats"),
    ("--topic", "syrian-war"),
    ("--event", "iran-pulls-troops-back"),
    ("--event", "putin-visits-tehran"),
    ("--document", "stand together"),
    (),
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1))",
    "\u202eevil\u202c \x1b[31m",
    "</style></title>{{ 7 * 7 }}{% raw %}",
    "# heading",
    "1. item `code` **bold** | cell",
)


def brief(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli.sourcebook, ["--db", database, "brief", *arguments])


@cache
def page(database: str, *arguments: str) -> str:
    """Return a briefing on a sourcebook, which nobody may change afterwards."""
    result = brief(database, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@cache
def statements(database: str, *about: str) -> dict[str, Statement]:
    """Return the statements about a subject of a sourcebook that nobody changes."""
    with reading(database) as connection:
        return {it.key: it for it in StatementReader(connection).about(*about)}


# --- statements -----------------------------------------------------------------------------------


def test_a_statement_has_its_standing_its_voices_and_its_place(shipped: str) -> None:
    actual = statements(shipped, "event", "iran-pulls-troops-back")
    fact = actual["iran-pulls-troops-back"]
    assert (fact.tag, fact.bare, fact.when) == (
        "did not happen",
        "Iran pulls its troops back",
        "spring 2016",
    )
    assert fact.sentence == "Did not happen: Iran pulls its troops back"
    assert [(part.key, part.role) for part in fact.participants] == [
        ("iran", "doer"),
        ("iranian-troops", "instrument"),
    ]
    assert [(thing.kind, thing.key) for thing in fact.related] == [("place", "syria")]
    own, others = fact.evidence
    assert (own.how, own.chain) == ("stated flatly as not so", "the article, in its own voice")
    assert others.how == "reported as expected, “expectations”; the article rejects it"
    assert others.chain.endswith("(unnamed) → the article")
    assert (others.where, others.words) == ("¶13", "")
    assert any(it.kind == "link" for it in actual.values())


def test_each_kind_of_subject_has_its_facts(shipped: str) -> None:
    everything = statements(shipped)
    actor = statements(shipped, "actor", "ali-khamenei")
    assert {it.kind for it in actor.values()} == {"event", "quote", "position", "relation", "name"}
    assert {it.key: it for it in actor.values()}.keys() < everything.keys()
    for about in (
        ("topic", "syrian-war"),
        ("place", "tehran"),
        ("source", "der-spiegel-diplomat-report"),
        ("document", "stand-together-or-fall-apart"),
    ):
        actual = statements(shipped, *about)
        assert set(actual) <= set(everything), about
    assert statements(shipped, "document", "stand-together-or-fall-apart") == everything


def test_a_tie_says_since_when(shipped: str) -> None:
    tie = statements(shipped, "actor", "iran")["iran--ally-of--assad-family"]
    assert tie.when == "since about 1986"
    assert {part.role for part in tie.participants} == {"from", "to"}


def test_the_words_are_there_if_the_text_is_kept(kept: str) -> None:
    fact = statements(kept, "event", "e")["e"]
    assert [piece.words for piece in fact.evidence] == ["lorem", "ipsum"]
    assert "¶1: stated flatly. “lorem”" in page(kept, "--event", "e", "--format", "markdown")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    database = create(tmp_path_factory.mktemp("brief") / "kept.db")
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        book.document("paper", "Paper", 1)
        places = ({"voice": "paper", "at": [(1, 0)]}, {"voice": "paper", "at": [(1, 6)]})
        book.event("e", "It rains", *places)
        connection.exec_driver_sql("update passages set text = 'lorem ipsum', length = 11")
        derive(connection)
    return database


def test_documents_of_one_author_and_year_are_told_apart(two_papers: str) -> None:
    with reading(two_papers) as connection:
        names = [it.called for it in StatementReader(connection).documents.values()]
    assert names == ["Lund 2016a", "Lund 2016b", "“Untitled”"]
    assert "Lund 2016a: Aron Lund, “One”, May 2016." in page(two_papers, "--format", "markdown")


def test_what_two_documents_say_alike_is_one_sentence_and_counts_once(tmp_path: Path) -> None:
    database = create(tmp_path / "alike.db")
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        for key, name in (("alma", "Alma"), ("brim", "Brim"), ("cole", "Cole")):
            book.actor(key, name)
        for paper in ("a", "b", "c"):
            book.document(paper, f"Paper {paper}", 1)
            if paper != "c":
                book.source(f"talk-{paper}", "A talk", "talk", unnamed_in=paper)
                book.chain(paper, f"talk-{paper}")
        ties: list[tuple[str, str, str, dict[str, Any]]] = [
            *((paper, paper, "brim", {}) for paper in ("a", "b")),
            ("c", "c", "brim", {"until": book.date("1990")}),
            *((paper, f"{paper}>talk-{paper}", "cole", {}) for paper in ("a", "b")),
        ]
        for _, voice, other, dates in ties:
            book.fact(
                FactKind.RELATION,
                f"alma--supports--{other}",
                [{"voice": voice, "at": [(1, 0)], "certainty": "reported"}],
                from_actor_id=book.ids["actor", "alma"],
                to_actor_id=book.ids["actor", other],
                type="supports",
                **dates,
            )
        for paper in ("a", "b"):
            book.name("alma", "The Great", {"voice": paper, "at": [(1, 50)]}, "title")
        derive(connection)
    text = page(database, "--actor", "alma", "--format", "markdown")
    _, _, section = re.sub(r"\[\^[0-9]+\]", "", text).partition("## What Alma is")
    assert "Alma supports Brim and Cole. **Reported:** Alma supports Brim (until 1990)." in section
    assert text.count("“The Great”") == 1
    [name] = re.findall(r"“The Great”\.\[\^([0-9]+)\]", text)
    assert re.search(rf"\[\^{name}\]: “Paper a” ¶1: .* “Paper b” ¶1: ", text)
    whole = page(database, "--format", "markdown")
    counts = {row["measure"]: row["count"] for row in rows(database, "summary")}
    figures = re.findall(r"([0-9]+) facts? (?:on|from)", whole)
    assert f"- Facts: {counts['facts']}, all" in whole
    assert [*map(int, figures)] == [
        counts["facts, unnamed alone"],
        counts["facts, several origins"],
    ]
    assert figures == ["1", "1"]
    assert "- Alma (state, 2 facts)." in whole
    assert not re.search(" $", whole, re.MULTILINE)


@pytest.fixture(scope="module")
def two_papers(tmp_path_factory: pytest.TempPathFactory) -> str:
    database = create(tmp_path_factory.mktemp("brief") / "papers.db")
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        book.actor("lund", "Aron Lund", "person")
        for key, title, date in (("a", "One", "2016-05"), ("b", "Two", "2016-06"), ("c", "", "")):
            book.document(key, title or "Untitled: a note", 1)
            book.event(f"e{key}", f"It rains in {key}", {"voice": key, "at": [(1, 0)]})
            if date:
                book.row(
                    "source_actors",
                    source_id=book.ids["source", key],
                    actor_id=book.ids["actor", "lund"],
                    role="author",
                    n=1,
                )
                query = f"update sources set published = '{book.date(date)}' where key = '{key}'"
                connection.exec_driver_sql(query)
        derive(connection)
    return database


# --- what a reader gets ---------------------------------------------------------------------------


def test_the_lead_says_who_did_what_and_what_is_expected(shipped: str) -> None:
    text = page(shipped, "--actor", "khamenei", "--format", "markdown")
    lead = re.sub(r"\[\^\d+\]", "", text.split("\n\n")[2])
    assert lead == (
        "Ali Khamenei heads Iran as supreme leader. In November 2015, Putin and Khamenei meet. "
        "Vladimir Putin and Ali Khamenei say that they fully agree on Syria: “complete "
        "agreement”. It is expected that Khamenei goes out of his way to accommodate Putin "
        "(“more likely”)."
    )
    assert "Nobody is quoted about Ali Khamenei." in text
    assert "All of this is what one article says: Aron Lund, “Stand Together" in text


def test_ties_that_differ_in_one_part_are_one_sentence(shipped: str) -> None:
    text = re.sub(r"\[\^\d+\]", "", page(shipped, "--actor", "iran", "--format", "markdown"))
    assert "Iran differs from Russia on the war in Syria and its outcome, on the Geneva" in text
    assert "Iran opposes Saudi Arabia and the United States over influence in the Levant." in text
    assert "Iranian special forces and the Quds Force are part of Iran." in text


@on_sqlite
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("format", ["html", "markdown"])
def test_what_is_not_a_fact_never_reads_as_one(
    shipped: str, subject: tuple[str, ...], format: str
) -> None:
    text = page(shipped, *subject, "--format", format)
    text = re.sub(r"<svg.*?</svg>|<sup>.*?</sup>|\[\^\d+\]", "", text, flags=re.DOTALL)
    text = re.sub(r"<span class=\"tag[^>]*>(.*?)</span>", r"\1:", text).replace("**", "")
    text = " ".join(re.sub(r"<[^>]*>", "\n", text).replace("&#39;", "'").split()).lower()
    everything = {it.id: it.bare.split(" (“")[0].lower() for it in statements(shipped).values()}
    when = r"((on|in|around|between|from|since|until) [a-z0-9 ]+, )?"
    for fact in statements(shipped).values():
        if not fact.standing or fact.kind in ("link", "name"):
            continue
        bare = everything[fact.id]
        rest = text
        for other in everything.values():
            if bare in other and bare != other:  # a title in a longer sentence
                rest = rest.replace(other, "")
        governed = rf"({re.escape(fact.tag)}: {when}|it is [a-z ]+ that {when}|“)$"
        for match in re.finditer(re.escape(bare), rest):
            before = rest[max(0, match.start() - 90) : match.start()]
            assert re.search(governed, before), (fact.tag, bare, before)


@on_sqlite
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_note_is_referred_to_and_leads_back(shipped: str, subject: tuple[str, ...]) -> None:
    tags = Cells(page(shipped, *subject)).tags
    ids = [str(attrs["id"]) for _, attrs in tags if "id" in attrs]
    targets = {
        str(attrs["href"]) for _, attrs in tags if str(attrs.get("href", "")).startswith("#")
    }
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in targets} <= set(ids)
    notes = {id for id in ids if re.fullmatch(r"n\d+", id)}
    assert notes
    assert {f"#{note}" for note in notes} <= targets
    markdown = page(shipped, *subject, "--format", "markdown")
    defined = set(re.findall(r"(?m)^\[\^(\d+)\]:", markdown))
    assert set(re.findall(r"\[\^(\d+)\](?!:)", markdown)) == defined


@on_sqlite
def test_what_is_left_out_is_counted_and_can_be_asked_for(shipped: str) -> None:
    text = page(shipped, "--actor", "iran", "--format", "markdown")
    command = "sourcebook report quotes --about iran"
    [more] = re.findall(rf"(\d+) more statements: {command}", text.replace("\\", ""))
    listed = text.partition("Others say about Iran:\n\n")[2].partition("\n\n")[0]
    assert int(more) + len(listed.splitlines()) == len(rows(shipped, "quotes", "--about", "iran"))
    assert re.search(r"\d+ more comparisons: sourcebook report ties", text.replace("\\", ""))


@on_sqlite
def test_a_subject_of_which_nothing_is_known_has_sentences_for_it(shipped: str) -> None:
    text = page(shipped, "--actor", "france", "--format", "markdown")
    assert "No fact here has a date." in text
    assert "Nobody quotes France." in text
    assert "\n\n\n\n" not in text


def test_an_empty_sourcebook_makes_a_page(tmp_path: Path) -> None:
    text = page(create(tmp_path / "empty.db"))
    assert "What is in this sourcebook" in text
    assert "No tie is coded." in text


# --- the command ----------------------------------------------------------------------------------


@on_sqlite
def test_the_extension_decides_the_format(shipped: str, tmp_path: Path) -> None:
    for name, start in (("x.html", "<!DOCTYPE html>"), ("x.md", "# Iran")):
        assert brief(shipped, "--actor", "iran", "-o", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--actor", "iran", "--topic", "syrian-war"), "--actor and --topic: a briefing has one"),
        (("--actor", "nobody-at-all"), "there is no actor 'nobody-at-all'"),
        (("-o", "x.pdf"), "-o: write FILE.html or FILE.md"),
        (("--format", "html", "-o", "x.md"), "--format html doesn't fit -o x.md"),
    ],
)
def test_wrong_usage_is_explained(shipped: str, arguments: tuple[str, ...], message: str) -> None:
    result = brief(shipped, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


@on_sqlite
def test_a_name_is_understood_and_said_so(shipped: str) -> None:
    result = brief(shipped, "--actor", "khamenei")
    assert result.stderr == "› khamenei: understood as Ali Khamenei\n"
    assert "<code>sourcebook brief --actor khamenei</code>" in result.stdout


def test_the_same_data_make_the_same_bytes(shipped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1500000000")
    for format in ("html", "markdown"):
        command = ("--actor", "iran", "--format", format)
        first, second = (brief(shipped, *command).stdout for _ in range(2))
        assert first == second, format
        assert "14 July 2017" in first, format


# --- hostile data ---------------------------------------------------------------------------------


def hostile_book(path: Path, texts: Iterator[str]) -> str:
    """Make a small sourcebook in which each name, title and quote is the next of the texts."""
    database = create(path)
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        for key, kind in (("a", "person"), ("b", "state")):
            book.actor(key, next(texts), kind)
        book.document("paper", next(texts), 2)
        book.source("talk", next(texts), "talk")
        book.chain("paper", "talk")
        own = {"voice": "paper", "at": [(1, 0)]}
        relayed = {"voice": "paper>talk", "at": [(2, 9)], "certainty": "alleged"}
        doubted = relayed | {"hedge": next(texts), "stance": "doubts", "date_words": next(texts)}
        book.event("e", next(texts), own, doubted, date="2015-11", doer="a", receiver="b")
        book.event("f", next(texts), relayed, modality="expected", doer="a", receiver="b")
        book.quote("q", own, text=next(texts), directness="direct", speaker=["a"])
        for n in range(3):
            book.name("a", f"{next(texts)} {n}", own | {"at": [(1, 50 + 9 * n)]}, "title")
        derive(connection)
    return database


def cycled(texts: tuple[str, ...], first: int) -> Iterator[str]:
    n = first
    while True:
        yield f"{texts[n % len(texts)]} {n}"
        n += 1


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("brief") / "plain.db"
    return hostile_book(path, cycled(("harmless",), 0))


@pytest.mark.parametrize("first", range(len(HOSTILE)))
def test_hostile_texts_change_nothing(tmp_path: Path, plain: str, first: int) -> None:
    """Wherever each of them is, the pages have the elements that harmless texts make."""
    evil = hostile_book(tmp_path / "evil.db", cycled(HOSTILE, first))
    for subject in (("--actor", "a"), ("--event", "e"), ("--document", "paper"), ()):
        html, markdown = page(evil, *subject), page(evil, *subject, "--format", "markdown")
        for text in (html, markdown):
            assert not re.search("[\u202e\u202c\x1b]", text), subject
            assert "49 " not in re.findall(r"\d* \{|49 ", text), subject
        assert set(Cells(html).names()) == set(Cells(page(plain, *subject)).names()), subject
        expected = github(page(plain, *subject, "--format", "markdown"))
        actual = github(markdown)
        names = [{name for name, _ in it} - {"br", "span"} for it in (expected, actual)]
        assert names[1] == names[0], subject
        addresses = [str(attrs.get("href")) for _, attrs in actual if "href" in attrs]
        assert all(address.startswith(("#", "http")) for address in addresses), subject


def github(markdown: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return the tags that GitHub makes of Markdown."""
    options = importlib.import_module("cmarkgfm.cmark").Options
    flags = options.CMARK_OPT_UNSAFE | options.CMARK_OPT_FOOTNOTES
    made = importlib.import_module("cmarkgfm").github_flavored_markdown_to_html(markdown, flags)
    return Cells(made).tags


# --- sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2015-08-26", "On 26 August 2015"),
        ("2015-11", "In November 2015"),
        ("2015-23", "In autumn 2015"),
        ("2015-10-14~", "Around 14 October 2015"),
        ("[2015-08-26..2015-09-29]", "Between 26 August and 29 September 2015"),
        ("2015-08-26/2015-09-30", "From 26 August to 30 September 2015"),
        ("2011/..", "Since 2011"),
        ("[..2016-02]", "In or before February 2016"),
        ("[2016-05-01..2016-05-10]", "In early May 2016"),
        ("201X", "In the 2010s"),
        ("-0043-03-15", "On 15 March 44 BC"),
        ("-0043", "In 44 BC"),
        ("-0043~", "Around 44 BC"),
        ("-0043/-0002", "From 44 BC to 3 BC"),
        ("0014-03", "In March AD 14"),
        ("[2015-08-03,2015-08-05]", "On 3 or 5 August 2015"),
        ("Y12000", "In the year 12000"),
        ("Y-11999", "In 12000 BC"),
    ],
)
def test_a_date_begins_a_sentence(edtf: str, words: str) -> None:
    assert dated(edtf) == words


def test_a_list_has_a_note_after_each_name() -> None:
    items = [(name, NoteReference(n, first=True)) for n, name in enumerate("abc", 1)]
    pieces = series(items, ".")
    assert (
        "".join(it if isinstance(it, str) else f"[{it.n}]" for it in pieces)
        == "a,[1] b[2] and c.[3]"
    )


def test_a_note_shows_no_more_of_the_text_than_it_says(kept: str) -> None:
    notes = Footnotes(several=False)
    [fact] = [it for it in statements(kept, "event", "e").values() if it.key == "e"]
    notes.refer(fact)
    [note] = notes.notes()
    assert sum(len(words) for it in note.voiced for words in it.words) <= LONGEST


def test_facts_on_unnamed_voices_are_not_repeated(shipped: str) -> None:
    text = page(shipped, "--actor", "putin", "--format", "markdown")
    above, below = text.split("## What rests on unnamed voices alone", 1)
    section = below.split("## ", 1)[0]
    assert "10 facts; 6 of them above." in section
    notes = re.findall(r"\[\^\d+\]", section)
    assert notes
    assert not any(note in above for note in notes)


def test_a_note_that_is_shortened_keeps_who_differs(shipped: str) -> None:
    """Lavrov denies what the article infers; others only agree with it."""
    notes = page(shipped, "--actor", "russia", "--format", "markdown")
    [note] = [line for line in notes.splitlines() if "inferred. ¶4: reported as not so" in line]
    assert "Sergei Lavrov's remarks" in note
    assert note.endswith("Stated in 1 more way.")
