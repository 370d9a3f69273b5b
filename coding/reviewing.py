"""Reviewing: a coding beside its text, passage by passage, with drafts and doubts marked."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coding.faults import InvalidInputError, quoted
from coding.format import (
    CodedControl,
    CodedEvent,
    CodedEvidence,
    CodedFact,
    CodedLink,
    CodedName,
    CodedPosition,
    CodedQuote,
    CodedRelation,
    Coding,
    Elsewhere,
)
from coding.index import CodingIndex
from coding.realigning import Realignment
from coding.values import spans
from coding.yaml_tree import LineNumbers, Loc
from schema.escape import is_blank, visible
from schema.vocabulary import RELATIONS

_EDGES = " ,;:.!?–—“”\"'"
"""What is around coded words, but isn't worth coding itself."""

LEAST = 12
"""How many characters that are coded as nothing are worth showing."""


@dataclass(frozen=True)
class CodedWords:
    """A stretch of a passage, and what was coded from it."""

    start: int
    end: int
    kind: str
    """event, quote, position, relation, link, name, source or elsewhere."""
    line: int | None
    """Where the coding says it."""
    says: str
    """The fact, as a reader needs it to compare it with the words."""
    details: tuple[str, ...]
    draft: bool
    unsure: str | None


@dataclass
class ReviewedPassage:
    """A passage with what was coded from it, in the order of its words."""

    number: int
    text: str
    heading: bool
    coded: list[CodedWords] = field(default_factory=list)

    @property
    def uncoded(self) -> list[tuple[int, int]]:
        """The stretches from which nothing was coded; none of a heading."""
        gaps: list[tuple[int, int]] = []
        at = 0
        for item in [*self.coded, None]:
            start = item.start if item else len(self.text)
            words = self.text[at:start].strip(_EDGES)
            if len(words) >= LEAST and not is_blank(words) and not self.heading:
                low = self.text.index(words, at)
                gaps.append((low, low + len(words)))
            at = max(at, item.end) if item else at
        return gaps

    @property
    def open(self) -> bool:
        """Whether something in it waits for a reviewer."""
        return any(item.draft or item.unsure for item in self.coded)


def reviewed(coding: Coding, lines: LineNumbers, passages: Sequence[str]) -> list[ReviewedPassage]:
    """Return all passages with what was coded from them. Raises InvalidInputError.

    The text has to be the one that was coded.
    """
    measures = [(passage.length, passage.hash) for passage in coding.passages]
    realignment = Realignment(measures, passages)
    if any(old != new for old, new in realignment.unchanged.items()) or len(
        realignment.unchanged
    ) != max(len(passages), len(measures)):
        message = "this is not the text that was coded; `sourcebook pin` moves the places"
        raise InvalidInputError([lines.fault("other-text", ("passages",), message)])
    result = [
        ReviewedPassage(number, text, coding.passages[number - 1].heading)
        for number, text in enumerate(passages, start=1)
    ]
    for number, item in _coded(coding, lines, passages):
        if number <= len(result):
            result[number - 1].coded.append(item)
    for passage in result:
        passage.coded.sort(key=lambda item: (item.start, -item.end, item.line or 0))
    return result


def _coded(
    coding: Coding, lines: LineNumbers, passages: Sequence[str]
) -> Iterator[tuple[int, CodedWords]]:
    index = CodingIndex(coding)
    names = {actor.key: actor.name or actor.key for actor in coding.actors}
    pieces: list[tuple[Loc, str, str, str, tuple[str, ...], bool, str | None]] = []
    for loc, evidence, fact in index.evidence:
        kind = "name" if isinstance(fact, CodedName) else str(loc[0]).removesuffix("s")
        says = _says(fact, loc, coding, names)
        details = tuple(_details(evidence, fact))
        # A name is a draft if its actor or event is.
        owner = getattr(coding, str(loc[0]))[int(loc[1])] if kind == "name" else fact
        draft, unsure = fact.draft or owner.draft, fact.unsure or owner.unsure
        pieces.append((loc, evidence.at, kind, says, details, draft, unsure))
    for i, source in enumerate(coding.sources):
        if source.at:
            says = source.title or source.key
            loc = ("sources", i)
            pieces.append((loc, source.at, "source", says, (), source.draft, source.unsure))
    for loc, at, kind, says, details, draft, unsure in pieces:
        for span in spans(at):
            length = len(passages[span.passage - 1]) if span.passage <= len(passages) else 0
            start, end = span.start or 0, span.end if span.end is not None else length
            line = lines.line((*loc, "at"))
            yield span.passage, CodedWords(start, end, kind, line, says, details, draft, unsure)


def _says(fact: CodedFact, loc: Loc, coding: Coding, names: dict[str, str]) -> str:
    def listed(role: str) -> str:
        counts = getattr(fact, "who", {}).get(role, [])
        return ", ".join(names.get(count.actor, count.actor) for count in counts)

    match fact:
        case CodedName():
            owner = getattr(coding, str(loc[0]))[int(loc[1])]
            heading = owner.title if isinstance(owner, CodedEvent) else owner.name or owner.key
            return f"{heading} is called {quoted(fact.name)} ({fact.kind})"
        case CodedEvent():
            who = "; ".join(f"{role}: {listed(role)}" for role in fact.who)
            return fact.title + (f" ({who})" if who else "")
        case CodedQuote():
            text = quoted(" … ".join(fact.text), 200) if fact.text else ""
            says = ": ".join(filter(None, (fact.says, text)))
            return f"{listed('speaker') or 'nobody named'} ({fact.directness}): {says}"
        case CodedPosition():
            return f"{listed('holder')} ({fact.kind}): {fact.statement}"
        case CodedRelation():
            ends = names.get(fact.origin, fact.origin), names.get(fact.target, fact.target)
            what = f" ({fact.what})" if fact.what else ""
            return f"{ends[0]} {RELATIONS[fact.type].label} {ends[1]}{what}"
        case CodedControl():
            part = f" ({fact.part})" if fact.part else ""
            return f"{names.get(fact.origin, fact.origin)} {fact.type} {fact.target}{part}"
        case CodedLink():
            return f"{fact.origin} {fact.type} {fact.target}"
        case Elsewhere():
            return fact.fact
    return ""


def _details(evidence: CodedEvidence, fact: CodedFact) -> Iterator[str]:
    modality = evidence.modality or getattr(fact, "modality", None)
    if modality and modality != "actual":
        yield str(modality)
    if evidence.through:
        yield f"through {' > '.join(evidence.through)}"
    if evidence.certainty:
        yield str(evidence.certainty)
    if evidence.stance:
        yield str(evidence.stance)
    date = evidence.date or getattr(fact, "date", None) or getattr(fact, "since", None)
    if evidence.words:
        yield f"{quoted(evidence.words)} is {date}"
    if evidence.hedge:
        yield f"hedged: {quoted(evidence.hedge)}"


def review_text(passages: Sequence[ReviewedPassage], width: int) -> Iterator[str]:
    """Yield the lines of a review for a terminal."""
    for passage in passages:
        heading = " (heading)" if passage.heading else ""
        yield f"¶{passage.number}{heading}"
        yield from _wrapped(passage.text, width, "  ")
        yield ""
        groups: dict[tuple[str, str], list[CodedWords]] = defaultdict(list)
        for item in passage.coded:
            groups[item.kind, item.says].append(item)
        for (kind, says), items in groups.items():
            state = "".join(
                f"[{word}] "
                for word in (
                    "draft" if items[0].draft else "",
                    f"unsure: {items[0].unsure}" if items[0].unsure else "",
                )
                if word
            )
            if kind == "name":  # its words are in what it says
                lines = ", ".join(str(line) for line in dict.fromkeys(it.line for it in items))
                yield from _wrapped(f"{kind:<9} {state}{says}, line {lines}", width, "  ", 12)
                continue
            yield from _wrapped(f"{kind:<9} {state}{says}", width, "  ", 12)
            for item in items:
                words = quoted(passage.text[item.start : item.end], 2 * width)
                details = "; ".join(("", *item.details))
                yield from _wrapped(f"line {item.line}: {words}{details}", width, " " * 12, 2)
        for start, end in passage.uncoded:
            words = quoted(passage.text[start:end].strip(), 2 * width)
            yield from _wrapped(f"not coded {words}", width, "  ", 12)
        yield ""


def _wrapped(text: str, width: int, indent: str, hanging: int = 0) -> list[str]:
    return textwrap.wrap(
        visible(text),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=" " * (len(indent) + hanging) if hanging else indent,
    )
