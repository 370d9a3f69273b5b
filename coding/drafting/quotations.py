"""Joins what is in quotation marks to who said it, and to the attributions of the parse.

A cue is looked for next to the marks: after them ("…," she said), before them (she said: "…"), and
if there is none, the speech goes on from the quotation before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from coding.date_finder import DateFinder
from coding.drafting.context import Context
from coding.drafting.marks import Marked, Stretch, marked
from coding.drafting.parse import Parse
from coding.drafting.plain import plain_parses
from coding.drafting.speech import Cues, DraftedAttribution, Range, Speech
from coding.drafting.statements import StatementFinder
from coding.languages import Language

_END = re.compile(r"[.!?…][)\]”\"’']*(?=\s|$)")


class Quotations:
    """The quotations of one text."""

    def __init__(
        self, passages: Sequence[str], parses: Sequence[Parse], language: Language
    ) -> None:
        self.passages = passages
        self.parses = parses
        self.language = language
        self.cues = Cues(language)
        self._them = {word.casefold() for word in language.words("objects")}
        self.marked = marked(passages, language.marks)
        dates = DateFinder(language)
        spans = [
            [dates.with_preposition(item, text) for item in dates.find(text)] for text in passages
        ]
        self.context = Context(passages, parses, self.cues, self.marked, spans)

    def attributions(self) -> list[DraftedAttribution]:
        """Return all attributions of the text, in order."""
        attributions: list[DraftedAttribution] = []
        for number, parse in enumerate(self.parses, start=1):
            attributions += [
                item
                for item in self._in_passage(number, parse)
                if item.cue is None or self.context.outside(number, item.cue[0])
            ]
        self._silence_dates(attributions)
        by_cue = {(item.passage, item.cue): item for item in attributions}
        known = {id(item) for item in attributions}
        previous: DraftedAttribution | None = None
        for n, item in enumerate(self.marked):
            whole = self.is_direct(item)
            match = None
            if not whole:
                match = self._called(item, attributions) or self._partial(item, attributions)
            if match is None:
                match = self._by_cue(item, by_cue, attributions, whole)
            if match is None and previous is not None and self._goes_on(previous, item, whole):
                match = previous
            if match is None and whole:
                match = self._speaker_before(item, attributions) or self._speaker_above(
                    item, attributions
                )
            if match is None:
                previous = None if whole else previous
                continue
            if id(match) not in known:
                known.add(id(match))
                attributions.append(match)
            self._mend(match, item)
            if match.source is None and previous and previous.passage == match.passage:
                match.source, match.antecedent = previous.source, previous.antecedent
            if n not in match.quoted:
                match.quoted.append(n)
                self._take(match, item, whole)
            match.direct = match.direct or whole
            if whole or match.kind == "say":
                previous = match
        self._silence_dates(attributions)
        self._cut(attributions)
        _nest(attributions)
        return sorted(attributions, key=lambda item: (item.passage, item.cue or item.content[0][1]))

    def _in_passage(self, number: int, parse: Parse) -> Iterable[DraftedAttribution]:
        if any(token.dep for token in parse.tokens):
            return Speech(parse, self.cues, number).find()
        return StatementFinder(parse, self.cues, self.language, number).find(
            self.passages[number - 1]
        )

    def _mend(self, match: DraftedAttribution, item: Marked) -> None:
        """Look for the speaker beside the cue, if the parse found one inside the marks."""
        if (
            not match.source
            or not match.cue
            or self.context.outside(match.passage, match.source[0])
        ):
            return
        for i, token in enumerate(self.parses[match.passage - 1].tokens):
            if match.cue[0] <= token.start < match.cue[1] and self.context.is_cue(token):
                sides = {
                    match.cue[0] > s.end: s for s in item.stretches if s.passage == match.passage
                }
                for after, stretch in sorted(sides.items(), reverse=True):
                    match.source = self.context.speaker(stretch, i, after)
                    return

    # --- whose words they are ----------------------------------------------------------------

    def is_direct(self, item: Marked) -> bool:
        """Whether whole sentences are in marks."""
        first, last = item.stretches[0], item.stretches[-1]
        words = self.passages[first.passage - 1][first.start : first.end]
        text = self.passages[last.passage - 1]
        before = self.passages[first.passage - 1][: max(0, first.start - 1)].rstrip(" ”’\"'»")
        capital = next((char for char in words if char.isalnum()), "").isupper()
        closed = (
            text[: last.end].rstrip()[-1:] in tuple(".,!?…—–-")
            or text[last.end + 1 : last.end + 2] == ","
        )
        opened = not before or before[-1] in ",:.!?…"
        if len(item.stretches) > 1:
            return True
        count = len(words.split())
        return (
            (capital and closed and (opened or count > 3))
            or (capital and opened and count > 5)
            or (closed and not before and count > 3)
            or (before.endswith(":") and count > 2)
        )

    def _partial(
        self, item: Marked, attributions: Sequence[DraftedAttribution]
    ) -> DraftedAttribution | None:
        """Return the narrowest attribution whose content has these words."""
        stretch = item.stretches[0]
        around = [
            attribution
            for attribution in attributions
            if any(
                passage == stretch.passage and start <= stretch.start and stretch.end <= end + 2
                for passage, (start, end) in attribution.content
            )
        ]
        return max(
            around,
            key=lambda a: (a.kind == "say", sum(e - s for _, (s, e) in a.content)),
            default=None,
        )

    def _by_cue(
        self,
        item: Marked,
        by_cue: dict[tuple[int, Range | None], DraftedAttribution],
        attributions: list[DraftedAttribution],
        whole: bool,
    ) -> DraftedAttribution | None:
        first, sides = item.stretches[0], [(item.stretches[-1], True), (item.stretches[0], False)]
        if first.start <= 2 and first.passage > 1:
            above = self.passages[first.passage - 2]
            if above.endswith(":"):  # the words are a passage of their own
                sides.append((Stretch(first.passage - 1, len(above) + 1, len(above) + 1), False))
        leading = self.context.cue_before(first)
        if leading is not None and self.context.leads_to(first, leading):
            sides.reverse()
        nameless = None
        for stretch, after in sides:
            i = self.context.cue_after(stretch) if after else self.context.cue_before(stretch)
            if i is None:
                continue
            parse = self.parses[stretch.passage - 1]
            token = parse.tokens[i]
            for (passage, cue), attribution in by_cue.items():
                if passage == stretch.passage and cue and cue[0] <= token.start < cue[1]:
                    near = self._near(stretch, i, after, attribution)
                    if near or attribution.source is None:
                        attribution.source = near or self.context.speaker(stretch, i, after)
                    return attribution
            source = self.context.speaker(stretch, i, after)
            if source is None:
                nameless = nameless or (stretch, token)
                continue
            cue = (token.start, token.end)
            made = DraftedAttribution(stretch.passage, cue, token.lemma, "say", source, [])
            by_cue[(stretch.passage, cue)] = made
            return made
        phrase = self._by_phrase(item, attributions)
        if phrase is None and nameless and whole:
            stretch, token = nameless
            cue = (token.start, token.end)
            return DraftedAttribution(stretch.passage, cue, token.lemma, "say", None, [])
        return phrase

    def _near(
        self, stretch: Stretch, i: int, after: bool, attribution: DraftedAttribution
    ) -> Range | None:
        """Return who is named between cue and marks, or in front of both, unlike in the parse."""
        if after:
            return self.context.between(stretch, i)
        near = self.context.touching(stretch.passage, i)
        same = near and attribution.source and _touch(near, attribution.source)
        return None if same else near

    def _by_phrase(
        self, item: Marked, attributions: list[DraftedAttribution]
    ) -> DraftedAttribution | None:
        """Return an attribution by "according to", or by a name with a colon or a dash."""
        phrase = self.context.phrase(item)
        if phrase is None:
            return None
        passage, cue, name = phrase
        for other in attributions:
            if other.passage == passage and other.cue and _touch(other.cue, cue):
                return other
        return DraftedAttribution(passage, cue, "", "say", name, [])

    def _speaker_before(
        self, item: Marked, attributions: Sequence[DraftedAttribution]
    ) -> DraftedAttribution | None:
        """Return an attribution to whoever spoke in the sentence before, as a guess."""
        first = item.stretches[0]
        if subject := self.context.subject_before(first):
            why = "is it who the words before the colon are about?"
            return DraftedAttribution(first.passage, None, "", "say", subject, [], unsure=why)
        last = _last_speech(attributions, first.passage, before=first.start)
        if last is None or last.cue is None:
            return None
        between = self.passages[first.passage - 1][last.cue[1] : first.start]
        if len(_END.findall(between)) > 1:
            return None
        return _same_speaker(
            last, "nobody is named beside it; is it still the speaker of the sentence before?"
        )

    def _speaker_above(
        self, item: Marked, attributions: Sequence[DraftedAttribution]
    ) -> DraftedAttribution | None:
        """Return an attribution to whom the passage above quotes last, as a guess.

        Only if the words in marks are a passage of their own.
        """
        last = _last_speech(attributions, item.stretches[0].passage - 1)
        if last is None or not self._alone(item):
            return None
        return _same_speaker(last, "is it still the speaker of the passage before?")

    def _called(
        self, item: Marked, attributions: list[DraftedAttribution]
    ) -> DraftedAttribution | None:
        """Return an attribution to a pronoun with its cue right in front: he called it "…"."""
        first = item.stretches[0]
        i = self.context.cue_before(first, of=True)
        if i is None:
            return None
        passage = first.passage
        token = self.parses[passage - 1].tokens[i]
        between = self.passages[passage - 1][token.end : first.start - 1].casefold().split()
        source = self.context.touching(passage, i)
        if between and between[0] in self._them:
            del between[0]
        if source is None or between not in ([], ["as"]):
            return None
        for other in attributions:
            if (
                other.passage == passage
                and other.cue
                and other.cue[0] <= token.start < other.cue[1]
            ):
                other.source, other.antecedent = source, None
                return other
        return DraftedAttribution(passage, (token.start, token.end), token.lemma, "say", source, [])

    def _alone(self, item: Marked) -> bool:
        """Whether words in marks are passages of their own."""
        first, last = item.stretches[0], item.stretches[-1]
        return first.start <= 2 and last.end >= len(self.passages[last.passage - 1]) - 3

    def _goes_on(self, previous: DraftedAttribution, item: Marked, whole: bool) -> bool:
        """Whether the speaker of the quotation before it goes on."""
        first = item.stretches[0]
        last_passage, (_, end) = previous.content[-1]
        if previous.passage == first.passage:
            between = self.passages[first.passage - 1][end : first.start - 1]
            return whole or (previous.direct and between.endswith(", ") and "." not in between)
        if not whole:
            return False
        if first.passage == last_passage + 1 and self._alone(item):
            previous.unsure = previous.unsure or "the speaker may have changed between passages"
            return True
        return False

    # --- what belongs to whom ----------------------------------------------------------------

    def _take(self, attribution: DraftedAttribution, item: Marked, whole: bool) -> None:
        """Add the words in marks to the content of an attribution."""
        stretches = [(s.passage, (s.start, s.end)) for s in item.stretches]
        inside = [
            part
            for part in attribution.content
            if any(_overlap(part, stretch) for stretch in stretches)
        ]
        if whole:
            others = (
                []
                if len(attribution.quoted) == 1
                else [part for part in attribution.content if part not in inside]
            )
            attribution.content = sorted([*others, *stretches])
            attribution.kind = "say"
        elif not inside:
            attribution.content = sorted([*attribution.content, *stretches])

    def _silence_dates(self, attributions: Sequence[DraftedAttribution]) -> None:
        """Leave out the source of what a date would say."""
        for item in attributions:
            if item.source and self.context.only_a_date(item.passage, item.source):
                item.source = None

    def _cut(self, attributions: list[DraftedAttribution]) -> None:
        """Take whole quotations of others out of what the parse holds to be content."""
        owned = {
            (s.passage, (s.start, s.end)): n
            for n, item in enumerate(self.marked)
            if self.is_direct(item)
            for s in item.stretches
        }
        for attribution in list(attributions):
            content = []
            for part in attribution.content:
                foreign = [
                    span
                    for span, n in owned.items()
                    if n not in attribution.quoted and _overlap(part, span)
                ]
                content += _without(part, foreign)
            attribution.content = content
            if not content:
                attributions.remove(attribution)


def _last_speech(
    attributions: Sequence[DraftedAttribution], passage: int, before: int | None = None
) -> DraftedAttribution | None:
    """Return what somebody says last in a passage, with its cue before a place in it."""
    speeches = [
        item
        for item in attributions
        if (item.passage, item.kind) == (passage, "say")
        and item.source
        and (before is None or (item.cue and item.cue[1] <= before))
    ]
    return max(speeches, key=lambda item: item.cue or (0, 0), default=None)


def _same_speaker(last: DraftedAttribution, why: str) -> DraftedAttribution:
    """Return an attribution to whoever spoke last, as a guess."""
    made = DraftedAttribution(last.passage, None, "", "say", last.source, [], unsure=why)
    made.antecedent = last.antecedent
    return made


def _touch(a: Range, b: Range) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _overlap(a: tuple[int, Range], b: tuple[int, Range]) -> bool:
    return a[0] == b[0] and a[1][0] < b[1][1] and b[1][0] < a[1][1]


def _without(
    part: tuple[int, Range], foreign: Sequence[tuple[int, Range]]
) -> list[tuple[int, Range]]:
    passage, (start, end) = part
    kept = []
    for _, (low, high) in sorted(foreign):
        if low - 2 - start > 12:
            kept.append((passage, (start, low - 2)))
        start = max(start, high + 2)
    if not foreign or end - start > 12:
        kept.append((passage, (start, end)))
    return kept


def _nest(attributions: list[DraftedAttribution]) -> None:
    """Say of each attribution in whose content its cue is."""
    by_passage: dict[int, list[DraftedAttribution]] = {}
    for item in attributions:
        for passage in {n for n, _ in item.content}:
            by_passage.setdefault(passage, []).append(item)
    for item in attributions:
        if item.direct:
            continue
        cue = (item.passage, item.cue) if item.cue else item.content[0]
        around = [
            other
            for other in by_passage.get(item.passage, ())
            if other is not item
            and any(_overlap(part, cue) for part in other.content)
            and not any(
                _overlap(part, (other.passage, other.cue)) for part in item.content if other.cue
            )
        ]
        item.inside = min(around, key=_length, default=None)


def _length(item: DraftedAttribution) -> int:
    return sum(end - start for _, (start, end) in item.content)


def analyse(
    passages: Sequence[str], parses: Sequence[Parse] | None, language: Language
) -> tuple[list[DraftedAttribution], list[Marked]]:
    """Return the attributions and the stretches in marks of a text."""
    if parses is None:
        parses = plain_parses(passages, language)
    quotations = Quotations(passages, parses, language)
    return quotations.attributions(), quotations.marked
