"""A table for people, drawn by tabulate, between a caption and notes.

tabulate reads all rows before it prints one, which takes 200 MB for 100,000 rows. So it gets them
in batches of a thousand. The first batch decides the widths of the columns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from math import inf

import tabulate
from wcwidth import iter_graphemes, wcswidth, wcwidth

from output.answer import Answer, AnswerSection, shown
from output.page import PageColumn
from output.wording import counted
from schema.date_words import MONTH_NAMES
from schema.escape import visible

tabulate.MIN_PADDING = 0  # a column needs no more room than its heading

_BATCH = 1000
_LATER = 3  # spare width if there are more batches: after key-999 comes key-1000
_GAP = 2  # blanks between two columns
_LEAST = 4  # the least width of a column
_WORD = (14, 12, 10)  # a column is as wide as its longest word up to the first that leaves room
_PASSAGES = 9  # a width at which a list of passages is easy to read: 1, 2, 14
_MAIN = 0.45  # how much of the width the column that answers keeps while others can give way
_DATE_LINE = 17  # about 14 Oct 2015
_WIDE = 96  # from this width on, dates stay on one line

_BLANK = "\u200b"  # in a row of its own, for a blank line: a row of nothing would vanish

# A word, or a date that is never broken. No repeated group can match the same text in two ways.
_DATE = rf"(?:[0-9]{{1,2}} )?(?:{'|'.join(MONTH_NAMES)}) [0-9]{{1,4}}(?![0-9])(?: BC\b)?"
_WORDS = re.compile(rf"(?:(?<![^ ]){_DATE}[^ ]*|[^ ]*)(?: |$)")


def table(answer: Answer, width: int | None = None, *, bold: bool = False) -> Iterator[str]:
    """Yield an answer's caption, its table, and notes; citations last, one a line, to be copied.

    Without a width nothing is wrapped. `bold` is for the captions, in a terminal that can do that.
    """
    yield from _caption(answer, width, bold=bold)
    drawn = False
    for n, section in enumerate(answer.sections):
        drawn = True
        yield "\n" if n else ""
        if section.heading:
            yield from _paragraph(section.heading, width, bold=bold)
        yield from _lines(section, _texts(section), width)
    notes = [*answer.notes, *(f"From {source}." for source in answer.sources)]
    if answer.title and not answer.whole:
        notes.append(f"{counted(answer.rows.count, answer.unit)}.")
    if answer.origin:
        notes.append(answer.origin)
    for n, note in enumerate(notes):
        yield "" if n or not drawn else "\n"
        yield from _paragraph(note, width)
    for n, (source, citation) in enumerate(answer.citations or ()):
        yield f"{'' if n else chr(10)}[{visible(source)}] {visible(citation)}\n"


def _caption(answer: Answer, width: int | None, *, bold: bool) -> Iterator[str]:
    """Yield name and count in one line if they fit, then question and filters."""
    if not answer.title:
        return
    name, colon, subject = answer.title.partition(":")
    title = visible(f"{name.upper()}{colon}{subject}")
    size = answer.size
    blanks = (width or 0) - _width(title) - len(size)
    if width is None or blanks >= _GAP:
        yield _styled(title + " " * max(blanks, _GAP) + size, bold=bold) + "\n"
    else:
        yield from _paragraph(title, width, bold=bold)
        yield from _paragraph(size, width, bold=bold)
    shared = f"In every row: {answer.shared}." if answer.shared else ""
    for text in filter(None, (answer.question, answer.filters, shared)):
        yield from _paragraph(text, width)
    yield "\n"


def _paragraph(text: str, width: int | None, *, bold: bool = False) -> Iterator[str]:
    for line in _fold(visible(text), width or inf, items=False):
        yield _styled(line.rstrip(" "), bold=bold) + "\n"


def _styled(line: str, *, bold: bool) -> str:
    return f"\x1b[1m{line}\x1b[0m" if bold else line


def _texts(section: AnswerSection) -> Iterator[Sequence[str]]:
    for row in section.rows:
        yield [visible(text) for text in map(shown, section.columns, row)]


def _lines(
    section: AnswerSection, rows: Iterator[Sequence[str]], width: int | None
) -> Iterator[str]:
    """Yield the lines of a table; null is empty, numbers are aligned right.

    Values are wrapped to fit the width. If the columns would become too narrow to read, each row
    becomes a block, with a line for each column. Nothing is ever cut: a later value longer than
    those of the first batch is wrapped or, if it must not be, makes its batch wider.
    """
    columns = section.columns
    names = [visible(column.heading) for column in columns]
    head = list(islice(rows, _BATCH))
    natural: list[int] = []
    # Without a column that answers, a value may be a hash, which is easier to read in a block.
    word_limits = _WORD if any(column.main for column in columns) else _WORD[:1]
    leasts: list[list[int]] = [[] for _ in word_limits]
    for column, cells in zip(columns, zip(names, *head, strict=True), strict=True):
        heading, *values = map(_width, cells)
        later = _LATER if len(head) == _BATCH else 0
        number = max(values, default=0) + later
        longest = max(heading, number)
        natural.append(longest)
        for least, limit in zip(leasts, word_limits, strict=True):
            # A number is never wrapped: half of it would be another number.
            wrapped = cells[:1] if column.number else cells
            word = max(max(map(_width, _words(cell, limit))) for cell in wrapped)
            easy = _PASSAGES if column.type == "passage" and limit > word_limits[-1] else _LEAST
            word = min(max(word, easy), limit, longest)
            least.append(max(word, number) if column.number else word)
    rest = chain(head, rows)
    widths = natural if width is None else None
    for least in leasts:
        widths = widths or _fit(columns, natural, least, width or 0)
    if widths is None:
        return _blocks(names, rest, width or 0)
    limits: list[float] = [
        inf if width is None or column.number else limit
        for column, limit in zip(columns, widths, strict=True)
    ]
    tall = sum(max(len(_fold(*cell)) for cell in zip(row, limits, strict=True)) > 1 for row in head)
    return _grid(columns, names, rest, widths, limits, spaced=2 * tall > len(head))


def _width(text: str) -> int:
    """Return how many columns of a terminal a `visible` text takes."""
    return len(text) if text.isascii() else wcswidth(_carried(text))


def _carried(text: str) -> str:
    """Return a text with a space in front if it starts with an accent or a vowel sign.

    Otherwise the sign would combine with the frame's space, and take a different width.
    """
    return text if text.isascii() or wcwidth(text[0]) else " " + text


def _fit(
    columns: Sequence[PageColumn], natural: Sequence[int], least: Sequence[int], width: int
) -> list[int] | None:
    """Return widths that fit together, or None if not even the least ones do.

    Where a column answers the question, the others give way to it first, as far as they remain easy
    to read; then it does, down to its share. Otherwise the widest column gives way.
    """
    room = width - _GAP * (len(columns) - 1)
    if sum(least) > room:
        return None
    widths = [min(each, room) for each in natural]
    floors = [least]
    if any(column.main for column in columns):
        easy = [max(_easy(column, width), low) for column, low in zip(columns, least, strict=True)]
        hard = [
            max(low, _DATE_LINE) if column.type in ("date", "day") else low
            for column, low in zip(columns, least, strict=True)
        ]
        main = [column.main for column in columns]
        share = max(int(_MAIN * room) // sum(main), _LEAST)
        floors = [
            [room if answers else low for answers, low in zip(main, easy, strict=True)],
            [
                max(share, low) if answers else room
                for answers, low in zip(main, least, strict=True)
            ],
            [room if answers else low for answers, low in zip(main, hard, strict=True)],
            least,
        ]
    for floor in floors:
        while sum(widths) > room:
            narrowable = [n for n, each in enumerate(widths) if each > floor[n]]
            if not narrowable:
                break
            widths[max(narrowable, key=widths.__getitem__)] -= 1
    return widths


def _easy(column: PageColumn, width: int) -> int:
    """Return a width at which a column beside the one that answers is still easy to read."""
    if column.number:
        return 6  # its heading may take several lines
    if column.type in ("date", "day"):
        return 30 if width >= _WIDE else _DATE_LINE
    return _PASSAGES if column.type == "passage" else max(16, width // 4)


def _grid(
    columns: Sequence[PageColumn],
    names: Sequence[str],
    rows: Iterator[Sequence[str]],
    widths: Sequence[int],
    limits: Sequence[float],
    *,
    spaced: bool,
) -> Iterator[str]:
    """Yield the lines of a table, a batch of rows at a time; `spaced` puts blank lines between."""
    heads = []
    for name, width, column in zip(names, widths, columns, strict=True):
        first, *more = _fold(name, width)
        # A heading as wide as its column gives the column the same width in every batch.
        blanks = " " * (width - _width(first))
        heads.append("\n".join([blanks + first if column.number else first + blanks, *more]))
    above = max((head.count("\n") for head in heads), default=0) + 2
    batch, skipped = list(islice(rows, _BATCH)), 0
    while batch or not skipped:
        cells: list[list[str]] = []
        for row in batch:
            if spaced and (cells or skipped):
                cells.append([_BLANK] * len(columns))
            cells.append(["\n".join(_fold(*cell)) for cell in zip(row, limits, strict=True)])
        drawn = tabulate.tabulate(
            cells,
            headers=heads,
            tablefmt="simple",
            disable_numparse=True,
            preserve_whitespace=True,
            colalign=["right" if column.number else "left" for column in columns],
        )
        for line in drawn.split("\n")[skipped:]:
            yield line.replace(_BLANK, "").rstrip(" ") + "\n"
        batch, skipped = list(islice(rows, _BATCH)), above


def _blocks(names: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> Iterator[str]:
    """Yield each row as a block: a heading with its number, then a line for each column."""
    label = min(max(map(_width, names)), width // 2)
    for n, row in enumerate(rows, 1):
        yield f"-[ {n} ]".ljust(width, "-") + "\n"
        for name, cell in zip(names, row, strict=True):
            lines = zip_longest(_fold(name, label), _fold(cell, width - label - 3), fillvalue="")
            for left, right in lines:
                yield f"{left}{' ' * (label - _width(left))} | {right}".rstrip(" ") + "\n"


def _words(text: str, width: float) -> list[str]:
    """Split a text at its blanks, except for those between day, month and year if they fit."""
    words = [match[0].removesuffix(" ") for match in _WORDS.finditer(text + " ")][:-1]
    return [
        part for word in words for part in ([word] if _width(word) <= width else word.split(" "))
    ]


def _fold(text: str, width: float, *, items: bool = True) -> list[str]:
    """Split a text into lines that fit, at spaces, or inside a word that is too long.

    Of several items joined by `; `, each stays on one line if it fits.
    """
    if _width(text) <= width:
        return [_carried(text)]
    lines: list[str] = []
    for item in re.split(r"(?<=;) ", text) if items else [text]:
        for word in [item] if _width(item) <= width else _words(item, width):
            if lines and _width(f"{lines[-1]} {word}") <= width:
                lines[-1] += " " + word
                continue
            lines.append(word)
            while (piece := _piece(lines[-1], width)) != lines[-1]:
                lines[-1:] = [piece, lines[-1][len(piece) :].removeprefix(" ")]
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
