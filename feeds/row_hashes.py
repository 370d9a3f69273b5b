"""Hashes of rows in SQLite: what a connection is taught, and a process that computes them alone.

Rows are hashed by calls from SQLite, of which one process can make as many as one processor can
answer; a large file is therefore read by several at once (feeds/source.py). As such a process
this file is run as a script: it imports nothing of Sourcebook, and reads the database only.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

from xxhash import xxh32_intdigest

try:  # Python's own is made for short texts: half as quick again as OpenSSL's behind hashlib
    from _md5 import md5  # type: ignore[import-not-found]
except ImportError:
    from hashlib import md5

MODULUS = 2**64

DIGEST, CHECKSUM = "sourcebook_digest", "sourcebook_checksum"
"""What the functions are called: an aggregate that gives both sums, and the quick hash of a row."""

TOGETHER = 256
"""Rows that are hashed at once, which is quicker than one by one."""

LONG = 10_000
"""Bytes from which on a row is not kept until there are so many."""


class _Aggregate:
    """What SQLite calls for every row, and at the end."""

    def __init__(self) -> None:
        self._digest = self._checksum = 0
        self._rows: list[bytes] = []

    def step(self, row: bytes, /) -> None:
        self._rows.append(row)
        if len(self._rows) == TOGETHER or len(row) >= LONG:
            self._add()

    def _add(self) -> None:
        digest, checksum = sums(self._rows)
        self._digest += digest
        self._checksum += checksum
        self._rows.clear()

    def finalize(self) -> str:
        self._add()
        return f"{self._digest % MODULUS} {self._checksum}"


def register(connection: sqlite3.Connection) -> None:
    """Teach a connection to SQLite what digests and checksums are asked by."""
    # typeshed knows of aggregates over whole numbers only.
    connection.create_aggregate(DIGEST, 1, _Aggregate)  # type: ignore[arg-type]
    connection.create_function(CHECKSUM, 1, xxh32_intdigest, deterministic=True)


def sums(rows: Sequence[bytes]) -> tuple[int, int]:
    """Give what the aggregate would give of rows that are at hand."""
    hashes = array("Q", b"".join([md5(one, usedforsecurity=False).digest() for one in rows]))
    if sys.byteorder == "little":
        hashes.byteswap()
    return sum(hashes[::2]) % MODULUS, sum(map(xxh32_intdigest, rows))


def _leave_with_who_asked() -> None:
    os.read(sys.stdin.fileno(), 1)  # ends when nobody holds the other end
    os._exit(1)


def main() -> None:
    """Answer the queries that are given, of the file that is named, while who asked is there."""
    os.nice(10)  # it has time until all is written
    Thread(target=_leave_with_who_asked, daemon=True).start()
    connection = sqlite3.connect(f"{Path(sys.argv[1]).absolute().as_uri()}?mode=ro", uri=True)
    register(connection)
    json.dump([connection.execute(one).fetchone() for one in json.loads(sys.argv[2])], sys.stdout)


if __name__ == "__main__":
    main()
