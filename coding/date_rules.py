"""What the rules on dates find: dates without words, too precise, in the future or out of order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.date_finder import finder
from coding.date_finder import names_a_day as words_name_a_day
from coding.faults import quoted
from coding.format import CodedEvent, CodedEvidence
from coding.index import CodingIndex
from coding.yaml_tree import Loc
from schema.edtf import Edtf
from schema.vocabulary import LinkType, Modality

Finding = tuple[Loc, str]


def _dates(index: CodingIndex) -> Iterator[tuple[Loc, str, list[CodedEvidence]]]:
    """Yield every date of a fact, with the evidence that has words for it."""
    for loc, fact in index.facts:
        worded = [piece for piece in fact.evidence if piece.words]
        for field in ("date", "since", "until"):
            date = fact.get(field)
            if date is not None:
                yield (*loc, field), date, worded


def date_without_words(index: CodingIndex) -> Iterator[Finding]:
    """Find dates without the words they are based on."""
    for loc, date, worded in _dates(index):
        if not worded:
            yield loc, f"{date} has no words; add `words` to its evidence"
    for loc, evidence, _fact in index.evidence:
        if evidence.date is not None and evidence.words is None:
            yield loc, f"{evidence.date} has no words; add `words`"


def too_precise(index: CodingIndex) -> Iterator[Finding]:
    """Find dates that name a day though their words do not."""
    language = index.coding.document.language
    for loc, date, worded in _dates(index):
        if (
            worded
            and names_a_day(date)
            and not any(_has_day(piece.words, language) for piece in worded)
        ):
            yield loc, _no_day(date, worded[0].words)
    for loc, evidence, _fact in index.evidence:
        if (
            evidence.date
            and evidence.words
            and names_a_day(evidence.date)
            and not _has_day(evidence.words, language)
        ):
            yield (*loc, "date"), _no_day(evidence.date, evidence.words)


def _no_day(date: str, words: str | None) -> str:
    return (
        f"{quoted(words or '')} names no day; write a month, a season or a range instead of "
        f"{date}, or mark the day with ~"
    )


# A day that is exact; one side of a range or set is what the words are made to mean.
PLAIN_DAY = re.compile(r"-?[0-9]{4,}-[01][0-9]-[0-3][0-9](?![0-9~?%])")


def names_a_day(date: str) -> bool:
    """Whether a date, or either side of a span, is an unqualified day.

    The ends of `[a..b]` are limits, not days that the text names.
    """
    if PLAIN_DAY.search(date) is None or date.startswith(("~", "?", "%")):
        return False
    parsed = Edtf.parse(date)
    return not date.startswith("[") or parsed.first_day == parsed.last_day


def _has_day(words: str | None, language: str) -> bool:
    """Whether the words name a day; digits of any script count."""
    digits = "".join(
        str(int(character)) if character.isdecimal() else character for character in words or ""
    )
    return words_name_a_day(digits, language)


def relative_day(index: CodingIndex) -> Iterator[Finding]:
    """Find dates of today or yesterday that are not those of the publication."""
    document = index.coding.document
    if PLAIN_DAY.fullmatch(document.published) is None:
        return
    published = Edtf.parse(document.published).first_day or 0
    for loc, evidence, fact in index.evidence:
        date = evidence.date or getattr(fact, "date", None)
        if not evidence.words or evidence.through or PLAIN_DAY.fullmatch(date or "") is None:
            continue
        days = _days_after(evidence.words, document.language)
        if days is not None and Edtf.parse(str(date)).first_day != published + days:
            day = ("the day before", "the day of", "the day after")[days + 1]
            what = f"{quoted(evidence.words)} is {day} publication, {document.published}"
            yield (*loc, "words"), f"{what}, and not {date}; correct the date"


def _days_after(words: str, language: str) -> int | None:
    """Return -1, 0 or 1 for words that mean yesterday, today or tomorrow; None for others."""
    days = {"yesterday": -1, "today": 0, "tomorrow": 1}
    kinds = [item.kind for item in finder(language).find(words)]
    return days.get(kinds[0]) if len(kinds) == 1 else None


def _is_later(date: str | None, other: str | None) -> bool:
    """Return whether a date begins after another ends, in any year; False where either is open."""
    if date is None or other is None:
        return False
    first, last = Edtf.parse(date).first_day, Edtf.parse(other).last_day
    return first is not None and last is not None and first > last


def after_publication(index: CodingIndex) -> Iterator[Finding]:
    """Find what happened or was said after the document was published."""
    published = index.coding.document.published
    for section in ("events", "quotes", "positions"):
        for i, fact in enumerate(getattr(index.coding, section)):
            if isinstance(fact, CodedEvent) and fact.modality is not Modality.ACTUAL:
                continue
            dates: list[tuple[Loc, str | None]] = [((section, i, "date"), fact.date)]
            dates.extend(
                ((section, i, "evidence", n, "date"), evidence.date)
                for n, evidence in enumerate(fact.evidence)
                if evidence.modality in (None, Modality.ACTUAL)
            )
            for loc, date in dates:
                if _is_later(date, published):
                    yield loc, f"{date} is after the document, {published}"


def ends_before_it_begins(index: CodingIndex) -> Iterator[Finding]:
    """Find ties that end before they begin."""
    for section in ("relations", "control"):
        for i, tie in enumerate(getattr(index.coding, section)):
            if _is_later(tie.since, tie.until):
                yield (section, i, "until"), f"{tie.until} is before {tie.since}"


def follows_what_is_later(index: CodingIndex) -> Iterator[Finding]:
    """Find what follows something that is dated later."""
    dates = {event.key: event.date for event in index.coding.events}
    dates |= {quote.key: quote.date for quote in index.coding.quotes}
    for i, link in enumerate(index.coding.links):
        after, before = dates.get(link.origin), dates.get(link.target)
        if link.type is LinkType.FOLLOWS and _is_later(before, after):
            yield ("links", i), f"{after} is before {before}; swap its ends or correct a date"
