"""Finds names: those that the database knows, and new ones as candidates.

A known name is found however it is folded, the longest first. New names are grouped: a surname
belongs to the full name that ends with it, if there is just one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, select

from coding.drafting.marks import Marked, Stretch
from coding.drafting.parse import Parse
from coding.languages import Language, alternatives
from coding.passage_block import is_heading
from schema.actors import Actor, Place, Topic
from schema.evidence import Source
from schema.facts import ActorName
from schema.folding import fold
from schema.vocabulary import ActorKind, NameKind, PlaceKind

_WORD = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)*")
_COMMON = ("articles", "pronouns", "unnamed")
"""Lists of words with which no name begins."""

LEAST = 3
"""A known name of fewer letters is looked for only if it is in capitals."""

_PLACES = {"GPE": PlaceKind.CITY, "LOC": PlaceKind.REGION, "FAC": PlaceKind.SITE}
_NOT_NAMES = re.compile(r"[\d@#<>/_]|^[a-z]|^The$")

_CAPITALS = re.escape("".join(filter(str.isupper, map(chr, range(0x590)))))
_CAPITALISED = rf"[{_CAPITALS}][\w’'-]+"
_FULL_NAME = re.compile(rf"\b{_CAPITALISED}(?: {_CAPITALISED})+")
_OPENED = re.compile(r"(?:«\s?|[“„‘»\"(])$")
_BEGINS = re.compile(r"(?:^|[.!?:…][”\"’»]?\s|[“\"‘«(—–]\s?)$")
"""What is in front of the first word of a sentence."""


class Known(NamedTuple):
    """A name in the database, and what it names there."""

    name: str
    section: str
    key: str
    kind: str = ""


class Mention(NamedTuple):
    """A known name in the text."""

    known: Known
    place: Stretch
    words: str


@dataclass
class Candidate:
    """An actor or place that the database does not know."""

    name: str
    kind: ActorKind | PlaceKind
    unsure: str | None = None
    names: dict[tuple[str, NameKind], list[Stretch]] = field(default_factory=dict)
    posts: list[tuple[str, str, Stretch]] = field(default_factory=list)
    """The post, whatever it is a post in, and the place of both."""

    def at(self, words: str, kind: NameKind, place: Stretch) -> None:
        """Add a place where it is called so."""
        self.names.setdefault((words, kind), []).append(place)


def known_names(connection: Connection) -> list[Known]:
    """Return every name of the sourcebook's actors, places, sources and topics."""
    rows: list[Known] = []
    for model, section, column in (
        (Actor, "actors", Actor.name),
        (Place, "places", Place.name),
        (Topic, "topics", Topic.label),
    ):
        rows += [
            Known(name, section, key) for name, key in connection.execute(select(column, model.key))
        ]
    named = select(Source.title, Source.key).where(Source.anonymity == "named")
    rows += [Known(title, "sources", key) for title, key in connection.execute(named)]
    names = select(ActorName.name, Actor.key, ActorName.name_kind).join(
        Actor, ActorName.actor_id == Actor.id
    )
    rows += [Known(name, "actors", key, kind) for name, key, kind in connection.execute(names)]
    return rows


class NameIndex:
    """The known names, ready to be found."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Known]]] = defaultdict(list)
        order = {"actors": 0, "places": 1, "topics": 2, "sources": 3}
        for item in sorted(known, key=lambda item: (order[item.section], item.key)):
            words = tuple(fold(item.name).split())
            common = item.kind in (NameKind.TITLE, NameKind.DESCRIPTION) or item.name.islower()
            if len(words) == 1 and common:
                continue  # "President" or "the state" is whoever the text is about
            if words and (len(fold(item.name)) >= LEAST or item.name.isupper()):
                self._by_first[words[0]].append((words, item))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def find(self, number: int, text: str) -> Iterator[Mention]:
        """Yield the known names in a passage, the longest first, without overlaps."""
        words = [(fold(match[0]), match) for match in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            step = 1
            for wanted, item in self._by_first.get(words[at][0], ()):
                size = len(wanted)
                if tuple(word for word, _ in words[at : at + size]) != wanted:
                    continue
                start, end = words[at][1].start(), words[at + size - 1][1].end()
                name = item.section != "topics" and item.name[:1].isupper()
                if name and not text[start].isupper():
                    continue
                if item.section in ("topics", "sources") and size == 1:
                    continue
                yield Mention(item, Stretch(number, start, end), text[start:end])
                step = size
                break
            at += step


class Candidates:
    """The names in a text that the database does not know, grouped."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.people: dict[str, Candidate] = {}
        self.others: dict[tuple[str, bool], Candidate] = {}
        """By name, and whether it is a place."""
        self._countries = frozenset(language.words("countries"))
        self._no_names = frozenset(language.words("no_names"))
        self._common = {word.casefold() for name in _COMMON for word in language.words(name)}
        titles = alternatives(language.words("titles"))
        addresses = alternatives(language.words("addresses"))
        self._title = re.compile(rf"(?:(?P<of>[A-Z]\w+(?:’s)?)\s)?(?P<title>(?:{titles}))\s$")
        self._address = re.compile(rf"^(?:(?:{addresses})\.?|(?:{titles}))\s")
        posts = alternatives(language.words("posts"))
        self._post = re.compile(
            rf",\s(?:the|a|an|its|their)?\s?(?P<post>(?:[\w-]+\s){{0,2}}?(?i:{posts}))"
            rf"(?:\s(?:of|for|at|to|in|with)\s(?:the\s)?(?P<in>[A-Z][\w’.&-]*(?:\s(?:of\s)?[A-Z][\w’.&-]*)*))"
        )
        self._their = re.compile(
            rf"(?:^|[\s“\"(])(?P<in>[A-Z][\w.&-]*(?:\s[\w.&-]+)?)[’']s\s"
            rf"(?P<post>(?:[\w-]+\s){{0,2}}?(?i:{posts})),?\s$"
        )
        self._bodies = frozenset(language.words("bodies"))
        self._leads = re.compile(rf"\b(?i:{posts})\s(?:of|to)\s(?:the\s)?$")
        self._titled = [language.compiled(it, {}) for it in language.words("titled")]
        self._surnames: dict[str, list[str]] = defaultdict(list)

    def collect(
        self,
        passages: Sequence[str],
        parses: Sequence[Parse],
        taken: dict[int, list[Stretch]],
        marked: Sequence[Marked],
        voices: Iterable[Stretch],
    ) -> list[Candidate]:
        """Return the candidates of a text.

        `taken` are the places of known names, `voices` those of who speaks. A name is never
        the whole of what stands in quotation marks.
        """
        names: list[tuple[Stretch, str, str]] = []
        spoken = [(place, place.start, place.end) for item in marked for place in item.stretches]
        quoted = {self._tidy(place, passages[place.passage - 1]) for place, *_ in spoken}
        speaking: dict[int, list[Stretch]] = defaultdict(list)
        for voice in voices:
            speaking[voice.passage].append(voice)
        for number, (text, parse) in enumerate(zip(passages, parses, strict=True), start=1):
            for start, end, label in self._entities(parse, text, speaking[number]):
                place = self._tidy(Stretch(number, start, end), text)
                words = text[place.start : place.end]
                if len(words) < LEAST or _NOT_NAMES.search(words) or words in self._no_names:
                    continue
                if place in quoted:
                    continue
                if not any(_touch(place, other) for other in taken.get(number, ())):
                    names.append((place, words, label))
        names = self._settled(_names_only(names, passages))
        names += self._again(passages, names, taken)
        names.sort()
        # Full names first: surnames are looked up among them.
        for place, words, label in names:
            if label == "PERSON" and " " in words:
                self._person(words, place, passages[place.passage - 1])
        for place, words, label in names:
            if label == "PERSON" and " " not in words:
                self._surname(words, place)
            elif label != "PERSON":
                self._other(words, label, place, passages[place.passage - 1])
        return [*self.people.values(), *self.others.values()]

    def _entities(
        self, parse: Parse, text: str, voices: Sequence[Stretch]
    ) -> Iterator[tuple[int, int, str]]:
        """Yield the names that the model found; without a model, full names and who speaks."""
        if any(token.tag for token in parse.tokens):
            yield from _model_entities(parse, self._bodies)
            return
        spans = set()
        for match in _FULL_NAME.finditer(text):
            before, (start, end) = text[: match.start()], match.span()
            if _BEGINS.search(before):  # any word has a capital there
                start = text.index(" ", start) + 1
            if " " in text[start:end] and not _OPENED.search(before):
                spans.add((start, end))
        for voice in voices:
            place = self._tidy(voice, text)
            words = text[place.start : place.end]
            for titled in self._titled:
                if named := titled.search(words):
                    place = place._replace(start=place.start + named.start("name"))
                    words = named["name"]
            first = words.partition(" ")[0].casefold()
            caseless = words.lower() == words.upper() and not words.startswith("ال")
            full = _FULL_NAME.fullmatch(words) or (caseless and " " in words)
            if full and first not in self._common:
                spans = {it for it in spans if it[1] <= place.start or place.end <= it[0]}
                spans.add((place.start, place.end))
        for start, end in sorted(spans):
            yield start, end, "PERSON"

    def _settled(self, names: list[tuple[Stretch, str, str]]) -> list[tuple[Stretch, str, str]]:
        """Give each name the label that it has most often; a part of a person's name is one."""
        labels: dict[str, Counter[str]] = defaultdict(Counter)
        for _place, words, label in names:
            labels[words][label] += 1
        common = {words: counts.most_common(1)[0][0] for words, counts in labels.items()}
        return [(place, words, common[words]) for place, words, _label in names]

    def _again(
        self,
        passages: Sequence[str],
        known: Sequence[tuple[Stretch, str, str]],
        taken: dict[int, list[Stretch]],
    ) -> list[tuple[Stretch, str, str]]:
        """Return where the names occur that the model missed; surnames too."""
        labels: dict[str, str] = {}
        for _place, words, label in known:
            labels.setdefault(words, label)
            if label == "PERSON" and len(words.split()[-1]) > LEAST:
                labels.setdefault(words.split()[-1], label)
        places: dict[int, list[Stretch]] = defaultdict(list)
        for number, stretches in taken.items():
            places[number] += stretches
        for place, _words, _label in known:
            places[place.passage].append(place)
        names = NameIndex(Known(words, "actors", words) for words in labels)
        return [
            (mention.place, mention.words, labels[mention.known.name])
            for number, text in enumerate(passages, start=1)
            for mention in names.find(number, text)
            if mention.words == mention.known.name
            and not any(_touch(mention.place, other) for other in places[number])
        ]

    def _tidy(self, place: Stretch, text: str) -> Stretch:
        """Leave out the title, the article and the genitive of a name."""
        start, end = place.start, place.end
        words = re.sub(r"[’']s?$", "", text[start:end]).rstrip(' .,;:)”"-—–')
        if re.search(r"(?:^|[\s.])[A-Z]\.[A-Z]$", words) and text[start + len(words) :][:1] == ".":
            words += "."  # U.S.
        end = start + len(words)
        while match := self._address.match(text[start:end]):
            start += match.end()
        if text[start:end].startswith("the "):
            start += 4
        return Stretch(place.passage, start, end)

    def _person(self, words: str, place: Stretch, text: str) -> None:
        if words not in self.people:
            unsure = None if words[0].isupper() else "is it a name?"
            self.people[words] = Candidate(words, ActorKind.PERSON, unsure)
            self._surnames[words.split()[-1]].append(words)
        person = self.people[words]
        person.at(words, NameKind.NAME, place)
        before = self._title.search(text, max(0, place.start - 80), place.start)
        if before:
            title = Stretch(place.passage, before.start("title"), place.start - 1)
            person.at(before["title"], NameKind.TITLE, title)
            if before["of"]:
                whole = Stretch(place.passage, before.start("of"), place.end)
                person.posts.append((before["title"], before["of"].removesuffix("’s"), whole))
        if their := self._their.search(text, max(0, place.start - 80), place.start):
            whole = Stretch(place.passage, their.start("in"), place.end)
            person.posts.append((their["post"].strip(), their["in"], whole))
        after = self._post.match(text, place.end)
        if after:
            whole = Stretch(place.passage, place.start, after.end())
            person.posts.append((after["post"].strip(), after["in"], whole))

    def _surname(self, words: str, place: Stretch) -> None:
        full = self._surnames.get(words, [])
        if len(full) == 1:
            self.people[full[0]].at(words, NameKind.SHORT, place)
        elif full:
            for name in full:
                self.people[name].unsure = f"{len(full)} people are called {words}"
        else:
            if words not in self.people:
                self.people[words] = Candidate(words, ActorKind.PERSON, "only one name is given")
            self.people[words].at(words, NameKind.NAME, place)

    def _other(self, words: str, label: str, place: Stretch, text: str) -> None:
        kind: ActorKind | PlaceKind
        unsure: str | None = None
        if label in _PLACES or words in self._countries:
            kind, unsure = self._place(words, label)
            if kind is PlaceKind.COUNTRY and self._leads.search(text, 0, place.start):
                kind, unsure = ActorKind.STATE, None  # the president of Ostrand
        elif label == "ORG":
            kind, unsure = self._organisation(words)
        elif label == "NORP":
            kind, unsure = ActorKind.COMMUNITY, "is it a people, or a state's adjective?"
        else:
            return
        if words in self._surnames:
            self._surname(words, place)
            return
        key = words, isinstance(kind, PlaceKind)
        candidate = self.others.setdefault(key, Candidate(words, kind, unsure))
        candidate.at(words, NameKind.NAME, place)

    def _place(self, words: str, label: str) -> tuple[PlaceKind, str]:
        if words.removeprefix("the ") in self._countries:
            return PlaceKind.COUNTRY, "does the text mean the place, or its state?"
        return _PLACES[label], "is it a city, a region, a site, or an actor?"

    def _organisation(self, words: str) -> tuple[ActorKind, str | None]:
        for name, kind in (
            ("outlets", ActorKind.OUTLET),
            ("institutes", ActorKind.INSTITUTE),
            ("governments", ActorKind.GOVERNMENT),
            ("forces", ActorKind.ARMED_FORCE),
        ):
            if re.search(rf"(?<!\w)(?:{alternatives(self.language.words(name))})(?!\w)", words):
                return kind, None
        return ActorKind.ORGANISATION, "is it an organisation?"


def _model_entities(parse: Parse, bodies: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the names that the model found, the parts of two clauses one by one."""
    tokens = parse.tokens
    for start, end, label in parse.entities():
        if label == "NORP" and tokens[end - 1].pos == "ADJ":
            # "Russian officials" names no people, but "the Russian government" names a body
            head = tokens[end - 1].head
            if head == end and tokens[head].text in bodies and tokens[head].dep != "compound":
                yield tokens[start].start, tokens[head].end, "ORG"
            continue
        if label not in ("PERSON", "ORG", "NORP", *_PLACES):
            continue
        first = start
        for comma in range(start + 1, end - 1):
            heads = {tokens[i].head for i in range(comma + 1, end)}
            if tokens[comma].text == "," and heads.isdisjoint(range(first, comma + 1)):
                yield tokens[first].start, tokens[comma - 1].end, label
                first = comma + 1
        yield tokens[first].start, tokens[end - 1].end, label


def _names_only(
    names: Sequence[tuple[Stretch, str, str]], passages: Sequence[str]
) -> list[tuple[Stretch, str, str]]:
    """Leave out words that have their capital only where they begin a sentence."""
    inside = {
        words
        for place, words, _label in names
        if " " in words or not _BEGINS.search(passages[place.passage - 1][: place.start])
    }
    small = {word for text in passages for word in _WORD.findall(text) if word.islower()}
    titles = {n for n, text in enumerate(passages, start=1) if is_heading(text)}
    elsewhere = {words for place, words, _label in names if place.passage not in titles}
    return [
        item
        for item in names
        if item[1] in inside or (item[1] in elsewhere and item[1].lower() not in small)
    ]


def _touch(a: Stretch, b: Stretch) -> bool:
    return a.passage == b.passage and a.start < b.end and b.start < a.end
