"""What exports hold: every value, as other programs read it, in the same bytes each time."""

from __future__ import annotations

import csv
import json
import random
import shutil
import sqlite3
import warnings
from collections.abc import Callable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import frictionless
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli import sourcebook
from database import snapshot
from database.connect import REVISION, writing
from database.errors import DatabaseError
from database.snapshot import TABLES
from exports import parquet, sql_dump
from exports.csv_jsonl import as_csv
from exports.datapackage import ExportError, file_type
from exports.formats import FORMATS as ALL_FORMATS
from exports.job import FILES
from output import delimited
from output.page import Page, PageColumn
from schema.dictionary import type_of
from schema.models import METADATA
from schema.vocabulary import FactKind, Modality
from tests.databases import Server, create, on_postgresql
from tests.export_folders import (
    NULL,
    TEXT_FORMATS,
    contents,
    descriptor,
    missing_values,
    ordered,
    run,
)
from tests.export_hostile import hostile
from tests.sample_rows import fill

Rows = dict[str, list[tuple[Any, ...]]]

FORMATS = (*TEXT_FORMATS, "parquet", "sql")


@pytest.fixture(scope="module")
def stored(hostile_book: str) -> Rows:
    """What the tables hold according to SQLite, with booleans."""
    with closing(sqlite3.connect(hostile_book)) as database:
        return {
            table.name: [
                tuple(
                    bool(value) if type_of(column) == "boolean" else value
                    for column, value in zip(table.columns, row, strict=True)
                )
                for row in database.execute(ordered(table))
            ]
            for table in TABLES
        }


def test_there_is_a_file_for_every_table_and_none_is_empty(
    exported: dict[str, Path], stored: Rows
) -> None:
    assert stored.keys() == METADATA.tables.keys() - {"feeds"}
    assert all(stored.values())
    for format, folder in exported.items():
        files = [f"{table.name}.{format}" for table in FILES]
        assert contents(folder).keys() == {*files, "datapackage.json"}
        assert [resource["path"] for resource in descriptor(folder)["resources"]] == files


# --- csv ------------------------------------------------------------------------------------------


def read_csv(
    folder: Path, name: str, null: str, more: Mapping[str, str] = MappingProxyType({})
) -> list[tuple[Any, ...]]:
    """Read a table as Python's csv has it, types as the model says; `more` are other values."""
    read: dict[str, Callable[[str], Any]] = {
        "text": str,
        "integer": lambda cell: more[cell] if cell in more else int(cell),
        "boolean": {"true": True, "false": False, **more}.__getitem__,
    }
    types = [read[type_of(column)] for column in METADATA.tables[name].columns]
    csv.field_size_limit(2**24)
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == METADATA.tables[name].columns.keys()
    return [
        tuple(None if cell == null else kind(cell) for kind, cell in zip(types, row, strict=True))
        for row in rows
    ]


def test_python_reads_csv(exported: dict[str, Path], stored: Rows) -> None:
    nulls = missing_values(exported["csv"])
    for name, rows in stored.items():
        assert read_csv(exported["csv"], name, nulls[name][0]) == rows


def test_duckdb_reads_csv(exported: dict[str, Path], stored: Rows) -> None:
    types = {"text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN"}
    nulls = missing_values(exported["csv"])
    for name, rows in stored.items():
        columns = {column.name: types[type_of(column)] for column in METADATA.tables[name].columns}
        actual = duckdb.read_csv(
            str(exported["csv"] / f"{name}.csv"),
            header=True,
            sep=",",
            quotechar='"',
            escapechar='"',
            na_values=nulls[name][0],
            columns=columns,
            auto_detect=False,
            max_line_size=10_000_000,
            parallel=False,
        )
        assert actual.fetchall() == rows


def test_a_word_for_null_that_is_a_text_is_refused(
    exported: dict[str, Path], hostile_book: str, tmp_path: Path
) -> None:
    nulls = missing_values(exported["csv"])
    assert [*nulls.values()] == [[NULL]] * len(FILES)
    command = ["--db", hostile_book, "export", str(tmp_path / "out"), "--format", "csv"]
    done = CliRunner().invoke(sourcebook, [*command, "--null", r"\N"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert r"Error: --null \N: is a text in " in done.stderr
    assert "; give a word that none is" in done.stderr
    assert not (tmp_path / "out").exists()
    done = CliRunner().invoke(sourcebook, [*command, "--null", "a,b"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--null takes a word without commas" in done.stderr


def test_null_is_an_empty_cell_and_empty_text_is_in_quotes(
    hostile_book: str, stored: Rows, tmp_path: Path
) -> None:
    command = ["--db", hostile_book, "export", str(tmp_path / "out"), "--format", "csv"]
    done = CliRunner().invoke(sourcebook, [*command, "--keep-text"])
    assert done.exit_code == 0, done.stderr
    assert "csv: some texts of actors, " in done.stderr
    assert [*missing_values(tmp_path / "out").values()] == [[""]] * len(FILES)
    for name, rows in stored.items():
        whole = [tuple("" if cell is None else cell for cell in row) for row in rows]
        read = read_csv(tmp_path / "out", name, NULL, {"": ""})
        assert read == whole
        # DuckDB distinguishes them: it reads what is in quotes as text.
        columns = dict.fromkeys(METADATA.tables[name].columns.keys(), "VARCHAR")
        actual = duckdb.read_csv(
            str(tmp_path / "out" / f"{name}.csv"),
            header=True,
            sep=",",
            quotechar='"',
            escapechar='"',
            columns=columns,
            auto_detect=False,
            max_line_size=10_000_000,
            parallel=False,
            allow_quoted_nulls=False,
        ).fetchall()
        nulls = [[cell is None for cell in row] for row in rows]
        assert [[cell is None for cell in row] for row in actual] == nulls


def test_a_mark_at_the_start_lets_a_spreadsheet_know_the_encoding(
    hostile_book: str, exported: dict[str, Path], tmp_path: Path
) -> None:
    command = ["--db", hostile_book, "export", str(tmp_path / "out"), "--format", "csv"]
    done = CliRunner().invoke(sourcebook, [*command, "--keep-text", "--bom", "--null", NULL])
    assert done.exit_code == 0, done.stderr
    plain = contents(exported["csv"])
    marked = contents(tmp_path / "out")
    for resource in descriptor(tmp_path / "out")["resources"]:
        data = marked.pop(resource["path"])
        assert data == b"\xef\xbb\xbf" + plain[resource["path"]]
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{sha256(data).hexdigest()}"
    assert marked.keys() == {"datapackage.json"}
    done = CliRunner().invoke(sourcebook, [*command[:-1], "jsonl", "--bom"])
    assert (done.exit_code, done.stdout) == (2, "")


PLACES = METADATA.tables["places"]
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")  # a NUL stops an export
TEXT = st.one_of(
    st.text(st.sampled_from("a0 ,\"'\\[]\n\r\t\x7fé") | CHARACTERS, max_size=6),
    st.sampled_from(["null", "null,", "[null", "]", "", r"\N", "true"]),
)
NUMBER = st.integers(-(2**31), 2**31 - 1)
ROWS = st.lists(
    st.tuples(NUMBER, TEXT, TEXT, TEXT, st.none() | NUMBER).map(list), min_size=1, max_size=4
)


def json_lines(rows: list[Any]) -> list[bytes]:
    return [json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() for row in rows]


@given(ROWS)
def test_rows_are_written_as_reports_write_each(rows: list[list[Any]]) -> None:
    page = Page([PageColumn(column.name) for column in PLACES.columns], rows)
    _, *as_reports_do = delimited.csv(page, raw=True)
    assert as_csv(json_lines(rows), b"").decode() == "".join(as_reports_do)
    objects = [dict(zip(PLACES.columns.keys(), row, strict=True)) for row in rows]
    assert parquet.read_rows(PLACES, json_lines(objects)).to_pylist() == objects


# --- jsonl ----------------------------------------------------------------------------------------


def test_python_and_duckdb_read_jsonl(exported: dict[str, Path], stored: Rows) -> None:
    for name, rows in stored.items():
        columns = METADATA.tables[name].columns.keys()
        path = exported["jsonl"] / f"{name}.jsonl"
        text = path.read_bytes().decode()
        assert [json.loads(line) for line in text.split("\n")[:-1]] == [
            dict(zip(columns, row, strict=True)) for row in rows
        ]
        types = {"text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN"}
        actual = duckdb.read_json(
            str(path),
            columns={
                column.name: types[type_of(column)] for column in METADATA.tables[name].columns
            },
            format="newline_delimited",
            maximum_object_size=10_000_000,
        )
        assert actual.fetchall() == rows


# --- the data package -----------------------------------------------------------------------------


def valid(folder: Path) -> frictionless.Report:
    """Have the standard's own library check a package: the descriptor, every row, every key.

    It would need another library for jsonl, which is read here instead.
    """
    described = descriptor(folder)
    if described["sourcebook"]["format"] == "jsonl":
        for resource in described["resources"]:
            text = (folder / resource["path"]).read_bytes().decode()
            resource["data"] = [json.loads(line) for line in text.split("\n")[:-1]]
            for name in ("path", "bytes", "hash", "format", "mediatype", "encoding"):
                del resource[name]
    with warnings.catch_warnings(), frictionless.system.use_context(trusted=True):
        warnings.simplefilter("ignore")  # about its dependencies
        package = frictionless.Package.from_descriptor(described, basepath=str(folder))
        report: frictionless.Report = package.validate()
    return report


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_frictionless_accepts_a_package(exported: dict[str, Path], format: str) -> None:
    report = valid(exported[format])
    assert report.flatten(["type", "note"]) == []
    assert report.valid
    assert report.stats["tasks"] == len(FILES)


@pytest.mark.parametrize(
    ("table", "old", "new", "fault"),
    [
        ("events", b",2,,,\n", b",7777,,,\n", "foreign-key"),
        ("attributions", b"2,1,1,3", b"2,1,7777,3", "foreign-key"),
        ("places", b"2,town,The Town,city,1", b"2,town,The Town,hamlet,1", "constraint-error"),
        ("places", b"2,town", b"2,land", "unique-error"),
        ("places", b"2,town", b"two,town", "type-error"),
        ("places", b"2,town", b"1,town", "primary-key"),
        ("places", b"The Town", b"", "constraint-error"),
        ("dates", b"2011-01-01", b"2011-02-30", "type-error"),
        ("loads", b"12:00:00Z", b"noon", "type-error"),
    ],
)
def test_a_package_lets_frictionless_find(
    sourcebooks_of_rows: Path, tmp_path: Path, table: str, old: bytes, new: bytes, fault: str
) -> None:
    folder = Path(shutil.copytree(sourcebooks_of_rows, tmp_path / "out"))
    path = folder / f"{table}.csv"
    before = path.read_bytes()
    assert before.count(old) == 1
    path.write_bytes(before.replace(old, new))
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    needed = {table}
    for resource in reversed(described["resources"]):  # each follows those that it refers to
        del resource["bytes"], resource["hash"]  # it would not look any further
        if resource["name"] in needed:
            keys = resource["schema"].get("foreignKeys", [])
            needed |= {key["reference"].get("resource", table) for key in keys}
    described["resources"] = [r for r in described["resources"] if r["name"] in needed]
    (folder / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    assert fault in {kind for (kind,) in valid(folder).flatten(["type"])}


@pytest.fixture(scope="module")
def sourcebooks_of_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export in csv of the rows of tests/sample_rows.py."""
    folder = tmp_path_factory.mktemp("rows")
    database = create(folder / "sourcebook.db")
    with writing(database) as connection:
        fill(connection)
    run(database, folder / "out", "csv")
    return folder / "out"


def test_a_package_says_what_the_database_does(exported: dict[str, Path]) -> None:
    described = descriptor(exported["csv"])
    assert described["sourcebook"] == {
        "format": "csv",
        "schema": REVISION,
        "content_hash": "0" * 64,
    }
    [spans] = [resource for resource in described["resources"] if resource["name"] == "spans"]
    assert spans["description"] == METADATA.tables["spans"].comment
    assert spans["schema"]["primaryKey"] == ["evidence_id", "n"]
    references = {
        tuple(key["fields"]): (key["reference"]["resource"], key["reference"]["fields"])
        for key in spans["schema"]["foreignKeys"]
    }
    assert references == {
        ("evidence_id",): ("evidence", ["id"]),
        ("document_id",): ("sources", ["id"]),
        ("document_id", "passage"): ("passages", ["document_id", "n"]),
    }
    [places] = [resource for resource in described["resources"] if resource["name"] == "places"]
    assert places["schema"]["foreignKeys"] == [  # to itself, as the standard writes it
        {"fields": ["within_id"], "reference": {"fields": ["id"]}}
    ]
    [kind] = [
        field
        for resource in described["resources"]
        for field in resource["schema"]["fields"]
        if (resource["name"], field["name"]) == ("facts", "kind")
    ]
    assert kind["constraints"]["enum"] == list(FactKind)


# --- parquet --------------------------------------------------------------------------------------


def test_pyarrow_and_duckdb_read_parquet(exported: dict[str, Path], stored: Rows) -> None:
    for name, rows in stored.items():
        path = exported["parquet"] / f"{name}.parquet"
        actual = pq.read_table(path)
        for column, kind in {"earliest": pa.string(), "latest": pa.string()}.items():
            if column in actual.column_names:
                place = actual.column_names.index(column)
                assert actual.schema.field(column).type == pa.date32()
                actual = actual.set_column(place, column, actual[column].cast(kind))
        if "loaded_at" in actual.column_names:
            assert actual.schema.field("loaded_at").type == pa.timestamp("ms", "UTC")
            assert actual["loaded_at"].to_pylist()[0].isoformat() == "2016-06-01T12:00:00+00:00"
            place = actual.column_names.index("loaded_at")
            actual = actual.remove_column(place)
            rows = [(*row[:place], *row[place + 1 :]) for row in rows]
        assert list(zip(*actual.to_pydict().values(), strict=True)) == rows
        assert len(duckdb.read_parquet(str(path))) == len(rows)
    symmetric = pq.read_schema(exported["parquet"] / "relation_types.parquet").field(3)
    assert symmetric.type == pa.bool_()
    days = duckdb.read_parquet(str(exported["parquet"] / "dates.parquet"))
    assert str(days.select("earliest").types[0]) == "DATE"


def test_every_column_of_days_is_exported_as_dates() -> None:
    for table in FILES:
        days = [column.name for column in table.columns if "YYYY-MM-DD" in (column.comment or "")]
        assert days == [column.name for column in table.columns if file_type(column) == "day"]


def test_parquet_carries_comments_and_keys(exported: dict[str, Path]) -> None:
    schema = pq.read_schema(exported["parquet"] / "events.parquet")
    assert schema.metadata[b"description"].decode() == METADATA.tables["events"].comment
    described = json.loads(schema.metadata[b"table_schema"])
    assert described["primaryKey"] == ["id"]
    reference = {"resource": "dates", "fields": ["edtf"]}
    assert {"fields": ["date"], "reference": reference} in described["foreignKeys"]
    [modality] = [field for field in described["fields"] if field["name"] == "modality"]
    assert modality["constraints"]["enum"] == list(Modality)
    date = schema.field("date")
    assert date.metadata[b"description"].decode() == METADATA.tables["events"].c.date.comment
    assert date.nullable
    assert not schema.field("title").nullable


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "update dates set earliest = '2015-02-30'",
            "dates.earliest: .*'2015-02-30'.*; correct",
        ),
        ("update loads set loaded_at = 'now'", "loads.loaded_at: .*'now'.*; correct it"),
    ],
)
def test_parquet_refuses_a_day_that_does_not_exist(
    tmp_path: Path, sourcebook_of_rows: str, statement: str, says: str
) -> None:
    with closing(sqlite3.connect(sourcebook_of_rows)) as database:
        database.execute(statement)
        database.commit()
    with pytest.raises(ExportError, match=says):
        run(sourcebook_of_rows, tmp_path / "out", "parquet")
    assert not (tmp_path / "out").exists()


# --- all formats ----------------------------------------------------------------------------------


@pytest.fixture
def sourcebook_of_rows(sourcebooks_of_rows: Path, tmp_path: Path) -> str:
    """A sourcebook in SQLite with the rows of tests/sample_rows.py, to be changed."""
    database = sourcebooks_of_rows.with_name("sourcebook.db")
    return str(shutil.copyfile(database, tmp_path / "sourcebook.db"))


@on_postgresql
def test_the_same_data_make_the_same_bytes_on_both_engines(
    hostile_book: str, sourcebooks: Server, tmp_path: Path
) -> None:
    """And the text of passages is left out unless somebody asks for it."""
    postgresql = sourcebooks.migrated()
    with writing(postgresql) as connection:
        hostile(connection)
    for format in FORMATS:
        for n, database in enumerate((hostile_book, hostile_book, postgresql)):
            run(database, tmp_path / f"{format}{n}", format)
        first, again, elsewhere = (contents(tmp_path / f"{format}{n}") for n in range(3))
        assert first == again, format
        assert first == elsewhere, format
        kept = run(hostile_book, tmp_path / f"{format} kept", format, keep_text=True)
        with_text = contents(tmp_path / f"{format} kept")
        differ = {name for name, data in with_text.items() if data != first[name]}
        files = {file.name for file, _ in kept.files}
        assert differ == {"datapackage.json"} | ({f"passages.{format}"} & files or files), format
        assert b"A heading." not in b"".join(first.values()), format
        assert b"A heading." in b"".join(with_text.values()), format
    sourcebooks.remove(postgresql)


@pytest.mark.parametrize("format", [*TEXT_FORMATS, "sql"])
def test_the_size_of_a_batch_leaves_no_trace(
    hostile_book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    run(hostile_book, tmp_path / "out", format)
    monkeypatch.setattr(snapshot, "BATCH_ROWS", 2)
    monkeypatch.setattr(snapshot, "BATCH_BYTES", 150)  # more than some rows have
    run(hostile_book, tmp_path / "small", format)
    assert contents(tmp_path / "out") == contents(tmp_path / "small")


def test_an_insert_ends_by_rows_and_by_characters(
    sourcebook_of_rows: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inserts(folder: Path) -> int:
        run(sourcebook_of_rows, folder, "sql")
        dump = (folder / "sourcebook.sqlite.sql").read_text(encoding="utf-8")
        return dump.count("insert into relation_types (")

    monkeypatch.setattr(sql_dump, "INSERT_ROWS", 6)
    assert inserts(tmp_path / "rows") == 5  # the table has 29 rows
    monkeypatch.setattr(sql_dump, "INSERT_CHARACTERS", 6)
    assert inserts(tmp_path / "characters") == 29


def test_parquet_has_groups_of_rows(
    sourcebook_of_rows: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def groups(folder: Path) -> int:
        run(sourcebook_of_rows, folder, "parquet")
        for path in (tmp_path / "out").glob("*.parquet"):
            assert pq.read_table(path).equals(pq.read_table(folder / path.name))
        return int(pq.ParquetFile(folder / "relation_types.parquet").num_row_groups)

    assert groups(tmp_path / "out") == 1
    monkeypatch.setattr(parquet, "GROUP_ROWS", 6)
    assert groups(tmp_path / "rows") == 5  # the table has 29 rows
    monkeypatch.setattr(parquet, "GROUP_BYTES", 6)
    assert groups(tmp_path / "bytes") == 29


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("update actors set name = x'00ff'", "actors, id 1: name holds bytes, not text"),
        (
            "update events set title = cast(x'eda080' as text) where id = 7",
            "events, id 7: title holds bytes that are not UTF-8",
        ),
        (
            "update dates set edtf = cast(x'ff' as text) where edtf = '2011/..'",
            r"dates, edtf \xff: edtf holds bytes that are not UTF-8",
        ),
        (
            "update spans set start_offset = 'one' where n = 1",
            "spans, evidence_id 1, n 1: start_offset holds one, which is not a whole number",
        ),
        (
            "update facts set document_id = 1.5 where id = 7",
            "facts, id 7: document_id holds 1.5, which is not a whole number",
        ),
        (
            "update spans set start_offset = x'31' where n = 1",
            "spans, evidence_id 1, n 1: start_offset holds bytes, not a whole number",
        ),
        (
            "update spans set end_offset = 2147483648 where n = 1",
            "spans, evidence_id 1, n 1: end_offset holds 2147483648, which is too large",
        ),
        (
            "update events set title = 'a' || char(0) where id = 7",
            "events, id 7: title holds a NUL",
        ),
        (
            "update relation_types set is_symmetric = 7 where key = 'supports'",
            "relation_types, key supports: is_symmetric holds 7, which is neither true nor false",
        ),
    ],
)
def test_a_value_that_its_column_must_not_hold_is_named(
    sourcebook_of_rows: str, tmp_path: Path, statement: str, says: str
) -> None:
    """Somebody edited the file by hand. Every format prints the same line, here one of them."""
    with closing(sqlite3.connect(sourcebook_of_rows)) as database:
        database.execute("pragma ignore_check_constraints = on")
        database.execute(statement)
        database.commit()
    format = random.Random(statement).choice([*ALL_FORMATS])
    arguments = ["--db", sourcebook_of_rows, "export", str(tmp_path / "out"), "--format", format]
    ran = CliRunner().invoke(sourcebook, arguments)
    assert (ran.exit_code, ran.stdout) == (1, ""), format
    message = f"Error: {sourcebook_of_rows}: {says}; correct it there and try again\n"
    assert ran.stderr == message, format
    assert [path.name for path in tmp_path.iterdir()] == ["sourcebook.db"]


@on_postgresql
def test_an_unexpected_null_is_named(database: str, tmp_path: Path) -> None:
    """Somebody dropped the rule."""
    with writing(database) as connection:
        fill(connection)
        connection.exec_driver_sql("alter table spans alter column end_offset drop not null")
        connection.exec_driver_sql("update spans set end_offset = null where evidence_id = 1")
    named = "spans, evidence_id 1, n 1: end_offset holds null, which it must not; correct it there"
    for format in ALL_FORMATS:
        with pytest.raises(DatabaseError) as refused:
            run(database, tmp_path / "out", format)
        assert named in str(refused.value), format
    assert list(tmp_path.iterdir()) == []
