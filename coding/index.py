"""An index of a coding for the rules: facts, evidence, keys and references, with locations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from coding.format import Actor, Coding, Elsewhere, Evidence, Fact, Reviewable
from coding.items import ItemKey, key_of
from coding.yaml_tree import Loc

SECTIONS = ("events", "links", "quotes", "positions", "relations", "elsewhere")


REFERENCES = (
    ("places", "within", "within", "places"),
    ("events", "place", "place", "places"),
    ("links", "from", "origin", "events"),
    ("links", "to", "target", "events"),
    ("quotes", "occasion", "occasion", "events"),
    ("positions", "topic", "topic", "topics"),
    ("relations", "from", "origin", "actors"),
    ("relations", "to", "target", "actors"),
    ("relations", "topic", "topic", "topics"),
)
"""Fields with the key of another item: section, key in the file, attribute, section it is of."""


class Reference(NamedTuple):
    """A reference by key: the section that must define it, the location, the key."""

    section: str
    loc: Loc
    key: str


class CodingIndex:
    """What several rules need to know about a coding, each with its location."""

    def __init__(self, coding: Coding) -> None:
        self.coding = coding

    @cached_property
    def facts(self) -> list[tuple[Loc, Fact]]:
        """Every fact, names included."""
        facts: list[tuple[Loc, Fact]] = [
            (("actors", i, "names", j), name)
            for i, actor in enumerate(self.coding.actors)
            for j, name in enumerate(actor.names)
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
    def evidence(self) -> list[tuple[Loc, Evidence, Fact]]:
        """Every piece of evidence, with its fact."""
        return [
            ((*loc, "evidence", n), evidence, fact)
            for loc, fact in self.facts
            for n, evidence in enumerate(fact.evidence)
        ]

    @cached_property
    def references(self) -> list[Reference]:
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
    def _all(self) -> list[Reference]:
        return [
            Reference(section, loc, key)
            for section, loc, key in (*self._of_actors(), *self._of_fields(), *self._of_chains())
            if key is not None
        ]

    def _of_actors(self) -> Iterator[tuple[str, Loc, str]]:
        sources = [(("sources", i), source) for i, source in enumerate(self.coding.sources)]
        for loc, source in ((("document",), self.coding.document), *sources):
            for field in ("authors", "publishers", "voices"):
                for n, key in enumerate(source.get(field, ())):
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
        kinds = {
            "names": ("name",),
            "sources": ("source", "voice", "citation"),
            "elsewhere": ("elsewhere",),
        }
        return {
            ItemKey(kind, key): loc
            for space, loc, key in self.keys
            for kind in kinds.get(space, (str(loc[0])[:-1],))
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
            if isinstance(fact, Actor.Name):
                actor = self.coding.actors[int(loc[1])]
                keys.append(("names", loc, f"{actor.key}/{fact.name}"))
            elif isinstance(fact, Elsewhere):
                keys.append(("elsewhere", loc, fact.fact))
            else:
                keys.append(("facts", loc, key_of(fact)))
        return keys
