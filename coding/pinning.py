r"""Pinning: drafts of locators become offsets into the text, in the coding file itself.

A coder writes where something stands by its words, `at: 4 "The envoy said … no more"`: the passage,
then in ASCII quotation marks the words, or the first and the last of them with an ellipsis between
blanks (`…` or `...`); several by comma. A quotation mark of the text's own is written `\"`. Words
are sought as whole words first, and must stand once in the passage. `pin` puts `4:33-127` in their
place and rewrites the block `passages:`; all else in the file, its comments and its layout, stays.

Reads a text and a coding, and writes that coding.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path

from coding.faults import InvalidInputError, quoted
from coding.passage_block import Edit, changed_passages, rewritten
from coding.reading import MAX_CODING
from coding.text import invalid, load, nearest_place, normalise, read_text
from coding.yaml_tree import Extent, Loc, Tree, parse

_PART = re.compile(r'([1-9][0-9]{0,5})(?:(:[0-9]{1,7}-[0-9]{1,7})|\s+"((?:[^"\\]|\\.)*)")?')
_COMMA = re.compile(r"\s*,\s*")
_ELLIPSIS = re.compile(r" (?:…|\.\.\.) ")


def pin(source: str, passages: list[str], path: Path) -> str:
    """Return the text of a coding, pinned; raises InvalidInputError with every draft not found.

    `path` is its name in faults. What is pinned already stays, so that pinning twice changes
    nothing; but it is refused where its passage has changed since.
    """
    return _pinned(source, passages, path)[0]


def pin_file(path: Path, text_path: Path) -> int:
    """Pin a coding file and give the number of locators that were drafts; raises InvalidInputError.

    The file is replaced whole, or left untouched where nothing changes.
    """
    source = load(path, MAX_CODING)
    pinned, count = _pinned(source, read_text(text_path), path)
    if pinned != source:
        try:
            _replace(path.resolve(), pinned)
        except OSError as error:
            raise invalid("unwritable", path, f"cannot be written: {error.strerror}") from None
    return count


def _replace(path: Path, text: str) -> None:
    data = text.encode()
    with path.open("rb+") as old:  # asks for the right to write, which replacing would not
        if old.read(3) == b"\xef\xbb\xbf":
            data = b"\xef\xbb\xbf" + data
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as new:
            temporary.chmod(path.stat().st_mode & 0o777)
            new.write(data)
            new.flush()
            os.fsync(new.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _pinned(source: str, passages: list[str], path: Path) -> tuple[str, int]:
    tree = parse(source, str(path))
    faults = [fault for fault in tree.faults if fault.where != "passages"]  # may be empty still
    edits: list[Edit] = []
    pinned: dict[Loc, str] = {}
    count = 0
    changed = changed_passages(tree, passages)
    for loc, extent in tree.extents.items():
        if loc[-1:] != ("at",) or not extent.text:
            continue
        if extent.style in ("|", ">") and '"' in extent.text:
            message = "is a block of text; write the draft behind `at:`"
            faults.append(tree.lines.fault("bad-draft", loc, message))
            continue
        try:
            parts = _parts(extent.text, passages, changed)
        except _BadDraftError as error:
            faults.extend(tree.lines.fault(rule, loc, message) for rule, message in error.found)
            continue
        drafts = sum(draft for _, draft in parts)
        if drafts:
            pinned[loc] = ", ".join(place for place, _ in parts)
            edits.append(_scalar(source, extent, pinned[loc]))
            count += drafts
    try:
        edits.extend(rewritten(source, tree, passages))
    except InvalidInputError as error:
        faults.extend(error.faults)
    if faults:
        raise InvalidInputError(faults)
    result = source
    for start, end, new in sorted(edits, reverse=True):
        result = result[:start] + new + result[end:]
    if not _says(result, _texts(tree) | pinned, passages):
        message = "the layout of the file is not understood; write it as docs/format.md shows"
        raise InvalidInputError([tree.lines.fault("no-block", ("passages",), message)])
    return result, count


def _texts(tree: Tree) -> dict[Loc, str]:
    """Every text in a coding but the measures."""
    return {
        loc: extent.text
        for loc, extent in tree.extents.items()
        if loc[:1] != ("passages",) and extent.style not in ("-", ":")
    }


def _says(result: str, texts: dict[Loc, str], passages: Sequence[str]) -> bool:
    """Whether the pinned file reads as it should: days of a coder's work are in it."""
    try:
        tree = parse(result, "")
        return not tree.faults and _texts(tree) == texts and not rewritten(result, tree, passages)
    except InvalidInputError:
        return False


def _scalar(source: str, extent: Extent, value: str) -> Edit:
    """Quotation marks of YAML go where nothing needs them."""
    after_blank = source[extent.start - 1 : extent.start].isspace()
    if extent.style and ("," in value or not after_blank):
        value = f"{extent.style}{value}{extent.style}"
    return extent.start, extent.end, value


# --- drafts ---------------------------------------------------------------------------------------


class _BadDraftError(Exception):
    """What is wrong with an `at`: the rule and the message of each."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        self.found = found
        super().__init__(found)


def _parts(value: str, passages: Sequence[str], changed: set[int]) -> list[tuple[str, bool]]:
    """The places of an `at`, and whether each was a draft."""
    parts: list[tuple[str, bool]] = []
    wrong: list[tuple[str, str]] = []
    at = 0
    while True:
        match = _PART.match(value, at)
        comma = _COMMA.match(value, match.end()) if match else None
        if match is None or not (comma or match.end() == len(value)):
            if '"' not in value:  # no draft, and for the format to refuse
                return []
            message = (
                f"{quoted(value)} is not understood from {quoted(value[at:], 40)} on; write "
                '2 "first words … last words", and \\" for a quotation mark in them'
            )
            raise _BadDraftError([("bad-draft", message)])
        number, offsets, words = int(match[1]), match[2], match[3]
        if words is not None:
            place, reason = _find(number, normalise(re.sub(r"\\(.)", r"\1", words)), passages)
            parts.append((place, True))
            wrong.extend([reason] if reason else [])
        else:
            parts.append((f"{number}{offsets or ''}", False))
            if number in changed:
                message = (
                    f"{match[0]} was pinned in another ¶{number}; give its words anew, or write "
                    "`passages: []` to keep every offset as it is"
                )
                wrong.append(("other-text", message))
        if comma is None:
            break
        at = comma.end()
    if wrong:
        raise _BadDraftError(wrong)
    return parts


def _find(number: int, words: str, passages: Sequence[str]) -> tuple[str, tuple[str, str] | None]:
    """Where words stand in a passage; or the rule and the message why it cannot be told."""
    if number > len(passages):
        return "", ("draft-not-found", f"there is no ¶{number}: the text has {len(passages)}")
    if not words:
        return "", ("bad-draft", f"{number} has no words between its quotation marks")
    passage = passages[number - 1]
    count, start, end = 0, 0, 0
    for first, last in [(words, ""), *_splits(words)]:
        heads = _occurrences(first, passage)
        tails = _occurrences(last, passage) if last else []
        for head in heads if tails or not last else ():
            after = bisect_left(tails, head + len(first))
            here = len(tails) - after if last else 1
            if here:
                start, end = head, (tails[after] + len(last)) if last else head + len(first)
            count += here
        if count and not last:
            break
    if count == 1:
        return f"{number}:{start}-{end}", None
    if count > 1:
        message = f"{quoted(words)} stands at {count} places in ¶{number}; give more words"
        return "", ("draft-ambiguous", message)
    return "", ("draft-not-found", _nowhere(number, words, passages))


def _splits(words: str) -> Iterator[tuple[str, str]]:
    for ellipsis in _ELLIPSIS.finditer(words):
        yield words[: ellipsis.start()], words[ellipsis.end() :]


def _occurrences(words: str, passage: str) -> list[int]:
    """Where words begin, in order; where they stand as whole words somewhere, only there."""
    found, whole = [], []
    start = passage.find(words)
    while start >= 0:
        end = start + len(words)
        found.append(start)
        cuts = (start > 0 and words[0].isalnum() and passage[start - 1].isalnum()) or (
            end < len(passage) and words[-1].isalnum() and passage[end].isalnum()
        )
        if not cuts:
            whole.append(start)
        start = passage.find(words, start + 1)
    return whole or found


def _nowhere(number: int, words: str, passages: Sequence[str]) -> str:
    passage = passages[number - 1]
    for first, last in _splits(words):
        if first in passage and last in passage:
            return f"{quoted(last)} does not follow {quoted(first)} in ¶{number}; swap them?"
        missing = last if first in passage else first
        break
    else:
        missing = words
    near = nearest_place(missing, passages, [number])
    return f"{quoted(missing)} does not stand in ¶{number}{near}"
