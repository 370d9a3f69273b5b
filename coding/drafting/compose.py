"""Makes a coding, to be reviewed, of what the rules find in a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import Any

from coding.drafting.calendar import sentence_at, sentences
from coding.drafting.durations import duration
from coding.drafting.head import LINES, announces, dateline
from coding.drafting.languages import Language, alternatives
from coding.drafting.marks import Marked, Stretch
from coding.drafting.mentions import Known
from coding.drafting.narrative import happened, ought
from coding.drafting.parse import Parser
from coding.drafting.people import People
from coding.drafting.plain import plain_parses
from coding.drafting.quotations import Quotations
from coding.drafting.speech import Attribution, Range, doubt
from coding.drafting.text_dates import Dated, TextDates
from coding.drafting.wording import LONGEST, statement, title
from coding.reading import slug
from schema.vocabulary import PositionKind

Item = dict[str, Any]

LEAST = 3
"""Fewer words that somebody is said to say or think are left out, unless they are in marks."""

DENIED = "it is denied; does the statement say so?"

DAMAGED = "a quotation mark is missing; where do the words end?"

TOPIC = "unsorted"
"""The topic of drafted positions, until the coder chooses one."""

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
        self.heading = heading
        self.author = author
        self._today = published.isoformat()
        behind = [dateline(text) for text in passages[:LINES]]
        behind += [0] * (len(passages) - len(behind))
        self.begins = behind
        """Where the sentences of each passage begin, behind its dateline."""
        blank = [" " * at + text[at:] for at, text in zip(behind, passages, strict=True)]
        self.parses = parser(blank) if parser else plain_parses(blank, language)
        self.quotations = Quotations(passages, self.parses, language)
        self.attributions = self.quotations.attributions()
        self.dates = TextDates(passages, behind, language, published)
        hedges = language.words("hedges")
        hedges += [word.capitalize() for word in hedges if len(word) > len("might")]
        self.hedges = re.compile(rf"(?<!\w)(?:{alternatives(hedges)})(?!\w)")
        self.voiceless = re.compile(
            rf"(?<!\w)(?i:{alternatives(language.words('voiceless'))})(?!\w)"
        )
        self.denials = {*language.words("denials")}
        self.negations = {*language.words("negations")}
        marked = self.quotations.marked
        self.people = People(
            passages, self.parses, language, known, author, marked, self.attributions
        )
        self.keys: set[str] = set()
        self.positions: list[Item] = []
        self.quotes: list[Item] = []
        self.events: list[Item] = []

    # --- the coding --------------------------------------------------------------------------

    def compose(self) -> dict[str, list[Item]]:
        """Return the drafted items of each section, in the order of the format."""
        for attribution in self.attributions:
            if not self._is_heading(attribution.passage):
                self._attributed(attribution)
        claimed = {n for attribution in self.attributions for n in attribution.quoted}
        for n, item in enumerate(self.quotations.marked):
            if n not in claimed and not self._is_heading(item.stretches[0].passage):
                self._unattributed(item)
        self._sentences()
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
            "events": self.events,
            "quotes": self.quotes,
            "positions": self.positions,
            "relations": sections["relations"],
        }

    def _is_heading(self, number: int) -> bool:
        """Whether a passage is a title or a heading: it announces what the text says."""
        return announces(self.passages[number - 1], self.heading)

    def _attributed(self, attribution: Attribution) -> None:
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
        target.append(_marked(item, reasons))

    def _size(self, attribution: Attribution) -> int:
        """Return how many words are said or thought."""
        return sum(
            len(self.passages[n - 1][start:end].split()) for n, (start, end) in attribution.content
        )

    def _denied(self, attribution: Attribution) -> bool:
        """Whether somebody says or thinks that it is not so; a refusal is a kind of its own."""
        if attribution.direct or attribution.kind == "refusal":
            return False
        return attribution.lemma in self.denials or self._negated(attribution)

    def _negated(self, attribution: Attribution) -> bool:
        """Whether the cue is in the negative: "did not say"."""
        cue = self.passages[attribution.passage - 1][slice(*(attribution.cue or (0, 0)))]
        return any(word in self.negations for word in re.findall(r"n[’']t\b|\w+", cue.casefold()))

    def _date(self, quote: Item, attribution: Attribution) -> str | None:
        """Date a quote by its sentence, and return why that is a guess, if it is one."""
        sentence = self._sentence(attribution)
        dated = self.dates.first_unused(attribution.passage, sentence, outside=attribution.content)
        if dated is None or dated.is_after(self._today):
            return None
        evidence = quote.pop("evidence")
        quote["date"] = dated.resolved.date
        quote["evidence"] = [{**evidence[0], "words": dated.words}]
        dated.used = True
        return f"date: {dated.resolved.unsure}" if dated.resolved.unsure else None

    def _position(self, attribution: Attribution, words: str, speakers: list[str]) -> Item:
        whole = attribution.frame == "clause" and attribution.kind in ("goal", "view")
        return {
            "key": self._key(speakers, words),
            "topic": self.people.topic_in(attribution.passage, self._sentence(attribution))
            or TOPIC,
            "kind": POSITIONS[attribution.kind].value,
            "statement": _sentence_of(words) if whole else words,
            "who": {"holder": _one_or_all(speakers)},
            "evidence": [{"at": _places([(attribution.passage, self._whole(attribution))])}],
        }

    def _quote(self, attribution: Attribution, words: str, speakers: list[str]) -> Item:
        marked = [self.quotations.marked[n] for n in attribution.quoted]
        item = self._in_marks(marked, speakers, words, whole=attribution.direct)
        if not marked:
            item = {"key": self._key(speakers, words), "says": _sentence_of(words)}
            item["evidence"] = [{"at": _places([(attribution.passage, self._whole(attribution))])}]
        if speakers:
            evidence = item.pop("evidence")
            item |= {"who": {"speaker": _one_or_all(speakers)}, "evidence": evidence}
        return item

    def _in_marks(
        self, marked: Sequence[Marked], speakers: list[str], words: str, *, whole: bool
    ) -> Item:
        """Return a quote of what is in marks; `words` are the statement around them."""
        stretches = [self._trimmed(stretch) for item in marked for stretch in item.stretches]
        if not stretches:
            return {}
        segments = [self.passages[s.passage - 1][s.start : s.end] for s in stretches]
        quote: Item = {"key": self._key(speakers, segments[0]), "text": _one_or_all(segments)}
        if not whole:
            quote["says"] = _sentence_of(words or " … ".join(segments))
        quote["directness"] = "direct" if whole else "partial"
        if any(item.damaged for item in marked):
            quote["marks"] = "damaged"
        quote["evidence"] = [{"at": _places([(s.passage, (s.start, s.end)) for s in stretches])}]
        return quote

    def _relays(self, attribution: Attribution) -> bool:
        """Whether an attribution is a report, whose voices come through it."""
        return attribution.kind == "say" and self.people.is_report(attribution)

    def _unattributed(self, item: Marked) -> None:
        """Draft what is in marks though nobody is said to say it."""
        whole = self.quotations.is_direct(item)
        first = item.stretches[0]
        sentence = self._sentence_at(first.passage, first.start)
        around = self._title(first.passage, sentence, 400)
        quote = self._in_marks([item], [], around, whole=whole)
        why = "who says it?" if whole else "who says it, or is it a title or a term?"
        self.quotes.append(_marked(quote, [why, DAMAGED if item.damaged else None]))

    def _sentences(self) -> None:
        """Draft what sentences tell of their own: with a date or hearsay, or in the past."""
        contents: dict[int, list[tuple[int, Range]]] = defaultdict(list)
        for part in (part for a in self.attributions if a.kind == "say" for part in a.content):
            contents[part[0]].append(part)
        attributed = sorted(
            (a.passage, (a.cue or a.content[0][1])[0]) for a in self.attributions if a.content
        )
        for number, text in enumerate(self.passages, start=1):
            parts = sorted(contents[number])
            ends = [*accumulate((end for _, (_, end) in parts), max)]
            for span in sentences(text) if not self._is_heading(number) else ():
                span = max(span[0], self.begins[number - 1]), span[1]
                low, high = bisect_left(ends, span[0]), bisect_left(parts, (number, (span[1],)))
                said = parts[low:high]
                dated = self.dates.first_unused(number, span, outside=said)
                hearsay = self.voiceless.search(text, *span)
                if hearsay and any(
                    passage == number and start <= hearsay.start() < end
                    for passage, (start, end) in said
                ):
                    hearsay = None
                if dated or hearsay:
                    self._event(number, span, dated, hearsay)
                    continue
                low, high = (bisect_left(attributed, (number, at)) for at in span)
                parse = self.parses[number - 1]
                if low == high and self.author and ought(parse, span):
                    self._aim(number, span, self.author)
                elif low == high and happened(parse, span) and self.people.named_in(number, span):
                    self._event(number, span, None, None, "is it an event worth coding?")

    def _aim(self, number: int, span: Range, author: str) -> None:
        """Draft a position of the author: what must or should be."""
        words = self.passages[number - 1][slice(*span)]
        item = {
            "key": self._key([author], words),
            "topic": self.people.topic_in(number, span) or TOPIC,
            "kind": PositionKind.GOAL.value,
            "statement": _sentence_of(words),
            "who": {"holder": author},
            "evidence": [{"at": f"{number}:{span[0]}-{span[0] + len(words.rstrip('.!?…'))}"}],
        }
        self.positions.append(_marked(item, ["is it a position, and of this kind?"]))

    def _event(
        self,
        number: int,
        span: Range,
        dated: Dated | None,
        hearsay: re.Match[str] | None,
        why: str | None = None,
    ) -> None:
        words = self.passages[number - 1][slice(*span)].rstrip(".!?…")
        title = self._title(number, span)
        event: Item = {"key": self._key([], title), "title": title}
        evidence: Item = {"at": f"{number}:{span[0]}-{span[0] + len(words)}"}
        if dated:
            dated.used = True
            event["date"], evidence["words"] = dated.resolved.date, dated.words
            why = f"date: {dated.resolved.unsure}" if dated.resolved.unsure else None
            if dated.is_after(self._today):
                event["modality"] = "expected"
        lasting = (duration(it.item) for it in self.dates.within(number, span))
        if length := next(filter(None, lasting), None):
            event["duration"] = length
        if place := self.people.place_in(number, span):
            event["place"] = place
        role, actor = self.people.doer(number, span)
        if actor:
            event["who"] = {role: actor}
        if hearsay:
            evidence["through"] = self.people.hearsay(hearsay[0], number)
            evidence["certainty"] = "alleged"
        hedge = hearsay or self.hedges.search(self.passages[number - 1], *span)
        if hedge:
            evidence["hedge"] = hedge[0]
        self.events.append(_marked({**event, "evidence": [evidence]}, [why]))

    # --- words and places --------------------------------------------------------------------

    def _trimmed(self, stretch: Stretch) -> Stretch:
        """Leave out the marks at the ends that belong to the sentence around the words."""
        words = self.passages[stretch.passage - 1][stretch.start : stretch.end]
        end = stretch.start + len(words.rstrip(" ,.;"))
        start = stretch.end - len(words.lstrip(" …"))
        return Stretch(stretch.passage, start, end) if start < end else stretch

    def _title(self, number: int, span: Range, longest: int = LONGEST) -> str:
        dates = [
            (it.item.start, it.item.end)
            for it in self.dates.within(number, span)
            if it.item.kind != "lasting" or "-" not in it.item.words  # "a five-day strike"
        ]
        return title(self.passages[number - 1], self.parses[number - 1], span, dates, longest)

    def _sentence(self, attribution: Attribution) -> Range:
        at = (attribution.cue or attribution.content[0][1])[0]
        return self._sentence_at(attribution.passage, at)

    def _sentence_at(self, number: int, at: int) -> Range:
        return sentence_at(self.passages[number - 1], at)

    def _whole(self, attribution: Attribution) -> Range:
        """Return the stretch of its passage with source, cue and content."""
        spans = [span for n, span in attribution.content if n == attribution.passage]
        spans += [span for span in (attribution.cue, attribution.source) if span]
        return min(start for start, _ in spans), max(end for _, end in spans)

    def _around_cue(self, attribution: Attribution) -> Range:
        """Return the part of the passage around source and cue, where a hedge belongs to them."""
        spans = [span for span in (attribution.cue, attribution.source) if span]
        if not spans:
            return 0, 0
        return max(0, min(a for a, _ in spans) - 20), max(b for _, b in spans)

    def _key(self, speakers: list[str], words: str) -> str:
        speaker = speakers[0] if speakers else ""
        short = " ".join(words.split()[:5])
        base = slug(f"{speaker.split('-')[-1]} {short}")[:60].strip("-") or "item"
        key, n = base, 2
        while key in self.keys:
            key, n = f"{base}-{n}", n + 1
        self.keys.add(key)
        return key


def _places(spans: Sequence[tuple[int, Range]]) -> str:
    return ", ".join(f"{passage}:{start}-{end}" for passage, (start, end) in spans)


def _sentence_of(words: str) -> str:
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?", "…")) else ".")


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _marked(item: Item, reasons: Sequence[str | None]) -> Item:
    """Return an item marked as a draft, and why it is a guess, in front of its evidence."""
    evidence = item.pop("evidence", None)
    item["draft"] = True
    if why := "; ".join(dict.fromkeys(reason for reason in reasons if reason)):
        item["unsure"] = why
    if evidence is not None:
        item["evidence"] = evidence
    return item
