"""Reports as a reader of the article asks them: each answers its question in its columns."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from schema.vocabulary import Outcome
from tests.databases import create_shipped

Row = dict[str, Any]


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook with the article that ships."""
    return create_shipped(tmp_path_factory.mktemp("answers") / "sourcebook.db")


def shown(article: str, *arguments: str, width: int = 100) -> str:
    """Return the answer that a terminal of this width shows."""
    command = ["--db", article, "report", *arguments]
    done = CliRunner().invoke(cli.sourcebook, command, env={"COLUMNS": str(width)})
    assert done.exit_code == 0, done.stderr
    return done.stdout


def rows(article: str, *arguments: str) -> list[Row]:
    """Return the rows with every column."""
    actual: list[Row] = json.loads(shown(article, *arguments, "--format", "json"))
    return actual


def sections(article: str, *arguments: str) -> list[str]:
    """Return the headings above the rows: what stands alone above a table's head."""
    lines = shown(article, *arguments).split("\n")
    return [
        line
        for n, line in enumerate(lines[:-2])
        if line and set(lines[n + 2]) == {"-", " "} and not lines[n - 1]
    ]


EVERY = [
    ["timeline"],
    ["quotes"],
    ["dyad", "iran", "russia", "--with-members"],
    ["actor", "khamenei", "--with-members"],
    ["event", "putin visits tehran"],
    ["network"],
    ["anonymous"],
    ["expectations"],
    ["stances"],
    ["summary"],
]


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("arguments", EVERY, ids=lambda arguments: arguments[0])
def test_a_table_keeps_to_the_terminal(article: str, arguments: list[str], width: int) -> None:
    lines = shown(article, *arguments, width=width).splitlines()
    table = lines[: next(n for n, line in enumerate(lines) if line.startswith("From Aron Lund"))]
    assert max(map(len, table)) <= width


@pytest.mark.parametrize("arguments", EVERY[:-1], ids=lambda arguments: arguments[0])
def test_people_get_no_keys(article: str, arguments: list[str]) -> None:
    answer = shown(article, *arguments)
    assert "stand-together-or-fall-apart" not in answer
    assert "putin-visits-tehran" not in answer
    assert "vladimir-putin" not in answer


# --- timeline -------------------------------------------------------------------------------------


def test_a_statement_in_the_timeline_reads_as_one(article: str) -> None:
    what = [row["what"] for row in rows(article, "timeline")]
    assert "Vladimir Putin and Ali Khamenei say that they fully agree on Syria" in what


def test_long_spans_come_after_dated_events_under_their_own_heading(article: str) -> None:
    within = "timeline", "--from", "2015-07", "--to", "2015-12"
    assert sections(article, *within) == ["Dated", "Long, or open at one end"]
    assert sections(article, *within, "--within") == ["Dated"]
    assert (len(rows(article, *within)), len(rows(article, *within, "--within"))) == (29, 21)


def test_the_timeline_can_be_filtered(article: str) -> None:
    everything = rows(article, "timeline")
    alleged = [row for row in everything if "alleged" in row["certainty"]]
    assert rows(article, "timeline", "--certainty", "alleged") == alleged
    assert rows(article, "timeline", "--document", "lund") == everything
    # The visit, the meeting, and what was said at either.
    there = [row["event"] for row in rows(article, "timeline", "--place", "tehran")]
    assert there[:2] == ["putin-visits-tehran", "putin-khamenei-meeting"]
    assert len(there) == 6


# --- quotes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "where", "explained"),
    [
        (["quotes", "--about", "assad"], ["quotes", "--speaker", "khamenei"], "Where “Relayed by”"),
        (["timeline", "--to", "2015"], ["timeline", "--actor", "soleimani"], "“between … and …”"),
        (["event", "putin visits tehran"], ["event", "iran urges"], "“Before, meanwhile, after”"),
    ],
)
def test_a_legend_explains_only_what_is_shown(
    article: str, asked: list[str], where: list[str], explained: str
) -> None:
    assert explained in shown(article, *asked)
    assert explained not in shown(article, *where)


def test_quoted_words_follow_the_whole_statement(article: str) -> None:
    [row, *_] = rows(article, "quotes", "--speaker", "velayati")
    assert row["what"] == "Ali Akbar Velayati says that Assad is a red line for Iran: “red line”"
    assert (row["speaker"], row["text"]) == ("Ali Akbar Velayati", "red line")


def test_a_quote_says_who_relays_it_and_whether_the_article_doubts_it(article: str) -> None:
    actual = {row["quote"]: row["relayed_by"] for row in rows(article, "quotes")}
    assert actual["velayati-red-line"] is None
    assert actual["moscow-could-envision-resignation"] == "Western diplomats; doubted"


def test_quotes_of_a_country_include_those_who_speak_for_it(article: str) -> None:
    alone = rows(article, "quotes", "--speaker", "russia")
    actual = rows(article, "quotes", "--speaker", "russia", "--with-members")
    assert len(actual) > len(alone)
    assert {"Sergei Lavrov for Russia", "Vladimir Putin for Russia"} <= {
        row["acting_for"] for row in actual
    }


# --- dyad -----------------------------------------------------------------------------------------


def test_what_passed_between_countries_includes_their_leaders(article: str) -> None:
    actual = {row["fact"]: row for row in rows(article, "dyad", "iran", "russia", "--with-members")}
    visit = actual["putin-visits-tehran"]
    assert visit["direction"] == "Russia to Iran"
    assert visit["acting_for"] == "Ali Khamenei for Iran; Vladimir Putin for Russia"
    assert {"putin-khamenei-meeting", "putin-khamenei-complete-agreement"} <= actual.keys()


def test_a_dyad_can_be_asked_for_what_is_dated(article: str) -> None:
    dated = rows(article, "dyad", "iran", "russia", "--with-members", "--dated")
    assert len(dated) == 16
    assert all(row["date"] for row in dated)


# --- actor and event ------------------------------------------------------------------------------


def test_what_happened_and_what_is_only_expected_never_share_a_section(article: str) -> None:
    assert sections(article, "actor", "khamenei") == [
        "Names",
        "Sources",
        "Posts and ties",
        "Positions",
        "What happened",
        "Intended, expected, possible, imagined or denied",
        "Statements by the actor",
    ]
    for row in rows(article, "actor", "khamenei"):
        assert row["section"] != "What happened" or row["modality"] == "actual"


def test_who_relays_a_source_has_a_column_only_where_somebody_does(article: str) -> None:
    assert sections(article, "sources") == [
        "The documents themselves",
        "Sources",
        "Known only through others",
    ]
    printed = shown(article, "sources", width=80)
    direct, _, through = printed.partition("Known only through others\n")
    assert "Relayed by" not in direct
    [heading, rule, *_] = through.splitlines()
    assert heading.startswith("Source ")
    assert min(len(dashes) for dashes in rule.split("  ")[:2]) >= 20


def test_a_passage_is_a_heading_above_what_was_coded_from_it(article: str) -> None:
    lines = shown(article, "coverage").splitlines()
    headings = [line for line in lines if line.endswith("% coded")]
    assert headings[:2] == ["¶1, 90% coded", "¶2, 94% coded"]
    assert len(headings) == 28


def test_an_event_says_who_says_so_in_columns_of_its_own(article: str) -> None:
    assert sections(article, "event", "putin visits tehran") == [
        "What and when",
        "Where and who",
        "Who says so",
        "What belongs to it",
        "Before, meanwhile, after",
    ]
    message = [
        (row["part"], row["date"], row["words"])
        for row in rows(article, "event", "putin visits tehran")
        if row["section"] == "Who says so"
    ]
    assert message == [
        ("Asserted", "2015-11", "The following month"),
        ("Asserted", "[2015-10..2015-12]", "in late 2015"),
    ]


def test_a_term_is_explained_only_where_a_value_begins_with_it(article: str) -> None:
    explained = "“between … and …” means on one day in that time."
    assert explained in " ".join(shown(article, "timeline", "--from", "2015-08").split())
    undated = shown(article, "timeline", "--certainty", "rumoured")
    assert "Tension shows between Russia and Iran" in " ".join(undated.split())
    assert "on one day" not in undated


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("arguments", [["quotes"], ["actor", "putin"]], ids=" ".join)
def test_beside_dated_rows_an_undated_one_says_so(
    article: str, arguments: list[str], width: int
) -> None:
    answer = shown(article, *arguments, width=width)
    assert "undated" in answer
    assert "undated" not in shown(article, *arguments, "--format", "csv")


def test_roles_in_an_event_have_no_date(article: str) -> None:
    assert "undated" not in shown(article, "event", "putin visits tehran")


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        (["timeline", "--from", "2015-07", "--to", "2015-12"], "29 of 128 events and statements"),
        (
            ["timeline", "--actor", "soleimani", "--limit", "2"],
            "the first 2 of 4 events and statements",
        ),
        (["quotes", "--about", "assad"], "15 of 37 statements"),
        (["network"], "44 pairs"),
        (["network", "--at-least", "2"], "13 of 44 pairs"),
        (["actors"], "63 actors"),
        (["actor", "lund"], "8 entries"),
    ],
    ids=lambda it: it if isinstance(it, str) else it[0],
)
def test_a_caption_counts_what_the_report_lists(
    article: str, arguments: list[str], size: str
) -> None:
    assert shown(article, *arguments).split("\n")[0].endswith(f"  {size}")


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        # a standing of the link, of one event, of both, and of a denied link
        (
            "Inferred: “Iran lets Russian planes fly over its territory” is a condition of "
            "“Russian planes fly to Syria through Iranian air space”"
        ),
        (
            "“Assad ignores what Moscow and Washington ask of him” takes the place of “Assad "
            "grants humanitarian access” (did not happen)"
        ),
        (
            "Both imagined: “Putin cooperates with Khamenei” is a condition of “Putin gets a "
            "return on his stake in Syria”"
        ),
        (
            "Alleged: “Soleimani and Putin plan to intervene together” (alleged intention) is "
            "part of “Soleimani visits Putin in Moscow”"
        ),
        "Not so: “Assad's opponents give in” in response to “Assad gains ground”",
    ],
)
def test_a_link_says_once_how_its_events_stand(article: str, sentence: str) -> None:
    links = rows(article, "own-voice", "--kind", "link")
    links += rows(article, "single-source", "--columns", "sentence")
    assert sentence in {row["sentence"] for row in links}


# --- network --------------------------------------------------------------------------------------


def test_the_network_shows_names_and_explains_its_numbers(article: str) -> None:
    answer = shown(article, "network", "--at-least", "2")
    [head] = [line for line in answer.splitlines() if line.startswith("First")]
    assert head.split("  ")[0] == "First"
    assert "Qassem Soleimani" in answer
    assert "Both act: they do it together." in answer
    assert len(rows(article, "network", "--at-least", "2")) == 13


def test_the_network_lists_every_passage_of_a_pair(article: str) -> None:
    edges = {(row["source"], row["target"]): row["passage"] for row in rows(article, "network")}
    assert edges["russia", "united-states"] == "¶5; ¶6; ¶13"
    assert edges["iran", "russia"].count("¶") == 12
    answer = shown(article, "network")
    assert re.search(r"Russia +The United States +4 .* 5, 6, 13\n", answer)


# --- what it rests on -----------------------------------------------------------------------------


def test_corroboration_has_a_row_for_each_fact_with_all_its_voices(article: str) -> None:
    facts = rows(article, "corroboration")
    assert len({row["fact"] for row in facts}) == len(facts)
    [first, *_] = facts
    assert first["relayed_from"] == (
        "the document; Putin's remarks on Iran's role during his visit to Tehran; "
        "American intelligence assessments of the Russian air operations"
    )
    assert first["passage"] == "¶10; ¶13; ¶18; ¶20; ¶25"
    assert sections(article, "corroboration") == [
        "3 named origins",
        "2 named origins",
        "One named origin, besides others",
        "One named origin",
        "The document alone",
        "No named origin",
    ]


def test_each_piece_of_evidence_says_how_and_when_its_voice_has_it(article: str) -> None:
    pieces = rows(article, "attributions", "--least", "0")
    visit = [row for row in pieces if row["fact"] == "putin-visits-tehran"]
    assert [(row["passage"], row["certainty"], row["date"]) for row in visit] == [
        ("¶10", "asserted", "2015-11"),
        ("¶20", "asserted", "[2015-10..2015-12]"),
    ]


def test_what_rests_on_the_documents_word_is_counted_by_kind(article: str) -> None:
    facts = rows(article, "own-voice")
    for row in facts:
        alike = [other for other in facts if other["kind"] == row["kind"]]
        assert row["part"].endswith(f" ({len(alike)})")
    pieces = [row["pieces"] for row in facts if row["kind"] == "event"]
    assert pieces == sorted(pieces, reverse=True)
    assert {row["kind"] for row in rows(article, "own-voice", "--kind", "quote")} == {"quote"}


def test_a_single_source_is_somebody_elses_unless_asked_otherwise(article: str) -> None:
    relayed = rows(article, "single-source")
    assert {row["voice"] for row in relayed} == {"relayed"}
    counts = [int(row["part"].rpartition(" (")[2].removesuffix(")")) for row in relayed]
    assert counts == sorted(counts, reverse=True)
    assert len(rows(article, "single-source", "--voice", "any")) > len(relayed)
    assert "own-voice; --voice any adds it here" in shown(article, "single-source")


def test_a_chain_is_joined_by_arrows_and_needs_no_lower_case(article: str) -> None:
    chains = {row["relayed_from"] for row in rows(article, "corroboration")}
    assert any(" → " in chain for chain in chains)
    assert not any(", through " in chain for chain in chains)


def test_changes_say_day_and_time_and_no_timestamp(article: str) -> None:
    text = shown(article, "changes")
    assert re.search(
        r"Loaded “[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}”; Time “[0-9]{2}:[0-9]{2} UTC”", text
    )
    assert "Z”" not in text


# --- unnamed voices -------------------------------------------------------------------------------


def test_unnamed_voices_are_named_as_far_as_they_are(article: str) -> None:
    actual = {row["fact"]: row for row in rows(article, "anonymous")}
    diplomat = actual["putin-pulls-assad-from-orbit"]
    assert diplomat["voice"] == "An anonymous Russian diplomat"
    assert diplomat["relayed_by"].startswith("Der Spiegel")
    assert diplomat["claim"].startswith("Imagined: ")
    assert actual["iran-pulls-troops-back"]["voice"] == "The United States (nobody named)"
    standings = {row["claim"].partition(":")[0] for row in actual.values() if ":" in row["claim"]}
    assert standings <= {
        *("Alleged", "Rumoured", "Reported", "Possible", "Imagined", "Expected"),
        *("Alleged intention", "Rumoured expectation", "Said not to happen"),
    }


def test_unnamed_voices_are_set_apart_by_whether_anything_else_supports_them(article: str) -> None:
    assert sections(article, "anonymous") == [
        "Nothing else supports these",
        "Others speak of these, too",
    ]
    alone = rows(article, "anonymous", "--only-support")
    assert {row["named"] for row in alone} == {0}
    assert len(alone) < len(rows(article, "anonymous"))
    links = rows(article, "anonymous", "--kind", "link")
    assert {row["kind"] for row in links} == {"link"}


# --- expectations and stances ---------------------------------------------------------------------


def test_expectations_have_one_row_per_fact(article: str) -> None:
    facts = [row["fact"] for row in rows(article, "expectations")]
    assert len(facts) == len(set(facts))


def test_outcomes_are_named_as_they_are_shown(article: str) -> None:
    for outcome in Outcome:
        for row in rows(article, "expectations", "--outcome", outcome):
            assert row["part"].lower().startswith(outcome)
    [alliance] = rows(article, "expectations", "--outcome", "disputed")
    assert alliance["sentence"] == "Disputed: Russia is allied with Bashar al-Assad"


def test_expectations_that_did_not_come_true_say_who_had_them_and_who_denies_them(
    article: str,
) -> None:
    actual = {
        row["fact"]: row for row in rows(article, "expectations", "--outcome", "did not happen")
    }
    assert {row["outcome"] for row in actual.values()} == {
        *("Did not happen", "Said not to happen", "Not so")
    }
    withdrawal = actual["russian-withdrawal"]
    assert (
        withdrawal["sentence"] == "Did not happen: Russia withdraws from Syria (“mostly theatre”)"
    )
    assert withdrawal["expected_by"].startswith("Putin's announcement")
    assert withdrawal["denied_by"] == "the document"
    ruled_out = rows(article, "expectations", "--outcome", "ruled out")
    assert {row["outcome"] for row in ruled_out} == {"Ruled out", "Said to be ruled out"}
    unlikely = {
        row["fact"]: row["sentence"]
        for row in rows(article, "expectations", "--outcome", "held unlikely")
    }
    deposed = unlikely["iran-goes-along-with-scheme"]
    assert deposed.startswith("Held unlikely: ")
    assert deposed.endswith("(“very unlikely”)")


def test_a_position_names_its_holder_and_has_a_verb(article: str) -> None:
    actual = rows(article, "stances", "--topic", "geneva-talks")
    assert actual[0]["how"] == "differ"  # what the article itself compares
    sentences = [row["sentence"] for row in actual]
    assert "Russia wants to bring Assad to the negotiating table" in sentences
    assert "Alleged: Bashar al-Assad refuses to give way" in sentences
    assert len(actual) == 10


# --- summary --------------------------------------------------------------------------------------


def test_the_summary_has_a_row_for_the_document_and_fits_on_a_screen(article: str) -> None:
    answer = shown(article, "summary")
    assert "Aron Lund, “Stand Together or Fall Apart" in answer
    assert len(answer.splitlines()) <= 30


# --- every sentence -------------------------------------------------------------------------------

STANDINGS = (
    *("Alleged", "Rumoured", "Inferred", "Intended", "Expected", "Possible", "Imagined"),
    *("Did not happen", "Said not", "Held unlikely", "Ruled out", "Not so", "Disputed"),
    *("Alleged intention", "Alleged as", "Reported", "Said to be"),
)


@pytest.mark.parametrize(
    ("arguments", "column"),
    [
        (["timeline"], "what"),
        (["dyad", "iran", "russia", "--with-members"], "what"),
        (["expectations"], "sentence"),
    ],
)
def test_what_is_not_actual_says_so_in_front_of_the_sentence(
    article: str, arguments: list[str], column: str
) -> None:
    for row in rows(article, *arguments):
        settled = row.get("modality", row.get("reading"))
        if row["kind"] == "event" and settled != "actual" and row.get("outcome") != "came to pass":
            assert row[column].startswith(STANDINGS), row[column]
