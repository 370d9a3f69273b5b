"""Shell completion: reports, choices, and actors, topics and places of the database.

It runs at every press of a key: so an SQLite file is opened without SQLAlchemy, nothing is waited
for, and whatever goes wrong, nothing is offered and nothing said.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from reports.catalogue import Catalogue
from reports.definition import ReportError, Type
from reports.names import KNOWN
from schema.suggest import fold

PATIENCE = 1
"""How many seconds a database may take to be free, or a server to answer."""


def reports(catalogue: Catalogue, begun: str) -> list[CompletionItem]:
    """Offer the reports whose names begin so, with their titles."""
    try:
        files = catalogue.files
    except ReportError:
        return []
    return [
        CompletionItem(name, help=_title(paths[0]))
        for name, paths in files.items()
        if name.startswith(begun)
    ]


def _title(path: Path) -> str | None:
    """Read the title alone: who completes a name does not wait for all headers to be read."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.readline().lstrip("- ").strip()
    except (OSError, UnicodeDecodeError):
        return None


def choices(known: Iterable[str], begun: str) -> list[CompletionItem]:
    """Offer what begins so."""
    return [CompletionItem(choice) for choice in known if choice.startswith(begun)]


def values(ctx: click.Context, type: Type, begun: str) -> list[CompletionItem]:
    """Offer the keys of those whose key or name begins so: a key needs no quotes in any shell."""
    database = ctx.find_root().params.get("db") or ctx.obj
    wanted = fold(begun)
    found = {
        key: heading
        for key, heading, name in _asked(str(database), KNOWN[type])
        if key.startswith(begun) or (wanted and fold(name).startswith(wanted))
    }
    if type is Type.EVENT:
        found = _short(found)
    return [CompletionItem(key, help=found[key]) for key in sorted(found)]


def _short(found: Mapping[str, str]) -> dict[str, str]:
    """Leave out the document where the key alone will do: a shell stops at the colon."""
    alone = Counter(key.partition(":")[2] for key in found)
    return {
        (bare if alone[bare := key.partition(":")[2]] == 1 else key): heading
        for key, heading in found.items()
    }


def _asked(database: str, query: str) -> Iterable[Sequence[str]]:
    """Ask the database; one that cannot be asked knows nothing."""
    if "://" in database:
        return _asked_by_url(database, query)
    try:
        file = Path(database).expanduser().resolve().as_uri()
        with closing(sqlite3.connect(f"{file}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
            return connection.execute(query).fetchall()
    except (sqlite3.Error, OSError, RuntimeError, ValueError):
        return []


def _asked_by_url(database: str, query: str) -> Iterable[Sequence[str]]:
    from sqlalchemy import text

    from database.connect import locate, reading
    from database.errors import DatabaseError

    try:
        url = locate(database)
        if url.get_backend_name() == "postgresql":
            url = url.update_query_dict({"connect_timeout": str(PATIENCE)})
        with reading(url.render_as_string(hide_password=False)) as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    except DatabaseError:
        return []
