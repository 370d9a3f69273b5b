"""Finds the reports: the .sql files that ship, and those in a folder of the user's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reports.definition import Report, ReportError
from reports.header import HeaderError, parse

SHIPPED = Path(__file__).parent
"""Where the reports are that come with the application."""


class UnknownReportError(ReportError):
    """There is no report of that name; the message gives the nearest ones."""


@dataclass(frozen=True)
class Catalogue:
    """All reports of the folders, read when they are asked for.

    A name belongs to one file: of a name that stands in two folders neither file is run, for
    nobody could tell which one answered.
    """

    folders: tuple[Path, ...] = (SHIPPED,)

    @classmethod
    def of(cls, own: Path | None) -> "Catalogue":
        """Give the reports that ship and, if there are any, those of the user's own folder."""
        return cls((SHIPPED, own)) if own else cls()

    @cached_property
    def files(self) -> dict[str, list[Path]]:
        """The reports' files by name, in order. Raises ReportError for an unreadable folder."""
        found: dict[str, list[Path]] = {}
        for folder in self.folders:
            try:
                files = [path for path in folder.iterdir() if path.suffix == ".sql"]
            except OSError as error:
                raise ReportError(f"{folder}: {_reason(error)}; name another folder") from None
            for path in files:
                if not path.name.startswith("."):  # what an editor keeps beside a file
                    found.setdefault(path.stem, []).append(path)
        return dict(sorted(found.items()))

    def report(self, name: str) -> Report:
        """Read the report of this name.

        Raises UnknownReportError where there is none, ReportError for a fault in its file.
        """
        if name in self.files:
            path, *others = self.files[name]
            if others:
                raise ReportError(f"{others[0]}: there is a report {name} already; rename this one")
            return read(path)
        from schema.suggest import nearest

        near = nearest(name, self.files, limit=3, phrases=True)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise UnknownReportError(f"there is no report {name!r}{hint}")

    def reports(self) -> list[Report]:
        """Read all reports. Raises ReportError for the first fault in any of them."""
        return [self.report(name) for name in self.files]

    def each(self) -> Iterator[Report | ReportError]:
        """Read all reports; those that have a fault give it instead."""
        for name in self.files:
            try:
                yield self.report(name)
            except ReportError as fault:
                yield fault


def read(path: Path) -> Report:
    """Read a report from its file. Raises ReportError, naming file and line, for a fault in it."""
    if not re.fullmatch(r"\w[\w-]*", path.stem):
        raise ReportError(f"{path}: is no name of a report; letters, digits, - and _ make one")
    try:
        parts = parse(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ReportError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise ReportError(f"{path}: {_reason(error)}") from None
    except HeaderError as fault:
        raise ReportError(f"{path}:{fault.line}: {fault}") from None
    return Report(path.stem, path, *parts)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
