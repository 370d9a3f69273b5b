"""Pinning: replaces the words of quoted places by offsets into the text, in the coding file itself.

`pin` turns `4 "The envoy said … no more"` into `4:33-127` and rewrites the block `passages:`.
Everything else in the file, comments and layout included, stays. If the text has changed since, the
places move with their passages and words. `unpin` does the reverse. coding/places.py defines how
places are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coding.faults import InvalidInputError, quoted
from coding.passage_block import Edit, coded_measures, edited, rewritten
from coding.places import Locator, PlaceError, locate, parse_places, quote_place
from coding.reading import MAX_CODING
from coding.realigning import Realignment
from coding.text import PassageSearch, invalid, read_file, read_text
from coding.yaml_tree import Extent, Loc, Node, Tree, parse
from output.staging import replace, staging_dir

_NOT_PLAIN = re.compile(r":\s|:$|\s#|[,\[\]{}]")
"""What ends a YAML value without quotation marks."""

BOM = b"\xef\xbb\xbf"


@dataclass
class Pinned:
    """What pinning has done to a coding."""

    text: str = ""
    places: int = 0
    """How many quoted places became offsets; of `unpin`, how many offsets became words."""
    moved: int = 0
    """How many places are elsewhere, since the text has changed."""
    shown: int = 0
    """How many places have their words beside them."""
    to_review: list[str] = field(default_factory=list)
    """A line for each place whose words have changed, with both wordings, or whose passage is gone.
    """


def pin_file(
    path: Path, text_path: Path, *, earlier: Path | None = None, keep_words: bool = False
) -> Pinned:
    """Pin a coding file; raises InvalidInputError.

    The file is replaced whole, or left untouched if nothing changes. `earlier` is the text that was
    coded, if it has changed since.
    """
    source, passages = read_file(path, MAX_CODING), read_text(text_path)
    old = None if earlier is None else read_text(earlier)
    pinned = pin(source, passages, path, earlier=old, keep_words=keep_words)
    write_coding(path, source, pinned.text)
    return pinned


def unpin_file(path: Path, text_path: Path) -> Pinned:
    """Replace the offsets of a coding file by words; raises InvalidInputError."""
    source = read_file(path, MAX_CODING)
    unpinned = unpin(source, read_text(text_path), path)
    write_coding(path, source, unpinned.text)
    return unpinned


def write_coding(path: Path, source: str, text: str) -> None:
    """Replace the text of a coding file whole, if it has changed; raises InvalidInputError."""
    if text != source:
        try:
            _replace(path.resolve(), text)
        except OSError as error:
            raise invalid("unwritable", path, f"cannot be written: {error.strerror}") from None


def _replace(path: Path, text: str) -> None:
    with path.open("rb+") as old:  # renaming over a read-only file would succeed
        mark = old.read(3)
    with staging_dir(path) as folder:
        staged = folder / path.name
        staged.write_bytes((BOM if mark == BOM else b"") + text.encode())
        replace(staged, path)


def pin(
    source: str,
    passages: list[str],
    path: Path,
    *,
    earlier: Sequence[str] | None = None,
    keep_words: bool = False,
) -> Pinned:
    """Return the text of a coding, pinned. `path` names it in messages.

    Pinning twice changes nothing. `keep_words` writes the words beside the offsets. Raises
    InvalidInputError with every place that is not found.
    """
    pinned, search = Pinned(), PassageSearch(passages)
    tree = parse(source, str(path), extents=True)
    realignment = Realignment(coded_measures(tree), passages, earlier)
    _require_same_text(tree, realignment, len(coded_measures(tree)))

    def offsets(loc: Loc, n: int, place: Locator) -> Locator:
        if place.quoted_only:
            pinned.places += 1
            place = locate(place, search)
        elif coded_measures(tree):
            place = _realigned(tree, loc, n, place, realignment, pinned)
        if not keep_words or place.start is None or place.passage > len(passages):
            return place.bare
        words = quote_place(place, passages[place.passage - 1])
        pinned.shown += words.words is not None
        return place._replace(words=words.words, occurrence=words.occurrence)

    pinned.text = _rewrite(source, tree, passages, offsets)
    return pinned


def unpin(source: str, passages: list[str], path: Path) -> Pinned:
    """Return the text of a coding with words instead of offsets.

    A place stays as it is if its words could not be found again. Raises InvalidInputError if the
    text isn't the one that was coded.
    """
    pinned = Pinned()
    tree = parse(source, str(path), extents=True)
    realignment = Realignment(coded_measures(tree), passages)
    _require_same_text(tree, realignment, len(coded_measures(tree)))

    def words(_loc: Loc, _n: int, place: Locator) -> Locator:
        if place.start is None:
            return place
        if realignment.unchanged.get(place.passage) != place.passage:
            raise PlaceError("other-text", f"¶{place.passage} has changed; run `sourcebook pin`")
        unpinned = quote_place(place, passages[place.passage - 1])
        pinned.places += unpinned.quoted_only
        return unpinned

    pinned.text = _rewrite(source, tree, passages, words)
    return pinned


def _require_same_text(tree: Tree, realignment: Realignment, coded: int) -> None:
    """Refuse a text that has less than half of the passages that were coded."""
    known = len(realignment.unchanged) + (len(realignment.changed) if realignment.earlier else 0)
    if 2 * known < coded and _has_offsets(tree):
        message = (
            f"this is another text: {known} of {coded} passages match; give the text that was "
            "coded, or write `passages: []` to keep every offset"
        )
        raise InvalidInputError([tree.lines.fault("other-text", ("passages",), message)])


def _has_offsets(tree: Tree) -> bool:
    return any(loc[-1:] == ("at",) and ":" in extent.text for loc, extent in tree.extents.items())


def _rewrite(
    source: str,
    tree: Tree,
    passages: Sequence[str],
    change: Callable[[Loc, int, Locator], Locator],
) -> str:
    """Return the coding with every place changed, and its passages measured."""
    faults = [fault for fault in tree.faults if fault.where != "passages"]  # may still be empty
    edits: list[Edit] = []
    written: dict[Loc, str] = {}
    for loc, extent in tree.extents.items():
        if loc[-1:] != ("at",):
            continue
        try:
            places = _places(extent)
        except PlaceError as error:
            faults.append(tree.lines.fault(error.rule, loc, str(error)))
            continue
        for n, place in enumerate(places):
            try:
                places[n] = change(loc, n, place)
            except PlaceError as error:
                faults.append(tree.lines.fault(error.rule, loc, str(error)))
        value = ", ".join(map(str, places))
        if places and value != extent.text:
            written[loc] = value
            edits.append(_scalar(source, extent, value, json=tree.extents[()].flow))
    try:
        edits.extend(rewritten(source, tree, passages))
    except InvalidInputError as error:
        faults.extend(error.faults)
    if faults:
        raise InvalidInputError(faults)
    result = edited(source, edits)
    if not _says(result, _texts(tree) | written, passages):
        message = "the layout of the file cannot be rewritten; write it as docs/format.md shows"
        raise InvalidInputError([tree.lines.fault("no-block", ("passages",), message)])
    return result


def _places(extent: Extent) -> list[Locator]:
    """Read an `at`; an empty list for what the format will refuse."""
    if '"' in extent.text and extent.style in ("|", ">"):
        raise PlaceError("bad-place", "is a block of text; write the place on the line of `at:`")
    try:
        return parse_places(extent.text)
    except PlaceError:
        if '"' in extent.text:
            raise
        return []


def _realigned(
    tree: Tree, loc: Loc, n: int, place: Locator, realignment: Realignment, pinned: Pinned
) -> Locator:
    """Return a place in the text as it is now, and note whether it has moved or its words have."""
    number = realignment.unchanged.get(place.passage)
    if number is not None:
        pinned.moved += number != place.passage
        return place._replace(passage=number)
    coded = len(coded_measures(tree))
    number = realignment.changed.get(place.passage)
    if number is None and place.passage > coded:
        return place
    where = f"{tree.lines.file}:{tree.lines.line(loc)}: {tree.lines.where(loc)}"
    was = place.words or _words_of(tree.root, loc, n)
    stretch = None
    if number is not None:
        if place.start is None or place.end is None:
            return place._replace(passage=number)
        stretch = realignment.stretch(place.passage, place.start, place.end, was)
    if number is None or stretch is None:
        location = realignment.elsewhere(place.passage, place.start, place.end, was)
        if location is None:
            gone = f"¶{place.passage} is no longer in the text; write another place"
            changed = (
                f"¶{place.passage} has changed since {place.bare} was pinned; write its words, or "
                "give the text that was pinned with --was"
            )
            raise PlaceError("other-text", gone if number is None else changed)
        moved = Locator(*location)
        pinned.moved += 1
        words = realignment.passages[moved.passage - 1][moved.start : moved.end]
        pinned.to_review.append(f"{where}: {moved} is {quoted(words)}, was in another passage")
        return moved
    moved = Locator(number, *stretch)
    if realignment.earlier is not None:
        was = realignment.earlier[place.passage - 1][place.start : place.end]
    words = realignment.passages[number - 1][stretch[0] : stretch[1]]
    pinned.moved += moved != place.bare
    if was is not None and "…" not in was and words != was:
        pinned.to_review.append(f"{where}: {moved} is {quoted(words)}, was {quoted(was)}")
    return moved


def _words_of(root: Mapping[str, Node], loc: Loc, n: int) -> str | None:
    """Return the words of a place if the coding holds them: those of a quotation or a name."""
    node: Node = dict(root)
    for part in loc[:2] if loc[0] == "quotes" else loc[:4]:
        node = node[part] if isinstance(node, (dict, list)) else None  # type: ignore[index] # a path of the tree itself
    if not isinstance(node, dict):
        return None
    if loc[0] == "quotes" and loc[2:4] == ("evidence", 0):
        text = node.get("text")
        texts = text if isinstance(text, list) else [text]
        words = texts[n] if n < len(texts) else None
        return words if isinstance(words, str) else None
    name = node.get("name") if loc[2:3] == ("names",) else None
    return name if isinstance(name, str) else None


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
        tree = parse(result, "", extents=True)
        return not tree.faults and _texts(tree) == texts and not rewritten(result, tree, passages)
    except InvalidInputError:
        return False


def _scalar(source: str, extent: Extent, value: str, *, json: bool) -> Edit:
    """Return the edit that writes a value, without YAML quotation marks unless it needs them."""
    after_blank = source[extent.start - 1 : extent.start].isspace()
    style = extent.style
    if '"' in value:  # the words of a place
        style = style or ("'" if _NOT_PLAIN.search(value) or not after_blank else "")
    elif not json and "," not in value and after_blank:
        style = ""
    if style == '"':
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    elif style == "'":
        value = value.replace("'", "''")
    return extent.start, extent.end, f"{style}{value}{style}"
