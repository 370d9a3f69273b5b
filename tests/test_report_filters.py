"""Which reports take --document, --topic, --place and --certainty, and what these leave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from database.connect import reading
from reports.run import run
from tests.databases import create_shipped
from tests.shipped_reports import REPORTS

FILTERS = {"document": "", "topic": "syrian-war", "place": "syria", "certainty": "alleged"}

WITHOUT = {
    "changes": ("topic", "place", "certainty"),  # what a load changed, whatever it is about
    "control": ("topic",),  # control is on no topic
    "coverage": ("topic", "place", "certainty"),  # a share of all that a passage says
    "dependence": ("place",),  # ties and positions have no place
    "event": tuple(FILTERS),  # all about one event
    "gaps": ("topic", "place", "certainty"),  # what is missing has none of them
    "names": ("topic", "place", "certainty"),  # a name is on no topic, in no place, and certain
    "places": ("topic", "certainty"),  # a place is on no topic, and certain
    "posts": ("topic", "place"),  # posts have neither
    "stances": ("place",),  # positions have no place
    "summary": tuple(FILTERS),  # a row for each document, and what all of them add up to
    "ties": ("place",),  # ties have no place
}
"""Filters that a report lacks, and why."""


def test_every_report_takes_the_filters_that_make_sense() -> None:
    lacking = {
        name: missing
        for name, report in REPORTS.items()
        if (missing := tuple(set(FILTERS) - {it.name for it in report.parameters}))
    }
    assert {name: set(it) for name, it in lacking.items()} == {
        name: set(it) for name, it in WITHOUT.items()
    }


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    database = create_shipped(tmp_path_factory.mktemp("filters") / "sourcebook.db")
    with reading(database) as opened:
        yield opened


NAMES = {"actor": {"actor": "russia"}, "dyad": {"a": "russia", "b": "iran"}}


def rows(connection: sa.Connection, name: str, **given: str) -> set[str]:
    with run(connection, REPORTS[name], NAMES.get(name, {}) | given) as page:
        return {str(row) for row in page.rows}


@pytest.mark.parametrize(
    ("name", "option"),
    [
        (name, option)
        for name in REPORTS
        for option in ("topic", "place", "certainty")
        if option not in WITHOUT.get(name, ())
        and (name, option) != ("control", "place")  # all that the article controls is in Syria
    ],
)
def test_a_filter_narrows_a_report(connection: sa.Connection, name: str, option: str) -> None:
    everything = rows(connection, name)
    assert rows(connection, name, **{option: FILTERS[option]}) != everything


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("actor", "Russia backs Assad against terror"),
        ("anonymous", "moscow-could-envision-resignation"),
        ("expectations", "assad-deposed-by-transition"),
        ("quotes", "velayati-red-line"),
        ("timeline", "assad-resigns"),
    ],
)
def test_a_topic_keeps_what_shares_words_with_a_position_on_it(
    connection: sa.Connection, name: str, wanted: str
) -> None:
    def listed(topic: str) -> bool:
        return any(wanted in row for row in rows(connection, name, topic=topic))

    assert listed("assad-presidency")
    assert not listed("russian-iranian-alliance")


def test_documents_are_asked_for_by_their_keys(connection: sa.Connection) -> None:
    keys = connection.execute(sa.text("select key from sources where document_id is null"))
    [key] = (it for it in keys.scalars() if it.startswith("stand-together"))
    for name in ("anonymous", "changes", "coverage", "quotes", "sources", "timeline"):
        assert rows(connection, name, document=key) == rows(connection, name), name
