"""What every error has in common that a user can do something about. Touches nothing."""

from __future__ import annotations


class SourcebookError(Exception):
    """Stops a command; the message is one line, says why and what to do."""
