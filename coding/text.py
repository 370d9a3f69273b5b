"""Reading files that anybody may have made, and the passages of a text.

A passage is a line of the text that is not empty, normalised: NFC, every run of white space one
blank, none at its ends. Lines end at LF, CR LF or CR alone. Everything else that some programs take
for a line end (form feed, vertical tab, U+0085, U+2028, U+2029) is white space inside a line, so
that the page breaks of a converted PDF do not cut sentences. White space is what `str.isspace`
says: no-break and thin spaces are, zero-width ones are not.

Reads files, writes none; imports nothing of the project but coding.faults.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from coding.faults import Fault, InvalidInputError, Severity, quoted

MAX_TEXT = 20_000_000
"""The largest text that is read, in bytes: some thirty long books."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_SEARCHED = 2_000_000
"""Above so many characters, something like the words is sought in the named passages alone."""


def normalise(line: str) -> str:
    """The line as passages hold it, which offsets and hashes count."""
    return " ".join(unicodedata.normalize("NFC", line).split())


def passages(text: str) -> list[str]:
    """The passages of a text; the first is ¶1."""
    return [passage for line in _LINE_END.split(text) if (passage := normalise(line))]


def measure(passage: str) -> tuple[int, str]:
    """Its length in code points and the SHA-256 of its UTF-8, by which it is known again."""
    return len(passage), sha256(passage.encode()).hexdigest()


def read_text(path: Path) -> list[str]:
    """The passages of a text file; raises InvalidInputError."""
    found = passages(load(path, MAX_TEXT))
    if not found:
        raise invalid("unreadable", path, "holds no text; give the file with the text")
    return found


def load(path: Path, limit: int) -> str:
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
        raise invalid("control-character", path, "holds a NUL: it is no text file", line)
    return text


def _bytes(path: Path, limit: int) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise invalid("unreadable", path, "is a folder; name a file in it")
        if not stat.S_ISREG(status.st_mode):  # reading a pipe could wait for ever
            raise invalid("unreadable", path, "is a pipe or a device; give a regular file")
        if status.st_size > limit:
            raise _too_large(path, limit, f"{status.st_size / 1e6:.1f} MB")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise invalid("unreadable", path, "is not there; check the path") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise invalid("unreadable", path, f"cannot be read: {reason}") from None
    if len(data) > limit:  # it grew, or the system does not know its size
        raise _too_large(path, limit, "larger")
    return data


def _too_large(path: Path, limit: int, size: str) -> InvalidInputError:
    reason = f"is too large: {size}, where at most {limit / 1e6:.0f} MB are read; split it"
    return invalid("unreadable", path, reason)


def invalid(rule: str, path: Path, message: str, line: int | None = None) -> InvalidInputError:
    """One reason why a file cannot be used."""
    return InvalidInputError([Fault(rule, Severity.ERROR, str(path), line, "", message)])


def nearest_place(words: str, texts: Sequence[str], among: Iterable[int]) -> str:
    """Where words stand, or what is most like them, as the end of a message; may be empty.

    `texts` are all passages, `among` the numbers of those to look in first.
    """
    first = [number for number in among if 0 < number <= len(texts)]
    numbers = list(dict.fromkeys([*first, *range(1, len(texts) + 1)]))
    if not words:
        return ""
    for number in numbers:
        start = texts[number - 1].find(words)
        if start >= 0:
            return f"; it stands at {number}:{start}-{start + len(words)}"
    from rapidfuzz import fuzz  # only who errs waits for it

    if sum(map(len, texts)) > _SEARCHED:
        numbers = first
    best, place = 60.0, ""
    for number in numbers:
        text = texts[number - 1]
        found = fuzz.partial_ratio_alignment(words, text, score_cutoff=best)
        if found is None or found.score <= best:
            continue
        best = found.score
        start, end = (found.dest_start, found.dest_end) if len(words) <= len(text) else (0, None)
        start, end = _whole_words(words, text, start, len(text) if end is None else end)
        place = f"; nearest is {number}:{start}-{end}, {quoted(text[start:end])}"
    return place


def _whole_words(words: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without half words at its ends, nor marks where what is sought has none."""
    while 0 < start < len(text) and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while start < end and _foreign(text[start], words[0]):
        start += 1
    while end > start and _foreign(text[end - 1], words[-1]):
        end -= 1
    return start, end


def _foreign(character: str, end: str) -> bool:
    """Whether it is no letter, where what is sought has a letter at that end; or a blank."""
    return character == " " or (end.isalnum() and not character.isalnum())
