"""The facts that a briefing chooses from: one light row for each, and how much each one weighs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from pages.subjects import DATED, ORDER, subject
from schema.vocabulary import Certainty, FactKind, Modality, PositionKind, RelationType, Unnamed

PLANS = (Modality.INTENDED, Modality.EXPECTED, Modality.POSSIBLE)
"""Readings that leave open what will come of it."""

NOT_SO = (*PLANS, Modality.HYPOTHETICAL, Modality.DENIED)

FACTS = f"""
    select
      fact_summaries.fact_id, coalesce(evidence_counts.counted_as_id, fact_summaries.fact_id)
        as counted_as, fact_summaries.kind, fact_summaries.standing,
      fact_summaries.settled, fact_summaries.modality, fact_summaries.certainty,
      fact_summaries.unnamed, coalesce(relations.type, positions.position_kind) as type,
      coalesce(events.date, quotes.date) as date, relation_types.nature,
      quotes.text is not null as quoted,
      relations.what, relations.topic_id, relations.since, relations.until,
      figures.pieces, figures.origins, figures.named_origins
    {DATED}
    left join evidence_counts on evidence_counts.fact_id = fact_summaries.fact_id
    left join evidence_counts as figures on figures.fact_id = evidence_counts.counted_as_id
    left join relation_types on relation_types.key = relations.type
    where fact_summaries.fact_id in ({{about}})
    {ORDER}
"""

ROLES = """
    select participants.fact_id, participants.role
    from actors
    join participants on participants.actor_id = actors.id
    where actors.key = :key
    union all
    select relations.id, 'from'
    from actors
    join relations on relations.from_actor_id = actors.id
    where actors.key = :key
    union all
    select territorial_control.id, 'controller'
    from actors
    join territorial_control on territorial_control.actor_id = actors.id
    where actors.key = :key
"""

# What hangs on an event: other events, and what was said on its occasion.
LINKED = """
    select from_fact_id, count(*) from event_links group by from_fact_id
    union all
    select to_fact_id, count(*) from event_links group by to_fact_id
    union all
    select occasion_id, count(*) from quotes where occasion_id is not null group by occasion_id
"""

CONTESTED = """
    select evidence.fact_id
    from evidence
    where evidence.fact_id in ({about})
    group by evidence.fact_id
    having count(case when evidence.stance in ('doubts', 'rejects') then 1 end) > 0
      or (count(case when evidence.modality = 'denied' then 1 end) > 0
        and count(case when evidence.modality <> 'denied' then 1 end) > 0)
"""

PASSAGES = """
    select fact_passages.document_id, count(distinct fact_passages.passage)
    from fact_passages
    where fact_passages.fact_id in ({about})
    group by fact_passages.document_id
"""

ACTIVE = {"doer", "speaker", "holder", "from", "mediator", "controller"}
"""Roles of whoever does, says or wants it."""


TELLING = (PositionKind.GOAL, PositionKind.NEED, PositionKind.FEAR, PositionKind.REFUSAL)
"""What says most about whoever holds it."""


@dataclass(slots=True)
class BriefFact:
    """What decides whether a briefing shows a fact, and where."""

    id: int
    counted_as: int
    """The fact that it is counted as: of equal ties of several documents the first."""
    kind: str
    standing: str | None
    settled: str
    readings: frozenset[str]
    certainties: frozenset[str]
    unnamed: bool
    """Whether unnamed voices alone vouch for it."""
    type: str | None
    date: str | None
    nature: str | None
    named_origins: int
    order: int
    """Its place among all: dated ones first, then as the texts have them."""
    contested: bool = False
    roles: set[str] = field(default_factory=set)
    weight: float = 0

    @property
    def happened(self) -> bool:
        """Whether it is a dated or undated event that is stated as a fact."""
        return self.kind == FactKind.EVENT and self.settled == Modality.ACTUAL

    def add(self, equal: BriefFact) -> None:
        """Take over what an equal tie of another document adds."""
        self.readings |= equal.readings
        self.certainties |= equal.certainties
        self.unnamed &= equal.unnamed
        self.contested |= equal.contested
        self.roles |= equal.roles
        self.weight = max(self.weight, equal.weight)


@dataclass
class Facts:
    """All facts about a subject, and in how many passages they are."""

    all: list[BriefFact]
    passages: dict[int, int]
    """How many passages of each document, by its id."""
    equal_to: dict[int, int]
    """Ties that are left out because they say what another says: its id by theirs."""

    def counted(self) -> list[list[BriefFact]]:
        """Return the facts as the report `summary` counts them: equal ties are one."""
        groups: dict[int, list[BriefFact]] = defaultdict(list)
        for fact in self.all:
            groups[fact.counted_as].append(fact)
        return [*groups.values()]

    def where(self, fits: Callable[[BriefFact], bool]) -> list[BriefFact]:
        """Return those that fit, the weightiest first."""
        return sorted(filter(fits, self.all), key=lambda fact: (-fact.weight, fact.order))


def facts(connection: Connection, kind: str, key: str) -> Facts:
    """Return the facts about a subject; names are not among them."""
    about, given = subject(kind, key)

    def rows(query: str) -> Iterable[Any]:
        return connection.execute(text(query.format(about=about)), given)

    linked: Counter[int] = Counter()
    for id, count in connection.execute(text(LINKED)):
        linked[id] += count
    roles: dict[int, set[str]] = defaultdict(set)
    if kind == "actor":
        for id, role in connection.execute(text(ROLES), {"key": key}):
            roles[id].add(role)
    contested = {row.fact_id for row in rows(CONTESTED)}
    result: dict[object, BriefFact] = {}
    equal_to: dict[int, int] = {}
    for n, it in enumerate(rows(FACTS)):
        if it.kind in (FactKind.NAME, FactKind.EVENT_NAME):
            continue
        fact = BriefFact(
            id=it.fact_id,
            counted_as=it.counted_as,
            kind=it.kind,
            standing=it.standing,
            settled=it.settled or Modality.ACTUAL.value,
            readings=_set(it.modality),
            certainties=_set(it.certainty),
            unnamed=it.unnamed == Unnamed.ALL,
            type=it.type,
            date=it.date,
            nature=it.nature,
            named_origins=it.named_origins or 0,
            order=n,
            contested=it.fact_id in contested,
            roles=roles[it.fact_id],
        )
        active = kind != "actor" or fact.roles & ACTIVE
        fact.weight = (
            (it.pieces or 0)
            + 2 * max((it.origins or 0) - 1, 0)
            + min(linked[it.fact_id], 4) / 2
            + (fact.date is not None)
            + bool(active)
            + (Certainty.ASSERTED in fact.certainties) / 2
            + (fact.type in TELLING) / 2
            + (fact.type == RelationType.HEADS)
            + bool(it.quoted)
        )
        same = (it.counted_as, it.standing, it.what, it.topic_id, it.since, it.until)
        first = result.setdefault(same, fact)
        if first is not fact:
            equal_to[fact.id] = first.id
            first.add(fact)
    return Facts([*result.values()], {it[0]: it[1] for it in rows(PASSAGES)}, equal_to)


def _set(listed: str | None) -> frozenset[str]:
    return frozenset(listed.split("; ")) if listed else frozenset()


def in_order(chosen: Sequence[BriefFact]) -> list[int]:
    """Return the ids of facts: dated ones first, then as the texts have them."""
    return [fact.id for fact in sorted(chosen, key=lambda fact: fact.order)]
