"""Search: what is found, in which order, and that whatever is typed is only ever looked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from adhoc.search import (
    MAX_WORDS,
    Hit,
    SearchError,
    SearchQuery,
    SearchResult,
    documents_without_text,
    hits_alone,
    known_words,
    nearest_words,
)
from adhoc.search_rows import Kind
from database.connect import reading, writing
from schema.vocabulary import FactKind
from tests.databases import Files, Server
from tests.sourcebook_builder import SourcebookBuilder, derive

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
    first, two = {"voice": "gazette", "at": [(1, 0)]}, {"voice": "bulletin", "at": [(2, 5), (1, 0)]}
    book.name("alma", "the Palace of Néka", first)
    book.name("alma", "Almans", two)
    book.event("crossing", "Alma crosses the red line", first, two, modality="denied")
    book.event("talks", "Talks", {**first, "certainty": "rumoured"}, modality="expected")
    connection.execute(sa.text("update events set summary = 'Of a line, a red one.'"))
    book.quote("vow", first, text="no red line", says="No limit is set.", directness="partial")
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
        [first],
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


def hits(
    library: str, words: str, *kinds: Kind, limit: int = 99, marks: tuple[str, str] | None = None
) -> list[Hit]:
    with reading(library) as connection:
        result = SearchResult(connection, SearchQuery.parse(words), kinds, limit)
        hits = list(result.hits(marks))
    assert len(hits) == min(limit, result.total)
    return hits


def named(hits: list[Hit]) -> list[str]:
    """Name what was found: the key, or the passage."""
    return [hit.key or f"{hit.source} {hit.passage}" for hit in hits]


def test_the_best_come_first_alike_on_both_engines(library: str) -> None:
    # Twice in one; then those with little else.
    assert named(hits(library, "red line")) == [
        "crossing",
        "gazette ¶1",
        "gazette ¶2",
        "talks",
        "tie",
        "hint",
        "vow",
    ]


def test_a_row_says_what_it_is_where_it_stands_and_how_sure_it_is(library: str) -> None:
    rows = {hit.key or hit.passage: hit for hit in hits(library, "red")}
    assert rows["crossing"] == Hit(
        "event",
        "Did not happen: Alma crosses the red line. Of a line, a red one.",
        "the document",
        "bulletin ¶1; bulletin ¶2; gazette ¶1",
        "crossing",
        "denied",
        "asserted",
        "bulletin; gazette",
    )
    assert rows["talks"][1:7] == (
        "Rumoured expectation: Talks. Of a line, a red one.",
        "the document",
        "¶1",
        "talks",
        "expected",
        "rumoured",
    )
    assert rows["vow"] == Hit(
        "quote",
        "It is said that no limit is set: “no red line”",
        "the document",
        "¶1",
        "vow",
        None,
        "asserted",
        "gazette",
    )
    assert rows["hint"].what == "It is said that a red line may be near"
    assert rows["tie"][:6] == (
        "tie",
        "Alma supports Brim (a red-line treaty)",
        "the document",
        "¶1",
        "tie",
        "actual",
    )
    assert rows["¶1"] == Hit("passage", TEXTS[0], None, "¶1", None, None, None, "gazette")
    [position] = hits(library, "lines", Kind.POSITION)
    assert position[4:7] == ("wary", "possible", "inferred")


def test_actors_are_found_by_every_name_and_so_is_what_they_take_part_in(library: str) -> None:
    alma, *others = hits(library, "palace neka")
    assert alma == Hit(
        "actor",
        "Alma: Almans; the Palace of Néka",
        None,
        "bulletin ¶1; bulletin ¶2; gazette ¶1",
        "alma",
        None,
        None,
        "bulletin; gazette",
    )
    assert named(others) == ["tie", "crossing"]
    [mute] = hits(library, "mute")  # no text names it
    assert mute == Hit("actor", "The Mute", None, None, "mute", None, None, None)


def test_rows_with_the_words_as_typed_come_first(library: str) -> None:
    with writing(library) as connection:
        change = sa.text("update passages set text = :text where text is not null and n = :n")
        connection.execute(change, {"n": 2, "text": "The RÉSUMÉ of a very long tale of theirs"})
        connection.execute(change, {"n": 1, "text": "Resume."})
        hits = [
            [
                hit.passage
                for hit in SearchResult(connection, SearchQuery.parse(typed), (), 9).hits()
            ]
            for typed in ("résumé", "resume")
        ]
        connection.rollback()
    assert hits == [["¶2", "¶1"], ["¶1", "¶2"]]


def test_the_nearest_words_are_suggested_for_those_that_nothing_contains(library: str) -> None:
    with reading(library) as connection:
        known = known_words(connection, ())
        query = SearchQuery.parse("red palece xyzzy alm*")
        near = {
            phrase.typed: nearest_words(phrase, known)
            for phrase, hits in hits_alone(connection, query, ()).items()
            if not hits
        }
    assert near == {"palece": ["palace"], "xyzzy": []}


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("Алма Брим", ["tie"]),
        ("Алма brim", ["tie"]),
        ("Αλμα Брим", ["tie"]),
        ("zamir brim", ["pact"]),
        ("Замир Брим", ["pact"]),
        ("Ζαμιρ Брим", ["pact"]),
        ("zamir", ["dawn", "pact"]),
        ("Ζαμιρ", ["dawn", "pact"]),
        ("زمير", []),  # zmyr: without its vowels
        ("ami", []),  # only a part of the word
    ],
)
def test_names_are_compared_in_latin_letters_whichever_script_either_is_in(
    library: str, words: str, keys: list[str]
) -> None:
    with writing(library) as connection:
        book = SourcebookBuilder(connection)
        book.document("herald", "The Herald", 1)
        book.actor("brim-2", "Brim")
        book.actor("dawn", "Замир Утренний")
        book.fact(
            FactKind.RELATION,
            "pact",
            [{"voice": "herald", "at": [(1, 0)]}],
            from_actor_id=book.ids["actor", "dawn"],
            type="supports",
            to_actor_id=book.ids["actor", "brim-2"],
        )
        derive(connection)
        hits = SearchResult(connection, SearchQuery.parse(words), (), 9).hits()
        keys_of_hits = sorted(hit.key or "" for hit in hits)
        connection.rollback()
    assert keys_of_hits == keys


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ('"red line"', ["hint", "vow", "gazette ¶1", "crossing", "tie"]),
        ("“line red”", []),
        ('"line was', ["gazette ¶2"]),  # a quotation mark by itself means nothing
        ("red-line", ["tie", "hint", "vow", "gazette ¶1", "crossing"]),
        ("LINE, once.", ["gazette ¶2"]),
        ("nothing kind", ["gazette ¶2"]),
        ("resistance", ["gazette ¶1"]),
        ("RE\u0301SISTANCE", ["gazette ¶1"]),
        ("etat-major", ["gazette ¶1"]),
        ("résist*", ["gazette ¶1"]),
        ('"its etat"*', ["gazette ¶1"]),
        ("resist", []),
        ("ine", []),
        ("palace alm*", ["alma", "tie", "crossing"]),
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
    assert named(hits(library, words)) == keys


def test_kinds_can_be_chosen_and_the_best_are_enough(library: str) -> None:
    assert named(hits(library, "red line", Kind.EVENT, Kind.TIE)) == [
        "crossing",
        "talks",
        "tie",
    ]
    assert named(hits(library, "red line", limit=2)) == ["crossing", "gazette ¶1"]


def test_marks_stand_around_the_words_and_the_rest_of_a_long_text_is_left_out(library: str) -> None:
    [hit] = hits(library, "resistance état", marks=("<", ">"))
    assert "the “<Résistance>” and its <état>-major." in hit.what
    with writing(library) as connection:
        connection.execute(
            sa.text("update passages set text = :text where text = :old"),
            {"text": "far " * 99 + "needle" + " off" * 99, "old": TEXTS[4]},
        )
        result = SearchResult(connection, SearchQuery.parse("needle"), (), 1)
        [marked], [whole] = result.hits(("<", ">")), result.hits()
        connection.rollback()
    assert "<needle>" in marked.what
    assert marked.what.startswith("…")
    assert marked.what.endswith("…")
    assert len(whole.what) == 4 * 99 * 2 + 6


def test_it_says_which_texts_are_not_kept(library: str) -> None:
    with reading(library) as connection:
        assert documents_without_text(connection) == ["bulletin"]


def test_nothing_but_the_search_sees_its_words(library: str) -> None:
    """The same twice: nothing is left of a search, not even in the same transaction."""
    with reading(library) as connection:
        for _ in range(2):
            assert SearchResult(connection, SearchQuery.parse("red line"), (), 9).total == 7


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
@settings(max_examples=12)
def test_whatever_is_typed_is_looked_for_and_no_more(library: str, words: str) -> None:
    try:
        asked = SearchQuery.parse(words)
    except SearchError:
        return
    with reading(library) as connection:
        assert len(list(SearchResult(connection, asked, (), 5).hits(("*", "*")))) <= 5


LETTERS = st.one_of(
    st.sampled_from([*"eEéÉkKåÅşŞıIİﬁßΣςσЙйЁأآا가ー’“…_-. ", "e\u0301", "q\u0323\u0307"]),  # noqa: RUF001 - hard ones
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
)


@given(st.lists(LETTERS, min_size=1, max_size=12).map("".join), st.data())
@settings(max_examples=12)
def test_no_row_with_the_words_is_lost(library: str, text: str, data: st.DataObject) -> None:
    # What is typed is a part of it, whole or in capitals.
    start = data.draw(st.integers(0, len(text) - 1))
    typed = text[start : data.draw(st.integers(start + 1, len(text)))]
    typed = data.draw(st.sampled_from([typed, typed.upper(), typed.lower(), f"{typed}*"]))
    try:
        asked = SearchQuery.parse(typed)
    except SearchError:
        return
    holds = asked.rank(text) is not None
    with writing(library) as connection:
        change = sa.text("update passages set text = :text where text is not null and n = 1")
        connection.execute(change, {"text": text})
        hits = SearchResult(connection, asked, [Kind.PASSAGE], 9).hits()
        lost = holds and "¶1" not in [hit.passage for hit in hits]
        connection.rollback()
    assert not lost
