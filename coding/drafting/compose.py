"""Makes a coding, to be reviewed, of what the rules find in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from coding.drafting.events import TOPIC, Sentences, hedges_of
from coding.drafting.head import LINES, announces, dateline
from coding.drafting.marks import Marked, Stretch
from coding.drafting.mentions import Known
from coding.drafting.parse import Parser
from coding.drafting.people import People, one_or_all
from coding.drafting.plain import plain_parses
from coding.drafting.quotations import Quotations
from coding.drafting.sentences import sentence_at
from coding.drafting.speech import DraftedAttribution, Range, doubt
from coding.drafting.text_dates import TextDates
from coding.drafting.wording import Keys, reviewable, sentence_of, statement
from coding.languages import Language
from schema.vocabulary import PositionKind

Item = dict[str, Any]

LEAST = 3
"""Fewer words that somebody is said to say or think are left out, unless they are in marks."""

DENIED = "it is denied; does the statement say so?"

DAMAGED = "a quotation mark is missing; where do the words end?"

POSITIONS = {
    "view": PositionKind.VIEW,
    "goal": PositionKind.GOAL,
    "fear": PositionKind.FEAR,
    "refusal": PositionKind.REFUSAL,
    "adjective": PositionKind.VIEW,
    "noun": PositionKind.VIEW,
}


class Composer:
    """Drafts one text."""

    def __init__(
        self,
        passages: Sequence[str],
        language: Language,
        parser: Parser | None,
        known: Sequence[Known],
        published: date,
        author: str | None = None,
        heading: str | None = None,
    ) -> None:
        self.passages = passages
        self.language = language
        self.headings = frozenset(
            n for n, text in enumerate(passages, start=1) if announces(text, heading)
        )
        behind = [dateline(text) for text in passages[:LINES]]
        behind += [0] * (len(passages) - len(behind))
        blank = [" " * at + text[at:] for at, text in zip(behind, passages, strict=True)]
        self.parses = parser(blank) if parser else plain_parses(blank, language)
        self.quotations = Quotations(passages, self.parses, language)
        self.attributions = self.quotations.attributions()
        self.dates = TextDates(passages, behind, language, published)
        self.hedges = hedges_of(language)
        self.denials = {*language.words("denials")}
        self.negations = {*language.words("negations")}
        marked = self.quotations.marked
        self.people = People(
            passages, self.parses, language, known, author, marked, self.attributions
        )
        self.keys = Keys()
        self.quotes: list[Item] = []
        self.sentences = Sentences(
            passages, self.parses, behind, language, self.dates, self.people, self.keys
        )
        self.positions = self.sentences.positions

    # --- the coding --------------------------------------------------------------------------

    def compose(self) -> dict[str, list[Item]]:
        """Return the drafted items of each section, in the order of the format."""
        for attribution in self.attributions:
            if attribution.passage not in self.headings:
                self._attributed(attribution)
        claimed = {n for attribution in self.attributions for n in attribution.quoted}
        for n, item in enumerate(self.quotations.marked):
            if n not in claimed and item.stretches[0].passage not in self.headings:
                self._unattributed(item)
        self.sentences.draft(self.attributions, self.headings)
        sections = self.people.sections()
        used = dict.fromkeys(item["topic"] for item in self.positions)
        topics = [
            {"key": key, "label": "To be sorted", "draft": True}
            if key == TOPIC
            else {"key": key, "draft": True}
            for key in used
        ]
        return {
            "topics": topics,
            "places": sections["places"],
            "actors": sections["actors"],
            "sources": sections["sources"],
            "events": self.sentences.events,
            "quotes": self.quotes,
            "positions": self.positions,
            "relations": sections["relations"],
        }

    def _attributed(self, attribution: DraftedAttribution) -> None:
        outer = attribution.inside
        if outer is not None and not self._relays(outer):
            return
        if self._relays(attribution) and any(
            inner.inside is attribution
            and inner.source
            and (inner.quoted or self._size(inner) >= LEAST)
            for inner in self.attributions
        ):
            return  # what its report relays is drafted instead
        position = attribution.kind in POSITIONS and not attribution.quoted
        words = statement(self.passages, attribution, position=position)
        drafted = set(self.people.actors)
        speakers, unsure = self.people.speakers(attribution)
        if not attribution.quoted and (
            not speakers
            or self._size(attribution) < LEAST
            or self._negated(attribution)  # whoever does not say it, or want it, is not quoted
            or (position and not any(map(self.people.is_somebody, speakers)))
        ):
            self.people.forget([key for key in speakers if key not in drafted])
            return
        denied = DENIED if self._denied(attribution) else None
        if denied:
            clause = attribution.frame == "clause"
            words = f"it is not so that {words}" if clause else f"not so: {words}"
        reasons = [denied, doubt(attribution), unsure]
        if position:
            reasons = [denied, attribution.unsure, unsure, "is it a position, and of this kind?"]
            item, target = self._position(attribution, words, speakers), self.positions
        else:
            item, target = self._quote(attribution, words, speakers), self.quotes
            reasons += [self._date(item, attribution), DAMAGED if "marks" in item else None]
        evidence = item["evidence"][0]
        if outer is not None and (through := self.people.source(outer)):
            evidence["through"] = through
        elif target is self.quotes:
            self.people.source(attribution)
        text = self.passages[attribution.passage - 1]
        if hedge := self.hedges.search(text, *self._around_cue(attribution)):
            evidence["hedge"] = hedge[0]
        target.append(reviewable(item, reasons))

    def _size(self, attribution: DraftedAttribution) -> int:
        """Return how many words are said or thought."""
        return sum(
            len(self.passages[n - 1][start:end].split()) for n, (start, end) in attribution.content
        )

    def _denied(self, attribution: DraftedAttribution) -> bool:
        """Whether somebody says or thinks that it is not so; a refusal is a kind of its own."""
        if attribution.direct or attribution.kind == "refusal":
            return False
        return attribution.lemma in self.denials or self._negated(attribution)

    def _negated(self, attribution: DraftedAttribution) -> bool:
        """Whether the cue is in the negative: "did not say"."""
        cue = self.passages[attribution.passage - 1][slice(*(attribution.cue or (0, 0)))]
        return any(word in self.negations for word in re.findall(r"n[’']t\b|\w+", cue.casefold()))

    def _date(self, quote: Item, attribution: DraftedAttribution) -> str | None:
        """Date a quote by its sentence, and return why that is a guess, if it is one."""
        sentence = self._sentence(attribution)
        dated = self.dates.first_unused(attribution.passage, sentence, outside=attribution.content)
        if dated is None or self.dates.is_ahead(dated):
            return None
        evidence = quote.pop("evidence")
        quote["date"] = dated.resolved.date
        quote["evidence"] = [{**evidence[0], "words": dated.words}]
        dated.used = True
        return f"date: {dated.resolved.unsure}" if dated.resolved.unsure else None

    def _position(self, attribution: DraftedAttribution, words: str, speakers: list[str]) -> Item:
        whole = attribution.frame == "clause" and attribution.kind in ("goal", "view")
        return {
            "key": self.keys.new(speakers, words),
            "topic": self.people.topic_in(attribution.passage, self._sentence(attribution))
            or TOPIC,
            "kind": POSITIONS[attribution.kind].value,
            "statement": sentence_of(words) if whole else words,
            "who": self.people.holders(speakers, attribution.passage, attribution.content[0][1]),
            "evidence": [{"at": _places([(attribution.passage, self._whole(attribution))])}],
        }

    def _quote(self, attribution: DraftedAttribution, words: str, speakers: list[str]) -> Item:
        marked = [self.quotations.marked[n] for n in attribution.quoted]
        item = self._in_marks(marked, speakers, words, whole=attribution.direct)
        if not marked:
            item = {"key": self.keys.new(speakers, words), "says": sentence_of(words)}
            item["evidence"] = [{"at": _places([(attribution.passage, self._whole(attribution))])}]
        if speakers:
            evidence = item.pop("evidence")
            item |= {"who": {"speaker": one_or_all(speakers)}, "evidence": evidence}
        return item

    def _in_marks(
        self, marked: Sequence[Marked], speakers: list[str], words: str, *, whole: bool
    ) -> Item:
        """Return a quote of what is in marks; `words` are the statement around them."""
        stretches = [self._trimmed(stretch) for item in marked for stretch in item.stretches]
        if not stretches:
            return {}
        segments = [self.passages[s.passage - 1][s.start : s.end] for s in stretches]
        quote: Item = {"key": self.keys.new(speakers, segments[0]), "text": one_or_all(segments)}
        if not whole:
            quote["says"] = sentence_of(words or " … ".join(segments))
        quote["directness"] = "direct" if whole else "partial"
        if any(item.damaged for item in marked):
            quote["marks"] = "damaged"
        quote["evidence"] = [{"at": _places([(s.passage, (s.start, s.end)) for s in stretches])}]
        return quote

    def _relays(self, attribution: DraftedAttribution) -> bool:
        """Whether an attribution is a report, whose voices come through it."""
        return attribution.kind == "say" and self.people.is_report(attribution)

    def _unattributed(self, item: Marked) -> None:
        """Draft what is in marks though nobody is said to say it."""
        whole = self.quotations.is_direct(item)
        first = item.stretches[0]
        sentence = self._sentence_at(first.passage, first.start)
        around = self.sentences.title(first.passage, sentence, 400)
        quote = self._in_marks([item], [], around, whole=whole)
        why = "who says it?" if whole else "who says it, or is it a title or a term?"
        self.quotes.append(reviewable(quote, [why, DAMAGED if item.damaged else None]))

    # --- words and places --------------------------------------------------------------------

    def _trimmed(self, stretch: Stretch) -> Stretch:
        """Leave out the marks at the ends that belong to the sentence around the words."""
        words = self.passages[stretch.passage - 1][stretch.start : stretch.end]
        end = stretch.start + len(words.rstrip(" ,.;"))
        start = stretch.end - len(words.lstrip(" …"))
        return Stretch(stretch.passage, start, end) if start < end else stretch

    def _sentence(self, attribution: DraftedAttribution) -> Range:
        at = (attribution.cue or attribution.content[0][1])[0]
        return self._sentence_at(attribution.passage, at)

    def _sentence_at(self, number: int, at: int) -> Range:
        return sentence_at(self.passages[number - 1], at)

    def _whole(self, attribution: DraftedAttribution) -> Range:
        """Return the stretch of its passage with source, cue and content."""
        spans = [span for n, span in attribution.content if n == attribution.passage]
        spans += [span for span in (attribution.cue, attribution.source) if span]
        return min(start for start, _ in spans), max(end for _, end in spans)

    def _around_cue(self, attribution: DraftedAttribution) -> Range:
        """Return the part of the passage around source and cue, where a hedge belongs to them."""
        spans = [span for span in (attribution.cue, attribution.source) if span]
        if not spans:
            return 0, 0
        return max(0, min(a for a, _ in spans) - 20), max(b for _, b in spans)


def _places(spans: Sequence[tuple[int, Range]]) -> str:
    return ", ".join(f"{passage}:{start}-{end}" for passage, (start, end) in spans)
