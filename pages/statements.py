"""Facts as statements that a page can show: a sentence, its standing, and what vouches for it.

Nothing here is escaped: templates do that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from output.wording import runs
from pages.look import Look, look
from schema.date_words import date_in_words
from schema.vocabulary import Anonymity, Certainty, FactKind, Modality, Stance


class Thing(NamedTuple):
    """Something that may have a page of its own; `key` is what a report calls it."""

    kind: str
    """actor, topic, place, event, source or document; a quote has no page of its own."""
    key: str
    name: str


class NamedParticipant(NamedTuple):
    """An actor in a fact. Of a tie the role is from or to; others are `named` and `controller`."""

    key: str
    name: str
    kind: str
    role: str

    @property
    def thing(self) -> Thing:
        """Return the actor, to link to."""
        return Thing("actor", self.key, self.name)


class ChainVoice(NamedTuple):
    """A source in a chain. `key` of an unnamed one is document:key, as in reports."""

    key: str
    title: str
    anonymity: str

    @property
    def words(self) -> str:
        """Return its title, and say if nobody is named."""
        if self.anonymity == Anonymity.NAMED:
            return self.title
        unnamed = "unnamed" if self.anonymity == Anonymity.UNNAMED else "nobody named"
        return f"{self.title} ({unnamed})"


class CitedDocument(NamedTuple):
    """A document as notes speak of it."""

    id: int
    key: str
    title: str
    called: str
    """“the article” if it is the only one; otherwise its author and year, or its main title."""

    @property
    def thing(self) -> Thing:
        """Return it, to link to."""
        return Thing("document", self.key, self.title)


class CitedPassage(NamedTuple):
    """Where words of a piece of evidence are, and the words if the text is kept."""

    n: int
    words: str


STATED: dict[str, str] = {
    Certainty.ASSERTED: "stated flatly",
    Certainty.REPORTED: "reported",
    Certainty.ALLEGED: "alleged",
    Certainty.INFERRED: "inferred",
    Certainty.RUMOURED: "rumoured",
}
"""How a fact is stated; the firmest way is the first."""

AS_WHAT: dict[str, str] = {
    Modality.ACTUAL: "",
    Modality.DENIED: " as not so",
    Modality.INTENDED: " as intended",
    Modality.EXPECTED: " as expected",
    Modality.POSSIBLE: " as possible",
    Modality.HYPOTHETICAL: " as imagined",
}
ATTITUDE: dict[str, str] = {
    Stance.ENDORSES: "{} takes it for true",
    Stance.DOUBTS: "{} doubts it",
    Stance.REJECTS: "{} rejects it",
}


@dataclass(frozen=True, slots=True)
class CitedEvidence:
    """What one voice says about a fact."""

    id: int
    document: CitedDocument
    modality: str
    certainty: str
    hedge: str | None
    stance: str | None
    date: str | None
    """When, as this voice has it: EDTF."""
    date_words: str | None
    """The words of that date, verbatim."""
    voices: tuple[ChainVoice, ...]
    """Between the document and the words, the innermost first; empty: in its own voice."""
    passages: tuple[CitedPassage, ...]
    """In the order of the words; a passage may occur twice, where a quotation is interrupted."""

    @property
    def where(self) -> str:
        """Return its passages: ¶2, 10."""
        return paragraphs(passage.n for passage in self.passages)

    @property
    def words(self) -> str:
        """Return the words of the text that say it; empty if the text isn't kept."""
        return " … ".join(passage.words for passage in self.passages if passage.words)

    @property
    def how(self) -> str:
        """Return how it is stated: alleged as intended, “reportedly”; the article doubts it."""
        hedge = f", “{self.hedge}”" if self.hedge else ""
        attitude = ATTITUDE.get(self.stance or "")
        stance = f"; {attitude.format(self.document.called)}" if attitude else ""
        return f"{STATED[self.certainty]}{AS_WHAT[self.modality]}{hedge}{stance}"

    @property
    def chain(self) -> str:
        """Return the voices down to the document: Velayati's remarks → the article."""
        if not self.voices:
            return f"{self.document.called}, in its own voice"
        return " → ".join([*(voice.words for voice in self.voices), self.document.called])


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact, ready to be read."""

    id: int
    key: str
    """As reports print it: with its document in front, if several are loaded."""
    kind: str
    introduced_by: str
    standing: str | None
    """What stands in front of the sentence (Alleged, Did not happen); None: stated as a fact."""
    bare: str
    """The sentence without its standing: show it only beside `standing` or `tag`."""
    modality: str
    """actual, intended, expected, possible, hypothetical or denied, as the coder settled it."""
    date: str | None
    """EDTF of an event, a statement or a position, or the beginning of what lasts."""
    until: str | None
    duration: str | None
    """How long it lasted, in the words of the text."""
    summary: str | None
    """Of an event: what happened, in a sentence or two."""
    type: str | None
    """Of an event, a link, a tie or control its type, of a position or a name its kind."""
    nature: str | None
    """Of a tie: friendly, hostile or structural."""
    quoted: str | None
    """The speaker's own words."""
    unnamed: str | None
    """all, some or none: how much of its evidence comes through an unnamed voice."""
    participants: tuple[NamedParticipant, ...]
    related: tuple[Thing, ...]
    """Its topic, its place, the occasion of a quote, the two ends of a link, the event named."""
    evidence: tuple[CitedEvidence, ...]

    @property
    def sentence(self) -> str:
        """Return the sentence to be quoted alone, with its standing in front."""
        return f"{self.standing}: {self.bare}" if self.standing else self.bare

    @property
    def tag(self) -> str:
        """Return the tag beside the bare sentence; empty if the document states it flatly."""
        if self.standing:
            return self.standing.lower()
        stated = {piece.certainty for piece in self.evidence}
        only_reported = self.kind != FactKind.QUOTE and stated == {Certainty.REPORTED.value}
        return "reported" if only_reported else ""

    @property
    def look(self) -> Look:
        """Return the shape of its tag and of its mark in a picture."""
        return look(self.modality, self.standing)

    @property
    def css(self) -> str:
        """Return the classes of its tag: tag planned-alleged."""
        return f"tag {self.look.name.lower().replace('_', '-')}"

    @property
    def when(self) -> str:
        """Return its date for running text, months in full; empty: undated."""
        lasting = self.kind in (FactKind.RELATION, FactKind.CONTROL)
        began = date_in_words(self.date, full=True, tie=lasting) if self.date else ""
        if lasting and began and "since" not in began:
            began = f"since {began}"
        ended = f"until {date_in_words(self.until, full=True)}" if self.until else ""
        duration = f"“{self.duration}”" if self.duration else ""
        return ", ".join(filter(None, [began, ended, duration]))

    @property
    def where(self) -> str:
        """Return all its passages; with several documents, those of each after its name."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for piece in self.evidence:
            numbers[piece.document.called] += [passage.n for passage in piece.passages]
        if len(numbers) == 1:
            return paragraphs(*numbers.values())
        return "; ".join(f"{called} {paragraphs(ns)}" for called, ns in numbers.items())

    def role(self, actor: str) -> tuple[str, ...]:
        """Return the roles of an actor, by its key."""
        return tuple(part.role for part in self.participants if part.key == actor)


def paragraphs(numbers: Iterable[int]) -> str:
    """Return passages in one line: ¶2, 9–11; empty if there are none."""
    groups = runs(sorted({*numbers}))
    shown = [f"{it[0]}–{it[-1]}" if len(it) > 2 else ", ".join(map(str, it)) for it in groups]
    return f"¶{', '.join(shown)}" if shown else ""
