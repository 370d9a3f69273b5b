"""Verifies a coding against its text: quotes, names and dates must be there, word for word.

First the lengths and hashes of the passages must match. Quotations and names must be at their exact
characters; the words of dates, hedges, numbers and lags must be in the passages that the evidence
names. Both sides are normalised (NFC, white space); case and quotation marks must match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from coding.faults import Fault, quoted
from coding.format import Actor, Coding, Evidence, Link, Quote, Span, spans
from coding.index import CodingIndex
from coding.text import PassageSearch, measure, normalise
from coding.yaml_tree import Lines, Loc


def locator_faults(coding: Coding, lines: Lines) -> list[Fault]:
    """Return a fault for each locator outside its passage; needs the measures, not the text."""
    index = CodingIndex(coding)
    places = [((*loc, "at"), evidence.at) for loc, evidence, _fact in index.evidence]
    places += [
        (("sources", i, "at"), source.at)
        for i, source in enumerate(coding.sources)
        if source.at is not None
    ]
    return [
        lines.fault("locator-outside", loc, f"{span} {reason}")
        for loc, at in places
        for span in spans(at)
        if (reason := _outside(span, coding))
    ]


def _outside(span: Span, coding: Coding) -> str | None:
    if span.passage > len(coding.passages):
        return f"is outside: the text has {len(coding.passages)} passages"
    if span.start is None or span.end is None:
        return None
    length = coding.passages[span.passage - 1].length
    if span.end > length:
        return f"is outside: ¶{span.passage} has {length} characters"
    if span.start >= span.end:
        return "is empty: its end, which is exclusive, must be after its start"
    return None


def verify(coding: Coding, lines: Lines, passages: Sequence[str], text_path: Path) -> list[Fault]:
    """Return a fault for everything that the text contradicts, locators outside it included."""
    faults = locator_faults(coding, lines)
    differing = _differing(coding, passages)
    if 2 * len(differing) > max(len(passages), len(coding.passages)):
        return [*faults, _other_text(coding, lines, passages, text_path, differing)]
    for number in differing:
        loc: Loc = ("passages", number - 1) if number <= len(coding.passages) else ("passages",)
        message = _difference(coding, passages, number)
        faults.append(lines.fault("other-text", loc, f"{message} in {text_path}"))
    faults.extend(
        lines.fault(*finding)
        for finding in _unverified(CodingIndex(coding), PassageSearch(passages))
    )
    return faults


def _differing(coding: Coding, passages: Sequence[str]) -> list[int]:
    """Return the numbers of the passages that differ from the coded text."""
    measured = [(passage.length, passage.hash) for passage in coding.passages]
    given = [measure(passage) for passage in passages]
    longer = max(len(measured), len(given))
    return [n + 1 for n in range(longer) if measured[n : n + 1] != given[n : n + 1]]


def _other_text(
    coding: Coding, lines: Lines, passages: Sequence[str], text_path: Path, differing: list[int]
) -> Fault:
    matching = max(len(passages), len(coding.passages)) - len(differing)
    known = {passage.hash for passage in coding.passages}
    moved = sum(measure(passage)[1] in known for passage in passages)
    message = (
        f"{text_path} is another text: {matching} of {len(coding.passages)} passages match; "
        "give the text that was coded"
    )
    if 2 * moved > len(coding.passages):
        message += f", or look for lines added or removed before ¶{differing[0]}"
    return lines.fault("other-text", ("passages",), message)


def _difference(coding: Coding, passages: Sequence[str], number: int) -> str:
    if number > len(passages):
        return f"¶{number} is missing"
    start = quoted(passages[number - 1], 40)
    if number > len(coding.passages):
        return f"¶{number}, {start}, is not in the coded text, but is"
    length, wanted = len(passages[number - 1]), coding.passages[number - 1].length
    size = f"{length} characters instead of {wanted}" if length != wanted else "same length"
    return f"¶{number}, {start}, differs from the coded text ({size})"


def _unverified(index: CodingIndex, search: PassageSearch) -> Iterator[tuple[str, Loc, str]]:
    for loc, fact in index.facts:
        if isinstance(fact, Quote) and fact.text and fact.evidence:
            for message in _not_verbatim(fact.text, spans(fact.evidence[0].at), search):
                yield "not-verbatim", (*loc, "text"), message
        elif isinstance(fact, Actor.Name):
            for n, evidence in enumerate(fact.evidence):
                for message in _not_named(fact.name, spans(evidence.at), search):
                    yield "name-not-in-passage", (*loc, "evidence", n, "at"), message
    for loc, words, pieces in _verbatim_words(index):
        numbers = {span.passage for piece in pieces for span in spans(piece.at)}
        for message in _not_in_passages(words, numbers, search):
            yield "words-not-in-passage", loc, message


def _verbatim_words(index: CodingIndex) -> Iterator[tuple[Loc, str, list[Evidence]]]:
    """Yield words, and the evidence one of whose passages must contain them."""
    for loc, fact in index.facts:
        if isinstance(fact, Link) and fact.lag:
            yield (*loc, "lag"), fact.lag, fact.evidence
        for role, counts in getattr(fact, "who", {}).items():
            for n, count in enumerate(counts):
                if count.count:
                    yield (*loc, "who", str(role), n, "count"), count.count, fact.evidence
    for loc, evidence, _fact in index.evidence:
        for field in ("words", "hedge"):
            if words := getattr(evidence, field):
                yield (*loc, field), words, [evidence]


def _words_at(span: Span, passages: Sequence[str]) -> str | None:
    """Return the characters of a span; None outside the text, which is a fault of its own."""
    if span.passage > len(passages):
        return None
    passage = passages[span.passage - 1]
    if span.start is None or span.end is None:
        return passage
    return passage[span.start : span.end] if span.start < span.end <= len(passage) else None


def _not_verbatim(
    segments: Sequence[str], places: Sequence[Span], search: PassageSearch
) -> Iterator[str]:
    if len(segments) != len(places):
        yield (
            f"has {len(segments)} segments, its first evidence {len(places)} places; "
            "each segment has its own, in order"
        )
        return
    for segment, place in zip(map(normalise, segments), places, strict=True):
        words = _words_at(place, search.passages)
        if words is not None and words != segment:
            actual = f" ({quoted(words)})" if place.start is not None else ""
            hint = search.hint(segment, [place.passage])
            yield f"{quoted(segment)} is not the text at {place}{actual}{hint}"


def _not_named(name: str, places: Sequence[Span], search: PassageSearch) -> Iterator[str]:
    name = normalise(name)
    for place in places:
        words = _words_at(place, search.passages)
        if words is not None and name not in words:
            actual = f" ({quoted(words)})" if place.start is not None else ""
            hint = search.hint(name, [place.passage])
            yield f"{quoted(name)} is not at {place}{actual}{hint}"


def _not_in_passages(words: str, numbers: Iterable[int], search: PassageSearch) -> Iterator[str]:
    words = normalise(words)
    named = sorted(number for number in numbers if number <= len(search.passages))
    if named and not any(words in search.passages[number - 1] for number in named):
        listed = ", ".join(f"¶{number}" for number in named)
        hint = search.hint(words, named)
        yield f"{quoted(words)} is not in {listed}, which the evidence names{hint}"
