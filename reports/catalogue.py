"""Finds the reports: the .sql files that ship, and those in folders of the user's own."""

from collections.abc import Sequence
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
    """All reports of the folders, read when they are asked for."""

    folders: tuple[Path, ...] = (SHIPPED,)
    """A report in a later folder takes the place of one with its name in an earlier one."""

    @cached_property
    def paths(self) -> dict[str, Path]:
        """The reports' files by name, in order. Raises ReportError for an unreadable folder."""
        found: dict[str, Path] = {}
        for folder in self.folders:
            try:
                files = [path for path in folder.iterdir() if path.suffix == ".sql"]
            except OSError as error:
                raise ReportError(f"{folder}: {_reason(error)}; name another folder") from None
            found |= {path.stem: path for path in files}
        return dict(sorted(found.items()))

    def report(self, name: str) -> Report:
        """Read the report of this name.

        Raises UnknownReportError where there is none, ReportError for a fault in its file.
        """
        if name in self.paths:
            return read(self.paths[name])
        from reports.names import nearest

        near = nearest(name, self.paths)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise UnknownReportError(f"there is no report {name!r}{hint}")

    def reports(self) -> Sequence[Report]:
        """Read all reports. Raises ReportError for the first fault in any of them."""
        return [read(path) for path in self.paths.values()]


def read(path: Path) -> Report:
    """Read a report from its file. Raises ReportError, naming file and line, for a fault in it."""
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
