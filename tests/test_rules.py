"""Every rule fires on a fault that is planted for it, and on nothing else."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from coding.faults import Severity
from coding.rules import RULES
from coding.validation import check_file
from tests.valid_coding import VALID_CODING

# A tie that is the same both ways, coded the other way round.
TURNED = """
- key: x
  from: sudland-state
  type: rival-of
  to: norland-state
  evidence: [{at: '1:0-50'}]
"""

# One fault a rule: what to replace in the sound coding, by what.
VIOLATIONS = {
    "duplicate-key": ("key: norland-wants-harbour", "key: talks"),
    "unknown-key": ("place: port-ann", "place: port-anne"),
    "own-prefix": ("to: talks, lag", "to: 'harbour-talks:talks', lag"),
    "not-reviewed": ("key: talks\n", "key: talks\n  draft: true\n"),
    "no-evidence": (", evidence: [{at: '1:0-50'}]}", "}"),
    "not-pinned": (
        VALID_CODING[VALID_CODING.index("passages:") : VALID_CODING.index("topics:")],
        "",
    ),
    "twice-in-a-role": ("speaker: envoy,", "speaker: [envoy, envoy],"),
    "relates-to-itself": ("type: rival-of, to: sudland-state", "type: rival-of, to: norland-state"),
    "stored-once": ("relations:\n", "relations:\n" + TURNED),
    "comparison-without-topic": ("type: rival-of", "type: differs-from"),
    "chain-repeats": ("[daily-report, envoy-remarks]", "[daily-report, daily-report]"),
    "told-by-nobody": ("  - at: 1:60-80", "  - at: 1:60-80\n    certainty: alleged"),
    "stance-on-own-words": ("  - at: 1:60-80", "  - at: 1:60-80\n    stance: doubts"),
    "voiceless-voice": ("anonymity: unnamed", "anonymity: voiceless"),
    "chain-without-parent": (
        "  - at: 3:30-41\n    through: [daily-report]",
        "  - at: 3:30-41",
    ),
    "date-without-words": ("\n    words: on 1 March", ""),
    "too-precise": ("2020-03-03~", "2020-03-03"),
    "relative-day": ("words: on 1 March", "words: yesterday"),
    "after-publication": ("2020-03-03~", "2020-04~"),
    "ends-before-it-begins": (
        "to: sudland-state, evidence: [{at: '1:0-50'}]",
        "to: sudland-state, since: 1990, until: 1980, evidence: [{at: '1:0-50', words: then}]",
    ),
    "follows-what-is-later": ("2020-03-03~", "2020-02~"),
    "identifier-of-two": (
        "kind: state}\n- {key: envoy, name: An unnamed envoy, kind: unnamed}",
        (
            "kind: state, identifiers: {viaf: 1}}\n"
            "- {key: envoy, name: An unnamed envoy, kind: unnamed, identifiers: {viaf: 1}}"
        ),
    ),
    "name-of-two": ("name: the Norlanders", "name: Sudland"),
    "actor-unused": ("authors: [ana-writer]", "authors: []"),
    "source-unused": (
        "sources:\n",
        "sources:\n- {key: idle, title: Idle, kind: press-report}\n",
    ),
    "place-unused": (
        "places:\n",
        "places:\n- {key: idle, name: Idle, kind: city}\n",
    ),
    "topic-unused": ("topics:\n", "topics:\n- {key: idle, label: Idle}\n"),
    "nobody-takes-part": ("  who: {doer: sudland-state}\n", ""),
    "nothing-coded": (
        "- {length: 90, hash",
        "- {length: 10, hash: " + "0" * 64 + "}\n- {length: 90, hash",
    ),
}


def broken_rules(tmp_path: Path, coding: str) -> set[str]:
    """Check a coding and return the ids of the rules that it breaks."""
    path = tmp_path / "coding.yaml"
    path.write_text(textwrap.dedent(coding), encoding="utf-8")
    return {fault.rule for fault in check_file(path)[0]}


def test_a_valid_coding_has_no_fault(tmp_path: Path) -> None:
    assert broken_rules(tmp_path, VALID_CODING) == set()


def test_every_rule_has_a_planted_fault() -> None:
    assert set(VIOLATIONS) == {rule.id for rule in RULES}


# One mistake may break several rules; all are listed, so that no new one goes unnoticed.
ALSO_BROKEN = {
    "not-pinned": set(),
    "unknown-key": {"place-unused"},
    "chain-repeats": {"chain-without-parent", "source-unused"},
    "chain-without-parent": set(),
    "nothing-coded": {"locator-outside"},
    "voiceless-voice": set(),
}


@pytest.mark.parametrize("rule", sorted(VIOLATIONS))
def test_the_rule_fires_on_its_planted_fault(tmp_path: Path, rule: str) -> None:
    valid, faulty = VIOLATIONS[rule]
    assert valid in VALID_CODING
    broken = broken_rules(tmp_path, VALID_CODING.replace(valid, faulty, 1))
    assert rule in broken
    assert broken - {rule} <= ALSO_BROKEN.get(rule, set())


def test_a_fault_has_file_line_rule_and_key(tmp_path: Path) -> None:
    path = tmp_path / "coding.yaml"
    path.write_text(VALID_CODING.replace("place: port-ann", "place: port-anne"), encoding="utf-8")
    fault = next(fault for fault in check_file(path)[0] if fault.rule == "unknown-key")
    line = VALID_CODING.split("\n").index("  place: port-ann") + 1
    assert (fault.file, fault.line, fault.severity) == (str(path), line, Severity.ERROR)
    assert fault.where == "events[talks].place"
    assert "did you mean `port-ann`?" in fault.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("place: port-ann", "place: sudland-state", "“sudland-state” is an actor; give a place"),
        ("doer: sudland-state", "doer: port-ann", "“port-ann” is a place; give an actor"),
        ("doer: sudland-state", "doer: talks", "“talks” is an event; give an actor"),
        (
            "doer: sudland-state",
            "doer: syria",
            "“syria” is not among the actors; add it to actors, as `- key: syria` alone",
        ),
        (
            "place: port-ann",
            "place: port-anne",
            "did you mean `port-ann`? Or add it to places, as ",
        ),
    ],
)
def test_an_unknown_key_says_what_it_is_or_what_to_do(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "coding.yaml"
    assert old in VALID_CODING
    path.write_text(VALID_CODING.replace(old, new, 1), encoding="utf-8")
    assert message in next(it.message for it in check_file(path)[0] if it.rule == "unknown-key")


def test_a_coding_that_is_not_pinned_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "coding.yaml"
    path.write_text(re.sub(r"at: 1:\d+-\d+", 'at: 1 "the words"', VALID_CODING), encoding="utf-8")
    (fault,) = check_file(path)[0]
    assert fault.line == 1 + VALID_CODING[: VALID_CODING.index("at: 1:")].count("\n")
    assert re.fullmatch(
        '“1 "the words"” is not pinned, nor are [0-9]+ places below; run `sourcebook pin .*`',
        fault.message,
    )


def test_an_author_who_is_listed_twice_is_found(tmp_path: Path) -> None:
    doubled = VALID_CODING.replace("authors: [ana-writer]", "authors: [ana-writer, ana-writer]")
    path = tmp_path / "coding.yaml"
    path.write_text(doubled, encoding="utf-8")
    (fault,) = check_file(path)[0]
    assert (fault.rule, fault.where) == ("twice-in-a-role", "document.authors[1]")
    assert fault.message == "“ana-writer” is author already; remove this one"


def test_places_that_contain_each_other_are_found(tmp_path: Path) -> None:
    ring = VALID_CODING.replace(
        "name: Norland, kind: country", "name: N, kind: region, within: port-ann"
    )
    assert broken_rules(tmp_path, ring) == {"relates-to-itself"}


def test_evidence_may_not_date_what_happened_after_the_document(tmp_path: Path) -> None:
    later = VALID_CODING.replace(
        "    words: on 1 March", "    words: on 1 March\n    date: 2021-03-01"
    )
    assert broken_rules(tmp_path, later) == {"after-publication"}


RIVALS = "to: sudland-state, evidence: [{at: '1:0-50'}]"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("-0044", "-0043"), ("-0043", "2015"), ("Y-17000", "-0043"), ("2015", "Y12015")],
)
def test_dates_are_compared_in_any_year(tmp_path: Path, earlier: str, later: str) -> None:
    """Text would order them wrongly: BCE, and years of more than four digits."""

    def broken(published: str, talks: str, walk_out: str, since: str, until: str) -> set[str]:
        coding = (
            VALID_CODING.replace("published: 2020-03-10", f"published: {published}")
            .replace("date: 2020-03-01", f"date: {talks}")
            .replace("date: 2020-03-03~", f"date: {walk_out}")
            .replace(RIVALS, f"since: {since}, until: {until}, {RIVALS[:-2]}, words: then}}]")
        )
        return broken_rules(tmp_path, coding)

    assert broken(later, earlier, later, earlier, later) == set()
    assert broken(earlier, later, later, earlier, later) == {"after-publication"}
    assert broken(later, later, earlier, earlier, later) == {"follows-what-is-later"}
    assert broken(later, earlier, later, later, earlier) == {"ends-before-it-begins"}


@pytest.mark.parametrize(
    ("date", "words", "precise"),
    [
        ("2020-03-01", "on March 1", True),
        ("2020-03-01", "1st of March", True),
        ("2020-03-01", "on \u06f1 March", True),
        ("2020-03-01", "in March 2020", False),
        ("2020-03-01", "in 2020", False),
        ("2020-03-01~", "early that month", True),
        ("2020-03", "in March", True),
        ("2020-03-01?", "around then", True),
        ("2020-03-01", "24 hours later", False),
        ("2020-03-01/..", "since early March", False),
        ("2020-03-01/2020-03-01", "in early March", False),
        ("[2020-03-01..2020-03-09]", "in early March", True),
        ("[-0043-03-01..-0043-03-09]", "in early March", True),
        ("[-0043-03-01..-0043-03-01]", "in early March", False),
        ("2020-02-28/2020-03-01", "from 28 February to 1 March", True),
    ],
)
def test_a_day_needs_a_number_in_its_words(
    tmp_path: Path, date: str, words: str, precise: bool
) -> None:
    coding = VALID_CODING.replace("date: 2020-03-01\n", f"date: '{date}'\n").replace(
        "on 1 March", words
    )
    assert ("too-precise" in broken_rules(tmp_path, coding)) is not precise


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("en", "May third", True),
        ("en", "Good Friday 1998", True),
        ("en", "Remembrance Day", True),
        ("en", "Christmas", True),
        ("en", "page 12", False),
        ("en", "12-14 days later", False),
        ("en", "every Monday", False),
        ("de", "der dritte Mai", True),
        ("de", "am einundzwanzigsten Juni", True),
        ("de", "vorgestern", True),
        ("de", "Karfreitag", True),
        ("de", "in der 2. Woche", False),
        ("de", "am Morgen", False),
        ("fr", "le quatorze juillet", True),
        ("fr", "avant-hier", True),
        ("fr", "Noël 1914", True),
        ("fr", "chaque lundi", False),
        ("es", "el tres de mayo de 2019", True),
        ("es", "este lunes", True),
        ("es", "Nochebuena", True),
        ("es", "los lunes", False),
        ("ru", "во вторник", True),
        ("ru", "позавчера", True),
        ("ru", "по понедельникам", False),
        ("ar", "يوم الاثنين", True),
        ("ar", "الثالث من مايو", True),
        ("zh", "五月三日", True),
        ("zh", "昨天", True),
        ("zh", "12次袭击", False),
        ("zh", "三日后", False),
        ("ja", "14日後", False),
        ("ko", "5월 3일", True),
        ("ko", "14일 후", False),
        ("it", "il primo maggio", True),
        ("it", "14 giorni dopo", False),
        ("tr", "3 Ocak 2019", True),
        ("tr", "5 ay sonra", False),
        ("fi", "3. toukokuuta", True),
    ],
)
def test_words_name_a_day_in_many_languages(
    tmp_path: Path, language: str, words: str, day: bool
) -> None:
    coding = VALID_CODING.replace("language: en", f"language: {language}")
    coding = coding.replace("on 1 March", words)
    assert ("too-precise" in broken_rules(tmp_path, coding)) is not day


@pytest.mark.parametrize(
    ("date", "words", "right"),
    [
        ("2020-03-10", "today", True),
        ("2020-03-09", "yesterday", True),
        ("2020-03-09", "on Monday, yesterday", True),
        ("2020-03-10", "yesterday", False),
        ("2020-03-09", "today", False),
        ("2020-03-01", "on 1 March", True),
    ],
)
def test_today_and_yesterday_are_days_of_the_publication(
    tmp_path: Path, date: str, words: str, right: bool
) -> None:
    coding = VALID_CODING.replace("date: 2020-03-01\n", f"date: {date}\n")
    coding = coding.replace("words: on 1 March", f"words: {words}")
    assert ("relative-day" not in broken_rules(tmp_path, coding)) is right
