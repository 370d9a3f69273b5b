"""Counts and lists, as sentences have them. Imports nothing but the standard library."""

from collections.abc import Iterable, Sequence


def listed(names: Sequence[str], conjunction: str = "and") -> str:
    """Return names as a sentence lists them: a, b and c."""
    return f" {conjunction} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def runs(numbers: Iterable[int]) -> list[list[int]]:
    """Group sorted numbers: each that follows directly on another is in its group."""
    groups: list[list[int]] = []
    for n in numbers:
        if groups and n == groups[-1][-1] + 1:
            groups[-1].append(n)
        else:
            groups.append([n])
    return groups


def counted(count: int, unit: str = "row") -> str:
    """Return a count in words: no rows, 1 row, 12 rows.

    A unit may say what several are called: "entry | entries".
    """
    singular, _, plural = unit.partition(" | ")
    return f"{f'{count:,}' if count else 'no'} {singular if count == 1 else plural or f'{unit}s'}"
