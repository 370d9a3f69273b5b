"""A target in PostgreSQL: one schema of its own, filled by COPY, in one transaction.

Touches that schema only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Constraint, Index, MetaData, Table, UniqueConstraint
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from database.connect import revision, transaction
from database.digest import Digest, quoted
from database.errors import DatabaseError
from database.location import name_of
from database.snapshot import RECORD, TABLES, Snapshot, driver_errors
from feeds.relational import Relational
from feeds.scope import ChangeSet
from feeds.target import Change, TargetState, blaming
from migrations.upgrade import upgrade
from output.progress import Progress
from schema.models import METADATA

FEEDING = 5_070_061
"""The first half of the advisory lock that keeps two feeds of one schema apart."""

PATIENCE = 1_000
"""Milliseconds that a feed waits for others before it says so."""

MEMORY = 256
"""Megabytes that the server may use to build an index, unless it is set to more."""

SORTING = "select setting from pg_settings where name = 'maintenance_work_mem'"

PLACE = """
    select concat_ws(
        '/', extract(epoch from pg_postmaster_start_time()), pg_database.oid, relnamespace
      )
    from pg_database
    left join pg_class on pg_class.oid = to_regclass('codings')
    where datname = current_database()
"""
"""Which schema of which database of which server this is, however it was reached."""

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

GRANTS = """
    select concat(
        'grant ', string_agg(privilege_type, ', '), ' on ', quote_ident(relname), ' to ',
        case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
        case when is_grantable then ' with grant option' end
      )
    from pg_class
    cross join aclexplode(coalesce(relacl, acldefault('r', relowner)))
    where relnamespace = current_schema::regnamespace
      and relkind in ('r', 'p', 'v')
      and (grantee = 0 or pg_get_userbyid(grantee) <> current_user)
    group by relname, grantee, is_grantable
"""

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

    @contextmanager
    def opened(self, source: Snapshot) -> Iterator[TargetState]:
        """Open it, wait for other feeds, and keep others from writing to it."""
        with transaction(self.url) as self.connection:
            encoding = self.rows.scalar("show server_encoding")
            if encoding != "UTF8":
                raise DatabaseError(f"{self.name}: its encoding is {encoding}; use one with UTF8")
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
            self._state = self.state()  # only now: whoever was waited for has written
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
        """Create the tables if need be, empty them, and copy all rows."""
        exists = self.rows.scalar(
            f"select count(*) from pg_namespace where nspname = '{self.schema}'"
        )
        if not exists:
            self.run(f"create schema {quoted(self.schema)}")
        grants: Sequence[Any] = []
        state = self._state
        rebuilt = state.exists and not state.older and bool(state.missing or self.drift())
        if rebuilt:
            grants = self._drop()
        upgrade(self.connection)
        for (grant,) in grants:
            self.run(grant)
        if int(self.rows.scalar(SORTING)) < MEMORY * 1024:
            self.run(f"set local maintenance_work_mem = '{MEMORY}MB'")
        total = sum(source.count(table) for table in TABLES)
        everything = ", ".join(table.name for table in (*TABLES, RECORD))
        if rebuilt or not state.book.documents:
            # Nobody reads these tables yet: the fastest way.
            self._lock(f"truncate {everything}")
            sent = self._fill_bare(source, total, progress)
        else:
            # Readers keep the old rows and wait for nobody. A truncated table would be empty for
            # transactions that began before, and locked for the others.
            for table in (RECORD, *reversed(TABLES)):
                self.run(f"delete from {table.name}")
            with progress.stage("copying", total):
                sent = {table.name: self.copy(source, table, progress) for table in TABLES}
            self.run(f"analyze {everything}")
        self._restart_sequences()
        return sent

    def _drop(self) -> Sequence[Any]:
        """Drop tables and views; return the statements that restore other people's rights.

        Raises DatabaseError if something outside the schema depends on them.
        """
        grants = self._select(GRANTS)
        try:
            for row in self._select(OURS):
                self._lock(f"drop {'view' if row.is_view else 'table'} {row.names}")
        except DBAPIError as error:
            original: Any = error.orig
            if getattr(original, "sqlstate", None) != DEPENDED_ON:
                raise
            detail = str(original.diag.message_detail).partition("\n")[0]
            raise DatabaseError(
                f"{self.name}: its structure was changed, and it cannot be created anew: {detail}; "
                "drop that first, or give another --schema"
            ) from error
        return grants

    def _fill_bare(self, source: Snapshot, total: int, progress: Progress) -> dict[str, Digest]:
        """Copy into tables without keys and indexes, and create these afterwards."""
        copied = MetaData(naming_convention=METADATA.naming_convention)
        tables = [table.to_metadata(copied) for table in TABLES]
        keys = [key for table in tables for key in _keys(table)]
        foreign = [key for table in tables for key in table.foreign_key_constraints]
        indexes = [index for table in tables for index in _indexes(table)]
        for constraint in (*foreign, *reversed(keys)):
            self.connection.execute(DropConstraint(constraint))
        for index in indexes:
            self.connection.execute(DropIndex(index))
        with progress.stage("copying", total):
            sent = {table.name: self.copy(source, table, progress) for table in TABLES}
        with progress.stage("creating keys and indexes"):
            self._add(keys, source)
            for index in indexes:
                self.connection.execute(CreateIndex(index))
        with progress.stage("checking foreign keys"):
            self.run(f"analyze {', '.join(table.name for table in TABLES)}")
            # Every foreign key has an index on both sides: merged, they are read once, in order.
            self.run("set local enable_hashjoin = off")
            self._add(foreign, source)
            self.run("set local enable_hashjoin to default")
        return sent

    def _add(self, constraints: Iterable[Constraint], source: Snapshot) -> None:
        for constraint in constraints:
            with blaming(source, None):
                self.connection.execute(AddConstraint(constraint))

    def _restart_sequences(self) -> None:
        """Let new rows be numbered after the copied ones, if this transaction is committed."""
        for table in TABLES:
            for column in table.primary_key.columns:
                name = self.rows.scalar(
                    f"select pg_get_serial_sequence('{table}', '{column.name}')"
                )
                if name:
                    last = self.rows.scalar(f"select coalesce(max({column.name}), 0) from {table}")
                    self.run(f"alter sequence {name} restart with {last + 1}")

    def update(self, source: Snapshot, changes: ChangeSet, progress: Progress) -> dict[str, Change]:
        """Copy what differs, and let new rows be numbered after it."""
        done = super().update(source, changes, progress)
        self._restart_sequences()
        return done

    def write(self, into: str, table: Table, batches: Iterable[list[bytes]]) -> None:
        """COPY rows: the driver sends some while the next are read."""
        from psycopg.copy import QueuedLibpqWriter

        columns = ", ".join(quoted(column.name) for column in table.columns)
        statement = (
            f"copy {into} ({columns}) from stdin "
            "(format csv, null 'null', escape '\\', encoding 'utf8')"
        )
        with (
            driver_errors(self.connection) as driver,
            driver.cursor() as cursor,
            cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copy,
        ):
            for lines in batches:
                copy.write(csv(lines))

    def _select(self, query: str) -> Sequence[Any]:
        return self.connection.exec_driver_sql(query).all()


def _keys(table: Table) -> list[Constraint]:
    """Return what foreign keys refer to: the primary key, and what else is unique."""
    unique = (each for each in table.constraints if isinstance(each, UniqueConstraint))
    return [table.primary_key, *sorted(unique, key=lambda each: str(each.name))]


def _indexes(table: Table) -> list[Index]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def csv(lines: list[bytes]) -> bytes:
    """Turn rows from JSON arrays into csv as COPY reads it.

    The two are alike but for the brackets and for escapes; most rows have none.
    """
    batch = b"\n".join(lines)
    if b"\\" not in batch:
        return batch.replace(b"]\n[", b"\n")[1:-1] + b"\n"
    return b"".join((_csv(line) if b"\\" in line else line[1:-1]) + b"\n" for line in lines)


def _csv(line: bytes) -> bytes:
    return ",".join(map(_cell, json.loads(line))).encode()


def _cell(value: str | float | None) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
