r"""Rows in seven formats, written as they come: a million need no more memory than a thousand.

csv, tsv, json and jsonl are for programs and hold exact values. table, markdown and html are for
people: there a character that could steer the terminal, reorder the page or hide is shown as an
escape (`visible`). No format turns text into a number: `0042` and `1.20` stay what they are.

| value      | table, markdown, html | csv       | tsv       | json, jsonl                       |
| ---------- | --------------------- | --------- | --------- | --------------------------------- |
| null       | nothing               | nothing   | `\N`      | `null`                            |
| empty text | nothing               | `""`      | nothing   | `""`                              |
| true       | `true`                | `true`    | `true`    | `true`                            |
| not finite | `-Infinity`           | the same  | the same  | the same as text: JSON has no such |
| `Json`     | its text              | its text  | its text  | as it stands                      |

tsv is the text format of PostgreSQL's COPY: tab, line ends and backslash in a value are written
`\t`, `\n`, `\r` and `\\`. csv, tsv and jsonl hold rows alone; `Page.meta` stands in html,
markdown and json, `Page.citations` in these and below a table.
"""

import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Literal, TextIO

from database.errors import SourcebookError

Cell = str | int | float | bool | None


class Json(str):
    """What is JSON already, in one line: an exact number, an array, an object."""

    __slots__ = ()


class Format(StrEnum):
    """What `--format` takes."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"


@dataclass(frozen=True)
class Column:
    """A column: its type decides how it is aligned and sorted, never how a value is written."""

    name: str
    type: Literal["text", "integer", "real"] = "text"
    meaning: str = ""
    detail: bool = False
    """Whether a table in a terminal leaves it out, unless it is asked for."""

    @property
    def number(self) -> bool:
        """Whether it holds numbers: they stand on the right, and sort by value."""
        return self.type != "text"


@dataclass(frozen=True)
class Page:
    """What is shown; its rows may be a cursor, and are read once, one by one."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    question: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    citations: Iterable[tuple[str, str]] | None = None
    """Key of a source and how to cite it; read once, after the rows. None: nobody asked."""


def render(
    page: Page, format: Format, out: TextIO, *, width: int | None = None, raw: bool = False
) -> int:
    """Write a page to `out` and return how many rows it had.

    `width` is the terminal's, for a table to fit; without it nothing is wrapped. `raw` leaves csv
    cells as they are that a spreadsheet would take for formulas.
    """
    count = 0

    def counted() -> Iterator[Sequence[Cell]]:
        nonlocal count
        for row in page.rows:
            count += 1
            yield row

    out.writelines(_writer(format, width, raw)(replace(page, rows=counted())))
    return count


def _writer(format: Format, width: int | None, raw: bool) -> Callable[[Page], Iterator[str]]:
    """What turns a page into pieces of text. Those for people are imported when they are used."""
    if format is Format.TABLE:
        from output.table import table

        return lambda page: chain(table(page, width), _below(page))
    if format is Format.MARKDOWN:
        from output.markup import markdown

        return markdown
    if format is Format.HTML:
        from output.markup import html

        return html
    if format is Format.CSV:
        return lambda page: _csv(page, raw)
    return {Format.TSV: _tsv, Format.JSON: _json, Format.JSONL: _jsonl}[format]


def _below(page: Page) -> Iterator[str]:
    """The citations below a table, each in one line, to be copied whole."""
    for n, (source, citation) in enumerate(page.citations or ()):
        yield f"{'' if n else chr(10)}[{visible(source)}] {visible(citation)}\n"


def text(value: Cell) -> str:
    """A value as text, null as nothing; numbers that are not finite as PostgreSQL writes them."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return str(value)


# Controls, surrogates, line and paragraph separators, what sets direction, and what shows nothing
# (soft hyphen, zero-width space, fillers, tags). The two joiners are not among them: Persian words
# and emoji are made with them. Elsewhere than between two such letters they only hide, and count.
_HIDDEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_JOINED = rf"[^\x00-\x7e\u200c\u200d{_HIDDEN}]"
_UNSAFE = re.compile(rf"[{_HIDDEN}]|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")


def visible(text: str) -> str:
    r"""Text that can do nothing but be read: ESC as `\x1b`, a right-to-left override as `\u202e`.

    A backslash of the text's own stays single, for a path or a pattern to be read as it is; who
    must tell `\n` from a line end takes a format for programs.
    """
    return _tamed(text, lambda character: character.encode("unicode_escape").decode())


def _tamed(text: str, escape: Callable[[str], str]) -> str:
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(lambda found: escape(found[0]), text)


# What a spreadsheet takes for the start of a formula (OWASP, "CSV injection"), in full width and
# in small forms too, whatever blanks or hidden characters stand before it.
_FORMULA = re.compile(
    rf"[\s\u200c\u200d{_HIDDEN}]*"
    r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|[\t\r\n]"
)
_QUOTED = re.compile(r'[",\r\n]')


class _CsvCells(dict[str, str]):
    """Text as it stands in a cell of csv, remembered: the same keys and words come again and again.

    As many as fit in some megabytes are kept; more are made anew each time.
    """

    def __init__(self, raw: bool) -> None:
        self.raw = raw

    def __missing__(self, value: str) -> str:
        cell = value
        if not self.raw and _FORMULA.match(value):
            cell = "'" + value
        if not value or _QUOTED.search(cell):
            cell = '"' + cell.replace('"', '""') + '"'
        if len(self) < _KEPT and len(value) < _SHORT:
            self[value] = cell
        return cell


_KEPT, _SHORT = 50_000, 100


def _csv(page: Page, raw: bool) -> Iterator[str]:
    """RFC 4180, lines ending as Unix ends them.

    Python's csv cannot write null and empty text apart, as PostgreSQL and DuckDB read them.
    """
    cells = _CsvCells(raw)
    yield ",".join([cells[column.name] for column in page.columns]) + "\n"
    for row in page.rows:
        # Text, integers and nulls first, without a call: nearly all that there is.
        line = [
            cells[value]
            if value.__class__ is str
            else str(value)
            if value.__class__ is int
            else ""
            if value is None
            else _other(value)
            for value in row
        ]
        # A lone null would be an empty line, which readers skip.
        yield (",".join(line) or '""') + "\n"


def _other(value: Cell) -> str:
    """What is neither plain text nor an integer: no spreadsheet takes any of it for a formula."""
    if isinstance(value, Json) and _QUOTED.search(value):
        return '"' + value.replace('"', '""') + '"'
    return text(value)


_TSV = str.maketrans({"\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\"})


def _tsv(page: Page) -> Iterator[str]:
    yield "\t".join(column.name.translate(_TSV) for column in page.columns) + "\n"
    for row in page.rows:
        yield (
            "\t".join([r"\N" if value is None else text(value).translate(_TSV) for value in row])
            + "\n"
        )


def _foreign(value: object) -> float | str:
    """Give as JSON what a driver has beyond cells: the numeric of PostgreSQL, a date."""
    return float(value) if isinstance(value, Decimal) else str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_foreign)


def _objects(page: Page) -> Iterator[str]:
    """Each row as a JSON object on one line, what could harm a terminal escaped as JSON does it."""
    names: list[str] = []
    for column in page.columns:  # an object has a name once: a second `id` is `id_2`
        name, n = column.name, 1
        while name in names:
            n += 1
            name = f"{column.name}_{n}"
        names.append(name)
    for row in page.rows:
        yield _dumps({name: _finite(value) for name, value in zip(names, row, strict=True)})


def _finite(value: Cell) -> Cell:
    return text(value) if isinstance(value, float) and not math.isfinite(value) else value


def _dumps(value: Mapping[str, Cell]) -> str:
    if Json in map(type, value.values()):
        encode = _ENCODER.encode
        members = (
            f"{encode(name)}: {cell if isinstance(cell, Json) else encode(cell)}"
            for name, cell in value.items()
        )
        return _escaped(f"{{{', '.join(members)}}}")
    return _escaped(_ENCODER.encode(value))


def _escaped(encoded: str) -> str:
    return _tamed(encoded, lambda character: json.dumps(character)[1:-1])


def _jsonl(page: Page) -> Iterator[str]:
    for line in _objects(page):
        yield line + "\n"


def _json(page: Page) -> Iterator[str]:
    """An array of rows; an object of `meta`, `rows` and `citations` where one of those is asked."""
    plain = not page.meta and page.citations is None
    meta = f'"meta": {_dumps(page.meta)}, ' if page.meta else ""
    yield "[" if plain else f'{{{meta}"rows": ['
    yield from _separated(_objects(page))
    if page.citations is not None:
        yield '\n], "citations": ['
        yield from _separated(
            _dumps({"source": source, "citation": citation}) for source, citation in page.citations
        )
    yield "\n]\n" if plain else "\n]}\n"


def _separated(lines: Iterable[str]) -> Iterator[str]:
    separator = "\n"
    for line in lines:
        yield separator + line
        separator = ",\n"


def footer(meta: Mapping[str, str], count: int, what: str = "row") -> str:
    """One line that says from which data something is; of a hash the first twelve digits."""
    parts = [
        f"{name} {value[:12] if re.fullmatch('[0-9a-f]{64}', value) else value}"
        for name, value in meta.items()
    ]
    parts.insert(1, f"{count or 'no'} {what}{'' if count == 1 else 's'}")
    return visible(" · ".join(parts))


class OutputError(SourcebookError):
    """An output file cannot be written; the message is one line and names it."""


@contextmanager
def destination(path: Path | None) -> Iterator[TextIO]:
    r"""Where rows go: a file, which is written whole or not at all, or stdout.

    Both take UTF-8 whatever the locale says, so that the same rows are the same bytes everywhere;
    half a surrogate pair, which UTF-8 does not have, is written `\ud83d`. A file is made beside the
    one it replaces and takes its permissions; a device or a named pipe cannot be replaced, and is
    written to. A reader of stdout who goes away raises BrokenPipeError, for the caller to end on.
    """
    if path is None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        yield sys.stdout
        sys.stdout.flush()  # here, not at exit, where nobody could catch what goes wrong
        return
    name = visible(str(path))
    try:
        if path.is_dir():
            raise OutputError(f"{name}: is a folder; name a file in it")
        if not path.parent.is_dir():
            raise OutputError(f"{name}: there is no folder {visible(str(path.parent))}; make it")
        if path.is_file() and _begins(path, b"SQLite format 3\0"):
            raise OutputError(f"{name}: is a database; write to another file")
        if path.exists() and not path.is_file():
            with _open(path, "w") as out:
                yield out
        else:
            with _replacing(path.resolve()) as out:  # a link stays a link
                yield out
    except ConnectionError:  # a reader or a database that went away is not the file's fault
        raise
    except OSError as error:
        raise OutputError(f"{name}: {error.strerror or error}") from error


def _begins(path: Path, magic: bytes) -> bool:
    """Say whether a file begins so, as far as it may be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except PermissionError:
        return False


def _open(path: Path, mode: Literal["w", "x"]) -> TextIO:
    return path.open(mode, encoding="utf-8", errors="backslashreplace", newline="\n")


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    old = path.exists()
    if old and not os.access(path, os.W_OK):  # replacing it would not ask
        raise PermissionError(0, "is read-only")
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with _open(temporary, "x") as out:
            if old:
                temporary.chmod(path.stat().st_mode & 0o777)
            yield out
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
