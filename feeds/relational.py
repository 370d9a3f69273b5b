"""A target in SQLite or PostgreSQL: its state, and the rows that changed, copied one by one.

Touches the target only, in the transaction that its connection is in.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterable
from contextlib import closing, suppress
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, inspect, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from database.connect import REVISION, revision
from database.derived.refresh import Refresh
from database.digest import Digest, hashed, quoted
from database.snapshot import RECORD, TABLES, Snapshot
from feeds import structure
from feeds.book import read_book
from feeds.scope import REFERENCED, SHARED, ChangeSet
from feeds.target import (
    Change,
    NeedsRefill,
    Target,
    TargetState,
    blaming,
    require_ours,
)
from output.progress import Progress


class Relational(Target):
    """A target with the same tables as the source, in an engine that Sourcebook reads too."""

    connection: Connection

    @property
    def rows(self) -> Snapshot:
        """What it holds."""
        return Snapshot(self.connection)

    def state(self) -> TargetState:
        """Describe what the target holds. Raises DatabaseError for what isn't ours or is newer."""
        at = revision(self.connection)
        foreign = structure.foreign_objects(self.connection, ours=at is not None)
        require_ours(self.name, at, foreign)
        if at is None:
            return TargetState()
        older = at != REVISION
        missing = "" if older else structure.missing_columns(self.connection)
        if missing:
            return TargetState(exists=True, missing=missing)
        fed = (
            inspect(self.connection).has_table(RECORD.name)
            and self.connection.execute(select(RECORD.c.fed_at).limit(1)).first() is not None
        )
        return TargetState(
            exists=True, older=older, fed=fed, book=read_book(self.connection.execute)
        )

    def drift(self) -> str:
        """Compare the structure with the models."""
        return structure.schema_drift(self.connection)

    def counts(self) -> dict[str, int]:
        """Count the rows of every table that exists."""
        there = inspect(self.connection).get_table_names()
        return {table.name: self.rows.count(table) for table in TABLES if table.name in there}

    def digest(self, table: Table, where: str = "true") -> Digest:
        """Let the engine compute the digest; SQLite hands its rows out for that."""
        return self.rows.digest(table, where)

    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Return all rows by primary key."""
        return self.rows.lines(table)

    def record(self, fed_at: str) -> None:
        """Record that a feed filled it."""
        self.connection.execute(delete(RECORD))
        self.connection.execute(insert(RECORD), {"fed_at": fed_at})

    @abstractmethod
    def write(self, into: str, table: Table, batches: Iterable[list[bytes]]) -> None:
        """Write rows into a table that has the columns of `table`."""

    def copy(
        self,
        source: Snapshot,
        table: Table,
        progress: Progress,
        *,
        where: str = "true",
        into: str = "",
    ) -> Digest:
        """Copy rows of the source; return the digest of what was sent.

        Raises DatabaseError, naming the row, if the target can't take one.
        """
        sent = Digest()

        def batches() -> Generator[list[bytes], None, None]:
            nonlocal sent
            with closing(source.lines(table, where, ordered=False)) as read:
                for lines in read:
                    yield lines
                    sent = sent.plus(hashed(lines))
                    progress.advance(len(lines))

        with blaming(source, table), closing(batches()) as lines:
            self.write(into or quoted(table.name), table, lines)
        return sent

    # --- changes --------------------------------------------------------------------------------

    def update(self, source: Snapshot, changes: ChangeSet, progress: Progress) -> dict[str, Change]:
        """Stage the rows that can have changed, compare them, and write those that differ.

        Raises NeedsRefill, with everything undone, if rows have exchanged their keys.
        """
        tables, scopes = [*changes.scopes()], changes.scopes()
        savepoint = self.connection.begin_nested()
        derived = Refresh(self.connection, changes.documents)
        try:
            with progress.stage("reading what changed"):
                done = {
                    table.name: self._stage(source, table, scopes[table], progress)
                    for table in tables
                }
            with progress.stage("writing what changed"):
                shared = {table.name: self._changed(table) for table in changes.shared}
                self._apply(tables, scopes)
                derived.finish(
                    changes.documents,
                    actors=shared.get("actors", ()),
                    topics=shared.get("topics", ()),
                    sources=shared.get("sources", ()),
                )
            savepoint.commit()
        except IntegrityError:
            savepoint.rollback()
            raise NeedsRefill from None
        except BaseException:
            with suppress(DBAPIError):  # on a full disk SQLite has no savepoint any more
                savepoint.rollback()
            raise
        for table in tables:
            self.run(f"drop table {staged(table)}")
        return done

    def _stage(self, source: Snapshot, table: Table, where: str, progress: Progress) -> Change:
        """Copy rows into a temporary table; count in how many the target differs from them."""
        name = staged(table)
        self.run(f"create temporary table {name} as select * from {table.name} where 1 = 0")
        self.copy(source, table, progress, where=where, into=name)
        self.run(f"create unique index {name}_key on {name} ({', '.join(_key(table))})")
        self.run(f"analyze {name}")
        key = _key(table)[0]
        counts = self.connection.exec_driver_sql(
            f"""
            select
              count(*) filter (where old.{key} is null),
              count(*) filter (where new.{key} = old.{key} and ({_differs(table)})),
              count(*) filter (where new.{key} is null)
            from (select * from {table.name} where {where}) as old
            full join {name} as new on {_same_key(table)}
            """
        )
        return Change(*counts.one())

    def _changed(self, table: Table) -> list[Any]:
        """Return the first key column of the rows in which a table and its staged rows differ."""
        key = _key(table)[0]
        return [
            *self.connection.exec_driver_sql(
                f"select new.{key} from {staged(table)} as new join {table.name} as old "
                f"on {_same_key(table)} where {_differs(table)}"
            ).scalars()
        ]

    def _apply(self, tables: list[Table], scopes: dict[Table, str]) -> None:
        """Make tables equal their staged rows; no reference ever dangles.

        Rows to which others refer are changed in place. Others that differ are deleted, with
        those that hang on them, and inserted again: so two of them can exchange unique values.
        """
        own = [table for table in tables if table.name not in SHARED]
        shared = [table for table in tables if table.name in SHARED]
        for table in reversed(own):
            self._delete(table, scopes[table], changed=table.name not in REFERENCED)
        for table in (*shared, *own):
            if table in shared or table.name in REFERENCED:
                self._change(table)
            self._insert(table)
        for table in reversed(shared):
            self._delete(table, "true", changed=False)

    def _delete(self, table: Table, where: str, *, changed: bool) -> None:
        same = _same_key(table) + (f" and not ({_differs(table)})" if changed else "")
        self.run(
            f"delete from {table.name} as old where {where} and not exists "
            f"(select 1 from {staged(table)} as new where {same})"
        )

    def _change(self, table: Table) -> None:
        if changed := ", ".join(f"{name} = new.{name}" for name in _rest(table)):
            self.run(
                f"update {table.name} as old set {changed} from {staged(table)} as new "
                f"where {_same_key(table)} and ({_differs(table)})"
            )

    def _insert(self, table: Table) -> None:
        columns = ", ".join(quoted(column.name) for column in table.columns)
        self.run(
            f"insert into {table.name} ({columns}) select {columns} from {staged(table)} as new "
            f"where not exists (select 1 from {table.name} as old where {_same_key(table)})"
        )

    def run(self, statement: str) -> None:
        """Run a statement as it is: a percent sign in it is not a placeholder."""
        self.connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def staged(table: Table) -> str:
    """Name the temporary table in which new rows of a table wait."""
    return f"staged_{table.name}"


def _key(table: Table) -> list[str]:
    return [quoted(column.name) for column in table.primary_key.columns]


def _rest(table: Table) -> list[str]:
    keys = table.primary_key.columns
    return [quoted(column.name) for column in table.columns if column.name not in keys]


def _same_key(table: Table) -> str:
    return " and ".join(f"new.{name} = old.{name}" for name in _key(table))


def _differs(table: Table) -> str:
    return " or ".join(f"new.{n} is distinct from old.{n}" for n in _rest(table)) or "1 = 0"
