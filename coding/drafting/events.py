"""Drafts what sentences say that quote nobody: events, and what the author thinks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from coding.drafting.durations import duration
from coding.drafting.narrative import assesses, happened, ought, will_happen
from coding.drafting.parse import Parse
from coding.drafting.people import People
from coding.drafting.sentences import sentences
from coding.drafting.speech import DraftedAttribution, Range
from coding.drafting.text_dates import DatedWords, TextDates
from coding.drafting.wording import Keys, clause, reviewable, sentence_of, title
from coding.languages import Language, alternatives
from schema.vocabulary import Modality, PositionKind

Item = dict[str, Any]

TOPIC = "unsorted"
"""The topic of drafted positions, until the coder chooses one."""

_WORTH = "is it an event worth coding?"
_POSITION = "is it a position, and of this kind?"


def hedges_of(language: Language) -> re.Pattern[str]:
    """Return a pattern for the hedges of a language."""
    words = language.words("hedges")
    words += [word.capitalize() for word in words if len(word) > len("might")]
    return re.compile(rf"(?<!\w)(?:{alternatives(words)})(?!\w)")


class Sentences:
    """Drafts the events of a text and its author's positions."""

    def __init__(
        self,
        passages: Sequence[str],
        parses: Sequence[Parse],
        begins: Sequence[int],
        language: Language,
        dates: TextDates,
        people: People,
        keys: Keys,
    ) -> None:
        """Prepare a text; `begins` is where the sentences of each passage begin."""
        self.passages = passages
        self.parses = parses
        self.begins = begins
        self.dates = dates
        self.people = people
        self.keys = keys
        self.hedges = hedges_of(language)
        voiceless = alternatives(language.words("voiceless"))
        self.voiceless = re.compile(rf"(?<!\w)(?i:{voiceless})(?!\w)")
        self.events: list[Item] = []
        self.positions: list[Item] = []

    def draft(self, attributions: Sequence[DraftedAttribution], headings: frozenset[int]) -> None:
        """Draft the sentences outside of attributions, except those of titles and headings."""
        contents: dict[int, list[tuple[int, Range]]] = defaultdict(list)
        for part in (part for a in attributions if a.kind == "say" for part in a.content):
            contents[part[0]].append(part)
        attributed = sorted(
            (a.passage, (a.cue or a.content[0][1])[0]) for a in attributions if a.content
        )
        for number, text in enumerate(self.passages, start=1):
            parts = sorted(contents[number])
            ends = [*accumulate((end for _, (_, end) in parts), max)]
            for span in sentences(text) if number not in headings else ():
                span = max(span[0], self.begins[number - 1]), span[1]
                low, high = bisect_left(ends, span[0]), bisect_left(parts, (number, (span[1],)))
                quoted = parts[low:high]
                low, high = (bisect_left(attributed, (number, at)) for at in span)
                self._sentence(number, span, quoted, is_attributed=low < high)

    def _sentence(
        self, number: int, span: Range, quoted: Sequence[tuple[int, Range]], *, is_attributed: bool
    ) -> None:
        dated = self.dates.first_unused(number, span, outside=quoted)
        hearsay = self.voiceless.search(self.passages[number - 1], *span)
        if hearsay and any(start <= hearsay.start() < end for _, (start, end) in quoted):
            hearsay = None
        parse, author = self.parses[number - 1], self.people.author
        if dated or hearsay:
            self._event(number, span, dated, hearsay)
        elif is_attributed:
            return
        elif author and ought(parse, span):
            self._position(number, span, author, PositionKind.GOAL)
        elif author and self.people.first_person and assesses(parse, span):
            self._position(number, span, author, PositionKind.VIEW)
        elif self.people.named_in(number, span):
            if happened(parse, span):
                self._event(number, span, None, None, _WORTH)
            elif will_happen(parse, span):
                self._event(number, span, None, None, _WORTH, Modality.EXPECTED)

    def _position(self, number: int, span: Range, author: str, kind: PositionKind) -> None:
        """Draft a position of the author."""
        words = self.passages[number - 1][slice(*span)]
        item = {
            "key": self.keys.new([author], words),
            "topic": self.people.topic_in(number, span) or TOPIC,
            "kind": kind.value,
            "statement": sentence_of(clause(words, self.parses[number - 1], span)),
            "who": self.people.holders([author], number, span),
            "evidence": [{"at": f"{number}:{span[0]}-{span[0] + len(words.rstrip('.!?…'))}"}],
        }
        self.positions.append(reviewable(item, [_POSITION]))

    def _event(
        self,
        number: int,
        span: Range,
        dated: DatedWords | None,
        hearsay: re.Match[str] | None,
        why: str | None = None,
        modality: Modality = Modality.ACTUAL,
    ) -> None:
        words = self.passages[number - 1][slice(*span)].rstrip(".!?…")
        name = self.title(number, span)
        if hearsay:
            name = re.sub(rf"\s{hearsay[0]}\b", "", name)  # the evidence says it
        event: Item = {"key": self.keys.new([], name), "title": name}
        evidence: Item = {"at": f"{number}:{span[0]}-{span[0] + len(words)}"}
        if dated:
            dated.used = True
            event["date"], evidence["words"] = dated.resolved.date, dated.words
            why = f"date: {dated.resolved.unsure}" if dated.resolved.unsure else None
            if self.dates.is_ahead(dated):
                modality = Modality.EXPECTED
        if modality is not Modality.ACTUAL:
            event["modality"] = modality.value
        lasting = (duration(it.item) for it in self.dates.within(number, span))
        if length := next(filter(None, lasting), None):
            event["duration"] = length
        if place := self.people.place_in(number, span):
            event["place"] = place
        if roles := self.people.roles(number, span):
            event["who"] = roles
        if hearsay:
            evidence["through"] = self.people.hearsay(hearsay[0], number)
            evidence["certainty"] = "alleged"
        hedge = hearsay or self.hedges.search(self.passages[number - 1], *span)
        if hedge:
            evidence["hedge"] = hedge[0]
        self.events.append(reviewable({**event, "evidence": [evidence]}, [why]))

    def title(self, number: int, span: Range, longest: int | None = None) -> str:
        """Return the head clause of a sentence, without its dates."""
        dates = [
            (it.item.start, it.item.end)
            for it in self.dates.within(number, span)
            if it.item.kind != "lasting" or "-" not in it.item.words  # "a five-day strike"
        ]
        return title(self.passages[number - 1], self.parses[number - 1], span, dates, longest)
