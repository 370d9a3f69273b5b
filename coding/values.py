"""The values of the coding format: keys, lines, dates, places, lengths and identifiers.

Each is text that must have a form; coding/format.py puts them together to items.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from schema.edtf import Edtf

MAX_PASSAGES = 100_000
"""How many passages a text may have."""
MAX_PASSAGE = 9_999_999
"""How many characters a passage may have: a locator has room for seven digits."""
MAX_CHAIN = 10
"""How many sources a chain may have."""
LARGEST = 2_147_483_647
"""The largest number that fits into an integer column of every database."""

CONTROL = re.compile(
    # C0 and C1 controls, line and paragraph separators, bidirectional overrides and isolates,
    # noncharacters and lone surrogates: no coding needs them.
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Refuse control characters, which could control a terminal or hide text."""
    match = CONTROL.search(text)
    if match:
        raise ValueError(f"contains the control character U+{ord(match[0]):04X}; remove it")
    return text


def composed(text: str) -> str:
    """Return the text in Unicode NFC, where an accent typed on its own joins its letter."""
    return unicodedata.normalize("NFC", text)


def _date(text: str) -> str:
    return Edtf.parse(text).text


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Key = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80),
    Field(description="lower-case letters, digits and hyphens"),
]
FactKey = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9][a-z0-9-]*:)?[a-z0-9][a-z0-9-]*$", max_length=161),
    Field(description="a key of this document, or document:key for another document's"),
]
AsTyped = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(printable),
]
Line = Annotated[AsTyped, AfterValidator(composed)]
Date = Annotated[
    str, AfterValidator(_date), Field(description="EDTF (ISO 8601-2), such as 2015-10-14~")
]
Lines = Annotated[list[Line], BeforeValidator(_as_list), Field(min_length=1)]
Keys = Annotated[list[Key], BeforeValidator(_as_list)]

WORDS = r'\s+"(?:[^"\\]|\\.)*"(?:\s*\([1-9][0-9]*[a-z]{2}\))?'
"""The words of a place, and which of several occurrences is meant."""
PLACE = rf"[1-9][0-9]{{0,5}}(?::[0-9]{{1,7}}-[0-9]{{1,7}}(?:{WORDS})?)?"
"""A place that has offsets, or is a whole passage."""
Places = Annotated[
    str,
    StringConstraints(pattern=rf"^{PLACE}(, {PLACE})*$"),
    AfterValidator(lambda at: re.sub(WORDS, "", at)),
    Field(
        description="where the text says it: passage:start-end or a whole passage; or several. "
        "Characters of the passage after NFC and collapsed white space, from 0, end exclusive. "
        'Offsets may keep their words in quotation marks: 2:0-14 "The envoy came"'
    ),
]


class TextSpan(NamedTuple):
    """A stretch of a passage; start and end are None for the whole passage."""

    passage: int
    start: int | None = None
    end: int | None = None

    def __str__(self) -> str:
        """Return the span as a coding writes it."""
        return (
            f"{self.passage}" if self.start is None else f"{self.passage}:{self.start}-{self.end}"
        )


@lru_cache(maxsize=4096)  # each is looked at by several rules
def spans(places: str) -> tuple[TextSpan, ...]:
    """Parse an `at` that is well formed."""
    return tuple(TextSpan(*map(int, re.split("[:-]", part))) for part in places.split(", "))


UNITS = {"day": 1, "week": 7, "month": 30.436875, "year": 365.2425, "decade": 3652.425}
"""Days of each unit, on average; bounds are rounded away from each other."""

Length = Annotated[
    str,
    StringConstraints(pattern=rf"^[1-9][0-9]{{0,3}} ({'|'.join(UNITS)})s?$"),
    Field(description="a number of days, weeks, months, years or decades: 20 years"),
]


SCHEMES = {
    "doi": (re.compile(r"10\.[0-9]{4,9}/\S+"), "10.1000/182"),
    "wikidata": (re.compile("Q[1-9][0-9]*"), "Q7747"),
}
"""The form of identifiers of well-known schemes, and an example: web addresses are refused."""


def _identifiers(given: dict[str, list[str]]) -> dict[str, list[str]]:
    for scheme, identifiers in given.items():
        for identifier in identifiers:
            form, example = SCHEMES.get(scheme, (None, ""))
            if form and not form.fullmatch(identifier):
                raise ValueError(
                    f"{identifier} is not a {scheme} identifier; write it like {example}"
                )
    return given


Identifiers = Annotated[
    dict[Key, Lines],
    AfterValidator(_identifiers),
    Field(description="what identifies it elsewhere, by scheme: wikidata, viaf, doi, isbn, …"),
]
