"""A table for the terminal: laid out by its first thousand rows, the others written as they come.

It looks as tabulate's `outline` and `grid` do, without tabulate: that must hold all rows to lay out
the first (for 100,000, seconds and 200 MB), pads headers beyond the width that was asked for, and
drops blanks at the edges of a value.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from operator import le

from wcwidth import iter_graphemes, wcswidth

from reports.render import Column, Page, text, visible

_HEAD = 1000  # rows that decide the widths
_LATER = 3  # how much longer a value further down may be: the thousandth key is followed by others
_WORD = 14  # a column keeps room for its longest word, up to this: no date is ever broken


def table(page: Page, width: int | None = None) -> Iterator[str]:
    """The lines of a table; null is left empty, numbers stand on the right.

    In a terminal (`width`) columns are narrowed, the widest first, and their values wrapped; if
    they would become too narrow to be read, each row is a block of lines, one a column. Without a
    width nothing is wrapped. Nothing is ever cut: where a value further down is longer than the
    first thousand rows led to expect, it is wrapped, or, if it must not be, its line is longer.
    """
    names = [visible(column.name) for column in page.columns]
    rows = ([visible(text(value)) for value in row] for row in page.rows)
    head = list(islice(rows, _HEAD))
    natural, least = [], []
    for column, cells in zip(page.columns, zip(names, *head, strict=True), strict=True):
        longest = max(map(_wide, cells))
        if len(head) == _HEAD:
            longest += _LATER
        word = max(_wide(word) for cell in cells for word in cell.split(" "))
        natural.append(longest)
        least.append(longest if column.number else min(word, _WORD))
    rest = chain(head, rows)
    if width is None:
        return _grid(page.columns, names, rest, natural, wrapped=False, ruled=False)
    widths = _fit(natural, least, width - 3 * len(natural) - 1)
    if widths is None:
        return _blocks(names, rest, width)
    return _grid(page.columns, names, rest, widths, wrapped=True, ruled=widths != natural)


def _wide(text: str) -> int:
    """How many places of a terminal a text takes, once it is `visible`.

    A blank stands before every cell, and is measured with it: a vowel sign takes a place after it.
    """
    return len(text) if text.isascii() else wcswidth(" " + text) - 1


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
    rows: Iterable[Sequence[str]],
    widths: Sequence[int],
    *,
    wrapped: bool,
    ruled: bool,
) -> Iterator[str]:
    """A table in a frame; ruled between rows where many of them take several lines."""
    numbers = [column.number for column in columns]

    def line(cells: Sequence[str]) -> str:
        padded = [
            " " * (wide - _wide(cell)) + cell if number else cell + " " * (wide - _wide(cell))
            for cell, wide, number in zip(cells, widths, numbers, strict=True)
        ]
        return f"| {' | '.join(padded)} |\n"

    def lines(cells: Sequence[str]) -> Iterator[str]:
        if not wrapped or all(map(le, map(_wide, cells), widths)):
            return iter([line(cells)])
        folded = [
            [cell] if number else _fold(cell, wide)  # half a number is another number
            for cell, wide, number in zip(cells, widths, numbers, strict=True)
        ]
        return map(line, zip_longest(*folded, fillvalue=""))

    rule = "+" + "+".join("-" * (wide + 2) for wide in widths) + "+\n"
    yield rule
    yield from lines(names)
    yield rule.replace("-", "=")
    for n, row in enumerate(rows):
        if ruled and n:
            yield rule
        yield from lines(row)
    yield rule


def _blocks(names: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> Iterator[str]:
    """Each row as a block: a heading with its number, then a line for each column."""
    label = min(max(map(_wide, names)), width // 2)
    for n, row in enumerate(rows, 1):
        yield f"-[ {n} ]".ljust(width, "-") + "\n"
        for name, cell in zip(names, row, strict=True):
            folded = _fold(name, label), _fold(cell, width - label - 3)
            for left, right in zip_longest(*folded, fillvalue=""):
                yield f"{left}{' ' * (label - _wide(left))} | {right}\n"


def _fold(text: str, width: int) -> list[str]:
    """A text in lines that fit: broken at a blank, which goes, or inside a word that is too long.

    Of values joined by `; ` each stays in one line if one line can hold it.
    """
    if _wide(text) <= width:
        return [text]
    lines: list[str] = []
    for item in re.split(r"(?<=;) ", text):
        for word in [item] if _wide(item) <= width else item.split(" "):
            if lines and _wide(f"{lines[-1]} {word}") <= width:
                lines[-1] += " " + word
                continue
            lines.append(word)
            while (piece := _piece(lines[-1], width)) != lines[-1]:
                lines[-1:] = [piece, lines[-1][len(piece) :]]
    return lines


def _piece(word: str, width: int) -> str:
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
