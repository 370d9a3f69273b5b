"""Suggesting the known name that was probably meant."""

from __future__ import annotations

import pytest

from schema.suggest import did_you_mean, nearest, nearest_names

ACTORS = ["Vladimir Putin", "Zoë Ångström", "the Old Port"]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("evnet", ["event", "quote"], ["event"]),
        ("NAEM", ["name", "kind"], ["name"]),
        ("x", ["event", "quote"], []),
        ("zzz_id", ["fact_id", "name"], []),
        ("x", [], []),
    ],
)
def test_words_are_compared_by_letters(name: str, known: list[str], meant: list[str]) -> None:
    assert nearest(name, known) == meant


@pytest.mark.parametrize(
    ("name", "first"),
    [("putin", "Vladimir Putin"), ("Angstroem", "Zoë Ångström"), ("Old Prot", "the Old Port")],
)
def test_phrases_are_found_by_a_word_of_theirs(name: str, first: str) -> None:
    assert nearest_names(name, ACTORS, limit=3)[0] == first


@pytest.mark.parametrize("name", ["us", "xyzzy", "", "%", "an"])
def test_no_name_is_suggested_that_was_hardly_meant(name: str) -> None:
    assert nearest_names(name, ["Russia", "Syrus", *ACTORS], limit=3) == []


def test_the_suggestion_ends_a_message() -> None:
    assert did_you_mean("nme", ["name"]) == "; did you mean `name`?"
    assert did_you_mean("xyzzy", ["name"], "; `tables` lists them") == "; `tables` lists them"
    assert did_you_mean("na\x1bm", ["na\x1bme"]) == r"; did you mean `na\x1bme`?"
    assert did_you_mean("a" * 10**6, ["name"]) == ""
