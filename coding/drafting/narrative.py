"""Says what a sentence tells that quotes nobody and has no date: what happened, or should be.

Needs a parse: without a model, only dates and hearsay show that a sentence tells of an event.
"""

from __future__ import annotations

from coding.drafting.parse import Parse
from coding.drafting.speech import Range

_STATES = frozenset(
    ("appear", "be", "belong", "have", "include", "know", "like", "mean", "need", "remain", "seem")
)
"""Verbs that tell how something is rather than what happened."""

_PAST = frozenset({"was", "were", "been", "has", "have", "had", "’s", "’ve", "’d"})

_OUGHT = frozenset({"must", "should"})


def happened(parse: Parse, span: Range) -> bool:
    """Whether the main clause of a sentence is in the past or the perfect."""
    root = _root(parse, span)
    if root is None or not parse.children(root, "nsubj", "nsubjpass"):
        return False
    token = parse.tokens[root]
    helpers = {parse.tokens[i].text.casefold() for i in parse.children(root, "aux", "auxpass")}
    negated = parse.children(root, "neg")
    past = token.tag == "VBD" or (token.tag == "VBN" and bool(helpers) and helpers <= _PAST)
    return past and token.pos == "VERB" and token.lemma not in _STATES and not negated


def ought(parse: Parse, span: Range) -> bool:
    """Whether the main clause of a sentence says what must or should be."""
    root = _root(parse, span)
    return root is not None and any(
        parse.tokens[child].text.casefold() in _OUGHT for child in parse.children(root, "aux")
    )


def _root(parse: Parse, span: Range) -> int | None:
    return next((i for i in parse.within(span) if parse.tokens[i].dep == "ROOT"), None)
