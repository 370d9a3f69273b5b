"""Folding: which spellings are the same for options, search and suggestions."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.folding import fold, foldings, letters, romanised

SAME = [
    ["The Kremlin", "kremlin", "KREMLIN"],
    ["Straße", "STRASSE", "strasse", "STRA\u1e9eE"],
    ["Diyarbak\u0131r", "D\u0130YARBAKIR", "diyarbakir"],
    ["Ὀδυσσεύς", "ΟΔΥΣΣΕΥΣ", "οδυσσευσ"],
    ["თბილისი", "ᲗᲑᲘᲚᲘᲡᲘ"],
    ["Αθήνα", "αθηνα", "ΑΘΗΝΑ"],
    ["Королёв", "королев", "КОРОЛЁВ"],
    ["Zoë Ångström", "Zoe\u0308  A\u030angstro\u0308m", "ZOE ANGSTROM"],
    ["أحمد", "احمد", "أَحْمَد", "أحمـد"],
    ["حِزْب الله", "حزب الله"],
    ["علی", "علي", "على"],
    ["שָׁלוֹם", "שלום"],
    ["ﬁnance", "finance"],
    ["ＵＳ", "US", "us", "U.S.", "U.S", "u․s․"],  # noqa: RUF001 - full width
    [
        "co\u00adopera\u200btive",
        "co\u200copera\u200dtive",
        "co\u2060opera\ufefftive",
        "cooperative",
    ],
    ["ʿAlī", "ʾAli", "ʼAli", "ʻAli", "’Ali", "'Ali", "Ali"],  # noqa: RUF001 - apostrophes
    ["Qur’an", "Quran", "Qur'an", "Qurʼān", "Qur´an"],  # noqa: RUF001 - apostrophes
    ["al-Assad", "al‐Assad", "al‑Assad", "al–Assad", "al Assad"],  # noqa: RUF001 - hyphens
    ["Łódź", "Lodz"],
    ["Đilas", "đilas", "Dilas"],
    ["Ørsted", "orsted"],
    ["Ħal", "hal"],
    ["Æsir Œuvre Þing", "aesir oeuvre thing"],
    ["٢٠١٥", "2015"],
    ["क़ानून", "कानून"],
]
DIFFERENT = [
    ("हिन्दी", "हन्द"),
    ("が", "か"),
    ("สุ", "ส"),
    ("us", "u s"),
    ("1.5", "15"),
    ("Putin", "Putyin"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_spellings_of_a_name_are_the_same(spellings: list[str]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(("name", "other"), DIFFERENT)
def test_what_makes_another_word_is_kept(name: str, other: str) -> None:
    assert fold(name) != fold(other)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("the", "the"),
        ("—", ""),
        ("U.S.-backed. Vitamin B. It", "us backed vitamin b it"),
        ("a\u0301 x² 한국어", "a x2 한국어"),
    ],
)
def test_words_are_separated_by_spaces(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("O’Hara's", ["oharas", "o hara s"]),
        ("co-operate", ["co operate", "cooperate"]),
        ("al-Qa'ida", ["al qaida", "al qa ida", "alqaida"]),
        ("plain", ["plain"]),
        ("-x", ["x"]),
    ],
)
def test_words_may_be_divided_in_several_ways(text: str, ways: list[str]) -> None:
    assert foldings(text) == ways


@pytest.mark.parametrize(
    ("name", "latin"), [("Лавров", "lavrov"), ("Αθήνα", "athina"), ("北京", "beijing")]
)
def test_a_name_in_another_script_has_a_form_in_latin_letters(name: str, latin: str) -> None:
    assert romanised(name).replace(" ", "") == latin


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) in (once, once.removeprefix("the "))
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.upper().lower()) == fold(text.lower().upper())


@given(st.text(), st.text(), st.text())
def test_all_ways_of_dividing_the_words_share_the_letters(
    before: str, text: str, after: str
) -> None:
    for way in foldings(text):
        assert letters(way) in letters(f"{before} {text} {after}")
