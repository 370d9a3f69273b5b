"""Says what a sentence tells that quotes nobody and has no date: what happened, or should be.

Needs a parse: without a model, only dates and hearsay show that a sentence tells of an event.
"""

from __future__ import annotations

from coding.drafting.parse import Parse, root_of
from coding.drafting.speech import Range

_STATES = frozenset(
    ("appear", "be", "belong", "have", "include", "know", "like", "mean", "need", "remain", "seem")
)
"""Verbs that tell how something is rather than what happened."""

_PAST = frozenset({"was", "were", "been", "has", "have", "had", "’s", "’ve", "’d"})
_FUTURE = frozenset({"will", "shall", "’ll", "'ll"})
_OUGHT = frozenset({"must", "should"})
_COPULAS = frozenset({"be", "remain", "become", "seem"})
_FIRST_PERSON = frozenset({"i", "we"})


def happened(parse: Parse, span: Range) -> bool:
    """Whether the main clause of a sentence is in the past or the perfect."""
    root = root_of(parse, span)
    if root is None or not _tells_of_an_event(parse, root):
        return False
    token, helpers = parse.tokens[root], _helpers(parse, root)
    return token.tag == "VBD" or (token.tag == "VBN" and bool(helpers) and helpers <= _PAST)


def will_happen(parse: Parse, span: Range) -> bool:
    """Whether the main clause of a sentence is in the future."""
    root = root_of(parse, span)
    if root is None or not _tells_of_an_event(parse, root):
        return False
    return not _FUTURE.isdisjoint(_helpers(parse, root))


def ought(parse: Parse, span: Range) -> bool:
    """Whether the main clause of a sentence says what must or should be."""
    root = root_of(parse, span)
    return root is not None and not _OUGHT.isdisjoint(_helpers(parse, root))


def assesses(parse: Parse, span: Range) -> bool:
    """Whether the main clause says how something is ("… is real"), or what "I" or "we" do."""
    root = root_of(parse, span)
    if root is None or parse.tokens[max(parse.within(span))].text == "?":
        return False
    subjects = [parse.tokens[i] for i in parse.children(root, "nsubj")]
    if parse.tokens[root].lemma in _COPULAS:
        return bool(subjects and parse.children(root, "acomp"))
    return any(token.text.casefold() in _FIRST_PERSON for token in subjects)


def _tells_of_an_event(parse: Parse, root: int) -> bool:
    token = parse.tokens[root]
    subjects, negations = parse.children(root, "nsubj", "nsubjpass"), parse.children(root, "neg")
    return token.pos == "VERB" and token.lemma not in _STATES and bool(subjects) and not negations


def _helpers(parse: Parse, root: int) -> set[str]:
    return {parse.tokens[i].text.casefold() for i in parse.children(root, "aux", "auxpass")}
