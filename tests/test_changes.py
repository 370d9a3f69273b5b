"""Old and new values of what a load changed: field by field, printed and kept in the journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import sourcebook
from coding.changeset import Peers
from coding.fields import field_changes
from coding.items import ItemKey
from coding.load import load
from coding.validation import read
from database.connect import writing
from tests.test_load import OTHER, ask, loaded, put
from tests.valid_coding import VALID_CODING

ITEM = ItemKey("event", "e")


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return [(field, was, now) for _, field, was, now in field_changes(ITEM, old, new)]


def piece(start: int, **stated: Any) -> dict[str, Any]:
    return {"through": ["report", "envoy"], "hedge": None, "spans": [[1, start, 90]], **stated}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"title": "A", "date": None}, {"title": "A", "date": None}, []),
        ({"title": "A"}, {"title": "B"}, [("title", "A", "B")]),
        ({"date": None}, {"date": "2011"}, [("date", None, "2011")]),
        ({}, {"draft": True}, [("draft", None, "true")]),
        (
            {"participants": [["iran", "doer", None, None, None]]},
            {"participants": [["iran", "doer", "dozens", 24, None], ["us", "target", None, 1, 2]]},
            [("who doer", "iran", "iran (“dozens”, 24 to)"), ("who target", None, "us (1 to 2)")],
        ),
        (
            {"actors": [["author", "ann"], ["author", "ben"]]},
            {"actors": [["author", "ben"], ["author", None, "Ann Nobody"]]},
            [("authors", "ann; ben", "ben; Ann Nobody")],
        ),
        ({"spans": [[1, 2, 3]]}, {"spans": [[1, 2, 4]]}, [("at", "1:2-3", "1:2-4")]),
        (
            {"identifiers": []},
            {"identifiers": [["wikidata", "Q1"], ["doi", "10.1/x"]]},
            [("identifiers", None, "wikidata Q1; doi 10.1/x")],
        ),
        (
            {"evidence": [piece(1), piece(2), piece(3)]},
            {"evidence": [piece(1), piece(2, hedge="may"), piece(3)]},
            [("evidence 2 hedge", None, "may")],
        ),
        (
            {"evidence": [piece(1), piece(2), piece(3)]},
            {"evidence": [piece(2), piece(3)]},
            [("evidence 1 through", "report; envoy", None), ("evidence 1 at", "1:1-90", None)],
        ),
        (
            {"evidence": [piece(1), piece(2)]},
            {"evidence": [piece(2), piece(1)]},
            [("evidence 1 at", "1:1-90", "1:2-90"), ("evidence 2 at", "1:2-90", "1:1-90")],
        ),
        (
            {"evidence": [piece(1)]},
            {"evidence": [piece(1), piece(1)]},
            [("evidence 2 through", None, "report; envoy"), ("evidence 2 at", None, "1:1-90")],
        ),
    ],
)  # fmt: skip
def test_fields_that_differ_are_written_as_a_coding_does(
    old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert changes(old, new) == expected


def report(database: str, *arguments: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(
        sourcebook, ["--db", database, "report", "changes", *arguments, "--format", "json"]
    )
    assert done.exit_code == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


LONG = "Sudland leaves " + "and comes back " * 100


def test_the_report_shows_old_and_new_values(database: str, tmp_path: Path) -> None:
    loaded(database, put(tmp_path, VALID_CODING))
    assert ask(database, "select count(*) from changed_fields") == [(0,)]  # all is new
    changed = VALID_CODING.replace("title: Sudland leaves", f"title: {LONG}")
    loaded(database, put(tmp_path, changed.replace("doer: sudland-state", "doer: norland-state")))
    shown = ("key", "field", "old_value", "new_value")
    assert [tuple(row[name] for name in shown) for row in report(database)] == [
        ("walk-out", "title", "Sudland leaves", LONG.strip()),
        ("walk-out", "who doer", "sudland-state", "norland-state"),
    ]
    loaded(database, put(tmp_path, OTHER, "other.yaml"))
    assert {row["document"] for row in report(database)} == {"other-talks"}
    assert len(report(database, "--document", "harbour-talks")) == 2
    since = report(database, "--since", "2020")
    assert {(row["document"], row["done"]) for row in since} == {
        ("harbour-talks", "loaded"),
        ("other-talks", "loaded"),
    }
    assert report(database, "--since", "2999") == []


def test_a_shared_row_that_two_codings_correct_is_listed_for_both(
    database: str, tmp_path: Path
) -> None:
    paths = [put(tmp_path, VALID_CODING), put(tmp_path, OTHER, "other.yaml")]
    for path in paths:
        loaded(database, path)
        path.write_text(path.read_text().replace("name: Sudland,", "name: Southland,"))
    codings = [read(path) for path in paths]
    peers = Peers(codings)
    for coding in codings:
        with writing(database) as connection:
            done = load(connection, coding, peers=peers)
        assert list(done.rows()) == [
            (coding.document, "changed", "actor", "sudland-state", "name", "Sudland", "Southland")
        ]
