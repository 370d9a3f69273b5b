"""Lanes for an actor with few dated facts: what it heads and who acts for it, with their ties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, text

from pages.answers import ReportAnswer, ask, passages
from pages.pictures.timeline_facts import IDS
from schema.vocabulary import RelationType

FEW = 10
"""An actor that has fewer dated facts of its own gets lanes."""

TIED = """
select actor, actor_name, member, member_name, path
from members
where steps > 0
  and (actor = :actor or (member = :actor and steps = 1))
order by steps, actor, member, path
"""
TIES = """
select introduced_by || ':' || relation as key, sentence, passage, standing, type
from ties
where relation in :relations
"""

# A bound that is missing on either side is replaced by the other, so that it excludes nothing.
OF_HEADED = """
select distinct
  participants.fact_id,
  wholes.name || ', which ' || heads.name || ' heads' as title
from memberships
join actors as wholes on wholes.id = memberships.whole_id
join actors as heads on heads.id = memberships.member_id
join participants on participants.actor_id = memberships.whole_id
left join events on events.id = participants.fact_id
left join quotes on quotes.id = participants.fact_id
left join dates on dates.edtf = coalesce(events.date, quotes.date)
where wholes.key = :other
  and heads.key = :actor
  and memberships.steps = 1
  and coalesce(memberships.first_day, dates.last_day, 0)
    <= coalesce(dates.last_day, memberships.first_day, 0)
  and coalesce(memberships.last_day, dates.first_day, 0)
    >= coalesce(dates.first_day, memberships.last_day, 0)
"""
OF_MEMBER = """
select distinct
  participation.fact_id,
  participation.acting_for as title
from participation
where participation.actor = :actor
  and participation.member = :other
  and participation.steps > 0
order by title desc
"""


@dataclass(frozen=True)
class Lane:
    """Somebody whose facts are drawn beside those of an actor, and why."""

    actor: str
    """Its key."""
    name: str
    title: str
    """With its key, if another lane has the same title: two actors can have one name."""
    note: str
    """The tie between the two, with its passages."""
    facts: frozenset[int]
    """Ids of its facts at the time of the tie: events and quotes in which it takes part."""
    headed: bool
    """Whether the actor heads it; else it acts for the actor."""


def lanes_to_draw(
    connection: Connection, actor: str, own: Set[int], dated: int
) -> Sequence[tuple[Lane, Set[int]]]:
    """Return the lanes of an actor, each with the facts that neither it nor another lane has.

    `own` are the ids of the actor's facts, `dated` of them have a date: if they are many, it has no
    lanes.
    """
    if dated >= FEW:
        return []
    shared = [*lanes(connection, actor)]
    there, facts = {*own}, dict[str, Set[int]]()
    # What somebody does for the actor may also be about what the actor heads.
    for lane in sorted(shared, key=lambda lane: lane.headed):
        facts[lane.title] = lane.facts - there
        there |= lane.facts
    return [(lane, facts[lane.title]) for lane in shared if facts[lane.title]]


def in_lanes(
    connection: Connection, answer: ReportAnswer, given: Mapping[str, Any]
) -> ReportAnswer:
    """Return an actor's answer of the report `timeline` with its lanes, if it has few dated facts.

    The rows of others have the title of their lane as `acting_for`. `given` is what was asked.
    """
    actor = str(answer.values.get("actor", ""))
    if not actor:
        return answer
    dated = [row for row in answer.rows if row["date"] is not None]
    ids = dict(map(tuple, connection.execute(text(IDS))))
    own = {ids[row["event"]] for row in answer.rows if row["event"] in ids}
    rows, reasons = [*answer.rows], {}
    for lane, facts in lanes_to_draw(connection, actor, own, len(dated)):
        others = ask(connection, "timeline", {**given, "actor": lane.actor, "with_members": None})
        theirs = [row for row in others.rows if row["date"] and ids[row["event"]] in facts]
        if theirs:
            rows += [{**row, "acting_for": lane.title} for row in theirs]
            reasons[lane.title] = lane.note
    return replace(answer, rows=rows, lanes=reasons)


def with_reasons(connection: Connection, answer: ReportAnswer) -> ReportAnswer:
    """Return an answer that has those who act for an actor, with the tie of each of them."""
    known = [*lanes(connection, str(answer.values["actor"]))]
    notes = {lane.title: lane.note for lane in known}
    ids = dict(map(tuple, connection.execute(text(IDS))))
    rows, reasons = [], dict[str, str]()
    for row in answer.rows:
        if row["acting_for"]:
            parts = [*_lane_titles(row["acting_for"], ids.get(row["event"]), known)]
            row = {**row, "acting_for": "; ".join(parts)}
            reasons[row["acting_for"]] = "; ".join(notes[part] for part in parts if part in notes)
        rows.append(row)
    return replace(answer, rows=rows, lanes=reasons)


def _lane_titles(acting_for: str, fact: int | None, known: Sequence[Lane]) -> Iterator[str]:
    """Yield the titles of a fact's lanes: the report has only names, which two actors can share."""
    for part in dict.fromkeys(acting_for.split("; ")):
        alike = [
            it.title
            for it in known
            if it.title in (part, f"{part} ({it.actor})") and fact in it.facts
        ]
        yield from alike or [part]


def lanes(connection: Connection, actor: str) -> Iterator[Lane]:
    """Yield a lane for each actor that this one heads, then one for each that acts for it."""
    tied = connection.execute(text(TIED), {"actor": actor}).all()
    if not tied:
        return
    keys = {key for row in tied for key in row.path.split("; ")}
    query = text(TIES).bindparams(bindparam("relations", expanding=True))
    relations = [key.partition(":")[2] for key in sorted(keys)]
    ties = {row.key: row for row in connection.execute(query, {"relations": relations})}
    headed: dict[str, Lane] = {}
    acting: dict[str, Lane] = {}
    for row in tied:
        path = [ties[key] for key in row.path.split("; ") if key in ties]
        heads = row.member == actor
        of, other = (headed, row.actor) if heads else (acting, row.member)
        if other in of or (heads and any(tie.type != RelationType.HEADS for tie in path)):
            continue
        given = {"actor": actor, "other": other}
        facts = connection.execute(text(OF_HEADED if heads else OF_MEMBER), given).all()
        if facts:
            note = "; ".join(f"{tie.sentence} · {passages(tie.passage)}" for tie in path)
            ids = frozenset(it.fact_id for it in facts)
            name = row.actor_name if heads else row.member_name
            of[other] = Lane(other, name, facts[0].title, note, ids, heads)
    every = [*headed.values(), *(it for key, it in acting.items() if key not in headed)]
    titles = Counter(lane.title for lane in every)
    for lane in every:
        alone = titles[lane.title] == 1
        yield lane if alone else replace(lane, title=f"{lane.title} ({lane.actor})")
