"""Facts as English sentences that can be cut out and quoted alone.

A sentence names its subject. What isn't stated or reported as a fact has its standing in front:
"Alleged: Soleimani visits Putin in Moscow". Touches no database.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from schema.vocabulary import ActorKind, Certainty, FactKind, LinkType, Modality, PositionKind


class Named(NamedTuple):
    """An actor as a sentence names it."""

    name: str
    kind: str


class EvidenceReading(NamedTuple):
    """What one piece of evidence adds to the standing of a fact."""

    modality: str
    certainty: str
    hedge: str | None
    own: bool
    """Whether the document says so in its own voice."""
    rejected: bool
    """Whether the document relays it and rejects it."""


# --- standing -------------------------------------------------------------------------------------

STATED = {Certainty.ASSERTED, Certainty.REPORTED}
WEAKER = (Certainty.ALLEGED, Certainty.INFERRED, Certainty.RUMOURED)
"""Where no evidence states or reports it: the first of these that some evidence has."""

PLANS = {
    Modality.INTENDED: ("Intended", "intention"),
    Modality.EXPECTED: ("Expected", "expectation"),
}


RULED_OUT = re.compile(
    "\\b(?:can[’']t|cannot|can not|can never|couldn[’']t|could not|could never|won[’']t|will not|"
    "will never|lack(?:s|ed)? the|impossible|unthinkable|rul\\w+ out)\\b",
    re.IGNORECASE,
)
"""Hedges of a denial that leave no chance."""

UNLIKELY = re.compile(
    "\\b(?:unlikely|improbabl[ey]|implausibl[ey]|doubt(?:s|ed|ful|fully)?|hardly|scarcely|"
    "probably|presumably|(?:less|not) likely|looks?|seems?|appears?|apparently)\\b",
    re.IGNORECASE,
)
"""Hedges of a denial that leave some chance. Others ("mostly") only qualify what is denied."""


def first_upheld(readings: Sequence[EvidenceReading]) -> str | None:
    """Return the modality in the first voice that its document does not reject.

    If it rejects all, what was relayed as actual is denied.
    """
    upheld = [reading.modality for reading in readings if not reading.rejected]
    relayed = [reading.modality for reading in readings]
    if not upheld and relayed[:1] == [Modality.ACTUAL]:
        return Modality.DENIED.value
    return next(iter(upheld or relayed), None)


def standing(kind: str, settled: str | None, readings: tuple[EvidenceReading, ...]) -> str | None:
    """Return the words that belong in front of a fact; None where it is stated as actual."""
    upheld = [
        reading for reading in readings if reading.modality == settled and not reading.rejected
    ]
    agreeing = upheld or readings
    certainties = {reading.certainty for reading in agreeing}
    weak = next((certainty.capitalize() for certainty in WEAKER if certainty in certainties), None)
    alone = None if certainties & STATED else weak
    if settled == Modality.DENIED:
        own = any(reading.own or reading.rejected for reading in agreeing)
        hedges = [reading.hedge or "" for reading in agreeing]
        if any(map(RULED_OUT.search, hedges)):
            return "Ruled out" if own else "Said to be ruled out"
        if all(map(UNLIKELY.search, hedges)):
            return "Held unlikely" if own else "Said to be unlikely"
        if kind == FactKind.EVENT:
            return "Did not happen" if own else "Said not to happen"
        return "Not so" if own else "Said not to be so"
    if settled == Modality.POSSIBLE:
        return "Possible"
    if settled == Modality.HYPOTHETICAL:
        return "Imagined"
    for plan, (word, noun) in PLANS.items():
        if settled == plan:
            return f"{alone} {noun}" if alone else word
    # Of events the coder has settled which voice is right.
    denied = any(reading.modality == Modality.DENIED for reading in readings)
    return "Disputed" if denied and kind != FactKind.EVENT else alone


def with_standing(
    sentence: str, words: str | None, readings: Sequence[EvidenceReading], settled: str | None
) -> str:
    """Put the standing in front, and hedges of what is stated at the end."""
    shown = _hedges(readings, settled)
    return f"{f'{words}: ' if words else ''}{sentence}{f' ({shown})' if shown else ''}"


def with_standing_behind(
    sentence: str, words: str | None, readings: Sequence[EvidenceReading], settled: str | None
) -> str:
    """Quote a sentence within another, and put its standing and its hedges behind it."""
    marks = ", ".join(filter(None, [words and within_marks(words), _hedges(readings, settled)]))
    return f"“{sentence.translate(INNER)}”{f' ({marks})' if marks else ''}"


def within_marks(words: str) -> str:
    """Return a standing as it is written behind a sentence or within another standing."""
    return words[:1].lower() + words[1:]


def _hedges(readings: Sequence[EvidenceReading], settled: str | None) -> str:
    hedges = [
        reading.hedge
        for reading in readings
        if reading.hedge
        and reading.modality == settled
        and (reading.certainty in STATED or settled == Modality.DENIED)
    ]
    return "; ".join(f"“{hedge}”" for hedge in dict.fromkeys(hedges))


# --- actors ---------------------------------------------------------------------------------------

ALWAYS_ONE = {
    ActorKind.PERSON,
    ActorKind.STATE,
    ActorKind.GOVERNMENT,
    ActorKind.OUTLET,
    ActorKind.INSTITUTE,
}
PLURALS = {"people", "media", "men", "women", "police"}
SINGULARS = {"Corps", "corps", "Hamas", "Headquarters", "headquarters", "Nations"}
"""Nouns in s that take the singular, as abbreviations in capitals do (ISIS)."""


def several(actors: Collection[Named]) -> bool:
    """Return whether a verb after these actors is in the plural.

    One actor takes the plural, too, if its name is one: "The White Helmets say". The name of an
    organisation must begin with "The": "Doctors Without Borders says".
    """
    if len(actors) != 1:
        return len(actors) > 1
    [actor] = actors
    if actor.kind in ALWAYS_ONE or re.match("(An?|The only) ", actor.name):
        return False
    if actor.kind == ActorKind.ORGANISATION and not actor.name.startswith("The "):
        return False
    head = re.split(r" (?:of|in|from|behind|with|for|who|to|hostile) |:|\(", actor.name)[0].split()
    if not head or head[-1].isupper() or head[-1] in SINGULARS:
        return False
    last = head[-1].lower()
    return last in PLURALS or last.endswith("men") or bool(re.search("[^s'’]s$", last))


def listed(actors: Sequence[Named], *, first: bool) -> str:
    """Join names with commas and "and"; `first` if they begin a sentence."""
    names = [
        actor.name if first and n == 0 else within(actor.name) for n, actor in enumerate(actors)
    ]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


SMALL_WORDS = re.compile(
    "(?:the|an?|this|that|these|those|there|here|such|some|any|every|each|all|both|no|not|nothing|"
    "nobody|somebody|everybody|everything|everyone|something|someone|anything|"
    "anyone|another|other|others|many|most|more|few|less|several|only|one|two|"
    "three|he|she|it|they|we|you|his|her|its|their|our|what|when|where|who|how|why|if|since|while|"
    "although|because|as|after|before|until|unless|with|without|in|on|at|by|for|from|to|under|"
    "between|among|during|neither|either|even)(?![\\w.]|-[A-Z0-9])",
)
"""Words that have a capital only at the beginning of a sentence, unlike WHO and As-Safir."""


def within(text: str) -> str:
    """Write a text as it is within a sentence: without a capital that only begins one."""
    uncapitalised = text[:1].lower() + text[1:]
    return uncapitalised if SMALL_WORDS.match(uncapitalised) else text


# --- kinds of facts -------------------------------------------------------------------------------


def quote(speakers: Sequence[Named], says: str | None, text: str | None) -> str:
    """Return who says what."""
    if not speakers:
        who = "It is said"
    else:
        who = f"{listed(speakers, first=True)} {'say' if several(speakers) else 'says'}"
    if says is None:
        return f"{who}: “{text}”"
    return f"{who} that {within(_bare(_of_oneself(speakers, says)))}"


def _of_oneself(speakers: Sequence[Named], says: str) -> str:
    """Replace the speakers, if a statement begins with them: "Iran says that it will not yield".

    A coding names them, so that the statement reads alone. A person keeps the name: "he" or "she"
    isn't known.
    """
    names = listed(speakers, first=True)
    # A capital goes on with a name: "Iran Air will fly".
    if not names or not says.startswith(f"{names} ") or says[len(names) + 1 :][:1].isupper():
        return says
    if several(speakers):
        return "they" + says.removeprefix(names)
    person = speakers[0].kind in (ActorKind.PERSON, ActorKind.UNNAMED)
    return says if person else "it" + says.removeprefix(names)


WANTS = re.compile(r"((?:(?!\b(?:should|must)\b).)+?) (?:should|must) (not )?(.+)")
"""Who, whether not, and what, of a goal."""

VERBS: dict[str, tuple[str, str]] = {
    PositionKind.GOAL: ("wants", "want"),
    PositionKind.PRIORITY: ("gives priority", "give priority"),
    PositionKind.NEED: ("needs", "need"),
    PositionKind.STAKE: ("has a stake", "have a stake"),
    PositionKind.FEAR: ("fears", "fear"),
    PositionKind.CONSTRAINT: ("is constrained", "are constrained"),
    PositionKind.CAPABILITY: ("has the ability", "have the ability"),
    PositionKind.MOTIVE: ("acts", "act"),
    PositionKind.FRAMING: ("presents", "present"),
    PositionKind.REFUSAL: ("refuses", "refuse"),
    PositionKind.VIEW: ("holds", "hold"),
}
"""The verb for one actor and for several; a statement in lower case continues it."""

SENTENCE_AFTER: dict[str, str] = {
    PositionKind.FEAR: " that ",
    PositionKind.VIEW: " that ",
    PositionKind.MOTIVE: " because ",
    PositionKind.FRAMING: " it this way: ",
}
"""What leads from the verb to a statement that is a whole sentence; a colon, if not listed."""


def position(holders: Sequence[Named], kind: str, statement: str) -> str:
    """Return who holds what."""
    who = listed(holders, first=True) or "Somebody"
    return f"{who} {predicate(kind, statement, several(holders))}"


def predicate(kind: str, statement: str, many: bool) -> str:
    """Return what one holder of a position, or several, does: "wants to keep the port"."""
    stated = _bare(statement)
    verb = VERBS[kind][many]
    wish = WANTS.fullmatch(stated) if kind == PositionKind.GOAL else None
    if wish:
        return f"{verb} {within(wish[1])} {wish[2] or ''}to {wish[3]}"
    between = " " if stated[:1].islower() else SENTENCE_AFTER.get(kind, ": ")
    return f"{verb}{between}{within(stated)}"


PLACE = re.compile(r"{(\w+)}")
"""Where a sentence has a value."""


def tie(template: str, ends: Mapping[str, Named], values: Mapping[str, str | None]) -> str:
    """Fill in the sentence of a type of tie: `{from} {heads|head} {to}[ as {what}]`."""

    def optional(match: re.Match[str]) -> str:
        choices = match[1].split("|")
        return next((part for part in choices if all(map(values.get, PLACE.findall(part)))), "")

    def filled(match: re.Match[str]) -> str:
        name, bar, plural = match[1].partition("|")
        if bar:
            return plural if several([ends["from"]]) else name
        if name in ends:
            return listed([ends[name]], first=match.start() == 0)
        return within(_bare(values.get(name) or ""))

    return re.sub(r"{([^{}]*)}", filled, re.sub(r"\[([^\[\]]*)\]", optional, template))


LINKS: dict[str, tuple[str, str]] = {
    LinkType.FOLLOWS: ("follows", "after"),
    LinkType.PART_OF: ("is part of", "as part of"),
    LinkType.IN_RESPONSE_TO: ("is a response to", "in response to"),
    LinkType.CONDITION_OF: ("is a condition of", "as a condition of"),
    LinkType.INSTEAD_OF: ("takes the place of", "instead of"),
}
"""How one event is linked to another, and how it would be where that is denied."""

INNER = str.maketrans("“”", "‘’")
"""Quotation marks within others."""


def link(kind: str, first: str, second: str, lag: str | None, *, denied: bool) -> str:
    """Return how two events or quotes, which are quoted with their standing, are linked.

    Without a verb, what is denied can't be taken for something that did happen, if not as a
    response: "Not so: “They give in” in response to “He gains ground”".
    """
    sentence = f"{first} {LINKS[kind][denied]} {second}"
    return f"{sentence} (“{lag}”)" if lag else sentence


def control(actor: Named, kind: str, place: str, part: str | None) -> str:
    """Return who holds, contests or besieges a place, or a part of it."""
    verb = kind.removesuffix("s") if several([actor]) else kind
    return f"{listed([actor], first=True)} {verb} {within(place)}{f' ({part})' if part else ''}"


def event_name(event: str, called: str) -> str:
    """Return what an event, given as a sentence with its standing, is called."""
    return f"“{called}” is a name for “{event.translate(INNER)}”"


def name(actor: Named, called: str) -> str:
    """Return what an actor is called."""
    verb = "are" if several([actor]) else "is"
    return f"{listed([actor], first=True)} {verb} called “{called}”"


def _bare(text: str) -> str:
    """Remove the full stop: a sentence of the table has none."""
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text
