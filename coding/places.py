r"""Places in a text: how a coding writes them, and where the words of a quoted place are.

`at` lists places, separated by commas: a whole passage (`4`), offsets (`4:33-127`), or a passage
and its words in ASCII quotation marks (`4 "The envoy said … no more"`), either all of them or the
first and the last with an ellipsis between spaces (`…` or `...`). `\"` is a quotation mark in the
text. Words that occur more often are numbered: `14 "Turkey" (2nd)`. Offsets may keep their words
for readers: `4:33-127 "The envoy said … no more"`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from coding.faults import quoted
from coding.text import PassageSearch, normalise

MAX_ELLIPSES = 10
"""How many ellipses in the words of a place may be the one that marks what is left out."""

MAX_LISTED = 10
"""How many places a message about ambiguous words lists."""

LONGEST = 80
"""Characters of a stretch whose words are written in full; of a longer one, only its ends."""

_PLACE = re.compile(
    r"([1-9][0-9]{0,5})(?::([0-9]{1,7})-([0-9]{1,7}))?"
    r'(?:\s+"((?:[^"\\]|\\.)*)"(?:\s*\(([1-9][0-9]{0,2})(?:st|nd|rd|th)\))?)?'
)
_COMMA = re.compile(r"\s*,\s*")
_ELLIPSIS = re.compile(r" (?:…|\.\.\.) ")


class PlaceError(Exception):
    """A place that cannot be read or found: the id of the rule, and the message."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class Locator(NamedTuple):
    """One place of an `at`: a whole passage, or offsets, or words that still have to be found."""

    passage: int
    start: int | None = None
    end: int | None = None
    words: str | None = None
    occurrence: int | None = None
    """Which of several occurrences of the words is meant, from 1."""

    @property
    def quoted_only(self) -> bool:
        """Whether its words have to be found before the coding can be loaded."""
        return self.words is not None and self.start is None

    @property
    def bare(self) -> Locator:
        """The place without its words."""
        return Locator(self.passage, self.start, self.end)

    def __str__(self) -> str:
        """Return the place as a coding writes it."""
        text = str(self.passage)
        if self.start is not None:
            text += f":{self.start}-{self.end}"
        if self.words is not None:
            words = self.words.replace("\\", "\\\\").replace('"', '\\"')
            text += f' "{words}"'
        if self.occurrence is not None:
            text += f" ({ordinal(self.occurrence)})"
        return text


def ordinal(number: int) -> str:
    """Return a number as 1st, 2nd, 3rd, 4th."""
    teens = 10 < number % 100 < 14
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def parse_places(at: str) -> list[Locator]:
    """Read an `at`. Raises PlaceError where it is not a list of places."""
    places: list[Locator] = []
    position = 0
    while True:
        match = _PLACE.match(at, position)
        comma = _COMMA.match(at, match.end()) if match else None
        if match is None or not (comma or match.end() == len(at)):
            raise PlaceError(
                "bad-place",
                f"{quoted(at)} cannot be read from {quoted(at[position:], 40)} on; write "
                '2 "first words … last words", and \\" for a quotation mark in them',
            )
        passage, start, end, words, occurrence = match.groups()
        places.append(
            Locator(
                int(passage),
                None if start is None else int(start),
                None if end is None else int(end),
                None if words is None else normalise(re.sub(r"\\(.)", r"\1", words)),
                None if occurrence is None else int(occurrence),
            )
        )
        if comma is None:
            return places
        position = comma.end()


def locate(place: Locator, search: PassageSearch) -> Locator:
    """Return the place with the offsets of its words, which it keeps.

    Raises PlaceError if the words aren't there, or if it isn't clear which of them are meant.
    """
    number, words, passages = place.passage, place.words or "", search.passages
    if number > len(passages):
        raise PlaceError("words-not-found", f"there is no ¶{number}: the text has {len(passages)}")
    if not words:
        raise PlaceError("bad-place", f"{number} has no words between its quotation marks")
    stretches = occurrences(words, passages[number - 1])
    if not stretches:
        raise PlaceError("words-not-found", _nowhere(number, words, search))
    if place.occurrence is None and len(stretches) > 1:
        listed = ", ".join(f"{number}:{start}-{end}" for start, end in stretches[:MAX_LISTED])
        more = len(stretches) - MAX_LISTED
        raise PlaceError(
            "words-ambiguous",
            f"{quoted(words)} occurs {len(stretches)} times in ¶{number}, at {listed}"
            f"{f' and {more} more' if more > 0 else ''}; give more words, or number them: (2nd)",
        )
    if (place.occurrence or 1) > len(stretches):
        times = "once" if len(stretches) == 1 else f"{len(stretches)} times"
        raise PlaceError("words-not-found", f"{quoted(words)} occurs only {times} in ¶{number}")
    start, end = stretches[(place.occurrence or 1) - 1]
    return place._replace(start=start, end=end)


def occurrences(words: str, passage: str) -> list[tuple[int, int]]:
    """Return the stretches of a passage that the words of a place may mean, in order.

    Words are looked up as they are; if they aren't there, their first and last words are. Where
    either end occurs once, the other is the nearest.
    """
    whole = [(start, start + len(words)) for start in _starts(words, passage)]
    if whole:
        return whole
    stretches: set[tuple[int, int]] = set()
    for first, last in _splits(words):
        heads, tails = _starts(first, passage), _starts(last, passage)
        follows = [bisect_left(tails, head + len(first)) for head in heads]
        pairs = [
            (head, tails[at] + len(last))
            for head, at in zip(heads, follows, strict=True)
            if at < len(tails)
        ]
        if pairs and follows[0] == len(tails) - 1:  # only the last of the tails can be meant
            pairs = pairs[-1:]
        stretches.update(pairs)
    return sorted(stretches)


def quote_place(place: Locator, passage: str) -> Locator:
    """Return a place with offsets by its words alone, so that `locate` finds the same offsets.

    A place stays as it is if its words cannot say where it is: they may cut a word in two.
    """
    if place.start is None or place.end is None:
        return place
    search = PassageSearch([passage])
    for words in _wordings(passage[place.start : place.end]):
        stretches = occurrences(words, passage) if words == normalise(words) != "" else []
        if (place.start, place.end) not in stretches:
            continue
        number = stretches.index((place.start, place.end)) + 1
        candidate = Locator(1, words=words, occurrence=number if len(stretches) > 1 else None)
        located = locate(candidate, search)
        if (located.start, located.end) == (place.start, place.end):
            return candidate._replace(passage=place.passage)
    return place.bare


def _wordings(stretch: str) -> Iterator[str]:
    """Yield ways to quote a stretch, the shortest to read first."""
    words = stretch.split(" ")
    if len(stretch) > LONGEST:
        for count in range(3, min(len(words) // 2, 12)):
            yield f"{' '.join(words[:count])} … {' '.join(words[-count:])}"
    yield stretch


def _splits(words: str) -> Iterator[tuple[str, str]]:
    for ellipsis in islice(_ELLIPSIS.finditer(words), MAX_ELLIPSES):
        yield words[: ellipsis.start()], words[ellipsis.end() :]


def _starts(words: str, passage: str) -> Sequence[int]:
    """Return where words begin: as whole words, or if they never do, anywhere."""
    starts, whole = [], []
    start = passage.find(words)
    while start >= 0:
        end = start + len(words)
        starts.append(start)
        cuts = (start > 0 and words[0].isalnum() and passage[start - 1].isalnum()) or (
            end < len(passage) and words[-1].isalnum() and passage[end].isalnum()
        )
        if not cuts:
            whole.append(start)
        start = passage.find(words, start + 1)
    return whole or starts


def _nowhere(number: int, words: str, search: PassageSearch) -> str:
    passage = search.passages[number - 1]
    for first, last in _splits(words):
        if first in passage and last in passage:
            return f"{quoted(last)} does not follow {quoted(first)} in ¶{number}; swap them?"
        missing = last if first in passage else first
        break
    else:
        missing = words
    return f"{quoted(missing)} is not in ¶{number}{search.hint(missing, [number])}"
