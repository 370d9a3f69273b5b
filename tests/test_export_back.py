"""An export in csv or jsonl goes back without loss, whole, or with one line that says why not."""

from __future__ import annotations

import json
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

from feeds import back
from feeds.package import DESCRIPTOR, PackageError
from intake.load import SHIPPED
from intake.load import load as load_coding
from intake.load import read as read_coding
from schema.database import REVISION, reading, writing
from schema.models import METADATA
from tests.databases import Files, Server, migrate, on_sqlite
from tests.export_folders import BACK, contents, descriptor, run, seal
from tests.export_hostile import NUL, TEXTS, hostile
from tests.rows import MORE, fill, held

Fixture = dict[str, Path]


def load(database: str, folder: Path) -> dict[str, int]:
    with writing(database) as connection:
        return back.load(connection, folder)


def everything(database: str) -> dict[str, list[tuple[Any, ...]]]:
    with reading(database) as connection:
        return {name: rows for name, rows in held(connection).items() if name != "feeds"}


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
            row = {name: value for name, value in MORE[table].items() if name != "id"}
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
    with pytest.raises(PackageError, match=r"actors.jsonl:42: .*NUL"):
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


TEXT = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from((*TEXTS[:-1], NUL))
NUMBER = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return Path(migrate(str(tmp_path_factory.mktemp("template") / "empty.db"))).read_bytes()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), format=st.sampled_from(BACK))
def test_whatever_is_stored_comes_back(
    template: bytes, tmp_path: Path, data: st.DataObject, format: str
) -> None:
    """Rows of every kind of column: text, text that may be null, numbers, truth."""
    folder = tmp_path / os.urandom(8).hex()
    folder.mkdir()
    source, target = folder / "source.db", folder / "target.db"
    for path in (source, target):
        path.write_bytes(template)
    keys = data.draw(st.lists(TEXT.filter(bool), unique=True, max_size=6))
    with writing(str(source)) as connection:
        fill(connection)
        for n, key in enumerate(keys, 100):
            connection.execute(
                METADATA.tables["actors"].insert(),
                {"id": data.draw(NUMBER.filter(lambda n: abs(n) > 100)) if n == 100 else n}
                | {"key": key, "name": key, "kind": "state", "background": data.draw(TEXT)},
            )
            connection.execute(
                METADATA.tables["relation_types"].insert(),
                {"key": key, "label": data.draw(TEXT), "inverse": ""}
                | {"is_symmetric": data.draw(st.booleans())},
            )
            connection.execute(
                METADATA.tables["changes"].insert(),
                {"load_id": 1, "item": key, "key": key, "action": "added"},
            )
    run(str(source), folder / "out", format)
    load(str(target), folder / "out")
    found, wanted = everything(str(target)), everything(str(source))
    wanted["passages"] = [
        tuple(None if value == "A heading." else value for value in row)
        for row in wanted["passages"]
    ]
    assert {name: sorted(rows, key=repr) for name, rows in found.items()} == {
        name: sorted(rows, key=repr) for name, rows in wanted.items()
    }
    run(str(target), folder / "again", format)
    assert contents(folder / "again") == contents(folder / "out")


# --- what is refused ------------------------------------------------------------------------------


def replaced(name: str, old: str, new: str, again: bool = True) -> Callable[[Path], None]:
    """Change a file in one place; `again`: and have the descriptor agree."""

    def change(folder: Path) -> None:
        path = folder / name
        before = path.read_bytes().decode()
        assert before.count(old) >= 1
        path.write_bytes(before.replace(old, new, 1).encode("utf-8", "surrogatepass"))
        if again:
            seal(folder)

    return change


def told(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Change the descriptor."""

    def apply(folder: Path) -> None:
        described = descriptor(folder)
        change(described)
        (folder / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")

    return apply


def linked(folder: Path) -> None:
    path = folder / "places.csv"
    path.rename(folder.parent / "elsewhere.csv")
    path.symlink_to(folder.parent / "elsewhere.csv")


def piped(folder: Path) -> None:
    (folder / "places.csv").unlink()
    os.mkfifo(folder / "places.csv")


def written(name: str, data: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(data)
        if name != DESCRIPTOR:
            seal(folder)

    return change


TOWN, JSON_TOWN = "2,town,The Town,city,1", '{"id": 2, "key": "town",'
NO_PACKAGE = "datapackage.json: does not describe an export of Sourcebook"

FAULTS: dict[str, tuple[str, Callable[[Path], None], str]] = {
    # The descriptor.
    "none": ("csv", lambda folder: (folder / DESCRIPTOR).unlink(), "json: there is no such file"),
    "no json": ("csv", written(DESCRIPTOR, b"{"), NO_PACKAGE),
    "deep": ("csv", written(DESCRIPTOR, b"[" * 100_000), NO_PACKAGE),
    "large": ("csv", written(DESCRIPTOR, b" " * 2**24 + b"{}"), NO_PACKAGE),
    "another's": ("csv", written(DESCRIPTOR, b'{"name": "x", "resources": []}'), NO_PACKAGE),
    "format": (
        "csv",
        told(lambda one: one["sourcebook"].update(format="parquet")),
        "of an export as parquet, which cannot be loaded; export csv or jsonl",
    ),
    "schema": (
        "csv",
        told(lambda one: one["sourcebook"].update(schema="sourcebook_0001")),
        f"has schema sourcebook_0001, and this Sourcebook {REVISION}; export again",
    ),
    "outside": (
        "csv",
        told(lambda one: one["resources"][0].update(path="../actors.csv")),
        "does not list one file for each table",
    ),
    "absolute": (
        "csv",
        told(lambda one: one["resources"][0].update(path="/etc/passwd")),
        "does not list one file for each table",
    ),
    "twice": (
        "csv",
        told(lambda one: one["resources"].append(one["resources"][0])),
        "does not list one file for each table",
    ),
    "too few": ("csv", told(lambda one: one["resources"].pop()), "not list one file for each"),
    "no list": ("csv", told(lambda one: one.update(resources=7)), "says too little of actors.csv"),
    "no hash": (
        "csv",
        told(lambda one: one["resources"][0].pop("hash")),
        "says too little of actors.csv",
    ),
    "two nulls": (
        "csv",
        told(lambda one: one["resources"][0]["schema"].update(missingValues=["", "x"])),
        "says too little of actors.csv",
    ),
    "content": (
        "csv",
        told(lambda one: one["sourcebook"].update(content_hash="1" * 64)),
        f"says content {'1' * 64}, and the files hold {'0' * 64}",
    ),
    # The files.
    "gone": ("csv", lambda folder: (folder / "places.csv").unlink(), "places.csv: No such file"),
    "link": ("csv", linked, "places.csv: is a link"),
    "pipe": ("csv", piped, "places.csv: is no regular file"),
    "changed": ("csv", replaced("places.csv", "Town", "Down", again=False), "not as it was export"),
    "no header": ("csv", written("places.csv", b""), "places.csv:1: has the columns , and not id"),
    "column": ("csv", replaced("places.csv", "id,key", "id,kye"), "places.csv:1: has the columns"),
    "cell": ("csv", replaced("places.csv", TOWN, f"{TOWN},"), "places.csv:3: has 6 cells, and"),
    "blank": ("csv", replaced("places.csv", TOWN, ""), "places.csv:3: has 0 cells, and"),
    "number": (
        "csv",
        replaced("places.csv", TOWN, "two,t,T,city,1"),
        ":3: id: 'two' is no integer",
    ),
    "spaces": ("csv", replaced("places.csv", TOWN, " 2,t,T,city,1"), ":3: id: ' 2' is no integer"),
    "digits": ("csv", replaced("places.csv", TOWN, "٢,t,T,city,1"), ":3: id: '٢' is no integer"),
    "huge": (
        "csv",
        replaced("places.csv", TOWN, "9223372036854775808,t,T,city,1"),
        ":3: id: '9223372036854775808' is too large",
    ),
    "endless": (
        "csv",
        replaced("places.csv", TOWN, f"{'9' * 10_000},t,T,city,1"),
        f":3: id: '{'9' * 40}' is no integer",
    ),
    "truth": (
        "csv",
        replaced("relation_types.csv", ",false", ",0"),
        "relation_types.csv:2: is_symmetric: '0' is no boolean",
    ),
    "null": (
        "csv",
        replaced("places.csv", TOWN, r"2,\N,T,city,1"),
        r"places.csv:3: key: '\\N' must not be null",
    ),
    "mark": ("csv", replaced("places.csv", TOWN, '2,"a"b,T,city,1'), "places.csv:3: ',' expected"),
    "open": ("csv", replaced("places.csv", TOWN, '2,"a,T,city,1'), "places.csv:3: unexpected end"),
    "no text": (
        "csv",
        written("places.csv", b"id,key,name,kind,within_id\n1,\xff,,,"),
        ":1: holds",
    ),
    "check": (
        "csv",
        replaced("places.csv", TOWN, "2,town,T,hamlet,1"),
        "places.csv:3: CHECK constraint failed: ck_places_kind",
    ),
    "same": (
        "csv",
        replaced("places.csv", TOWN, "2,land,T,city,1"),
        "places.csv:3: UNIQUE constraint failed: places.key",
    ),
    "nowhere": (
        "csv",
        replaced("places.csv", TOWN, "2,town,T,city,77"),
        "places.csv: id 2: within_id points to a row of places that is not there",
    ),
    # The same as jsonl.
    "no object": ("jsonl", replaced("places.jsonl", JSON_TOWN, "[1,"), ":2: is no JSON"),
    "an array": ("jsonl", written("places.jsonl", b"[[1, 2]]\n"), "places.jsonl:1: is no object"),
    "not a thing": ("jsonl", written("places.jsonl", b"\n"), "places.jsonl:1: is no JSON"),
    "nested": (
        "jsonl",
        written("places.jsonl", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        "places.jsonl:1: is no JSON",
    ),
    "member": ("jsonl", written("places.jsonl", b'{"id": 1}\n'), ":1: has the columns id, and not"),
    "twice a member": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, '{"id": 2, "id": 3, "key": "town",'),
        "places.jsonl:2: has the columns id, id, key,",
    ),
    "text": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, '{"id": "2", "key": "town",'),
        "places.jsonl:2: id: '2' is no integer",
    ),
    "real": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, '{"id": 2.0, "key": "town",'),
        "places.jsonl:2: id: is no integer",
    ),
    "true": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, '{"id": true, "key": "town",'),
        "places.jsonl:2: id: is no integer",
    ),
    "no null": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, '{"id": 2, "key": null,'),
        "places.jsonl:2: key: must not be null",
    ),
    "object": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, '{"id": 2, "key": {"a": 1},'),
        "places.jsonl:2: key: is no text",
    ),
    "too large": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, f'{{"id": {2**63}, "key": "town",'),
        "places.jsonl:2: id: is too large",
    ),
    "no number": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, f'{{"id": {"9" * 5_000}, "key": "town",'),
        "places.jsonl:2: is no JSON",
    ),
    "surrogate": (
        "jsonl",
        replaced("places.jsonl", JSON_TOWN, r'{"id": 2, "key": "\ud800",'),
        r"places.jsonl:2: 'utf-8' codec can't encode character '\ud800'",
    ),
    "no utf-8": ("jsonl", written("places.jsonl", b'{"id": \xff}\n'), ":1: is no UTF-8"),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Fixture:
    """Exports of the rows of tests/rows.py."""
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
        connection.execute(METADATA.tables["topics"].insert(), MORE["topics"])
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
