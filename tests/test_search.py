"""Search: what is found, in which order, and that whatever is typed is only ever looked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from adhoc import search as searching
from adhoc.search import (
    MAX_WORDS,
    Hit,
    Kind,
    SearchError,
    SearchQuery,
    documents_without_text,
    search,
)
from database.connect import reading, writing
from schema.vocabulary import FactKind
from tests.databases import Files, Server
from tests.sourcebook_builder import SourcebookBuilder

TEXTS = [
    "Lines in red: the red line, the “Résistance” and its état-major.",
    "The line was red once. — Nothing of the kind.",
    "حزب الله في سوريا",
    "Москва не уступит. Йод и ёлка.",
    "叙利亚的俄伊联盟",
    "हिन्दी में",
    "100%_ of it; O'Hara's \"own\" * (words) AND NOT OR NEAR",
]


def fill(connection: Connection) -> None:
    """One document whose text is kept, one whose text is not."""
    book = SourcebookBuilder(connection)
    book.document("gazette", "The Gazette", len(TEXTS))
    book.document("bulletin", "The Bulletin", 2)
    for n, text in enumerate(TEXTS, 1):
        connection.execute(
            sa.text("update passages set text = :text where document_id = :document and n = :n"),
            {"text": text, "document": book.ids["source", "gazette"], "n": n},
        )
    book.actor("alma", "Alma")
    book.actor("brim", "Brim")
    book.actor("mute", "The Mute")
    one, two = {"voice": "gazette", "at": [(1, 0)]}, {"voice": "bulletin", "at": [(2, 5), (1, 0)]}
    book.name("alma", "the Palace of Néka", one)
    book.name("alma", "Almans", two)
    book.event("crossing", "Alma crosses the red line", one, two, modality="denied")
    book.event("talks", "Talks", {**one, "certainty": "rumoured"}, modality="expected")
    connection.execute(sa.text("update events set summary = 'Of a line, a red one.'"))
    book.quote("vow", one, text="no red line", says="No limit is set.", directness="partial")
    book.quote("hint", two, says="A red line may be near.")
    book.keyed_row("topic", "limits", "topics", label="Limits")
    book.fact(
        FactKind.POSITION,
        "wary",
        [{**two, "modality": "possible", "certainty": "inferred"}],
        topic_id=book.ids["topic", "limits"],
        position_kind="fear",
        statement="Red lines are no help",
    )
    book.fact(
        FactKind.RELATION,
        "tie",
        [one],
        from_actor_id=book.ids["actor", "alma"],
        type="supports",
        to_actor_id=book.ids["actor", "brim"],
        what="a red-line treaty",
    )


@pytest.fixture(scope="module")
def library(sourcebooks: Files | Server) -> Iterator[str]:
    """The `--db` of the sourcebook; nobody leaves anything in it."""
    made = sourcebooks.migrated()
    with writing(made) as connection:
        fill(connection)
    yield made
    sourcebooks.remove(made)


def found(
    library: str, words: str, *kinds: Kind, limit: int = 99, marks: tuple[str, str] | None = None
) -> list[Hit]:
    with (
        reading(library) as connection,
        search(connection, SearchQuery.parse(words), kinds) as result,
    ):
        hits = list(result.hits(limit, marks))
        assert len(hits) == min(limit, result.total)
    return hits


def named(hits: list[Hit]) -> list[str]:
    """Name what was found: the key, or the passage."""
    return [hit.key or f"{hit.source} {hit.passage}" for hit in hits]


def test_the_best_come_first_alike_on_both_engines(library: str) -> None:
    # Twice in one; then those with little else.
    assert named(found(library, "red line")) == [
        "crossing",
        "hint",
        "vow",
        "talks",
        "tie",
        "gazette ¶1",
        "gazette ¶2",
    ]


def test_a_row_says_what_it_is_where_it_stands_and_how_sure_it_is(library: str) -> None:
    rows = {hit.key or hit.passage: hit for hit in found(library, "red")}
    assert rows["crossing"] == Hit(
        "event",
        "crossing",
        "Alma crosses the red line",
        "Of a line, a red one.",
        "denied",
        "asserted",
        "bulletin; gazette",
        "bulletin ¶1; bulletin ¶2; gazette ¶1",
    )
    assert rows["talks"][4:] == ("expected", "rumoured", "gazette", "¶1")
    assert rows["vow"] == Hit(
        "quote", "vow", "no red line", "No limit is set.", None, "asserted", "gazette", "¶1"
    )
    assert rows["hint"][2:4] == ("A red line may be near.", None)
    assert rows["tie"][:5] == (
        "relation",
        "tie",
        "Alma supports Brim",
        "a red-line treaty",
        "actual",
    )
    assert rows["¶1"] == Hit("passage", None, TEXTS[0], None, None, None, "gazette", "¶1")
    lines = found(library, "lines", Kind.POSITION)
    assert [hit[1:6] for hit in lines] == [
        ("wary", "Red lines are no help", None, "possible", "inferred")
    ]


def test_actors_are_found_by_every_name(library: str) -> None:
    assert found(library, "palace neka") == [
        Hit(
            "actor",
            "alma",
            "Alma",
            "Almans; the Palace of Néka",
            None,
            None,
            "bulletin; gazette",
            "bulletin ¶1; bulletin ¶2; gazette ¶1",
        )
    ]
    [mute] = found(library, "mute")  # no text names it
    assert mute == Hit("actor", "mute", "The Mute", None, None, None, None, None)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ('"red line"', ["hint", "vow", "tie", "crossing", "gazette ¶1"]),
        ("“line red”", []),
        ('"line was', ["gazette ¶2"]),  # a quotation mark by itself means nothing
        ("red-line", ["hint", "vow", "tie", "crossing", "gazette ¶1"]),
        ("LINE, once.", ["gazette ¶2"]),
        ("nothing kind", ["gazette ¶2"]),
        ("resistance", ["gazette ¶1"]),
        ("RE\u0301SISTANCE", ["gazette ¶1"]),
        ("etat-major", ["gazette ¶1"]),
        ("résist*", ["gazette ¶1"]),
        ('"its etat"*', ["gazette ¶1"]),
        ("resist", []),
        ("ine", []),
        ("palace alm*", ["alma"]),
        ("سوريا", ["gazette ¶3"]),
        ("МОСКВА", ["gazette ¶4"]),  # noqa: RUF001 - Cyrillic
        ("叙利亚*", ["gazette ¶5"]),
        ("हिन्*", ["gazette ¶6"]),
        ("हि", []),
        ("100%", ["gazette ¶7"]),
        ("o'hara", ["gazette ¶7"]),
        ("near words", ["gazette ¶7"]),
        ("NOT nothing", []),
        ("and or not", ["gazette ¶7"]),
        ("nothing OR 100", []),
        ("text:own", []),
        ("^own own^2 +own -(own)", []),  # there is no 2
        ("+own -(own) {own} own;--", ["gazette ¶7"]),
        ("ー", []),
        ("x" * 60_000, []),
    ],
)
def test_words_phrases_and_beginnings(library: str, words: str, keys: list[str]) -> None:
    assert named(found(library, words)) == keys


def test_kinds_can_be_chosen_and_the_best_are_enough(library: str) -> None:
    assert named(found(library, "red line", Kind.EVENT, Kind.RELATION)) == [
        "crossing",
        "talks",
        "tie",
    ]
    assert named(found(library, "red line", limit=2)) == ["crossing", "hint"]


def test_marks_stand_around_the_words_and_the_rest_of_a_long_text_is_left_out(library: str) -> None:
    [hit] = found(library, "resistance état", marks=("<", ">"))
    assert "the “<Résistance>” and its <état>-major." in hit.text
    with writing(library) as connection:
        connection.execute(
            sa.text("update passages set text = :text where text = :old"),
            {"text": "far " * 99 + "needle" + " off" * 99, "old": TEXTS[4]},
        )
        with search(connection, SearchQuery.parse("needle")) as result:
            [marked], [whole] = result.hits(1, ("<", ">")), result.hits(1)
        connection.rollback()
    assert "<needle>" in marked.text
    assert marked.text.startswith("…")
    assert marked.text.endswith("…")
    assert len(whole.text) == 4 * 99 * 2 + 6


def test_it_says_which_texts_are_not_kept(library: str) -> None:
    with reading(library) as connection:
        assert documents_without_text(connection) == ["bulletin"]


def test_nothing_but_the_search_sees_its_words(library: str) -> None:
    """The same twice: nothing is left of a search, not even in the same transaction."""
    with reading(library) as connection:
        for _ in range(2):
            with search(connection, SearchQuery.parse("red line")) as result:
                assert result.total == 7


# --- whatever is typed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["", " ", "*", '""', "''", "- % _ ;", "\u0301", "\ud800", "\0", "…"]
)
def test_what_has_no_word_is_refused(words: str) -> None:
    with pytest.raises(SearchError, match="at least one word"):
        SearchQuery.parse(words)


def test_too_many_words_are_refused() -> None:
    most = " ".join(f"w{n}" for n in range(MAX_WORDS))
    assert len(SearchQuery.parse(f"{most} {most}").phrases) == MAX_WORDS
    for more in (f"{most} more", f'"{most} more"', "a-" * 100_000):
        with pytest.raises(SearchError, match=f"at most {MAX_WORDS} words"):
            SearchQuery.parse(more)


SIGNS = st.one_of(
    st.sampled_from(
        [*"\"'*“”„^:+-(){}[]%_\\;,.?&|!~#$@/ \t\n\0\u0301\u200d\ud800'’…", '""', " * "]
    ),
    st.sampled_from(
        ["AND", "OR", "NOT", "NEAR(", "red", "line", "état", "text:", "0", "x" * 9_999]
    ),
    st.characters(),
)
TYPED = st.lists(SIGNS, max_size=12).map("".join)


@given(TYPED)
@settings(max_examples=25)
def test_whatever_is_typed_is_looked_for_and_no_more(library: str, words: str) -> None:
    try:
        asked = SearchQuery.parse(words)
    except SearchError:
        return
    with reading(library) as connection, search(connection, asked) as result:
        assert len(list(result.hits(5, ("*", "*")))) <= 5


LETTERS = st.one_of(
    st.sampled_from([*"eEéÉkKåÅşŞıIİﬁßΣςσЙйЁأآا가ー’“…_-. ", "e\u0301", "q\u0323\u0307"]),  # noqa: RUF001 - hard ones
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
)


@given(st.lists(LETTERS, min_size=1, max_size=12).map("".join), st.data())
@settings(max_examples=30)
def test_no_row_with_the_words_is_lost(library: str, text: str, data: st.DataObject) -> None:
    # Against FTS5 alone, over the same text. What is typed is a part of it, whole or in capitals.
    start = data.draw(st.integers(0, len(text) - 1))
    typed = text[start : data.draw(st.integers(start + 1, len(text)))]
    typed = data.draw(st.sampled_from([typed, typed.upper(), typed.lower(), f"{typed}*"]))
    try:
        asked = SearchQuery.parse(typed)
    except SearchError:
        return
    with searching._index() as index:
        index.execute("insert into hits (text) values (?)", [text])
        count = "select count(*) from hits where hits match ?"
        [holds] = index.execute(count, [asked.expression]).fetchone()
    with writing(library) as connection:
        change = sa.text("update passages set text = :text where text is not null and n = 1")
        connection.execute(change, {"text": text})
        with search(connection, asked, [Kind.PASSAGE]) as result:
            lost = holds and "¶1" not in [hit.passage for hit in result.hits(9)]
        connection.rollback()
    assert not lost


def test_a_letter_that_fts5_folds_to_ascii_is_the_same_to_the_filter() -> None:
    letters = [chr(n) for n in range(1, 0x20000) if not 0xD800 <= n < 0xF900]
    letters = [one for one in letters if not "\u3400" <= one <= "\ua4cf"]  # a script without case
    with searching._index() as index:
        index.executemany("insert into hits (rowid, text) values (?, ?)", map(_numbered, letters))
        index.execute("create virtual table terms using fts5vocab (hits, instance)")
        terms = index.execute("select doc, term from terms where term <> ''").fetchall()
    assert len(terms) > 10_000
    for n, word in terms:
        assert not word.isascii() or searching.ascii_letters(chr(n)) == word, hex(n)


def _numbered(letter: str) -> tuple[int, str]:
    return ord(letter), letter


def test_a_python_without_fts5_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "TOKENIZER", "none such")  # as near as a build that has it gets
    with pytest.raises(SearchError, match="needs FTS5"):
        SearchQuery.parse("red")
