"""Reads a passage without a model: words, and the verbs among them by their forms.

It stands in for `parse` where spaCy is missing or has no model for the language. It knows no tree,
so the rules that need one find nothing, and those that look at neighbours still do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from coding.drafting.parse import Parse, Token
from coding.languages import Language

_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*\.?(?<![^\W_]{4}\.)|\S")
_SENTENCE = re.compile(r"[.!?…]")


def forms(language: Language, verbs: Sequence[str]) -> dict[str, str]:
    """Return the forms of verbs, each with its verb, by the endings that the language lists.

    Some of them aren't words; looking for those too does no harm.
    """
    result: dict[str, str] = {}
    endings = language.words("endings")
    for verb in verbs:
        stems = {verb, verb[:-1] if verb[-1:] in "ey" else verb, verb + verb[-1:]}
        for stem in stems:
            for ending in endings:
                result.setdefault(stem + ending, verb)
    result |= {verb: verb for verb in verbs}
    irregular = language.mapping("irregular")
    known = set(verbs)
    return result | {form: verb for form, verb in irregular.items() if verb in known}


def plain(text: str, verbs: dict[str, str], pronouns: frozenset[str]) -> Parse:
    """Return the words of a passage."""
    tokens: list[Token] = []
    sentence = 0
    for n, match in enumerate(_WORD.finditer(text)):
        word = match[0]
        lemma = verbs.get(word.casefold(), "")
        pos = "VERB" if lemma else "PROPN" if word[:1].isupper() else "PUNCT"
        if word.casefold() in pronouns:
            pos = "PRON"
        elif pos == "PUNCT" and word[:1].isalnum():
            pos = "X"
        tokens.append(
            Token(word, *match.span(), lemma or word.casefold(), pos, "", "", n, sentence, "")
        )
        sentence += bool(_SENTENCE.fullmatch(word))
    return Parse(tokens)


def plain_parses(passages: Sequence[str], language: Language) -> list[Parse]:
    """Return the words of all passages of a text."""
    verbs = forms(language, [*language.words("say"), *language.words("view")])
    pronouns = frozenset(word.casefold() for word in language.words("pronouns"))
    return [plain(text, verbs, pronouns) for text in passages]
