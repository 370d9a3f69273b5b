"""The data dictionary says what the database is: nothing left out, nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, inspect, text

from database.connect import VERSION_TABLE, migrating, reading
from migrations.upgrade import upgrade
from schema import dictionary, views
from schema.models import DERIVED, METADATA
from schema.vocabulary import RelationType
from tests.sample_rows import JOURNAL


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_database: Callable[..., str]
) -> str:
    """A sourcebook without rows."""
    new = tmp_path / "sourcebook.db"
    name = str(new) if request.param == "sqlite" else postgres_database()
    with migrating(name) as connection:
        upgrade(connection)
    return name


def test_tables_and_views_are_those_of_the_database(database: str) -> None:
    with reading(database) as connection:
        actual = inspect(connection)
        real = {(name, "table") for name in actual.get_table_names() if name != VERSION_TABLE}
        real |= {(name, "view") for name in actual.get_view_names()}
    entries = dictionary.tables()
    assert {(entry.name, entry.kind) for entry in entries} == real
    assert len(entries) == len(real)


def test_columns_are_those_of_the_database_in_order(database: str) -> None:
    with reading(database) as connection:
        real = {
            entry.name: [column["name"] for column in inspect(connection).get_columns(entry.name)]
            for entry in dictionary.tables()
        }
    message = {name: [field.column for field in dictionary.columns(name)] for name in real}
    assert message == real


def test_views_carry_their_meaning_in_postgresql(postgres_database: Callable[..., str]) -> None:
    database = postgres_database()
    with migrating(database) as connection:
        upgrade(connection)
        query = (
            "select obj_description(to_regclass(:name)), col_description(to_regclass(:name), :n)"
        )
        for view in views.VIEWS:
            for n, column in enumerate(view.columns, start=1):
                actual = connection.execute(text(query), {"name": view.name, "n": n}).one()
                assert tuple(actual) == (view.meaning, column.meaning)


def test_types_are_those_of_postgresql(postgres_database: Callable[..., str]) -> None:
    database = postgres_database()
    with migrating(database) as connection:
        upgrade(connection)
        rows = connection.execute(
            text(
                """
                select table_name, column_name, data_type
                from information_schema.columns
                where table_schema = 'public' and table_name <> 'alembic_version'
                """
            )
        ).all()
    real = {
        (str(table), str(column)): str(kind).replace("bigint", "integer")
        for table, column, kind in rows
    }
    message = {
        (entry.name, field.column): field.type
        for entry in dictionary.tables()
        for field in dictionary.columns(entry.name)
    }
    assert message == real


def test_everything_has_a_meaning() -> None:
    silent = [entry.name for entry in dictionary.tables() if not entry.meaning]
    silent += [
        f"{entry.name}.{field.column}"
        for entry in dictionary.tables()
        for field in dictionary.columns(entry.name)
        if not field.meaning
    ]
    assert silent == []


def test_closed_vocabularies_are_those_of_the_checks() -> None:
    stored: dict[str, set[str]] = {}
    for table in METADATA.tables.values():
        for check in table.constraints:
            if isinstance(check, CheckConstraint):
                for column, listed in re.findall(r"(\w+) in \(([^)]*)\)", str(check.sqltext)):
                    values = stored.setdefault(f"{table.name}.{column}", set())
                    values |= set(re.findall("'([^']*)'", listed))
    stored |= {name: set(RelationType) for name in ("relations.type", "relation_types.key")}
    assert {name: set(values) for name, values in dictionary.VOCABULARY_OF.items()} == stored


def test_every_value_has_a_meaning() -> None:
    for values in dictionary.VOCABULARY_OF.values():
        assert all(value.meaning for value in values)


def field(table: str, column: str) -> dictionary.ColumnEntry:
    [actual] = [row for row in dictionary.columns(table) if row.column == column]
    return actual


@pytest.mark.parametrize(
    ("table", "column", "key"),
    [
        ("actors", "id", "pk"),
        ("actors", "key", "unique"),
        ("events", "id", "pk; fk facts.id"),
        ("events", "kind", None),
        ("events", "date", "fk dates.edtf"),
        ("facts", "key", "unique with document_id"),
        ("spans", "passage", "fk passages.n"),
        ("spans", "document_id", "fk sources.id; fk passages.document_id"),
        ("sources", "key", "unique with document_id; unique where document_id is null"),
        ("timeline", "event", None),
    ],
)
def test_keys_say_what_a_column_points_to(table: str, column: str, key: str | None) -> None:
    assert field(table, column).key == key


def test_a_column_says_its_values_and_whether_it_can_be_null() -> None:
    marks = field("quotes", "marks")
    assert (marks.null, marks.values) == (False, "complete; damaged; none")
    assert field("quotes", "text").null is True
    assert field("quotations", "marks").values == marks.values
    assert field("quotations", "marks").null is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("quots", "did you mean `quotes`?"),
        ("time_line", "did you mean `timeline`?"),
        ("xyzzy", "`sourcebook tables` lists them"),
        ("\x1b[31m", "`sourcebook tables` lists them"),
        ("", "`sourcebook tables` lists them"),
    ],
)
def test_an_unknown_table_gets_the_nearest(name: str, message: str) -> None:
    with pytest.raises(dictionary.UnknownTableError) as caught:
        dictionary.columns(name)
    assert message in caught.value.args[0]
    assert "\x1b" not in caught.value.args[0]


# --- the diagram ----------------------------------------------------------------------------------

# The part of Mermaid's grammar that we use (its own parser needs a browser or Node).
BOX = re.compile(r"    (\w+) \{")
ATTRIBUTE = re.compile(
    r"        (text|integer|boolean) ([a-z_]+)(?: (?:PK|FK|UK)(?:, (?:FK|UK))*)?"
)
LINE = re.compile(r'    (\w+) (?:\|\||\|o)(?:--|\.\.)(?:o\||o\{) (\w+) : "[a-z_, ]+"')


def drawn(diagram: str) -> tuple[dict[str, list[str]], set[tuple[str, str]]]:
    """Read a diagram: boxes with their columns, and the lines between them."""
    first, *lines = diagram.splitlines()
    assert first == "erDiagram"
    boxes: dict[str, list[str]] = {}
    edges: set[tuple[str, str]] = set()
    box: Any = None
    for line in lines:
        if actual := BOX.fullmatch(line):
            box = boxes.setdefault(actual[1], [])
        elif actual := ATTRIBUTE.fullmatch(line):
            box.append(actual[2])
        elif actual := LINE.fullmatch(line):
            edges.add((actual[1], actual[2]))
        else:
            assert line == "    }", line
    return boxes, edges


ALL_EDGES = {
    (foreign.referred_table.name, table.name)
    for table in METADATA.tables.values()
    for foreign in table.foreign_key_constraints
}


def test_the_diagram_has_every_table_column_and_foreign_key() -> None:
    boxes, edges = drawn(dictionary.mermaid())
    assert boxes == {name: list(table.columns.keys()) for name, table in METADATA.tables.items()}
    assert edges == ALL_EDGES


def test_the_compact_diagram_leaves_out_columns_dates_and_journal() -> None:
    boxes, edges = drawn(dictionary.mermaid(compact=True))
    assert boxes == {}
    aside = {"dates", "introductions", *JOURNAL, *(table.name for table in DERIVED)}
    assert edges == {edge for edge in ALL_EDGES if not aside & {*edge}}


def test_a_part_of_the_diagram_has_what_it_points_to_as_bare_boxes() -> None:
    boxes, edges = drawn(dictionary.mermaid(["spans"]))
    assert list(boxes) == ["spans"]
    assert edges == {("evidence", "spans"), ("passages", "spans"), ("sources", "spans")}


def test_lines_say_how_many() -> None:
    lines = dictionary.mermaid().splitlines()
    assert '    facts ||--o| events : "id"' in lines  # a fact is one event or none
    assert '    places |o..o{ events : "place"' in lines  # an event may have no place
    assert '    actors ||..o{ relations : "from_actor, to_actor"' in lines
