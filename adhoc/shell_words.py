"""What the shell of `sourcebook sql` offers to complete: tables, columns and keywords.

Imports prompt_toolkit; only the shell imports this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from database.statement import Engine, Token, tokens, word_set

KEYWORDS = word_set(
    """
    all and as asc between by case cast coalesce collate count cross desc distinct else end except
    exists explain filter from full group having in inner intersect is join left like limit
    materialized max min not null nulls offset on or order outer over partition recursive right
    select sum then union using values when where window with
    """
)
BEFORE_TABLES = word_set("from join into table")
_PLAIN: dict[Engine, str] = {"sqlite": r"[A-Za-z_]\w*", "postgresql": r"[a-z_][a-z0-9_]*"}


class Names(Completer):
    """Knows the names of one database."""

    def __init__(self, engine: Engine, columns: Mapping[str, Sequence[str]]) -> None:
        """Take the columns of every table and view; names that cannot be read are not offered."""
        self._engine = engine
        self._columns = {
            name: [one for one in of if one.isprintable()]
            for name, of in columns.items()
            if name.isprintable()
        }
        self._tables = {name.casefold(): name for name in self._columns}

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - however it was asked for
    ) -> Iterator[Completion]:
        """Offer what may stand at the cursor; nothing in a string or comment."""
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

    def _offered(self, before: list[Token], text: str, upper: bool) -> Iterator[tuple[str, str]]:
        """Give names with what they are; `before` ends where the name begins."""
        if before and before[-1].text == ".":
            owner = before[-2].name if len(before) > 1 else ""
            mentioned = self._mentioned(text)
            table = mentioned.get(owner.casefold()) or self._tables.get(owner.casefold(), "")
            yield from ((column, table) for column in self._columns.get(table, ()))
            return
        said = [token.text.casefold() for token in before if token.kind != "blank"]
        if said and said[-1] in BEFORE_TABLES:
            yield from ((table, "table") for table in self._columns)
            return
        named = dict.fromkeys(self._mentioned(text).values())
        yield from ((column, table) for table in named for column in self._columns[table])
        yield from ((one.upper() if upper else one, "keyword") for one in sorted(KEYWORDS))
        yield from ((table, "table") for table in self._columns)
        if not named:
            yield from ((one, table) for table, columns in self._columns.items() for one in columns)

    def _mentioned(self, text: str) -> dict[str, str]:
        """Find the tables that a text names, by their names there: an alias where they have one."""
        found: dict[str, str] = {}
        names = [
            one for one in tokens(text, self._engine) if one.kind in ("word", "quoted", "sign")
        ]
        for n, token in enumerate(names):
            table = self._tables.get(token.name.casefold())
            if table is None or token.kind == "sign":
                continue
            behind = [one.name.casefold() for one in _alias(names[n + 1 : n + 3])]
            found[(behind or [token.name.casefold()])[0]] = table
        return found

    def _quoted(self, name: str) -> str:
        if re.fullmatch(_PLAIN[self._engine], name) and name.casefold() not in KEYWORDS:
            return name
        return '"' + name.replace('"', '""') + '"'


def _is_closed(token: Token) -> bool:
    """Say whether the cursor stands where no name can: in or right behind a string or comment."""
    if token.kind == "open":
        return not token.text.startswith('"')
    return token.kind in ("string", "quoted", "number", "parameter", "placeholder") or (
        token.kind == "comment" and not token.text.endswith("*/")
    )


def _alias(behind: Sequence[Token]) -> Iterable[Token]:
    """Give the alias at the head of what follows a table's name, if there is one."""
    if behind and behind[0].text.casefold() == "as":
        behind = behind[1:]
    head = behind[:1]
    return [one for one in head if one.kind != "sign" and one.name.casefold() not in KEYWORDS]
