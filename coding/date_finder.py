"""Finds the words of dates in a passage, by the templates of its language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from coding.languages import Language, alternatives, language

YEAR = r"(?P<year>1[0-9]{3}|20[0-9]{2})"
_AROUND = r"(?i)(?<![\w$€£#.,:/-])(?:{})(?![\w%]|[.,:/][0-9])"
"""What may not be next to a date: it would be part of a longer word or number."""
_AMONG = r"(?i)(?<![^\W\u3000-\ud7ff])(?:{})(?![^\W\u3000-\ud7ff])"
"""The same, where East Asian words need no space between them."""


class DateWords(NamedTuple):
    """Words of a date: where they are, how they are to be understood, and their parts."""

    start: int
    end: int
    words: str
    kind: str
    parts: dict[str, str]


_EXACT = {"dd", "weekday", "holiday"}
_DAY = r"(?<![\d$€£#A-Za-z])(?:0?[1-9]|[12]\d|3[01])(?!\d|\s?%)"
_NUMBER = re.compile(
    rf"(?:\b(?P<of>[^\W\d_]+)[.:]? )?{_DAY}(?!(?!(?:st|nd|rd|th)\b)(?:[-–]\d+)?\.?\s*[-–]?[^\W\d_])"
    r"(?!(?:st|nd|rd|th)\s+(?!of\b)[^\W\d_])"
)
"""A number that can be a day: 1 to 31, and not a number of something."""
_NUMBERED = re.compile(
    "(?i)pages?|p|week|day|chapter|part|articles?|resolution|section|volume|no|nr|number|aged?|war|class|"
    "seite|kapitel|teil|artikel|band|alter|chapitre|partie|siècle|an|siglo|capítulo|artículo|parte"
)
"""What has a number that isn't a day."""
_OTHER = re.compile(rf"{_DAY}(?!\s*[天周週年月个個小时時秒分次人点])")
"""The same in a language without templates, where the word after it may be a month."""
_FIGURES = re.compile(r"\d{1,4}([./-])\s?\d{1,2}\1\s?\d{1,4}|^\W*\d{1,2}\.?\W*$")
_AT_AN_END = re.compile(r"(?i)\b(?:first|last) day\b")


@lru_cache(maxsize=16)
def finder(code: str) -> DateFinder:
    """Return the date finder of a language."""
    return DateFinder(language(code))


def names_a_day(words: str, code: str) -> bool:
    """Whether the words of a date name a day, in this language, rather than count from one."""
    dates = finder(code)
    rest = words
    if _AT_AN_END.search(words) or any(pattern.search(words) for pattern in dates.days):
        return True
    if not dates.patterns:
        dated = dates.language.code in dates.language.words("dated")
        return (_FIGURES if dated else _OTHER).search(words) is not None
    for item in dates.find(words):
        month = {"month", "mm"} & item.parts.keys()
        if item.kind in ("today", "yesterday", "tomorrow") or (
            item.parts.keys() & _EXACT and item.kind != "repeated"
        ):
            return True
        if {"day", "ordinal"} & item.parts.keys() and month:
            return True
        rest = rest.replace(item.words, " ", 1)
    return any(not _NUMBERED.fullmatch(match["of"] or "") for match in _NUMBER.finditer(rest))


class DateFinder:
    """Finds date words of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.values = {
            name: language.numbered(name + "s")
            for name in ("month", "weekday", "season", "unit", "number", "ordinal", "holiday")
        } | {"part": language.numbered("parts")}
        slots = {name: f"(?P<{name}>{self._spelled(name)})" for name in self.values}
        number = self._spelled("number")
        slots["several"] = several = _caseless(language.words("several"))
        slots["number"] = rf"(?P<number>[0-9]{{1,3}}|(?:{number})(?:[ -](?:{number}))?|{several})"
        for name in ("this", "last", "next"):
            slots[name] = f"(?P<{name}>{_caseless(language.words(name))})"
        slots["about"] = f"(?P<about>{_caseless(language.words('about'))})"
        slots["daytime"] = _caseless(language.words("daytime"))
        slots |= {
            "year": YEAR,
            "endyear": r"(?P<endyear>(?:1[0-9]|20)?[0-9]{2})",
            "day": r"(?P<day>0?[1-9]|[12][0-9]|3[01])(?![0-9])",
            "decade": r"(?P<decade>(?:1[0-9]|20)[0-9]0|[’'][0-9]0)",
            "mm": r"(?P<mm>0?[1-9]|1[0-2])",
            "dd": r"(?P<dd>0?[1-9]|[12][0-9]|3[01])",
        }
        self.patterns = [
            (kind, language.compiled(_AROUND.format(template), slots))
            for kind, templates in language.templates("dates").items()
            for template in templates
        ]
        self.days = [
            language.compiled(_AMONG.format(template), slots) for template in language.words("days")
        ]
        self._ambiguous = {word.casefold() for word in language.words("ambiguous")}
        self._before = re.compile(
            rf"(?<!\w)(?:{_caseless(language.words('prepositions'))})\s(?:the\s)?$"
        )

    def _spelled(self, name: str) -> str:
        spellings = self.language.spellings("parts" if name == "part" else name + "s")
        if name == "holiday":
            spellings += [word.replace("’", "'") for word in spellings]
        return _caseless(spellings) if name not in ("month", "weekday") else _named(spellings)

    def find(self, text: str) -> Iterator[DateWords]:
        """Yield the date words of a passage, in order; of two that overlap, the longer."""
        candidates: list[DateWords] = []
        for kind, pattern in self.patterns:
            for match in pattern.finditer(text):
                parts = {
                    name: self._value(name, value)
                    for name, value in match.groupdict().items()
                    if value is not None
                }
                if self._plausible(kind, parts, match, text):
                    candidates.append(DateWords(*match.span(), match[0], kind, parts))
        end = 0
        for item in sorted(candidates, key=lambda item: (item.start, -item.end)):
            if item.start >= end:
                yield item
                end = item.end

    def with_preposition(self, item: DateWords, text: str) -> tuple[int, int]:
        """Return the place of the words with the preposition in front of them."""
        match = self._before.search(text, max(0, item.start - 20), item.start)
        return (match.start() if match else item.start), item.end

    def _value(self, name: str, text: str) -> str:
        words = self.values.get(name)
        if words is None or (name == "number" and text.isdigit()):
            return text
        folded = re.sub(r"\s", " ", text.casefold()).rstrip(".").replace("'", "’")
        if folded in words:
            return words[folded]
        if name == "number":  # twenty-five
            numbers = [words.get(part) for part in re.split("[ -]", folded)]
            if len(numbers) == 2 and None not in numbers:
                return str(sum(int(number) for number in numbers if number))
            return ""
        return text

    def _plausible(self, kind: str, parts: dict[str, str], match: re.Match[str], text: str) -> bool:
        """Whether a word that also means something else is next to other words of a date."""
        if kind == "date" and set(parts) == {"year"}:
            if text[: match.start()].endswith("(") and text[match.end() :].startswith(")"):
                return False  # resolution 2254 (2015)
            return not re.match(
                r"[ -](?:percent|dollars|people|votes|miles|feet)", text[match.end() :]
            )
        word = match[0].rstrip(".").casefold()
        if kind in ("month", "weekday") and len(parts) == 1 and word in self._ambiguous:
            before = self._before.search(text, max(0, match.start() - 20), match.start())
            return before is not None
        return True


def _named(words: list[str]) -> str:
    """Months and days are written as they are in the list, or in capitals."""
    return f"(?-i:{alternatives([*words, *(word.upper() for word in words)])})"


def _caseless(words: list[str]) -> str:
    return f"(?i:{alternatives(words)})"
