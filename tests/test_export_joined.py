"""The files that need no joins: the rows of views, real days, and keys as lists."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Connection, text

from database.connect import writing
from exports.joined import JOINED
from schema.vocabulary import FactKind
from tests.databases import Files, Server, create
from tests.export_folders import run, shipped_articles
from tests.sourcebook_builder import SourcebookBuilder, islands

Rows = dict[str, list[dict[str, Any]]]

ROLES = {
    "speaker": ["speaker"],
    "addressee": ["addressee"],
    "about": ["subject"],
    "holder": ["holder"],
    "object": ["object"],
}


@pytest.fixture(scope="module")
def article(sourcebooks: Files | Server) -> Iterator[Connection]:
    """A sourcebook with the articles that ship; nobody changes it."""
    yield from shipped_articles(sourcebooks)


def read_parquet(folder: Path) -> Rows:
    """Read the files as pyarrow does."""
    return {
        table.name: pq.read_table(folder / f"{table.name}.parquet").to_pylist() for table in JOINED
    }


def read_jsonl(folder: Path) -> Rows:
    """Read the files line by line."""
    return {
        table.name: [
            json.loads(line)
            for line in (folder / f"{table.name}.jsonl")
            .read_text(encoding="utf-8")
            .split("\n")[:-1]
        ]
        for table in JOINED
    }


def read_csv(folder: Path) -> Rows:
    """Read the files as Python's csv does; numbers remain text."""
    read = {}
    for table in JOINED:
        with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
            read[table.name] = [
                {name: None if cell == "" else cell for name, cell in row.items()}
                for row in csv.DictReader(file, strict=True)
            ]
    return read


def in_views(connection: Connection) -> Rows:
    """Return the rows of the views, without what the files have besides."""
    return {
        table.name: [
            dict(row)
            for row in connection.execute(
                text(f"select * from {table.name} order by fact_id")
            ).mappings()
        ]
        for table in JOINED
    }


def participants(connection: Connection) -> dict[tuple[int, str], set[str]]:
    """Return the keys of those who take part in each fact, by role and altogether ("any")."""
    query = """
        select participants.fact_id, participants.role, actors.key
        from participants
        join actors on actors.id = participants.actor_id
    """
    keys: dict[tuple[int, str], set[str]] = defaultdict(set)
    for fact, role, key in connection.execute(text(query)):
        keys[fact, role].add(key)
        keys[fact, "any"].add(key)
    return keys


def test_rows_are_those_of_the_views(article: Connection, tmp_path: Path) -> None:
    """And the keys in lists are those of who takes part, and of the documents that state it."""
    views, keys = in_views(article), participants(article)
    database = article.engine.url.render_as_string(hide_password=False)
    for format, read in (("parquet", read_parquet), ("jsonl", read_jsonl), ("csv", read_csv)):
        run(database, tmp_path / format, format)
        files = read(tmp_path / format)
        assert files.keys() == views.keys()
        for name, rows in files.items():
            assert len(rows) == len(views[name]) > 30
            for row, viewed in zip(rows, views[name], strict=True):
                require_equal(keys, format, row, viewed)


def require_equal(
    participants: dict[tuple[int, str], set[str]],
    format: str,
    row: dict[str, Any],
    viewed: dict[str, Any],
) -> None:
    """Compare a row of a file with that of the view."""
    for name, value in viewed.items():
        exported = row.pop(name)
        if name in ("earliest", "latest") and format == "parquet":
            exported = exported and exported.isoformat()
        if name == "source" and format != "csv":
            exported = "; ".join(exported)
        assert exported == (value if format != "csv" or value is None else str(value)), name
    fact = viewed["fact_id"]
    for name, keys in row.items():
        roles = ROLES.get(name.removesuffix("_keys"), ["any"])
        listed = keys.split("; ") if format == "csv" and keys else list(keys or ())
        assert len({*listed}) == len(listed)
        assert {*listed} == set().union(*(participants[fact, role] for role in roles))


@pytest.fixture(scope="module")
def book(sourcebooks: Files | Server) -> Iterator[str]:
    """A sourcebook of cases in which a list or a day can go wrong; nobody changes it."""
    database = sourcebooks.migrated()
    with writing(database) as connection:
        made = SourcebookBuilder(connection)
        for key in ("zoe", "ali", "ali; hassan"):
            made.actor(key, "Ali Hassan", "person")
        for key in ("paper", "gazette"):
            made.document(key, key.title(), 3)
        pieces: list[Any] = [{"voice": key, "at": [(1, 0)]} for key in ("paper", "gazette")]
        alleged: Any = {"voice": "paper", "at": [(2, 0)], "certainty": "alleged"}
        made.event("old", "Caesar dies", pieces[0], date="-0043-03-15")
        made.event(
            "open", "They talk", *pieces, date="2015-11/..", receiver=["ali"], doer=["zoe", "ali"]
        )
        made.quote("never", alleged, says="No.", date="2016-02", speaker=["zoe", "ali; hassan"])
        ends: Any = {
            "from_actor_id": made.ids["actor", "zoe"],
            "to_actor_id": made.ids["actor", "ali"],
        }
        dates: Any = {"since": made.date("[..1986-05]"), "until": made.date("2001")}
        made.fact(FactKind.RELATION, "tie", pieces, **ends, **dates, type="supports")
    yield database
    sourcebooks.remove(database)


@pytest.mark.parametrize("format", ["parquet", "jsonl"])
def test_lists_hold_every_actor_once(book: str, tmp_path: Path, format: str) -> None:
    """Doers come first, each role in the order of the coding; equal headings are two actors."""
    run(book, tmp_path / "out", format)
    files = {"parquet": read_parquet, "jsonl": read_jsonl}[format](tmp_path / "out")
    keys = {row["event"]: row["who_keys"] for row in files["timeline"]}
    assert keys == {"old": [], "open": ["zoe", "ali"], "never": ["zoe", "ali; hassan"]}
    [quotation] = files["quotations"]
    assert quotation["speaker_keys"] == ["zoe", "ali; hassan"]
    assert quotation["speaker"] == "Ali Hassan; Ali Hassan"
    assert quotation["about_keys"] == quotation["addressee_keys"] == []
    sources = {row["event"]: row["source"] for row in files["timeline"]}
    assert sources == {"old": ["paper"], "open": ["gazette", "paper"], "never": ["paper"]}


def test_csv_joins_a_list(book: str, tmp_path: Path) -> None:
    run(book, tmp_path / "out", "csv")
    files = read_csv(tmp_path / "out")
    keys = {row["event"]: (row["who_keys"], row["source"]) for row in files["timeline"]}
    assert keys["open"] == ("zoe; ali", "gazette; paper")
    assert keys["old"] == (None, "paper")


def test_days_are_dates_beside_the_text(book: str, tmp_path: Path) -> None:
    """A day that ISO text cannot hold is null; its number is there in any year."""
    run(book, tmp_path / "out", "parquet")
    files = read_parquet(tmp_path / "out")
    bounds = ("date", "earliest", "latest", "first_day", "last_day")
    days = {row["event"]: tuple(row[name] for name in bounds) for row in files["timeline"]}
    assert days["old"][:3] == ("-0043-03-15", None, None)
    assert days["old"][3] == days["old"][4] < 0
    assert days["open"][:3] == ("2015-11/..", date(2015, 11, 1), None)
    assert days["never"][:3] == ("2016-02", date(2016, 2, 1), date(2016, 2, 29))
    [tie] = files["ties"]
    assert (tie["since"], tie["until"]) == ("[..1986-05]", "2001")
    assert (tie["earliest"], tie["latest"]) == (None, date(2001, 12, 31))


def test_standing_tells_what_is_alleged_from_what_happened(book: str, tmp_path: Path) -> None:
    run(book, tmp_path / "out", "jsonl")
    files = read_jsonl(tmp_path / "out")
    standings = {row["event"]: row["standing"] for row in files["timeline"]}
    assert standings == {"old": None, "open": None, "never": "Alleged"}


def test_types_do_not_depend_on_the_rows(tmp_path: Path) -> None:
    """A column is of one type in every export, and of few in all of them."""
    empty, full = create(tmp_path / "empty.db"), create(tmp_path / "full.db")
    with writing(full) as connection:
        islands(connection)
    for database in (empty, full):
        run(database, tmp_path / Path(database).stem, "parquet")
    types = set()
    for path in (tmp_path / "full").glob("*.parquet"):
        schema = pq.read_schema(path)
        assert schema.equals(pq.read_schema(tmp_path / "empty" / path.name), check_metadata=True)
        types |= {str(field.type) for field in schema}
    assert types == {
        *("string", "int64", "bool", "date32[day]", "timestamp[ms, tz=UTC]"),
        str(pa.list_(pa.field("element", pa.string()))),
    }
