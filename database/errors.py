"""What every error has in common that a user can do something about. Touches nothing."""

from __future__ import annotations


class SourcebookError(Exception):
    """Stops a command; the message is one line, says why and what to do."""


class DatabaseError(SourcebookError):
    """A database that cannot be used; the message is one line, says why and what to do."""

    def __init__(self, message: str) -> None:
        # A path may hold line breaks, or bytes that are no text at all.
        super().__init__("".join(c if c.isprintable() else ascii(c)[1:-1] for c in message))
