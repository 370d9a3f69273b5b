"""Reports that ask what the facts rest on, and in whose voice, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from database.connect import writing
from reports.run import BadValueError
from schema.vocabulary import FactKind
from tests.harbour_articles import ask, by_fact, filled, golden, key_of, sourcebook
from tests.shipped_reports import REPORTS
from tests.sourcebook_builder import SourcebookBuilder

NAMES = [
    "summary",
    "attributions",
    "anonymous",
    "single-source",
    "own-voice",
    "corroboration",
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    with filled(request.param, request) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Iterator[str]:
    with sourcebook(request.param, request) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest) -> Iterator[str]:
    with sourcebook(request.param, request) as made:
        yield made


@pytest.mark.parametrize("name", NAMES)
def test_rows_order_and_types_are_the_same_everywhere(database: str, name: str) -> None:
    assert ask(database, name) == golden(name)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_database_gives_no_rows(empty: str, name: str) -> None:
    assert ask(empty, name) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "summary"])
def test_every_row_says_where_it_stands(database: str, name: str) -> None:
    for row in ask(database, name):
        assert row["source"]
        assert "¶" in row["passage"]


def measures(database: str) -> dict[str, tuple[int, int | None]]:
    return {row["measure"]: (row["count"], row["percent"]) for row in ask(database, "summary")}


def notes(database: str) -> dict[str, str]:
    return {row["measure"]: row["note"] for row in ask(database, "summary")}


# --- how well sourced -----------------------------------------------------------------------------


def test_the_summary_counts_what_the_other_reports_list(database: str) -> None:
    counts = measures(database)
    assert counts["facts, own word alone"][0] == len(ask(database, "own-voice"))
    assert counts["facts, one origin"][0] == len(ask(database, "single-source", voice="any"))
    unnamed = ask(database, "anonymous")
    assert f"{len(unnamed)} from unnamed voices" in notes(database)["evidence"]
    alone = {key_of(row) for row in unnamed if row["named"] == 0}
    assert counts["facts, unnamed alone"] == (len(alone), 14)
    mixed = {key_of(row) for row in unnamed if row["named"] > 0}
    assert counts["facts, unnamed in part"][0] == len(mixed)


def test_the_summary_leaves_names_out_of_the_facts(database: str) -> None:
    assert measures(database)["facts"] == (14, None)
    assert measures(database)["evidence"] == (18, None)
    assert notes(database)["actors"] == "with 1 names"


def test_the_summary_keeps_apart_what_did_not_happen(database: str) -> None:
    assert notes(database)["events"] == (
        "6 happened, 0 only by allegation or inference; "
        "2 are intended, expected, possible, imagined or denied"
    )


def test_the_summary_has_a_row_for_each_document(database: str) -> None:
    rows = [row for row in ask(database, "summary") if row["about"] == "document"]
    assert [(row["measure"], row["count"], row["note"]) for row in rows] == [
        ("facts of a document", 9, "“The Bulletin”"),
        ("facts of a document", 9, "“The Gazette”"),
    ]


# --- hands ----------------------------------------------------------------------------------------


def test_a_speaker_is_one_of_the_hands(database: str) -> None:
    hands = {
        (key_of(row), row["source"]): (row["hands"], row["speaker"])
        for row in ask(database, "attributions")
    }
    assert hands["boast", "bulletin"] == (1, "Alma")  # the speaker; the document relays it
    assert hands["whisper", "bulletin"] == (2, "an envoy")  # the speaker, then the wire
    assert hands["retreat", "bulletin"] == (2, None)  # the insider, then the wire
    assert ("retreat", "gazette") not in hands  # what it says itself


@pytest.mark.parametrize(("least", "rows"), [("0", 18), ("1", 7), ("2", 2), ("3", 0)])
def test_attributions_go_through_at_least_so_many_hands(
    database: str, least: str, rows: int
) -> None:
    assert len(ask(database, "attributions", least=least)) == rows


def test_a_broken_quotation_names_both_passages(database: str) -> None:
    actual = {key_of(row): row["passage"] for row in ask(database, "attributions")}
    assert actual["boast"] == "¶2; ¶3"


def test_a_number_is_checked_before_it_is_used(database: str) -> None:
    for name in ("attributions", "corroboration"):
        with pytest.raises(BadValueError, match="not a whole number"):
            ask(database, name, least="1; drop table facts")


# --- unnamed voices, one origin, none -------------------------------------------------------------


def test_unnamed_voices_are_those_of_chains_and_of_speakers(database: str) -> None:
    assert by_fact(ask(database, "anonymous"), "anonymity", "named") == {
        "retreat": ("unnamed", 1),  # the gazette denies it in its own voice
        "whisper": ("speaker", 0),  # the wire is named, the envoy is not
        "storm": ("voiceless", 0),
    }


def test_a_quote_and_the_positions_in_its_words_are_one_finding(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.actor("envoy", "an envoy", "unnamed")
        book.keyed_row("topic", "port", "topics", label="The port")
        book.document("log", "The Log", 2)
        book.source("aide", "an aide", "remarks", unnamed_in="log")
        book.chain("log", "aide")
        aide = {"voice": "log>aide", "certainty": "alleged"}
        book.quote("a", {**aide, "at": [(1, 0)]}, says="We need it.", speaker=["envoy"])
        for key, at in (("inside", (1, 3)), ("behind", (1, 5)), ("elsewhere", (2, 3))):
            book.fact(
                FactKind.POSITION,
                key,
                [{**aide, "at": [at]}],
                {"holder": ["envoy"]},
                topic_id=book.ids["topic", "port"],
                position_kind="need",
                statement="needs it",
            )
    assert by_fact(ask(blank, "anonymous"), "positions") == {
        "a": (1,),
        "behind": (0,),
        "elsewhere": (0,),
    }


def test_an_unnamed_voice_anywhere_in_the_chain_counts_once(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.actor("envoy", "an envoy", "unnamed")
        book.actor("chief", "The Chief", "person")
        book.document("log", "The Log", 1)
        book.source("aide", "an aide", "remarks", unnamed_in="log")
        book.source("speech", "The Chief's speech", "remarks")
        book.chain("log", "aide")
        book.chain("log", "aide", "speech")
        book.source("hum", "what is hummed", "hearsay", unnamed_in="log")
        connection.execute(sa.text("update sources set anonymity = 'voiceless' where key = 'hum'"))
        book.chain("log", "aide", "hum")
        aide, speech = "log>aide", "log>aide>speech"
        book.event("deed", "A deed", {"voice": speech, "at": [(1, 0)]})
        book.event("tale", "A tale", {"voice": "log>aide>hum", "at": [(1, 5)]})
        book.quote("a", {"voice": aide, "at": [(1, 9)]}, says="A.", speaker=["envoy"])
        book.quote("b", {"voice": "log", "at": [(1, 20)]}, says="B.", speaker=["chief", "envoy"])
        book.quote("c", {"voice": "log", "at": [(1, 30)]}, says="C.", speaker=["envoy"])
    assert by_fact(ask(blank, "anonymous"), "anonymity", "named") == {
        "deed": ("unnamed", 0),  # named at its end, but known through an aide
        "tale": ("voiceless", 0),  # the word that says more
        "a": ("unnamed", 0),
        "c": ("speaker", 0),  # of b one speaker is named
    }
    assert by_fact(ask(blank, "anonymous"), "voice", "relayed_by") == {
        "deed": ("The Chief's speech", "an aide"),
        "tale": ("what is hummed", "an aide"),
        "a": ("an aide", None),
        "c": ("an envoy", None),
    }
    assert measures(blank)["facts, unnamed alone"] == (4, 80)


def test_what_nothing_else_supports_comes_first_and_can_be_asked_for_alone(database: str) -> None:
    def facts(**given: str) -> list[str]:
        return [key_of(row) for row in ask(database, "anonymous", **given)]

    assert facts() == ["whisper", "storm", "retreat"]
    assert facts(only_support="yes") == ["whisper", "storm"]
    assert facts(kind="quote") == ["whisper"]
    assert facts(certainty="rumoured") == ["storm"]
    assert facts(document="gazette") == ["storm"]


def test_a_claim_begins_with_how_the_voice_tells_it(database: str) -> None:
    assert by_fact(ask(database, "anonymous"), "claim", "verdict", "overall") == {
        "retreat": ("Alleged expectation: Alma goes home", "doubts it", "Did not happen"),
        "whisper": ("an envoy says that Enough", "relays it", None),
        "storm": ("Imagined: A storm is made", "relays it", None),
    }


def test_two_documents_that_cite_one_report_are_one_origin(database: str) -> None:
    actual = by_fact(ask(database, "single-source"), "origin", "documents", "voice")
    assert actual["raid"] == ("wire", 2, "relayed")
    assert "truce" not in actual  # two documents, each of its own
    assert "retreat" not in actual


@pytest.mark.parametrize(("voice", "rows"), [("any", 11), ("relayed", 3), ("own", 8)])
def test_single_sources_can_be_told_apart(database: str, voice: str, rows: int) -> None:
    actual = ask(database, "single-source", voice=voice)
    assert len(actual) == rows
    assert {row["voice"] for row in actual} <= ({voice} if voice != "any" else {"relayed", "own"})


def test_own_voice_leaves_out_what_anybody_else_tells(database: str) -> None:
    actual = by_fact(ask(database, "own-voice"), "documents")
    assert actual["truce"] == (2,)
    assert {"raid", "retreat", "pact", "whisper", "storm"}.isdisjoint(actual)


# --- who agrees -----------------------------------------------------------------------------------


def compared(database: str, **arguments: str) -> dict[str, tuple[int, int, str | None, str | None]]:
    rows = ask(database, "corroboration", **arguments)
    return {
        key_of(row): (row["origins"], row["unnamed"], row["agree"], row["differ"]) for row in rows
    }


def test_origins_are_counted_and_compared(database: str) -> None:
    actual = compared(database)
    assert actual["truce"] == (2, 0, "modality; certainty", "date (overlapping)")
    assert actual["pact"] == (2, 0, None, "modality; certainty")
    assert actual["retreat"] == (1, 1, None, "modality; certainty")
    assert actual["raid"] == (1, 0, None, "date")  # one wire, read in two ways: no agreement
    assert actual["storm"] == (0, 1, None, None)


def test_corroboration_is_of_events_and_relations(database: str) -> None:
    assert {row["kind"] for row in ask(database, "corroboration")} == {"event", "relation"}


@pytest.mark.parametrize(("least", "facts"), [("2", {"truce", "pact"}), ("3", set()), ("0", None)])
def test_corroboration_can_be_asked_for_more_origins(
    database: str, least: str, facts: set[str] | None
) -> None:
    wanted = set(compared(database)) if facts is None else facts
    assert set(compared(database, least=least)) == wanted


# --- equal ties, and years before 0 ---------------------------------------------------------------


def two_documents(book: SourcebookBuilder, voice: str) -> None:
    """Add a tie that two documents state, each in this voice."""
    for actor in ("alma", "brim"):
        book.actor(actor, actor.title())
    book.source("wire", "Wire report")
    for document in ("log", "diary"):
        book.document(document, document.title(), 1)
        book.chain(document, "wire")
        book.fact(
            FactKind.RELATION,
            "pact",
            [{"voice": voice.format(document), "at": [(1, 0)]}],
            from_actor_id=book.ids["actor", "alma"],
            type="supports",
            to_actor_id=book.ids["actor", "brim"],
        )


@pytest.mark.parametrize(
    ("voice", "alone", "origins", "agree"),
    [("{}>wire", [("wire", 2, "diary")], 1, None), ("{}", [], 2, "modality; certainty")],
)
def test_equal_ties_of_two_documents_count_once(
    blank: str, voice: str, alone: list[tuple[str, int, str]], origins: int, agree: str | None
) -> None:
    with writing(blank) as connection:
        two_documents(SourcebookBuilder(connection), voice)
    actual = [
        (row["origin"], row["documents"], row["source"]) for row in ask(blank, "single-source")
    ]
    assert actual == alone
    rows = ask(blank, "corroboration")
    assert [(row["fact"], row["source"]) for row in rows] == [
        ("diary:pact", "diary"),
        ("log:pact", "log"),
    ]
    assert {(row["origins"], row["documents"], row["agree"]) for row in rows} == {
        (origins, 2, agree)
    }
    counted = measures(blank)
    assert (counted["facts"][0], counted["ties"][0]) == (1, 1)
    assert counted["facts, one origin"][0] == len(alone)


def test_a_name_that_two_documents_state_is_counted_once(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        book.actor("alma", "Alma")
        for document in ("log", "diary"):
            book.document(document, document.title(), 1)
            book.name("alma", "Alma", {"voice": document, "at": [(1, 0)]})
    assert notes(blank)["actors"] == "with 1 names"


def test_dates_of_years_before_0_are_compared(blank: str) -> None:
    with writing(blank) as connection:
        book = SourcebookBuilder(connection)
        for document in ("log", "diary"):
            book.document(document, document.title(), 1)
        book.event(
            "ides",
            "Caesar dies",
            {"voice": "log", "at": [(1, 0)], "date": book.date("-0043")},
            {"voice": "diary", "at": [(1, 0)], "date": book.date("2015")},
        )
    assert {row["differ"] for row in ask(blank, "corroboration")} == {"date"}


# --- the catalogue --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_found_by_its_name(name: str) -> None:
    """A hyphen in it does no harm."""
    assert REPORTS[name].name == name
