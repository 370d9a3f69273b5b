"""Suggests the known word or name that was probably meant.

rapidfuzz is imported only when a suggestion is needed.
"""

from __future__ import annotations

from collections.abc import Iterable

from schema.escape import visible
from schema.folding import fold

LONGEST = 200
"""Characters of a mistyped name that are compared."""

LEAST_SCORE = 60
"""How similar a suggested word must be, out of 100."""

LEAST_NAME_SCORE = 72
"""The same of a name, the average over the letters that were typed."""


def nearest(name: str, known: Iterable[str], *, limit: int = 1) -> list[str]:
    """Return the known words most similar to this one letter by letter, the most similar first."""
    from rapidfuzz import fuzz, process

    matches = process.extract(
        name[:LONGEST],
        list(known),
        scorer=fuzz.ratio,
        processor=str.casefold,
        limit=limit,
        score_cutoff=LEAST_SCORE,
    )
    return [match for match, _, _ in matches]


def nearest_names(name: str, known: Iterable[str], *, limit: int) -> list[str]:
    """Return the known names most similar to this one word by word, the most similar first.

    So a mistyped surname finds the full name, and a short word finds no long one that contains it.
    """
    from rapidfuzz import fuzz, process

    words = fold(name[:LONGEST]).split()
    words_of = {other: fold(other).split() for other in known}
    vocabulary = sorted({word for words in words_of.values() for word in words})
    similar = {
        word: {
            other: score
            for other, score, _ in process.extract(
                word, vocabulary, scorer=fuzz.ratio, limit=None, score_cutoff=LEAST_SCORE
            )
        }
        for word in {*words}
    }
    letters = sum(map(len, words))
    scores = {}
    for other, theirs in words_of.items():
        score = sum(
            len(word) * max((similar[word].get(its, 0) for its in theirs), default=0)
            for word in words
        )
        together = fuzz.ratio("".join(words), "".join(theirs))
        scores[other] = max(score / (letters or 1), together), together
    near = [other for other, (score, _) in scores.items() if score >= LEAST_NAME_SCORE]
    return sorted(near, key=lambda other: scores[other], reverse=True)[:limit]


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return "; did you mean `x`?" with the most similar known name, or `otherwise`."""
    for suggestion in nearest(name, known):
        # A name in somebody else's database may hold control characters.
        return f"; did you mean `{visible(suggestion)}`?"
    return otherwise
