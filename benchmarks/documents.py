"""The rows of invented documents, as if one coding after the other were loaded.

Each document has a main actor and a cast. It introduces about 25 events, reports events of earlier
documents (popular ones more often), quotes, names its voices, and leaves some things undated.
Actors, places, topics and press reports are numbered by how often they occur, and each document
introduces a share of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from random import Random
from typing import Any, TypeVar

from benchmarks.shape import SCRIPTS, WORDS, Dates, calendar, chances, name, partners, ranks, slug
from schema.edtf import Edtf
from schema.vocabulary import (
    RELATIONS,
    ActorKind,
    ControlType,
    EventType,
    LinkType,
    Modality,
    PositionKind,
    RelationType,
)

T = TypeVar("T")

COLUMNS = {
    "dates": "edtf, earliest, latest, precision, qualifier, first_day, last_day",
    "actors": "id, key, name, kind",
    "places": "id, key, name, kind, within_id",
    "topics": "id, key, label",
    "sources": "id, key, document_id, title, kind, anonymity, published, url",
    "source_actors": "source_id, actor_id, role, n",
    "source_credits": "source_id, role, n, name",
    "identifiers": "id, actor_id, scheme, identifier",
    "codings": "document_id, file, hash, coder, format",
    "passages": "document_id, n, section, length, hash",
    "attributions": "id, document_id, parent_id, source_id",
    "citations": "source_id, document_id, n, passage, start_offset, end_offset",
    "facts": "id, kind, key, document_id",
    "events": "id, title, summary, event_type, modality, date, place_id",
    "quotes": "id, text, says, directness, marks, date, occasion_id",
    "positions": "id, topic_id, position_kind, statement",
    "relations": "id, from_actor_id, type, to_actor_id, what, topic_id, since",
    "event_links": "id, from_fact_id, from_kind, type, to_fact_id, to_kind, lag",
    "actor_names": "id, actor_id, name, name_kind",
    "event_names": "id, event_id, name, name_kind",
    "territorial_control": "id, actor_id, type, place_id, since",
    "participants": "fact_id, actor_id, role, kind, count_words, count_least, count_most, n",
    "evidence": (
        "id, fact_id, document_id, n, attribution_id, modality, certainty, "
        "stance, hedge, date, date_words"
    ),
    "spans": "evidence_id, n, document_id, passage, start_offset, end_offset",
    "introductions": "id, document_id, actor_id, place_id, topic_id, source_id",
    "loads": "id, document, action, loaded_at, content_hash",
    "changes": "load_id, item, key, action",
    "changed_fields": "load_id, item, key, field, old_value, new_value",
}
"""The columns that are written; tables come after those that they refer to."""

COMPARED = ("differs-from", "agrees-with", "depends-less-than", "stronger-than")
ACTING = {str(type) for type, label in RELATIONS.items() if label.acts_for}
"""Ties by which somebody acts for somebody else."""
MEMBERS = 8
"""How many members a body has; some have members of their own. Each acts for one body only."""

HEDGES = ("reportedly", "it seems", "is said to", "apparently", "according to some")
DATE_WORDS = ("on Monday", "last month", "two weeks later", "in the autumn", "that year", "in May")


def _falling(values: type[StrEnum], start: int) -> dict[str, float]:
    """Make each value of a vocabulary less frequent than the one before."""
    return {str(value): 1 / n for n, value in enumerate(values, start)}


WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "event type": _falling(EventType, 2),
    "modality": {str(m): 86 if m is Modality.ACTUAL else 2.8 for m in Modality},
    "other role": {"host": 4, "mediator": 2, "instrument": 2, "beneficiary": 2, "concerned": 2},
    "tie": _falling(RelationType, 3),
    "link": _falling(LinkType, 1),
    "control": _falling(ControlType, 1),
    "position": {str(kind): 1.0 for kind in PositionKind},
    "own": {"asserted": 85, "inferred": 15},
    "named": {"reported": 75, "alleged": 20, "inferred": 5},
    "unnamed": {"alleged": 70, "reported": 30},
    "voiceless": {"rumoured": 50, "alleged": 50},
    "stance": {"neutral": 75, "endorses": 10, "doubts": 10, "rejects": 5},
}
"""How often each value occurs; certainties depend on the voice."""


@dataclass
class Document:
    """The state of the document that is being made."""

    id: int
    load: int
    day: int
    passages: int
    cast: Sequence[int]
    voices: list[tuple[int, str]] = field(default_factory=list)
    """An attribution, and whether it is the document's own, named, unnamed or voiceless."""
    pieces: Counter[int] = field(default_factory=Counter)
    """How many pieces of evidence it has for each fact."""
    events: list[int] = field(default_factory=list)


class Documents:
    """The documents of a world; `rows` holds finished rows until the caller clears them."""

    def __init__(self, events: int, seed: int) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        self._left = events
        self._random = random = Random(f"sourcebook {seed}")
        self._count = max(4, events // 25)
        root = sqrt(events)
        self._sizes = {  # actors, places and topics grow with the square root
            "actor": max(40, int(20 * root)),
            "place": max(20, int(2 * root)),
            "topic": max(10, int(root / 5)),
            "report": max(20, events // 200),
        }
        self._ranks = {what: ranks(random, size) for what, size in self._sizes.items()}
        self._draw = {what: chances(random, weights) for what, weights in WEIGHTS.items()}
        self._more_evidence = chances(random, {0: 78, 1: 16, 2: 4, 3: 2})
        self._days = deque(calendar(random, self._count))
        self._dates = Dates(random)
        self._known_dates: set[str] = set()
        sizes = random.choices(range(6, 24), k=5_000)
        self._sentences = [" ".join(random.choices(WORDS, k=k)).capitalize() + "." for k in sizes]
        # Documents are the first sources, reports follow, then unnamed voices.
        self._ids = Counter(source=self._count + self._sizes["report"])
        self._partners: dict[int, list[int]] = {}
        self._names_of: dict[int, list[int]] = defaultdict(list)
        self._recent: deque[tuple[int, str, str | None]] = deque(maxlen=3_000)

    def write(self, documents: int) -> bool:
        """Make the rows of this many more documents; return whether any were left to make."""
        for _ in range(documents):
            if not self._days:
                return any(self.rows.values())
            self._document(self._days.popleft())
        return True

    # --- chance and rows --------------------------------------------------------------------------

    def _maybe(self, probability: float) -> bool:
        return self._random.random() < probability

    def _below(self, number: float) -> int:
        return int(self._random.random() * number)

    def _pick(self, values: Sequence[T]) -> T:
        return values[int(self._random.random() * len(values))]

    def _few(self, mean: float) -> range:
        """Return a range of a random length."""
        return range(int(self._random.expovariate(1 / mean)))

    def _sentence(self) -> str:
        return self._pick(self._sentences)

    def _hash(self) -> str:
        return f"{self._random.getrandbits(256):064x}"

    def _any(self, what: str) -> int:
        """Return the id of an actor, a place or a topic."""
        return next(self._ranks[what]) + 1

    def _actor(self, doc: Document) -> int:
        """Return an actor, usually one of the document's cast."""
        return self._pick(doc.cast) if self._maybe(0.8) else self._any("actor")

    def _report(self) -> int:
        return self._count + self._any("report")

    def _next_id(self, table: str) -> int:
        self._ids[table] += 1
        return self._ids[table]

    def _add(self, table: str, *values: Any) -> None:
        self.rows[table].append(values)

    def _date(self, text: str | None) -> str | None:
        """Add a date to the dates unless it is there; return it."""
        if text is not None and text not in self._known_dates:
            self._known_dates.add(text)
            date = Edtf.parse(text)
            qualifier = None if date.qualifier is None else str(date.qualifier)
            bounds = (date.earliest, date.latest, str(date.precision), qualifier)
            self._add("dates", text, *bounds, date.first_day, date.last_day)
        return text

    def _date_near(self, doc: Document) -> str | None:
        """Return a date that the document may state; None if it states none."""
        return self._date(self._dates.near(doc.day))

    def _span(self, doc: Document) -> tuple[int, int, int]:
        """Return a passage, its first character and the one after its last."""
        n, start = 2 + self._below(doc.passages - 1), self._below(75)
        return n - (n % 9 == 1), start, start + 5 + self._below(115)  # never a heading

    # --- documents and their voices ---------------------------------------------------------------

    def _document(self, day: int) -> None:
        document = self._count - len(self._days)
        published = self._date(self._dates.on(day))
        focus = next(self._ranks["actor"])
        if focus not in self._partners:
            self._partners[focus] = partners(focus, self._ranks["actor"])
        cast = [focus] * 3 + self._random.choices(self._partners[focus], k=8)
        passages = 8 + len(self._few(20))
        load = self._next_id("load")
        doc = Document(document, load, day, passages, [rank + 1 for rank in cast])
        key, url = f"document-{document}", f"https://news.example/{document}"
        title = self._sentence()[:-1]
        self._add("sources", document, key, None, title, "article", "named", published, url)
        self._add("codings", document, f"{key}.yaml", self._hash(), "generator", 1)
        self._add("loads", load, key, "loaded", f"{published}T12:00:00Z", self._hash())
        for n in range(1, passages + 1):
            heading = n - (n - 1) % 9
            length = 40 if heading == n else 200 + self._below(900)
            self._add("passages", document, n, heading, length, self._hash())
        outlet = min(next(self._ranks["actor"]) // 33 * 33 + 8, self._sizes["actor"])
        self._add("source_actors", document, self._any("actor"), "author", 1)
        self._add("source_actors", document, outlet, "publisher", 1)
        self._voices(doc)
        self._introduce(doc)
        share = int(self._random.expovariate(1.0) * self._left / (len(self._days) + 1))
        events = min(self._left, share) if self._days else self._left
        self._left -= events
        for _ in range(events):
            self._event(doc)
        self._repeat(doc)
        for _ in range(int(events * 0.5 * self._random.random())):
            self._quote(doc)
        for _ in self._few(2):
            self._position(doc)
        for _ in self._few(2):
            self._tie(doc)
        for _ in self._few(0.5):
            self._control(doc)
        for actor in {self._actor(doc) for _ in range(3)}:
            for fact in self._names_of[actor][:2]:
                if fact not in doc.pieces:
                    self._evidence(doc, fact, "actual", None)
        if self._maybe(0.1):
            self._correct_title(key, title, f"{published}T18:00:00Z")

    def _correct_title(self, key: str, title: str, when: str) -> None:
        """Load a document again: it had another title."""
        load = self._next_id("load")
        self._add("loads", load, key, "loaded", when, self._hash())
        self._add("changes", load, "source", key, "changed")
        self._add("changed_fields", load, "source", key, "title", self._sentence(), title)

    def _voices(self, doc: Document) -> None:
        """Make the voices that a document relies on, and the sources that it only cites."""
        if self._maybe(0.1):
            self._add("source_credits", doc.id, "author", 2, name(self._any("actor")))
        root = self._voice(doc, None, doc.id, "own")
        doc.voices *= 5  # it says most things in its own voice
        relied_on: set[int] = set()
        for _ in self._few(2):
            earlier = doc.id > 1 and self._maybe(0.3)
            source = max(1, doc.id - 1 - len(self._few(100))) if earlier else self._report()
            if source not in relied_on:
                relied_on.add(source)
                voice = self._voice(doc, root, source, "named")
                if self._maybe(0.25):
                    self._unnamed(doc, voice, "unnamed")
        if self._maybe(0.5):
            self._unnamed(doc, root, "unnamed")
        if self._maybe(0.1):
            self._unnamed(doc, root, "voiceless")
        if self._maybe(0.2) and (cited := self._report()) not in relied_on:
            for n in range(1, 2 + self._below(2)):
                self._add("citations", cited, doc.id, n, *self._span(doc))

    def _voice(self, doc: Document, parent: int | None, source: int, sort: str) -> int:
        attribution = self._next_id("attribution")
        self._add("attributions", attribution, doc.id, parent, source)
        doc.voices.append((attribution, sort))
        return attribution

    def _unnamed(self, doc: Document, parent: int, anonymity: str) -> None:
        source = self._next_id("source")
        kind = "remarks" if anonymity == "unnamed" else "hearsay"
        key, title = f"{kind}-{source}", self._sentence()
        self._add("sources", source, key, doc.id, title, kind, anonymity, None, None)
        self._voice(doc, parent, source, anonymity)

    # --- what a document introduces ---------------------------------------------------------------

    def _introduce(self, doc: Document) -> None:
        for rank in self._share(doc, "actor"):
            self._introduce_actor(doc, rank)
        for rank in self._share(doc, "place"):
            within = rank // 12 + 1 if rank >= 12 else None
            kind = "country" if within is None else ("city", "region", "site")[rank % 3]
            heading = name(rank * 31 + 5)
            self._add("places", rank + 1, f"{slug(heading)}-{rank}", heading, kind, within)
        for rank in self._share(doc, "topic"):
            label = f"the {WORDS[rank % len(WORDS)]} of {name(rank)}"
            self._add("topics", rank + 1, f"topic-{rank}", label)
        for rank in self._share(doc, "report"):
            source, key, title = self._count + rank + 1, f"report-{rank}", self._sentence()
            kind = ("press-report", "institute-report", "remarks", "assessment")[rank % 4]
            published = self._date(self._dates.on(doc.day)[:7]) if rank % 3 else None
            self._add("sources", source, key, None, title, kind, "named", published, None)
            role = "voice" if kind == "remarks" else "publisher"
            self._add("source_actors", source, self._any("actor"), role, 1)

    def _share(self, doc: Document, what: str) -> Iterator[int]:
        """Yield the ranks that a document introduces, each with its row of `introductions`."""
        size, offset = self._sizes[what], self._count if what == "report" else 0
        for rank in range((doc.id - 1) * size // self._count, doc.id * size // self._count):
            columns = (offset + rank + 1 if what == other else None for other in self._sizes)
            self._add("introductions", self._next_id("introduction"), doc.id, *columns)
            yield rank

    def _introduce_actor(self, doc: Document, rank: int) -> None:
        heading = name(rank)
        kinds = list(ActorKind)
        kind = ActorKind.OUTLET if rank % 33 == 7 else kinds[rank * 13 % 37 % len(kinds)]
        self._add("actors", rank + 1, slug(heading), heading, str(kind))
        if self._maybe(0.2):
            identifier = self._next_id("identifier")
            self._add("identifiers", identifier, rank + 1, "wikidata", f"Q{identifier}")
        short = heading.split()[-1]
        forms = [(heading, "name"), (short, "short"), (f"the {short} side", "description")]
        forms.append((SCRIPTS[rank % len(SCRIPTS)] + f" {rank}", "transliteration"))
        for form, kind_of_name in forms[: 1 + self._below(4)]:
            fact = self._fact(doc, "name", f"{slug(heading)}-{kind_of_name}")
            self._add("actor_names", fact, rank + 1, form, kind_of_name)
            self._names_of[rank + 1].append(fact)
            self._evidence(doc, fact, "actual", None)

    # --- facts ------------------------------------------------------------------------------------

    def _fact(self, doc: Document, kind: str, about: str) -> int:
        fact = self._next_id("fact")
        self._add("facts", fact, kind, f"{about}-{fact}", doc.id)
        self._add("changes", doc.load, kind, f"{about}-{fact}", "added")
        return fact

    def _evidence(self, doc: Document, fact: int, modality: str, date: str | None) -> None:
        """Let one of the document's voices state a fact, at one place or two."""
        piece = self._next_id("evidence")
        doc.pieces[fact] += 1
        voice, sort = self._pick(doc.voices)
        stance = None if sort == "own" else next(self._draw["stance"])
        hedge = self._pick(HEDGES) if self._maybe(0.15) else None
        dated = date if self._maybe(0.85) else self._date_near(doc)
        words = self._pick(DATE_WORDS) if dated else None
        own = modality if self._maybe(0.95) else next(self._draw["modality"])
        how = (own, next(self._draw[sort]), stance, hedge, dated, words)
        self._add("evidence", piece, fact, doc.id, doc.pieces[fact], voice, *how)
        for n in range(1, 2 if self._maybe(0.94) else 3):
            self._add("spans", piece, n, doc.id, *self._span(doc))

    def _event(self, doc: Document) -> None:
        roles = [(self._actor(doc), "doer")]
        for probability, role in (
            (0.2, "doer"),
            (0.72, "receiver"),
            (0.12, next(self._draw["other role"])),
        ):
            if self._maybe(probability) and (actor := self._actor(doc)) not in dict(roles):
                roles.append((actor, role))
        sort, modality = next(self._draw["event type"]), next(self._draw["modality"])
        place = self._any("place") if self._maybe(0.55) else None
        date = self._date_near(doc)
        fact = self._fact(doc, "event", sort)
        title = f"{name(roles[0][0] - 1)}: {sort}"
        if len(roles) > 1:
            title += f" {name(roles[-1][0] - 1)}"
        summary = self._sentence() if self._maybe(0.3) else None
        event_type = sort if self._maybe(0.9) else None
        self._add("events", fact, title, summary, event_type, modality, date, place)
        self._participants(fact, "event", roles)
        for _ in range(1 + next(self._more_evidence)):
            self._evidence(doc, fact, modality, date)
        if self._maybe(0.12) and (others := doc.events or [event for event, *_ in self._recent]):
            other = self._pick(others)
            link = self._fact(doc, "link", f"{fact}-{other}")
            lag = "two weeks later" if self._maybe(0.2) else None
            ends = (fact, "event", next(self._draw["link"]), other, "event")
            self._add("event_links", link, *ends, lag)
            self._evidence(doc, link, "actual", None)
        if self._maybe(0.03):
            named = self._fact(doc, "event-name", sort)
            self._add("event_names", named, fact, f"Operation {name(fact)}", "name")
            self._evidence(doc, named, "actual", None)
        doc.events.append(fact)
        self._recent.append((fact, modality, date))

    def _repeat(self, doc: Document) -> None:
        """Report events of earlier documents: mostly recent ones, and those reported often."""
        for _ in self._few(9):
            if not self._recent:
                return
            event = self._recent[-1 - int(self._random.random() ** 2 * len(self._recent))]
            if event[0] not in doc.pieces:
                self._evidence(doc, *event)
                self._recent.append(event)

    def _quote(self, doc: Document) -> None:
        speaker, sort = self._actor(doc), self._random.random()
        roles = [(speaker, "speaker")]
        if self._maybe(0.04) and (second := self._actor(doc)) != speaker:
            roles.append((second, "speaker"))
        for probability, role in ((0.7, "subject"), (0.15, "addressee")):
            if self._maybe(probability):
                roles.append((self._actor(doc), role))
        directness = "indirect" if sort < 0.55 else "partial" if sort < 0.8 else "direct"
        words = None if sort < 0.55 else self._sentence()
        says = self._sentence() if directness != "direct" or self._maybe(0.2) else None
        marks = "none" if words is None else "complete" if self._maybe(0.99) else "damaged"
        date = self._date_near(doc) if self._maybe(0.4) else None
        occasion = self._pick(doc.events) if doc.events and self._maybe(0.3) else None
        fact = self._fact(doc, "quote", directness)
        self._add("quotes", fact, words, says, directness, marks, date, occasion)
        self._participants(fact, "quote", roles)
        self._evidence(doc, fact, "actual", date)

    def _position(self, doc: Document) -> None:
        kind = next(self._draw["position"])
        fact = self._fact(doc, "position", kind)
        self._add("positions", fact, self._any("topic"), kind, self._sentence())
        roles = [(self._actor(doc), "holder")]
        if self._maybe(0.4):
            roles.append((self._actor(doc), "object"))
        self._participants(fact, "position", roles)
        self._evidence(doc, fact, "actual", None)

    def _tie(self, doc: Document) -> None:
        origin, target, tie = self._actor(doc), self._actor(doc), next(self._draw["tie"])
        if tie in ACTING:
            target = max(1, origin // MEMBERS)
        if origin != target:
            topic = self._any("topic") if tie in COMPARED else None
            since = self._date_near(doc) if self._maybe(0.2) else None
            what = self._pick(WORDS) if self._maybe(0.5) else None
            fact = self._fact(doc, "relation", tie)
            self._add("relations", fact, origin, tie, target, what, topic, since)
            self._evidence(doc, fact, next(self._draw["modality"]), since)

    def _control(self, doc: Document) -> None:
        actor, place, how = self._actor(doc), self._any("place"), next(self._draw["control"])
        since = self._date_near(doc)
        fact = self._fact(doc, "control", how)
        self._add("territorial_control", fact, actor, how, place, since)
        self._evidence(doc, fact, next(self._draw["modality"]), since)

    def _participants(self, fact: int, kind: str, roles: Sequence[tuple[int, str]]) -> None:
        numbers: Counter[str] = Counter()
        for actor, role in roles:
            numbers[role] += 1
            least = 1 + self._below(400) if self._maybe(0.02) else None
            words = None if least is None else f"at least {least}"
            self._add("participants", fact, actor, role, kind, words, least, None, numbers[role])
