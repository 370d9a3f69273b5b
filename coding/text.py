"""Reads files from untrusted hands, and splits a text into passages.

A passage is a line of the text in which a reader sees something, normalised: NFC, each run of white
space one space, none at its ends. Lines end at LF, CR LF or CR. Other characters that some programs
take for a line end (form feed, vertical tab, U+0085, U+2028, U+2029) count as white space, so that
the page breaks of a converted PDF do not cut sentences. White space is what `str.isspace` says:
no-break and thin spaces are, zero-width ones are not.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from coding.faults import Fault, InvalidInputError, Severity, quoted
from coding.values import CONTROL, MAX_PASSAGE, MAX_PASSAGES
from schema.escape import is_blank

MAX_TEXT = 20_000_000
"""The largest text that is read, in bytes: some thirty long books."""

_LINE_END = re.compile(r"\r\n|\r|\n")

MAX_SEARCHES = 100
"""How many messages about one file say where something similar is: each search reads the text."""

MAX_SEARCHED = 2_000_000
"""In a text of more characters, similar words are searched for in the named passages only."""


def normalise(line: str) -> str:
    """Return the line as a passage: offsets and hashes count its characters."""
    return " ".join(unicodedata.normalize("NFC", line).split())


def passages(text: str) -> list[str]:
    """Return the passages of a text; the first is ¶1."""
    return [normalise(line) for line in _LINE_END.split(text) if not is_blank(line)]


def measure(passage: str) -> tuple[int, str]:
    """Return the length in code points and the SHA-256 of the UTF-8: they identify the passage."""
    return len(passage), sha256(passage.encode()).hexdigest()


def read_text(path: Path) -> list[str]:
    """Return the passages of a text file; raises InvalidInputError.

    Characters that no coding may contain are refused: a quotation could contain neither them nor
    their absence.
    """
    text = read_file(path, MAX_TEXT)
    lines = passages(text)
    if not lines:
        raise invalid("unreadable", path, "is empty; give the file with the text")
    if len(lines) > MAX_PASSAGES:
        reason = f"has {len(lines):,} passages; at most {MAX_PASSAGES:,} are read: split it"
        raise invalid("unreadable", path, reason)
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_PASSAGE:
            reason = (
                f"¶{number}, {quoted(line, 40)}, has {len(line):,} characters; a passage has at "
                f"most {MAX_PASSAGE:,}: break its line"
            )
            raise invalid("unreadable", path, reason)
        if CONTROL.search(line):
            raise _control_character(path, text)
    return lines


def _control_character(path: Path, text: str) -> InvalidInputError:
    """Return the error for the first passage with a character that no coding may contain."""
    line, words, match = next(
        (number, words, match)
        for number, line in enumerate(_LINE_END.split(text), start=1)
        if not is_blank(line) and (match := CONTROL.search(words := normalise(line)))
    )
    character = match[0]
    hint = "remove it"
    if "\x80" <= character <= "\x9f":
        hint = "the file was probably Windows-1252 once: put the right character there"
    reason = (
        f"contains the control character U+{ord(character):04X} after "
        f"{quoted(words[: match.start()][-20:])}, which no coding may contain; {hint}"
    )
    return invalid("control-character", path, reason, line)


def read_file(path: Path, limit: int) -> str:
    """Read a regular UTF-8 file of at most `limit` bytes, without BOM; raises InvalidInputError."""
    data = _bytes(path, limit)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise invalid("not-utf-8", path, "is UTF-16; save it as UTF-8")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        at = error.start + len(data) - len(error.object)
        line = len(_LINE_END.findall(error.object[: error.start].decode())) + 1
        reason = f"is not UTF-8: byte 0x{data[at]:02x} at offset {at}; save it as UTF-8"
        raise invalid("not-utf-8", path, reason, line) from None
    nul = text.find("\0")
    if nul >= 0:
        line = len(_LINE_END.findall(text, 0, nul)) + 1
        raise invalid("control-character", path, "contains a NUL, so it is not a text file", line)
    return text


def _bytes(path: Path, limit: int) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise invalid("unreadable", path, "is a folder; name a file in it")
        if not stat.S_ISREG(status.st_mode):  # reading a pipe could block for ever
            raise invalid("unreadable", path, "is a pipe or a device; give a regular file")
        if status.st_size > limit:
            raise _too_large(path, limit, f"{status.st_size / 1e6:.1f} MB")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise invalid("unreadable", path, "does not exist; check the path") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise invalid("unreadable", path, f"cannot be read: {reason}") from None
    if len(data) > limit:  # it grew, or the system does not report its size
        raise _too_large(path, limit, "larger")
    return data


def _too_large(path: Path, limit: int, size: str) -> InvalidInputError:
    reason = f"is too large: {size}, where at most {limit / 1e6:.0f} MB are read; split it"
    return invalid("unreadable", path, reason)


def invalid(rule: str, path: Path, message: str, line: int | None = None) -> InvalidInputError:
    """Return an error for a file that cannot be used."""
    return InvalidInputError([Fault(rule, Severity.ERROR, str(path), line, "", message)])


class PassageSearch:
    """Finds where words are in a text, for messages; gives up after `MAX_SEARCHES`."""

    def __init__(self, passages: Sequence[str]) -> None:
        self.passages = passages
        self._left = MAX_SEARCHES

    def hint(self, words: str, among: Iterable[int]) -> str:
        """Return where the words are, or what is most like them, as the end of a message.

        `among` are the numbers of the passages to search first. Returns "" if nothing is similar.
        """
        self._left -= 1
        if not words or self._left < 0:
            return ""
        texts = self.passages
        first = [number for number in among if 0 < number <= len(texts)]
        numbers = list(dict.fromkeys([*first, *range(1, len(texts) + 1)]))
        for number in numbers:
            start = texts[number - 1].find(words)
            if start >= 0:
                return f"; it is at {number}:{start}-{start + len(words)}"
        from rapidfuzz import fuzz  # only a message needs it

        if sum(map(len, texts)) > MAX_SEARCHED:
            numbers = first
        best, place = 60.0, ""
        for number in numbers:
            text = texts[number - 1]
            match = fuzz.partial_ratio_alignment(words, text, score_cutoff=best)
            if match is None or match.score <= best:
                continue
            best = match.score
            start, end = 0, len(text)
            if len(words) <= len(text):
                start, end = match.dest_start, match.dest_end
            start, end = whole_words(words, text, start, end)
            place = f"; nearest is {number}:{start}-{end}, {quoted(text[start:end])}"
        return place


def whole_words(words: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a match to whole words, and drop punctuation at its ends that the words lack."""
    while 0 < start < len(text) and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while start < end and _superfluous(text[start], words[0]):
        start += 1
    while end > start and _superfluous(text[end - 1], words[-1]):
        end -= 1
    return start, end


def _superfluous(character: str, end: str) -> bool:
    """Return whether a space or mark at the end of a match is not in the words."""
    return character == " " or (end.isalnum() and not character.isalnum())
