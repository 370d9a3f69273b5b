"""An index of a coding for the rules: facts, evidence, keys and references, with locations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from coding.format import Coding, Evidence, Fact
from coding.items import ItemKey, relation_key
from coding.yaml_tree import Loc

SECTIONS = ("events", "links", "quotes", "positions", "relations", "elsewhere")


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
    def foreign(self) -> list[Reference]:
        """Every reference to a document:key; only the database knows whether it exists."""
        return [reference for reference in self._all if ":" in reference.key]

    @cached_property
    def elsewhere(self) -> list[tuple[Loc, str]]:
        """The facts of other documents that have evidence here."""
        return [
            (("elsewhere", i, "fact"), item.fact) for i, item in enumerate(self.coding.elsewhere)
        ]

    @cached_property
    def _all(self) -> list[Reference]:
        references = [*self._of_sources(), *self._of_facts(), *self._of_ends()]
        references.extend(
            Reference("places", ("places", i, "within"), place.within)
            for i, place in enumerate(self.coding.places)
            if place.within is not None
        )
        references.extend(
            Reference("sources", (*loc, "through", n), key)
            for loc, evidence, _fact in self.evidence
            for n, key in enumerate(evidence.through)
        )
        return references

    def _of_sources(self) -> Iterator[Reference]:
        cited: list[tuple[Loc, Any]] = [(("document",), self.coding.document)]
        cited.extend((("sources", i), source) for i, source in enumerate(self.coding.sources))
        for loc, source in cited:
            for field in ("authors", "publishers", "voices"):
                for n, key in enumerate(getattr(source, field, ())):
                    yield Reference("actors", (*loc, field, n), key)

    def _of_facts(self) -> Iterator[Reference]:
        for section in ("events", "quotes", "positions"):
            for i, fact in enumerate(getattr(self.coding, section)):
                for role, counts in fact.who.items():
                    for n, count in enumerate(counts):
                        yield Reference("actors", (section, i, "who", str(role), n), count.actor)

    def _of_ends(self) -> Iterator[Reference]:
        ends = (
            ("events", "place", "place", "places"),
            ("links", "from", "origin", "events"),
            ("links", "to", "target", "events"),
            ("quotes", "occasion", "occasion", "events"),
            ("positions", "topic", "topic", "topics"),
            ("relations", "from", "origin", "actors"),
            ("relations", "to", "target", "actors"),
            ("relations", "topic", "topic", "topics"),
        )
        for section, written, field, wanted in ends:
            for i, fact in enumerate(getattr(self.coding, section)):
                key = getattr(fact, field)
                if key is not None:
                    yield Reference(wanted, (section, i, written), key)

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
        keys: list[tuple[str, Loc, str]] = []
        for section in ("actors", "places", "topics", "sources"):
            for i, item in enumerate(getattr(self.coding, section)):
                keys.append((section, (section, i), item.key))
        keys.append(("sources", ("document",), self.coding.document.key))
        for i, actor in enumerate(self.coding.actors):
            for j, name in enumerate(actor.names):
                keys.append(("names", ("actors", i, "names", j), f"{actor.key}/{name.name}"))
        for section in ("events", "quotes", "positions"):
            for i, item in enumerate(getattr(self.coding, section)):
                keys.append(("facts", (section, i), item.key))
        for section in ("links", "relations"):
            for i, item in enumerate(getattr(self.coding, section)):
                key = item.key or relation_key(item.origin, item.type, item.target)
                keys.append(("facts", (section, i), key))
        for i, other in enumerate(self.coding.elsewhere):
            keys.append(("elsewhere", ("elsewhere", i), other.fact))
        return keys
