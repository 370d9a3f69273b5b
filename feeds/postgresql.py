"""A target in PostgreSQL: one schema of its own, filled by COPY, in one transaction.

Touches that schema only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from database.connect import revision, transaction
from database.digest import Digest, quoted, unescaped
from database.errors import DatabaseError
from database.location import name_of
from database.snapshot import RECORD, TABLES, Snapshot, driver_errors
from feeds.relational import Relational
from feeds.structure import state_of
from feeds.target import TargetState, blaming
from migrations.creation import creation
from migrations.views import grant, rights
from output.progress import Progress

FEEDING = 5_070_061
"""The first half of the advisory lock that keeps two feeds of one schema apart."""

PATIENCE = 1_000
"""Milliseconds that a feed waits for others before it says so."""

MEMORY = 256
"""Megabytes that the server may use to build an index, unless it is set to more."""

STATISTICS = 25
"""How many values of a column the planner learns about, until autovacuum takes a larger sample."""

SORTING = "select setting from pg_settings where name = 'maintenance_work_mem'"

PLACE = """
    select concat_ws(
        '/', extract(epoch from pg_postmaster_start_time()), pg_database.oid, relnamespace
      )
    from pg_database
    left join pg_class on pg_class.oid = to_regclass('codings')
    where datname = current_database()
"""
"""Identifies the schema, its database and its server, however it was reached."""

OURS = """
    select relkind = 'v' as is_view,
      string_agg(quote_ident(relname), ', ' order by relname <> 'codings', relname) as names
    from pg_class
    where relnamespace = current_schema::regnamespace and relkind in ('r', 'p', 'v')
    group by is_view
    order by is_view desc
"""
"""Views first, since they depend on tables. The first table is the one that a load locks first,
so that a load and a feed never wait for each other."""

KEPT = {escape: escape for escape in (rb"\"", rb"\\")}
"""Escapes of JSON that COPY reads as they are."""

DEPENDED_ON, IN_USE = "2BP01", "55P03"
"""Codes of the server: others' views or keys depend on it; a lock is not free at once."""


class Postgresql(Relational):
    """A schema of a PostgreSQL database."""

    wants_schema = is_server = True

    def __init__(self, url: URL, schema: str, progress: Progress) -> None:
        self.schema = schema
        self.name = f"{name_of(url)}, schema {schema}"
        options = f"{url.query.get('options', '')} -csearch_path={schema}".strip()
        self.url = url.update_query_dict({"options": options})
        self._progress = progress
        self._new = False
        """Whether this feed created the tables: then rows need no later vacuum."""

    @contextmanager
    def opened(self, source: Snapshot) -> Iterator[TargetState]:
        """Open it, wait for other feeds, and keep others from writing to it."""
        with transaction(self.url) as self.connection:
            encoding = self.rows.scalar("show server_encoding")
            if encoding != "UTF8":
                raise DatabaseError(f"{self.name}: its encoding is {encoding}; use one with UTF8")
            self._usable = self.rows.scalar(
                f"select has_schema_privilege(oid, 'usage') from pg_namespace where nspname = "
                f"'{self.schema}'"
            )
            if self._usable is False:
                raise DatabaseError(
                    f"{self.name}: you may not use this schema; ask its owner to grant usage on "
                    "it, or give another --schema"
                )
            key = f"{FEEDING}, hashtext('{self.schema}')"
            if not self.rows.scalar(f"select pg_try_advisory_xact_lock({key})"):
                self._progress.say(f"{self.name}: waiting for another feed to end")
                self.run(f"select pg_advisory_xact_lock({key})")
            if source.engine == "postgresql" and self.rows.scalar(PLACE) == source.scalar(PLACE):
                raise DatabaseError(f"{self.name}: is the source itself; give another --schema")
            if revision(self.connection):
                # Readers don't wait; writers do, until this feed ends.
                tables = next(row.names for row in self._select(OURS) if not row.is_view)
                self._lock(f"lock table {tables} in share row exclusive mode")
            # Only now: whoever was waited for has written.
            self._state = state_of(self.name, self.connection)
            yield self._state

    def _lock(self, statement: str) -> None:
        """Run what must wait for others, and say so if they take long."""
        self.run(f"set local lock_timeout = {PATIENCE}")
        try:
            with self.connection.begin_nested():
                self.run(statement)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != IN_USE:
                raise
            self._progress.say(f"{self.name}: waiting for others who use its tables")
            self.run("set local lock_timeout = 0")
            self.run(statement)
        self.run("set local lock_timeout = 0")

    # --- filling ------------------------------------------------------------------------------

    def fill(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Replace all rows, and create the tables where none can be kept."""
        if self._state.older:
            from migrations.upgrade import upgrade  # slow to import

            upgrade(self.connection)
        in_place = self._state.inventory.documents and not self.drift()
        sent = (self._fill_in_place if in_place else self._fill_anew)(source, progress)
        self.record()
        return sent

    def _fill_in_place(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Delete all rows and copy them again: readers keep the old ones and wait for nobody.

        A truncated table would be empty for transactions that began before, and locked for others.
        """
        self.run(*(f"delete from {table.name}" for table in (RECORD, *reversed(TABLES))))
        sent = self.copy_all(source, progress)
        self._analyze()
        return sent

    def _fill_anew(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Copy into new tables without keys and indexes, and create these afterwards."""
        if self._usable is None:
            self.run(f"create schema {quoted(self.schema)}")
        former = rights(self.connection)
        self._drop()
        schema = creation("postgresql")
        self.run(*schema.tables, *schema.views)
        self._new = True
        grant(self.connection, former, derived_too=False)
        if int(self.rows.scalar(SORTING)) < MEMORY * 1024:
            self.run(f"set local maintenance_work_mem = '{MEMORY}MB'")
        sent = self.copy_all(source, progress)
        with progress.stage("creating keys and indexes"), blaming(source, None):
            self.run(*schema.keys)
        self._analyze()
        with progress.stage("checking foreign keys"), blaming(source, None):
            self.run(*schema.foreign_keys)
        return sent

    def _drop(self) -> None:
        """Drop tables and views. Raises DatabaseError if something elsewhere depends on them."""
        try:
            for row in self._select(OURS):
                self._lock(f"drop {'view' if row.is_view else 'table'} {row.names}")
        except DBAPIError as error:
            original: Any = error.orig
            if getattr(original, "sqlstate", None) != DEPENDED_ON:
                raise
            detail = str(original.diag.message_detail).partition("\n")[0]
            raise DatabaseError(
                f"{self.name}: it cannot be created anew: {detail}; drop that first, or give "
                "another --schema"
            ) from error

    def _analyze(self) -> None:
        """Let the planner know the tables: a small sample is enough for a start."""
        self.run(f"set local default_statistics_target = {STATISTICS}")
        self.run(f"analyze {', '.join(table.name for table in TABLES)}")

    def record(self) -> None:
        """Record that a feed filled it, and let new rows be numbered after the copied ones."""
        super().record()
        for table in TABLES:
            if (column := table.autoincrement_column) is not None:
                name = self.rows.scalar(
                    f"select pg_get_serial_sequence('{table}', '{column.name}')"
                )
                last = self.rows.scalar(f"select coalesce(max({column.name}), 0) from {table}")
                self.run(f"alter sequence {name} restart with {last + 1}")

    def write(self, into: str, table: Table, batches: Iterable[list[bytes]]) -> None:
        """COPY rows: the driver sends some while the next are read."""
        from psycopg.copy import QueuedLibpqWriter

        columns = ", ".join(quoted(column.name) for column in table.columns)
        statement = (
            f"copy {into} ({columns}) from stdin "
            f"(format csv, null 'null', escape '\\', encoding 'utf8', freeze {self._new})"
        )
        with (
            driver_errors(self.connection) as driver,
            driver.cursor() as cursor,
            cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copy,
        ):
            for lines in batches:
                copy.write(csv(lines))

    def run(self, *statements: str) -> None:
        """Run statements in one round trip: creating a sourcebook takes hundreds of them."""
        super().run(";\n".join(statements))

    def _select(self, query: str) -> Sequence[Any]:
        return self.connection.exec_driver_sql(query).all()


def csv(lines: list[bytes]) -> bytes:
    """Turn rows from JSON arrays into csv as COPY reads it.

    The two are alike but for the brackets and for escapes other than of `"` and of the backslash.
    """
    rows = b"\n".join(lines)[1:-1].replace(b"]\n[", b"\n") + b"\n"
    return unescaped(rows, KEPT)
