"""A target in SQLite or PostgreSQL: its state, and the rows that changed, copied one by one.

Touches the target only, in the transaction that its connection is in.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

from database.digest import Digest, quoted
from database.snapshot import TABLES, Snapshot
from feeds.structure import schema_drift
from feeds.target import RowCounts, Target
from output.progress import Progress
from schema.models import DERIVED

SHARED = {
    *("relation_types", "dates", "actors", "places", "topics", "sources", "source_actors"),
    *("source_credits", "identifiers"),
}
"""Tables whose rows belong to no single document; they are small, and compared whole."""

REFERENCED = {"codings", "passages", "attributions", "facts", "events"}
"""Tables of a document to which rows of others refer: their rows are changed in place."""


class SyncScope(NamedTuple):
    """What can differ in a target that descends from the source."""

    documents: Collection[int]
    last_load: int
    """The last that the target knows."""
    shared: Collection[Table]

    def conditions(self) -> dict[Table, str]:
        """Return the tables to copy from, each with the condition for the rows that can differ.

        Derived tables are not among them: the target computes their rows from the others.
        """
        return {
            table: self.condition(table)
            for table in TABLES
            if table not in DERIVED and (table.name not in SHARED or table in self.shared)
        }

    def condition(self, table: Table) -> str:
        """Write the condition for rows of these documents, or of loads after the last."""
        if table.name in SHARED:
            return "true"
        if table.name == "loads":
            return f"id > {self.last_load}"
        if "load_id" in table.columns:
            return f"load_id > {self.last_load}"
        if "document_id" in table.columns:
            return f"document_id in ({', '.join(map(str, sorted(self.documents))) or 'null'})"
        # A table of facts, or one that hangs on another table of a document.
        key = next(
            key
            for key in table.foreign_key_constraints
            if key.referred_table.name not in SHARED and key.elements[0].parent.primary_key
        )
        column, referred = key.elements[0].parent.name, key.elements[0].column.name
        return (
            f"{quoted(column)} in (select {quoted(referred)} "
            f"from {quoted(key.referred_table.name)} where {self.condition(key.referred_table)})"
        )


class Relational(Target):
    """A target with the same tables as the source, in an engine that Sourcebook reads too."""

    @property
    def rows(self) -> Snapshot:
        """What it holds."""
        return Snapshot(self.connection)

    def drift(self) -> str:
        """Compare the structure with the models."""
        return schema_drift(self.connection)

    def digest(self, table: Table, where: str = "true") -> Digest:
        """Let the engine compute the digest; SQLite hands its rows out for that."""
        return self.rows.digest(table, where)

    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Return all rows by primary key."""
        return self.rows.lines(table)

    # --- changes --------------------------------------------------------------------------------

    def update(
        self, source: Snapshot, scope: SyncScope, progress: Progress
    ) -> dict[str, RowCounts]:
        """Stage the rows that can have changed, compare them, and write those that differ.

        Raises IntegrityError, with everything undone, if rows have exchanged their keys.
        """
        from database.derived.refresh import Refresh

        conditions = scope.conditions()
        savepoint = self.connection.begin_nested()
        try:
            derived = Refresh(self.connection, scope.documents)
            with progress.stage("reading what changed"):
                done = {
                    table.name: self._stage(source, table, where, progress)
                    for table, where in conditions.items()
                }
            with progress.stage("writing what changed"):
                renamed = {table.name: self._changed(table) for table in scope.shared}
                self._apply(conditions)
                derived.finish(
                    scope.documents,
                    actors=renamed.get("actors", ()),
                    topics=renamed.get("topics", ()),
                    sources=renamed.get("sources", ()),
                )
            savepoint.commit()
        except BaseException:
            with suppress(DBAPIError):  # on a full disk SQLite has no savepoint any more
                savepoint.rollback()
            raise
        self.run(*(f"drop table {staged(table)}" for table in conditions))
        self.record()
        return done

    def _stage(self, source: Snapshot, table: Table, where: str, progress: Progress) -> RowCounts:
        """Copy rows into a temporary table; count in how many the target differs from them."""
        name, keys = staged(table), _quoted(table, key=True)
        self.run(f"create temporary table {name} as select * from {table.name} where 1 = 0")
        self.copy(source, table, progress, where=where, into=name)
        self.run(f"create unique index {name}_key on {name} ({', '.join(keys)})")
        self.run(f"analyze {name}")
        counts = self.connection.exec_driver_sql(
            f"""
            select
              count(*) filter (where old.{keys[0]} is null),
              count(*) filter (where new.{keys[0]} = old.{keys[0]} and ({_differs(table)})),
              count(*) filter (where new.{keys[0]} is null)
            from (select * from {table.name} where {where}) as old
            full join {name} as new on {_same_key(table)}
            """
        )
        return RowCounts(*counts.one())

    def _changed(self, table: Table) -> list[Any]:
        """Return the first key column of the rows in which a table and its staged rows differ."""
        query = (
            f"select new.{_quoted(table, key=True)[0]} from {staged(table)} as new "
            f"join {table.name} as old on {_same_key(table)} where {_differs(table)}"
        )
        return [*self.connection.exec_driver_sql(query).scalars()]

    def _apply(self, conditions: dict[Table, str]) -> None:
        """Make tables equal their staged rows; no reference ever dangles.

        Rows to which others refer are changed in place. Others that differ are deleted, with
        those that hang on them, and inserted again: so two of them can exchange unique values.
        """
        for table, where in reversed(conditions.items()):
            if table.name not in SHARED:
                self._delete(table, where, changed=table.name not in REFERENCED)
        for table in conditions:
            self._upsert(table)
        for table, where in reversed(conditions.items()):
            if table.name in SHARED:
                self._delete(table, where, changed=False)

    def _delete(self, table: Table, where: str, *, changed: bool) -> None:
        same = _same_key(table) + (f" and not ({_differs(table)})" if changed else "")
        self.run(
            f"delete from {table.name} as old where {where} and not exists "
            f"(select 1 from {staged(table)} as new where {same})"
        )

    def _upsert(self, table: Table) -> None:
        columns = ", ".join(quoted(column.name) for column in table.columns)
        changed = ", ".join(f"{name} = excluded.{name}" for name in _quoted(table, key=False))
        differs = _differs(table).replace("new.", "excluded.")
        self.run(
            f"insert into {table.name} as old ({columns}) "
            f"select {columns} from {staged(table)} where true "
            f"on conflict ({', '.join(_quoted(table, key=True))}) do "
            + (f"update set {changed} where {differs}" if changed else "nothing")
        )

    def run(self, *statements: str) -> None:
        """Run statements as they are: a percent sign in them is not a placeholder."""
        for statement in statements:
            self.connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def staged(table: Table) -> str:
    """Name the temporary table in which new rows of a table wait."""
    return f"staged_{table.name}"


def _quoted(table: Table, *, key: bool) -> list[str]:
    """Return the columns that are in the primary key, or those that aren't."""
    keys = table.primary_key.columns
    return [quoted(column.name) for column in table.columns if (column.name in keys) == key]


def _same_key(table: Table) -> str:
    return " and ".join(f"new.{name} = old.{name}" for name in _quoted(table, key=True))


def _differs(table: Table) -> str:
    rest = _quoted(table, key=False)
    return " or ".join(f"new.{name} is distinct from old.{name}" for name in rest) or "1 = 0"
