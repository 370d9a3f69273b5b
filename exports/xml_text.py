"""Values as XML: what it cannot hold is escaped, and counted."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from exports.job import ExportJob

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def plain(value: Any, type: str) -> str:
    """Return a value as text; booleans are true and false, also where the database has 1 and 0."""
    return str(bool(value)).lower() if type == "boolean" else str(value)


class Xml:
    """Writes values as XML; counts the characters that it escapes in its own way."""

    escaped = 0

    def text(self, value: Any, type: str) -> str:
        """Return a value as the content of an element."""
        # A reader of XML takes a bare carriage return for a line end.
        return escape(self.valid(plain(value, type)), {"\r": "&#13;"})

    def quoted(self, value: str) -> str:
        """Return a text as an attribute."""
        return quoteattr(self.valid(value))

    def valid(self, text: str) -> str:
        """Return a text that XML can hold, with escapes for what it cannot."""
        valid, count = FORBIDDEN.subn(
            lambda match: match[0].encode("unicode_escape").decode(), text
        )
        self.escaped += count
        return valid

    def report_escaped(self, job: ExportJob) -> None:
        """Say on stderr how many characters were escaped."""
        if self.escaped:
            job.report(rf"{self.escaped} characters that XML cannot hold are written as \x00")
