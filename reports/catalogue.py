"""Finds reports: the .sql files that ship, and those in a folder of the user's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reports.definition import Report, ReportError
from reports.header import HeaderError, parse
from schema.escape import shortened

SHIPPED = Path(__file__).parent
"""The folder of the reports that come with the application."""


class UnknownReportError(ReportError):
    """There is no report of that name; the message suggests similar names."""


@dataclass(frozen=True)
class Catalogue:
    """The reports of some folders; each file is read when it is needed.

    If two folders have a report of the same name, neither is run: nobody could tell which one
    answered.
    """

    folders: tuple[Path, ...] = (SHIPPED,)

    @classmethod
    def of(cls, own: Path | None) -> "Catalogue":
        """Return the catalogue of the reports that ship and of the user's own folder."""
        return cls((SHIPPED, own)) if own else cls()

    @cached_property
    def files(self) -> dict[str, list[Path]]:
        """The files by name, sorted. Raises ReportError for an unreadable folder."""
        by_name: dict[str, list[Path]] = {}
        for folder in self.folders:
            try:
                files = [path for path in folder.iterdir() if path.suffix == ".sql"]
            except OSError as error:
                raise ReportError(f"{folder}: {_reason(error)}; name another folder") from None
            for path in files:
                if not path.name.startswith("."):  # an editor's backup
                    by_name.setdefault(path.stem, []).append(path)
        return dict(sorted(by_name.items()))

    def report(self, name: str) -> Report:
        """Read the report of this name, in whatever case and with whatever dashes.

        Raises UnknownReportError if there is none, ReportError for a fault in its file.
        """
        if name not in self.files:
            same = [other for other in self.files if _plain(other) == _plain(name)]
            name = same[0] if len(same) == 1 else name
        if name in self.files:
            path, *others = self.files[name]
            if others:
                raise ReportError(f"{others[0]}: there is already a report {name}; rename this one")
            return read(path)
        from schema.suggest import nearest_names

        near = nearest_names(name, self.files, limit=3)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise UnknownReportError(f"there is no report {shortened(name)!r}{hint}")

    def reports(self) -> list[Report]:
        """Read all reports. Raises ReportError for the first fault in any of them."""
        return [self.report(name) for name in self.files]

    def each(self) -> Iterator[Report | ReportError]:
        """Yield every report, or the fault in its file."""
        for name in self.files:
            try:
                yield self.report(name)
            except ReportError as fault:
                yield fault


def read(path: Path) -> Report:
    """Read a report from its file. Raises ReportError, which names file and line, for a fault."""
    if not re.fullmatch(r"\w[\w-]*", path.stem):
        raise ReportError(
            f"{path}: the name of a report has only letters, digits, - and _; rename the file"
        )
    try:
        return parse(path, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ReportError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise ReportError(f"{path}: {_reason(error)}") from None
    except HeaderError as fault:
        raise ReportError(f"{path}:{fault.line}: {fault}") from None


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-").replace(" ", "-")


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
