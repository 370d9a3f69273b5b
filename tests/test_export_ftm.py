"""The FollowTheMoney export: the schemata fit, references lead somewhere, doubts are kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, text

from database.connect import reading, writing
from exports import ftm_entities
from exports.ftm import ENTITIES, ftm
from exports.ftm_entities import SCHEMA_OF
from schema.models import METADATA
from schema.vocabulary import ActorKind
from tests import ftm_schemata
from tests.databases import Files, Server, on_sqlite
from tests.export_folders import job, shipped_articles
from tests.ftm_schemata import (
    EXAMPLES,
    TEXTS,
    URLS,
    Entity,
    add_ties,
    event,
    exported,
    parsed,
)
from tests.sourcebook_builder import SourcebookBuilder


@pytest.fixture(scope="module")
def article(sourcebooks: Files | Server) -> Iterator[Connection]:
    """A sourcebook with the articles that ship; nobody changes it."""
    yield from shipped_articles(sourcebooks)


def values(entity: Entity, name: str) -> list[str]:
    """Return the values of a property."""
    actual: list[str] = entity["properties"].get(name, [])
    return actual


def test_every_actual_fact_becomes_an_entity(
    article: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On both engines; what becomes of their values is decided in Python, so one suffices below."""
    entities = exported(article, tmp_path)
    schemata = Counter(entity["schema"] for entity in entities.values())
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
        f"ftm: left out: events that are not actual ({count['events']}), "
        f"links between events or quotes ({count['links']})\n"
    )
    assert schemata["Note"] == count["quotes"] + count["positions"]


@on_sqlite
def test_identifiers_and_names_of_events_are_there(article: Connection, tmp_path: Path) -> None:
    entities = exported(article, tmp_path)
    putin = entities[ftm_entities.entity_id("actor", "vladimir-putin")]
    assert values(putin, "wikidataId") == ["Q7747"]
    aliases = {name for entity in entities.values() for name in values(entity, "alias")}
    assert {"Geneva III peace process", "Geneva talks"} <= aliases


@on_sqlite
def test_other_identifiers_have_their_scheme(database: str, tmp_path: Path) -> None:
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        book.actor("zoe", "Zoë", "person")
        book.document("letter", "A letter", 1)
        for owner, key, scheme, identifier in (
            ("actor", "zoe", "viaf", "42"),
            ("actor", "zoe", "wikidata", "nonsense"),
            ("source", "letter", "doi", "10.1000/182"),
        ):
            table = METADATA.tables["identifiers"]
            row = {f"{owner}_id": book.ids[owner, key], "scheme": scheme, "identifier": identifier}
            connection.execute(insert(table).values(row))
    with reading(database) as connection:
        entities = exported(connection, tmp_path)
    zoe = entities[ftm_entities.entity_id("actor", "zoe")]
    assert values(zoe, "idNumber") == ["viaf:42"]
    assert values(zoe, "wikidataId") == []  # FollowTheMoney would refuse it
    [letter] = [entity for entity in entities.values() if entity["schema"] == "Article"]
    assert values(letter, "sourceUrl") == ["https://doi.org/10.1000/182"]


@on_sqlite
def test_quotes_and_positions_are_notes_with_their_standing(
    article: Connection, tmp_path: Path
) -> None:
    notes = [
        entity for entity in exported(article, tmp_path).values() if entity["schema"] == "Note"
    ]
    query = "select sentence from fact_summaries where kind in ('quote', 'position')"
    assert sorted(values(note, "description")[0] for note in notes) == sorted(
        article.execute(text(query)).scalars()
    )
    lavrov = ftm_entities.entity_id("actor", "sergei-lavrov")
    [note] = [
        note
        for note in notes
        if lavrov in values(note, "entity") and "not an ally" in " ".join(values(note, "summary"))
    ]
    assert values(note, "keywords") == ["quote"]

    assert values(note, "notes")[0].startswith("stand-together-or-fall-apart ¶4: ")


@on_sqlite
def test_nothing_that_is_not_actual_is_exported(article: Connection, tmp_path: Path) -> None:
    names = {
        name for entity in exported(article, tmp_path).values() for name in values(entity, "name")
    }
    actual: dict[bool, set[str]] = {True: set(), False: set()}
    for title, modality in article.execute(text("select title, modality from events")):
        actual[modality == "actual"].add(title)
    assert len(actual[False]) > 50
    assert not names & (actual[False] - actual[True])


@on_sqlite
def test_the_same_sourcebook_makes_the_same_bytes(article: Connection, tmp_path: Path) -> None:
    list(ftm(job(article, tmp_path, "ftm")))
    first = (tmp_path / ENTITIES).read_bytes()
    list(ftm(job(article, tmp_path, "ftm")))
    assert (tmp_path / ENTITIES).read_bytes() == first


@on_sqlite
def test_a_post_is_held(article: Connection, tmp_path: Path) -> None:
    entities = exported(article, tmp_path)
    # Anyone can compute the id of an actor, so that exports can be joined.
    putin = "3a7696c67d9cea451e9d2965a0bd63a16331faab"
    assert values(entities[putin], "name") == ["Vladimir Putin"]
    [occupancy] = [entity for entity in entities.values() if values(entity, "holder") == [putin]]
    [post] = values(occupancy, "post")
    assert values(entities[post], "name") == ["president, Russia"]
    assert values(entities[post], "organization") == [ftm_entities.entity_id("actor", "russia")]
    [document] = values(occupancy, "proof")
    assert entities[document]["schema"] == "Article"
    assert values(entities[document], "publishedAt") == ["2016-05-31"]
    assert values(entities[document], "sourceUrl") == values(occupancy, "sourceUrl")


@on_sqlite
def test_what_becomes_of_ties(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with writing(database) as connection:
        add_ties(connection)
    with reading(database) as connection:
        entities = exported(connection, tmp_path)
    ties = {
        key: (
            entity["schema"],
            *(values(entity, name) for name in ("role", "startDate", "endDate", "status")),
        )
        for entity in entities.values()
        for key in values(entity, "recordId")
    }
    assert ties == {
        "letter:post": ("Occupancy", [], ["2015-11"], [], []),
        "letter:head": ("Directorship", ["heads, leads or commands"], [], [], []),
        "letter:rumour": (
            "UnknownLink",
            ["Alleged: holds a post in, or speaks for: clerk"],
            *([], [], ["Alleged"]),
        ),
        "letter:member": ("Membership", [], [], [], []),
        "letter:open": ("UnknownLink", ["Disputed: is a member of"], [], [], ["Disputed"]),
        "letter:among": ("UnknownLink", ["is a member of"], [], [], []),
    }
    descriptions = {
        key: values(entity, "description")
        for entity in entities.values()
        for key in values(entity, "recordId")
    }
    assert descriptions["letter:head"] == ["until (EDTF): [..2015]", "letter ¶1: actual, asserted"]
    assert descriptions["letter:open"][-1] == "letter ¶1: denied, alleged"
    # A post that is only alleged is not a post.
    assert [
        values(entity, "name") for entity in entities.values() if entity["schema"] == "Position"
    ] == [["queen, Alma"]]
    assert capsys.readouterr().err == "ftm: left out: ties that are not actual (2)\n"


# --- events ---------------------------------------------------------------------------------------


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
def test_a_date_is_a_date_or_in_words(date: str, properties: dict[str, list[str]]) -> None:
    actual = parsed(event(date=date))["properties"]
    assert {name: actual[name] for name in ("date", "startDate", "endDate") if name in actual} == (
        properties
    )
    if properties.get("date") == [date]:
        assert actual["description"] == ["letter ¶1: actual, asserted"]
    else:
        assert actual["description"][0] == f"date (EDTF): {date}"


@on_sqlite
def test_evidence_is_written_out(database: str, tmp_path: Path) -> None:
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        book.document("letter", "A letter", 2)
        book.source("wire", "A wire")
        book.chain("letter", "wire")
        dated = {"date": "2015", "date_words": "last year"}
        alleged: Any = {"voice": "letter>wire", "at": [(1, 0)], "certainty": "alleged"}
        book.event(
            "rain",
            "Rain",
            {**alleged, "stance": "doubts", **dated},
            {**alleged, "stance": "neutral"},
            {"voice": "letter", "at": [(2, 0)], "date_words": "then"},
        )
    with reading(database) as connection:
        [rain] = [
            entity
            for entity in exported(connection, tmp_path).values()
            if entity["schema"] == "Event"
        ]
    relayed = "letter ¶1: actual, alleged, through A wire; A letter, which the document"
    assert values(rain, "description") == [
        f"{relayed} doubts, dated last year = 2015",
        f"{relayed} leaves open",
        "letter ¶2: actual, asserted, dated then",
    ]


# --- values ---------------------------------------------------------------------------------------


@given(TEXTS, TEXTS, st.none() | TEXTS, URLS)
@example(*EXAMPLES[0])
@example(*EXAMPLES[1])
def test_any_value_makes_an_entity(name: str, key: str, other: str | None, url: str) -> None:
    for line in ftm_schemata.lines(name, key, other, url):
        parsed(line)


def test_a_long_value_is_cut_and_counted() -> None:
    changed: Counter[str] = Counter()
    row = {"schema": "state", "sort": "actor", "key": "key"}
    entity = ftm_entities.entity({**row, "name": "x" * 385, "notes": "y" * 65_001})
    actual = json.loads(ftm_entities.json_line(entity, changed))["properties"]
    assert actual["name"] == ["x" * 383 + "…"]
    assert {name: len(value) for name, [value] in actual.items()} == {"name": 384, "notes": 65_000}
    assert changed == {"name": 1, "notes": 1}


def test_an_invalid_web_address_is_left_out_and_counted() -> None:
    changed: Counter[str] = Counter()
    row = {"schema": "Article", "sort": "source", "key": "key"}
    entity = ftm_entities.entity({**row, "title": "A letter", "sourceUrl": "javascript:alert(1)"})
    actual = json.loads(ftm_entities.json_line(entity, changed))["properties"]
    assert actual == {"title": ["A letter"]}
    assert changed == {"sourceUrl": 1}


def test_every_kind_of_actor_has_a_schema() -> None:
    assert {*SCHEMA_OF} == {*ActorKind}
    assert {*SCHEMA_OF.values()} == ftm_schemata.ACTORS
