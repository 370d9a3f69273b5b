"""Shortens what the text says to titles and statements, for the coder to put into other words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coding.drafting.parse import Parse
from coding.drafting.speech import Attribution, Range

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

_CUT = ("infinitive", "object", "passive", "adjective", "noun", "noun-of")
"""Frames whose content needs its cue to make a sentence: "criticised the offer"."""


def title(
    text: str, parse: Parse, span: Range, dates: Sequence[Range], longest: int = LONGEST
) -> str:
    """Return the head clause of a sentence without its dates; without a parse, its first words."""
    root = next((i for i in parse.within(span) if parse.tokens[i].dep == "ROOT"), None)
    words = _clause(parse, root, span, dates) if root is not None else ""
    words = words if len(words.split()) > 2 else text[slice(*span)]
    words = re.sub(r"\s?\([^()]*\)|[“”\"«»„]", "", words).strip(" ,;:.!?…–—-")
    words = words[:1].upper() + words[1:]
    if len(words) <= longest:
        return words
    ends = [match.start() for match in _BREAK.finditer(words, longest // 3, longest)]
    return words[: ends[-1]] if ends else f"{words[:longest].rsplit(' ', 1)[0]} …"


def _clause(parse: Parse, root: int, span: Range, dates: Sequence[Range]) -> str:
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
            if any(_is_date(parse, child, date) for date in dates):
                continue
            stack.append(child)
    words = ""
    for before, node in zip([None, *sorted(kept)], sorted(kept), strict=False):
        token = tokens[node]
        gap = before is not None and tokens[before].end < token.start
        words += (" " if gap or (before is not None and before + 1 < node) else "") + token.text
    return re.sub(r"\s+([,.])", r"\1", re.sub(r"(?:\s?,)+(?=\s?,|\s?$)", "", words)).strip(" ,")


def _is_date(parse: Parse, i: int, date: Range) -> bool:
    """Whether a branch is the words of a date, with its preposition."""
    tokens = [parse.tokens[node] for node in parse.subtree(i)]
    words = [token for token in tokens if token.pos not in ("ADP", "PUNCT", "DET")]
    inside = all(date[0] <= token.start < date[1] for token in words)
    return bool(words) and inside and max(token.end for token in words) >= date[1] - 2


def statement(passages: Sequence[str], attribution: Attribution, *, position: bool) -> str:
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
