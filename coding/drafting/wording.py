"""Shortens what the text says to titles and statements, for the coder to put into other words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from coding.drafting.parse import Parse, root_of
from coding.drafting.speech import DraftedAttribution, Range
from coding.reading import slug

LONGEST = 100
"""The longest title of a drafted event, in characters."""

_ASIDE = ("advcl", "relcl", "parataxis", "appos", "intj")
"""Branches that a head clause does without."""

_BREAK = re.compile(r",?\s(?=(?:in|on|at|with|for|of|from|by|after|before|while|who|which)\s)")
"""Where a title that is too long may end."""

_AUXILIARIES = re.compile(
    r"^(?:(?:am|are|is|was|were|be|been|has|have|had|do|does|did|will|would|could|can|may|might"
    r"|also|now)\s)+",
)

_NOT_THIRD = frozenset(("i", "you", "we", "they"))

_CUT = ("infinitive", "object", "passive", "adjective", "noun", "noun-of")
"""Frames whose content needs its cue to make a sentence: "criticised the offer"."""


def title(
    text: str, parse: Parse, span: Range, dates: Sequence[Range], longest: int | None = None
) -> str:
    """Return the head clause of a sentence, in the present tense and without its dates.

    Without a parse, return its first words.
    """
    longest = longest or LONGEST
    root = root_of(parse, span)
    words = _clause(parse, root, span, dates, _present(parse, root)) if root is not None else ""
    words = words if len(words.split()) > 2 else text[slice(*span)]
    words = re.sub(r"\s?\([^()]*\)|[“”\"«»„]", "", words)
    words = re.sub(r"\s(?:and|or|but)$", "", words.strip(" ,;:.!?…–—-"))
    words = words[:1].upper() + words[1:]
    if len(words) <= longest:
        return words
    ends = [match.start() for match in _BREAK.finditer(words, longest // 3, longest)]
    return words[: ends[-1]] if ends else f"{words[:longest].rsplit(' ', 1)[0]} …"


def clause(text: str, parse: Parse, span: Range) -> str:
    """Return the head clause of a sentence, as it is."""
    root = root_of(parse, span)
    return _clause(parse, root, span, (), {}) if root is not None else text


def _clause(
    parse: Parse, root: int, span: Range, dates: Sequence[Range], changed: Mapping[int, str]
) -> str:
    tokens = parse.tokens
    kept, stack = [], [root]
    while stack:
        node = stack.pop()
        kept.append(node)
        sentences = [
            child
            for child in parse.children(node, "conj")
            if parse.children(child, "nsubj", "nsubjpass")
        ]
        for child in parse.children(node):
            token = tokens[child]
            connects = token.dep == "cc" and bool(sentences)
            connects = connects or (token.dep == "mark" and node == root)
            if token.dep in _ASIDE or child in sentences or connects:
                continue
            if not span[0] <= token.start < span[1]:
                continue
            # not "its mid-March announcement"
            alone = token.dep == "prep" or tokens[node].pos in ("VERB", "AUX")
            if alone and any(_is_date(parse, child, date) for date in dates):
                continue
            stack.append(child)
    words = ""
    for before, node in zip([None, *sorted(kept)], sorted(kept), strict=False):
        token = tokens[node]
        gap = before is not None and tokens[before].end < token.start
        gap = gap or (before is not None and before + 1 < node)
        words += (" " if gap else "") + changed.get(node, token.text)
    return re.sub(r"\s+([,.])", r"\1", re.sub(r"(?:\s?,)+(?=\s?,|\s?$)", "", words)).strip(" ,")


def _present(parse: Parse, root: int) -> dict[int, str]:
    """Return the words of a main clause in the past, in the present: titles are written so."""
    plural = any(
        parse.tokens[i].tag in ("NNS", "NNPS")
        or parse.tokens[i].text.casefold() in _NOT_THIRD
        or parse.children(i, "conj")
        for i in parse.children(root, "nsubj", "nsubjpass")
    )
    verbs = [root, *(i for i in parse.children(root, "conj") if not parse.children(i, "nsubj"))]
    words = {
        i: _inflected(parse.tokens[i].lemma, plural=plural)
        for i in verbs
        if parse.tokens[i].tag == "VBD" and not parse.children(i, "aux")
    }
    helpers = parse.children(root, "aux", "auxpass")
    if len(helpers) == 1 and parse.tokens[helpers[0]].text.casefold() in ("was", "were"):
        words[helpers[0]] = _inflected("be", plural=plural)
    return words


def _inflected(lemma: str, *, plural: bool) -> str:
    """Return a verb in the present tense, third person."""
    if lemma == "be":
        return "are" if plural else "is"
    if plural:
        return lemma
    if lemma == "have":
        return "has"
    if lemma.endswith("y") and lemma[-2:-1] not in tuple("aeiou"):
        return f"{lemma[:-1]}ies"
    return lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _is_date(parse: Parse, i: int, date: Range) -> bool:
    """Whether a branch is the words of a date, with its preposition."""
    tokens = [parse.tokens[node] for node in parse.subtree(i)]
    words = [token for token in tokens if token.pos not in ("ADP", "SCONJ", "PUNCT", "DET")]
    inside = all(date[0] <= token.start < date[1] for token in words)
    return bool(words) and inside and max(token.end for token in words) >= date[1] - 2


def statement(passages: Sequence[str], attribution: DraftedAttribution, *, position: bool) -> str:
    """Return what is said or thought, as a clause that reads without the text."""
    parts = attribution.content
    text = passages[attribution.passage - 1]
    end = max(end for _, (_, end) in parts)
    cue = attribution.cue
    whole = all(n == attribution.passage for n, _ in parts) and cue and cue[0] < parts[0][1][0]
    to = attribution.frame == "infinitive" and attribution.kind in ("goal", "refusal")
    if whole and cue and attribution.frame in _CUT and not (position and to):
        if not position or attribution.kind in ("view", "adjective", "noun"):
            words = _AUXILIARIES.sub("", text[cue[0] : end], count=1)
        else:
            words = text[parts[0][1][0] : end]
    else:
        words = " ".join(passages[n - 1][start:stop].strip() for n, (start, stop) in parts)
    words = re.sub(r"[“”\"«»„]", "", words)
    words = re.sub(r"^that\s+" if position and to else r"^(?:that|to)\s+", "", words)
    if position and attribution.frame == "object":
        words = re.sub(r"^(?:for|of|about)\s+", "", words)  # "hopes for a future": wants a future
    return words[:600].strip(" ,;:–—")


def sentence_of(words: str) -> str:
    """Return words as a sentence: with a capital and a full stop."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?", "…")) else ".")


def reviewable(item: dict[str, Any], reasons: Sequence[str | None]) -> dict[str, Any]:
    """Return an item marked as a draft, and why it is a guess, in front of its evidence."""
    evidence = item.pop("evidence", None)
    item["draft"] = True
    if why := "; ".join(dict.fromkeys(reason for reason in reasons if reason)):
        item["unsure"] = why
    if evidence is not None:
        item["evidence"] = evidence
    return item


class Keys:
    """Makes the keys of drafted facts, each only once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, speakers: Sequence[str], words: str) -> str:
        """Return a key from the name of who speaks and the first words."""
        speaker = speakers[0] if speakers else ""
        short = " ".join(words.split()[:5])
        base = slug(f"{speaker.split('-')[-1]} {short}")[:60].strip("-") or "item"
        key, n = base, 2
        while key in self._taken:
            key, n = f"{base}-{n}", n + 1
        self._taken.add(key)
        return key
