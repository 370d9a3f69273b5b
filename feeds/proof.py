"""Where two databases differ: the first rows of a table, the first rows of a report.

Touches nothing: it reads both.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice, zip_longest
from typing import Any

from sqlalchemy import Table

from database.errors import DatabaseError
from feeds.progress import Progress
from feeds.source import Source
from feeds.target import Target
from reports.catalogue import Catalogue
from reports.definition import Parameter, Report, Type, Value
from reports.run import run

SHOWN = 3
"""Differences that a message names of each table."""
LONGEST = 100
"""Characters of a value that a message shows."""

BUSIEST = """
    select actors.key from participants
    join actors on actors.id = participants.actor_id
    group by actors.id order by count(*) desc, actors.id limit 2
"""
SOME = {
    Type.ACTOR: BUSIEST,
    Type.EVENT: """
        select documents.key || ':' || facts.key from evidence
        join facts on facts.id = evidence.fact_id and facts.kind = 'event'
        join sources as documents on documents.id = facts.document_id
        group by facts.id, documents.key, facts.key order by count(*) desc, facts.id limit 1
    """,
    Type.DOCUMENT: """
        select sources.key from codings
        join sources on sources.id = codings.document_id order by sources.id limit 1
    """,
    Type.TOPIC: "select key from topics order by id limit 1",
    Type.PLACE: "select key from places order by id limit 1",
}
"""What a report that cannot do without is asked for."""


# --- tables ---------------------------------------------------------------------------------------


def differences(source: Source, target: Target, tables: Iterable[Table]) -> list[str]:
    """Say where tables differ: by table, key and column, what either side holds; the first few."""
    found: list[str] = []
    for table in tables:
        with (
            closing(target.lines(table)) as there,
            closing(source.lines(table, ordered=True)) as here,
        ):
            told = _differences(table, chain.from_iterable(here), chain.from_iterable(there))
            found += islice(told, SHOWN)
            if next(told, None):
                found.append(f"more in {table.name}")
    return found


def _differences(table: Table, here: Iterator[bytes], there: Iterator[bytes]) -> Iterator[str]:
    """Go through both by key, side by side."""
    ours, theirs = next(here, None), next(there, None)
    while ours is not None or theirs is not None:
        if ours == theirs:
            ours, theirs = next(here, None), next(there, None)
            continue
        one, other = _row(table, ours), _row(table, theirs)
        key, same = _key(table, one), _key(table, other)
        if one is None or (other is not None and _order(same) < _order(key)):
            yield f"{_named(table, same)} is there only"
            theirs = next(there, None)
        elif other is None or _order(key) < _order(same):
            yield f"{_named(table, key)} is missing there"
            ours = next(here, None)
        else:
            for column in table.columns:
                if one[column.name] != other[column.name]:
                    yield (
                        f"{_named(table, key)}: {column.name} is {_short(other[column.name])} "
                        f"there, {_short(one[column.name])} in the source"
                    )
            ours, theirs = next(here, None), next(there, None)


def _row(table: Table, line: bytes | None) -> dict[str, Any] | None:
    if line is None:
        return None
    values = json.loads(line.decode(errors="surrogateescape"))
    return dict(zip((column.name for column in table.columns), values, strict=True))


def _key(table: Table, row: dict[str, Any] | None) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns) if row else ()


def _order(key: tuple[Any, ...]) -> list[tuple[bool, bool, Any]]:
    """Order keys as SQLite does, in which somebody may have put any: null, number, text."""
    return [(value is not None, isinstance(value, str), value) for value in key]


def _named(table: Table, key: tuple[Any, ...]) -> str:
    names = (column.name for column in table.primary_key.columns)
    parts = (f"{name} {_short(value)}" for name, value in zip(names, key, strict=True))
    return f"{table.name}, {', '.join(parts)}"


def _short(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}..."


# --- reports --------------------------------------------------------------------------------------


JOURNAL = "changes"
"""The report on the loads, and not on what they brought."""


def compare_reports(
    source: Source, target: Target, progress: Progress, *, journal: bool = True
) -> None:
    """Ask both sides every report that ships, and compare them row by row.

    Raises DatabaseError where they differ. Says which could not be asked, and why. Without
    `journal` that of the loads is left out: two sourcebooks may hold the same by other loads.
    """
    with progress.stage("comparing reports"):
        for report in Catalogue().reports():
            if report.name == JOURNAL and not journal:
                progress.say(f"{report.name}: not compared, the target was loaded otherwise")
                continue
            values = _values(source, report)
            if values is None:
                progress.say(f"{report.name}: not compared, there is nothing to ask it about")
                continue
            with (
                run(source.connection, report, values) as page,
                target.answer(report, values) as theirs,
            ):
                _require_same(target, report, page.rows, theirs)


def _require_same(
    target: Target,
    report: Report,
    ours: Iterable[Sequence[object]],
    theirs: Iterable[Sequence[object]],
) -> None:
    """Raise DatabaseError unless both have the same rows.

    Rows that a report does not put in order may come in another one.
    """
    odd: Counter[tuple[object, ...]] = Counter()
    for one, other in zip_longest(ours, theirs):
        if one != other:
            for row, side in ((one, 1), (other, -1)):
                if row is not None:
                    odd[tuple(row)] += side
                    if not odd[tuple(row)]:
                        del odd[tuple(row)]
    if odd:
        row, side = next(iter(odd.items()))
        where = "in the source only" if side > 0 else "there only"
        raise DatabaseError(
            f"{target.name}: report {report.name} has a row that is {where}: "
            f"{_short(dict(zip((one.name for one in report.columns), row, strict=True)))}; "
            "nothing changed"
        )


def _values(source: Source, report: Report) -> dict[str, Value] | None:
    """Choose what a report has to be told; None: there is nothing of that kind."""
    values: dict[str, Value] = {}
    for parameter in report.parameters:
        if parameter.required:
            value = _value(source, parameter, set(values.values()))
            if value is None:
                return None
            values[parameter.name] = value
    return values


def _value(source: Source, parameter: Parameter, taken: set[Value]) -> Value | None:
    if parameter.choices:
        return parameter.choices[0]
    if parameter.type not in SOME:
        return None
    found = source.connection.exec_driver_sql(SOME[parameter.type]).scalars()
    return next((value for value in found if value not in taken), None)
