"""Makes a coding, to be reviewed, of what the rules find in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from coding.drafting.calendar import Outlook, Resolved, Resolver, sentences
from coding.drafting.dates import DateFinder, DateWords
from coding.drafting.languages import Language, alternatives
from coding.drafting.marks import Marked, Stretch
from coding.drafting.mentions import Known
from coding.drafting.parse import Parser
from coding.drafting.people import People
from coding.drafting.plain import plain_parses
from coding.drafting.quotations import Quotations
from coding.drafting.speech import Attribution, Range, doubt
from coding.passage_block import is_heading
from coding.reading import slug
from schema.edtf import Edtf
from schema.vocabulary import PositionKind

Item = dict[str, Any]

LEAST = 3
"""Fewer words that somebody is said to say or think are left out, unless they are in marks."""

LONGEST = 200
"""The longest title of a drafted event, in characters."""

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


@dataclass
class Dated:
    """Words of a date in a passage, and what they say."""

    passage: int
    item: DateWords
    resolved: Resolved
    words: str
    used: bool = False


class Composer:
    """Drafts one text."""

    def __init__(
        self,
        passages: Sequence[str],
        language: Language,
        parser: Parser | None,
        known: Sequence[Known],
        published: date,
    ) -> None:
        self.passages = passages
        self.language = language
        self.published = published
        self._today = published.isoformat()
        self.parses = parser(passages) if parser else plain_parses(passages, language)
        self.quotations = Quotations(passages, self.parses, language)
        self.attributions = self.quotations.attributions()
        self.dates = self._dates()
        hedges = language.words("hedges")
        hedges += [word.capitalize() for word in hedges if len(word) > len("might")]
        self.hedges = re.compile(rf"(?<!\w)(?:{alternatives(hedges)})(?!\w)")
        self.voiceless = re.compile(
            rf"(?<!\w)(?i:{alternatives(language.words('voiceless'))})(?!\w)"
        )
        self.denials = {*language.words("denials")}
        self.negations = {*language.words("negations")}
        self.people = People(passages, self.parses, language, known)
        self.keys: set[str] = set()
        self.positions: list[Item] = []
        self.quotes: list[Item] = []
        self.events: list[Item] = []

    # --- dates -------------------------------------------------------------------------------

    def _dates(self) -> list[Dated]:
        finder, resolver = DateFinder(self.language), Resolver(self.published)
        outlook = Outlook(self.language)
        dates = []
        for number, text in enumerate(self.passages, start=1):
            for item in finder.find(text):
                resolved = resolver.resolve(item, outlook.future(text, item.start))
                low, high = finder.with_preposition(item, text)
                dates.append(Dated(number, item, resolved, text[low:high]))
        return dates

    def _date_in(
        self, passage: int, span: Range, *, outside: Sequence[tuple[int, Range]] = ()
    ) -> Dated | None:
        """Return the first date in a stretch of a passage, not inside what is said there."""
        for dated in self.dates:
            if dated.passage != passage or dated.resolved.date is None or dated.used:
                continue
            at = dated.item.start
            inside = any(n == passage and start <= at < end for n, (start, end) in outside)
            if span[0] <= at < span[1] and not inside:
                return dated
        return None

    # --- the coding --------------------------------------------------------------------------

    def compose(self) -> dict[str, list[Item]]:
        """Return the drafted items of each section, in the order of the format."""
        for attribution in self.attributions:
            self._attributed(attribution)
        claimed = {n for attribution in self.attributions for n in attribution.quoted}
        for n, item in enumerate(self.quotations.marked):
            if n not in claimed:
                self._unattributed(item)
        self._sentences()
        sections = self.people.sections()
        topics = [{"key": TOPIC, "label": "To be sorted", "draft": True}] if self.positions else []
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

    def _attributed(self, attribution: Attribution) -> None:
        outer = attribution.inside
        if outer is not None and not self._relays(outer):
            return
        if self._relays(attribution) and any(
            inner.inside is attribution and inner.source for inner in self.attributions
        ):
            return  # what its report relays is drafted instead
        words = self._content_words(attribution)
        speakers, unsure = self.people.speakers(attribution)
        if not attribution.quoted and (not speakers or len(words.split()) < LEAST):
            return
        if self._negated(attribution) and not attribution.quoted:
            return  # whoever does not say it, or want it, is not quoted
        denied = DENIED if self._denied(attribution) else None
        if denied:
            clause = attribution.frame == "clause"
            words = f"it is not so that {words}" if clause else f"not so: {words}"
        reasons = [denied, doubt(attribution), unsure]
        if attribution.kind in POSITIONS and not attribution.quoted:
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
        dated = self._date_in(attribution.passage, sentence, outside=attribution.content)
        if dated is None or (Edtf.parse(str(dated.resolved.date)).earliest or "") > self._today:
            return None
        evidence = quote.pop("evidence")
        quote["date"] = dated.resolved.date
        quote["evidence"] = [{**evidence[0], "words": dated.words}]
        dated.used = True
        return f"date: {dated.resolved.unsure}" if dated.resolved.unsure else None

    def _position(self, attribution: Attribution, words: str, speakers: list[str]) -> Item:
        return {
            "key": self._key(speakers, words),
            "topic": TOPIC,
            "kind": POSITIONS[attribution.kind].value,
            "statement": words,
            "who": {"holder": _one_or_all(speakers)},
            "evidence": [{"at": _places([(attribution.passage, self._whole(attribution))])}],
        }

    def _quote(self, attribution: Attribution, words: str, speakers: list[str]) -> Item:
        marked = [self.quotations.marked[n] for n in attribution.quoted]
        item = self._in_marks(marked, speakers, words)
        if not marked:
            item = {"key": self._key(speakers, words), "says": _sentence_of(words)}
            item["evidence"] = [{"at": _places([(attribution.passage, self._whole(attribution))])}]
        if speakers:
            evidence = item.pop("evidence")
            item |= {"who": {"speaker": _one_or_all(speakers)}, "evidence": evidence}
        return item

    def _in_marks(self, marked: Sequence[Marked], speakers: list[str], words: str) -> Item:
        """Return a quote of what is in marks; `words` are the statement around them."""
        stretches = [self._trimmed(stretch) for item in marked for stretch in item.stretches]
        if not stretches:
            return {}
        segments = [self.passages[s.passage - 1][s.start : s.end] for s in stretches]
        whole = all(self.quotations.is_direct(item) for item in marked)
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
        quote = self._in_marks([item], [], "")
        whole = quote["directness"] == "direct"
        why = "who says it?" if whole else "who says it, or is it a title or a term?"
        self.quotes.append(_marked(quote, [why, DAMAGED if item.damaged else None]))

    def _sentences(self) -> None:
        """Draft an event for each sentence that has a date or hearsay, outside of what is said."""
        said = [part for a in self.attributions if a.kind == "say" for part in a.content]
        for number, text in enumerate(self.passages, start=1):
            for span in sentences(text) if not is_heading(text) else ():
                dated = self._date_in(number, span, outside=said)
                hearsay = self.voiceless.search(text, *span)
                if hearsay and any(
                    passage == number and start <= hearsay.start() < end
                    for passage, (start, end) in said
                ):
                    hearsay = None
                if dated or hearsay:
                    self._event(number, span, dated, hearsay)

    def _event(
        self, number: int, span: Range, dated: Dated | None, hearsay: re.Match[str] | None
    ) -> None:
        words = self.passages[number - 1][slice(*span)].rstrip(".!?…")
        title = words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"
        event: Item = {"key": self._key([], title), "title": title}
        evidence: Item = {"at": f"{number}:{span[0]}-{span[0] + len(words)}"}
        why = None
        if dated:
            dated.used = True
            event["date"], evidence["words"] = dated.resolved.date, dated.words
            why = f"date: {dated.resolved.unsure}" if dated.resolved.unsure else None
            if (Edtf.parse(str(dated.resolved.date)).earliest or "") > self._today:
                event["modality"] = "expected"
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

    def _sentence(self, attribution: Attribution) -> Range:
        text = self.passages[attribution.passage - 1]
        at = (attribution.cue or attribution.content[0][1])[0]
        return next(((a, b) for a, b in sentences(text) if a <= at <= b), (0, len(text)))

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

    def _content_words(self, attribution: Attribution) -> str:
        words = " ".join(
            self.passages[n - 1][start:end].strip() for n, (start, end) in attribution.content
        )
        words = re.sub(r"[“”\"«»„]", "", words)
        return re.sub(r"^(?:that|to)\s+", "", words)[:600].strip(" ,;:–—")

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
