"""Looks around quotation marks for the cue and for who speaks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import takewhile

from coding.drafting.marks import Marked, Stretch
from coding.drafting.parse import Parse, Token
from coding.drafting.speech import Cues, Range, Speech

NEAR = 14
"""How many words may be between a cue and the marks."""

FAR = 24
"""How many without a parse, or if the marks end in a comma or another mark that asks for a cue."""

PARTICLES = ("of", "the", "de", "von", "al", "del", "für", "and")
"""Words inside a name that are in small letters."""

_END = re.compile(r"[.!?…][)\]”\"’']*(?=\s+[“\"‘(\[]*[^\Wa-z_]|\s*$)")
_ASKS_FOR_CUE = re.compile(r"[,?!—–…-][’'”\"]*\s*$")
_INITIALS = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Rev|Hon|St|Jr|Sr|Inc|vs|No|Del|Capt|Maj|Adm|Prof|Atty|\d{1,2})\.$"
)
_LETTER = re.compile(r"[^\W\d_]")
_CAPITALS = r"(?:[A-Z][\w.’'-]*|of|the|and|for|de|von|al)"
_WHO = rf"(?P<name>{_CAPITALS}(?: {_CAPITALS}){{0,7}})"


class Context:
    """The words around the quotation marks of one text."""

    def __init__(
        self,
        passages: Sequence[str],
        parses: Sequence[Parse],
        cues: Cues,
        marked: Sequence[Marked],
        dates: Sequence[Sequence[Range]] = (),
    ) -> None:
        """Prepare a text; `dates` are the places of each passage's dates, in order."""
        self.passages = passages
        self.dates = dates
        self.parses = parses
        self.cues = cues
        self.masks: list[list[Range]] = [[] for _ in passages]
        for item in marked:
            for stretch in item.stretches:
                self.masks[stretch.passage - 1].append((stretch.start - 1, stretch.end + 1))
        for masks in self.masks:
            masks.sort()
        self._is_parsed = any(token.dep for parse in parses for token in parse.tokens)
        self._leading = {":"} if self._is_parsed else {":", *cues.that}
        """What is between a name behind its cue and the marks."""
        self._ends = re.compile(rf"(?<!\w)(?:{cues.speaker_ends})(?!\w)|[,،]")
        self._before = [
            re.compile(rf"(?i:(?P<cue>{cues.according}))\s(?P<name>[^,:;“”\"]+)[,:]\s*$"),
            re.compile(r"(?i:(?P<cue>\bas))\s(?P<name>[^,:;]+?)\s(?:put it|sang)[^,:]*[,:]\s*$"),
            re.compile(rf"(?:^|[\s.])(?:More )?(?:from )?{_WHO}(?P<cue>:)\s*$"),
        ]
        self._after = [
            re.compile(rf"^[\s,]*(?i:(?P<cue>{cues.according}))\s(?P<name>[^,;“”\"]+)"),
            re.compile(rf"^\s*(?P<cue>[-–—―])\s?{_WHO}\.?$"),
        ]

    def outside(self, passage: int, at: int) -> bool:
        """Whether a place is outside all marks."""
        masks = self.masks[passage - 1]
        n = bisect_left(masks, (at + 1,))
        return not (n and masks[n - 1][1] > at)

    def is_date(self, passage: int, token: Token) -> bool:
        """Whether a word is part of a date: no date speaks."""
        dates = self.dates[passage - 1] if self.dates else ()
        n = bisect_left(dates, (token.start + 1,))
        return bool(n and dates[n - 1][1] > token.start)

    def only_a_date(self, passage: int, span: Range) -> bool:
        """Whether all words in a stretch are part of a date."""
        tokens = self.parses[passage - 1].tokens
        inside = self.parses[passage - 1].within(span)
        return all(self.is_date(passage, tokens[i]) for i in inside)

    # --- cues --------------------------------------------------------------------------------

    def is_cue(self, token: Token, *, after: bool = False) -> bool:
        """Whether a word introduces speech; after the marks more words do."""
        if token.pos in ("VERB", "AUX"):
            return (
                token.lemma in self.cues.clause["say"]
                or (after and token.lemma in self.cues.object["say"])
                or token.lemma in self.cues.marks_only
            )
        # "Added Arvel: …", and what the model takes for a noun
        return token.pos == "PROPN" and token.text.casefold() in self.cues.forms

    def cue_after(self, stretch: Stretch) -> int | None:
        """Return the cue behind the marks; one in a relative clause only if there is no other."""
        text, tokens = self._of(stretch)
        asks = _ASKS_FOR_CUE.search(text[: stretch.end]) or text[stretch.end + 1 :].startswith(",")
        end = self._region_end(stretch)
        words = [
            i
            for i in self.parses[stretch.passage - 1].within((stretch.end + 1, end))
            if _LETTER.search(tokens[i].text)
        ][: FAR if asks else 4]
        if words and tokens[words[0]].pos in ("CCONJ", "SCONJ"):
            return None  # "…," but he said something else
        cues = [i for i in words if self.is_cue(tokens[i], after=True)]
        if words and cues and cues[0] == words[0]:
            return cues[0]  # "…," said Arvel, explaining that …
        if text[: stretch.end].endswith("."):  # a sentence of its own follows: He said that …
            cues = [i for i in cues if not self._introduces_more(stretch, i)]
        if not cues and asks and words and tokens[words[-1]].text.casefold() in self.cues.forms:
            return words[-1] if len(words) > 1 else None
        if not cues and asks:
            cues = self._unlisted(stretch, words)
        return min(cues, key=lambda i: (tokens[i].dep in ("relcl", "acl", "amod"), i), default=None)

    def _unlisted(self, stretch: Stretch, words: Sequence[int]) -> list[int]:
        """Return a verb that is on no list, but stands where only a verb of saying does.

        It follows marks that end in a comma ("…," Arvel barked) or is their next word ("…?" barked
        Arvel).
        """
        text, tokens = self._of(stretch)
        parse = self.parses[stretch.passage - 1]
        for i in words:
            if tokens[i].pos != "VERB" or tokens[i].tag not in ("VBD", "VBZ", "VBN"):
                continue
            subjects = parse.children(i, "nsubj")
            if i == words[0] and any(subject in words for subject in subjects):
                return [i]
            first = any(words[0] in parse.subtree(subject) for subject in subjects)
            names = i > words[0] and all(tokens[j].pos == "PROPN" for j in range(words[0], i))
            if (first or names) and text[: stretch.end].rstrip().endswith(","):
                return [i]
        return []

    def _introduces_more(self, stretch: Stretch, i: int) -> bool:
        """Whether what a cue introduces comes after it."""
        clauses = self.parses[stretch.passage - 1].children(i, "ccomp")
        return any(clause > i for clause in clauses)

    def cue_before(self, stretch: Stretch, *, of: bool = False) -> int | None:
        """Return the cue in front of the marks: the last, but no participle if there is another."""
        _text, tokens = self._of(stretch)
        start = self._region_start(stretch)
        words = [
            i
            for i in self.parses[stretch.passage - 1].within((start, stretch.start - 1))
            if _LETTER.search(tokens[i].text)
        ][-(NEAR if self._is_parsed else FAR) :]
        cues = [i for i in words if self.is_cue(tokens[i], after=of)]
        return min(
            cues,
            key=lambda i: (tokens[i].dep in ("amod", "acl", "compound", "relcl"), -i),
            default=None,
        )

    def leads_to(self, stretch: Stretch, i: int) -> bool:
        """Whether only a comma or a colon is between a cue and the marks: she said: "…"."""
        text, tokens = self._of(stretch)
        return text[tokens[i].end : stretch.start - 1].strip() in (",", ":")

    def phrase(self, item: Marked) -> tuple[int, Range, Range] | None:
        """Return passage, cue and name of "according to …", of "name: " or of "- name"."""
        first, last = item.stretches[0], item.stretches[-1]
        places = [
            (last.passage, last.end + 1, self._region_end(last), self._after),
            (first.passage, self._region_start(first), max(0, first.start - 1), self._before),
        ]
        if last.passage < len(self.passages) and last.end + 2 >= len(self._of(last)[0]):
            line = self.passages[last.passage]  # the name is a passage of its own
            places.append((last.passage + 1, 0, len(line), self._after[1:]))
        for passage, low, high, patterns in places:
            for pattern in patterns:
                match = pattern.search(self.passages[passage - 1][low:high])
                if match:
                    cue, name = match.span("cue"), match.span("name")
                    return passage, (cue[0] + low, cue[1] + low), (name[0] + low, name[1] + low)
        return None

    # --- speakers ----------------------------------------------------------------------------

    def between(self, stretch: Stretch, i: int) -> Range | None:
        """Return a pronoun or a short name between the marks and their cue: ",” she said"."""
        _text, tokens = self._of(stretch)
        nodes = [*self.parses[stretch.passage - 1].within((stretch.end + 1, tokens[i].start))]
        nodes = [j for j in nodes if not self.is_date(stretch.passage, tokens[j])]
        named = [j for j in nodes if tokens[j].pos in ("PROPN", "PRON")]
        return self._tidy(tokens, nodes) if named and len(nodes) <= 5 else None

    def touching(self, passage: int, i: int) -> Range | None:
        """Return a pronoun or a name right in front of a cue: she then added."""
        tokens = self.parses[passage - 1].tokens
        last = i - 1
        while last >= 0 and (
            (tokens[last].pos in ("AUX", "ADV", "PART") and not _capital(tokens, last))
            or tokens[last].text in self.cues.days
            or self.is_date(passage, tokens[last])
        ):
            last -= 1
        if last < 0 or not self.outside(passage, tokens[last].start):
            return None
        if tokens[last].pos == "PRON" and tokens[last].text.casefold() in self.cues.subjects:
            return tokens[last].start, tokens[last].end
        first = last + 1
        while first > 0 and (tokens[first - 1].pos == "PROPN" or _capital(tokens, first - 1)):
            first -= 1
        return (tokens[first].start, tokens[last].end) if first <= last else None

    def speaker(self, stretch: Stretch, i: int, after: bool) -> Range | None:
        """Return the words that name the speaker: the subject of the cue, or what is beside it."""
        _text, tokens = self._of(stretch)
        parse = self.parses[stretch.passage - 1]
        low, high = self._region_start(stretch), stretch.start - 1
        if after:
            low, high = stretch.end + 1, self._region_end(stretch)
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
            return self._neighbour(stretch.passage, i, low, high)
        if tokens[i].dep:
            source, _ = Speech(parse, self.cues, stretch.passage).source(i)
            if source and self.outside(stretch.passage, source[0]) and source[1] <= stretch.start:
                return source
        named = [
            j
            for j in parse.within((low, tokens[i].start))
            if (tokens[j].pos == "PROPN" or tokens[j].text.casefold() in self.cues.subjects)
            and not self.is_date(stretch.passage, tokens[j])
        ]
        behind = [
            j
            for j in parse.within((tokens[i].end, high))
            if not self.is_date(stretch.passage, tokens[j])
        ]
        near = [j for j in named if j >= i - 3]
        most = 6 if self._is_parsed else FAR
        leads = behind and tokens[behind[-1]].text in self._leading
        if not near and leads and len(behind) <= most:
            return self._tidy(tokens, self._name_in(behind, tokens))  # Added Arvel: …
        run = [j for n, j in enumerate(named) if j == named[0] + n]
        return (tokens[run[0]].start, tokens[run[-1]].end) if run else None

    def _name_in(self, words: Sequence[int], tokens: Sequence[Token]) -> Sequence[int]:
        """Return the words behind a cue up to where, when or to whom somebody speaks."""
        text = " ".join(tokens[i].text for i in words)
        end = self._ends.search(text)
        count = len(text[: end.start()].split()) if end else len(words)
        kept = words[: count or len(words)]
        return kept[:-1] if tokens[kept[-1]].text in self._leading else kept

    def subject_before(self, stretch: Stretch) -> Range | None:
        """Return the subject of words that end in a colon before the marks: its headline: "…"."""
        text, tokens = self._of(stretch)
        start = self._region_start(stretch)
        if not text[: max(0, stretch.start - 1)].rstrip().endswith(":"):
            return None
        parse = self.parses[stretch.passage - 1]
        for i in parse.within((start, stretch.start)):
            if tokens[i].dep == "nsubj":
                return self._tidy(tokens, parse.subtree(i))
        return None

    def _neighbour(self, passage: int, i: int, low: int, high: int) -> Range | None:
        """Return what is between marks and cue, or else behind the cue."""
        tokens = self.parses[passage - 1].tokens
        between = [*takewhile(lambda j: tokens[j].start >= low, range(i - 1, -1, -1))][::-1]
        between = [j for j in between if not self.is_date(passage, tokens[j])]
        words = [j for j in between if _LETTER.search(tokens[j].text) and tokens[j].pos != "ADV"]
        if len(words) > 1 or any(tokens[j].pos != "X" for j in words):
            return self._tidy(tokens, between)
        behind: list[int] = []
        for j in range(i + 1, len(tokens)):
            token = tokens[j]
            if self.is_date(passage, token) and token.start < high:
                if behind:
                    break
                continue
            other = token.pos in ("ADP", "VERB", "SCONJ") and token.text != "of"
            alone = token.pos == "X" and token.text not in PARTICLES
            other = other or (alone and tokens[j - 1].pos == "PROPN" and j - 1 in behind)
            ends = token.text in {".", ":", ";"} or (token.text == "," and not behind)
            if token.start >= high or other or ends:
                break
            behind.append(j)
        return self._tidy(tokens, behind)

    def _tidy(self, tokens: Sequence[Token], nodes: Sequence[int]) -> Range | None:
        nodes = [*nodes]
        drop = ("PUNCT", "SPACE", "AUX", "ADV", "CCONJ")
        while nodes and tokens[nodes[0]].pos in drop and not _capital(tokens, nodes[0]):
            del nodes[0]
        while nodes and tokens[nodes[-1]].pos in drop and not _capital(tokens, nodes[-1]):
            del nodes[-1]
        return (tokens[nodes[0]].start, tokens[nodes[-1]].end) if nodes else None

    # --- the sentence around the marks -------------------------------------------------------

    def _of(self, stretch: Stretch) -> tuple[str, Sequence[Token]]:
        return self.passages[stretch.passage - 1], self.parses[stretch.passage - 1].tokens

    def _region_end(self, stretch: Stretch) -> int:
        """Return where the sentence around the marks ends, or the next marks begin."""
        text = self.passages[stretch.passage - 1]
        masks = self.masks[stretch.passage - 1]
        n = bisect_left(masks, (stretch.end + 1,))
        end = masks[n][0] if n < len(masks) else len(text)
        for match in _END.finditer(text, stretch.end + 1, end):
            if not _INITIALS.search(text, stretch.end, match.start() + 1):
                return match.start()
        return end

    def _region_start(self, stretch: Stretch) -> int:
        """Return where the sentence around the marks begins, or the marks before them end."""
        text = self.passages[stretch.passage - 1]
        masks = self.masks[stretch.passage - 1]
        n = bisect_left(masks, (stretch.start - 1,))
        start = masks[n - 1][1] if n else 0
        for match in _END.finditer(text, start, max(start, stretch.start - 1)):
            if not _INITIALS.search(text, start, match.start() + 1):
                start = match.end()
        return start


def _capital(tokens: Sequence[Token], j: int) -> bool:
    """Whether a word begins with a capital, though no sentence begins with it: it is a name."""
    before = tokens[j - 1].text if j else "."
    return tokens[j].text[:1].isupper() and before not in {".", "!", "?", "…", ":", "“", "”", '"'}
