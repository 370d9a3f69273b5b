"""Proving a coding against the text that it codes: nothing is quoted that does not stand there.

The text is known by the measures of its passages. Then whatever the coding says is verbatim is
looked up: quotations and names at their very characters, the words of dates, hedges, numbers and
lags in the passages that the evidence names. Both sides are normalised (NFC, white space) and in
nothing else made alike: neither case nor quotation marks. Pure: reads and writes no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from coding.faults import Fault, quoted
from coding.format import Actor, Coding, Evidence, Link, Quote, Span, spans
from coding.index import CodingIndex
from coding.text import measure, nearest_place, normalise
from coding.yaml_tree import Lines, Loc


def locator_faults(coding: Coding, lines: Lines) -> list[Fault]:
    """Locators that lie outside their passage, as far as its measure tells."""
    index = CodingIndex(coding)
    places = [((*loc, "at"), one.at) for loc, one, _fact in index.evidence]
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
        return "holds nothing: its end, which is exclusive, is not after its start"
    return None


def verify(coding: Coding, lines: Lines, passages: Sequence[str], text_path: Path) -> list[Fault]:
    """Everything in the coding that the text does not bear out, locators outside it included."""
    faults = locator_faults(coding, lines)
    others = _differing(coding, passages)
    if 2 * len(others) > max(len(passages), len(coding.passages)):
        return [*faults, _other_text(coding, lines, passages, text_path, others)]
    for number in others:
        loc: Loc = ("passages", number - 1) if number <= len(coding.passages) else ("passages",)
        message = _difference(coding, passages, number)
        faults.append(lines.fault("other-text", loc, f"{message} in {text_path}"))
    faults.extend(lines.fault(*found) for found in _unproven(CodingIndex(coding), passages))
    return faults


def _differing(coding: Coding, passages: Sequence[str]) -> list[int]:
    """The numbers of the passages that are not the ones that were coded."""
    measured = [(passage.length, passage.hash) for passage in coding.passages]
    given = [measure(passage) for passage in passages]
    most = max(len(measured), len(given))
    return [n + 1 for n in range(most) if measured[n : n + 1] != given[n : n + 1]]


def _other_text(
    coding: Coding, lines: Lines, passages: Sequence[str], text_path: Path, others: list[int]
) -> Fault:
    matching = max(len(passages), len(coding.passages)) - len(others)
    known = {passage.hash for passage in coding.passages}
    moved = sum(measure(passage)[1] in known for passage in passages)
    message = (
        f"{text_path} is another text: {matching} of {len(coding.passages)} passages match; "
        "give the text that was coded"
    )
    if 2 * moved > len(coding.passages):
        message += f", or see what was put in or left out before ¶{others[0]}"
    return lines.fault("other-text", ("passages",), message)


def _difference(coding: Coding, passages: Sequence[str], number: int) -> str:
    if number > len(passages):
        return f"¶{number} is missing"
    start = quoted(passages[number - 1], 40)
    if number > len(coding.passages):
        return f"¶{number}, {start}, was not coded, but stands"
    length, wanted = len(passages[number - 1]), coding.passages[number - 1].length
    size = f"{length} characters for {wanted}" if length != wanted else "the length is the same"
    return f"¶{number}, {start}, is not what was coded ({size})"


def _unproven(index: CodingIndex, passages: Sequence[str]) -> Iterator[tuple[str, Loc, str]]:
    for loc, fact in index.facts:
        if isinstance(fact, Quote) and fact.text and fact.evidence:
            for message in _not_verbatim(fact.text, spans(fact.evidence[0].at), passages):
                yield "not-verbatim", (*loc, "text"), message
        elif isinstance(fact, Actor.Name):
            for n, one in enumerate(fact.evidence):
                for message in _not_named(fact.name, spans(one.at), passages):
                    yield "name-not-in-passage", (*loc, "evidence", n, "at"), message
        numbers = [span.passage for one in fact.evidence for span in spans(one.at)]
        for way, words in _words_of_fact(fact):
            for message in _not_there(words, numbers, passages):
                yield "words-not-in-passage", (*loc, *way), message
    for loc, one, _fact in index.evidence:
        numbers = [span.passage for span in spans(one.at)]
        for way, words in _words_of_evidence(one):
            for message in _not_there(words, numbers, passages):
                yield "words-not-in-passage", (*loc, *way), message


def _words_of_fact(fact: Any) -> Iterator[tuple[Loc, str]]:
    """What is verbatim from any passage of the fact."""
    if isinstance(fact, Link) and fact.lag:
        yield ("lag",), fact.lag
    for role, counts in getattr(fact, "who", {}).items():
        for n, count in enumerate(counts):
            if count.count:
                yield ("who", str(role), n, "count"), count.count


def _words_of_evidence(one: Evidence) -> Iterator[tuple[Loc, str]]:
    """What is verbatim from a passage of this evidence."""
    if one.words:
        yield ("words",), one.words
    if one.hedge:
        yield ("hedge",), one.hedge


def _stretch(span: Span, passages: Sequence[str]) -> str | None:
    """The characters of a span; None where they are outside, which is another fault."""
    if span.passage > len(passages):
        return None
    passage = passages[span.passage - 1]
    if span.start is None or span.end is None:
        return passage
    return passage[span.start : span.end] if span.start < span.end <= len(passage) else None


def _not_verbatim(
    segments: Sequence[str], places: Sequence[Span], passages: Sequence[str]
) -> Iterator[str]:
    if len(segments) != len(places):
        yield (
            f"has {len(segments)} segments, its first evidence {len(places)} places; "
            "each segment has its own, in order"
        )
        return
    for segment, place in zip(map(normalise, segments), places, strict=True):
        words = _stretch(place, passages)
        if words is not None and words != segment:
            there = f"{quoted(segment)} is not what stands at {place}"
            shown = f" ({quoted(words)})" if place.start is not None else ""
            yield there + shown + nearest_place(segment, passages, [place.passage])


def _not_named(name: str, places: Sequence[Span], passages: Sequence[str]) -> Iterator[str]:
    name = normalise(name)
    for place in places:
        words = _stretch(place, passages)
        if words is not None and name not in words:
            shown = f" ({quoted(words)})" if place.start is not None else ""
            near = nearest_place(name, passages, [place.passage])
            yield f"{quoted(name)} does not stand at {place}{shown}{near}"


def _not_there(words: str, numbers: Iterable[int], passages: Sequence[str]) -> Iterator[str]:
    words = normalise(words)
    there = sorted({number for number in numbers if number <= len(passages)})
    if there and not any(words in passages[number - 1] for number in there):
        named = ", ".join(f"¶{number}" for number in there)
        near = nearest_place(words, passages, there)
        yield f"{quoted(words)} does not stand in {named}, which the evidence names{near}"
