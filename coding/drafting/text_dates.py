"""The dates of a text: where each is, what it says, and whether a drafted item has used it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from coding.date_finder import DateFinder, DateWords
from coding.drafting.date_resolver import Outlook, Resolved, Resolver
from coding.drafting.speech import Range
from coding.languages import Language
from schema.edtf import Edtf

_PLAIN = re.compile(r"\d{4}(?:-\d\d){0,2}")


@dataclass
class DatedWords:
    """Words of a date in a passage, and what they say."""

    passage: int
    item: DateWords
    resolved: Resolved
    words: str
    used: bool = False


class TextDates:
    """All dates of a text, in order."""

    def __init__(
        self, passages: Sequence[str], begins: Sequence[int], language: Language, published: date
    ) -> None:
        """Find and resolve the dates; `begins` is where the sentences of each passage begin."""
        finder, resolver = DateFinder(language), Resolver(published)
        outlook = Outlook(language)
        since = frozenset(language.words("since"))
        self._today = published.isoformat()
        self._dates: list[DatedWords] = []
        for number, text in enumerate(passages, start=1):
            for item in finder.find(text):
                if item.start < begins[number - 1]:
                    continue
                resolved = resolver.resolve(item, outlook.future(text, item.start))
                low, high = finder.with_preposition(item, text)
                words = text[low:high]
                if words.partition(" ")[0].casefold() in since and _PLAIN.fullmatch(
                    resolved.date or ""
                ):
                    resolved = replace(resolved, date=f"{resolved.date}/..")
                self._dates.append(DatedWords(number, item, resolved, words))

    def is_ahead(self, dated: DatedWords) -> bool:
        """Whether the whole date is after the publication."""
        return (Edtf.parse(str(dated.resolved.date)).earliest or "") > self._today

    def within(self, passage: int, span: Range) -> list[DatedWords]:
        """Return the dates in a stretch of a passage."""
        low, high = (
            bisect_left(self._dates, (passage, at), key=lambda it: (it.passage, it.item.start))
            for at in span
        )
        return self._dates[low:high]

    def first_unused(
        self, passage: int, span: Range, *, outside: Sequence[tuple[int, Range]] = ()
    ) -> DatedWords | None:
        """Return the first unused date in a stretch of a passage, not inside what is said there."""
        for dated in self.within(passage, span):
            if dated.resolved.date is None or dated.used:
                continue
            at = dated.item.start
            if not any(n == passage and start <= at < end for n, (start, end) in outside):
                return dated
        return None
