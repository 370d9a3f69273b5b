"""How names are compared: whatever their case and accents, and by how near they are."""

import unicodedata
from collections.abc import Iterable


def fold(name: str) -> str:
    """Give a name as it is compared: no case, accents, article or punctuation."""
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


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Give the known names that look most like this one, the nearest first; none may do."""
    from rapidfuzz import fuzz, process

    found = process.extract(
        name, list(known), scorer=fuzz.WRatio, processor=fold, limit=limit, score_cutoff=60
    )
    return [near for near, _, _ in found]
