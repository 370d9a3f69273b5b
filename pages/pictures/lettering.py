"""How wide a text is in Helvetica or Arial, without asking any font, and where its lines break.

Their widths are those of Liberation Sans too. Other scripts are estimated from their cells in a
terminal. Each text in a picture states the width measured here (`textLength`), so a viewer with
another font squeezes or stretches the letters, and labels stay apart.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from wcwidth import wcwidth

REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 "
    "556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 "
    "260 334 584"
)
BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 "
    "556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 "
    "280 389 584"
)
"""Widths from space to tilde in thousandths of the size, from Adobe's metrics (the Core 14 AFM)."""

OTHERS = {
    "‘": 222,
    "’": 222,
    "“": 333,
    "”": 333,
    "„": 333,
    "…": 1000,
    "–": 556,
    "—": 1000,
    "¶": 537,
    "·": 278,
    "×": 584,
    "°": 400,
    "«": 556,
    "»": 556,
    "€": 556,
    "£": 556,
    "§": 556,
    "©": 737,
    "®": 737,
    "†": 556,
    "•": 350,
    "\xa0": 278,
    "¿": 611,
    "¡": 333,
    "Æ": 1000,
    "æ": 889,
    "Œ": 1000,
    "œ": 944,
    "ß": 611,
    "Ø": 778,
    "ø": 611,
    "−": 584,
}
BY_LETTER = (
    {chr(32 + n): int(width) for n, width in enumerate(REGULAR.split())} | OTHERS,
    {chr(32 + n): int(width) for n, width in enumerate(BOLD.split())}
    | {letter: width + 60 if width < 900 else width for letter, width in OTHERS.items()},
)
CELL, CAPITAL, WIDE = 600, 800, 1000
"""Of a letter that isn't in the tables: in one cell, as a capital, in two cells."""


@lru_cache(maxsize=16_384)
def _thousandths(word: str, bold: bool) -> int:
    known = BY_LETTER[bold]
    total = 0
    for letter in word:
        width = known.get(letter)
        if width is None:
            base = unicodedata.normalize("NFD", letter)[0]
            cells = wcwidth(letter)
            estimate = WIDE if cells == 2 else CAPITAL if letter.isupper() else CELL
            width = 0 if cells <= 0 else known.get(base, estimate)
        total += width
    return total


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text of one line."""
    words = text.split(" ")
    spaces = 278 * (len(words) - 1)
    return (sum(_thousandths(word, bold) for word in words) + spaces) * size / 1000


def balanced(text: str, limit: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text as `wrap` does, but all of about the same width."""
    lines = wrap(text, limit, size, bold=bold)
    if len(lines) == 1:
        return lines
    even = sum(width(line, size, bold=bold) for line in lines) / len(lines)
    for part in (1.02, 1.08, 1.16):
        if even * part < limit:
            narrower = wrap(text, even * part, size, bold=bold)
            if len(narrower) == len(lines):
                return narrower
    return lines


def wrap(text: str, limit: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text, none wider than the limit.

    A word that is wider than a line is continued on the next.
    """
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size, bold=bold) <= limit:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and width(lines[-1] + letter, size, bold=bold) > limit:
                lines.append("")
            lines[-1] += letter
    return lines
