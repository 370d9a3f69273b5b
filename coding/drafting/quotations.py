"""Joins what is in quotation marks to who said it, and to the attributions of the parse.

A cue is looked for next to the marks: after them ("…," she said), before them (she said: "…"), and
if there is none, the speech goes on from the quotation before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from coding.drafting.languages import Language, alternatives
from coding.drafting.marks import Marked, Stretch, marked
from coding.drafting.parse import Parse, Token
from coding.drafting.plain import forms, plain
from coding.drafting.speech import Attribution, Cues, Range, Speech

NEAR = 14
"""How many words may be between a cue and the marks."""

_END = re.compile(r"[.!?…][)\]”\"’']*(?=\s|$)")
_ASKS_FOR_CUE = re.compile(r"[,?!—–…-][’'”\"]*\s*$")
_INITIALS = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Rev|Hon|St|Jr|Sr|Inc|vs|No)\.$"
)
_NAME = re.compile(r"[^\W\d_]")


class Quotations:
    """The quotations of one text."""

    def __init__(
        self, passages: Sequence[str], parses: Sequence[Parse], language: Language
    ) -> None:
        self.passages = passages
        self.parses = parses
        self.cues = Cues(language)
        self.forms = forms(language, language.words("say"))
        self.pronouns = {word.casefold() for word in language.words("pronouns")}
        self.marked = marked(passages, language.marks)
        self.masks = self._masks()
        according = alternatives(language.words("according"))
        self.before = [
            re.compile(rf"(?i:(?P<cue>{according}))\s(?P<name>[^,:;“”\"]+)[,:]\s*$"),
            re.compile(
                r"(?i:(?P<cue>as))\s(?P<name>[^,:;]+?)\s(put it|said|says|wrote|noted)[,:]\s*$"
            ),
            re.compile(r"^\s*(?P<name>[A-Z][^,:;.“”\"]{1,60})(?P<cue>:)\s*$"),
        ]
        self.after = [
            re.compile(rf"^[\s,]*(?i:(?P<cue>{according}))\s(?P<name>[^,;“”\"]+)"),
            re.compile(r"^\s*(?P<cue>[-–—])\s?(?P<name>[A-Z][^,;.“”\"]{1,60})\.?$"),
        ]

    def _masks(self) -> list[list[Range]]:
        masks: list[list[Range]] = [[] for _ in self.passages]
        for item in self.marked:
            for stretch in item.stretches:
                masks[stretch.passage - 1].append((stretch.start - 1, stretch.end + 1))
        return masks

    def outside(self, passage: int, at: int) -> bool:
        """Whether a place is outside all marks."""
        return not any(start <= at < end for start, end in self.masks[passage - 1])

    def attributions(self) -> list[Attribution]:
        """Return all attributions of the text, in order."""
        found: list[Attribution] = []
        for number, parse in enumerate(self.parses, start=1):
            found += [
                item
                for item in Speech(parse, self.cues, number).find()
                if item.cue is None or self.outside(number, item.cue[0])
            ]
        by_cue = {(item.passage, item.cue): item for item in found}
        previous: Attribution | None = None
        for n, item in enumerate(self.marked):
            whole = self.is_direct(item)
            match = self._partial(item, found) if not whole else None
            if match is None:
                match = self._by_cue(item, by_cue, found, whole)
            if match is None and whole and previous is not None and self._goes_on(previous, item):
                match = previous
            if match is None and whole:
                match = self._speaker_before(item, found)
            if match is None:
                previous = None if whole else previous
                continue
            self._mend(match, item)
            if n not in match.quoted:
                match.quoted.append(n)
                self._take(match, item, whole)
            if whole or match.kind == "say":
                previous = match
        self._cut(found)
        _nest(found)
        return sorted(found, key=lambda item: (item.passage, item.cue or item.content[0][1]))

    def _mend(self, match: Attribution, item: Marked) -> None:
        """Look for the speaker beside the cue, if the parse found one inside the marks."""
        if not match.source or not match.cue or self.outside(match.passage, match.source[0]):
            return
        for i, token in enumerate(self.parses[match.passage - 1].tokens):
            if match.cue[0] <= token.start < match.cue[1] and self._is_cue(token):
                sides = {
                    match.cue[0] > s.end: s for s in item.stretches if s.passage == match.passage
                }
                for after, stretch in sorted(sides.items(), reverse=True):
                    match.source = self._speaker(stretch, i, after)
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

    def _partial(self, item: Marked, found: Sequence[Attribution]) -> Attribution | None:
        """Return the narrowest attribution whose content has these words."""
        stretch = item.stretches[0]
        around = [
            attribution
            for attribution in found
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
        by_cue: dict[tuple[int, Range | None], Attribution],
        found: list[Attribution],
        whole: bool,
    ) -> Attribution | None:
        first, sides = item.stretches[0], [(item.stretches[-1], True), (item.stretches[0], False)]
        if first.start <= 2 and first.passage > 1:
            above = self.passages[first.passage - 2]
            if above.endswith(":"):  # the words are a passage of their own
                sides.append((Stretch(first.passage - 1, len(above) + 1, len(above) + 1), False))
        nameless = None
        for stretch, after in sides:
            i = self._cue_after(stretch) if after else self._cue_before(stretch)
            if i is None:
                continue
            parse = self.parses[stretch.passage - 1]
            token = parse.tokens[i]
            for (passage, cue), attribution in by_cue.items():
                if passage == stretch.passage and cue and cue[0] <= token.start < cue[1]:
                    if attribution.source is None:
                        attribution.source = self._speaker(stretch, i, after)
                    return attribution
            source = self._speaker(stretch, i, after)
            if source is None:
                nameless = nameless or (stretch, token)
                continue
            cue = (token.start, token.end)
            made = Attribution(stretch.passage, cue, token.lemma, "say", source, [])
            by_cue[(stretch.passage, cue)] = made
            found.append(made)
            return made
        phrase = self._by_phrase(item, found)
        if phrase is None and nameless and whole:
            stretch, token = nameless
            phrase = Attribution(
                stretch.passage, (token.start, token.end), token.lemma, "say", None, []
            )
            found.append(phrase)
        return phrase

    def _by_phrase(self, item: Marked, found: list[Attribution]) -> Attribution | None:
        """Return an attribution by "according to" or by a name with a colon or a dash."""
        first, last = item.stretches[0], item.stretches[-1]
        before = (self._region_start(first), max(0, first.start - 1))
        after = (min(last.end + 1, len(self.passages[last.passage - 1])), self._region_end(last))
        for passage, (low, high), patterns in [
            (last.passage, after, self.after),
            (first.passage, before, self.before),
        ]:
            for pattern in patterns:
                match = pattern.search(self.passages[passage - 1][low:high])
                if match and match["name"].strip():
                    cue, name = (
                        (match.start(group) + low, match.end(group) + low)
                        for group in ("cue", "name")
                    )
                    made = Attribution(passage, cue, "according", "say", name, [])
                    same = [
                        a for a in found if a.passage == passage and a.cue and _touch(a.cue, cue)
                    ]
                    if same:
                        return same[0]
                    found.append(made)
                    return made
        return None

    def _is_cue(self, token: Token, *, after: bool = False) -> bool:
        if token.pos in ("VERB", "AUX"):
            return (
                token.lemma in self.cues.clause["say"]
                or (after and token.lemma in self.cues.object["say"])
                or token.lemma in self.cues.marks_only
            )
        return token.pos == "PROPN" and token.text.casefold() in self.forms  # "Added Arvel: …"

    def _cue_after(self, stretch: Stretch) -> int | None:
        text, tokens = self.passages[stretch.passage - 1], self.parses[stretch.passage - 1].tokens
        following = text[stretch.end + 1 :]
        asks = _ASKS_FOR_CUE.search(text[: stretch.end]) or following.startswith(",")
        end = self._region_end(stretch)
        near, inside = 0, None
        for i, token in enumerate(tokens):
            if token.start <= stretch.end or not _NAME.search(token.text):
                continue
            if token.start >= end or near > (NEAR if asks else 3):
                break
            near += 1
            if self._is_cue(token, after=True):
                if token.dep not in ("relcl", "acl"):
                    return i
                inside = i if inside is None else inside
        return inside

    def _cue_before(self, stretch: Stretch) -> int | None:
        tokens = self.parses[stretch.passage - 1].tokens
        start = self._region_start(stretch)
        near = 0
        for i in range(len(tokens) - 1, -1, -1):
            token = tokens[i]
            if token.start >= stretch.start - 1 or not _NAME.search(token.text):
                continue
            if token.start < start or near > NEAR:
                break
            near += 1
            if self._is_cue(token):
                return i
        return None

    def _region_end(self, stretch: Stretch) -> int:
        """Return where the sentence around the marks ends, or the next marks begin."""
        text = self.passages[stretch.passage - 1]
        end = min(
            (start for start, _ in self.masks[stretch.passage - 1] if start > stretch.end),
            default=len(text),
        )
        for match in _END.finditer(text, stretch.end + 1, end):
            if not _INITIALS.search(text, stretch.end, match.start() + 1):
                return match.start()
        return end

    def _region_start(self, stretch: Stretch) -> int:
        text = self.passages[stretch.passage - 1]
        start = max(
            (end for _, end in self.masks[stretch.passage - 1] if end < stretch.start), default=0
        )
        for match in _END.finditer(text, start, max(start, stretch.start - 1)):
            if not _INITIALS.search(text, start, match.start() + 1):
                start = match.end()
        return start

    def _speaker(self, stretch: Stretch, i: int, after: bool) -> Range | None:
        """Return the words that name the speaker: the subject of the cue, or what is beside it."""
        parse = self.parses[stretch.passage - 1]
        tokens = parse.tokens
        low, high = (
            (stretch.end + 1, self._region_end(stretch))
            if after
            else (self._region_start(stretch), stretch.start - 1)
        )
        for child in parse.children(i, "nsubj", "nsubjpass"):
            nodes = [
                node
                for node in parse.subtree(child)
                if low <= tokens[node].start < high
                and self.outside(stretch.passage, tokens[node].start)
            ]
            if nodes and tokens[child].tag not in ("WDT", "WP"):
                return self._tidy(tokens, nodes)
        if after:
            between = [j for j, token in enumerate(tokens) if low <= token.start < tokens[i].start]
            if any(_NAME.search(tokens[j].text) and tokens[j].pos != "ADV" for j in between):
                return self._tidy(tokens, between)
            behind: list[int] = []
            for j in range(i + 1, len(tokens)):
                if tokens[j].start >= high or (
                    tokens[j].pos in ("ADP", "VERB", "SCONJ") and tokens[j].text != "of"
                ):
                    break
                if tokens[j].text in {".", ":", ";"} or (tokens[j].text == "," and not behind):
                    break
                behind.append(j)
            return self._tidy(tokens, behind)
        if tokens[i].dep:
            source, _ = Speech(parse, self.cues, stretch.passage).source(i)
            if source and self.outside(stretch.passage, source[0]) and source[1] <= stretch.start:
                return source
        behind = [j for j in range(i + 1, len(tokens)) if tokens[j].start < high]
        if (
            behind
            and text_ends_with_colon(tokens, behind)
            and not any(tokens[j].start >= low and tokens[j].pos == "PROPN" for j in range(i))
        ):
            return self._tidy(tokens, behind)  # Added Arvel: …
        before = [
            j for j in range(i) if tokens[j].start >= low and tokens[j].pos in ("PROPN", "PRON")
        ]
        return (tokens[before[0]].start, tokens[before[-1]].end) if before else None

    def _tidy(self, tokens: Sequence[Token], nodes: Sequence[int]) -> Range | None:
        nodes = [*nodes]
        drop = ("PUNCT", "SPACE", "AUX", "ADV", "CCONJ")
        while nodes and tokens[nodes[0]].pos in drop:
            del nodes[0]
        while nodes and tokens[nodes[-1]].pos in drop:
            del nodes[-1]
        return (tokens[nodes[0]].start, tokens[nodes[-1]].end) if nodes else None

    def _speaker_before(self, item: Marked, found: list[Attribution]) -> Attribution | None:
        """Return an attribution to whoever spoke in the sentence before, as a guess."""
        first = item.stretches[0]
        before = [
            other
            for other in found
            if other.passage == first.passage
            and other.source
            and other.cue
            and other.cue[1] <= first.start
            and other.kind == "say"
        ]
        if not before:
            return None
        last = max(before, key=lambda other: other.cue or (0, 0))
        text = self.passages[first.passage - 1][(last.cue or (0, 0))[1] : first.start]
        if len(_END.findall(text)) > 1:
            return None
        why = "nobody is named beside it; is it still the speaker of the sentence before?"
        made = Attribution(
            first.passage, None, "", "say", last.source, [], unsure=why, antecedent=last.antecedent
        )
        found.append(made)
        return made

    def _goes_on(self, previous: Attribution, item: Marked) -> bool:
        """Whether the speaker of the quotation before it goes on."""
        first = item.stretches[0]
        last_passage, (_, last_end) = previous.content[-1]
        if previous.passage == first.passage:
            return True
        text = self.passages[first.passage - 1]
        alone = first.start <= 2 and item.stretches[-1].end >= len(text) - 3
        del last_end
        if first.passage == last_passage + 1 and alone:
            previous.unsure = previous.unsure or "the speaker may have changed between passages"
            return True
        return False

    # --- what belongs to whom ----------------------------------------------------------------

    def _take(self, attribution: Attribution, item: Marked, whole: bool) -> None:
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

    def _cut(self, found: list[Attribution]) -> None:
        """Take whole quotations of others out of what the parse holds to be content."""
        owned = {
            (s.passage, (s.start, s.end)): n
            for n, item in enumerate(self.marked)
            if self.is_direct(item)
            for s in item.stretches
        }
        for attribution in list(found):
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
                found.remove(attribution)


def text_ends_with_colon(tokens: Sequence[Token], nodes: Sequence[int]) -> bool:
    """Whether a few words end with a colon."""
    return len(nodes) <= 6 and tokens[nodes[-1]].text == ":"


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


def _nest(found: list[Attribution]) -> None:
    """Say of each attribution in whose content its cue is."""
    by_passage: dict[int, list[Attribution]] = {}
    for item in found:
        for passage in {n for n, _ in item.content}:
            by_passage.setdefault(passage, []).append(item)
    for item in found:
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


def _length(item: Attribution) -> int:
    return sum(end - start for _, (start, end) in item.content)


def analyse(
    passages: Sequence[str], parses: Sequence[Parse] | None, language: Language
) -> tuple[list[Attribution], list[Marked]]:
    """Return the attributions and the stretches in marks of a text."""
    if parses is None:
        verbs = forms(language, [*language.words("say"), *language.words("view")])
        parses = [plain(text, verbs) for text in passages]
    quotations = Quotations(passages, parses, language)
    return quotations.attributions(), quotations.marked
