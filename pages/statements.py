"""Facts as statements that a page can show: a sentence, its standing, and what vouches for it.

`Statements(connection).about("actor", "iran")` yields them. It reads a batch of facts at a time,
with a fixed number of queries, so that memory doesn't grow with the sourcebook. Nothing here is
escaped: templates do that.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, text

from output.wording import runs
from pages.pictures.marks import Look, look
from pages.subjects import facts_about
from reports.references import Creator
from schema.date_words import date_in_words
from schema.vocabulary import ActorKind, Anonymity, Certainty, FactKind, Modality, Stance

BATCH = 500
"""Facts that are read together."""


class Thing(NamedTuple):
    """Something that may have a page of its own; `key` is what a report calls it."""

    kind: str
    """actor, topic, place, event, source or document; a quote has no page of its own."""
    key: str
    name: str


class Participant(NamedTuple):
    """An actor in a fact. Of a tie the role is from or to; others are `named` and `controller`."""

    key: str
    name: str
    kind: str
    role: str

    @property
    def thing(self) -> Thing:
        """Return the actor, to link to."""
        return Thing("actor", self.key, self.name)


class Voice(NamedTuple):
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


class Document(NamedTuple):
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


class Passage(NamedTuple):
    """Where words of a piece of evidence are, and the words if the text is kept."""

    n: int
    words: str


STATED: dict[str, str] = {
    Certainty.ASSERTED: "stated flatly",
    Certainty.REPORTED: "reported",
    Certainty.ALLEGED: "alleged",
    Certainty.RUMOURED: "rumoured",
    Certainty.INFERRED: "inferred",
}
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
class Evidence:
    """What one voice says about a fact."""

    id: int
    document: Document
    modality: str
    certainty: str
    hedge: str | None
    stance: str | None
    date: str | None
    """When, as this voice has it: EDTF."""
    date_words: str | None
    """The words of that date, verbatim."""
    voices: tuple[Voice, ...]
    """Between the document and the words, the innermost first; empty: in its own voice."""
    passages: tuple[Passage, ...]
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
    summary: str | None
    """Of an event: what happened, in a sentence or two."""
    type: str | None
    """Of an event, a link, a tie or control its type, of a position or a name its kind."""
    nature: str | None
    """Of a tie: friendly, hostile or structural."""
    quoted: str | None
    """The speaker's own words."""
    directness: str | None
    unnamed: str | None
    """all, some or none: how much of its evidence comes through an unnamed voice."""
    origins: int
    """Different sources at the inner ends of its chains."""
    documents: int
    participants: tuple[Participant, ...]
    related: tuple[Thing, ...]
    """Its topic, its place, the occasion of a quote, the two ends of a link, the event named."""
    evidence: tuple[Evidence, ...]

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
        if self.kind not in (FactKind.RELATION, FactKind.CONTROL):
            return date_in_words(self.date, full=True) if self.date else ""
        began = date_in_words(self.date, full=True, tie=True) if self.date else ""
        if began and "since" not in began:
            began = f"since {began}"
        ended = f"until {date_in_words(self.until, full=True)}" if self.until else ""
        return ", ".join(filter(None, [began, ended]))

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


FACTS = """
    select
      fact_summaries.fact_id, fact_summaries.kind, fact_summaries.key,
      fact_summaries.introduced_by, fact_summaries.sentence, fact_summaries.standing,
      fact_summaries.settled, fact_summaries.unnamed,
      coalesce(
        events.date, quotes.date, positions.date, relations.since, territorial_control.since
      ) as date,
      coalesce(relations.until, territorial_control.until) as until,
      events.summary,
      coalesce(
        events.event_type, relations.type, positions.position_kind, event_links.type,
        actor_names.name_kind, event_names.name_kind, territorial_control.type
      ) as type,
      relation_types.nature,
      quotes.text as quoted, quotes.directness,
      figures.origins, figures.documents,
      topics.key as topic, topics.label as topic_name,
      places.key as place, places.name as place_name,
      first_sentences.sentence as first_title, firsts.key as first_key, firsts.kind as first_kind,
      first_documents.key as first_document,
      second_sentences.sentence as second_title, seconds.key as second_key,
      seconds.kind as second_kind,
      second_documents.key as second_document
    from fact_summaries
    left join evidence_counts on evidence_counts.fact_id = fact_summaries.fact_id
    left join evidence_counts as figures on figures.fact_id = evidence_counts.counted_as_id
    left join events on events.id = fact_summaries.fact_id
    left join quotes on quotes.id = fact_summaries.fact_id
    left join positions on positions.id = fact_summaries.fact_id
    left join relations on relations.id = fact_summaries.fact_id
    left join relation_types on relation_types.key = relations.type
    left join event_links on event_links.id = fact_summaries.fact_id
    left join actor_names on actor_names.id = fact_summaries.fact_id
    left join event_names on event_names.id = fact_summaries.fact_id
    left join territorial_control on territorial_control.id = fact_summaries.fact_id
    left join topics on topics.id = coalesce(positions.topic_id, relations.topic_id)
    left join places on places.id = coalesce(events.place_id, territorial_control.place_id)
    left join facts as firsts
      on firsts.id = coalesce(quotes.occasion_id, event_links.from_fact_id, event_names.event_id)
    left join fact_summaries as first_sentences on first_sentences.fact_id = firsts.id
    left join sources as first_documents on first_documents.id = firsts.document_id
    left join facts as seconds on seconds.id = event_links.to_fact_id
    left join fact_summaries as second_sentences on second_sentences.fact_id = seconds.id
    left join sources as second_documents on second_documents.id = seconds.document_id
    where fact_summaries.fact_id in :ids
"""

PARTICIPANTS = """
    select participants.fact_id, actors.key, actors.name, actors.kind, participants.role,
      participants.n
    from participants
    join actors on actors.id = participants.actor_id
    where participants.fact_id in :ids
    union all
    select relations.id, actors.key, actors.name, actors.kind, 'from', 1
    from relations
    join actors on actors.id = relations.from_actor_id
    where relations.id in :ids
    union all
    select relations.id, actors.key, actors.name, actors.kind, 'to', 2
    from relations
    join actors on actors.id = relations.to_actor_id
    where relations.id in :ids
    union all
    select actor_names.id, actors.key, actors.name, actors.kind, 'named', 1
    from actor_names
    join actors on actors.id = actor_names.actor_id
    where actor_names.id in :ids
    union all
    select territorial_control.id, actors.key, actors.name, actors.kind, 'controller', 1
    from territorial_control
    join actors on actors.id = territorial_control.actor_id
    where territorial_control.id in :ids
    order by 1, 5, 6, 3, 2
"""

EVIDENCE = """
    select evidence.id, evidence.fact_id, evidence.document_id, evidence.attribution_id,
      evidence.modality, evidence.certainty, evidence.hedge, evidence.stance, evidence.date,
      evidence.date_words
    from evidence
    join sources on sources.id = evidence.document_id
    where evidence.fact_id in :ids
    order by evidence.fact_id, sources.key, evidence.n
"""

VOICES = """
    select attribution_ancestors.attribution_id, sources.key, sources.title, sources.anonymity,
      documents.key as document
    from attribution_ancestors
    join attributions on attributions.id = attribution_ancestors.ancestor_id
    join sources on sources.id = attributions.source_id
    left join sources as documents on documents.id = sources.document_id
    where attribution_ancestors.attribution_id in :ids
      and attributions.parent_id is not null
    order by attribution_ancestors.attribution_id, attribution_ancestors.distance
"""

SPANS = """
    select evidence_id, n, passage
    from spans
    where evidence_id in :ids
    order by evidence_id, n
"""

WORDS = """
    select evidence_id, span, words
    from words
    where evidence_id in :ids
"""

DOCUMENTS = """
    select sources.id, sources.key, sources.title, sources.kind, sources.published,
      actors.name as author, actors.kind as author_kind,
      (select count(*) from source_actors
        where source_actors.source_id = sources.id and role = 'author') as authors
    from codings
    join sources on sources.id = codings.document_id
    left join source_actors
      on source_actors.source_id = sources.id and source_actors.role = 'author'
        and source_actors.n = 1
    left join actors on actors.id = source_actors.actor_id
    order by sources.published nulls last, sources.key
"""


class Statements:
    """Reads statements; remembers the documents, and whether any text is kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.documents = _documents(connection.execute(text(DOCUMENTS)).all())
        """The documents by id, in the order of their dates."""
        query = text("select 1 from passages where text is not null limit 1")
        self.kept = connection.execute(query).scalar() is not None
        """Whether the text of any document is kept, so that there are words."""

    def about(self, kind: str = "", key: str = "") -> Iterator[Statement]:
        """Yield the statements about something; kind and key are those of `facts_about`."""
        return self.read(facts_about(self._connection, kind, key))

    def read(self, ids: Iterable[int]) -> Iterator[Statement]:
        """Yield the statements of facts with these ids, in their order."""
        remaining = iter(ids)
        while batch := tuple(islice(remaining, BATCH)):
            facts = {it.fact_id: it for it in self._rows(FACTS, batch)}
            participants: dict[int, list[Participant]] = defaultdict(list)
            for it in self._rows(PARTICIPANTS, batch):
                participants[it.fact_id].append(Participant(it.key, it.name, it.kind, it.role))
            evidence = self._evidence(batch)
            for id in batch:
                if id in facts:
                    yield self._statement(facts[id], participants[id], evidence[id])

    def _statement(
        self, it: Any, participants: Sequence[Participant], evidence: Sequence[Evidence]
    ) -> Statement:
        return Statement(
            id=it.fact_id,
            key=self.key(it.introduced_by, it.key),
            kind=it.kind,
            introduced_by=it.introduced_by,
            standing=it.standing,
            bare=it.sentence.removeprefix(f"{it.standing}: "),
            modality=it.settled or Modality.ACTUAL.value,
            date=it.date,
            until=it.until,
            summary=it.summary,
            type=it.type,
            nature=it.nature,
            quoted=it.quoted,
            directness=it.directness,
            unnamed=it.unnamed,
            origins=it.origins or 0,
            documents=it.documents or 0,
            participants=tuple(participants),
            related=tuple(self._related(it)),
            evidence=tuple(evidence),
        )

    def key(self, document: str, key: str) -> str:
        """Return the key of a fact as reports print it."""
        return f"{document}:{key}" if len(self.documents) > 1 else key

    def _related(self, it: Any) -> Iterator[Thing]:
        if it.topic:
            yield Thing("topic", it.topic, it.topic_name)
        if it.place:
            yield Thing("place", it.place, it.place_name)
        if it.first_key:
            key = self.key(it.first_document, it.first_key)
            yield Thing(it.first_kind, key, it.first_title)
        if it.second_key:
            key = self.key(it.second_document, it.second_key)
            yield Thing(it.second_kind, key, it.second_title)

    def _evidence(self, facts: Sequence[int]) -> Mapping[int, list[Evidence]]:
        rows = self._rows(EVIDENCE, facts)
        ids = [it.id for it in rows]
        voices: dict[int, list[Voice]] = defaultdict(list)
        for it in self._rows(VOICES, sorted({it.attribution_id for it in rows})):
            key = f"{it.document}:{it.key}" if it.document else it.key
            voices[it.attribution_id].append(Voice(key, it.title, it.anonymity))
        words = {}
        if self.kept:
            words = {(it.evidence_id, it.span): it.words for it in self._rows(WORDS, ids)}
        passages: dict[int, list[Passage]] = defaultdict(list)
        for it in self._rows(SPANS, ids):
            passages[it.evidence_id].append(
                Passage(it.passage, words.get((it.evidence_id, it.n), ""))
            )
        evidence: dict[int, list[Evidence]] = defaultdict(list)
        for it in rows:
            evidence[it.fact_id].append(
                Evidence(
                    id=it.id,
                    document=self.documents[it.document_id],
                    modality=it.modality,
                    certainty=it.certainty,
                    hedge=it.hedge,
                    stance=it.stance,
                    date=it.date,
                    date_words=it.date_words,
                    voices=tuple(voices[it.attribution_id]),
                    passages=tuple(passages[it.id]),
                )
            )
        return evidence

    def _rows(self, query: str, ids: Sequence[int]) -> Sequence[Any]:
        if not ids:
            return []
        statement = text(query).bindparams(bindparam("ids", expanding=True))
        return self._connection.execute(statement, {"ids": list(ids)}).all()


def _documents(rows: Sequence[Any]) -> dict[int, Document]:
    """Return documents with what notes call them; letters tell those of one author and year."""
    names = [_called(it) for it in rows]
    if len(rows) == 1:
        names = [f"the {rows[0].kind.replace('-', ' ')}"]
    occurs = Counter(names)
    letters: Counter[str] = Counter()
    documents = {}
    for it, name in zip(rows, names, strict=True):
        letters[name] += 1
        called = f"{name}{_letters(letters[name])}" if occurs[name] > 1 else name
        documents[it.id] = Document(it.id, it.key, it.title, called)
    return documents


def _called(it: Any) -> str:
    """Return author and year of a document, Lund 2016; or its main title, if they aren't known."""
    year = re.match("-?[0-9]{4}", it.published or "")
    if not it.author or not year:
        return f"“{it.title.partition(': ')[0]}”"
    names = Creator(it.author, it.author_kind == ActorKind.PERSON).family_and_given()
    return f"{names[0] if names else it.author}{' et al.' if it.authors > 1 else ''} {year[0]}"


def _letters(n: int) -> str:
    """Return a for 1, z for 26, aa for 27."""
    letters = ""
    while n:
        n, rest = divmod(n - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
