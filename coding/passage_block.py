"""The block `passages:` of a coding file: the lengths and hashes that identify its text.

`rewritten` returns the edits that bring the block up to date with a text, one line per passage; the
rest of the file stays. A change removes comments between passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from coding.faults import InvalidInputError
from coding.text import measure
from coding.yaml_tree import Loc, Node, Tree

HEADING = 80
"""A new passage with fewer characters is taken for a heading, unless it ends like a sentence or
speech. A guess: the coder may add or remove `heading: true`, and that stays."""

_SENTENCE_END = tuple('.!?…:”"')

Edit = tuple[int, int, str]
"""Start and end in the file, and the text to put there."""


def coded_measures(tree: Tree) -> list[tuple[int, str]]:
    """Return length and hash of the passages that the coding was pinned to; length 1 if unknown."""
    return [
        (int(length) if length.isdecimal() and len(length) < 10 else 1, str(old.get("hash")))
        for old in _old(tree)
        for length in [str(old.get("length"))]
    ]


def is_heading(passage: str) -> bool:
    """Guess whether a passage is a heading: it is short and does not end like a sentence."""
    return len(passage) < HEADING and not passage.endswith(_SENTENCE_END)


def rewritten(source: str, tree: Tree, passages: Sequence[str]) -> list[Edit]:
    """Return the edits of `source`, the text of `tree`; raises InvalidInputError."""
    new = _measured(tree, passages)
    if new == tree.root.get("passages"):
        return []
    root = tree.extents[()]
    line_end = "\r\n" if "\r\n" in source else "\n"
    indent = " " * (root.start - line_start(source, root.start))
    if root.flow:
        return [_flow(tree, new)]
    if "passages" not in tree.root:
        if "document" not in tree.root:
            _refuse(tree, "the coding has no document; begin with format, coder, document")
        at = _end_of_line(source, end_of(tree, ("document",), source))
        return [(at, at, line_end.join(["", f"{indent}passages:", *_lines(new, indent)]))]
    extent = tree.extents.get(("passages",))
    if extent is None or not (extent.style in ("[", "-") or extent.start == extent.end):
        _refuse(tree, "is not a list; write `passages: []`")
    if extent.style == "-":
        start = line_start(source, extent.start)
        end = _end_of_line(source, end_of(tree, ("passages",), source))
        return [(start, end, line_end.join(_lines(new, source[start : extent.start])))]
    after = _end_of_line(source, extent.end)
    start = len(source[: extent.start].rstrip(" "))
    rest = source[extent.end : after].rstrip()  # a comment
    return [(start, after, rest + line_end + line_end.join(_lines(new, indent)))]


def edited(source: str, edits: Iterable[Edit]) -> str:
    """Return the text of a file with edits, which don't overlap."""
    pieces, at = [], 0
    for start, end, new in sorted(edits):
        pieces += [source[at:start], new]
        at = end
    return "".join(pieces) + source[at:]


def _flow(tree: Tree, new: Sequence[Node]) -> Edit:
    """Return the edit for a coding in {}, such as one in JSON."""
    lines = [
        "{"
        + ", ".join(
            f'"{key}": {value}' if key != "hash" else f'"{key}": "{value}"'
            for key, value in measures.items()
        )
        + "}"
        for measures in new
        if isinstance(measures, dict)
    ]
    block = "[\n" + ",\n".join(lines) + "\n]"
    if "passages" in tree.root:
        extent = tree.extents[("passages",)]
        return extent.start, extent.end, block
    document = tree.extents.get(("document",))
    if document is None or not document.flow:
        _refuse(tree, "the coding has no document; begin with format, coder, document")
    return document.end, document.end, f', "passages": {block}'


def _refuse(tree: Tree, message: str) -> NoReturn:
    raise InvalidInputError([tree.lines.fault("no-block", ("passages",), message)])


def _old(tree: Tree) -> list[Mapping[str, Node]]:
    """Return the measures that the file has so far."""
    old = tree.root.get("passages")
    return [item if isinstance(item, dict) else {} for item in old] if isinstance(old, list) else []


def _measured(tree: Tree, passages: Sequence[str]) -> list[Node]:
    """Return the new block; passages that it had keep the coder's choice of headings."""
    headings = {old.get("hash"): old.get("heading") == "true" for old in _old(tree)}
    new: list[Node] = []
    for passage in passages:
        length, digest = measure(passage)
        measures: dict[str, Node] = {"length": str(length), "hash": digest}
        if headings.get(digest, is_heading(passage)):
            measures["heading"] = "true"
        new.append(measures)
    return new


def _lines(measured: Sequence[Node], indent: str) -> list[str]:
    return [
        f"{indent}- {{{', '.join(f'{key}: {value}' for key, value in measures.items())}}}"
        for measures in measured
        if isinstance(measures, dict)
    ]


def line_start(source: str, at: int) -> int:
    """Return where the line begins that this character is in."""
    return max(source.rfind("\n", 0, at), source.rfind("\r", 0, at)) + 1


def _end_of_line(source: str, at: int) -> int:
    match = re.compile("[\r\n]").search(source, at)
    return match.start() if match else len(source)


def end_of(tree: Tree, loc: Loc, source: str) -> int:
    """Return where the last item at a location ends."""
    end = max(extent.end for at, extent in tree.extents.items() if at[: len(loc)] == loc)
    return len(source[:end].rstrip("\r\n"))  # a block of text includes its line end
