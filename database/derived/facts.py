"""Derived rows of facts: each in a sentence, with who takes part and what vouches for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from database.derived import sentences
from database.derived.documents import Row, Rows
from database.derived.sentences import EvidenceReading, Named
from database.rows import rows_by_id
from schema.vocabulary import (
    ActorKind,
    Anonymity,
    Certainty,
    FactKind,
    Modality,
    Role,
    Stance,
    Unnamed,
)

FACTS = """
    select facts.id, facts.kind, facts.key, facts.draft, documents.key as document,
      events.title, events.modality,
      quotes.says, quotes.text,
      positions.position_kind, positions.statement,
      relations.from_actor_id, relations.to_actor_id, relations.type, relations.what,
      relations.topic_id, topics.label as topic, relation_types.sentence, relation_types.label,
      relation_types.is_symmetric,
      event_links.type as link, event_links.lag, event_links.from_fact_id, event_links.to_fact_id,
      coalesce(actor_names.name, event_names.name) as name, actor_names.actor_id,
      event_names.event_id,
      controls.type as control, controls.actor_id as controller_id, controls.part,
      places.name as place
    from facts
    join sources as documents on documents.id = facts.document_id
    left join events on events.id = facts.id
    left join quotes on quotes.id = facts.id
    left join positions on positions.id = facts.id
    left join relations on relations.id = facts.id
    left join topics on topics.id = relations.topic_id
    left join relation_types on relation_types.key = relations.type
    left join event_links on event_links.id = facts.id
    left join actor_names on actor_names.id = facts.id
    left join event_names on event_names.id = facts.id
    left join territorial_control as controls on controls.id = facts.id
    left join places on places.id = controls.place_id
    where facts.id in ({ids})
"""

PARTICIPANTS = """
    select participants.fact_id, participants.role, actors.id, actors.name, actors.key, actors.kind
    from participants
    join actors on actors.id = participants.actor_id
    where participants.fact_id in ({ids})
    order by participants.n, actors.key
"""

ACTORS = "select id, name, key, kind from actors where id in ({ids})"

EVIDENCE = """
    select evidence.fact_id,
      evidence.modality, evidence.certainty, evidence.stance, evidence.hedge,
      attributions.parent_id is null as own_voice,
      documents.key as document, evidence.date_words,
      evidence.attribution_id, attribution_chains.chain, attribution_chains.anonymity
    from evidence
    join sources as documents on documents.id = evidence.document_id
    join attributions on attributions.id = evidence.attribution_id
    join attribution_chains on attribution_chains.attribution_id = attributions.id
    where evidence.fact_id in ({ids})
    order by documents.key, evidence.n
"""
STATED = slice(1, 6)
"""What a piece of evidence says of its fact: its columns up to whether the voice is its own."""

PLACES = """
    select fact_passages.fact_id, documents.key as document, fact_passages.passage,
      fact_passages.start
    from fact_passages
    join sources as documents on documents.id = fact_passages.document_id
    where fact_passages.fact_id in ({ids})
    order by documents.key, fact_passages.passage
"""

SHOWN = (Role.SPEAKER, Role.ADDRESSEE, Role.SUBJECT, Role.HOLDER, Role.OBJECT)
"""Roles that have a column for the headings of their actors, in the order of the columns."""
NOBODY = (None,) * (1 + len(SHOWN))
"""The headings of a fact in which nobody takes part."""

RANK = {str(role): rank for rank, role in enumerate(Role)}


def of_facts(connection: Connection, facts: Sequence[int]) -> Rows:
    """Compute the summaries of facts; chains and passages must be up to date."""
    return {"fact_summaries": _Summaries(connection, facts).rows()}


People = dict[str, list[Any]]
"""Participants by role, in the order of roles, and within a role in the coder's order."""


class _Standing(NamedTuple):
    """Whether a fact is so."""

    settled: str | None
    words: str | None
    readings: tuple[EvidenceReading, ...]
    modality: str | None
    certainty: str | None
    hedge: str | None

    def before(self, sentence: str) -> str:
        """Return a sentence with its standing in front."""
        return sentences.with_standing(sentence, self.words, self.readings, self.settled)

    def behind(self, sentence: str, covering: str | None) -> str:
        """Return a sentence to quote, with its standing behind it, unless that covers it anyway."""
        words = None if self.words == covering else self.words
        return sentences.with_standing_behind(sentence, words, self.readings, self.settled)

    @property
    def denied(self) -> bool:
        """Whether it is not so, or held unlikely."""
        return self.settled == Modality.DENIED


class _Summaries:
    """What the database holds about some facts, and about those that they depend on."""

    def __init__(self, connection: Connection, facts: Sequence[int]) -> None:
        self.asked = set(facts)
        selected = rows_by_id(connection, FACTS, facts)
        linked = {
            other
            for fact in selected
            for other in (fact.from_fact_id, fact.to_fact_id, fact.event_id)
        }
        more = rows_by_id(connection, FACTS, sorted(linked - {None} - self.asked))
        self.facts = {fact.id: fact for fact in (*selected, *more)}
        ids = sorted(self.facts)
        self.evidence = _by_fact(rows_by_id(connection, EVIDENCE, ids))
        self.places = _by_fact(rows_by_id(connection, PLACES, facts))
        self.participants = _by_fact(rows_by_id(connection, PARTICIPANTS, ids))
        owners = {
            actor
            for fact in selected
            for actor in (
                fact.from_actor_id,
                fact.to_actor_id,
                fact.actor_id,
                fact.controller_id,
            )
        }
        self.actors = {
            actor.id: actor for actor in rows_by_id(connection, ACTORS, sorted(owners - {None}))
        }

    def rows(self) -> list[Row]:
        """Return the rows of the facts that were asked for and still exist."""
        return [self._row(fact) for fact in self.facts.values() if fact.id in self.asked]

    def _row(self, fact: Any) -> Row:
        """Return the columns of a fact's summary in order."""
        evidence, places = self.evidence.get(fact.id, ()), self.places.get(fact.id, ())
        people = self._people(fact.id)
        standing = self._standing(fact)
        bare = self._bare_sentence(fact, people)
        covered = fact.link and standing.words
        documents = {piece.document for piece in evidence}
        chains = {piece.attribution_id: piece.chain for piece in evidence}
        way = next(iter(chains)) if len(chains) == 1 else None
        return (
            fact.id,
            fact.kind,
            fact.key,
            fact.document,
            standing.before(self._link(fact, standing.words) if covered else bare),
            standing.words,
            self._statement(fact, people, bare),
            standing.settled,
            standing.modality,
            standing.certainty,
            standing.hedge,
            _list([piece.date_words for piece in evidence]),
            *(_headings(fact.kind, people) if people else NOBODY),
            way,
            " | ".join(chains.values()) or None if way is None else None,
            _list(sorted(documents)),
            _list([_mark(place, documents) for place in places]),
            *(places[0][1:] if places else (None, None, None)),
            _unnamed(evidence, people),
        )

    def _standing(self, fact: Any) -> _Standing:
        stated = tuple([piece[STATED] for piece in self.evidence.get(fact.id, ())])
        return _standing(fact.kind, fact.modality, fact.draft, stated)

    def _people(self, fact: int) -> People:
        people: People = {}
        for actor in sorted(self.participants.get(fact, ()), key=_rank):
            people.setdefault(actor.role, []).append(actor)
        return people

    # --- what it says -------------------------------------------------------------------------

    def _statement(self, fact: Any, people: People, bare: str) -> str:
        if fact.statement:
            many = sentences.several(_named(people.get(Role.HOLDER, ())))
            return sentences.predicate(fact.position_kind, fact.statement, many)
        if fact.kind in (FactKind.RELATION, FactKind.LINK, FactKind.CONTROL):
            return bare
        return str(fact.title or fact.says or fact.text or fact.name or fact.key)

    def _bare_sentence(self, fact: Any, people: People) -> str:
        if fact.says or fact.text:
            return sentences.quote(_named(people.get(Role.SPEAKER, ())), fact.says, fact.text)
        if fact.statement:
            holders = _named(people.get(Role.HOLDER, ()))
            return sentences.position(holders, fact.position_kind, fact.statement)
        if fact.type:
            ends = {"from": fact.from_actor_id, "to": fact.to_actor_id}
            named = {end: _named([self.actors[number]])[0] for end, number in ends.items()}
            return sentences.tie(fact.sentence, named, {"what": fact.what, "topic": fact.topic})
        if fact.link:
            return self._link(fact, None)
        if fact.control:
            [actor] = _named([self.actors[fact.controller_id]])
            return sentences.control(actor, fact.control, fact.place, fact.part)
        if fact.event_id:
            event = self.facts[fact.event_id]
            return sentences.event_name(self._standing(event).before(event.title), fact.name)
        if fact.name:
            return sentences.name(_named([self.actors[fact.actor_id]])[0], fact.name)
        return str(fact.title or fact.key)

    def _link(self, fact: Any, covering: str | None) -> str:
        """Return how two events or quotes are linked, each with its standing.

        One that covers the link isn't repeated, nor is that of an event that is denied with its
        link. One that both have stands in front.
        """
        linked = (self.facts[fact.from_fact_id], self.facts[fact.to_fact_id])
        ends = [self._standing(other) for other in linked]
        denied = self._standing(fact).denied
        if denied and ends[0].denied:
            ends[0] = ends[0]._replace(words=None)
        both = ends[0].words if covering is None and ends[0].words == ends[1].words else None
        first, second = (
            end.behind(self._bare_sentence(other, self._people(other.id)), both or covering)
            for end, other in zip(ends, linked, strict=True)
        )
        link = sentences.link(fact.link, first, second, fact.lag, denied=denied)
        return f"Both {sentences.within_marks(both)}: {link}" if both else link


@lru_cache(maxsize=10_000)
def _standing(
    kind: str, modality: str | None, draft: bool, stated: tuple[tuple[Any, ...], ...]
) -> _Standing:
    """Return how a fact stands; most facts are stated in one of a few ways."""
    readings = tuple(
        EvidenceReading(
            modality, _believed(certainty, stance), hedge, own, stance == Stance.REJECTS
        )
        for modality, certainty, stance, hedge, own in stated
    )
    settled = modality or sentences.first_upheld(readings)
    words = sentences.standing(kind, settled, readings)
    if draft:
        words = f"Draft, {sentences.within_marks(words)}" if words else "Draft"
    lists = (_list([piece[n] for piece in stated]) for n in (0, 1, 3))
    return _Standing(settled, words, readings, *lists)


def _headings(kind: str, people: People) -> Iterator[str | None]:
    everybody = {actor.id: actor for group in people.values() for actor in group}
    yield _names(everybody.values()) if kind in (FactKind.EVENT, FactKind.QUOTE) else None
    for role in SHOWN:
        yield _names(people[role]) if role in people else None


def _unnamed(evidence: Sequence[Any], people: People) -> str | None:
    """Return whether unnamed voices are behind all of the evidence, some or none of it."""
    speakers = people.get(Role.SPEAKER, ())
    masked = bool(speakers) and all(actor.kind == ActorKind.UNNAMED for actor in speakers)
    veiled = [masked or piece.anonymity != Anonymity.NAMED for piece in evidence]
    if not veiled:
        return None
    some = Unnamed.SOME if any(veiled) else Unnamed.NONE
    return (Unnamed.ALL if all(veiled) else some).value


def _believed(certainty: str, stance: str | None) -> str:
    """Return how a piece of evidence states its fact; what the document doubts is alleged."""
    doubted = stance == Stance.DOUBTS and certainty in sentences.STATED
    return Certainty.ALLEGED.value if doubted else certainty


def _by_fact(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    return grouped


def _rank(participant: Any) -> int:
    return RANK[participant.role]


def _named(actors: Iterable[Any]) -> list[Named]:
    return [Named(actor.name, actor.kind) for actor in actors]


def _names(actors: Iterable[Any]) -> str | None:
    """Join headings; two actors may have the same."""
    return "; ".join([actor.name for actor in actors]) or None


def _list(values: Sequence[str | None]) -> str | None:
    if len(values) == 1:
        return values[0]
    return "; ".join(dict.fromkeys(filter(None, values))) or None


def _mark(place: Any, documents: set[str]) -> str:
    """Name a passage, after the key of its document if there are several."""
    return f"{place.document} ¶{place.passage}" if len(documents) > 1 else f"¶{place.passage}"
