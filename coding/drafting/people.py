"""Says who the sources of attributions are, and drafts actors, places, sources and posts."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence
from typing import Any

from coding.drafting.marks import Marked, Stretch
from coding.drafting.mentions import Candidate, Candidates, Known, NameIndex
from coding.drafting.parse import Parse, root_of
from coding.drafting.speech import DraftedAttribution, Range
from coding.languages import Language
from coding.reading import slug
from schema.vocabulary import ActorKind, NameKind, PlaceKind

Item = dict[str, Any]
Roles = dict[str, str | list[str]]
"""The actors of a fact, by role."""

_REPORTS: dict[str, str] = {
    ActorKind.OUTLET: "press-report",
    ActorKind.INSTITUTE: "institute-report",
}
_I = re.compile(r"\bI(?=[’'\s][a-z])")

CLEARLY = 2
"""How many times more often than others an actor is named that "the team" may stand for."""

REACH = 5_000
"""How many characters before a pronoun the person is looked for in its passage."""

_MOST_PLACES = 60
"""How many places of a name are listed: a locator has at most 2,000 characters."""


class People:
    """The actors and places of one text, by where it names them."""

    def __init__(
        self,
        passages: Sequence[str],
        parses: Sequence[Parse],
        language: Language,
        known: Sequence[Known],
        author: str | None = None,
        marked: Sequence[Marked] = (),
        attributions: Sequence[DraftedAttribution] = (),
    ) -> None:
        self.passages = passages
        self.author = author
        """The key of its only author, who says "I" outside of quotation marks."""
        self.first_person = _says_i(passages, marked)
        self.parses = parses
        self.language = language
        self.pronouns = {word.casefold() for word in language.words("pronouns")}
        self.singular = {word.casefold() for word in language.words("singular")}
        self.unnamed = {word.casefold() for word in language.words("unnamed")}
        self._articles = {word.casefold() for word in language.words("articles")}
        self.actors: dict[str, Item] = {}
        self.places: dict[str, Item] = {}
        self.sources: dict[str, Item] = {}
        self.relations: list[Item] = []
        self.kinds: dict[str, str] = {}
        self.by_passage: dict[int, list[tuple[Stretch, str]]] = {}
        self._by_name: dict[str, str] = {}
        self._known_places: dict[int, list[tuple[Stretch, str]]] = {}
        self._topics: dict[int, list[tuple[Stretch, str]]] = {}
        self._sources: dict[int, list[tuple[Stretch, str]]] = {}
        taken = self._known(known)
        voices = [Stretch(item.passage, *item.source) for item in attributions if item.source]
        candidates = Candidates(language).collect(passages, parses, taken, marked, voices)
        self._keys = {(item.section, item.key) for item in known}
        for candidate in candidates:
            self._new(candidate)
        for owner in (self.by_passage, self._known_places, self._topics, self._sources):
            for mentions in owner.values():
                mentions.sort()
        for candidate in candidates:
            self._posts(candidate)

    # --- names -------------------------------------------------------------------------------

    def _known(self, known: Sequence[Known]) -> dict[int, list[Stretch]]:
        names = NameIndex(known)
        taken: dict[int, list[Stretch]] = {}
        places: dict[tuple[str, str, str], list[Stretch]] = {}
        for item in known:
            if item.section == "actors":
                self._by_name.setdefault(item.name, item.key)
        for number, text in enumerate(self.passages, start=1):
            for mention in names.find(number, text):
                taken.setdefault(number, []).append(mention.place)
                section, key = mention.known.section, mention.known.key
                if section == "actors":
                    kind = mention.known.kind or NameKind.NAME
                    places.setdefault((key, mention.words, kind), []).append(mention.place)
                    self.by_passage.setdefault(number, []).append((mention.place, key))
                else:
                    if section == "places":
                        self.places.setdefault(key, {"key": key, "draft": True})
                    owner = {"places": self._known_places, "topics": self._topics}
                    mentioned = owner.get(section, self._sources).setdefault(number, [])
                    mentioned.append((mention.place, key))
        for (key, words, kind), stretches in places.items():
            actor = self.actors.setdefault(key, {"key": key, "draft": True, "names": []})
            actor["names"].append(_name(words, kind, stretches))
        return taken

    def _new(self, candidate: Candidate) -> None:
        place = isinstance(candidate.kind, PlaceKind)
        key = self._key(candidate.name, "places" if place else "actors")
        item: Item = {
            "key": key,
            "name": candidate.name,
            "kind": candidate.kind.value,
            "draft": True,
        }
        if candidate.unsure:
            item["unsure"] = candidate.unsure
        self.kinds[key] = candidate.kind.value
        for (words, _kind), stretches in candidate.names.items():
            if not place:
                self._by_name.setdefault(words, key)
            for stretch in stretches:
                owner = self._known_places if place else self.by_passage
                owner.setdefault(stretch.passage, []).append((stretch, key))
        if place:
            self.places[key] = item
            return
        item["names"] = [
            _name(words, kind, stretches) for (words, kind), stretches in candidate.names.items()
        ]
        self.actors[key] = item

    def _posts(self, candidate: Candidate) -> None:
        heads = {word.casefold() for word in self.language.words("heads")}
        origin = self._by_name.get(candidate.name)
        seen = set()
        for post, owner, place in candidate.posts:
            target = self._by_name.get(owner) or self._by_name.get(f"the {owner}")
            what = post[:1].lower() + post[1:]
            if target is None or target == origin or target not in self.actors:
                continue
            if (target, what) in seen:
                continue
            seen.add((target, what))
            self.relations.append(
                {
                    "from": origin,
                    "type": "heads" if what.casefold() in heads else "holds-post-in",
                    "to": target,
                    "what": what,
                    "draft": True,
                    "evidence": [{"at": _at([place])}],
                }
            )

    # --- sources of attributions -------------------------------------------------------------

    def speakers(self, attribution: DraftedAttribution) -> tuple[list[str], str | None]:
        """Return the actors who say it, and why that is a guess, if it is one."""
        span = attribution.antecedent or attribution.source
        if span is None:
            return [], None
        words = self.passages[attribution.passage - 1][span[0] : span[1]]
        if words == "I" and self.author:
            return [self.author], None
        if words.casefold() in self.pronouns:
            return self._antecedent(attribution.passage, span, words)
        head = self._head(attribution.passage, span)
        inside = _within(self.by_passage.get(attribution.passage, ()), span)
        for place, key in inside:
            if head is None or place.start <= head[0] < place.end:
                return self._joined(attribution.passage, place, key, inside), None
        for last, person in inside[-1:]:
            if last.end == span[1] and self.kinds.get(person) == "person":
                return [person], None  # the ambassador to Ostrand Sofi Lunde
        apposed = self._apposition(attribution.passage, head, inside)
        if apposed:
            return [apposed], None
        for place, key in _within(self._known_places.get(attribution.passage, ()), span):
            if head and place.start <= head[0] < place.end:
                return [self._as_actor(key, place)], "does it speak for a government?"
        return [self._unnamed(words, attribution.passage, span, head)], None

    def _apposition(
        self, passage: int, head: Range | None, inside: Sequence[tuple[Stretch, str]]
    ) -> str | None:
        """Return who is named next to a noun: "its foreign minister, Sofi Lunde"."""
        tokens = self.parses[passage - 1].tokens
        for place, key in inside:
            for token in tokens:
                apposed = token.dep == "appos" and place.start <= token.start < place.end
                if apposed and head and tokens[token.head].start == head[0]:
                    return key
        return None

    def _joined(
        self, passage: int, place: Stretch, key: str, inside: Sequence[tuple[Stretch, str]]
    ) -> list[str]:
        """Return the speaker, and the others joined to it by "and"."""
        keys = [key]
        text = self.passages[passage - 1]
        for other, other_key in inside:
            between = text[place.end : other.start]
            if other.start > place.start and re.fullmatch(r"(?:\W|and|the|with)+", between):
                if other_key not in keys and re.search(r"and|,", between):
                    keys.append(other_key)
                place = other
        return keys

    def _antecedent(self, passage: int, span: Range, words: str) -> tuple[list[str], str | None]:
        if words.casefold() in self.singular:
            for number in range(passage, max(0, passage - 3), -1):
                end = span[0] if number == passage else len(self.passages[number - 1])
                before = max(0, end - REACH), end
                people = [
                    key
                    for place, key in _within(self.by_passage.get(number, ()), before)
                    if self.kinds.get(key, "person") == "person" and place.end <= before[1]
                ]
                if people:
                    name = self.actors[people[-1]].get("name", people[-1])
                    return [people[-1]], f"is “{words}” {name}?"
        return [], f"who is “{words}”?"

    def _head(self, passage: int, span: Range) -> Range | None:
        tokens = self.parses[passage - 1].tokens
        inside = self.parses[passage - 1].within(span)
        for i in inside:
            if tokens[i].tag and tokens[i].head not in inside:
                return tokens[i].start, tokens[i].end
            if tokens[i].tag and tokens[i].head == i:
                return tokens[i].start, tokens[i].end
        return None

    def _unnamed(self, words: str, passage: int, span: Range, head: Range | None) -> str:
        short = re.split(r",\s| who | that | which ", words)[0].strip()[:120]
        key = self._key(short)
        item: Item = {
            "key": key,
            "name": short[:1].upper() + short[1:],
            "kind": "unnamed",
            "draft": True,
        }
        noun = self.passages[passage - 1][head[0] : head[1]] if head else short.split()[-1:]
        if isinstance(noun, list):
            noun = noun[0] if noun else ""
        if noun.casefold() not in self.unnamed:
            item["unsure"] = "does the text name it elsewhere?"
        start = span[0]
        item["names"] = [
            _name(short, NameKind.DESCRIPTION, [Stretch(passage, start, start + len(short))])
        ]
        self.actors[key] = item
        self.kinds[key] = "unnamed"
        insort(self.by_passage.setdefault(passage, []), (Stretch(passage, span[0], span[1]), key))
        return key

    def _as_actor(self, key: str, place: Stretch) -> str:
        """Make an actor of a place that speaks; it keeps its name."""
        if key in self.actors:
            return key
        item = self.places.pop(key, None)
        if item is None and key not in self.actors:
            self.actors[key] = {"key": key, "draft": True, "names": []}
        elif item is not None:
            item = {"key": key, "name": item["name"], "kind": "state", "draft": True}
            item["unsure"] = "is it a state, or its government?"
            words = self.passages[place.passage - 1][place.start : place.end]
            self.actors[key] = item | {"names": [_name(words, NameKind.NAME, [place])]}
        self.kinds[key] = "state"
        return key

    def is_somebody(self, key: str) -> bool:
        """Whether an actor is named, or called by a noun for a person."""
        return not (self.kinds.get(key) == "unnamed" and "unsure" in self.actors[key])

    def forget(self, keys: Sequence[str]) -> None:
        """Leave out actors that were drafted for a statement that is left out itself."""
        for key in keys:
            self.actors.pop(key, None)
            self._keys.discard(("actors", key))
        for number, mentions in self.by_passage.items():
            self.by_passage[number] = [(place, key) for place, key in mentions if key not in keys]

    def named_in(self, passage: int, span: Range) -> bool:
        """Whether a stretch names an actor or a place."""
        owners = (self.by_passage, self._known_places)
        return any(_within(owner.get(passage, ()), span) for owner in owners)

    def topic_in(self, passage: int, span: Range) -> str | None:
        """Return the first topic of the database that a stretch names."""
        return next((key for _, key in _within(self._topics.get(passage, ()), span)), None)

    def is_report(self, attribution: DraftedAttribution) -> bool:
        """Whether the source of an attribution publishes what others say."""
        named = self.by_passage.get(attribution.passage, ())
        within = _within(named, attribution.source) if attribution.source else ()
        return any(self.kinds.get(key) in _REPORTS for _, key in within)

    def source(self, attribution: DraftedAttribution) -> str | None:
        """Return the key of the source that an attribution comes through; draft it if it is new."""
        if attribution.source is None:
            return None
        for _, known in _within(self._sources.get(attribution.passage, ()), attribution.source):
            self.sources.setdefault(known, {"key": known, "draft": True})
            return known
        keys, _ = self.speakers(attribution)
        if not keys or keys[0] == self.author:
            return None  # what an author says is what the document says
        actor = keys[0]
        name = (
            self.actors[actor].get("name")
            or self.passages[attribution.passage - 1][slice(*attribution.source)]
        )
        kind = _REPORTS.get(self.kinds.get(actor, ""), "remarks")
        key = slug(f"{actor}-{'report' if kind != 'remarks' else 'remarks'}")
        if key in self.sources:
            return key
        item: Item = {"key": key}
        unnamed = self.kinds.get(actor) == "unnamed"
        first = name.split()[0].casefold()
        lower = unnamed and first in self.unnamed | self._articles  # not "Russian officials"
        shown = name[:1].lower() + name[1:] if lower else name
        item["title"] = f"{'A report' if kind != 'remarks' else 'Remarks'} of {shown}"
        item["kind"] = kind
        if unnamed:
            item["anonymity"] = "unnamed"
        role = "voices" if kind == "remarks" else "publishers"
        item[role] = actor if len(keys) == 1 else keys
        item["at"] = f"{attribution.passage}:{attribution.source[0]}-{attribution.source[1]}"
        item["draft"] = True
        self.sources[key] = item
        return key

    def hearsay(self, words: str, passage: int) -> str:
        """Draft a source for what somebody said, though nobody says who."""
        key = f"hearsay-{1 + sum(item['kind'] == 'hearsay' for item in self.sources.values())}"
        self.sources[key] = {
            "key": key,
            "title": f"Hearsay in ¶{passage} (“{words}”)",
            "kind": "hearsay",
            "anonymity": "voiceless",
            "draft": True,
        }
        return key

    def roles(self, passage: int, span: Range) -> Roles:
        """Return the actors of a sentence's main clause: who does it, and who undergoes it."""
        parse = self.parses[passage - 1]
        root = root_of(parse, span)
        if root is None:
            return {}
        agents = [noun for i in parse.children(root, "agent") for noun in parse.children(i, "pobj")]
        nouns = {
            "doer": [*parse.children(root, "nsubj"), *agents],
            "receiver": parse.children(root, "nsubjpass", "dobj", "dative"),
        }
        roles: Roles = {}
        for role, heads in nouns.items():
            keys = [key for head in heads for key in self._called(passage, span, head)]
            if keys := [*dict.fromkeys(key for key in keys if key not in roles.get("doer", ()))]:
                roles[role] = one_or_all(keys)
        return roles

    def _called(self, passage: int, span: Range, noun: int) -> list[str]:
        """Return the actors that a noun names, or "the team" if one name of an actor ends so."""
        token = self.parses[passage - 1].tokens[noun]
        inside = _within(self.by_passage.get(passage, ()), span)
        for place, key in inside:
            if place.start <= token.start < place.end and key in self.actors:
                return self._joined(passage, place, key, inside)
        before = self.parses[passage - 1].tokens[noun - 1].text if noun else ""
        if before.casefold() != "the" or token.text[:1].isupper():
            return []
        ending = f" {token.text.casefold()}"
        keys = {key for name, key in self._by_name.items() if name.casefold().endswith(ending)}
        named = Counter(key for mentions in self.by_passage.values() for _, key in mentions)
        most = sorted(keys & self.actors.keys(), key=lambda key: -named[key])
        if len(most) > 1 and named[most[0]] < CLEARLY * named[most[1]]:
            return []
        return most[:1]

    def holders(self, keys: list[str], passage: int, span: Range) -> Roles:
        """Return who holds a position, and whom it is about: the others that it names."""
        named = (key for _, key in _within(self.by_passage.get(passage, ()), span))
        about = [*dict.fromkeys(key for key in named if key not in keys and self.is_named(key))]
        roles: Roles = {"holder": one_or_all(keys)}
        return roles | {"object": one_or_all(about)} if about else roles

    def is_named(self, key: str) -> bool:
        """Whether an actor of the draft has a name of its own, and is one for certain."""
        known = key in self.actors and "unsure" not in self.actors[key]
        return known and self.kinds.get(key) != "unnamed"

    def place_in(self, passage: int, span: Range) -> str | None:
        """Return the place that a stretch names, if it names just one."""
        keys = {key for _, key in _within(self._known_places.get(passage, ()), span)}
        if len(keys) != 1:
            return None
        key = keys.pop()
        if key in self.actors and key not in self.places:
            return None
        self.places.setdefault(key, {"key": key, "draft": True})
        return key

    def sections(self) -> dict[str, list[Item]]:
        """Return the drafted actors, places, sources and posts."""
        return {
            "places": list(self.places.values()),
            "actors": list(self.actors.values()),
            "sources": list(self.sources.values()),
            "relations": self.relations,
        }

    def _key(self, name: str, section: str = "actors") -> str:
        base = slug(name)[:60].strip("-") or "somebody"
        key, n = base, 2
        while (section, key) in self._keys:
            key, n = f"{base}-{n}", n + 1
        self._keys.add((section, key))
        return key


def one_or_all(values: list[str]) -> str | list[str]:
    """Return a list, or its only item."""
    return values[0] if len(values) == 1 else values


def _says_i(passages: Sequence[str], marked: Sequence[Marked]) -> bool:
    """Whether a text says "I" outside of quotation marks."""
    quoted = [stretch for item in marked for stretch in item.stretches]
    return any(
        not any(s.passage == number and s.start <= match.start() < s.end for s in quoted)
        for number, text in enumerate(passages, start=1)
        for match in _I.finditer(text)
    )


def _within(names: Sequence[tuple[Stretch, str]], span: Range) -> Sequence[tuple[Stretch, str]]:
    """Return what begins in a stretch of its passage; what is found there is in order."""
    low, high = (bisect_left(names, at, key=lambda item: item[0].start) for at in span)
    return names[low:high]


def _name(words: str, kind: str, stretches: Sequence[Stretch]) -> Item:
    item: Item = {"name": words}
    if kind != NameKind.NAME:
        item["kind"] = str(kind)
    return item | {"evidence": [{"at": _at(stretches[:_MOST_PLACES])}]}


def _at(stretches: Sequence[Stretch]) -> str:
    return ", ".join(f"{s.passage}:{s.start}-{s.end}" for s in stretches)
