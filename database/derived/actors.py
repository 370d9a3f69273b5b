"""Derived rows of actors: their names, and who acts for whom, directly or through others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from database.derived.documents import Rows
from database.rows import rows_by_id
from schema.vocabulary import NameKind

NAMES = """
    select actor_id, name, name_kind
    from actor_names
    where actor_id in ({ids})
"""

# Actors with a name among these facts, unless an older fact gives them the same.
NAMED = """
    select distinct actor_id
    from actor_names as named
    where id in ({ids})
      and not exists (
        select 1
        from actor_names as others
        where others.name = named.name
          and others.actor_id = named.actor_id
          and others.name_kind = named.name_kind
          and others.id < named.id
      )
"""

RANK = {str(kind): rank for rank, kind in enumerate(NameKind)}

MOST_STEPS = 6
"""Ties that a path may have."""

TIES = """
    select relations.from_actor_id, relations.to_actor_id,
      fact_summaries.introduced_by, fact_summaries.key, fact_summaries.standing,
      begun.earliest, ended.latest, begun.first_day, ended.last_day
    from relations
    join relation_types on relation_types.key = relations.type and relation_types.acts_for
    join fact_summaries on fact_summaries.fact_id = relations.id
    left join dates as begun on begun.edtf = relations.since
    left join dates as ended on ended.edtf = relations.until
    where relations.from_actor_id in ({ids}) and fact_summaries.settled = 'actual'
    order by fact_summaries.introduced_by, fact_summaries.key
"""

# What these ties say of memberships, unless another tie says the same and comes first.
MEMBERSHIP_TIES = """
    select relations.id, relations.from_actor_id, relations.to_actor_id, relations.type,
      relations.since, relations.until, fact_summaries.introduced_by, fact_summaries.key,
      fact_summaries.settled, fact_summaries.standing
    from relations
    join relation_types on relation_types.key = relations.type and relation_types.acts_for
    left join fact_summaries on fact_summaries.fact_id = relations.id
    where relations.id in ({ids})
      and not exists (
        select 1
        from relations as others
        join fact_summaries as theirs on theirs.fact_id = others.id
        where others.from_actor_id = relations.from_actor_id
          and others.type = relations.type
          and others.to_actor_id = relations.to_actor_id
          and others.since is not distinct from relations.since
          and others.until is not distinct from relations.until
          and theirs.settled = fact_summaries.settled
          and theirs.standing is not distinct from fact_summaries.standing
          and theirs.introduced_by || ':' || theirs.key
            < fact_summaries.introduced_by || ':' || fact_summaries.key
      )
"""

# These actors, and every actor from which one of them can be reached over ties that make one act
# for another. Standing and time are ignored on the way: this only selects whose memberships to
# compute again.
REACHING = """
    with recursive reaching (actor_id) as (
      select id
      from actors
      where id in ({ids})
      union
      select relations.from_actor_id
      from reaching
      join relations on relations.to_actor_id = reaching.actor_id
      join relation_types on relation_types.key = relations.type and relation_types.acts_for
    )
    select actor_id from reaching
"""


@dataclass(frozen=True)
class _Path:
    """A way from a member to a whole; days are None where open."""

    actors: tuple[int, ...]
    ties: tuple[str, ...]
    standing: str | None
    earliest: str | None
    latest: str | None
    first_day: int | None
    last_day: int | None

    def then(self, tie: Any) -> _Path | None:
        """Extend the path by a tie; None if that leads back, or if they never held at once."""
        if tie.to_actor_id in self.actors:
            return None
        begin, end = (self.first_day, self.earliest), (self.last_day, self.latest)
        if tie.first_day is not None and (begin[0] is None or tie.first_day > begin[0]):
            begin = tie.first_day, tie.earliest
        if tie.last_day is not None and (end[0] is None or tie.last_day < end[0]):
            end = tie.last_day, tie.latest
        if begin[0] is not None and end[0] is not None and begin[0] > end[0]:
            return None
        key = f"{tie.introduced_by}:{tie.key}"
        standing = self.standing or tie.standing
        actors = (*self.actors, tie.to_actor_id)
        return _Path(actors, (*self.ties, key), standing, begin[1], end[1], begin[0], end[0])

    def supersedes(self, other: _Path) -> bool:
        """Return whether it covers the time of another path, and is as well established."""
        return (
            (self.standing is None or self.standing == other.standing)
            and _not_after(self.first_day, other.first_day)
            and _not_after(other.last_day, self.last_day)
        )


def _not_after(day: int | None, other: int | None) -> bool:
    """Compare bounds; an unknown one covers only another unknown one."""
    return day == other or (day is not None and other is not None and day < other)


def of_named(connection: Connection, actors: Sequence[int]) -> Rows:
    """Compute the lists of names of actors."""
    names: dict[int, dict[str, int]] = defaultdict(dict)
    for actor, name, kind in rows_by_id(connection, NAMES, actors):
        rank = RANK[kind]
        names[actor][name] = min(rank, names[actor].get(name, rank))
    return {
        "actor_summaries": [
            (actor, "; ".join(sorted(ranks, key=lambda name: (ranks[name], name))))
            for actor, ranks in names.items()
        ]
    }


def of_members(connection: Connection, members: Sequence[int]) -> Rows:
    """Compute the memberships of actors; the summaries of all ties must be up to date."""
    ties: dict[int, list[Any]] = {}
    kept: dict[tuple[int, int], list[_Path]] = defaultdict(list)
    paths = [_Path((member,), (), *[None] * 5) for member in members]
    for _ in range(MOST_STEPS):
        unknown = {path.actors[-1] for path in paths} - ties.keys()
        ties |= {actor: [] for actor in unknown}
        for tie in rows_by_id(connection, TIES, sorted(unknown)):
            ties[tie.from_actor_id].append(tie)
        paths = list(_longer(paths, ties, kept))
    rows = [
        (
            member,
            whole,
            n,
            "; ".join(path.ties),
            len(path.ties),
            path.standing,
            path.earliest,
            path.latest,
            path.first_day,
            path.last_day,
        )
        for (member, whole), several in kept.items()
        for n, path in enumerate(several, start=1)
    ]
    return {"memberships": rows}


def _longer(
    paths: Sequence[_Path],
    ties: dict[int, list[Any]],
    kept: dict[tuple[int, int], list[_Path]],
) -> Iterator[_Path]:
    """Make all paths longer by a tie, keep those that say something new, and return them."""
    candidates = [
        longer for path in paths for tie in ties[path.actors[-1]] if (longer := path.then(tie))
    ]
    for path in sorted(candidates, key=lambda path: (path.standing is not None, path.ties)):
        known = kept[path.actors[0], path.actors[-1]]
        if not any(other.supersedes(path) for other in known):
            known.append(path)
            yield path
