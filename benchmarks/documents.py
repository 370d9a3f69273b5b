"""The rows of invented documents, as if one coding after the other were loaded.

Each document has a main actor and a cast. It introduces about 25 events, reports events of earlier
documents (popular ones more often), quotes, names its voices, and leaves some things undated.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from benchmarks.shape import WORDS, partners
from benchmarks.world import Document, World

COMPARED = ("differs-from", "agrees-with", "depends-less-than", "stronger-than")


class Documents(World):
    """The documents of a world, one after the other."""

    def write(self, documents: int) -> bool:
        """Make the rows of this many more documents; return whether any were left to make."""
        for _ in range(documents):
            if not self.days:
                return any(self.rows.values())
            self._document(self.days.popleft())
        return True

    def _document(self, day: int) -> None:
        random, rows = self.random, self.rows
        number = len(self.documents) + 1
        source = self._next("source")
        published = self.dates.on(day)
        self._date(published)
        focus = next(self.actors)
        if focus not in self.partners:
            self.partners[focus] = partners(focus, self.actors)
        cast = [focus, focus, focus, *random.choices(self.partners[focus], k=8), next(self.actors)]
        doc = Document(source, day, published, 8 + int(random.expovariate(0.05)), cast)
        key, digest = f"document-{number}", f"{random.getrandbits(256):064x}"
        title = self._sentence()[:-1]
        rows["sources"].append(
            (
                source,
                key,
                None,
                title,
                "article",
                "named",
                published,
                f"https://news.example/{number}",
            )
        )
        rows["codings"].append((source, f"{key}.yaml", digest, "generator", 1))
        self.codings.append((key, digest))
        rows["loads"].append((number, source, f"{published}T12:00:00Z", self._content(digest)))
        self._voice(doc, None, source, "own")
        heading = 1
        for n in range(1, doc.passages + 1):
            heading = n if n % 9 == 1 else heading
            length = 40 if heading == n else 200 + int(random.random() * 900)
            rows["passages"].append((source, n, heading, length, f"{random.getrandbits(256):064x}"))
        author, outlet = self._actor(doc, next(self.actors)), next(self.actors) // 33 * 33 + 7
        rows["source_actors"].append((source, author, "author", 1))
        rows["source_actors"].append((source, self._actor(doc, outlet), "publisher", 1))
        self._chains(doc)
        share = int(random.expovariate(1.0) * self.left / (len(self.days) + 1))
        count = min(self.left, share) if self.days else self.left
        self.left -= count
        for _ in range(count):
            self._event(doc)
        self._repeat(doc)
        self._say(doc, count)
        self.documents.append(source)

    def _content(self, digest: str) -> str:
        """Return a content hash for a load: a true one for the last, invented ones before."""
        if self.days:
            return digest[::-1]
        made = hashlib.sha256()
        for pair in sorted(self.codings):
            made.update(json.dumps(pair, separators=(",", ":")).encode() + b"\n")
        return made.hexdigest()

    def _chains(self, doc: Document) -> None:
        """Make the voices that a document relies on, and the sources that it only cites."""
        random = self.random
        root = doc.chains[0][0]
        doc.chains += doc.chains * 4  # it says most things in its own voice
        known: set[int] = set()
        for _ in range(int(random.expovariate(0.5))):
            if self.documents and random.random() < 0.3:
                at = len(self.documents) - 1 - int(random.expovariate(0.01))
                source = self.documents[max(0, at)]
            else:
                source = self._report(doc, next(self.reports))
            if source in known:
                continue
            known.add(source)
            voice = self._voice(doc, root, source, "named")
            if random.random() < 0.25:
                self._voice(doc, voice, self._unnamed(doc), "unnamed")
        if random.random() < 0.5:
            self._voice(doc, root, self._unnamed(doc), "unnamed")
        if random.random() < 0.1:
            self._voice(doc, root, self._unnamed(doc, "voiceless"), "voiceless")
        if random.random() < 0.2 and (cited := self._report(doc, next(self.reports))) not in known:
            for n in range(1, 2 + int(random.random() * 2)):
                place = self._place_in(doc)
                self.rows["citations"].append((cited, doc.id, n, *place))

    def _voice(self, doc: Document, parent: int | None, source: int, sort: str) -> int:
        made = self._next("attribution")
        self.rows["attributions"].append((made, doc.id, parent, source))
        doc.chains.append((made, sort))
        return made

    def _report(self, doc: Document, rank: int) -> int:
        if known := self.introduced["report"].get(rank):
            return known
        made = self.introduced["report"][rank] = self._next("source")
        voice = self._actor(doc, next(self.actors))
        sort = ("press-report", "institute-report", "remarks", "assessment")[rank % 4]
        published = self._date(self.dates.on(doc.day)[:7]) if rank % 3 else None
        self.rows["sources"].append(
            (made, f"report-{rank}", None, self._sentence(), sort, "named", published, None)
        )
        role = "voice" if sort == "remarks" else "publisher"
        self.rows["source_actors"].append((made, voice, role, 1))
        self._introduce(doc, source=made)
        return made

    def _unnamed(self, doc: Document, anonymity: str = "unnamed") -> int:
        made = self._next("source")
        sort = "remarks" if anonymity == "unnamed" else "hearsay"
        self.rows["sources"].append(
            (made, f"{sort}-{made}", doc.id, self._sentence(), sort, anonymity, None, None)
        )
        return made

    # --- facts ------------------------------------------------------------------------------------

    def _event(self, doc: Document) -> None:
        random, rows = self.random, self.rows
        doers = {self._actor_in(doc) for _ in range(1 if random.random() < 0.8 else 2)}
        roles = [(actor, "doer") for actor in sorted(doers)]
        if random.random() < 0.72 and (actor := self._actor_in(doc)) not in doers:
            roles.append((actor, "receiver"))
        if random.random() < 0.12 and (actor := self._actor_in(doc)) not in dict(roles):
            roles.append((actor, next(self.others)))
        sort, modality = next(self.types), next(self.modalities)
        place = self._place(doc, next(self.places)) if random.random() < 0.55 else None
        date = self._date(self.dates.near(doc.day))
        fact = self._fact(doc, "event", sort)
        title = f"{self.names[roles[0][0]]}: {sort}"
        if len(roles) > 1:
            title += f" {self.names[roles[-1][0]]}"
        summary = self._sentence() if random.random() < 0.3 else None
        event_type = sort if random.random() < 0.9 else None
        rows["events"].append((fact, title, summary, event_type, modality, date, place))
        self._participants(fact, "event", roles)
        self._evidence(doc, fact, modality, date)
        for _ in range(next(self.more_evidence)):
            self._evidence(doc, fact, modality, date)
        if random.random() < 0.12 and (others := doc.events or [e[0] for e in self.recent]):
            other = others[int(random.random() * len(others))]
            link = self._fact(doc, "link", f"{fact}-{other}")
            lag = "two weeks later" if random.random() < 0.2 else None
            rows["event_links"].append((link, fact, next(self.link_types), other, lag))
            self._evidence(doc, link, "actual", None)
        doc.events.append(fact)
        self.recent.append((fact, modality, date))

    def _repeat(self, doc: Document) -> None:
        """Report events of earlier documents: mostly recent ones, and those reported often."""
        random, recent = self.random, self.recent
        for _ in range(int(random.expovariate(1 / 9))):
            event = recent[-1 - int(random.random() ** 2 * len(recent))]
            fact, modality, date = event
            if fact not in doc.mentions:
                self._evidence(doc, fact, modality, date)
                recent.append(event)

    def _say(self, doc: Document, events: int) -> None:
        """Make quotes, positions, relations, and the uses of names."""
        random, rows = self.random, self.rows
        for _ in range(int(events * 0.5 * random.random())):
            self._quote(doc)
        for _ in range(int(random.expovariate(0.5))):
            kind, topic = next(self.position_kinds), self._topic(doc, next(self.topics))
            fact = self._fact(doc, "position", kind)
            rows["positions"].append((fact, topic, kind, self._sentence()))
            holder, about = self._actor_in(doc), self._actor_in(doc)
            roles = [(holder, "holder")] + [(about, "object")] * (random.random() < 0.4)
            self._participants(fact, "position", roles)
            self._evidence(doc, fact, "actual", None)
        for _ in range(int(random.expovariate(0.5))):
            origin, target, tie = self._actor_in(doc), self._actor_in(doc), next(self.ties)
            if origin == target:
                continue
            topic_or_none = self._topic(doc, next(self.topics)) if tie in COMPARED else None
            since = self._date(self.dates.near(doc.day)) if random.random() < 0.2 else None
            what = WORDS[int(random.random() * len(WORDS))] if random.random() < 0.5 else None
            fact = self._fact(doc, "relation", tie)
            rows["relations"].append((fact, origin, tie, target, what, topic_or_none, since))
            self._evidence(doc, fact, next(self.modalities), since)
        for actor in {self._actor_in(doc) for _ in range(3)}:
            for fact in self.names_of[actor][:2]:
                if fact not in doc.mentions:
                    self._evidence(doc, fact, "actual", None)

    def _quote(self, doc: Document) -> None:
        random = self.random
        speaker, subject, sort = self._actor_in(doc), self._actor_in(doc), random.random()
        roles = [(speaker, "speaker")]
        if random.random() < 0.04 and (second := self._actor_in(doc)) != speaker:
            roles.append((second, "speaker"))
        if random.random() < 0.7:
            roles.append((subject, "subject"))
        if random.random() < 0.15:
            roles.append((self._actor_in(doc), "addressee"))
        directness = "indirect" if sort < 0.55 else "partial" if sort < 0.8 else "direct"
        words = None if sort < 0.55 else self._sentence()
        says = self._sentence() if directness != "direct" or random.random() < 0.2 else None
        marks = "none" if words is None else "complete" if random.random() < 0.99 else "damaged"
        date = self._date(self.dates.near(doc.day)) if random.random() < 0.4 else None
        occasion = None
        if doc.events and random.random() < 0.3:
            occasion = doc.events[int(random.random() * len(doc.events))]
        fact = self._fact(doc, "quote", directness)
        self.rows["quotes"].append((fact, words, says, directness, marks, date, occasion))
        self._participants(fact, "quote", roles)
        self._evidence(doc, fact, "actual", date)

    def _participants(self, fact: int, kind: str, roles: list[tuple[int, str]]) -> None:
        append = self.rows["participants"].append
        numbers: Counter[str] = Counter()
        for actor, role in roles:
            numbers[role] += 1
            if self.random.random() < 0.02:
                least = 1 + int(self.random.random() * 400)
                append((fact, actor, role, kind, f"at least {least}", least, None, numbers[role]))
            else:
                append((fact, actor, role, kind, None, None, None, numbers[role]))
