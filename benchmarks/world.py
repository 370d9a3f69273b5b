"""What invented documents share: actors, places, topics, dates, and how facts get evidence.

The first document that mentions an actor, a place or a topic introduces it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.shape import (
    DATE_WORDS,
    HEDGES,
    SCRIPTS,
    WORDS,
    Dates,
    calendar,
    chances,
    draws,
    how_many,
    name,
    ranks,
    sentences,
    slug,
)
from schema.edtf import Edtf
from schema.vocabulary import (
    ActorKind,
    EventType,
    LinkType,
    Modality,
    PositionKind,
    RelationType,
)

COLUMNS = {
    "dates": "edtf, earliest, latest, precision, qualifier, first_day, last_day",
    "actors": "id, key, name, kind",
    "places": "id, key, name, kind, within_id",
    "topics": "id, key, label",
    "sources": "id, key, document_id, title, kind, anonymity, published, url",
    "source_actors": "source_id, actor_id, role, n",
    "codings": "document_id, file, hash, coder, format",
    "passages": "document_id, n, section, length, hash",
    "attributions": "id, document_id, parent_id, source_id",
    "citations": "source_id, document_id, n, passage, start_offset, end_offset",
    "facts": "id, kind, key, document_id",
    "events": "id, title, summary, event_type, modality, date, place_id",
    "quotes": "id, text, says, directness, marks, date, occasion_id",
    "positions": "id, topic_id, position_kind, statement",
    "relations": "id, from_actor_id, type, to_actor_id, what, topic_id, since",
    "event_links": "id, from_event_id, type, to_event_id, lag",
    "actor_names": "id, actor_id, name, name_kind",
    "participants": "fact_id, actor_id, role, kind, count_words, count_least, count_most, n",
    "evidence": (
        "id, fact_id, document_id, n, attribution_id, modality, certainty, "
        "stance, hedge, date, date_words"
    ),
    "spans": "evidence_id, n, document_id, passage, start_offset, end_offset",
    "introductions": "id, document_id, actor_id, place_id, topic_id, source_id",
    "loads": "id, document_id, loaded_at, content_hash",
    "changes": "load_id, item, key, action",
}
"""The columns that are written; tables come after those that they refer to."""

OTHER_ROLES = {"host": 4, "mediator": 2, "instrument": 2, "beneficiary": 2, "concerned": 2}


@dataclass
class Document:
    """The state of the document that is being made."""

    id: int
    day: int
    published: str
    passages: int
    cast: list[int]
    chains: list[tuple[int, str]] = field(default_factory=list)
    """Its voices: an attribution, and whether it is named, unnamed, voiceless or its own."""
    mentions: dict[int, int] = field(default_factory=dict)
    """How many pieces of evidence it has for each fact."""
    events: list[int] = field(default_factory=list)


class World:
    """A world of this many events; `rows` holds finished rows until the caller clears them."""

    def __init__(self, events: int, seed: int) -> None:
        self.left = events
        self.random = random = Random(f"sourcebook {seed}")
        size = how_many(events)
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        self.ids = dict.fromkeys(("source", "attribution", "fact", "evidence", "introduction"), 0)
        self.days = deque(calendar(random, size["documents"]))
        self.codings: list[tuple[str, str]] = []
        # What documents have mentioned so far: the id for each rank.
        self.introduced: dict[str, dict[int, int]] = {
            kind: {} for kind in ("actor", "place", "topic", "report")
        }
        self.names: list[str] = [""]
        self.partners: dict[int, list[int]] = {}
        self.names_of: dict[int, list[int]] = {}
        self.documents: list[int] = []
        self.seen: set[str] = set()
        self.recent: deque[tuple[int, str, str | None]] = deque(maxlen=3_000)
        self.dates = Dates(random)
        self.sentences = sentences(random, 5_000)
        self._make_draws(size)

    def _make_draws(self, size: dict[str, int]) -> None:
        random = self.random
        self.actors = ranks(random, size["actors"])
        self.places = ranks(random, size["places"])
        self.topics = ranks(random, size["topics"])
        self.reports = ranks(random, size["reports"])
        self.types = chances(random, {str(t): 1 / (n + 2) for n, t in enumerate(EventType)})
        self.modalities = chances(
            random, {str(m): 86 if m is Modality.ACTUAL else 2.8 for m in Modality}
        )
        self.others = chances(random, OTHER_ROLES)
        self.ties = chances(random, {str(t): 1 / (n + 3) for n, t in enumerate(RelationType)})
        self.link_types = chances(random, {str(t): 1 / (n + 1) for n, t in enumerate(LinkType)})
        self.position_kinds = chances(random, {str(kind): 1.0 for kind in PositionKind})
        self.more_evidence = draws(random, (0, 1, 2, 3), (78, 16, 4, 2))
        self.certainties = {
            "own": chances(random, {"asserted": 85, "inferred": 15}),
            "named": chances(random, {"reported": 75, "alleged": 20, "inferred": 5}),
            "unnamed": chances(random, {"alleged": 70, "reported": 30}),
            "voiceless": chances(random, {"rumoured": 50, "alleged": 50}),
        }
        self.stances = chances(random, {"neutral": 75, "endorses": 10, "doubts": 10, "rejects": 5})

    def _fact(self, doc: Document, kind: str, about: str) -> int:
        fact = self._next("fact")
        key = f"{about}-{fact}"
        self.rows["facts"].append((fact, kind, key, doc.id))
        self.rows["changes"].append((len(self.documents) + 1, kind, key, "added"))
        return fact

    def _evidence(self, doc: Document, fact: int, modality: str, date: str | None) -> None:
        """Let one of the document's voices state a fact, at one place or two."""
        chance = self.random.random
        piece = self._next("evidence")
        n = doc.mentions[fact] = doc.mentions.get(fact, 0) + 1
        voice, sort = doc.chains[int(chance() * len(doc.chains))]
        stance = None if sort == "own" else next(self.stances)
        hedge = HEDGES[int(chance() * len(HEDGES))] if chance() < 0.15 else None
        dated = date if chance() < 0.85 else self._date(self.dates.near(doc.day))
        words = DATE_WORDS[int(chance() * len(DATE_WORDS))] if dated else None
        own = modality if chance() < 0.95 else next(self.modalities)
        certainty = next(self.certainties[sort])
        self.rows["evidence"].append(
            (piece, fact, doc.id, n, voice, own, certainty, stance, hedge, dated, words)
        )
        for at in range(1, 2 if chance() < 0.94 else 3):
            self.rows["spans"].append((piece, at, doc.id, *self._place_in(doc)))

    # --- what documents share ---------------------------------------------------------------------

    def _actor_in(self, doc: Document) -> int:
        """Return an actor, usually one of the document's cast."""
        chance = self.random.random()
        if chance < 0.8:
            return self._actor(doc, doc.cast[int(chance / 0.8 * len(doc.cast))])
        return self._actor(doc, next(self.actors))

    def _actor(self, doc: Document, rank: int) -> int:
        if known := self.introduced["actor"].get(rank):
            return known
        made = self.introduced["actor"][rank] = len(self.introduced["actor"]) + 1
        called = name(rank)
        kind = "outlet" if rank % 33 == 7 else list(ActorKind)[rank * 13 % 37 % len(ActorKind)]
        self.rows["actors"].append((made, slug(called), called, str(kind)))
        self.names.append(called)
        self._introduce(doc, actor=made)
        short = called.split()[-1]
        forms = [(called, "name"), (short, "short"), (f"the {short} side", "description")]
        forms.append((SCRIPTS[rank % len(SCRIPTS)] + f" {rank}", "transliteration"))
        for form, sort in forms[: 1 + int(self.random.random() * 4)]:
            fact = self._fact(doc, "name", f"{slug(called)}-{sort}")
            self.rows["actor_names"].append((fact, made, form, sort))
            self.names_of.setdefault(made, []).append(fact)
            self._evidence(doc, fact, "actual", None)
        return made

    def _place(self, doc: Document, rank: int) -> int:
        if known := self.introduced["place"].get(rank):
            return known
        within = self._place(doc, rank // 12) if rank >= 12 else None
        made = self.introduced["place"][rank] = len(self.introduced["place"]) + 1
        kind = "country" if within is None else ("city", "region", "site")[rank % 3]
        called = name(rank * 31 + 5)
        self.rows["places"].append((made, f"{slug(called)}-{rank}", called, kind, within))
        self._introduce(doc, place=made)
        return made

    def _topic(self, doc: Document, rank: int) -> int:
        if known := self.introduced["topic"].get(rank):
            return known
        made = self.introduced["topic"][rank] = len(self.introduced["topic"]) + 1
        label = f"the {WORDS[rank % len(WORDS)]} of {name(rank)}"
        self.rows["topics"].append((made, f"topic-{rank}", label))
        self._introduce(doc, topic=made)
        return made

    def _introduce(self, doc: Document, **what: int) -> None:
        columns = (what.get(kind) for kind in ("actor", "place", "topic", "source"))
        self.rows["introductions"].append((self._next("introduction"), doc.id, *columns))

    def _date(self, text: str | None) -> str | None:
        """Add a date to the dates unless it is there; return it."""
        if text is not None and text not in self.seen:
            self.seen.add(text)
            date = Edtf.parse(text)
            qualifier = None if date.qualifier is None else str(date.qualifier)
            days = date.first_day, date.last_day
            self.rows["dates"].append(
                (text, date.earliest, date.latest, str(date.precision), qualifier, *days)
            )
        return text

    def _place_in(self, doc: Document) -> tuple[int, int, int]:
        """Return a passage, its first character and the one after its last."""
        chance = self.random.random
        n, start = 2 + int(chance() * (doc.passages - 1)), int(chance() * 75)
        return n - (n % 9 == 1), start, start + 5 + int(chance() * 115)  # never a heading

    def _sentence(self) -> str:
        return self.sentences[int(self.random.random() * 5_000)]

    def _next(self, what: str) -> int:
        self.ids[what] = made = self.ids[what] + 1
        return made
