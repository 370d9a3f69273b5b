"""What the schema holds on both engines: vocabularies, comments, indexes, and every constraint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.schema import ColumnCollectionConstraint

from database.connect import reading, writing
from schema import vocabulary
from schema.edtf import Precision, Qualifier
from schema.models import METADATA
from schema.vocabulary import RELATIONS, ROLES_OF, FactKind, Role
from tests.constraint_violations import VIOLATIONS
from tests.databases import Files, Server, on_postgresql
from tests.sample_rows import EXTRA_ROWS, ROWS, Row, fill, stored_rows

TABLES = METADATA.sorted_tables
COLUMNS = [column for table in TABLES for column in table.columns]

VOCABULARY_OF = {
    "ck_actor_names_name_kind": vocabulary.NameKind,
    "ck_actors_kind": vocabulary.ActorKind,
    "ck_changes_action": vocabulary.Action,
    "ck_loads_action": vocabulary.LoadAction,
    "ck_event_links_from_kind": vocabulary.LinkedKind,
    "ck_event_links_to_kind": vocabulary.LinkedKind,
    "ck_event_names_name_kind": vocabulary.NameKind,
    "ck_source_credits_role": vocabulary.SourceRole,
    "ck_territorial_control_type": vocabulary.ControlType,
    "ck_dates_precision": Precision,
    "ck_dates_qualifier": Qualifier,
    "ck_event_links_type": vocabulary.LinkType,
    "ck_events_event_type": vocabulary.EventType,
    "ck_events_modality": vocabulary.Modality,
    "ck_evidence_certainty": vocabulary.Certainty,
    "ck_evidence_modality": vocabulary.Modality,
    "ck_evidence_stance": vocabulary.Stance,
    "ck_facts_kind": vocabulary.FactKind,
    "ck_places_kind": vocabulary.PlaceKind,
    "ck_positions_position_kind": vocabulary.PositionKind,
    "ck_quotes_directness": vocabulary.Directness,
    "ck_quotes_marks": vocabulary.Marks,
    "ck_source_actors_role": vocabulary.SourceRole,
    "ck_sources_anonymity": vocabulary.Anonymity,
    "ck_sources_kind": vocabulary.SourceKind,
    "ck_relation_types_nature": vocabulary.TieNature,
    "ck_fact_summaries_kind": vocabulary.FactKind,
    "ck_fact_summaries_settled": vocabulary.Modality,
    "ck_fact_summaries_unnamed": vocabulary.Unnamed,
    "ck_attribution_chains_anonymity": vocabulary.Anonymity,
}

# Letters whose order languages, case rules and UTF-16 disagree on.
HARD = (
    *("a", "A", "b", "B", "Z", "z", "ä", "a\u0308", "é", "ß", "ss", "i", "I", "İ", "ﬁ", "fi"),
    *("a b", "a-b", "ab", "a_b", "co-op", "coop", "1", "10", "2", "¶10", "¶9", "2015-10", "2015"),
    *("م", "ي", "中", "\uffee", "😀", "~", " a", "'", '"', "“", "–", "-"),
)


@pytest.fixture(scope="module")
def filled(sourcebooks: Files | Server) -> Iterator[sa.Connection]:
    """A connection to a sourcebook with rows in every table; what tests add is rolled back."""
    made = sourcebooks.migrated()
    with writing(made) as connection:
        fill(connection)
        yield connection
    sourcebooks.remove(made)


@pytest.fixture(autouse=True)
def _as_it_was(request: pytest.FixtureRequest) -> Iterator[None]:
    if "filled" not in request.fixturenames:
        yield
        return
    connection = request.getfixturevalue("filled")
    with connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


def insert(connection: sa.Connection, table: str, row: Row) -> None:
    connection.execute(METADATA.tables[table].insert(), [row])


# --- what each table says of itself ---------------------------------------------------------------


def test_every_table_has_rows_to_test_with(filled: sa.Connection) -> None:
    assert {table for table, rows in stored_rows(filled).items() if rows} == METADATA.tables.keys()
    assert EXTRA_ROWS.keys() == METADATA.tables.keys()


def test_every_table_and_column_has_a_comment() -> None:
    comments = {str(table): table.comment for table in TABLES}
    comments |= {str(column): column.comment for column in COLUMNS}
    assert [name for name, comment in comments.items() if not (comment or "").strip()] == []


def test_every_foreign_key_is_indexed(filled: sa.Connection) -> None:
    inspector = sa.inspect(filled)
    bare = []
    for table in inspector.get_table_names():
        keys: list[list[Any]] = [inspector.get_pk_constraint(table)["constrained_columns"]]
        keys += [
            list(constraint["column_names"])
            for constraint in inspector.get_unique_constraints(table)
        ]
        keys += [
            list(constraint["column_names"])
            for constraint in inspector.get_indexes(table)
            if f"{filled.dialect.name}_where" not in constraint.get("dialect_options", {})
        ]
        for foreign in inspector.get_foreign_keys(table):
            columns = foreign["constrained_columns"]
            # The id of a fact or of evidence alone leaves a few rows: no second column is needed.
            enough = columns[:1] if columns[0] in ("id", "fact_id", "evidence_id") else columns
            if not any(set(key[: len(enough)]) == set(enough) for key in keys):
                bare.append((table, columns))
    assert bare == []
    assert sum(len(inspector.get_foreign_keys(table)) for table in METADATA.tables) == sum(
        len(table.foreign_key_constraints) for table in TABLES
    )


# --- vocabularies ---------------------------------------------------------------------------------


def checks(connection: sa.Connection) -> dict[str, str]:
    """Give the text of every CHECK, as the database has it."""
    inspector = sa.inspect(connection)
    return {
        str(check["name"]): check["sqltext"]
        for table in METADATA.tables
        for check in inspector.get_check_constraints(table)
    }


def test_closed_vocabularies_are_those_of_the_code(filled: sa.Connection) -> None:
    actual = {
        name: re.findall(r"'([^']*)'", text)
        for name, text in checks(filled).items()
        if re.search(r"\bin \(|= ANY \(", text) and name != "ck_participants_role_fits_kind"
    }
    assert actual == {name: [*map(str, listed)] for name, listed in VOCABULARY_OF.items()}


def test_roles_fit_kinds_as_the_code_says(filled: sa.Connection) -> None:
    fact_of = {row["kind"]: row["id"] for row in ROWS["facts"]}
    taken = set()
    for kind, role in product(FactKind, Role):
        of = {"fact_id": fact_of[kind], "kind": str(kind), "role": str(role)}
        row = EXTRA_ROWS["participants"] | of
        try:
            with filled.begin_nested():
                insert(filled, "participants", row)
            taken.add((kind, role))
        except IntegrityError:
            pass
    assert taken == {(kind, role) for kind, roles in ROLES_OF.items() for role in roles}


def test_relation_types_are_those_of_the_code(filled: sa.Connection) -> None:
    table = METADATA.tables["relation_types"]
    assert {tuple(row) for row in filled.execute(sa.select(table))} == {
        (str(relation), *reading) for relation, reading in RELATIONS.items()
    }


# --- every constraint refuses a planted row -------------------------------------------------------


# Every primary key, foreign key, CHECK and unique key or index.
CONSTRAINTS: dict[str, tuple[sa.Table, ColumnCollectionConstraint | sa.Index]] = {
    str(made.name): (table, made)
    for table in TABLES
    for made in [*table.constraints, *(index for index in table.indexes if index.unique)]
    if isinstance(made, ColumnCollectionConstraint | sa.Index)
}


def test_every_constraint_has_a_planted_row() -> None:
    assert VIOLATIONS.keys() == CONSTRAINTS.keys()
    assert len(CONSTRAINTS) == sum(
        len(table.constraints) + sum(index.unique for index in table.indexes) for table in TABLES
    )
    assert all(VIOLATIONS.values())


def test_the_rows_that_are_planted_on_are_good(filled: sa.Connection) -> None:
    for table, row in EXTRA_ROWS.items():
        with filled.begin_nested() as savepoint:
            insert(filled, table, row)
            savepoint.rollback()


def refused_by(connection: sa.Connection, table: sa.Table, row: Row) -> str:
    """Say which constraint refuses a row; on SQLite, a unique one by its columns."""
    with pytest.raises(IntegrityError) as raised, connection.begin_nested():
        insert(connection, table.name, row)
    if connection.dialect.name == "postgresql":
        return str(raised.value.orig.diag.constraint_name)  # type: ignore[union-attr]
    kind, _, what = str(raised.value.orig).partition(" constraint failed")
    return kind if kind == "FOREIGN KEY" else what.removeprefix(": ")


@pytest.mark.parametrize("table", METADATA.tables)
def test_the_constraints_of_a_table_refuse_what_is_planted(
    filled: sa.Connection, table: str
) -> None:
    for name in CONSTRAINTS:
        if CONSTRAINTS[name][0].name == table:
            for changed in VIOLATIONS[name]:
                with filled.begin_nested() as savepoint:
                    assert_refused(filled, name, changed)
                    savepoint.rollback()


def assert_refused(filled: sa.Connection, name: str, changed: Row) -> None:
    """A row must break this constraint."""
    table, made = CONSTRAINTS[name]
    row = EXTRA_ROWS[table.name] | changed
    refused = refused_by(filled, table, row)
    if filled.dialect.name == "postgresql":
        # The first to see it may be another that cannot but see it too: set that one aside.
        alike = ("pk_", "uq_") if name.startswith(("pk_", "uq_")) else ("fk_",)
        while refused != name and refused.startswith(alike):
            drop = f"alter table {table.name} drop constraint {refused} cascade"
            filled.exec_driver_sql(drop)
            refused = refused_by(filled, table, row)
        assert refused == name
    elif name.startswith("ck_"):
        assert refused == name
    elif name.startswith("fk_"):
        assert refused == "FOREIGN KEY"
        assert name in broken_foreign_keys(filled, table, row)
    else:
        columns = [*made.columns]
        if set(columns) > set(table.primary_key.columns):
            columns = [*table.primary_key.columns]  # sees it first; both are needed for references
        assert refused == ", ".join(map(str, columns))


def broken_foreign_keys(connection: sa.Connection, table: sa.Table, row: Row) -> set[str]:
    """Name the foreign keys that a row in SQLite would break."""
    connection.exec_driver_sql("pragma defer_foreign_keys = on")
    columns_of: dict[int, list[str]] = {}
    for key in connection.exec_driver_sql(f"pragma foreign_key_list({table.name})").mappings():
        columns_of.setdefault(key["id"], []).append(key["from"])
    with connection.begin_nested() as savepoint:
        insert(connection, table.name, row)
        actual = connection.exec_driver_sql(f"pragma foreign_key_check({table.name})").mappings()
        broken = [set(columns_of[violation["fkid"]]) for violation in actual]
        savepoint.rollback()
    connection.exec_driver_sql("pragma defer_foreign_keys = off")
    return {
        str(made.name) for made in table.foreign_key_constraints if set(made.column_keys) in broken
    }


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_null_is_refused_where_something_must_stand(filled: sa.Connection, table: sa.Table) -> None:
    for column in table.columns:
        if not column.nullable:
            statement = f'update {table.name} set "{column.name}" = null'
            with pytest.raises(DBAPIError, match=refusal(filled, column)), filled.begin_nested():
                filled.exec_driver_sql(statement)


def refusal(connection: sa.Connection, column: sa.Column[Any]) -> str:
    if connection.dialect.name == "postgresql":
        return f'null value in column "{column.name}" of relation "{column.table.name}" violates'
    if isinstance(column.type, sa.Integer) and [*column.table.primary_key] == [column]:
        return "datatype mismatch"  # SQLite's word for a row without its number
    return f"NOT NULL constraint failed: {column}\n"


# --- what is pointed to stays, or goes with what points -------------------------------------------

OF_FACTS = (
    {"actor_names", "event_links", "event_names", "territorial_control"}
    | {"events", "evidence", "facts", "participants"}
    | {
        "positions",
        "quotes",
        "relations",
        "spans",
        "fact_summaries",
        "evidence_counts",
        "fact_passages",
        "evidence_passages",
    }
)


def test_a_fact_takes_along_what_is_its_own_and_nothing_else(filled: sa.Connection) -> None:
    before = stored_rows(filled)
    # What a link joins stays as long as the link.
    filled.exec_driver_sql("delete from facts where kind = 'link'")
    filled.exec_driver_sql("delete from facts")
    after = stored_rows(filled)
    assert {table for table in after if not after[table]} == OF_FACTS
    assert {table for table in after if after[table] == before[table]} == after.keys() - OF_FACTS


@pytest.mark.parametrize(
    ("gone", "along"),
    [
        ("delete from loads", {"loads": 1, "changes": 1, "changed_fields": 1}),
        (
            "delete from evidence where id = 1",
            {"evidence": 1, "spans": 1, "evidence_passages": 1},
        ),
        ("delete from facts where id = 2", {"facts": 1, "quotes": 1, "participants": 1}),
    ],
)
def test_a_row_takes_along_what_is_its_own(
    filled: sa.Connection, gone: str, along: dict[str, int]
) -> None:
    before = stored_rows(filled)
    filled.exec_driver_sql(gone)
    after = stored_rows(filled)
    fewer = {table: len(before[table]) - len(after[table]) for table in before}
    assert {table: count for table, count in fewer.items() if count} == along


@pytest.mark.parametrize(
    "table",
    [
        *("actors", "places", "topics", "dates", "sources", "passages", "codings"),
        *("attributions", "relation_types", "events"),
    ],
)
def test_what_others_point_to_stays(filled: sa.Connection, table: str) -> None:
    with pytest.raises(IntegrityError), filled.begin_nested():
        filled.exec_driver_sql(f"delete from {table}")


# --- ids and order --------------------------------------------------------------------------------


def test_ids_are_given(database: str) -> None:
    topics = METADATA.tables["topics"]
    with writing(database) as connection:
        for keys in ("ab", "c"):
            rows = [{"key": key, "label": key} for key in keys]
            connection.execute(topics.insert(), rows)
    with reading(database) as connection:
        ids = connection.execute(sa.select(topics.c.id).order_by(topics.c.key)).scalars().all()
    assert ids == [1, 2, 3]


def test_order_and_comparison_go_by_code_point(database: str) -> None:
    topics = METADATA.tables["topics"]
    with writing(database) as connection:
        connection.execute(topics.insert(), [{"key": key, "label": key} for key in HARD])
    with reading(database) as connection:
        actual = connection.execute(sa.select(topics.c.key).order_by(topics.c.key)).scalars().all()
        after = connection.execute(sa.select(topics.c.key).where(topics.c.key > "Z")).scalars()
        assert actual == sorted(HARD)
        assert sorted(after) == [key for key in actual if key > "Z"]


@on_postgresql
def test_every_text_column_goes_by_code_point(database: str) -> None:
    # The server of the tests knows no other order: that a column asks for it shows only here.
    query = """
        select table_name || '.' || column_name
        from information_schema.columns
        join information_schema.tables using (table_schema, table_name)
        where table_schema = current_schema and table_type = 'BASE TABLE'
          and table_name <> 'alembic_version'
          and data_type in ('text', 'character varying') and collation_name is distinct from 'C'
    """
    with reading(database) as connection:
        assert connection.exec_driver_sql(query).scalars().all() == []


def test_no_name_needs_quotes(database: str) -> None:
    with reading(database) as connection:
        inspector = sa.inspect(connection)
        for table in [*inspector.get_table_names(), *inspector.get_view_names()]:
            for column in inspector.get_columns(table):
                connection.exec_driver_sql(f"select {column['name']} from {table}")
