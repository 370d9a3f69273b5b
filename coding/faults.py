"""What can be wrong with what people hand in: one type for all of it, and how it is worded.

Readers and checks report `Fault`s, all at once. They raise `InvalidInputError` where nothing can be
done with the input.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering

from schema.escape import visible


class Severity(StrEnum):
    """How much a fault weighs."""

    ERROR = "error"
    """The coding cannot be loaded."""
    WARNING = "warning"
    """It can be loaded, and is probably wrong."""
    NOTE = "note"
    """It can be right; somebody should look."""


@total_ordering
@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, where it is, and what to do. Sorts by file and line."""

    rule: str
    """The id of the rule that found it, such as `no-evidence`."""
    severity: Severity
    file: str
    line: int | None
    """Counted from 1; None where the fault is of the whole file."""
    where: str
    """The path of keys, such as `events[soleimani-visit].evidence[0].at`; may be empty."""
    message: str
    """One line: what is wrong and what to do."""

    def __str__(self) -> str:
        """Give the fault as one line that does nothing to a terminal."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f" {self.where}:" if self.where else ""
        return visible(f"{place}: {self.severity} {self.rule}:{where} {self.message}")

    def __lt__(self, other: Fault) -> bool:
        """Order by place in the file, faults of the whole file first."""
        return self._order() < other._order()

    def _order(self) -> tuple[str, int, str, str, str]:
        return self.file, self.line or 0, self.where, self.rule, self.message


class InvalidInputError(Exception):
    """Input that cannot be used at all, with every reason that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults)))


def quoted(text: str, limit: int = 80) -> str:
    """Text in quotation marks, its middle left out where it is longer than `limit`."""
    if len(text) > limit:
        half = (limit - 3) // 2
        text = f"{text[:half]} … {text[-half:]}"
    return f"“{text}”"
