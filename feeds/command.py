"""The command `feed`: makes another database an exact copy and compares the two."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from output.options import StrictCommand, failing, row_options, write

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from sqlalchemy.engine import URL

    from feeds.sync import SyncResult, TableResult
    from feeds.target import Target
    from output.progress import Progress

TEXTS: Any = ("table", "source", "target")
"""Columns of the result that are text; the others are numbers."""

VARIABLE = "SOURCEBOOK_TARGET"
SCHEMA = "sourcebook"

SAFER = (
    "TARGET: everybody on this machine can see a password on the command line; use "
    "--password-file, put the whole URL into "
    f"{VARIABLE}, or for PostgreSQL set PGPASSWORD or use ~/.pgpass or a service file"
)
SECRETS = re.compile(r"pass(word|wd)|secret|scram_\w+_key", re.IGNORECASE)
"""Parameters of a URL that nobody else may read."""

CONNINFO = re.compile(r"\s*(host\w*|port|dbname|user|password|service|options|ssl\w+)\s*=")
"""How a string begins that libpq takes for a connection."""

LOCATED = re.compile(r"(postgres|postgresql|sqlite|duckdb)(\+\w+)?:")
"""How the URL of a database begins that other commands take too."""

EPILOG = f"""
TARGET is a path, sqlite:///PATH, postgresql://USER@HOST/NAME, postgresql://?service=NAME, a
DuckDB file (PATH.duckdb or duckdb:///PATH), or the URL of any other database that SQLAlchemy
speaks to, such as mysql+pymysql://USER@HOST/NAME.

A password never goes on the command line. PGPASSWORD, ~/.pgpass and service files work as with
psql; {VARIABLE} may hold the whole URL, password and all.

A schema that was fed is a sourcebook itself: read it with
`sourcebook --db 'postgresql://HOST/NAME?options=-csearch_path=SCHEMA' report`.

Exit status: 0 the target equals the sourcebook; 1 failed, and the target is as it was unless only
the output could not be written; 2 wrong usage.
"""


def _targets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the beginnings of URLs, and files."""
    del ctx, param
    from click.shell_completion import CompletionItem

    urls = ("duckdb:///", "mysql+pymysql://", "postgresql://", "sqlite:///")
    offered = [CompletionItem(url) for url in urls if url.startswith(incomplete)]
    return [CompletionItem(incomplete, type="file"), *offered]


def _schema(ctx: click.Context, param: click.Parameter, value: str) -> str:
    del ctx, param
    if not re.fullmatch(r"(?!pg_)[a-z_][a-z0-9_]{0,62}", value):
        raise click.BadParameter(
            "use at most 63 lower-case letters, digits and _, with a letter first; the server "
            "reserves names that begin with pg_"
        )
    return value


@click.command(cls=StrictCommand, epilog=EPILOG, params=[])
@click.argument("target", envvar=VARIABLE, shell_complete=_targets)
@click.option(
    "--schema",
    default=SCHEMA,
    show_default=True,
    callback=_schema,
    help="In PostgreSQL, the schema to fill. It is created if need be, and holds nothing else.",
)
@click.option("--keep-text", is_flag=True, help="Copy the text of passages too, if it was kept.")
@click.option(
    "--replace",
    is_flag=True,
    help="Fill the target anew, even if its structure was changed or it holds another sourcebook.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Compare every row of both sides, even if there is nothing to copy.",
)
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that only you can read, with the password of the server in its first line.",
)
@click.pass_context
def feed(
    ctx: click.Context,
    target: str,
    schema: str,
    keep_text: bool,
    replace: bool,
    verify: bool,
    dry_run: bool,
    password_file: Path | None,
    format: str,
    output: Path | None,
    raw: bool,
) -> None:
    """Make another database an exact copy.

    The first feed creates the tables. Later ones copy only the documents that changed, and what
    they share. Everything happens in one transaction, and both databases count and hash what was
    copied before it is committed.

    Prints for each table how many rows were added, changed and removed, how many were compared,
    and their hash on both sides.
    """
    from database.connect import reading
    from database.snapshot import Snapshot
    from feeds.sync import TableResult, sync
    from feeds.target import FeedOptions
    from output.page import Page, PageColumn
    from output.progress import Progress
    from schema.escape import visible

    typed = ctx.get_parameter_source("target") is ParameterSource.COMMANDLINE
    progress = Progress()
    summaries: list[str] = []

    def rows() -> Iterator[TableResult]:
        with reading(ctx.obj, stored=True) as connection:
            source = Snapshot(connection, keep_text=keep_text)
            result = sync(source, chosen, FeedOptions(replace, dry_run, verify), progress)
        summaries.append(f"{'dry run: ' if dry_run else ''}{_summary(result)}")
        yield from result.tables

    with failing():
        chosen = _target(target, schema, password_file, progress, typed=typed)
        _require_fitting(ctx, chosen, output)
        columns = [
            PageColumn(name, "text" if name in TEXTS else "integer") for name in TableResult._fields
        ]
        # An output file is opened first: what can't be listed isn't fed.
        write(Page(columns, rows() if output else list(rows())), format, output, raw)
    progress.say(visible(f"{chosen.name}: {summaries[0]}"))


feed.params.extend(row_options())


# --- the target -----------------------------------------------------------------------------------


def _require_fitting(ctx: click.Context, target: Target, output: Path | None) -> None:
    """Raise UsageError for an option that means nothing for this target."""
    for name, fits in (("schema", target.wants_schema), ("password_file", target.is_server)):
        if not fits and ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            kind = "PostgreSQL" if name == "schema" else "servers"
            raise click.UsageError(f"--{name.replace('_', '-')} is for {kind}")
    if output and os.path.realpath(output) == os.path.realpath(target.name):
        raise click.UsageError("--output: is TARGET itself; name another file")


def _target(
    target: str, schema: str, password_file: Path | None, progress: Progress, *, typed: bool
) -> Target:
    """Return the target of this name. Raises UsageError."""
    from database.errors import DatabaseError
    from database.location import locate

    if CONNINFO.match(target):
        raise click.UsageError(
            "TARGET: this looks like a connection string of libpq; write it as "
            "postgresql://USER@HOST:PORT/NAME (or a file of that name as ./NAME)"
        )
    if target == ":memory:":
        raise click.UsageError("TARGET: give the path of a file; memory is gone when this ends")
    scheme, mark, rest = target.partition("://")
    target = f"{scheme.lower()}{mark}{rest}" if mark else target
    try:
        if mark and not LOCATED.match(target):
            from feeds.other import Other, other_url

            return Other(_with_password(other_url(target), password_file, typed=typed), progress)
        url = locate(target)
    except DatabaseError as error:
        raise click.UsageError(str(error).replace("--db", "TARGET")) from None
    if url.get_backend_name() == "postgresql":
        from feeds.postgresql import Postgresql

        return Postgresql(_with_password(url, password_file, typed=typed), schema, progress)
    if url.get_backend_name() == "duckdb":
        from feeds.duckdb import Duckdb

        return Duckdb(Path(url.database or ""))
    from feeds.sqlite import Sqlite

    return Sqlite(Path(url.database or ""))


def _with_password(url: URL, file: Path | None, *, typed: bool) -> URL:
    if typed and (url.password or any(map(SECRETS.search, url.query))):
        raise click.UsageError(SAFER)
    if file is None:
        return url
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise click.UsageError(
                f"--password-file: others can read {file}; `chmod 600` keeps it to yourself"
            )
        password = file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError:
        raise click.UsageError(f"--password-file: {file} is not UTF-8") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.UsageError(f"--password-file: {file}: {reason.lower()}") from None
    if not password or "\0" in password:
        raise click.UsageError(f"--password-file: the first line of {file} is empty or holds a NUL")
    return url.set(password=password)


def _summary(result: SyncResult) -> str:
    verbs = ("added", "changed", "removed")
    sums = {verb: sum(getattr(table, verb) for table in result.tables) for verb in verbs}
    counts = ", ".join(f"{count:,} {verb}" for verb, count in sums.items() if count)
    rows = f"; rows {counts}" if counts else ""
    return f"{result.summary}{rows} · content {result.content or 'none'}"
