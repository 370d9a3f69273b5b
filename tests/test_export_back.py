"""An export in csv or jsonl goes back without loss, whole, or with one line that says why not."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.load import SHIPPED
from coding.load import load as load_coding
from coding.validation import read as read_coding
from database.connect import reading, writing
from exports.package import PackageError
from feeds import back
from schema.models import METADATA
from tests.databases import Files, Server, migrate, on_sqlite
from tests.export_faults import FAULTS
from tests.export_folders import BACK, contents, descriptor, run, seal
from tests.export_hostile import NUL, TEXTS, hostile
from tests.sample_rows import EXTRA_ROWS, fill, stored_rows

Fixture = dict[str, Path]


def load(database: str, folder: Path) -> dict[str, int]:
    with writing(database) as connection:
        return back.load(connection, folder)


def everything(database: str) -> dict[str, list[tuple[Any, ...]]]:
    with reading(database) as connection:
        return {name: rows for name, rows in stored_rows(connection).items() if name != "feeds"}


@pytest.mark.parametrize("format", BACK)
def test_a_sourcebook_goes_out_and_in_again(
    sourcebooks: Files | Server, database: str, tmp_path: Path, format: str
) -> None:
    """Hostile texts, and rows before those that they point to; between engines too."""
    source = migrate(str(tmp_path / "source.db"))
    with writing(source) as connection:
        hostile(connection)
    run(source, tmp_path / "out", format, keep_text=True)
    counts = load(database, tmp_path / "out")
    rows = everything(source)
    assert counts == {name: len(rows) for name, rows in rows.items()}
    assert everything(database) == rows
    run(database, tmp_path / "again", format, keep_text=True)
    assert contents(tmp_path / "again") == contents(tmp_path / "out")
    with writing(database) as connection:  # new rows are numbered on
        for table in ("actors", "places", "introductions"):
            row = {name: value for name, value in EXTRA_ROWS[table].items() if name != "id"}
            connection.execute(METADATA.tables[table].insert(), row)


@pytest.mark.parametrize("format", BACK)
def test_nul_goes_out_and_in_again(hostile_book: str, exported: Fixture, format: str) -> None:
    database = migrate(str(exported[format].parent / f"{format}.db"))
    load(database, exported[format])
    assert everything(database) == everything(hostile_book)


def test_postgresql_says_in_which_line_a_nul_is(
    exported: Fixture, postgres_database: Callable[..., str]
) -> None:
    database = migrate(postgres_database())
    with pytest.raises(PackageError, match=r"actors.jsonl:41: .*NUL"):
        load(database, exported["jsonl"])


@on_sqlite
def test_the_article_that_ships_has_the_same_content_hash(database: str, tmp_path: Path) -> None:
    source = migrate(str(tmp_path / "source.db"))
    for path in sorted(SHIPPED.glob("*.yaml")):
        with writing(source) as connection:
            load_coding(connection, read_coding(path))
    content = run(source, tmp_path / "out", "csv").content
    assert content == descriptor(tmp_path / "out")["sourcebook"]["content_hash"]
    load(database, tmp_path / "out")
    assert run(database, tmp_path / "again", "csv").content == content
    with writing(database) as connection:  # the journal too: to load the coding changes nothing
        for path in sorted(SHIPPED.glob("*.yaml")):
            assert load_coding(connection, read_coding(path)).changes == []


TEXT = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from((*TEXTS, NUL))
NUMBER = st.integers(-(2**63), 2**63 - 1).filter(lambda number: not 0 <= number <= 1_000)
ROWS = st.lists(
    st.tuples(TEXT.filter(bool), TEXT, NUMBER, st.booleans()),
    unique_by=(lambda row: row[0], lambda row: row[2]),
    max_size=6,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return Path(migrate(str(tmp_path_factory.mktemp("template") / "empty.db"))).read_bytes()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, format=st.sampled_from(BACK))
def test_whatever_is_stored_comes_back(
    template: bytes, tmp_path: Path, rows: list[tuple[str, str, int, bool]], format: str
) -> None:
    """Values of every kind of column: text, text that may be null, numbers, truth."""
    folder = tmp_path / os.urandom(8).hex()
    folder.mkdir()
    source, target = folder / "source.db", folder / "target.db"
    for path in (source, target):
        path.write_bytes(template)
    with writing(str(source)) as connection:
        fill(connection)
        for key, text, number, truth in rows:
            for table, row in {
                "actors": {"id": number, "key": key, "name": key, "kind": "state"}
                | {"background": text if truth else None},
                "relation_types": {"key": key, "label": text, "inverse": "", "is_symmetric": truth},
                "changes": {"load_id": 1, "item": key, "key": text, "action": "added"},
            }.items():
                connection.execute(METADATA.tables[table].insert(), row)
    run(str(source), folder / "out", format)
    load(str(target), folder / "out")
    found, wanted = everything(str(target)), everything(str(source))
    passages = [
        tuple(None if cell == "A heading." else cell for cell in row) for row in wanted["passages"]
    ]
    assert found == wanted | {"passages": passages}
    run(str(target), folder / "again", format)
    assert contents(folder / "again") == contents(folder / "out")


# --- what is refused ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Fixture:
    """Exports of the rows of tests/sample_rows.py."""
    folder = tmp_path_factory.mktemp("plain")
    database = migrate(str(folder / "sourcebook.db"))
    with writing(database) as connection:
        fill(connection)
    for format in BACK:
        run(database, folder / format, format)
    return {format: folder / format for format in BACK}


def spoilt(plain: Fixture, tmp_path: Path, fault: str) -> tuple[Path, str]:
    format, change, says = FAULTS[fault]
    folder = Path(shutil.copytree(plain[format], tmp_path / "spoilt"))
    change(folder)
    return folder, says


@on_sqlite
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_refused_where_it_is(
    plain: Fixture, database: str, tmp_path: Path, fault: str
) -> None:
    folder, says = spoilt(plain, tmp_path, fault)
    before = everything(database)
    with pytest.raises(PackageError) as raised:
        load(database, folder)
    said = str(raised.value)
    assert said.isprintable()
    assert said.startswith(str(folder))
    assert says in said
    assert everything(database) == before


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("check", r"places.csv:3: .*ck_places_kind"),
        ("same", r"places.csv:3: .*uq_places_key.*Key \(key\)=\(land\) already exists"),
        ("nowhere", r"places.csv: .*within_id.*=\(77\) is not present"),
        ("number", r"places.csv:3: id: 'two' is no integer"),
        ("surrogate", r"places.jsonl:2: .*surrogate"),
    ],
)
def test_postgresql_says_it_too(
    plain: Fixture,
    tmp_path: Path,
    postgres_database: Callable[..., str],
    fault: str,
    says: str,
) -> None:
    database = migrate(postgres_database())
    before = everything(database)
    with pytest.raises(PackageError, match=says) as raised:
        load(database, spoilt(plain, tmp_path, fault)[0])
    assert str(raised.value).isprintable()
    assert everything(database) == before


@on_sqlite
def test_a_line_is_counted_as_editors_do(database: str, tmp_path: Path) -> None:
    source = migrate(str(tmp_path / "source.db"))
    with writing(source) as connection:
        fill(connection)
        connection.execute(
            sa.text("update topics set label = :label"), {"label": "three\nlines\r\nlong"}
        )
        connection.execute(METADATA.tables["topics"].insert(), EXTRA_ROWS["topics"])
    run(source, tmp_path / "out", "csv")
    path = tmp_path / "out" / "topics.csv"
    path.write_bytes(path.read_bytes().replace(b"90,other", b"ninety,other"))
    seal(tmp_path / "out")
    with pytest.raises(PackageError, match=r"topics.csv:5: id: 'ninety' is no integer"):
        load(database, tmp_path / "out")


@on_sqlite
def test_a_sourcebook_that_holds_something_is_left_alone(plain: Fixture, database: str) -> None:
    load(database, plain["csv"])
    before = everything(database)
    with pytest.raises(PackageError, match=r"holds something already.*migrate"):
        load(database, plain["csv"])
    assert everything(database) == before


@on_sqlite
def test_foreign_keys_hold_after_it(plain: Fixture, database: str) -> None:
    load(database, plain["jsonl"])
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("pragma foreign_key_check").fetchall() == []
        assert opened.execute("pragma integrity_check").fetchall() == [("ok",)]
