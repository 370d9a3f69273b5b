"""Splits a passage into sentences, roughly."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

_ABBREVIATIONS = (
    *("Mr", "Mrs", "Ms", "Dr", "Sen", "Rep", "Gov", "Gen", "Col", "Lt", "Sgt", "Rev", "Prof"),
    *("St", "vs", "No"),
)
_SENTENCE_END = re.compile(
    r"(?:(?<=[^\WA-Z_][.!?…])|(?<=[)\]”\"’»%][.!?…])|(?<=\b[A-Z]\.[A-Z]\.)(?=\s+(?:The|A|An|He|She|It|They|But)\s))"
    r"(?<!\s\d[.])(?<!\s\d\d[.])"  # 3. Mai
    + "".join(rf"(?<!\b{word}[.])" for word in _ABBREVIATIONS)
    + r"[”\"’)\]]*(?:\s?»)?\s+(?=[“\"‘(«„]?\s?[^\Wa-z_])"
)


def sentence_at(text: str, at: int) -> tuple[int, int]:
    """Return where the sentence around a place begins and ends."""
    bounds = _bounds(text)
    bound = bounds[max(0, bisect_right(bounds, (at, len(text))) - 1)] if bounds else (0, len(text))
    return bound if at <= bound[1] else (0, len(text))


@lru_cache(maxsize=8)
def _bounds(text: str) -> list[tuple[int, int]]:
    return [*sentences(text)]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the sentences of a passage begin and end."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)
