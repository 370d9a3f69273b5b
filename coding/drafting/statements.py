"""Finds reported statements without a model: "X said that …", "…, X said.", "according to X"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coding.drafting.parse import Parse, Token
from coding.drafting.speech import Cues, DraftedAttribution, Range
from coding.languages import Language, alternatives

_END = frozenset(".!?…;")
_STOPS = frozenset(',:;()–—“”"')
LONGEST = 8
"""How many words in front of a cue may name who speaks."""


class StatementFinder:
    """Finds the statements of one passage by the forms of its words."""

    def __init__(self, parse: Parse, cues: Cues, language: Language, number: int) -> None:
        self.tokens = parse.tokens
        self.cues = cues
        self.number = number
        self.pronouns = {word.casefold() for word in language.words("pronouns")}
        self.that = {word.casefold() for word in language.words("that")}
        self.begins = {*self.that, *self.pronouns, *language.words("articles")}
        according = alternatives(language.words("according"))
        self.according = re.compile(rf"(?i:(?P<cue>{according}))\s(?P<name>[^,;“”\".]+)")

    def find(self, text: str) -> Iterator[DraftedAttribution]:
        """Yield the statements of the passage `text`."""
        for i, token in enumerate(self.tokens):
            if token.pos == "VERB" and token.lemma in self.cues.clause["say"]:
                source, content = self._source(i), self._after(i)
                if content is None and source is not None:
                    content = self._before(source[0])
                if source is not None and content is not None:
                    yield self._made((token.start, token.end), token.lemma, source, content)
        for match in self.according.finditer(text):
            content = self._before(match.start()) or self._behind(text, *match.span())
            if content is not None:
                yield self._made(match.span("cue"), "", match.span("name"), content)

    def _made(self, cue: Range, lemma: str, source: Range, content: Range) -> DraftedAttribution:
        made = DraftedAttribution(self.number, cue, lemma, "say", source, [(self.number, content)])
        made.frame = "clause" if lemma else "according"
        made.unsure = "read without a model"
        return made

    def _source(self, i: int) -> Range | None:
        """Return the name, pronoun or noun with an article in front of a cue."""
        words: list[Token] = []
        for token in reversed(self.tokens[max(0, i - LONGEST) : i]):
            if token.text in _STOPS | _END or token.pos == "VERB":
                break
            words.insert(0, token)
        while words and not self._may_begin(words[0]):
            del words[0]
        return (words[0].start, words[-1].end) if words else None

    def _may_begin(self, token: Token) -> bool:
        return token.pos == "PROPN" or token.text.casefold() in self.begins - self.that

    def _after(self, i: int) -> Range | None:
        """Return the clause behind a cue, to the end of the sentence."""
        rest = self._sentence(self.tokens[i + 1 :])
        if len(rest) < 3 or not (rest[0].pos == "PROPN" or rest[0].text.casefold() in self.begins):
            return None
        return rest[0].start, rest[-1].end

    def _before(self, at: int) -> Range | None:
        """Return the clause in front of ", she said", from the beginning of the sentence."""
        before = [token for token in self.tokens if token.end <= at]
        if not before or before[-1].text != ",":
            return None
        words = list(reversed(self._sentence(list(reversed(before[:-1])))))
        return (words[0].start, words[-1].end) if len(words) > 3 else None

    def _behind(self, text: str, start: int, end: int) -> Range | None:
        """Return the clause behind "According to …," at the beginning of a sentence."""
        before = [token for token in self.tokens if token.end <= start]
        if text[end : end + 1] != "," or (before and before[-1].text not in _END):
            return None
        words = self._sentence([token for token in self.tokens if token.start > end])
        return (words[0].start, words[-1].end) if len(words) > 2 else None

    def _sentence(self, tokens: Sequence[Token]) -> list[Token]:
        words: list[Token] = []
        for token in tokens:
            if token.text in _END:
                break
            words.append(token)
        return words
