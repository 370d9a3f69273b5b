"""Splits a SQL statement into tokens, to find its end, its parameters and its names.

What the statement does is for the engine and its guard in this package to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from database.errors import SourcebookError

Engine = Literal["sqlite", "postgresql", "duckdb", "spark"]
Dialect = Literal["sqlite", "postgresql", "duckdb", "spark", "portable"]
"""Whose rules a text follows; reports are `portable`, so that every engine can read them."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


class StatementError(SourcebookError):
    """A statement that is not run; the message is one line and says why.

    `position` is the offset of the reason in the text, in characters from 0, if it is known.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class SqlToken(NamedTuple):
    """A piece of a statement, and its offset."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset of the next piece."""
        return self.start + len(self.text)

    @property
    def name(self) -> str:
        """The name, without quotation marks if it has any."""
        if self.kind != "quoted":
            return self.text
        mark = self.text[-1]
        return self.text[1:-1].replace(mark * 2, mark)

    @property
    def backticked(self) -> str:
        """The text; a name in double quotation marks has backticks instead."""
        if self.kind != "quoted" or not self.text.startswith('"'):
            return self.text
        return f"`{self.name.replace('`', '``')}`"


_SQLITE = r"""
      (?P<string> '(?:[^']|'')*' )
    | (?P<quoted> "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\] )
    | (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<placeholder> \?\d* | [@$][\w$]+ )
"""
_POSTGRESQL = r"""
      (?P<string>
          [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | (?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag)
      )
    | (?P<quoted> "(?:[^"]|"")*" )
    | (?P<comment> --[^\n]* )
    | (?P<nested> /\* )
    | (?P<placeholder> \$\d+ )
"""
_SPARK = r"""
      (?P<string> [rR]'[^']*' | '(?:[^'\\]|\\.)*' )
    | (?P<quoted> "(?:[^"]|"")*" | `(?:[^`]|``)*` )
    | (?P<comment> --[^\n]* )
    | (?P<nested> /\* )
    | (?P<placeholder> \? )
"""
_PORTABLE = r"""
      (?P<string> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' )
    | (?P<quoted> "(?:[^"]|"")*" | `(?:[^`]|``)*` )
    | (?P<comment> --[^\n]* | /\*.*?\*/ )
"""
_ALL = r"""
    | (?P<open> ['"`] | [eE]' | /\* )
    | (?P<cast> :: | := )
    | (?<![:\w]):(?P<parameter>[^\W\d]\w*)
    | (?P<word> [^\W\d][\w$]* )
    | (?P<number> \d[\w.]* )
    | (?P<end> ; )
    | (?P<blank> \s+ )
    | (?P<sign> . )
"""
_GRAMMARS = {
    "sqlite": _SQLITE,
    "postgresql": _POSTGRESQL,
    "duckdb": _POSTGRESQL,  # whose parser it has
    "spark": _SPARK,
    "portable": _PORTABLE,
}


@cache
def _grammar(dialect: Dialect) -> re.Pattern[str]:
    return re.compile(_GRAMMARS[dialect] + _ALL, re.VERBOSE | re.DOTALL)


def tokens(text: str, dialect: Dialect) -> Iterator[SqlToken]:
    """Split a text into strings, quoted names, comments, parameters, words and signs.

    A string, name or comment that never ends is `open`, up to the end of the text.
    """
    at, grammar = 0, _grammar(dialect)
    while match := grammar.match(text, at):
        kind = match.lastgroup or "sign"
        end = match.end()
        if kind == "nested":  # a comment that may hold comments
            kind, end = "comment", _end_of_comment(text, end)
        elif kind == "open":
            end = len(text)
        yield SqlToken(kind, text[at:end], at)
        at = end


def escape_colons(sql: str) -> str:
    """Return portable SQL as SQLAlchemy's text() takes it: only parameters are parameters."""
    return "".join(
        token.text if token.kind == "parameter" else token.text.replace(":", r"\:")
        for token in tokens(sql, "portable")
    )


def _end_of_comment(text: str, at: int) -> int:
    depth = 1
    for mark in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


@dataclass(frozen=True)
class SqlStatement:
    """One statement: its text up to a semicolon, and its parameters, each written `:name`."""

    text: str
    engine: Engine
    tokens: tuple[SqlToken, ...]

    @classmethod
    def read(cls, text: str, engine: Engine) -> SqlStatement:
        """Parse a text. Raises StatementError unless it is one statement with named parameters."""
        if (at := text.find("\0")) >= 0:
            raise StatementError("the query holds a NUL; take it out", at)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise StatementError(
                "the query holds bytes that are not UTF-8; write them another way", error.start
            ) from None
        parsed = list(tokens(text, engine))
        ends = [n for n, token in enumerate(parsed) if token.kind == "end"]
        if ends:
            for token in parsed[ends[0] :]:
                if token.kind not in ("end", "blank", "comment"):
                    raise StatementError(
                        "one statement at a time: nothing may follow the semicolon", token.start
                    )
            parsed, text = parsed[: ends[0]], text[: parsed[ends[0]].start]
        if all(token.kind in ("blank", "comment") for token in parsed):
            raise StatementError("the query is empty; give one that selects something")
        for token in parsed:
            if token.kind == "placeholder":
                raise StatementError(
                    f"{token.text} is a placeholder; write a parameter as :name, "
                    "and give it with -p name=value",
                    token.start,
                )
        return cls(text, engine, tuple(parsed))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, each once, in the order of the text."""
        named = (token.text[1:] for token in self.tokens if token.kind == "parameter")
        return tuple(dict.fromkeys(named))

    @property
    def double_quoted(self) -> tuple[SqlToken, ...]:
        """The words in double quotation marks: names in standard SQL."""
        return tuple(token for token in self.tokens if token.backticked != token.text)

    @property
    def words(self) -> tuple[SqlToken, ...]:
        """The keywords and names, quoted or not."""
        return tuple(token for token in self.tokens if token.kind in ("word", "quoted"))

    def numbered(self) -> str:
        """Return the text with `$1`, `$2` … for the parameters, as PostgreSQL and DuckDB want."""
        number = {name: n for n, name in enumerate(self.parameters, 1)}
        return "".join(
            f"${number[token.text[1:]]}" if token.kind == "parameter" else token.text
            for token in self.tokens
        )

    def backticked(self) -> str:
        """Return the text with names in backticks instead of double quotation marks.

        SQLite, and Spark unless set otherwise, take a double-quoted word for text if it names
        nothing.
        """
        return "".join(token.backticked for token in self.tokens)

    def position(self, numbered: int) -> int:
        """Return the offset in the text of what is at this offset in the `numbered` text."""
        number = {name: n for n, name in enumerate(self.parameters, 1)}
        for token in self.tokens:
            if token.kind != "parameter":
                continue
            grown = len(f"${number[token.text[1:]]}") - len(token.text)
            if token.start + len(token.text) + grown > numbered:
                return min(numbered, len(self.text)) if numbered <= token.start else token.start
            numbered -= grown
        return min(numbered, len(self.text))
