"""Faults in codings and texts: one type for all of them, and their wording.

Readers and checks report all faults at once; `InvalidInputError` means that the input is unusable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering

from schema.escape import visible


class Severity(StrEnum):
    """How serious a fault is."""

    ERROR = "error"
    """The coding cannot be loaded."""
    WARNING = "warning"
    """It can be loaded but is probably a mistake."""
    NOTE = "note"
    """It may be right; somebody should look."""


@total_ordering
@dataclass(frozen=True)
class Fault:
    """A mistake: what is wrong, where, and what to do. Faults sort by file and line."""

    rule: str
    """The id of the rule that found it, such as `no-evidence`."""
    severity: Severity
    file: str
    line: int | None
    """Counted from 1; None if the fault concerns the whole file."""
    where: str
    """The path of keys, such as `events[soleimani-visit].evidence[0].at`; may be empty."""
    message: str
    """One line: what is wrong and what to do."""

    def __str__(self) -> str:
        """Return the fault as one line, safe to print in a terminal."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f" {self.where}:" if self.where else ""
        return visible(f"{place}: {self.severity} {self.rule}:{where} {self.message}")

    def __lt__(self, other: Fault) -> bool:
        """Order by place in the file; faults of the whole file come first."""
        return self._order() < other._order()

    def _order(self) -> tuple[str, int, str, str, str]:
        return self.file, self.line or 0, self.where, self.rule, self.message


class InvalidInputError(Exception):
    """The input cannot be used; holds every fault that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults)))


def quoted(text: str, limit: int = 80) -> str:
    """Return text in quotation marks, without its middle if it is longer than `limit`."""
    if len(text) > limit:
        half = (limit - 3) // 2
        text = f"{text[:half]} … {text[-half:]}"
    return f"“{text}”"
