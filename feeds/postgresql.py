"""A target in PostgreSQL: one schema of its own, filled by COPY, in one transaction.

Touches that schema only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from database.connect import revision, transaction
from database.errors import DatabaseError
from database.location import name_of
from feeds.blocks import Block
from feeds.digest import Engine, quoted
from feeds.progress import Progress
from feeds.relational import Relational
from feeds.rows import RECORD, TABLES
from feeds.source import Source, driving
from feeds.target import Brought, Part, Standing
from migrations.upgrade import upgrade

FEEDING = 5_070_061
"""The first half of the advisory lock that keeps two feeds of one schema apart."""

PATIENCE = 1_000
"""Milliseconds that a feed waits for others before it says so."""

MEMORY = 256
"""Megabytes in which the server may sort while it makes an index, unless it is set to more."""

SORTING = "select setting from pg_settings where name = 'maintenance_work_mem'"

COPY = "copy {} ({}) from stdin (format csv, null 'null', escape '\\', encoding 'utf8'{})"

CONSTRAINTS = """
    select conrelid::regclass::text as "table", conname as name, contype as kind,
      pg_get_constraintdef(oid) as definition
    from pg_constraint
    where connamespace = current_schema::regnamespace and contype in ('p', 'u', 'f')
    order by conrelid::regclass::text, conname
"""
INDEXES = """
    select indexname as name, indexdef as definition, tablename as "table"
    from pg_indexes
    where schemaname = current_schema
      and indexname not in (
        select conname from pg_constraint where connamespace = current_schema::regnamespace
      )
    order by indexname
"""
SEQUENCES = """
    select sequence.relname as name, owner.relname as "table", attname as "column"
    from pg_class as sequence
    join pg_depend on objid = sequence.oid and deptype in ('a', 'i')
    join pg_class as owner on owner.oid = refobjid
    join pg_attribute on attrelid = owner.oid and attnum = refobjsubid
    where sequence.relkind = 'S' and sequence.relnamespace = current_schema::regnamespace
"""
PLACE = """
    select concat_ws(
        '/', extract(epoch from pg_postmaster_start_time()), pg_database.oid, relnamespace
      )
    from pg_database
    left join pg_class on pg_class.oid = to_regclass('codings')
    where datname = current_database()
"""
"""Which schema of which database of which server this is, by whatever name it was reached."""

OURS = """
    select relkind = 'v' as is_view,
      string_agg(quote_ident(relname), ', ' order by relname <> 'codings', relname) as names
    from pg_class
    where relnamespace = current_schema::regnamespace and relkind in ('r', 'p', 'v')
    group by is_view
    order by is_view desc
"""
"""Views first, for they depend on tables: nobody else's stand there.

Of the tables first the one that a load locks, so that neither waits for the other in turn.
"""

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

DEPENDED_ON = "2BP01"
"""What the server says where others' views or keys depend on what is to be dropped."""

IN_USE = "55P03"
"""What the server says where a lock is not to be had at once."""


class Postgresql(Relational):
    """A schema of a PostgreSQL database."""

    engine: Engine = "postgresql"

    def __init__(self, url: URL, schema: str, progress: Progress) -> None:
        self.schema = schema
        self.name = f"{name_of(url)}, schema {schema}"
        options = f"{url.query.get('options', '')} -csearch_path={schema}".strip()
        self.url = url.update_query_dict({"options": options})
        self._progress = progress

    @contextmanager
    def opened(self, source: Source) -> Iterator[Standing]:
        """Open it, wait for other feeds, and keep others from writing it."""
        with transaction(self.url) as self.connection:
            self._require_utf8()
            self._alone()
            if source.engine == "postgresql" and self._scalar(PLACE) == source.scalar(PLACE):
                raise DatabaseError(f"{self.name}: is the source itself; give another --schema")
            self._made = not self._scalar(
                f"select count(*) from pg_namespace where nspname = '{self.schema}'"
            )
            if revision(self.connection):
                # Whoever reads does not wait; whoever writes does, until this feed has ended.
                tables = next(one.names for one in self._rows(OURS) if not one.is_view)
                self._lock(f"lock table {tables} in share row exclusive mode")
            standing = self.standing()  # not before: who was waited for has written
            self._empty = standing is None
            self._holds_rows = standing is not None and standing.rows
            yield standing or Standing()

    def _require_utf8(self) -> None:
        encoding = self._scalar("show server_encoding")
        if encoding != "UTF8":
            raise DatabaseError(f"{self.name}: its encoding is {encoding}; give one of UTF8")

    def _alone(self) -> None:
        """Wait until no other feed is at work on the schema."""
        key = f"{FEEDING}, hashtext('{self.schema}')"
        if not self._scalar(f"select pg_try_advisory_xact_lock({key})"):
            self._progress.say(f"{self.name}: another feed is at work there; waiting for its end")
            self._do(f"select pg_advisory_xact_lock({key})")

    def _lock(self, statement: str) -> None:
        """Do what must wait for others, and say so if they take long."""
        self._do(f"set local lock_timeout = {PATIENCE}")
        try:
            with self.connection.begin_nested():
                self._do(statement)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != IN_USE:
                raise
            self._progress.say(f"{self.name}: others are using its tables; waiting for their end")
            self._do("set local lock_timeout = 0")
            self._do(statement)
        self._do("set local lock_timeout = 0")

    def counts(self) -> dict[str, int]:
        """Count the rows of every table that stands there."""
        return {} if self._empty else super().counts()

    # --- filling ------------------------------------------------------------------------------

    def fill(self, source: Source, progress: Progress) -> None:
        """Make the tables where there are none; empty them and copy all rows."""
        if self._made:
            self._do(f"create schema {quoted(self.schema)}")
        grants: Sequence[Any] = []
        if self.altered():
            grants, self._holds_rows = self._dropped(), False
        upgrade(self.connection)
        for (grant,) in grants:
            self._do(grant)
        if int(self._scalar(SORTING)) < MEMORY * 1024:
            self._do(f"set local maintenance_work_mem = '{MEMORY}MB'")
        everything = (*TABLES, RECORD)
        names = ", ".join(table.name for table in everything)
        self.total = sum(source.count(table) for table in TABLES)
        if not self._holds_rows:
            # Nobody can miss what is not there yet: the quickest way.
            self._lock(f"truncate {names}")
            taken = self._taken_away()
            with progress.stage("copying", self.total):
                for table in TABLES:
                    self.copy(source, table, progress, freeze=True)
            self._put_back(*taken, progress)
        else:
            # Who reads goes on reading the old rows, and waits for nobody: a truncated table is
            # empty for a transaction that began before, and locked for all others.
            for table in reversed(everything):
                self._do(f"delete from {quoted(table.name)}")
            with progress.stage("copying", self.total):
                for table in TABLES:
                    self.copy(source, table, progress)
            self._do(f"analyze {names}")
        self._number()

    def _dropped(self) -> Sequence[Any]:
        """Drop tables and views, to be made anew; give the statements that grant others' rights.

        Raises DatabaseError where something outside the schema depends on them.
        """
        grants = self._rows(GRANTS)
        try:
            for one in self._rows(OURS):
                self._lock(f"drop {'view' if one.is_view else 'table'} {one.names}")
        except DBAPIError as error:
            said: Any = error.orig
            if getattr(said, "sqlstate", None) != DEPENDED_ON:
                raise
            detail = str(said.diag.message_detail).partition("\n")[0]
            raise DatabaseError(
                f"{self.name}: its structure was changed, and it cannot be made anew: {detail}; "
                "drop that first, or give another --schema"
            ) from error
        return grants

    def _taken_away(self) -> tuple[list[Any], list[Any]]:
        """Take away keys and indexes, which would slow copying; give their definitions."""
        names = {table.name for table in TABLES}
        constraints = [one for one in self._rows(CONSTRAINTS) if one.table in names]
        indexes = [one for one in self._rows(INDEXES) if one.table in names]
        for one in sorted(constraints, key=lambda one: "fup".index(one.kind)):
            self._do(f"alter table {one.table} drop constraint {quoted(one.name)}")
        for one in indexes:
            self._do(f"drop index {quoted(one.name)}")
        return constraints, indexes

    def _put_back(self, constraints: list[Any], indexes: list[Any], progress: Progress) -> None:
        """Make keys and indexes again as they were."""
        with progress.stage("making keys and indexes"):
            for one in constraints:
                if one.kind != "f":
                    self._add(one)
            for one in indexes:
                self._do(one.definition)
        with progress.stage("checking foreign keys"):
            self._do(f"analyze {', '.join(table.name for table in TABLES)}")
            # Every foreign key has an index on both sides: merged, they are read once, in order.
            self._do("set local enable_hashjoin = off")
            for one in constraints:
                if one.kind == "f":
                    self._add(one)
            self._do("set local enable_hashjoin to default")

    def _add(self, one: Any) -> None:
        self._do(f"alter table {one.table} add constraint {quoted(one.name)} {one.definition}")

    def _number(self) -> None:
        """Let the sequences go on behind the largest numbers, if this transaction is committed."""
        for one in self._rows(SEQUENCES):
            largest = self._scalar(f"select coalesce(max({one.column}), 0) from {one.table}")
            self._do(f"alter sequence {one.name} restart with {largest + 1}")

    def bring(self, source: Source, part: Part, progress: Progress, *, dry: bool) -> Brought:
        """Bring what differs, and let new rows be numbered behind it."""
        brought = super().bring(source, part, progress, dry=dry)
        if not dry:
            self._number()
        return brought

    def write(self, into: str, table: Table, blocks: Iterable[Block], **how: bool) -> None:
        """COPY rows: the driver sends some while the next ones are read."""
        from psycopg.copy import QueuedLibpqWriter

        columns = ", ".join(quoted(column.name) for column in table.columns)
        statement = COPY.format(into, columns, ", freeze" if how.get("freeze") else "")
        with (
            driving(self.connection) as driver,
            driver.cursor() as cursor,
            cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copy,
        ):
            for block in blocks:
                copy.write(csv(block.text))

    def _scalar(self, query: str) -> Any:
        return self.connection.exec_driver_sql(query).scalar()

    def _rows(self, query: str) -> Sequence[Any]:
        return self.connection.exec_driver_sql(query).all()


def csv(rows: bytes) -> bytes:
    """Turn rows from JSON arrays, one a line, into csv as COPY reads it.

    The two are alike but for the brackets, and for what is escaped: most rows need no change.
    Raises ValueError for what is no UTF-8.
    """
    if b"\\" not in rows:
        # No value holds a line end: in JSON it would be escaped.
        return rows.replace(b"]\n[", b"\n")[1:-1] + b"\n"
    lines = rows.split(b"\n")
    return b"".join((_csv(line) if b"\\" in line else line[1:-1]) + b"\n" for line in lines)


def _csv(line: bytes) -> bytes:
    return ",".join(map(_value, json.loads(line.decode()))).encode()


def _value(value: str | float | None) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
