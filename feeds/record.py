"""What a feed records in its target for the next one: what it has left in each table.

Touches nothing; the columns are explained in schema/loads.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from feeds.digest import NOTHING, Digest, Engine
from feeds.rows import RECORD, TABLES
from feeds.source import Source


class Recorded(NamedTuple):
    """What the last feed left in a table."""

    sealed: bool
    """Whether it is as the feed wrote it; what is not says nothing."""

    digest: Digest
    sums: Mapping[str, int]
    """Of the checksums that were known, by engine."""
    left_out: str | None
    """The column that was left out."""

    def by(self, engine: Engine) -> Digest:
        """Give the digest with the checksum by this engine."""
        return replace(self.digest, own=self.sums.get(engine))


def records(
    here: Mapping[str, Digest], there: Mapping[str, Digest], source: Source, engine: Engine
) -> list[dict[str, object]]:
    """Give the rows that record a feed, as `recorded` reads them."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows: list[dict[str, object]] = [
        {
            "table_name": table.name,
            "row_count": there[table.name].rows,
            "digest": str(there[table.name]),
            "checksum": _written(there[table.name], engine),
            "source_checksum": _written(here[table.name], source.engine),
            "left_out": next(iter(source.without(table)), None),
            "fed_at": now,
        }
        for table in TABLES
    ]
    return [row | {"seal": seal(row)} for row in rows]


def _written(digest: Digest, engine: Engine) -> str | None:
    return None if digest.own is None else f"{engine} {digest.own:016x}"


def seal(row: Mapping[str, object]) -> str:
    """Give the hash of all columns of a row but this one's, in hexadecimal."""
    columns = [row[column.name] for column in RECORD.columns if column.name != "seal"]
    written = json.dumps(columns, ensure_ascii=False, default=repr)
    return hashlib.sha256(written.encode(errors="surrogateescape")).hexdigest()


def recorded(row: Mapping[str, Any]) -> Recorded:
    """Read a row of the record."""
    if row["seal"] != seal(row):
        return Recorded(False, NOTHING, {}, None)
    sums = {}
    for name in ("source_checksum", "checksum"):
        if row[name]:
            engine, _, sum = row[name].partition(" ")
            sums[engine] = int(sum, 16)
    found = Digest(row["row_count"], int(row["digest"], 16))
    return Recorded(True, found, sums, row["left_out"])
