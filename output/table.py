"""A table for the terminal: tabulate lays out the first thousand rows, the others follow suit.

tabulate holds all rows to lay out the first: for 100,000, seconds and 200 MB. So it gets the first
thousand, folded to their widths, and whatever comes after is written in the columns that it made.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from math import inf

from tabulate import tabulate
from wcwidth import iter_graphemes, wcswidth, wcwidth

from output.page import Column, Page, cell_text
from schema.escape import visible

_HEAD = 1000  # rows that decide the widths
_LATER = 3  # how much longer a value further down may be: the thousandth key is followed by others
_HEADER = 2  # tabulate keeps so much room beside a heading
_LEAST = 4  # no column is folded more narrowly: a heading needs half of it
_WORD = 14  # a column keeps room for its longest word, up to this: no date is ever broken


def table(page: Page, width: int | None = None) -> Iterator[str]:
    """Yield a table, and below it the citations, one a line so that each can be copied whole."""
    yield from _lines(page, width)
    for n, (source, citation) in enumerate(page.citations or ()):
        yield f"{'' if n else chr(10)}[{visible(source)}] {visible(citation)}\n"


def _lines(page: Page, width: int | None) -> Iterator[str]:
    """The lines of a table; null is left empty, numbers stand on the right.

    In a terminal (`width`) columns are narrowed, the widest first, and their values wrapped; if
    they would become too narrow to be read, each row is a block of lines, one a column. Without a
    width nothing is wrapped. Nothing is ever cut: where a value further down is longer than the
    first thousand rows led to expect, it is wrapped, or, if it must not be, its line is longer.
    """
    names = [visible(column.name) for column in page.columns]
    rows = ([visible(cell_text(value)) for value in row] for row in page.rows)
    head = list(islice(rows, _HEAD))
    natural, least = [], []
    for column, cells in zip(page.columns, zip(names, *head, strict=True), strict=True):
        heading, *values = map(_wide, cells)
        later = _LATER if len(head) == _HEAD else 0
        longest = max(heading + _HEADER, max(values, default=0) + later)
        heading, *values = (min(max(map(_wide, cell.split(" "))), _WORD) for cell in cells)
        word = max(heading + _HEADER, *values, _LEAST)
        natural.append(longest)
        least.append(longest if column.number else min(word, longest))
    rest = chain(head, rows)
    if width is None:
        return _grid(page.columns, names, rest, natural, wrapped=False, ruled=False)
    widths = _fit(natural, least, width - 3 * len(natural) - 1)
    if widths is None:
        return _blocks(names, rest, width)
    return _grid(page.columns, names, rest, widths, wrapped=True, ruled=widths != natural)


def _wide(text: str) -> int:
    """How many places of a terminal a text takes, once it is `visible`."""
    return len(text) if text.isascii() else wcswidth(_carried(text))


def _carried(text: str) -> str:
    """A text that opens with an accent or a vowel sign gets a blank to carry it.

    Otherwise the frame's would, and the sign took one place by itself and another in its cell.
    """
    return text if text.isascii() or wcwidth(text[0]) else " " + text


def _fit(natural: Sequence[int], least: Sequence[int], room: int) -> list[int] | None:
    """Widths that add up to no more than `room`; None if even the least of them do not."""
    if sum(least) > room:
        return None
    widths = [min(wide, room) for wide in natural]
    while sum(widths) > room:
        narrowable = [n for n, wide in enumerate(widths) if wide > least[n]]
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
    """A table in a frame; ruled between rows where many of them take several lines."""
    numbers = [column.number for column in columns]
    # Half a number is another number.
    limits = [
        wide if wrapped and not number else inf
        for wide, number in zip(widths, numbers, strict=True)
    ]

    def folded(cells: Sequence[str]) -> list[list[str]]:
        return [_fold(cell, limit) for cell, limit in zip(cells, limits, strict=True)]

    heads = []
    for name, wide, number in zip(names, widths, numbers, strict=True):
        first, *more = _fold(name, wide - _HEADER)
        # A heading as wide as its column keeps tabulate from making the column narrower.
        first = _pad(first, wide - _HEADER, number)
        heads.append("\n".join([first, *more]))
    laid = tabulate(
        [["\n".join(lines) for lines in folded(row)] for row in islice(rows, _HEAD)],
        headers=heads,
        tablefmt="grid" if ruled else "outline",
        disable_numparse=True,
        preserve_whitespace=True,
        colalign=["right" if number else "left" for number in numbers],
    ).splitlines()
    yield from (line + "\n" for line in laid[:-1])
    rule = laid[0]
    widths = [len(dashes) - 2 for dashes in rule.strip("+").split("+")]
    for row in rows:
        if ruled:
            yield rule + "\n"
        for cells in zip_longest(*folded(row), fillvalue=""):
            yield f"| {' | '.join(map(_pad, cells, widths, numbers))} |\n"
    yield rule + "\n"


def _pad(line: str, width: int, right: bool) -> str:
    blanks = " " * (width - _wide(line))
    return blanks + line if right else line + blanks


def _blocks(names: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> Iterator[str]:
    """Each row as a block: a heading with its number, then a line for each column."""
    label = min(max(map(_wide, names)), width // 2)
    for n, row in enumerate(rows, 1):
        yield f"-[ {n} ]".ljust(width, "-") + "\n"
        for name, cell in zip(names, row, strict=True):
            folded = _fold(name, label), _fold(cell, width - label - 3)
            for left, right in zip_longest(*folded, fillvalue=""):
                yield f"{left}{' ' * (label - _wide(left))} | {right}\n"


def _fold(text: str, width: float) -> list[str]:
    """A text in lines that fit: broken at a blank, which goes, or inside a word that is too long.

    Of values joined by `; ` each stays in one line if one line can hold it.
    """
    if _wide(text) <= width:
        return [_carried(text)]
    lines: list[str] = []
    for item in re.split(r"(?<=;) ", text):
        for word in [item] if _wide(item) <= width else item.split(" "):
            if lines and _wide(f"{lines[-1]} {word}") <= width:
                lines[-1] += " " + word
                continue
            lines.append(word)
            while (piece := _piece(lines[-1], width)) != lines[-1]:
                lines[-1:] = [piece, lines[-1][len(piece) :]]
    return [_carried(line) for line in lines]


def _piece(word: str, width: float) -> str:
    """As much of a word as fits: whole characters, one at least, up to a hyphen or the like."""
    if _wide(word) <= width:
        return word
    taken = ""
    for character in iter_graphemes(word):
        if taken and _wide(taken + character) > width:
            break
        taken += character
    cut = re.match(r".+[-/_.,;:]", taken)
    return cut[0] if cut else taken
