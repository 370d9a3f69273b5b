"""A sourcebook whose texts are as hostile as a database lets them be, for tests of exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from schema.models import METADATA
from tests.sample_rows import fill
from tests.sourcebook_builder import derive

TEXTS = (
    r"\N",
    r"\N1",
    r"\.",
    "\\.\n",
    "",
    " ",
    " both ends ",
    '"',
    '""',
    'says "no", and goes',
    "a,b;c\td|e",
    "line\nline",
    "line\r\nline",
    "line\rline",
    "\n",
    "\r",
    "'; drop table actors; --",
    "$$ :name %s %(name)s {} {0}",
    "null",
    "NULL",
    "None",
    "nan",
    "true",
    "0042",
    "1.20",
    "1e5",
    "2015-10-14",
    "=1+1",
    "\ufefftext with a mark",
    "\u202eright to left",
    "مرحبا بالعالم",
    "👩‍👩‍👧‍👦 🇺🇦",
    "e\u0301 é",
    "\u2028\u2029\u0085\x0b\x0c\x1c\x1d\x1e",
    "\x1b[2Jgone\x07\x7f\x01",
    "\U0010ffff\ufffe",
    "a\\b\\\\c\\n",
)
"""What any text may be."""

LONG = "long, " * 175_000
"""A megabyte, which one text has."""

DAYS = ("0000-01-01", "0001-01-01", "1900-02-28", "2016-02-29", "9999-12-31")


def hostile(connection: sa.Connection, texts: Sequence[str] = TEXTS) -> None:
    """Write the sample rows, and rows that hold these texts in every column that may.

    Some come before the rows that they point to: a place in a later one, an unnamed source.
    """
    fill(connection)
    tables = METADATA.tables
    numbered = list(enumerate(texts, start=1_000))

    def write(table: str, rows: list[dict[str, Any]]) -> None:
        connection.execute(tables[table].insert(), rows)

    write(
        "dates",
        [
            {"edtf": f"day-{day}", "precision": "day", "qualifier": None}
            | {"earliest": day, "latest": None if n % 2 else day}
            for n, day in enumerate(DAYS)
        ],
    )
    write(
        "actors",
        [
            {"id": n, "key": f"key-{n} {text[:50]}", "name": text or "-", "kind": "state"}
            | {"background": text}
            for n, text in numbered
        ],
    )
    write(
        "places",
        [
            {"id": 2_000, "key": "far", "name": "Far", "kind": "region", "within_id": None},
            {"id": 1_999, "key": "in", "name": "In", "kind": "city", "within_id": 2_000},
        ],
    )
    write("topics", [{"id": 999, "key": "long", "label": LONG}])
    write("topics", [{"id": n, "key": f"key-{n}", "label": text or "-"} for n, text in numbered])
    write(
        "sources",
        [
            {"id": n, "key": f"key-{n}", "document_id": None, "title": text or "-"}
            | {"kind": "talk", "anonymity": "named", "language": text, "published": None}
            | {"url": text}
            for n, text in numbered
        ],
    )
    write(
        "passages",
        [
            {"document_id": n, "n": 1, "section": None, "length": 1, "hash": "f" * 64, "text": text}
            for n, text in numbered
        ],
    )
    write(
        "facts",
        [{"id": n, "document_id": 1, "kind": "event", "key": f"fact-{n}"} for n, _ in numbered],
    )
    write(
        "events",
        [
            {
                "id": n,
                "kind": "event",
                "title": text or "-",
                "summary": text or None,
                "event_type": None,
            }
            | {"modality": "actual", "date": None, "place_id": None}
            for n, text in numbered
        ],
    )
    write(
        "participants",
        [
            {"fact_id": n, "actor_id": actor, "role": role, "kind": "event", "n": 1}
            for n, _ in numbered
            for role, actor in (("doer", n), ("receiver", 1_000))
        ],
    )
    write(
        "changes",
        [
            {"load_id": 1, "item": "event", "key": text, "action": "changed"}
            for text in dict.fromkeys(texts)
        ],
    )
    derive(connection)
