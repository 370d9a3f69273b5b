"""The rules for well-formed codings, each with an id, a severity and a meaning.

`sourcebook check` runs the table RULES, and docs/format.md lists it. A test plants a fault for each
rule. Rules that need the text are in coding/verification.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coding import date_rules
from coding.date_rules import Finding
from coding.faults import Fault, Severity, quoted
from coding.format import Coding
from coding.index import LINKED, CodingIndex
from coding.values import spans
from coding.yaml_tree import LineNumbers, Loc
from schema.suggest import did_you_mean
from schema.vocabulary import (
    RELATIONS,
    Anonymity,
    Certainty,
    RelationType,
    SourceKind,
)

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


def check(coding: Coding, lines: LineNumbers) -> list[Fault]:
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


rule("date-without-words", ERROR, "Every date comes with the words it is based on.")(
    date_rules.date_without_words
)
rule("too-precise", ERROR, "A date names a day without ~ or ? only if its words do.")(
    date_rules.too_precise
)
rule("relative-day", ERROR, "What was today or yesterday was so on the day of publication.")(
    date_rules.relative_day
)
rule(
    "after-publication",
    ERROR,
    "Nothing happened, was said or was held after the document was published.",
)(date_rules.after_publication)
rule("ends-before-it-begins", ERROR, "A relation or control does not end before it begins.")(
    date_rules.ends_before_it_begins
)
rule("follows-what-is-later", ERROR, "What follows something is not dated earlier.")(
    date_rules.follows_what_is_later
)


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
