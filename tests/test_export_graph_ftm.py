"""The FollowTheMoney export: its own library takes every entity, and nothing in it is untold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from followthemoney import EntityProxy, model
from followthemoney.types import registry
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from coding.load import SHIPPED, load
from coding.validation import read
from database.connect import reading, writing
from exports import ftm_entities
from exports.ftm import ENTITIES, ftm
from exports.ftm_entities import LIMIT, LIMITS, SCHEMA_OF, Evidence, Participant
from exports.writing import Export
from schema.vocabulary import ActorKind, FactKind
from tests.databases import Files, Server, on_sqlite
from tests.sourcebook_builder import SourcebookBuilder

Entities = dict[str | None, EntityProxy]


def written(connection: Connection, folder: Path) -> Entities:
    """Export the entities and read them as FollowTheMoney does."""
    [file] = ftm(Export(connection, folder))
    lines = (folder / file.name).read_text(encoding="utf-8").splitlines()
    assert file.rows == len(lines)
    entities = {entity.id: entity for entity in map(taken, lines)}
    assert len(entities) == len(lines), "two entities of one id"
    for entity in entities.values():
        for prop, value in entity.itervalues():
            if prop.type == registry.entity:
                assert entities[value].schema.is_a(prop.range), (entity, prop, value)
    return entities


def taken(line: str) -> EntityProxy:
    """Have the library read an entity and judge it."""
    data = json.loads(line)
    schema = model.get(data["schema"])
    assert schema is not None
    assert not schema.abstract
    assert not schema.deprecated
    schema.validate(data)
    assert {*schema.required} <= {*data["properties"]}
    assert {*data["properties"]} <= {*schema.properties}
    assert EntityProxy.from_dict(data).to_dict()["properties"] == data["properties"]
    return EntityProxy.from_dict(data, cleaned=False)


def values(entity: EntityProxy, name: str) -> list[str]:
    """Give the values of a property; none of one that it cannot have."""
    return list(entity.get(name, quiet=True))


@pytest.fixture(scope="module")
def article(sourcebooks: Files | Server) -> Iterator[Connection]:
    """A sourcebook with the article that ships; nobody changes it."""
    database = sourcebooks.migrated()
    for coding in SHIPPED.glob("*.yaml"):
        proven = read(coding)
        with writing(database) as connection:
            load(connection, proven)
    with reading(database) as connection:
        yield connection
    sourcebooks.remove(database)


def test_the_library_takes_every_entity(
    article: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entities = written(article, tmp_path)
    schemata = Counter(entity.schema.name for entity in entities.values())
    count = {
        str(what): int(number)
        for what, number in article.execute(
            text(
                "select 'actors', count(*) from actors union all "
                "select 'actual', count(*) from events where modality = 'actual' union all "
                "select 'events', count(*) from events where modality <> 'actual' union all "
                "select 'quotes', count(*) from quotes union all "
                "select 'positions', count(*) from positions union all "
                "select 'links', count(*) from event_links union all "
                "select 'ties', count(*) from relations"
            )
        )
    }
    assert sum(schemata[name] for name in {*SCHEMA_OF.values()}) == count["actors"]
    assert schemata["Event"] == count["actual"]
    links = ("UnknownLink", "Membership", "Occupancy", "Directorship")
    assert sum(schemata[name] for name in links) == count["ties"]
    assert all(schemata[name] for name in (*links, "Position", "Article"))
    assert capsys.readouterr().err == (
        f"ftm: left out {count['events']} events that are not actual, {count['quotes']} quotes, "
        f"{count['positions']} positions, {count['links']} links between events\n"
    )


def test_nothing_that_is_not_actual_is_told(article: Connection, tmp_path: Path) -> None:
    names = {
        name for entity in written(article, tmp_path).values() for name in values(entity, "name")
    }
    actual: dict[bool, set[str]] = {True: set(), False: set()}
    for title, modality in article.execute(text("select title, modality from events")):
        actual[modality == "actual"].add(title)
    assert len(actual[False]) > 50
    assert not names & (actual[False] - actual[True])


def test_the_same_sourcebook_is_the_same_bytes(article: Connection, tmp_path: Path) -> None:
    list(ftm(Export(article, tmp_path)))
    first = (tmp_path / ENTITIES).read_bytes()
    list(ftm(Export(article, tmp_path)))
    assert (tmp_path / ENTITIES).read_bytes() == first


def test_a_post_is_held(article: Connection, tmp_path: Path) -> None:
    entities = written(article, tmp_path)
    # The id of an actor is known beforehand, so that exports of other times can be joined.
    putin = "3a7696c67d9cea451e9d2965a0bd63a16331faab"
    assert entities[putin].caption == "Vladimir Putin"
    [held] = [one for one in entities.values() if values(one, "holder") == [putin]]
    [post] = held.get("post")
    assert entities[post].get("name") == ["president, Russia"]
    assert entities[post].get("organization") == [ftm_entities._id("actor", "russia")]
    [document] = held.get("proof")
    assert entities[document].schema.name == "Article"
    assert entities[document].get("publishedAt") == ["2016-05-31"]
    assert entities[document].get("sourceUrl") == held.get("sourceUrl")


@on_sqlite
def test_what_becomes_of_ties(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        book.actor("alma", "Alma")
        book.actor("zoe", "Zoë", "person")
        book.actor("folk", "The folk", "community")
        book.actor("club", "The club", "organisation")
        book.document("letter", "A letter", 2)

        def tie(key: str, one: str, type: str, other: str, *told: Any, **columns: Any) -> None:
            ends: Any = {
                "from_actor_id": book.ids["actor", one],
                "to_actor_id": book.ids["actor", other],
            }
            pieces = [{"voice": "letter", "at": [(1, 0)], **one} for one in told or ({},)]
            book.fact(FactKind.RELATION, key, pieces, type=type, **ends, **columns)

        alleged = {"certainty": "alleged"}
        tie("post", "zoe", "heads", "alma", what="queen", since=book.date("2015-11"))
        tie("head", "zoe", "heads", "club", until=book.date("[..2015]"))
        tie("rumour", "zoe", "holds-post-in", "club", alleged, what="clerk")
        tie("member", "alma", "member-of", "club", {}, {**alleged, "modality": "denied"})
        tie("among", "zoe", "member-of", "folk")
        tie("denied", "alma", "member-of", "club", {"modality": "denied"})
        tie("rejected", "alma", "supports", "club", {**alleged, "stance": "rejects"})
    with reading(database) as connection:
        entities = written(connection, tmp_path)
    found = {
        one.first("recordId"): (
            one.schema.name,
            values(one, "role"),
            values(one, "startDate"),
            values(one, "endDate"),
            values(one, "status"),
        )
        for one in entities.values()
        if values(one, "recordId")
    }
    assert found == {
        "letter:post": ("Occupancy", [], ["2015-11"], [], []),
        "letter:head": ("Directorship", ["heads, leads or commands"], [], [], []),
        "letter:rumour": (
            "UnknownLink",
            ["Alleged: holds a post in, or speaks for: clerk"],
            *([], [], ["alleged"]),
        ),
        "letter:member": ("Membership", [], [], [], []),
        "letter:among": ("UnknownLink", ["is a member of"], [], [], []),
    }
    said = {
        record: values(one, "description")
        for one in entities.values()
        for record in values(one, "recordId")
    }
    assert said["letter:head"] == ["until (EDTF): [..2015]", "letter ¶1: actual, asserted"]
    assert said["letter:member"][-1] == "letter ¶1: denied, alleged"
    # A post that is only alleged is no post.
    assert [one.caption for one in entities.values() if one.schema.name == "Position"] == [
        "queen, Alma"
    ]
    assert capsys.readouterr().err == "ftm: left out 2 ties that are not actual\n"


# --- events ---------------------------------------------------------------------------------------


def evidence(
    certainty: str = "asserted", modality: str = "actual", stance: str | None = None, **more: Any
) -> Evidence:
    told: dict[str, Any] = {"url": None, "through": None, "date": None, "date_words": None}
    place = {"document": "letter", "passage": "¶1"}
    return Evidence(
        modality=modality, certainty=certainty, stance=stance, **place, **{**told, **more}
    )


def event(pieces: Iterable[Evidence] = (evidence(),), **given: Any) -> dict[str, list[str]]:
    """Give the properties of an event."""
    row = {"key": "letter:e", "title": "Rain", "summary": None, "event_type": None, "place": None}
    made = ftm_entities.event(
        [Participant("doer", "alma", "Alma")], list(pieces), **{"date": None, **row, **given}
    )
    return taken(ftm_entities.line(made, Counter())).properties


@pytest.mark.parametrize(
    ("date", "properties"),
    [
        ("2015", {"date": ["2015"]}),
        ("2015-11", {"date": ["2015-11"]}),
        ("2015-11-04", {"date": ["2015-11-04"]}),
        ("2015-11/2016", {"startDate": ["2015-11"], "endDate": ["2016"]}),
        ("2015-11-04/..", {"startDate": ["2015-11-04"]}),
        ("../2016-02~", {}),
        ("2015-23", {}),
        ("2015-11~", {}),
        ("[2015-11..2016]", {}),
        ("0999", {}),
        ("9999-12-31", {}),
        ("XXXX-12-25", {}),
    ],
)
def test_a_date_is_one_or_stands_in_words(date: str, properties: dict[str, list[str]]) -> None:
    found = event(date=date)
    assert {name: found[name] for name in ("date", "startDate", "endDate") if name in found} == (
        properties
    )
    if properties.get("date") == [date]:
        assert found["description"] == ["letter ¶1: actual, asserted"]
    else:
        assert found["description"][0] == f"date (EDTF): {date}"


@pytest.mark.parametrize(
    ("pieces", "name"),
    [
        ([evidence("alleged"), evidence("reported")], "Rain"),
        ([evidence("alleged"), evidence("asserted", "denied")], "Alleged: Rain"),
        ([evidence("rumoured")], "Rumoured: Rain"),
        ([evidence("rumoured"), evidence("alleged")], "Alleged: Rain"),
        ([evidence("rumoured"), evidence("reported", stance="rejects")], "Rumoured: Rain"),
    ],
)
def test_what_is_only_alleged_says_so(pieces: list[Evidence], name: str) -> None:
    assert event(pieces)["name"] == [name]


def test_evidence_is_written_out() -> None:
    piece = evidence(
        "alleged", "actual", "doubts", through="A wire", date="2015", date_words="last year"
    )
    [told] = event([piece])["description"]
    assert told == (
        "letter ¶1: actual, alleged, through A wire, which the document doubts, "
        "dated last year = 2015"
    )


# --- values ---------------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(
        ["", " ", "\x00", '"', "''", '"a"', "\u200b", "\u2028", "...", "x" * 10**5, "0042", "😀"]
    ),
)
URLS = st.one_of(
    TEXTS,
    st.sampled_from(["http://", "ftp://ex.org", "http://[::1", "http://a b.org", "javascript:x"]),
    st.from_regex(r"https?://[^/\s]{1,9}(/\w*)?", fullmatch=True),
)


@given(TEXTS, TEXTS, st.none() | TEXTS, URLS)
@example("\x00", "'", None, "http://carnegie-mec.org/diwan/63699")
@example("e\u0301", "\ufeff", "\x1b", "http://example.org:99999")
def test_the_library_takes_whatever_comes(name: str, key: str, other: str | None, url: str) -> None:
    made = [
        ftm_entities.actor([(name, "name"), (key, "short")], key, name, "person", other),
        ftm_entities.document([(name, "author")], key, name, "article", "2015-23", url),
        ftm_entities.post(name, key, name, "state"),
    ]
    event([evidence(url=url, through=other)], title=name, key=key, summary=other, place=name)
    for entity in made:
        taken(ftm_entities.line(entity, Counter()))


def test_what_is_too_long_is_cut_and_counted() -> None:
    spoilt: Counter[str] = Counter()
    entity = ftm_entities.actor([], "key", "x" * 385, "state", "y" * 65_000)
    found = json.loads(ftm_entities.line(entity, spoilt))["properties"]
    assert found["name"] == ["x" * 383 + "…"]
    assert {name: len(value) for name, [value] in found.items()} == {
        "name": 384,
        "keywords": 5,
        "notes": 65_000,
    }
    assert spoilt == {"name": 1, "notes": 1}


def test_a_web_address_that_is_none_is_left_out_and_counted() -> None:
    spoilt: Counter[str] = Counter()
    entity = ftm_entities.document([], "key", "A letter", "article", None, "javascript:alert(1)")
    assert "sourceUrl" not in json.loads(ftm_entities.line(entity, spoilt))["properties"]
    assert spoilt == {"sourceUrl": 1}


def test_limits_are_the_librarys() -> None:
    used = ("Event", "Person", "Article", "Position", "UnknownLink", "Occupancy", "Membership")
    for schema in used:
        for name, prop in model.schemata[schema].properties.items():
            if name in LIMITS or name in ("role", "status", "title", "author", "publisher"):
                assert LIMITS.get(name, LIMIT) == prop.type.max_length, name


def test_every_kind_of_actor_has_a_schema() -> None:
    assert {*SCHEMA_OF} == {*ActorKind}
