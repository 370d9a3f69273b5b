"""The errors that a user can do something about; every message is one printable line."""

from __future__ import annotations

from schema.escape import visible


class SourcebookError(Exception):
    """Stops a command; the message is one line that says why, and what to do."""

    def __init__(self, message: str) -> None:
        # A path or a value may hold line breaks, controls, or bytes that aren't text.
        super().__init__(visible(message))


class DatabaseError(SourcebookError):
    """A database that cannot be used."""
