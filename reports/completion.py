"""Shell completion: reports, choices, tables, and the actors, topics and places of the database.

It runs at every press of the tab key. So SQLite files are opened without SQLAlchemy, nothing waits
long, and any failure means no suggestions and no message.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import click
from click.shell_completion import BashComplete, CompletionItem

from reports.catalogue import Catalogue
from reports.definition import NAMED, Parameter, ReportError, Type
from reports.known_names import KNOWN
from schema.folding import fold

PATIENCE = 1
"""Seconds to wait for a locked database, or for a server."""

SQLITE_TABLES = "select name from sqlite_schema where type in ('table', 'view')"
POSTGRESQL_TABLES = """
    select table_name
    from information_schema.tables
    where table_schema = any (pg_catalog.current_schemas(false))
"""


class WholeWords(BashComplete):
    """Completion in bash, which breaks words at `:` and `=`, as in `document:key`."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor and the word at it, put together again."""
        before, incomplete = super().get_completion_args()
        words, broken = list[str](), False
        for word in [*before, incomplete]:
            broken = bool(words) and (word[:1] in (":", "=") or words[-1][-1:] in (":", "="))
            if broken:
                words[-1] += word
            else:
                words.append(word)
        # COMP_WORDBREAKS may lack the colon: then bash replaces the whole word.
        self._kept = words[-1][: words[-1].rfind(":") + 1] if broken else ""
        return words[:-1], words[-1]

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return an item without what bash keeps: all up to the last colon."""
        item.value = item.value.removeprefix(self._kept)
        return super().format_completion(item)


def reports(catalogue: Catalogue, incomplete: str) -> list[CompletionItem]:
    """Offer the reports whose names start so, with their titles."""
    try:
        files = catalogue.files
    except ReportError:
        return []
    return [
        CompletionItem(name, help=_title(paths[0]))
        for name, paths in files.items()
        if name.startswith(incomplete)
    ]


def _title(path: Path) -> str | None:
    """Read the title alone, which is faster than parsing every header."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.readline().lstrip("- ").strip()
    except (OSError, UnicodeDecodeError):
        return None


def of_parameter(ctx: click.Context, parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the choices of a report's parameter, or what the database holds."""
    if parameter.type in NAMED:
        return values(ctx, parameter.type, incomplete)
    return choices(parameter.choices, incomplete)


def choices(known: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """Offer the choices that start so."""
    return [CompletionItem(choice) for choice in known if choice.startswith(incomplete)]


def tables(ctx: click.Context, incomplete: str) -> list[str]:
    """Offer the tables and views of the database."""
    rows = _query(_database(ctx), SQLITE_TABLES, POSTGRESQL_TABLES)
    return sorted(name for (name,) in rows if name.startswith(incomplete))


def values(ctx: click.Context, type: Type, incomplete: str) -> list[CompletionItem]:
    """Offer the keys of things whose key, or a word of whose name, starts so.

    A key needs no quotes in any shell.
    """
    known = _query(_database(ctx), KNOWN[type])
    folded = fold(incomplete)
    # An event's key needs its document only if other documents use the same key.
    uses = Counter(key.partition(":")[2] for key in {key for key, *_ in known})
    offered = {}
    for key, heading, name, *_ in known:
        short = key.partition(":")[2]
        value = short if short and uses[short] == 1 and ":" not in incomplete else key
        begins = (short or key).startswith(incomplete) or value.startswith(incomplete)
        if begins or (folded and f" {folded}" in f" {fold(name)}"):
            offered[value] = heading
    return [CompletionItem(value, help=offered[value]) for value in sorted(offered)]


def _database(ctx: click.Context) -> str:
    return str(ctx.find_root().params.get("db") or ctx.obj)


def _query(database: str, query: str, for_postgresql: str | None = None) -> Sequence[Sequence[str]]:
    """Query the database; one that cannot be queried has no rows."""
    if "://" in database:
        return _query_url(database, query, for_postgresql or query)
    try:
        path = Path(database)  # `./~/x.db` is in a folder called `~`
        file = (path.expanduser() if database.startswith("~") else path).resolve().as_uri()
        with closing(sqlite3.connect(f"{file}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
            return connection.execute(query).fetchall()
    except (sqlite3.Error, OSError, RuntimeError, ValueError):
        return []


def _query_url(database: str, query: str, for_postgresql: str) -> Sequence[Sequence[str]]:
    from sqlalchemy import text

    from database.connect import reading
    from database.errors import DatabaseError
    from database.location import locate

    try:
        url = locate(database)
        if url.get_backend_name() == "postgresql":
            query = for_postgresql
            url = url.update_query_dict({"connect_timeout": str(PATIENCE)})
        with reading(url.render_as_string(hide_password=False)) as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    except DatabaseError:
        return []
