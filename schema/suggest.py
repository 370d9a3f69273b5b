"""Compares names as people type them, and suggests the known name that was probably meant.

rapidfuzz is imported only when a suggestion is needed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from schema.escape import visible

LONGEST = 200
"""Characters of a mistyped name that are compared."""

LEAST_SCORE = 60
"""How similar a suggestion must be, out of 100."""


def fold(name: str) -> str:
    """Return a name without case, accents, punctuation and a leading "the"."""
    letters = unicodedata.normalize("NFKD", name)
    letters = "".join(
        letter if letter.isalnum() else " "
        for letter in letters.casefold()
        if not unicodedata.combining(letter)
    )
    words = letters.split()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)


def nearest(name: str, known: Iterable[str], *, limit: int = 1, phrases: bool = False) -> list[str]:
    """Return the known names most similar to this one, the most similar first.

    Single words are compared letter by letter. `phrases` compares folded names word by word, so
    that a surname finds the full name.
    """
    from rapidfuzz import fuzz, process

    matches = process.extract(
        name[:LONGEST],
        list(known),
        scorer=fuzz.WRatio if phrases else fuzz.ratio,
        processor=fold if phrases else str.casefold,
        limit=limit,
        score_cutoff=LEAST_SCORE,
    )
    return [match for match, _, _ in matches]


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return "; did you mean `x`?" with the most similar known name, or `otherwise`."""
    for suggestion in nearest(name, known):
        # A name in somebody else's database may hold control characters.
        return f"; did you mean `{visible(suggestion)}`?"
    return otherwise
