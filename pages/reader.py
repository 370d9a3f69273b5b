"""Reads facts as statements: `StatementReader(connection).about("actor", "iran")` yields them.

It reads a batch of facts at a time, with a fixed number of queries, so that memory doesn't grow
with the sourcebook.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, text

from pages.statements import (
    ChainVoice,
    CitedDocument,
    CitedEvidence,
    CitedPassage,
    NamedParticipant,
    Statement,
    Thing,
)
from pages.subjects import facts_about
from reports.references import Creator
from schema.vocabulary import ActorKind, Modality

BATCH = 500
"""Facts that are read together."""

FACTS = """
    select
      fact_summaries.fact_id, fact_summaries.kind, fact_summaries.key,
      fact_summaries.introduced_by, fact_summaries.sentence, fact_summaries.standing,
      fact_summaries.settled, fact_summaries.unnamed,
      coalesce(
        events.date, quotes.date, positions.date, relations.since, territorial_control.since
      ) as date,
      coalesce(relations.until, territorial_control.until) as until,
      coalesce(events.duration_words, relations.duration_words) as duration,
      events.summary,
      coalesce(
        events.event_type, relations.type, positions.position_kind, event_links.type,
        actor_names.name_kind, event_names.name_kind, territorial_control.type
      ) as type,
      relation_types.nature,
      quotes.text as quoted,
      topics.key as topic, topics.label as topic_name,
      places.key as place, places.name as place_name,
      first_sentences.sentence as first_title, firsts.key as first_key, firsts.kind as first_kind,
      first_documents.key as first_document,
      second_sentences.sentence as second_title, seconds.key as second_key,
      seconds.kind as second_kind,
      second_documents.key as second_document
    from fact_summaries
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


class StatementReader:
    """Reads statements; remembers the documents, and whether any text is kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.documents = _documents(connection.execute(text(DOCUMENTS)).all())
        """The documents by id, in the order of their dates."""
        query = text("select 1 from passages where text is not null limit 1")
        self.kept = connection.execute(query).scalar() is not None
        """Whether the text of any document is kept, so that there are words."""
        self.equal_to: dict[int, int] = {}
        """Facts that are read as another, which then has their evidence too: ids by id."""

    def about(self, kind: str = "", key: str = "") -> Iterator[Statement]:
        """Yield the statements about something; kind and key are those of `facts_about`."""
        return self.read(facts_about(self._connection, kind, key))

    def read(self, ids: Iterable[int]) -> Iterator[Statement]:
        """Yield the statements of facts with these ids, in their order."""
        remaining = iter(ids)
        while batch := tuple(islice(remaining, BATCH)):
            batch = tuple(self.equal_to.get(id, id) for id in batch)
            facts = {it.fact_id: it for it in self._rows(FACTS, batch)}
            participants: dict[int, list[NamedParticipant]] = defaultdict(list)
            for it in self._rows(PARTICIPANTS, batch):
                participants[it.fact_id].append(NamedParticipant(it.key, it.name, it.kind, it.role))
            evidence = defaultdict(list, self._evidence(batch))
            others = [id for id, first in self.equal_to.items() if first in evidence]
            for n in range(0, len(others), BATCH):
                for id, pieces in self._evidence(others[n : n + BATCH]).items():
                    evidence[self.equal_to[id]] += pieces
            for id in batch:
                if id in facts:
                    yield self._statement(facts[id], participants[id], evidence[id])

    def _statement(
        self, it: Any, participants: Sequence[NamedParticipant], evidence: Sequence[CitedEvidence]
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
            duration=it.duration,
            summary=it.summary,
            type=it.type,
            nature=it.nature,
            quoted=it.quoted,
            unnamed=it.unnamed,
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

    def _evidence(self, facts: Sequence[int]) -> Mapping[int, list[CitedEvidence]]:
        rows = self._rows(EVIDENCE, facts)
        ids = [it.id for it in rows]
        voices: dict[int, list[ChainVoice]] = defaultdict(list)
        for it in self._rows(VOICES, sorted({it.attribution_id for it in rows})):
            key = f"{it.document}:{it.key}" if it.document else it.key
            voices[it.attribution_id].append(ChainVoice(key, it.title, it.anonymity))
        words = {}
        if self.kept:
            words = {(it.evidence_id, it.span): it.words for it in self._rows(WORDS, ids)}
        passages: dict[int, list[CitedPassage]] = defaultdict(list)
        for it in self._rows(SPANS, ids):
            passages[it.evidence_id].append(
                CitedPassage(it.passage, words.get((it.evidence_id, it.n), ""))
            )
        evidence: dict[int, list[CitedEvidence]] = defaultdict(list)
        for it in rows:
            evidence[it.fact_id].append(
                CitedEvidence(
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


def _documents(rows: Sequence[Any]) -> dict[int, CitedDocument]:
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
        documents[it.id] = CitedDocument(it.id, it.key, it.title, called)
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
