"""What can be wrong with an export that is to be loaded: how it comes about, and what is said."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from database.connect import REVISION
from exports.package import DESCRIPTOR
from tests.export_folders import descriptor, seal


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
