"""Verification reports everything in a coding that its text contradicts, and nothing else."""

from __future__ import annotations

import pytest

from coding.reading import parse_coding
from coding.verification import locator_faults
from tests.draft_coding import DRAFT, PASSAGES, pinned, proven

CLEAN = pinned(DRAFT.replace('\\"why\\" he', "why"))


def test_a_true_coding_has_no_fault() -> None:
    assert proven(CLEAN) == []
    coding, lines = parse_coding(CLEAN, "c.yaml")
    assert locator_faults(coding, lines) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "message"),
    [
        ("at: 2:0-3", "at: 5:0-3", "locator-outside",
         "events[visit].evidence[1].at: 5:0-3 is outside: the text has 4 passages"),
        ("at: 2:0-3", "at: 5", "locator-outside", "5 is outside: the text has 4 passages"),
        ("at: 2:0-3", "at: 2:0-85", "locator-outside", "2:0-85 is outside: ¶2 has 84 characters"),
        ("at: 2:0-3", "at: 2:3-3", "locator-outside", "2:3-3 is empty"),
        ("at: 2:0-3", "at: 2:4-3", "locator-outside", "2:4-3 is empty"),
        ("at: 3}", "at: 9}", "locator-outside", "sources[letter].at: 9 is outside"),
        ("at: 2:26-40", "at: 2:26-39", "not-verbatim",
         "“tired and cold” is not the text at 2:26-39 (“tired and col”); it is at 2:26-40"),
        ("at: 2:26-40", "at: 2", "not-verbatim", "is not the text at 2; it is at 2:26-40"),
        ("[\"tired and", "[\"Tired and", "not-verbatim", "nearest is 2:26-40, “tired and cold”"),
        ("[\"tired and", "[\"tyred and", "not-verbatim", "nearest is 2:26-40, “tired and cold”"),
        (", but alive", "", "not-verbatim", "has 1 segments, its first evidence 2 places"),
        (", 2:56-65", "", "not-verbatim", "has 2 segments, its first evidence 1 places"),
        ("hedge: it is said", "hedge: It is said", "words-not-in-passage",
         "events[visit].evidence[0].hedge: “It is said” is not in ¶3, ¶4, which"),
        ("words: in May", "words: at night", "words-not-in-passage",
         "words: “at night” is not in ¶3, ¶4, which the evidence names; it is at 2:15"),
        ("count: three men", "count: three me n", "words-not-in-passage",
         "events[visit].who.doer[0].count: “three me n” is not in ¶2, ¶3, ¶4"),
        ("lag: two weeks later", "lag: two weeks", "", ""),
        ("lag: two weeks later", "lag: three weeks", "words-not-in-passage",
         "links[visit--follows--visit].lag: “three weeks” is not in ¶3"),
        ("names:\n  - name: envoy", "names:\n  - name: Envoy", "name-not-in-passage",
         "names[0].evidence[0].at: “Envoy” is not at 1:20-25 (“envoy”)"),
        ("{at: 4:0-8}", "{at: 4:0-2}", "name-not-in-passage",
         "evidence[1].at: “envoy” is not at 4:0-2 (“An”); it is at 4:3-8"),
        ("{at: 4:0-8}", "{at: 3}", "name-not-in-passage",
         "evidence[1].at: “envoy” is not at 3; it is at 1:20-25"),
        ('"2:72-83, 1"', '"2:72-83, 3"', "name-not-in-passage", "is not at 3;"),
        ('"tired and cold"', '"tired\u00a0and  cold "', "", ""),
    ],
)  # fmt: skip
def test_planted_faults(old: str, new: str, rule: str, message: str) -> None:
    assert old in CLEAN
    text = CLEAN.replace(old, new)
    actual = proven(text)
    assert [fault.rule for fault in actual if message in str(fault)][:1] == ([rule] if rule else [])
    assert {fault.rule for fault in actual} == ({rule} if rule else set())
    coding, lines = parse_coding(text, "c.yaml")
    outside = [fault for fault in actual if fault.rule == "locator-outside"]
    assert locator_faults(coding, lines) == outside


def test_faults_are_reported_at_once() -> None:
    text = CLEAN.replace("in May", "in June").replace("at: 3}", "at: 9}").replace("cold", "old")
    assert [fault.rule for fault in proven(text)] == [
        "locator-outside",
        "not-verbatim",
        "words-not-in-passage",
    ]


def test_another_text_is_one_fault() -> None:
    other = ["Quite another.", "Text.", *PASSAGES[2:3]]
    (fault,) = proven(CLEAN, other)
    assert str(fault) == (
        "c.yaml:4: error other-text: passages: text.txt is another text: 1 of 4 passages match; "
        "give the text that was coded"
    )


def test_passages_that_have_only_moved_are_verified_where_they_are() -> None:
    (fault,) = proven(CLEAN, ["New first line", *PASSAGES])
    assert str(fault) == (
        "c.yaml:4: error other-text: passages: ¶1, “New first line”, was not coded; it is new in "
        "text.txt; `sourcebook pin` moves the places"
    )
    (fault,) = proven(CLEAN, [*PASSAGES[1:], PASSAGES[0]])
    assert "is at another place in text.txt" in fault.message
    faulty = CLEAN.replace("in May", "in June")
    assert [fault.rule for fault in proven(faulty, ["New first line", *PASSAGES])] == [
        "other-text",
        "words-not-in-passage",
    ]


def test_a_passage_that_differs_is_reported_by_itself() -> None:
    changed = [*PASSAGES[:3], PASSAGES[3] + "!", "More."]
    actual = proven(CLEAN, changed)
    assert [(fault.rule, fault.where) for fault in actual] == [
        ("other-text", "passages[3]"),
        ("other-text", "passages"),
    ]
    assert "¶4, “An envoy: a man of … ’s café was shut.!”, has other words" in str(actual[0])
    assert "(53 characters instead of 52)" in actual[0].message
    assert actual[1].message == (
        "¶5, “More.”, was not coded; it is new in text.txt; `sourcebook pin` moves the places"
    )
    upper = [*PASSAGES[:3], PASSAGES[3].replace("man", "men")]
    assert "(the same length)" in proven(CLEAN, upper)[0].message
    actual = proven(CLEAN, PASSAGES[:3])
    assert [fault.message for fault in actual] == [
        "¶4 is missing in text.txt; `sourcebook pin` moves the places"
    ]
