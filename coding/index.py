"""An index of a coding for the rules: facts, evidence, keys and references, with locations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from coding.format import CodedEvidence, CodedFact, CodedName, Coding, Elsewhere, Reviewable
from coding.items import ItemKey, key_of, name_key
from coding.yaml_tree import Loc
from schema.vocabulary import FactKind

SECTIONS = ("events", "links", "quotes", "positions", "relations", "control", "elsewhere")

LINKED = "events or quotes"
"""The sections that a link refers to."""


REFERENCES = (
    ("places", "within", "within", "places"),
    ("events", "place", "place", "places"),
    ("links", "from", "origin", LINKED),
    ("links", "to", "target", LINKED),
    ("quotes", "occasion", "occasion", "events"),
    ("positions", "topic", "topic", "topics"),
    ("relations", "from", "origin", "actors"),
    ("relations", "to", "target", "actors"),
    ("relations", "topic", "topic", "topics"),
    ("control", "actor", "origin", "actors"),
    ("control", "place", "target", "places"),
)
"""Fields with the key of another item: section, key in the file, attribute, section it is of."""


class KeyReference(NamedTuple):
    """A reference by key: the section that must define it, the location, the key."""

    section: str
    loc: Loc
    key: str


class CodingIndex:
    """What several rules need to know about a coding, each with its location."""

    def __init__(self, coding: Coding) -> None:
        self.coding = coding

    @cached_property
    def facts(self) -> list[tuple[Loc, CodedFact]]:
        """Every fact, names included."""
        facts: list[tuple[Loc, CodedFact]] = [
            ((section, i, "names", j), name)
            for section in ("actors", "events")
            for i, owner in enumerate(getattr(self.coding, section))
            for j, name in enumerate(owner.names)
        ]
        for section in SECTIONS:
            facts.extend(
                ((section, i), fact) for i, fact in enumerate(getattr(self.coding, section))
            )
        return facts

    @cached_property
    def drafts(self) -> list[tuple[Loc, Reviewable]]:
        """Every item that nobody has reviewed yet."""
        sections = ("topics", "places", "actors", "sources")
        items: list[tuple[Loc, Reviewable]] = [
            ((section, i), item)
            for section in sections
            for i, item in enumerate(getattr(self.coding, section))
        ]
        return [(loc, item) for loc, item in [*items, *self.facts] if item.draft or item.unsure]

    @cached_property
    def evidence(self) -> list[tuple[Loc, CodedEvidence, CodedFact]]:
        """Every piece of evidence, with its fact."""
        return [
            ((*loc, "evidence", n), evidence, fact)
            for loc, fact in self.facts
            for n, evidence in enumerate(fact.evidence)
        ]

    @cached_property
    def references(self) -> list[KeyReference]:
        """Every reference to a key of this coding."""
        return [reference for reference in self._all if ":" not in reference.key]

    @cached_property
    def qualified(self) -> list[tuple[Loc, str]]:
        """Every document:key; only the database knows whether it exists."""
        elsewhere = enumerate(self.coding.elsewhere)
        return [
            *((("elsewhere", i, "fact"), item.fact) for i, item in elsewhere),
            *((loc, key) for _section, loc, key in self._all if ":" in key),
        ]

    @cached_property
    def _all(self) -> list[KeyReference]:
        return [
            KeyReference(section, loc, key)
            for section, loc, key in (*self._of_actors(), *self._of_fields(), *self._of_chains())
            if key is not None
        ]

    def _of_actors(self) -> Iterator[tuple[str, Loc, str | None]]:
        sources = [(("sources", i), source) for i, source in enumerate(self.coding.sources)]
        for loc, source in ((("document",), self.coding.document), *sources):
            for field in ("authors", "publishers", "voices"):
                for n, voice in enumerate(source.get(field, ())):
                    key = voice if isinstance(voice, str) else voice.actor
                    yield "actors", (*loc, field, n), key
        for loc, fact in self.facts:
            for role, counts in fact.get("who", {}).items():
                for n, count in enumerate(counts):
                    yield "actors", (*loc, "who", str(role), n), count.actor

    def _of_fields(self) -> Iterator[tuple[str, Loc, str | None]]:
        for section, written, field, target in REFERENCES:
            for i, item in enumerate(getattr(self.coding, section)):
                yield target, (section, i, written), getattr(item, field)

    def _of_chains(self) -> Iterator[tuple[str, Loc, str]]:
        for loc, evidence, _fact in self.evidence:
            for n, key in enumerate(evidence.through):
                yield "sources", (*loc, "through", n), key

    @cached_property
    def locations(self) -> dict[ItemKey, Loc]:
        """Where the items of coding/items.py are written; passages have no place of their own."""
        kinds: dict[str, tuple[str, ...]] = {
            "sources": ("source", "voice", "citation"),
            "elsewhere": ("elsewhere",),
        }
        of_names = {"actors": FactKind.NAME, "events": FactKind.EVENT_NAME}
        of_sections = {"control": FactKind.CONTROL}
        return {
            ItemKey(kind, key): loc
            for space, loc, key in self.keys
            for section in (str(loc[0]),)
            for kind in (
                (of_names[section],)
                if space == "names"
                else kinds.get(space, (of_sections.get(section, section.removesuffix("s")),))
            )
        }

    @cached_property
    def keys(self) -> list[tuple[str, Loc, str]]:
        """Every key that is defined: its name space, its location, the key."""
        keys: list[tuple[str, Loc, str]] = [
            (section, (section, i), item.key)
            for section in ("actors", "places", "topics", "sources")
            for i, item in enumerate(getattr(self.coding, section))
        ]
        keys.append(("sources", ("document",), self.coding.document.key))
        for loc, fact in self.facts:
            if isinstance(fact, CodedName):
                owner = getattr(self.coding, str(loc[0]))[int(loc[1])]
                keys.append(("names", loc, name_key(owner, fact)))
            elif isinstance(fact, Elsewhere):
                keys.append(("elsewhere", loc, fact.fact))
            else:
                keys.append(("facts", loc, key_of(fact)))
        return keys
