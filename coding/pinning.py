r"""Pinning: replaces drafts of locators by offsets into the text, in the coding file itself.

A coder marks a place by its words, `at: 4 "The envoy said … no more"`: the passage, then in ASCII
quotation marks the words, or the first and the last of them with an ellipsis between spaces (`…`
or `...`); several, separated by commas. `\"` is a quotation mark in the text. The words must occur
once in the passage; whole words are preferred. `pin` replaces the draft by `4:33-127` and rewrites
the block `passages:`. Everything else in the file, comments and layout included, stays.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from coding.faults import InvalidInputError, quoted
from coding.passage_block import Edit, changed_passages, rewritten
from coding.reading import MAX_CODING
from coding.text import PassageSearch, invalid, normalise, read_file, read_text
from coding.yaml_tree import Extent, Loc, Tree, parse
from output.staging import replace, staging_dir

_PART = re.compile(r'([1-9][0-9]{0,5})(?:(:[0-9]{1,7}-[0-9]{1,7})|\s+"((?:[^"\\]|\\.)*)")?')
MAX_ELLIPSES = 10
"""How many ellipses in the words of a draft may be the one that marks what is left out."""

BOM = b"\xef\xbb\xbf"

_COMMA = re.compile(r"\s*,\s*")
_ELLIPSIS = re.compile(r" (?:…|\.\.\.) ")


def pin_file(path: Path, text_path: Path) -> int:
    """Pin a coding file and return how many drafts it had; raises InvalidInputError.

    The file is replaced whole, or left untouched if nothing changes.
    """
    source = read_file(path, MAX_CODING)
    pinned, count = pin(source, read_text(text_path), path)
    if pinned != source:
        try:
            _replace(path.resolve(), pinned)
        except OSError as error:
            raise invalid("unwritable", path, f"cannot be written: {error.strerror}") from None
    return count


def _replace(path: Path, text: str) -> None:
    with path.open("rb+") as old:  # renaming over a read-only file would succeed
        mark = old.read(3)
    with staging_dir(path) as folder:
        staged = folder / path.name
        staged.write_bytes((BOM if mark == BOM else b"") + text.encode())
        replace(staged, path)


def pin(source: str, passages: list[str], path: Path) -> tuple[str, int]:
    """Return the text of a coding, pinned, and how many drafts it had.

    `path` names it in messages. A pinned locator stays, so pinning twice changes nothing; but it
    is refused if its passage has changed since. Raises InvalidInputError with every draft that is
    not found.
    """
    tree = parse(source, str(path))
    faults = [fault for fault in tree.faults if fault.where != "passages"]  # may still be empty
    edits: list[Edit] = []
    pinned: dict[Loc, str] = {}
    count = 0
    changed, search = changed_passages(tree, passages), PassageSearch(passages)
    for loc, extent in tree.extents.items():
        if loc[-1:] != ("at",) or not extent.text:
            continue
        if extent.style in ("|", ">") and '"' in extent.text:
            message = "is a block of text; write the draft on the line of `at:`"
            faults.append(tree.lines.fault("bad-draft", loc, message))
            continue
        try:
            parts = _parts(extent.text, search, changed)
        except _BadDraftError as error:
            faults.extend(tree.lines.fault(rule, loc, message) for rule, message in error.reasons)
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
    pieces, at = [], 0
    for start, end, new in sorted(edits):
        pieces += [source[at:start], new]
        at = end
    result = "".join(pieces) + source[at:]
    if not _says(result, _texts(tree) | pinned, passages):
        message = "the layout of the file cannot be rewritten; write it as docs/format.md shows"
        raise InvalidInputError([tree.lines.fault("no-block", ("passages",), message)])
    return result, count


def _texts(tree: Tree) -> dict[Loc, str]:
    """Return every text in a coding except the measures."""
    return {
        loc: extent.text
        for loc, extent in tree.extents.items()
        if loc[:1] != ("passages",) and extent.style not in ("-", ":")
    }


def _says(result: str, texts: dict[Loc, str], passages: Sequence[str]) -> bool:
    """Return whether the pinned file parses as intended: it holds days of a coder's work."""
    try:
        tree = parse(result, "")
        return not tree.faults and _texts(tree) == texts and not rewritten(result, tree, passages)
    except InvalidInputError:
        return False


def _scalar(source: str, extent: Extent, value: str) -> Edit:
    """Return the edit that writes a value, without YAML quotation marks unless it needs them."""
    after_blank = source[extent.start - 1 : extent.start].isspace()
    if extent.style and ("," in value or not after_blank):
        value = f"{extent.style}{value}{extent.style}"
    return extent.start, extent.end, value


# --- drafts ---------------------------------------------------------------------------------------


class _BadDraftError(Exception):
    """What is wrong with an `at`: pairs of rule and message."""

    def __init__(self, reasons: list[tuple[str, str]]) -> None:
        self.reasons = reasons
        super().__init__(reasons)


def _parts(value: str, search: PassageSearch, changed: set[int]) -> list[tuple[str, bool]]:
    """Return the places of an `at`, and whether each was a draft."""
    parts: list[tuple[str, bool]] = []
    wrong: list[tuple[str, str]] = []
    at = 0
    while True:
        match = _PART.match(value, at)
        comma = _COMMA.match(value, match.end()) if match else None
        if match is None or not (comma or match.end() == len(value)):
            if '"' not in value:  # not a draft; the format refuses it
                return []
            message = (
                f"{quoted(value)} cannot be read from {quoted(value[at:], 40)} on; write "
                '2 "first words … last words", and \\" for a quotation mark in them'
            )
            raise _BadDraftError([("bad-draft", message)])
        number, offsets, words = int(match[1]), match[2], match[3]
        if words is not None:
            place, reason = _find(number, normalise(re.sub(r"\\(.)", r"\1", words)), search)
            parts.append((place, True))
            wrong.extend([reason] if reason else [])
        else:
            parts.append((f"{number}{offsets or ''}", False))
            if number in changed:
                message = (
                    f"¶{number} has changed since {match[0]} was pinned; write its words again, or "
                    "write `passages: []` to keep every offset"
                )
                wrong.append(("other-text", message))
        if comma is None:
            break
        at = comma.end()
    if wrong:
        raise _BadDraftError(wrong)
    return parts


def _find(number: int, words: str, search: PassageSearch) -> tuple[str, tuple[str, str] | None]:
    """Return the place of words in a passage, or the rule and the message that say why not."""
    passages = search.passages
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
        message = f"{quoted(words)} occurs {count} times in ¶{number}; give more words"
        return "", ("draft-ambiguous", message)
    return "", ("draft-not-found", _nowhere(number, words, search))


def _splits(words: str) -> Iterator[tuple[str, str]]:
    for ellipsis in islice(_ELLIPSIS.finditer(words), MAX_ELLIPSES):
        yield words[: ellipsis.start()], words[ellipsis.end() :]


def _occurrences(words: str, passage: str) -> list[int]:
    """Return where words begin: as whole words, or if they never do, anywhere."""
    starts, whole = [], []
    start = passage.find(words)
    while start >= 0:
        end = start + len(words)
        starts.append(start)
        cuts = (start > 0 and words[0].isalnum() and passage[start - 1].isalnum()) or (
            end < len(passage) and words[-1].isalnum() and passage[end].isalnum()
        )
        if not cuts:
            whole.append(start)
        start = passage.find(words, start + 1)
    return whole or starts


def _nowhere(number: int, words: str, search: PassageSearch) -> str:
    passage = search.passages[number - 1]
    for first, last in _splits(words):
        if first in passage and last in passage:
            return f"{quoted(last)} does not follow {quoted(first)} in ¶{number}; swap them?"
        missing = last if first in passage else first
        break
    else:
        missing = words
    return f"{quoted(missing)} is not in ¶{number}{search.hint(missing, [number])}"
