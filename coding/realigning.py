"""Realigning: where the passages of a text are after somebody has edited it, and their words.

A coding identifies passages by hash. An unchanged passage is recognised wherever it is now. A
changed one is the most similar passage between the same neighbours, or, where the earlier text is
not at hand, the one of most similar length.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate

from coding.text import measure, whole_words

SIMILAR = 50
"""How similar two passages, or two stretches of words, must be, out of 100."""

MAX_TOKENS = 20_000
"""Passages of more words and marks aren't compared word by word: memory grows with the square."""

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


class Realignment:
    """The passages of the text that was coded, by their numbers, in the text as it is now."""

    def __init__(
        self,
        measures: Sequence[tuple[int, str]],
        passages: Sequence[str],
        earlier: Sequence[str] | None = None,
    ) -> None:
        """Compare the measures of a coding with a text; `earlier` is the text that was coded."""
        coded = [digest for _, digest in measures]
        self._lengths = [length for length, _ in measures]
        self.passages = passages
        self.earlier = earlier if earlier and _hashes(earlier) == coded else None
        self.unchanged: dict[int, int] = {}
        """Where each passage is that has the same words, by its earlier number."""
        self.changed: dict[int, int] = {}
        """Where each passage is whose words have changed."""
        now = _hashes(passages)
        free: defaultdict[str, list[int]] = defaultdict(list)
        blocks = SequenceMatcher(None, coded, now, autojunk=False).get_opcodes()
        for tag, start, end, new_start, new_end in blocks:
            if tag == "equal":
                pairs = zip(range(start, end), range(new_start, new_end), strict=True)
                self.unchanged.update((old + 1, new + 1) for old, new in pairs)
            else:
                for new in range(new_start, new_end):
                    free[now[new]].append(new + 1)
        for number, digest in enumerate(coded, start=1):
            if number not in self.unchanged and free[digest]:
                self.unchanged[number] = free[digest].pop(0)
        taken = set(self.unchanged.values())
        for tag, start, end, new_start, new_end in blocks:
            if tag == "replace":
                olds = [n for n in range(start + 1, end + 1) if n not in self.unchanged]
                news = [n for n in range(new_start + 1, new_end + 1) if n not in taken]
                self.changed.update(self._pairs(olds, news))

    @property
    def added(self) -> list[int]:
        """The passages of the text as it is now that have no earlier number."""
        known = {*self.unchanged.values(), *self.changed.values()}
        return [number for number in range(1, len(self.passages) + 1) if number not in known]

    def _pairs(self, olds: list[int], news: list[int]) -> dict[int, int]:
        """Pair changed passages with the most similar ones."""
        pairs: dict[int, int] = {}
        for old in olds:
            scores = {new: self._similarity(old, new) for new in news if new not in pairs.values()}
            best = max(scores, key=lambda new: (scores[new], -new), default=None)
            if best is not None and scores[best] >= SIMILAR:
                pairs[old] = best
        return pairs

    def _similarity(self, old: int, new: int) -> float:
        passage = self.passages[new - 1]
        if self.earlier is None:
            lengths = len(passage), self._lengths[old - 1]
            return 100 * min(lengths) / max(lengths)
        from rapidfuzz import fuzz  # only a changed text needs it

        return fuzz.ratio(self.earlier[old - 1], passage)

    def stretch(
        self, number: int, start: int, end: int, words: str | None
    ) -> tuple[int, int] | None:
        """Return where a stretch of a changed passage is now; None if that is not known.

        `words` are the words of the stretch, where the coding holds them.
        """
        passage = self.passages[self.changed[number] - 1]
        if self.earlier is not None:
            old = self.earlier[number - 1]
            words = words or old[start:end]
            moved = _moved(old, passage, start, end)
            if moved is not None:
                return moved
        if not words:
            return None
        from rapidfuzz import fuzz

        match = fuzz.partial_ratio_alignment(words, passage, score_cutoff=SIMILAR)
        if match is None:
            return None
        exact = passage.find(words)
        if exact >= 0:
            return (exact, exact + len(words)) if passage.find(words, exact + 1) < 0 else None
        start, end = whole_words(words, passage, match.dest_start, match.dest_end)
        return (start, end) if start < end else None

    def elsewhere(
        self, number: int, start: int | None, end: int | None, words: str | None
    ) -> tuple[int, int, int] | None:
        """Return the one place in the text that has the words of a stretch; None if there are more.

        Passages may have been joined or divided, so it can be in any.
        """
        if self.earlier is not None:
            words = self.earlier[number - 1][start:end]
        places = [
            (n, at, at + len(words))
            for n, passage in enumerate(self.passages, start=1)
            if words and (at := passage.find(words)) >= 0
        ]
        unique = len(places) == 1 and self.passages[places[0][0] - 1].count(words or "") == 1
        return places[0] if unique else None


def _hashes(passages: Sequence[str]) -> list[str]:
    return [measure(passage)[1] for passage in passages]


def _moved(old: str, new: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where a stretch of one passage is in another, compared word by word."""
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Levenshtein

    tokens, now = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(tokens), len(now)) > MAX_TOKENS:
        return None
    at, new_at = ([0, *accumulate(map(len, side))] for side in (tokens, now))
    edits = [
        (edit.tag == "equal", at[edit.src_start], at[edit.src_end], edit)
        for edit in Levenshtein.opcodes(tokens, now)
        if edit.src_start < edit.src_end
    ]
    same, begin, _, edit = next(it for it in edits if it[2] > start)
    first = new_at[edit.dest_start] + (start - begin if same else 0)
    same, begin, _, edit = next(it for it in reversed(edits) if it[1] < end)
    last = new_at[edit.dest_start] + end - begin if same else new_at[edit.dest_end]
    first, last = whole_words(old[start:end], new, first, max(first, last))
    if fuzz.ratio(old[start:end], new[first:last]) < SIMILAR:
        return None
    return first, last
