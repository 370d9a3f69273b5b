"""Faults: each is one line that cannot control a terminal; they sort as in the file."""

from __future__ import annotations

from coding.faults import Fault, InvalidInputError, Severity, quoted
from coding.reading import slug


def test_a_fault_is_one_printable_line() -> None:
    fault = Fault("a-rule", Severity.ERROR, "c.yaml\x1b", 12, "events[\u202e]", "is\nwrong \u200c")
    assert str(fault) == r"c.yaml\x1b:12: error a-rule: events[\u202e]: is\nwrong \u200c"
    whole = Fault("a-rule", Severity.NOTE, "c.yaml\x1b", None, "", "is empty")
    assert str(whole) == r"c.yaml\x1b: note a-rule: is empty"
    assert InvalidInputError([fault, whole]).faults == [whole, fault]
    assert sorted([fault, whole]) == [whole, fault]
    assert str(InvalidInputError([fault, whole])) == f"{whole}\n{fault}"


def test_long_text_is_shortened() -> None:
    assert quoted("a" * 80) == f"“{'a' * 80}”"
    assert quoted("a" * 5000 + "b") == f"“{'a' * 38} … {'a' * 37}b”"


def test_slugs() -> None:
    assert slug("Émile  Zola’s (2nd) “Letter”!") == "emile-zolas-2nd-letter"
    assert slug("Москва") == "moskva"
