"""Random edits of two codings that share rows and refer to each other, loaded in turn.

Whatever was loaded or dropped before, the database equals a new one that loads only the current
codings.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Column

from coding.changeset import Peers
from coding.drop import drop
from coding.faults import InvalidInputError
from coding.items import ItemKey
from coding.load import load
from coding.snapshot import DocumentSnapshot
from coding.validation import ValidatedCoding, read
from database.connect import reading, writing
from database.derived.refresh import Drift, recompute
from schema.models import METADATA
from tests.databases import Files, Server
from tests.sample_rows import JOURNAL

Coding = dict[str, Any]
DOCUMENTS = ("one-talk", "two-talks")
DROPS = 0.4
"""How often documents are dropped, instead of loading changed ones."""

STEPS = {"sqlite": 8, "postgresql": 5}
"""A new database takes a second on a server, which many tests use."""


# --- a database by key ----------------------------------------------------------------------------


Rows = dict[str, list[dict[str, Any]]]


def stored_rows(database: str) -> Rows:
    """Return all rows of all tables except the journal."""
    tables = [table for table in METADATA.sorted_tables if table.name not in JOURNAL]
    with reading(database) as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(table.select().order_by(*table.primary_key.columns))
                .mappings()
                .all()
            ]
            for table in tables
        }


def by_key(stored: Rows) -> dict[str, list[str]]:
    """Return rows with the rows that ids refer to for ids."""
    by_id = {name: {row["id"]: row for row in rows if "id" in row} for name, rows in stored.items()}

    def value_by_key(column: Column[Any], value: Any) -> Any:
        while keys := [key.column for key in column.foreign_keys if key.column is not column]:
            column = min(keys, key=lambda key: (key.name != "id", str(key)))
        if column.name != "id" or value is None:
            return value
        return row_by_key(column.table.name, by_id[column.table.name][value])

    def row_by_key(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
        columns = METADATA.tables[table].columns
        own = (name for name in row if name != "id" or columns["id"].foreign_keys)
        return table, *((name, value_by_key(columns[name], row[name])) for name in own)

    return {
        name: sorted(repr(row_by_key(name, row)) for row in rows) for name, rows in stored.items()
    }


def content(database: str) -> dict[str, list[str]]:
    """Return all rows of all tables except the journal, by key."""
    return by_key(stored_rows(database))


def stale(database: str) -> list[Drift]:
    """List where the derived tables are not what the others say."""
    with reading(database) as connection:
        return [*recompute(connection, write=False)]


# --- codings --------------------------------------------------------------------------------------


def bare(key: str) -> Coding:
    """Return a coding that says nothing yet."""
    sections = (
        "topics places actors sources events links quotes positions relations control elsewhere"
    )
    return {
        "format": 1,
        "coder": "Tests",
        "document": {"key": key, "title": key, "language": "en", "published": "2020-05-10"},
        "passages": [{"length": 60, "hash": "0" * 64}, {"length": 40, "hash": "1" * 64}],
        **{section: [] for section in sections.split()},
    }


class Editor:
    """Edits a coding at random; only the references within it stay valid."""

    def __init__(self, chance: random.Random, coding: Coding, other: Coding) -> None:
        self.chance = chance
        self.coding = coding
        self.other = other
        self.edits: list[Callable[[], None]] = [
            *[self.event] * 2,
            self.quote,
            self.position,
            self.relation,
            self.control,
            self.name_event,
            self.identify,
            self.credit,
            self.last,
            self.link,
            self.link_to_other,
            *[self.elsewhere] * 2,
            *[self.drop] * 2,
            self.rename,
            self.swap_links,
            self.lag,
            self.toggle_anonymity,
            self.cite,
            self.reduce,
            self.say,
            self.change_evidence,
            self.name_differently,
            self.document_cited,
            self.change_kind,
            self.within,
            *[self.describe_differently] * 2,
        ]

    def edit(self) -> None:
        self.chance.choice(self.edits)()
        self.tidy()

    def row(self, section: str, key: str) -> str:
        """Make sure that a shared row is there: introduced, or by its key alone."""
        made = {
            "actors": {"name": key.upper(), "kind": "state"},
            "places": {"name": key.upper(), "kind": "city"},
            "topics": {"label": key.upper()},
            "sources": {"title": key.upper(), "kind": "remarks"},
        }[section]
        if key not in [item["key"] for item in self.coding[section]]:
            alone = self.chance.random() < 0.2
            self.coding[section].append({"key": key, **({} if alone else made)})
        return key

    def actor(self) -> str:
        return self.row("actors", self.chance.choice(["ann", "ben", "cat"]))

    def evidence(self) -> list[Coding]:
        evidence = []
        for _ in range(self.chance.choice([1, 1, 2])):
            item: Coding = {"at": self.chance.choice(["1", "1:0-9", "2:3-20, 1:5-9"])}
            if self.chance.random() < 0.5:
                keys = self.chance.sample(["report", "remark"], self.chance.choice([1, 2]))
                item["through"] = [self.row("sources", key) for key in keys]
            evidence.append(item)
        return evidence

    def any_of(self, *sections: str) -> Coding | None:
        there = [item for section in sections for item in self.coding[section]]
        return self.chance.choice(there) if there else None

    def free(self) -> str | None:
        taken = [
            item["key"]
            for section in ("events", "quotes", "positions")
            for item in self.coding[section]
        ]
        keys = [key for key in ("k1", "k2", "k3", "k4") if key not in taken]
        return self.chance.choice(keys) if keys else None

    def event(self) -> None:
        if key := self.free():
            evidence = self.evidence()
            made: Coding = {"key": key, "title": key, "who": {"doer": self.actor()}}
            if self.chance.random() < 0.5:
                made["date"] = self.chance.choice(["2020-05-03", "2020-04~", "2019"])
                evidence[0]["words"] = "on 3 May"
            if self.chance.random() < 0.4:
                made["place"] = self.row("places", self.chance.choice(["port", "town"]))
            self.coding["events"].append({**made, "evidence": evidence})

    def quote(self) -> None:
        if key := self.free():
            made: Coding = {"key": key, "says": key, "who": {"speaker": self.actor()}}
            event = self.any_of("events")
            if event:
                made["occasion"] = event["key"]
                theirs = self.other["events"]
                if theirs and self.chance.random() < 0.4:
                    made["occasion"] = f"{self.other['document']['key']}:{theirs[0]['key']}"
            self.coding["quotes"].append({**made, "evidence": self.evidence()})

    def position(self) -> None:
        if key := self.free():
            self.coding["positions"].append(
                {
                    "key": key,
                    "kind": "goal",
                    "statement": key,
                    "topic": self.row("topics", "peace"),
                    "who": {"holder": self.actor()},
                    "evidence": self.evidence(),
                }
            )

    def relation(self) -> None:
        made: Coding = {"from": self.actor(), "to": self.actor()}
        made["type"] = self.chance.choice(["supports", "ally-of", "heads", "part-of"])
        if self.chance.random() < 0.3:
            made["topic"] = self.row("topics", "peace")
        self.coding["relations"].append({**made, "evidence": self.evidence()})

    def control(self) -> None:
        made: Coding = {"actor": self.actor(), "place": self.row("places", "port")}
        made["type"] = self.chance.choice(["holds", "besieges"])
        self.coding["control"].append({**made, "evidence": self.evidence()})

    def name_event(self) -> None:
        if item := self.any_of("events"):
            name = self.chance.choice(["Operation", "Storm"])
            item["names"] = [{"name": name, "evidence": self.evidence()}]

    def identify(self) -> None:
        item = self.any_of("actors", "places", "sources")
        if item and len(item) > 1:
            item["identifiers"] = {"viaf": self.chance.choice([item["key"], item["key"] + "2"])}

    def credit(self) -> None:
        document = self.coding["document"]
        document["authors"] = [self.actor(), {"name": "Jo Stone"}][:: self.chance.choice([1, -1])]
        document["volume"] = self.chance.choice(["1", "2"])

    def last(self) -> None:
        """Say how long something lasts, or when a position was held."""
        if item := self.any_of("events", "relations"):
            least = self.chance.choice(["2 years", "3 decades"])
            item["duration"] = {"words": "long", "least": least}
        if item := self.any_of("positions"):
            item["date"] = self.chance.choice(["2020-04", "2019"])
            item["evidence"][0]["words"] = "in April"

    def link(self) -> None:
        first, second = self.any_of("events", "quotes"), self.any_of("events", "quotes")
        if first and second:
            made = {"from": first["key"], "type": "part-of", "to": second["key"]}
            self.coding["links"].append({**made, "evidence": self.evidence()})

    def link_to_other(self) -> None:
        item = self.any_of("events", "quotes")
        theirs = self.other["events"] + self.other["quotes"]
        if item and theirs:
            to = f"{self.other['document']['key']}:{self.chance.choice(theirs)['key']}"
            made = {"from": item["key"], "type": "part-of", "to": to}
            self.coding["links"].append({**made, "evidence": self.evidence()})

    def elsewhere(self) -> None:
        key = self.other["document"]["key"]
        facts = [
            f"{key}:{item['key']}"
            for section in ("events", "quotes", "positions")
            for item in self.other[section]
        ] + [f"{key}:{item['from']}--{item['type']}--{item['to']}" for item in self.other["links"]]
        if facts:
            fact = self.chance.choice(facts)
            self.coding["elsewhere"].append({"fact": fact, "evidence": self.evidence()})

    def drop(self) -> None:
        sections = [section for section in self.coding if self.coding[section]]
        section = self.chance.choice(sections)
        if section not in ("format", "coder", "document", "passages"):
            self.coding[section].pop(self.chance.randrange(len(self.coding[section])))

    def rename(self) -> None:
        item, key = self.any_of("events", "quotes", "positions"), self.free()
        if item and key:
            item["key"] = key

    def change_kind(self) -> None:
        first, second = self.any_of("events"), self.any_of("quotes", "positions")
        if first and second:
            first["key"], second["key"] = second["key"], first["key"]

    def swap_links(self) -> None:
        first, second = self.any_of("links"), self.any_of("links")
        if first and second:
            first["key"], second["key"] = first.get("key", "l1"), second.get("key", "l2")
            first["to"], second["to"] = second["to"], first["to"]

    def lag(self) -> None:
        if item := self.any_of("links"):
            item["lag"] = self.chance.choice(["a day", "a week"])

    def toggle_anonymity(self) -> None:
        """Make a named source unnamed, or the reverse."""
        item = self.any_of("sources")
        if item and "title" in item and item.pop("anonymity", None) is None:
            item["anonymity"] = "unnamed"

    def cite(self) -> None:
        item = self.any_of("sources")
        if item and item.pop("at", None) is None:
            item["at"] = self.chance.choice(["1:0-9", "2"])

    def reduce(self) -> None:
        """Leave the columns of a row to the other coding."""
        item = self.any_of("actors", "places", "topics", "sources")
        if item:
            for field in set(item) - {"key", "at"}:
                del item[field]

    def name_differently(self) -> None:
        item = self.any_of("actors", "places")
        if item and "name" in item:
            item["name"] = self.chance.choice(["A Name", item["key"].upper()])

    def describe_differently(self) -> None:
        """Change what sentences are made of: kinds of actors, labels, titles."""
        item = self.any_of("actors", "topics", "sources", "events")
        for field, values in (
            ("kind", ("state", "unnamed") if item in self.coding["actors"] else ()),
            ("label", ("PEACE", "The peace")),
            ("title", ("A report", "Other words")),
        ):
            if item and field in item and values:
                item[field] = self.chance.choice(values)

    def within(self) -> None:
        for item in self.coding["places"]:
            if item["key"] == "port" and "name" in item:
                item["within"] = self.row("places", "town")

    def document_cited(self) -> None:
        """Cite the other document as a source, with or without its date."""
        key = self.other["document"]["key"]
        made = {"key": key, "title": key, "kind": "article", "at": "1"}
        if self.chance.random() < 0.5:
            made["published"] = self.chance.choice(["2020-05-10", "2020-05-11"])
        self.coding["sources"].append(made)

    def say(self) -> None:
        document = self.coding["document"]
        field = self.chance.choice(["title", "url"])
        document[field] = self.chance.choice([document["key"], "Another"])

    def change_evidence(self) -> None:
        """Replace the evidence of a fact."""
        if item := self.any_of("quotes", "positions", "relations", "links", "elsewhere"):
            item["evidence"] = self.evidence()

    def tidy(self) -> None:
        """Remove what the rules would refuse."""
        events = {item["key"] for item in self.coding["events"]}
        for quote in self.coding["quotes"]:
            if ":" not in quote.get("occasion", ":") and quote["occasion"] not in events:
                del quote["occasion"]
        linked = events | {item["key"] for item in self.coding["quotes"]}
        self.coding["links"] = [
            item
            for item in self.coding["links"]
            if item["from"] in linked and (":" in item["to"] or item["to"] in linked)
        ]


# --- the test -------------------------------------------------------------------------------------


class Loader:
    """Loads codings from files, into the database under test and into fresh ones."""

    def __init__(self, sourcebooks: Files | Server, folder: Path) -> None:
        self.sourcebooks = sourcebooks
        self.folder = folder

    def read(self, coding: Coding) -> ValidatedCoding:
        path = self.folder / f"{coding['document']['key']}.yaml"
        path.write_text(yaml.safe_dump(coding, sort_keys=False), encoding="utf-8")
        return read(path)

    def load(self, database: str, *codings: ValidatedCoding) -> list[Any]:
        changes, peers = [], Peers(codings)
        for validated in codings:
            with writing(database) as connection:
                changes += load(connection, validated, peers=peers).changes
        return changes

    def drop_some(
        self, chance: random.Random, database: str, present: dict[str, ValidatedCoding]
    ) -> bool:
        """Drop one document or both, and compare; return whether that was allowed."""
        keys = chance.sample(sorted(present), min(len(present), chance.choice([1, 1, 2])))
        before = stored_rows(database)
        try:
            with writing(database) as connection:
                drop(connection, keys)
        except InvalidInputError:
            assert stored_rows(database) == before
            return False
        for key in keys:
            del present[key]
        after = stored_rows(database)
        assert stale(database) == []
        assert self.load(database, *present.values()) == []
        assert stored_rows(database) == after
        assert (fresh := self.fresh([*present.values()])) is None or by_key(after) == fresh
        return True

    def fresh(self, present: list[ValidatedCoding]) -> dict[str, list[str]] | None:
        """Return what a new database holds; None if each coding needs the other loaded first."""
        missing: list[str] = []
        for order in (present, present[::-1]):
            database = self.sourcebooks.migrated()
            try:
                for validated in order:
                    self.load(database, validated)
                return content(database)
            except InvalidInputError as error:
                missing += [fault.rule for fault in error.faults]
            finally:
                self.sourcebooks.remove(database)
        assert set(missing) <= {"unknown-fact", "unknown-reference"}
        return None


def comparable(document: str, items: dict[ItemKey, Any]) -> dict[ItemKey, Any]:
    """Leave out bare keys, and the cited document: its own coding describes it."""
    others = {ItemKey("source", key) for key in DOCUMENTS if key != document}
    return {name: item for name, item in items.items() if item and name not in others}


@pytest.fixture
def loader(sourcebooks: Files | Server, tmp_path: Path) -> Loader:
    return Loader(sourcebooks, tmp_path)


@pytest.mark.parametrize(
    ("sourcebooks", "seed"),
    [("sqlite", 0), ("postgresql", 1)],
    indirect=["sourcebooks"],
)
def test_a_database_depends_only_on_the_current_codings(
    database: str, loader: Loader, seed: int
) -> None:
    chance = random.Random(seed)
    codings = {key: bare(key) for key in DOCUMENTS}
    present: dict[str, ValidatedCoding] = {}
    done, compared, dropped, before = 0, 0, 0, stored_rows(database)
    steps = STEPS["sqlite" if isinstance(loader.sourcebooks, Files) else "postgresql"]
    while done < steps:
        if present and chance.random() < DROPS:
            dropped += loader.drop_some(chance, database, present)
            before = stored_rows(database)
            continue
        edited = copy.deepcopy(codings)
        keys = chance.sample(DOCUMENTS, chance.choice([1, 1, 2]))
        for key in keys:
            (other,) = set(DOCUMENTS) - {key}
            editor = Editor(chance, edited[key], edited[other])
            for _ in range(chance.randint(1, 6)):
                editor.edit()
        try:
            validated = [loader.read(edited[key]) for key in keys]
        except InvalidInputError:
            continue
        done += 1
        try:
            with writing(database) as connection:
                peers = Peers(validated)
                for coding in validated:
                    load(connection, coding, peers=peers)
        except InvalidInputError:
            assert stored_rows(database) == before
            continue
        for key, coding in zip(keys, validated, strict=True):
            codings[key], present[key] = edited[key], coding
        after = before = stored_rows(database)
        assert stale(database) == []
        assert loader.load(database, *present.values()) == []
        assert stored_rows(database) == after
        with reading(database) as connection:
            for key, coding in present.items():
                assert comparable(key, DocumentSnapshot(connection, key).items) == comparable(
                    key, coding.items
                )
        if isinstance(loader.sourcebooks, Server) and done < steps:
            continue
        fresh = loader.fresh(list(present.values()))
        if fresh is not None:
            assert by_key(after) == fresh
            compared += 1
    assert compared or isinstance(loader.sourcebooks, Server)
    assert dropped or isinstance(loader.sourcebooks, Server)
