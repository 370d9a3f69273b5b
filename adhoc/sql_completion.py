"""Completion in the shell of `sourcebook sql`: tables, columns and keywords.

Imports prompt_toolkit; only the shell imports this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from database.statement import Engine, SqlToken, tokens, word_set

KEYWORDS = word_set(
    """
    all and as asc between by case cast coalesce collate count cross desc distinct else end except
    exists explain filter from full group having in inner intersect is join left like limit
    materialized max min not null nulls offset on or order outer over partition recursive right
    select sum then union using values when where window with
    """
)
BEFORE_TABLES = word_set("from join into table")
_PLAIN = {"postgresql": r"[a-z_][a-z0-9_]*"}  # the others read unquoted names in any case


class SqlCompleter(Completer):
    """Completes the names of one database."""

    def __init__(self, engine: Engine, columns: Mapping[str, Sequence[str]]) -> None:
        """Take the columns of every table and view; unprintable names are not offered."""
        self._engine = engine
        self._columns = {
            table: [name for name in names if name.isprintable()]
            for table, names in columns.items()
            if table.isprintable()
        }
        self._tables = {name.casefold(): name for name in self._columns}

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit passes it
    ) -> Iterator[Completion]:
        """Offer what fits at the cursor; nothing inside a string or comment."""
        before = list(tokens(document.text_before_cursor, self._engine))
        last = before[-1] if before else None
        if last is not None and _is_closed(last):
            return
        begun = before.pop() if last is not None and last.kind in ("word", "open") else None
        typed = begun.text if begun is not None else ""
        offered: dict[str, str] = {}
        for name, meta in self._offered(before, document.text, typed.isupper()):
            if name.casefold().startswith(typed.lstrip('"').casefold()):
                offered.setdefault(name if meta == "keyword" else self._quoted(name), meta)
        for text, meta in offered.items():
            yield Completion(text, -len(typed), display_meta=meta)

    def _offered(self, before: list[SqlToken], text: str, upper: bool) -> Iterator[tuple[str, str]]:
        """Yield names, each with its table or kind; `before` ends where the name begins."""
        if before and before[-1].text == ".":
            owner = before[-2].name if len(before) > 1 else ""
            mentioned = self._mentioned(text)
            table = mentioned.get(owner.casefold()) or self._tables.get(owner.casefold(), "")
            yield from ((column, table) for column in self._columns.get(table, ()))
            return
        words = [token.text.casefold() for token in before if token.kind != "blank"]
        if words and words[-1] in BEFORE_TABLES:
            yield from ((table, "table") for table in self._columns)
            return
        mentioned_tables = dict.fromkeys(self._mentioned(text).values())
        tables = mentioned_tables or self._columns
        columns = [(column, table) for table in tables for column in self._columns[table]]
        if mentioned_tables:
            yield from columns
        yield from ((word.upper() if upper else word, "keyword") for word in sorted(KEYWORDS))
        yield from ((table, "table") for table in self._columns)
        if not mentioned_tables:
            yield from columns

    def _mentioned(self, text: str) -> dict[str, str]:
        """Return the tables that a text names, by their alias, or their name if they have none."""
        tables: dict[str, str] = {}
        kinds = ("word", "quoted", "sign")
        names = [token for token in tokens(text, self._engine) if token.kind in kinds]
        for n, token in enumerate(names):
            table = self._tables.get(token.name.casefold())
            if table is not None and token.kind != "sign":
                alias = _alias(names[n + 1 : n + 3]) or token
                tables[alias.name.casefold()] = table
        return tables

    def _quoted(self, name: str) -> str:
        if (
            re.fullmatch(_PLAIN.get(self._engine, r"[A-Za-z_]\w*"), name)
            and name.casefold() not in KEYWORDS
        ):
            return name
        return '"' + name.replace('"', '""') + '"'


def _is_closed(token: SqlToken) -> bool:
    """Say whether no name can follow: the cursor is in or right after a string or comment."""
    if token.kind == "open":
        return not token.text.startswith('"')
    return token.kind in ("string", "quoted", "number", "parameter", "placeholder") or (
        token.kind == "comment" and not token.text.endswith("*/")
    )


def _alias(following: Sequence[SqlToken]) -> SqlToken | None:
    """Return the alias at the start of what follows a table's name, if there is one."""
    if following and following[0].text.casefold() == "as":
        following = following[1:]
    if not following or following[0].kind == "sign":
        return None
    return None if following[0].name.casefold() in KEYWORDS else following[0]
