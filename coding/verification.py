"""Verifies a coding against its text: quotes, names and dates must be there, word for word.

First the lengths and hashes of the passages must match. Quotations and names must be at their exact
characters; the words of dates, hedges, numbers and lags must be in the passages that the evidence
names. Both sides are normalised (NFC, white space); case and quotation marks must match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from coding.faults import Fault, quoted
from coding.format import CodedEvidence, CodedLink, CodedName, CodedQuote, Coding
from coding.index import CodingIndex
from coding.places import occurrences, parse_places
from coding.realigning import Realignment
from coding.text import PassageSearch, normalise
from coding.values import TextSpan, spans
from coding.yaml_tree import LineNumbers, Loc

_MARKS = ("'’‘ʼʻ‛`´′", '"“”„‟«»″', "-‐‑‒–—−")  # noqa: RUF001 - the marks that people mix up
"""Apostrophes, quotation marks and dashes."""


def locator_faults(coding: Coding, lines: LineNumbers) -> list[Fault]:
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


def _outside(span: TextSpan, coding: Coding) -> str | None:
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


def verify(
    coding: Coding, lines: LineNumbers, passages: Sequence[str], text_path: Path
) -> list[Fault]:
    """Return a fault for everything that the text contradicts, locators outside it included.

    A passage that has only moved is verified where it is now.
    """
    faults = locator_faults(coding, lines)
    realignment = Realignment(
        [(digest.length, digest.hash) for digest in coding.passages], passages
    )
    unchanged = realignment.unchanged
    if 2 * len(unchanged) < len(coding.passages):
        return [*faults, _other_text(coding, lines, text_path, len(unchanged))]
    aligned = [
        passages[unchanged[number] - 1] if number in unchanged else ""
        for number in range(1, len(coding.passages) + 1)
    ]
    faults.extend(
        lines.fault("other-text", loc, f"{message} {text_path}; `sourcebook pin` moves the places")
        for loc, message in _changed(coding, realignment)
    )
    faults.extend(
        lines.fault(*finding)
        for finding in _unverified(CodingIndex(coding), lines, PassageSearch(aligned))
    )
    return faults


def _other_text(coding: Coding, lines: LineNumbers, text_path: Path, matching: int) -> Fault:
    message = (
        f"{text_path} is another text: {matching} of {len(coding.passages)} passages match; "
        "give the text that was coded"
    )
    return lines.fault("other-text", ("passages",), message)


def _changed(coding: Coding, realignment: Realignment) -> Iterator[tuple[Loc, str]]:
    """Yield where the text has other passages than the coding."""
    for number, passage in enumerate(coding.passages, start=1):
        loc: Loc = ("passages", number - 1)
        if number in realignment.changed:
            now = realignment.passages[realignment.changed[number] - 1]
            size = f"{len(now)} characters instead of {passage.length}"
            if len(now) == passage.length:
                size = "the same length"
            yield loc, f"¶{number}, {quoted(now, 40)}, has other words ({size}) in"
        elif number not in realignment.unchanged:
            yield loc, f"¶{number} is missing in"
    for number in realignment.added:
        added = quoted(realignment.passages[number - 1], 40)
        yield ("passages",), f"¶{number}, {added}, was not coded; it is new in"
    moved = [old for old, new in realignment.unchanged.items() if old != new]
    if moved and not realignment.added and len(realignment.unchanged) == len(coding.passages):
        yield ("passages", moved[0] - 1), f"¶{moved[0]} is at another place in"


def _unverified(
    index: CodingIndex, lines: LineNumbers, search: PassageSearch
) -> Iterator[tuple[str, Loc, str]]:
    for loc, _evidence, _fact in index.evidence:
        for message in _other_words(lines.text((*loc, "at")), search.passages):
            yield "other-words", (*loc, "at"), message
    for loc, fact in index.facts:
        if isinstance(fact, CodedQuote) and fact.text and fact.evidence:
            for message in _not_verbatim(fact.text, spans(fact.evidence[0].at), search):
                yield "not-verbatim", (*loc, "text"), message
        elif isinstance(fact, CodedName):
            for n, evidence in enumerate(fact.evidence):
                for message in _not_named(fact.name, spans(evidence.at), search):
                    yield "name-not-in-passage", (*loc, "evidence", n, "at"), message
    for loc, words, pieces in _verbatim_words(index):
        numbers = {span.passage for piece in pieces for span in spans(piece.at)}
        for message in _not_in_passages(words, numbers, search):
            yield "words-not-in-passage", loc, message


def _verbatim_words(index: CodingIndex) -> Iterator[tuple[Loc, str, list[CodedEvidence]]]:
    """Yield words, and the evidence one of whose passages must contain them."""
    for loc, fact in index.facts:
        if isinstance(fact, CodedLink) and fact.lag:
            yield (*loc, "lag"), fact.lag, fact.evidence
        if lasting := fact.get("duration"):
            yield (*loc, "duration", "words"), lasting.words, fact.evidence
        for role, counts in fact.get("who", {}).items():
            for n, count in enumerate(counts):
                if count.count:
                    yield (*loc, "who", str(role), n, "count"), count.count, fact.evidence
    for loc, evidence, _fact in index.evidence:
        for field in ("words", "hedge"):
            if words := getattr(evidence, field):
                yield (*loc, field), words, [evidence]


def _other_words(at: str, passages: Sequence[str]) -> Iterator[str]:
    """Compare the words that are kept beside offsets with the text."""
    for place in parse_places(at) if '"' in at else ():
        if place.words is None or place.start is None or place.passage > len(passages):
            continue
        passage = passages[place.passage - 1]
        if passage and (place.start, place.end) not in occurrences(place.words, passage):
            there = quoted(passage[place.start : place.end])
            yield f"{quoted(place.words)} is not at {place.bare}: {there} is; correct either"


def _words_at(span: TextSpan, passages: Sequence[str]) -> str | None:
    """Return the characters of a span; None where there are none, which is a fault of its own."""
    if span.passage > len(passages) or not passages[span.passage - 1]:
        return None
    passage = passages[span.passage - 1]
    if span.start is None or span.end is None:
        return passage
    return passage[span.start : span.end] if span.start < span.end <= len(passage) else None


def _not_verbatim(
    segments: Sequence[str], places: Sequence[TextSpan], search: PassageSearch
) -> Iterator[str]:
    if len(segments) != len(places):
        yield (
            f"has {len(segments)} segments, its first evidence {len(places)} places; "
            "each segment has its own, in order"
        )
        return
    for segment, place in zip(map(normalise, segments), places, strict=True):
        words = _words_at(place, search.passages)
        if words is None or words == segment:
            continue
        marks = _other_marks(segment, words)
        if marks:
            yield f"{quoted(segment)} differs from the text at {place} in {marks}"
            continue
        actual = f" ({quoted(words)})" if place.start is not None else ""
        hint = search.hint(segment, [place.passage])
        yield f"{quoted(segment)} is not the text at {place}{actual}{hint}"


def _other_marks(given: str, words: str) -> str:
    """Say which marks differ, if only apostrophes, quotation marks and dashes do; else ""."""
    pairs = dict.fromkeys(
        (ours, theirs) for ours, theirs in zip(given, words, strict=False) if ours != theirs
    )
    if len(given) != len(words) or not all(
        any(ours in kind and theirs in kind for kind in _MARKS) for ours, theirs in pairs
    ):
        return ""
    return ", ".join(
        f"{theirs} (U+{ord(theirs):04X}), not {ours} (U+{ord(ours):04X})" for ours, theirs in pairs
    )


def _not_named(name: str, places: Sequence[TextSpan], search: PassageSearch) -> Iterator[str]:
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
    if not all(search.passages[number - 1] for number in named):
        return  # a passage has changed, which is a fault of its own
    if named and not any(words in search.passages[number - 1] for number in named):
        listed = ", ".join(f"¶{number}" for number in named)
        hint = search.hint(words, named)
        yield f"{quoted(words)} is not in {listed}, which the evidence names{hint}"
