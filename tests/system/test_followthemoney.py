"""FollowTheMoney's own library accepts every entity that is exported for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection

from database.connect import reading, writing
from exports.ftm import ENTITIES
from exports.ftm_entities import LIMIT, LIMITS
from tests import ftm_schemata
from tests.databases import Files, Server, on_sqlite
from tests.export_folders import shipped_articles
from tests.ftm_schemata import EXAMPLES, PROPERTIES, REQUIRED, TARGETS, TEXTS, URLS, add_ties

try:
    from followthemoney import EntityProxy, model
except ModuleNotFoundError:
    pytest.fail("followthemoney is not installed: run `make test-system`", pytrace=False)


@pytest.fixture(scope="module")
def article(sourcebooks: Files | Server) -> Iterator[Connection]:
    """A sourcebook with the articles that ship; nobody changes it."""
    yield from shipped_articles(sourcebooks)


def require_accepted(line: str) -> None:
    """Have the library read an entity and validate it."""
    data = json.loads(line)
    model.get(data["schema"]).validate(data)
    assert EntityProxy.from_dict(data).to_dict()["properties"] == data["properties"]


def accepted(connection: Connection, folder: Path) -> int:
    """Export all entities, validate each, and return their number."""
    ftm_schemata.exported(connection, folder)
    lines = (folder / ENTITIES).read_text(encoding="utf-8").splitlines()
    for line in lines:
        require_accepted(line)
    return len(lines)


@on_sqlite
def test_the_library_accepts_the_articles_that_ship(article: Connection, tmp_path: Path) -> None:
    assert accepted(article, tmp_path) > 100


@on_sqlite
def test_the_library_accepts_ties_of_each_sort(database: str, tmp_path: Path) -> None:
    with writing(database) as connection:
        add_ties(connection)
    with reading(database) as connection:
        assert accepted(connection, tmp_path) > 5


@given(TEXTS, TEXTS, st.none() | TEXTS, URLS)
@example(*EXAMPLES[0])
@example(*EXAMPLES[1])
def test_the_library_accepts_any_value(name: str, key: str, other: str | None, url: str) -> None:
    for line in ftm_schemata.lines(name, key, other, url):
        require_accepted(line)


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_schemata_are_the_librarys(name: str) -> None:
    schema = model.get(name)
    assert not schema.abstract
    assert not schema.deprecated
    assert {*schema.required} == REQUIRED[name]
    assert PROPERTIES[name] <= {*schema.properties}
    for used in PROPERTIES[name]:
        prop = schema.properties[used]
        assert (prop.type.name == "entity") == (used in TARGETS)
        if used in TARGETS:
            assert all(model.get(target).is_a(prop.range) for target in TARGETS[used])
        elif used in LIMITS or prop.type.name == "string":
            assert LIMITS.get(used, LIMIT) == prop.type.max_length, used
