"""A table for the terminal, drawn by tabulate.

tabulate reads all rows before it prints one, which takes 200 MB for 100,000 rows. So it gets them
in batches of a thousand. The first batch decides the widths of the columns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from math import inf

from tabulate import DataRow, TableFormat, tabulate
from wcwidth import iter_graphemes, wcswidth, wcwidth

from output.answer import Answer, Section, shown
from output.page import Column
from schema.escape import visible

_BATCH = 1000
_LATER = 3  # spare width if there are more batches: after key-999 comes key-1000
_HEADING = 2  # room that tabulate keeps beside a heading
_LEAST = 4  # the least width of a column, half of it for the heading
_WORD = 14  # a column is as wide as its longest word up to this width: no date is broken


def table(answer: Answer, width: int | None = None, *, bold: bool = False) -> Iterator[str]:
    """Yield a table, and below it the citations, one a line so that each can be copied whole."""
    for section in answer.sections:
        if section.heading:
            heading = visible(section.heading)
            yield f"\x1b[1m{heading}\x1b[0m\n" if bold else f"{heading}\n"
        yield from _lines(section, width)
    for n, (source, citation) in enumerate(answer.citations or ()):
        yield f"{'' if n else chr(10)}[{visible(source)}] {visible(citation)}\n"


def _lines(page: Section, width: int | None) -> Iterator[str]:
    """Yield the lines of a table; null is empty, numbers are aligned right.

    To fit a terminal's `width`, columns are narrowed, the widest first, and values wrapped. If the
    columns would become too narrow to read, each row becomes a block, with a line for each column.
    Without a width nothing is wrapped. Nothing is ever cut: a later value longer than those of the
    first batch is wrapped or, if it must not be, makes its batch wider.
    """
    names = [visible(column.heading) for column in page.columns]
    rows = ([visible(text) for text in map(shown, page.columns, row)] for row in page.rows)
    head = list(islice(rows, _BATCH))
    natural, least = [], []
    for column, cells in zip(page.columns, zip(names, *head, strict=True), strict=True):
        heading, *values = map(_width, cells)
        later = _LATER if len(head) == _BATCH else 0
        longest = max(heading + _HEADING, max(values, default=0) + later)
        heading, *values = (min(max(map(_width, cell.split(" "))), _WORD) for cell in cells)
        word = max(heading + _HEADING, *values, _LEAST)
        natural.append(longest)
        least.append(longest if column.number else min(word, longest))
    rest = chain(head, rows)
    if width is None:
        return _grid(page.columns, names, rest, natural, wrapped=False, ruled=False)
    widths = _fit(natural, least, width - 3 * len(natural) - 1)
    if widths is None:
        return _blocks(names, rest, width)
    return _grid(page.columns, names, rest, widths, wrapped=True, ruled=widths != natural)


def _width(text: str) -> int:
    """Return how many columns of a terminal a `visible` text takes."""
    return len(text) if text.isascii() else wcswidth(_carried(text))


def _carried(text: str) -> str:
    """Return a text with a space in front if it starts with an accent or a vowel sign.

    Otherwise the sign would combine with the frame's space, and take a different width.
    """
    return text if text.isascii() or wcwidth(text[0]) else " " + text


def _fit(natural: Sequence[int], least: Sequence[int], room: int) -> list[int] | None:
    """Return widths that together fit into `room`, or None if not even the least ones do."""
    if sum(least) > room:
        return None
    widths = [min(width, room) for width in natural]
    while sum(widths) > room:
        narrowable = [n for n, width in enumerate(widths) if width > least[n]]
        widths[max(narrowable, key=widths.__getitem__)] -= 1
    return widths


def _grid(
    columns: Sequence[Column],
    names: Sequence[str],
    rows: Iterator[Sequence[str]],
    widths: Sequence[int],
    *,
    wrapped: bool,
    ruled: bool,
) -> Iterator[str]:
    """Yield a framed table, a batch of rows at a time, with rules between rows if many wrap."""
    numbers = [column.number for column in columns]
    # A number is never wrapped: half of it would be another number.
    limits = [
        width if wrapped and not number else inf
        for width, number in zip(widths, numbers, strict=True)
    ]
    heads = []
    for name, width, number in zip(names, widths, numbers, strict=True):
        first, *more = _fold(name, width - _HEADING)
        # A heading as wide as its column gives the column the same width in every batch.
        heads.append("\n".join([_pad(first, width - _HEADING, number), *more]))
    batch, rule = list(islice(rows, _BATCH)), ""
    while batch or not rule:
        lines = tabulate(
            [
                ["\n".join(_fold(cell, limit)) for cell, limit in zip(row, limits, strict=True)]
                for row in batch
            ],
            headers=heads,
            tablefmt="grid" if ruled else "outline",
            disable_numparse=True,
            preserve_whitespace=True,
            colalign=["right" if number else "left" for number in numbers],
        ).splitlines()
        if rule:  # the heading is there already
            head = next(n for n, line in enumerate(lines) if line.startswith("+="))
            lines[: head + 1] = [rule] if ruled else []
        *body, rule = lines
        yield from (line + "\n" for line in body)
        batch = list(islice(rows, _BATCH))
    yield rule + "\n"


def _pad(line: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(line))
    return blanks + line if right else line + blanks


# Lines end with a mark that is cut off: tabulate would strip a value's no-break space from the end.
_BLOCK = TableFormat(None, None, None, None, None, DataRow("", " | ", "|"), 0, None)


def _blocks(names: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> Iterator[str]:
    """Yield each row as a block: a heading with its number, then a line for each column."""
    label = min(max(map(_width, names)), width // 2)
    for n, row in enumerate(rows, 1):
        yield f"-[ {n} ]".ljust(width, "-") + "\n"
        block = [
            pair
            for name, cell in zip(names, row, strict=True)
            for pair in zip_longest(
                _fold(name, label), _fold(cell, width - label - 3), fillvalue=""
            )
        ]
        lines = tabulate(block, tablefmt=_BLOCK, disable_numparse=True, preserve_whitespace=True)
        yield from (line[:-1].rstrip(" ") + "\n" for line in lines.split("\n"))


def _fold(text: str, width: float) -> list[str]:
    """Split a text into lines that fit, at spaces, or inside a word that is too long.

    Of several values joined by `; `, each stays on one line if it fits.
    """
    if _width(text) <= width:
        return [_carried(text)]
    lines: list[str] = []
    for item in re.split(r"(?<=;) ", text):
        for word in [item] if _width(item) <= width else item.split(" "):
            if lines and _width(f"{lines[-1]} {word}") <= width:
                lines[-1] += " " + word
                continue
            lines.append(word)
            while (piece := _piece(lines[-1], width)) != lines[-1]:
                lines[-1:] = [piece, lines[-1][len(piece) :]]
    return [_carried(line) for line in lines]


def _piece(word: str, width: float) -> str:
    """Return as much of a word as fits: at least one whole character, up to a hyphen if any."""
    if _width(word) <= width:
        return word
    taken = ""
    for character in iter_graphemes(word):
        if taken and _width(taken + character) > width:
            break
        taken += character
    cut = re.match(r".+[-/_.,;:]", taken)
    return cut[0] if cut else taken
