"""The data dictionary: every table, view and column with its meaning.

Types, keys and comments come from the models, views from schema/views.py. No database is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ForeignKeyConstraint, Table, UniqueConstraint

from schema import edtf, views, vocabulary
from schema.models import DERIVED, METADATA
from schema.suggest import did_you_mean


class TableEntry(NamedTuple):
    """A table or view."""

    name: str
    kind: str
    meaning: str


class ColumnEntry(NamedTuple):
    """A column of a table or view."""

    column: str
    type: str
    key: str | None
    """pk; fk and the column it refers to; unique, and with which columns; joined by "; "."""
    null: bool | None
    """Whether it can be null; None for a view's column."""
    meaning: str
    values: str | None
    """The closed list of its values, joined by "; "."""


class UnknownTableError(KeyError):
    """There is no table or view of that name; the message suggests one."""


VOCABULARY_OF: dict[str, type[vocabulary.Vocabulary]] = {
    "actor_names.name_kind": vocabulary.NameKind,
    "actors.kind": vocabulary.ActorKind,
    "changes.action": vocabulary.Action,
    "loads.action": vocabulary.LoadAction,
    "dates.precision": edtf.Precision,
    "dates.qualifier": edtf.Qualifier,
    "event_links.from_kind": vocabulary.LinkedKind,
    "event_links.to_kind": vocabulary.LinkedKind,
    "event_links.type": vocabulary.LinkType,
    "event_names.name_kind": vocabulary.NameKind,
    "events.event_type": vocabulary.EventType,
    "events.modality": vocabulary.Modality,
    "evidence.certainty": vocabulary.Certainty,
    "evidence.modality": vocabulary.Modality,
    "evidence.stance": vocabulary.Stance,
    "attribution_chains.anonymity": vocabulary.Anonymity,
    "fact_summaries.kind": vocabulary.FactKind,
    "fact_summaries.settled": vocabulary.Modality,
    "fact_summaries.unnamed": vocabulary.Unnamed,
    "facts.kind": vocabulary.FactKind,
    "participants.role": vocabulary.Role,
    "places.kind": vocabulary.PlaceKind,
    "positions.position_kind": vocabulary.PositionKind,
    "quotes.directness": vocabulary.Directness,
    "quotes.marks": vocabulary.Marks,
    "relation_types.key": vocabulary.RelationType,
    "relation_types.nature": vocabulary.TieNature,
    "relations.type": vocabulary.RelationType,
    "source_actors.role": vocabulary.SourceRole,
    "source_credits.role": vocabulary.SourceRole,
    "sources.anonymity": vocabulary.Anonymity,
    "sources.kind": vocabulary.SourceKind,
    "territorial_control.type": vocabulary.ControlType,
}
"""The closed vocabulary of a column; a test compares it with the CHECKs."""


def tables() -> list[TableEntry]:
    """List all tables by name, then the views, each after those it uses."""
    entries = [
        TableEntry(table.name, "table", table.comment or "")
        for table in sorted(METADATA.tables.values(), key=lambda table: table.name)
    ]
    return entries + [TableEntry(view.name, "view", view.meaning) for view in views.VIEWS]


def columns(name: str) -> list[ColumnEntry]:
    """List the columns of a table or view. Raises UnknownTableError."""
    if name in METADATA.tables:
        return [_field(column) for column in METADATA.tables[name].columns]
    for view in views.VIEWS:
        if view.name == name:
            return [
                ColumnEntry(
                    column.name, column.type, None, None, column.meaning, _values(name, column.name)
                )
                for column in view.columns
            ]
    raise unknown_table(name, [entry.name for entry in tables()])


def unknown_table(name: str, known: Iterable[str]) -> UnknownTableError:
    """Return the error for a name that is not among the known ones, with a suggestion."""
    hint = did_you_mean(name, known, "; `sourcebook tables` lists them")
    return UnknownTableError(f"there is no table or view {name[:80]!r}{hint}")


def _field(column: Column[Any]) -> ColumnEntry:
    return ColumnEntry(
        column.name,
        type_of(column),
        "; ".join(_keys(column)) or None,
        bool(column.nullable),
        column.comment or "",
        _values(column.table.name, column.name),
    )


def type_of(column: Column[Any]) -> str:
    """Return a column's type as every engine understands it: text, integer or boolean."""
    return {str: "text", int: "integer", bool: "boolean"}[column.type.python_type]


def vocabulary_of(table: str, column: str) -> type[vocabulary.Vocabulary] | None:
    """Return the closed vocabulary of a column of a table or view, if it has one."""
    origins = {
        (view.name, shown.name): shown.origin for view in views.VIEWS for shown in view.columns
    }
    values = VOCABULARY_OF.get(origins.get((table, column)) or f"{table}.{column}")
    return values if isinstance(values, type) else None  # a part of a vocabulary has no name


def _values(table: str, column: str) -> str | None:
    values = vocabulary_of(table, column)
    return "; ".join(values) if values else None


def _keys(column: Column[Any]) -> Iterator[str]:
    """Yield the keys that a column takes part in."""
    table = column.table
    if column.primary_key:
        yield "pk"
    for foreign in foreign_keys(table):
        for element in foreign.elements:
            if element.parent is column:
                yield f"fk {element.target_fullname}"
    for together, condition in _unique(table):
        if column in together:
            others = ", ".join(other.name for other in together if other is not column)
            yield f"unique{f' with {others}' if others else ''}{condition}"


def _unique(table: Table) -> Iterator[tuple[Sequence[Column[Any]], str]]:
    """Yield the unique columns of a table besides its key, and under which condition they are."""
    own = set(table.primary_key.columns)
    unique: list[tuple[Sequence[Column[Any]], str]] = [
        (list(constraint.columns), "")
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    for index in table.indexes:
        if index.unique:
            where = index.dialect_options["sqlite"]["where"]
            unique.append((list(index.columns), f" where {where}" if where is not None else ""))
    for columns, condition in sorted(
        unique, key=lambda item: ([column.name for column in item[0]], item[1])
    ):
        if not own <= set(columns):
            yield columns, condition


def foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    """Return the foreign keys that show which row is meant, in the order of their columns.

    A key of two columns that only ensures that both rows are of one kind, or of one document, is
    left out: a plain key of one column stands beside it.
    """
    order = list(table.columns)
    every = table.foreign_key_constraints
    plain = {(key.referred_table, *key.columns) for key in every if len(key.columns) == 1}
    return sorted(
        (
            key
            for key in every
            if len(key.columns) == 1
            or not any((key.referred_table, column) in plain for column in key.columns)
        ),
        key=lambda key: [order.index(column) for column in key.columns],
    )


# --- the diagram ----------------------------------------------------------------------------------


_JOURNAL = ("loads", "changes", "changed_fields")
_ASIDE = {"dates", "introductions", *_JOURNAL, *(table.name for table in DERIVED)}


def mermaid(names: Sequence[str] | None = None, *, compact: bool = False) -> str:
    """Draw tables and their foreign keys as an entity-relationship diagram in Mermaid.

    Without names, all tables. Else the tables named, with columns, and bare boxes for those that
    they point to. `compact` draws boxes only, without those that nearly all others point to or
    are pointed to by: the dates, the journal of what was loaded, and the derived tables.
    """
    chosen = [METADATA.tables[name] for name in names or sorted(METADATA.tables)]
    if compact:
        chosen = [table for table in chosen if table.name not in _ASIDE]
    lines = ["erDiagram"]
    if not compact:
        for table in chosen:
            lines += [f"    {table.name} {{", *map(_attribute, table.columns), "    }"]
    for table in chosen:
        lines += _lines(table, lambda target: not compact or target not in _ASIDE)
    return "\n".join(lines) + "\n"


def _attribute(column: Column[Any]) -> str:
    table = column.table
    keys = ["PK"] if column.primary_key else []
    if any(column in list(foreign.columns) for foreign in foreign_keys(table)):
        keys.append("FK")
    if any([*together] == [column] and not where for together, where in _unique(table)):
        keys.append("UK")
    return f"        {type_of(column)} {column.name} {', '.join(keys)}".rstrip()


def _lines(table: Table, wanted: Callable[[str], bool]) -> Iterator[str]:
    """Draw the foreign keys of a table: one line for all keys of one sort to one table."""
    merged: dict[tuple[str, str], list[str]] = {}
    for foreign in foreign_keys(table):
        target = foreign.referred_table.name
        if not wanted(target):
            continue
        from_columns = list(foreign.columns)
        referenced = "|o" if any(column.nullable for column in from_columns) else "||"
        alone = {*from_columns} == {*table.primary_key.columns}
        owned = {*from_columns} <= {*table.primary_key.columns}
        line = f"{referenced}{'--' if owned else '..'}{'o|' if alone else 'o{'}"
        label = ", ".join(re.sub("_id$", "", column.name) for column in from_columns)
        merged.setdefault((target, line), []).append(label)
    for (target, line), labels in merged.items():
        yield f'    {target} {line} {table.name} : "{", ".join(labels)}"'
