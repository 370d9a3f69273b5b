"""What a network draws: actors, and between two of them their ties and joint events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from output.wording import counted
from pages.answers import ReportAnswer, passages

WEAKER = ("Alleged", "Inferred", "Rumoured", "Disputed")
"""Standings of ties that are drawn, but dashed; any other isn't so, or not yet, and isn't drawn."""

NUMBERED = 3
"""From this number of joint events, an edge is labelled with it."""

LOOSE = ("collective", "community", "unnamed")
"""Kinds of actors that aren't a single body."""


@dataclass(frozen=True)
class NetworkActor:
    """An actor."""

    key: str
    name: str
    kind: str


@dataclass
class NetworkEdge:
    """All that joins two actors."""

    first: str
    second: str
    sentences: list[str] = field(default_factory=list)
    natures: set[str | None] = field(default_factory=set)
    stated: bool = False
    """Whether a tie or an event between them is stated as a fact."""
    key: str = ""
    """Key of its first tie."""
    events: int = 0
    alleged: int = 0

    @property
    def css(self) -> str:
        """Return the classes of its line: its kind, and dashed if all is only alleged."""
        if not self.sentences:
            kind = "events"
        elif "friendly" in self.natures:
            kind = "friendly"
        else:
            kind = "hostile" if "hostile" in self.natures else "structural"
        return kind if self.stated else f"{kind} dashed"

    @property
    def crossed(self) -> bool:
        """Whether it bears the mark of hostility."""
        return "hostile" in self.natures

    @property
    def weight(self) -> int:
        """Return the number of its ties and joint events, alleged ones included."""
        return len(self.sentences) + self.events + self.alleged

    @property
    def numbered(self) -> bool:
        """Whether it bears the number of its events."""
        return self.events >= NUMBERED

    @property
    def strength(self) -> float:
        """Return how wide it is: more joint events make it wider."""
        return 1.3 + 0.7 * min(self.events, 6)


@dataclass
class Network:
    """The actors and edges that are drawn, and how many aren't."""

    actors: dict[str, NetworkActor]
    edges: list[NetworkEdge]
    all: int
    """Actors of the sourcebook."""
    single: int
    """Left out because they have one tie or joint event only."""
    weaker: int
    """Left out because others have more of them."""
    unreal: int
    """Ties left out because they aren't so: possible, intended, denied."""

    def caption(self, *, everybody: bool, options: bool = True) -> str:
        """Return what is drawn and what isn't, in sentences; with the options that draw it."""
        drawn = len(self.actors)
        of = f"{drawn:,} of {counted(self.all, 'actor')}"
        chosen = "" if everybody else ": those with two or more, and every person who has any"
        rest = self.all - drawn - self.single - self.weaker
        left = [
            (self.single, "with one only (--singles)"),
            (self.weaker, "with fewer than these (--most)"),
            (rest, "with none here"),
        ]
        parts = ", ".join(f"{count:,} {words}" for count, words in left if count)
        if not options:
            parts = re.sub(r" \(--\w+\)", "", parts)
        lines = [f"Ties and joint events of {of}{chosen}."]
        if parts:
            lines.append(f"Actors not drawn: {parts}.")
        if self.unreal:
            lines.append(f"Not drawn, because not so or not yet: {counted(self.unreal, 'tie')}.")
        return " ".join(lines)


def graph(
    connection: Connection,
    ties: ReportAnswer | None,
    events: ReportAnswer | None,
    most: int,
    singles: bool,
) -> Network:
    """Return what the answers of the reports `ties` and `network` hold, as a graph."""
    edges: dict[tuple[str, str], NetworkEdge] = {}
    unreal = _add_ties(connection, ties, edges) if ties else 0
    if events:
        _add_events(events, edges)
    query = text("select key, name, kind from actors order by key")
    actors = {
        row.key: NetworkActor(row.key, row.name, row.kind) for row in connection.execute(query)
    }
    centre = {key for answer in (ties, events) if answer for key in _asked(answer.values)}
    chosen, single, weaker = _chosen(actors, edges.values(), centre, most, singles)
    drawn = [edge for edge in edges.values() if {edge.first, edge.second} <= chosen]
    drawn.sort(key=lambda edge: (edge.events, edge.first, edge.second))
    return Network(
        {key: actor for key, actor in actors.items() if key in chosen},
        drawn,
        len(actors),
        single,
        weaker,
        unreal,
    )


def _asked(values: Mapping[str, object]) -> Iterable[str]:
    return [str(values["actor"])] if "actor" in values else []


def _edge(edges: dict[tuple[str, str], NetworkEdge], first: str, second: str) -> NetworkEdge:
    pair = (min(first, second), max(first, second))
    return edges.setdefault(pair, NetworkEdge(*pair))


def _add_ties(
    connection: Connection, answer: ReportAnswer, edges: dict[tuple[str, str], NetworkEdge]
) -> int:
    """Add the ties and return how many aren't so, which are left out."""
    query = text("select cited_as, from_key, to_key, standing from ties")
    ends = {row.cited_as: row for row in connection.execute(query)}
    unreal = 0
    for row in answer.rows:
        tie = ends[row["relation"]]
        if tie.from_key == tie.to_key:
            continue
        if tie.standing not in (None, *WEAKER):
            unreal += 1
            continue
        edge = _edge(edges, tie.from_key, tie.to_key)
        edge.sentences.append(
            f"{row['sentence']}, {row['certainty'] or 'no evidence'}, {passages(row['passage'])}"
        )
        edge.natures.add(row["nature"])
        edge.stated |= tie.standing is None
        edge.key = edge.key or row["relation"]
    return unreal


def _add_events(answer: ReportAnswer, edges: dict[tuple[str, str], NetworkEdge]) -> None:
    for row in answer.rows:
        edge = _edge(edges, row["source"], row["target"])
        edge.events, edge.alleged = row["weight"], row["alleged"]
        edge.stated |= row["weight"] > 0


def _chosen(
    actors: Mapping[str, NetworkActor],
    edges: Iterable[NetworkEdge],
    centre: set[str],
    most: int,
    singles: bool,
) -> tuple[set[str], int, int]:
    """Return the actors to draw, and how many have one tie or event only, or fewer than those."""
    degree: dict[str, int] = {}
    weight: dict[str, int] = {}
    for edge in edges:
        for key in (edge.first, edge.second):
            degree[key] = degree.get(key, 0) + 1
            weight[key] = weight.get(key, 0) + edge.weight
    everybody = singles or bool(centre)
    candidates = [
        key for key in degree if everybody or weight[key] > 1 or actors[key].kind == "person"
    ]
    candidates.sort(key=lambda key: (key not in centre, -degree[key], -weight[key], key))
    chosen = set(candidates[:most])
    return chosen, len(degree) - len(candidates), len(candidates) - len(chosen)


def explained(edge: NetworkEdge, actors: Mapping[str, NetworkActor]) -> str:
    """Return all that a reader sees on hovering over an edge."""
    names = f"{actors[edge.first].name} and {actors[edge.second].name}"
    parts = list(edge.sentences)
    if edge.events or edge.alleged:
        further = f" and {counted(edge.alleged, 'event')} only alleged" if edge.alleged else ""
        joint = counted(edge.events, "joint event")
        parts.append(f"{joint}{further} (sourcebook report dyad {edge.first} {edge.second})")
    return f"{names}: {' · '.join(parts)}"
