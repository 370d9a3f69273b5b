"""Replaces the sqlite3 shell where it is not installed: runs a query and prints csv."""

import csv
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def main() -> None:
    """Read the query and its values from stdin, as JSON; write its rows to stdout."""
    query, values = json.load(sys.stdin)
    path = Path(sys.argv[1]).resolve()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(query, values)
        writer = csv.writer(sys.stdout)
        writer.writerow([column[0] for column in rows.description])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
