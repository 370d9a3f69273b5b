"""Says how long something lasted, as bounds, by the words that say so: "for more than a year"."""

from __future__ import annotations

import re

from coding.date_finder import DateWords
from coding.values import UNITS

SEVERAL = 2
"""The fewest that a bare plural can mean: "decades-long"."""

_LASTS = re.compile(r"^for\s|[\w\d]-\w+$", re.IGNORECASE)
"""How words begin or end that say how long, rather than when."""

_SINCE_OR_UNTIL = re.compile(r"\b(?:past|last|next|coming|following)\b", re.IGNORECASE)
_MORE = re.compile(r"more|over|least|well", re.IGNORECASE)
_LESS = re.compile(r"less|under|fewer|most|up to|nearly|almost|barely|just under", re.IGNORECASE)
_ABOUT = re.compile(r"about|around|roughly|some|approximately", re.IGNORECASE)


def duration(item: DateWords) -> dict[str, str] | None:
    """Return the words with their bounds, in the terms of the format; None if they have none."""
    unit = item.parts.get("unit", "")
    lasts = item.kind == "lasting" and unit in UNITS and _LASTS.search(item.words)
    if not lasts or _SINCE_OR_UNTIL.search(item.words):
        return None
    number, about = item.parts.get("number"), item.parts.get("about", "")
    if number and number.isdigit():
        length = f"{number} {unit}{'s' if int(number) > 1 else ''}"
        if _ABOUT.fullmatch(about):
            return {"words": item.words}
        if _LESS.search(about):
            return {"words": item.words, "most": length}
        if _MORE.search(about):
            return {"words": item.words, "least": length}
        return {"words": item.words, "least": length, "most": length}
    if number is None and re.search(r"s-long$", item.words):
        return {"words": item.words, "least": f"{SEVERAL} {unit}s"}
    return None
