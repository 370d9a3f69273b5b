"""The rules for well-formed codings, each with an id, a severity and a meaning.

`sourcebook check` runs the table RULES, and docs/format.md lists it. A test plants a fault for each
rule. Rules that need the text are in coding/verification.py.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coding.drafting.dates import names_a_day as words_name_a_day
from coding.faults import Fault, Severity, quoted
from coding.format import Coding, Event, Evidence, spans
from coding.index import LINKED, CodingIndex
from coding.yaml_tree import Lines, Loc
from schema.edtf import Edtf
from schema.suggest import did_you_mean
from schema.vocabulary import (
    RELATIONS,
    Anonymity,
    Certainty,
    LinkType,
    Modality,
    RelationType,
    SourceKind,
)

Finding = tuple[Loc, str]
Find = Callable[[CodingIndex], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """One check: its id, how serious a finding is, what it requires, and how it looks."""

    id: str
    severity: Severity
    meaning: str
    find: Find


RULES: list[Rule] = []


def rule(name: str, severity: Severity, meaning: str) -> Callable[[Find], Find]:
    """Register a function as a rule."""

    def register(find: Find) -> Find:
        RULES.append(Rule(name, severity, meaning, find))
        return find

    return register


def check(coding: Coding, lines: Lines) -> list[Fault]:
    """Return what all rules find, in the order of the file."""
    index = CodingIndex(coding)
    return sorted(
        lines.fault(rule.id, loc, message, rule.severity)
        for rule in RULES
        for loc, message in rule.find(index)
    )


MAX_SUGGESTIONS = 50
"""How many unknown keys of a coding get a suggestion."""

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@rule("duplicate-key", ERROR, "Each key is used once; facts share one name space.")
def _duplicate_key(index: CodingIndex) -> Iterator[Finding]:
    first: dict[tuple[str, str], Loc] = {}
    for space, loc, key in index.keys:
        other = first.setdefault((space, key), loc)
        if other is not loc:
            yield loc, f"{quoted(key)} is used already; choose another key"


@rule("unknown-key", ERROR, "Every key that is referred to is defined in the coding.")
def _unknown_key(index: CodingIndex) -> Iterator[Finding]:
    given: dict[str, set[str]] = defaultdict(set)
    for section in ("actors", "places", "topics", "sources", "events", "quotes"):
        given[section] = {item.key for item in getattr(index.coding, section)}
    given[LINKED] = given["events"] | given["quotes"]
    kinds = {key: _kind(loc[0]) for space, loc, key in index.keys if space != "names"}
    suggestions = MAX_SUGGESTIONS
    for section, loc, key in index.references:
        if key in given[section]:
            continue
        if key in kinds:
            yield loc, f"{quoted(key)} is {kinds[key]}; give {_kind(section)}"
            continue
        suggestions -= 1  # each compares the key with every other
        hint = did_you_mean(key, sorted(given[section]) if suggestions >= 0 else ())
        add = f"add it to {section}"
        if section not in ("events", LINKED):
            add += f", as `- key: {key}` alone if another coding introduces it"
        yield (
            loc,
            f"{quoted(key)} is not among the {section}{f'{hint} Or' if hint else ';'} {add}",
        )


def _kind(section: object) -> str:
    """Return what a section holds, with its article: an event for events."""
    if section == LINKED:
        return "an event or quote"
    kind = "source" if section == "document" else str(section).removesuffix("s")
    return f"{'an' if kind[0] in 'ae' else 'a'} {kind}"


@rule("own-prefix", ERROR, "document:key is only for facts of other documents.")
def _own_prefix(index: CodingIndex) -> Iterator[Finding]:
    own = index.coding.document.key + ":"
    for loc, key in index.qualified:
        if key.startswith(own):
            yield loc, f"{quoted(key)} is of this document; write {key.removeprefix(own)}"


@rule("no-evidence", ERROR, "Every fact has evidence.")
def _no_evidence(index: CodingIndex) -> Iterator[Finding]:
    for loc, fact in index.facts:
        if not fact.evidence:
            yield loc, "has no evidence; add where the text says it"


@rule("not-pinned", ERROR, "The passages of the text have been measured.")
def _not_pinned(index: CodingIndex) -> Iterator[Finding]:
    if not index.coding.passages:
        yield (
            ("passages",),
            "no passage of the text has been measured; `sourcebook pin FILE --text TEXT` does it",
        )


@rule("twice-in-a-role", ERROR, "An actor has each role in a fact or source only once.")
def _twice_in_a_role(index: CodingIndex) -> Iterator[Finding]:
    seen: set[tuple[Loc, str]] = set()
    for section, loc, key in index.references:
        if section == "actors" and isinstance(loc[-1], int):  # in a list of actors
            role = str(loc[-2]).removesuffix("s")
            if (loc[:-1], key) in seen:
                yield loc, f"{quoted(key)} is {role} already; remove this one"
            seen.add((loc[:-1], key))


@rule("relates-to-itself", ERROR, "Nothing is related, linked or within itself.")
def _relates_to_itself(index: CodingIndex) -> Iterator[Finding]:
    for section in ("links", "relations"):
        for i, tie in enumerate(getattr(index.coding, section)):
            if tie.origin == tie.target:
                yield (section, i), f"goes from {quoted(tie.origin)} to itself"
    circular = _circular({place.key: place.within for place in index.coding.places})
    for i, place in enumerate(index.coding.places):
        if place.key in circular:
            yield ("places", i), "is within itself; correct its `within`, or that of a larger place"


def _circular(within: Mapping[str, str | None]) -> set[str]:
    """Return the places that are within themselves, passing each place once."""
    circular: set[str] = set()
    passed: set[str] = set()
    for start in within:
        path: list[str] = []
        place: str | None = start
        while place is not None and place not in passed:
            passed.add(place)
            path.append(place)
            place = within.get(place)
        if place in path:
            circular.update(path[path.index(place) :])
    return circular


@rule("stored-once", ERROR, "A link is coded once; so is a relation that reads the same both ways.")
def _stored_once(index: CodingIndex) -> Iterator[Finding]:
    seen: set[Any] = set()
    for i, link in enumerate(index.coding.links):
        triple = (link.origin, link.type, link.target)
        if triple in seen:
            yield ("links", i), "is a duplicate; add its evidence to the first one"
        seen.add(triple)
    for i, relation in enumerate(index.coding.relations):
        ends: Any = (relation.origin, relation.target)
        if RELATIONS[relation.type].symmetric:
            ends = frozenset(ends)
        tie = (ends, relation.type, relation.what, relation.topic, relation.since, relation.until)
        if tie in seen:
            yield ("relations", i), "is a duplicate; add its evidence to the first one"
        seen.add(tie)


@rule("comparison-without-topic", ERROR, "A comparison has a topic or a what.")
def _comparison_without_topic(index: CodingIndex) -> Iterator[Finding]:
    comparing = (
        RelationType.DIFFERS_FROM,
        RelationType.AGREES_WITH,
        RelationType.DEPENDS_LESS_THAN,
        RelationType.MORE_COMMITTED_THAN,
        RelationType.STRONGER_THAN,
    )
    for i, relation in enumerate(index.coding.relations):
        if relation.type in comparing and relation.topic is None and relation.what is None:
            yield ("relations", i), f"{relation.type} needs a topic or a what"


@rule("chain-repeats", ERROR, "A chain names each source once, and never the document itself.")
def _chain_repeats(index: CodingIndex) -> Iterator[Finding]:
    for loc, evidence, _fact in index.evidence:
        if index.coding.document.key in evidence.through:
            yield (*loc, "through"), "names the document; it is the root of every chain"
        elif len(set(evidence.through)) < len(evidence.through):
            yield (*loc, "through"), "names a source twice"


@rule("told-by-nobody", ERROR, "What is reported, alleged or rumoured names its source.")
def _told_by_nobody(index: CodingIndex) -> Iterator[Finding]:
    relayed = (Certainty.REPORTED, Certainty.ALLEGED, Certainty.RUMOURED)
    for loc, evidence, _fact in index.evidence:
        if evidence.certainty in relayed and not evidence.through:
            yield loc, f"is {evidence.certainty}, but `through` names no source; name it"
        if evidence.certainty is Certainty.ASSERTED and evidence.through:
            yield loc, "is asserted, which only the document itself can do; write reported"


@rule("stance-on-own-words", ERROR, "A stance is only for what the document relays.")
def _stance_on_own_words(index: CodingIndex) -> Iterator[Finding]:
    for loc, evidence, _fact in index.evidence:
        if evidence.stance is not None and not evidence.through:
            yield loc, "has a stance on the document's own words; remove it"


@rule("voiceless-voice", ERROR, "Hearsay and rumours have neither a name nor a voice.")
def _voiceless_voice(index: CodingIndex) -> Iterator[Finding]:
    for i, source in enumerate(index.coding.sources):
        if source.anonymity is Anonymity.VOICELESS and source.voices:
            yield ("sources", i), "is voiceless, but has voices; write unnamed, or remove them"
        nobody = source.kind in (SourceKind.HEARSAY, SourceKind.RUMOUR)
        if nobody and source.anonymity is Anonymity.NAMED:
            yield ("sources", i), f"is {source.kind}: its anonymity is voiceless or unnamed"


@rule("chain-without-parent", WARNING, "If B speaks through A, something is coded that A says.")
def _chain_without_parent(index: CodingIndex) -> Iterator[Finding]:
    heard = {tuple(evidence.through) for _loc, evidence, _fact in index.evidence}
    for loc, evidence, _fact in index.evidence:
        for length in range(1, len(evidence.through)):
            if tuple(evidence.through[:length]) not in heard:
                parent = " > ".join(evidence.through[:length])
                yield (
                    (*loc, "through"),
                    f"nothing is coded through {parent}; code what it relays as a quote",
                )


def _dates(index: CodingIndex) -> Iterator[tuple[Loc, str, list[Evidence]]]:
    """Yield every date of a fact, with the evidence that has words for it."""
    for loc, fact in index.facts:
        worded = [piece for piece in fact.evidence if piece.words]
        for field in ("date", "since", "until"):
            date = fact.get(field)
            if date is not None:
                yield (*loc, field), date, worded


@rule("date-without-words", ERROR, "Every date comes with the words it is based on.")
def _date_without_words(index: CodingIndex) -> Iterator[Finding]:
    for loc, date, worded in _dates(index):
        if not worded:
            yield loc, f"{date} has no words; add `words` to its evidence"
    for loc, evidence, _fact in index.evidence:
        if evidence.date is not None and evidence.words is None:
            yield loc, f"{evidence.date} has no words; add `words`"


@rule("too-precise", ERROR, "A date names a day without ~ or ? only if its words do.")
def _too_precise(index: CodingIndex) -> Iterator[Finding]:
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


@rule("relative-day", ERROR, "What was today or yesterday was so on the day of publication.")
def _relative_day(index: CodingIndex) -> Iterator[Finding]:
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
    from coding.drafting.dates import finder

    days = {"yesterday": -1, "today": 0, "tomorrow": 1}
    kinds = [item.kind for item in finder(language).find(words)]
    return days.get(kinds[0]) if len(kinds) == 1 else None


def _is_later(date: str | None, other: str | None) -> bool:
    """Return whether a date begins after another ends, in any year; False where either is open."""
    if date is None or other is None:
        return False
    first, last = Edtf.parse(date).first_day, Edtf.parse(other).last_day
    return first is not None and last is not None and first > last


@rule(
    "after-publication",
    ERROR,
    "Nothing happened, was said or was held after the document was published.",
)
def _after_publication(index: CodingIndex) -> Iterator[Finding]:
    published = index.coding.document.published
    for section in ("events", "quotes", "positions"):
        for i, fact in enumerate(getattr(index.coding, section)):
            if isinstance(fact, Event) and fact.modality is not Modality.ACTUAL:
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


@rule("ends-before-it-begins", ERROR, "A relation or control does not end before it begins.")
def _ends_before_it_begins(index: CodingIndex) -> Iterator[Finding]:
    for section in ("relations", "control"):
        for i, tie in enumerate(getattr(index.coding, section)):
            if _is_later(tie.since, tie.until):
                yield (section, i, "until"), f"{tie.until} is before {tie.since}"


@rule("follows-what-is-later", ERROR, "What follows something is not dated earlier.")
def _follows_what_is_later(index: CodingIndex) -> Iterator[Finding]:
    dates = {event.key: event.date for event in index.coding.events}
    dates |= {quote.key: quote.date for quote in index.coding.quotes}
    for i, link in enumerate(index.coding.links):
        after, before = dates.get(link.origin), dates.get(link.target)
        if link.type is LinkType.FOLLOWS and _is_later(before, after):
            yield ("links", i), f"{after} is before {before}; swap its ends or correct a date"


@rule("identifier-of-two", ERROR, "An identifier belongs to one actor, place or source.")
def _identifier_of_two(index: CodingIndex) -> Iterator[Finding]:
    coding = index.coding
    for section in ("actors", "places", "sources"):
        owned: dict[tuple[str, str], str] = {}
        items: list[tuple[Loc, Any]] = [
            ((section, i), item) for i, item in enumerate(getattr(coding, section))
        ]
        items += [(("document",), coding.document)] if section == "sources" else []
        for loc, item in items:
            for scheme, identifiers in item.identifiers.items():
                for identifier in identifiers:
                    other = owned.setdefault((scheme, identifier), item.key)
                    if other != item.key:
                        message = f"{scheme} {identifier} already belongs to {other}"
                        yield (*loc, "identifiers", scheme), message


@rule("name-of-two", WARNING, "A name belongs to one actor.")
def _name_of_two(index: CodingIndex) -> Iterator[Finding]:
    claimed: dict[str, str] = {}
    for i, actor in enumerate(index.coding.actors):
        headings = [(("actors", i), actor.name)] if actor.name else []
        names = [(("actors", i, "names", j), name.name) for j, name in enumerate(actor.names)]
        for loc, name in [*headings, *names]:
            other = claimed.setdefault(name.casefold(), actor.key)
            if other != actor.key:
                yield loc, f"{quoted(name)} is a name of {other} too; is it the same actor?"


def _unused(section: str) -> Find:
    def find(index: CodingIndex) -> Iterator[Finding]:
        used = {key for defined_in, _loc, key in index.references if defined_in == section}
        for i, item in enumerate(getattr(index.coding, section)):
            if item.key not in used and not item.get("at") and not item.draft:
                yield (section, i), f"{quoted(item.key)} is not used; use it or remove it"

    return find


rule("actor-unused", WARNING, "Every actor takes part in something.")(_unused("actors"))
rule("source-unused", WARNING, "Every source is in a chain or cited.")(_unused("sources"))
rule("place-unused", WARNING, "Every place is used, or contains one that is.")(_unused("places"))
rule("topic-unused", WARNING, "Every topic is used.")(_unused("topics"))


@rule("nobody-takes-part", NOTE, "Every event and quote names somebody.")
def _nobody_takes_part(index: CodingIndex) -> Iterator[Finding]:
    for section in ("events", "quotes"):
        for i, fact in enumerate(getattr(index.coding, section)):
            if not any(fact.who.values()):
                yield (section, i), "names nobody; does the text name somebody?"


@rule("nothing-coded", WARNING, "Something is coded from every passage except headings.")
def _nothing_coded(index: CodingIndex) -> Iterator[Finding]:
    coded = {
        span.passage for _loc, evidence, _fact in index.evidence for span in spans(evidence.at)
    }
    for source in index.coding.sources:
        if source.at:
            coded.update(span.passage for span in spans(source.at))
    for n, passage in enumerate(index.coding.passages, start=1):
        if not passage.heading and n not in coded:
            yield ("passages", n - 1), f"nothing is coded from ¶{n}; does it really say nothing?"


UNREVIEWED = "not-reviewed"


@rule(UNREVIEWED, NOTE, "Every drafted item has been reviewed.")
def _not_reviewed(index: CodingIndex) -> Iterator[Finding]:
    drafts = list(index.drafts)
    if drafts:
        guesses = sum(item.unsure is not None for _loc, item in drafts)
        message = (
            f"{len(drafts)} items are drafts, {guesses} of them guesses; review them, then remove "
            "`draft: true` and `unsure`"
        )
        yield drafts[0][0], message
