"""The command `feed`: another database made an exact, proven copy."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from output.options import failing, only_for, row_options, write

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from sqlalchemy.engine import URL

    from feeds.feeding import Fed, TableFed
    from feeds.progress import Progress
    from feeds.target import Options, Target

VARIABLE = "SOURCEBOOK_TARGET"
SCHEMA = "sourcebook"

SAFER = (
    "TARGET: a password on the command line stands in the list of processes for all to see; set "
    f"PGPASSWORD, use ~/.pgpass, a service file or --password-file, or put the whole URL into "
    f"{VARIABLE}"
)
SECRETS = {"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"}
"""What of a URL's query nobody else may read."""

CONNINFO = re.compile(
    r"\s*(host|hostaddr|port|dbname|user|password|service|servicefile|passfile|options|"
    r"application_name|connect_timeout|client_encoding|ssl\w*|target_session_attrs)\s*=",
)
"""How a string begins that libpq takes for a connection."""

NAME = re.compile(r"[a-z][a-z0-9+.-]*")
"""A scheme; what is none may hold a password, and is not repeated."""

ENGINES = re.compile(r"(postgres|postgresql|sqlite)(\+\w+)?")

EPILOG = f"""
TARGET is a path, sqlite:///PATH, postgresql://USER@HOST/NAME, postgresql://?service=NAME, or a
DuckDB file: PATH.duckdb or duckdb:///PATH.

A password never goes on the command line. PGPASSWORD, ~/.pgpass and service files work as with
psql; {VARIABLE} may hold the whole URL, password and all.

A schema that was fed is a sourcebook itself: read it with
`sourcebook --db 'postgresql://HOST/NAME?options=-csearch_path=SCHEMA' report`.

Exit status: 0 the target equals the sourcebook, 1 failed and the target is as it was, unless only
what is printed could not be written, 2 wrong usage.
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
    if not (value.isascii() and value.isidentifier() and value == value.lower()):
        raise click.BadParameter("write it in small letters, digits and _, a letter first")
    if value.startswith("pg_") or len(value) > 63:
        raise click.BadParameter("this name is the server's own, or longer than 63 letters")
    return value


@click.command(epilog=EPILOG, params=[])
@click.argument("target", envvar=VARIABLE, shell_complete=_targets)
@click.option(
    "--schema",
    default=SCHEMA,
    show_default=True,
    callback=_schema,
    help="In PostgreSQL, the schema to fill; it is made if need be, and holds nothing else.",
)
@click.option("--keep-text", is_flag=True, help="Feed the passages' text too, where it was kept.")
@click.option(
    "--replace",
    is_flag=True,
    help="Fill it anew, even if somebody changed rows or the structure there, or if it is another "
    "sourcebook.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Compare every row and every report of both sides, also if there is nothing to bring.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="In PostgreSQL, a file that only you can read, with the password in its first line.",
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
    """Make another database an exact copy, proven equal.

    The first feed makes the tables; later ones bring what changed since, all in one transaction.
    Rows and hashes of every table are computed by both engines and compared before anything is
    kept. Rows and structure that somebody changed in the target are found, and refused.

    Prints by table what was added, changed and removed, and the hash on both sides. Where nothing
    was loaded since the last feed, the content hashes alone are compared.
    """
    from database.connect import reading
    from feeds.feeding import feed as run
    from feeds.postgresql import Postgresql
    from feeds.progress import Progress
    from feeds.source import Source
    from feeds.target import Options

    only_for("--raw", raw, [format], "csv")
    typed = ctx.get_parameter_source("target") is ParameterSource.COMMANDLINE
    progress = Progress()
    options = Options(keep_text, replace, dry_run, verify)
    done: list[Fed] = []

    def rows() -> Iterator[TableFed]:
        with reading(ctx.obj) as connection:
            source = Source(connection, keep_text=keep_text)
            done.append(run(source, chosen, options, progress))
        yield from done[0].tables

    with failing():
        chosen = _target(target, schema, password_file, progress, typed=typed)
        if not isinstance(chosen, Postgresql):
            for name in ("schema", "password_file"):
                if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                    raise click.UsageError(f"--{name.replace('_', '-')} is for PostgreSQL")
            if output and os.path.realpath(output) == os.path.realpath(chosen.name):
                raise click.UsageError("--output: is TARGET itself; name another file")
        # A file is opened first: what cannot be listed is not fed.
        _print(rows() if output else list(rows()), format, output, raw)
    progress.say(_told(done[0], chosen, options))


feed.params.extend(row_options())


# --- the target -----------------------------------------------------------------------------------


def _target(
    target: str, schema: str, password_file: Path | None, progress: Progress, *, typed: bool
) -> Target:
    """Say what TARGET is. Raises UsageError, and DatabaseError for what is no database."""
    from feeds.duckdb import Duckdb, path_of

    if CONNINFO.match(target):
        raise click.UsageError(
            "TARGET: this looks like a connection string of libpq; give it as "
            "postgresql://USER@HOST:PORT/NAME (a file of that name as ./NAME)"
        )
    scheme, mark, rest = target.partition("://")
    target = f"{scheme.lower()}{mark}{rest}" if mark else target
    if target in (":memory:", "duckdb:///", "duckdb:///:memory:", "sqlite:///:memory:"):
        raise click.UsageError("TARGET: give the path of a file; what is in memory goes with it")
    path = path_of(target)
    if path is None:
        url = _url(target)
        if url.get_backend_name() == "postgresql":
            from feeds.postgresql import Postgresql

            return Postgresql(_with_password(url, password_file, typed=typed), schema, progress)
    if path is not None:
        return Duckdb(path, progress)
    from feeds.sqlite import Sqlite

    return Sqlite(Path(url.database or ""), progress)


def _url(target: str) -> URL:
    from database.errors import DatabaseError
    from database.location import locate

    scheme, mark, _ = target.partition("://")
    if mark and NAME.fullmatch(scheme) and not ENGINES.fullmatch(scheme):
        raise click.UsageError(
            f"TARGET: {scheme}:// is not supported; give PostgreSQL (postgresql://USER@HOST/NAME), "
            "SQLite (a path, sqlite:///PATH) or DuckDB (PATH.duckdb, duckdb:///PATH)"
        )
    try:
        return locate(target)
    except DatabaseError as error:
        raise click.UsageError(str(error).replace("--db", "TARGET")) from None


def _with_password(url: URL, file: Path | None, *, typed: bool) -> URL:
    if typed and (url.password or SECRETS & {name.lower() for name in url.query}):
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
    if not password:
        raise click.UsageError(f"--password-file: the first line of {file} is empty")
    if "\0" in password:
        raise click.UsageError(f"--password-file: {file} holds a NUL, which no password can")
    return url.set(password=password)


# --- what is printed ------------------------------------------------------------------------------


def _print(rows: Iterable[TableFed], format: str, output: Path | None, raw: bool) -> None:
    from feeds.feeding import TableFed
    from output.page import Column, Page

    texts: Any = ("table", "source", "target")
    columns = [Column(one, "text" if one in texts else "integer") for one in TableFed._fields]
    write(Page(columns, rows), format, output, raw)


def _told(fed: Fed, target: Target, options: Options) -> str:
    from schema.escape import visible

    sums = [sum(column) for column in zip(*(one[1:4] for one in fed.tables), strict=True)]
    what = ", ".join(
        f"{n:,} {said}" for n, said in zip(sums, ("added", "changed", "removed"), strict=True) if n
    )
    how = f"would be: {fed.how}" if options.dry_run else fed.how
    rest = f"; rows {what}" if what else ""
    return visible(f"{target.name}: {how}{rest} · content {fed.content or 'none'}")
