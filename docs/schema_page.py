"""docs/schema.md: every table, view and closed vocabulary, made from the data dictionary."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType

from sqlalchemy import CheckConstraint, Table

from docs.parts import code, fenced, plain, table, values
from schema import actors, dates, dictionary, evidence, facts, loads, views
from schema.base import Base
from schema.vocabulary import Vocabulary

AREAS: tuple[tuple[ModuleType, str], ...] = (
    (actors, "Who and where"),
    (evidence, "What vouches"),
    (facts, "What is said"),
    (dates, "When"),
    (loads, "What was loaded"),
)

HEAD = """\
# The schema

<!-- Made by `make docs` from the models' comments; changes belong there. -->

A sourcebook is one SQLite file or one PostgreSQL database. Names of tables, views and columns are a
public contract: write SQL against them. `sourcebook tables` lists the tables, and
`sourcebook tables NAME` describes one.

Whatever the texts say is a row of [`facts`](#facts) and shares its id with one row of `events`,
`quotes`, `positions`, `relations`, `event_links`, `actor_names`, `event_names` or
`territorial_control`, which has its columns.
[`evidence`](#evidence) says which voice states it and how, [`spans`](#spans) in which words, and
[`participants`](#participants) who takes part. Most questions need none of these joins: the
[views](#views) contain them.

Dates are text in EDTF, with their bounds in [`dates`](#dates). Days are ISO text, which compares
alike on both engines.
"""


def schema_page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_overview(), *_areas(), *_views(), *_vocabularies()])


def _overview() -> Iterator[str]:
    rows = (
        (f"[{code(entry.name)}](#{entry.name})", entry.kind, plain(entry.meaning))
        for entry in dictionary.tables()
    )
    yield table(("name", "kind", "meaning"), rows)
    yield "How the tables are connected, without `dates` and the journal of what was loaded:\n"
    yield fenced("mermaid", dictionary.mermaid(compact=True))


def _areas() -> Iterator[str]:
    for module, title in AREAS:
        models = [
            mapper.class_
            for mapper in Base.registry.mappers
            if mapper.class_.__module__ == module.__name__
        ]
        models.sort(key=lambda model: inspect.getsourcelines(model)[1])
        yield f"## {title}\n"
        yield fenced("mermaid", dictionary.mermaid([model.__tablename__ for model in models]))
        for model in models:
            area_table = model.__table__
            meaning = _sentence(area_table.comment or "")
            yield f"### `{area_table.name}`\n\n{meaning}{_why(model)}\n"
            yield _columns(area_table.name)
            yield from _checks(area_table)


def _sentence(text: str) -> str:
    return f"{plain(text[:1].upper() + text[1:])}{'' if text.endswith('…') else '.'}"


def _why(model: type) -> str:
    """Return the docstring of a model below its first line."""
    _, _, rest = (inspect.getdoc(model) or "").partition("\n\n")
    return f" {' '.join(rest.split())}" if rest else ""


def _columns(name: str) -> str:
    fields = dictionary.columns(name)
    of_view = fields[0].null is None
    rows = []
    for field in fields:
        meaning = plain(field.meaning)
        if values_of := dictionary.vocabulary_of(name, field.column):
            heading = _heading(values_of).lower()
            meaning += f" ([{heading}](#{heading.replace(' ', '-')}))"
        keys = [] if of_view else [plain(field.key or ""), "null" if field.null else ""]
        rows.append([code(field.column), field.type, *keys, meaning])
    head = ("column", "type", "meaning") if of_view else ("column", "type", "key", "", "meaning")
    return table(head, rows)


def _checks(model_table: Table) -> Iterator[str]:
    """Yield the CHECKs apart from those for closed vocabularies, kinds and empty text."""
    checks = sorted(
        " ".join(str(check.sqltext).split())
        for check in model_table.constraints
        if isinstance(check, CheckConstraint)
    )
    simple = r"\w+ (<> ''|= '\w+'|in \([^)]*\))"
    if shown := [text for text in checks if not re.fullmatch(simple, text)]:
        yield "The database enforces:\n\n" + "".join(f"- `{text}`\n" for text in shown)


def _views() -> Iterator[str]:
    yield "## Views\n"
    yield 'Lists in one cell join their values by "; ".\n'
    for view in views.VIEWS:
        yield f"### `{view.name}`\n\n{_sentence(view.meaning)}\n"
        yield _columns(view.name)


def _vocabularies() -> Iterator[str]:
    used: dict[type[Vocabulary], list[str]] = {}
    for entry in dictionary.tables():
        for field in dictionary.columns(entry.name):
            if vocabulary := dictionary.vocabulary_of(entry.name, field.column):
                used.setdefault(vocabulary, []).append(code(f"{entry.name}.{field.column}"))
    yield "## Closed vocabularies\n"
    yield "The database refuses any other value in these columns.\n"
    for vocabulary in sorted(used, key=_heading):
        meaning = (inspect.getdoc(vocabulary) or "").partition("\n")[0]
        columns = ", ".join(used[vocabulary])
        yield f"### {_heading(vocabulary)}\n\n{meaning} Used in {columns}.\n"
        yield values(vocabulary)


def _heading(vocabulary: type[Vocabulary]) -> str:
    """Return the heading of a vocabulary: `Actor kind` for ActorKind."""
    return re.sub(
        r"(?<=[a-z])([A-Z])", lambda capital: f" {capital[1].lower()}", vocabulary.__name__
    )
