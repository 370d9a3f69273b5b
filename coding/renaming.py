"""Renaming a key in all codings that use it, in the files themselves: comments and layout stay.

A shared key (actor, place, topic, source) is renamed wherever a coding defines or uses it, and in
the keys of ties and names that are made of it. Renaming to a key that exists joins the two: its
definition there is kept, and the other one is reduced to its key and its names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from coding.faults import InvalidInputError, quoted
from coding.index import LINKED, CodingIndex
from coding.passage_block import Edit, edited, end_of, line_start
from coding.pinning import write_coding
from coding.reading import MAX_CODING, parse_coding
from coding.text import read_file
from coding.values import Key
from coding.yaml_tree import Loc, Tree, parse
from database.errors import SourcebookError
from schema.vocabulary import ControlType, LinkType, RelationType, Vocabulary

SECTIONS = {"actor": "actors", "place": "places", "topic": "topics", "source": "sources"}
"""The sections that define shared keys, by the kind that a user names."""

FACT = "fact"
KINDS = (*SECTIONS, FACT)
"""What can be renamed; a fact is an event, quote, position, relation or link."""


KEPT = ("at", "draft", "unsure")
"""What a definition keeps, besides its names, when it is reduced to a key."""


class RenameError(SourcebookError):
    """A key that cannot be renamed; the message says why."""


class Renamed(NamedTuple):
    """What renaming has changed in a coding."""

    path: Path
    places: int
    """How often the key was there."""
    reduced: list[str]
    """Fields of the old definition that the other one replaces, such as `name: Erdoğan`."""


@dataclass
class _File:
    """A coding that is being edited."""

    path: Path
    source: str
    tree: Tree = field(init=False)
    index: CodingIndex = field(init=False)
    edits: list[Edit] = field(default_factory=list)
    reduced: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        coding, _ = parse_coding(self.source, str(self.path))
        self.index = CodingIndex(coding)
        self.tree = parse(self.source, str(self.path), extents=True)

    @property
    def document(self) -> str:
        return self.index.coding.document.key

    def replace(self, loc: Loc, new: str) -> None:
        """Write another key at a location."""
        known = self.tree.lines.known(loc)
        extent = self.tree.extents[known]
        if extent.style in (":", "{"):  # an actor with a number of heads
            extent = self.tree.extents[*known, "actor"]
        edit = (extent.start, extent.end, f"{extent.style}{new}{extent.style}")
        if edit not in self.edits:
            self.edits.append(edit)


def rename(kind: str, old: str, new: str, paths: Sequence[Path]) -> list[Renamed]:
    """Rename a key in codings, and return what has changed in each.

    A fact of one of several codings is given as document:key. All files are written, or none if any
    would no longer be a coding. Raises RenameError or InvalidInputError.
    """
    _require_key(new)
    if old == new:
        raise RenameError(f"{quoted(old)} is its key already; nothing was renamed")
    files = [_File(path, read_file(path, MAX_CODING)) for path in paths]
    if kind == FACT:
        _rename_fact(files, old, new)
    else:
        _rename_shared(files, SECTIONS[kind], old, new)
    changed = [file for file in files if file.edits]
    if not changed:
        raise RenameError(f"no {kind} {quoted(old)} in {_listed(files)}; nothing was renamed")
    results = {file.path: edited(file.source, file.edits) for file in changed}
    for path, result in results.items():
        try:
            parse_coding(result, str(path))
        except InvalidInputError as error:
            raise RenameError(
                f"{path}: cannot be rewritten ({error.faults[0].message}); write the definition of "
                f"{quoted(old)} in lines of its own"
            ) from None
    for file in changed:
        write_coding(file.path, file.source, results[file.path])
    return [Renamed(file.path, len(file.edits), file.reduced) for file in changed]


def _require_key(new: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    try:
        TypeAdapter(Key).validate_python(new)
    except ValidationError:
        raise RenameError(
            f"{quoted(new)} is not a key: use lower-case letters, digits and hyphens"
        ) from None


def _listed(files: Sequence[_File]) -> str:
    return ", ".join(str(file.path) for file in files)


# --- shared keys ----------------------------------------------------------------------------------


def _rename_shared(files: Sequence[_File], section: str, old: str, new: str) -> None:
    exists = any(_described(file, section, new) for file in files)
    for file in files:
        for space, loc, key in file.index.keys:
            if space != section or key != old:
                continue
            if exists:
                _join(file, loc, section, new)
            else:
                file.replace((*loc, "key"), new)
        for reference in file.index.references:
            if (reference.section, reference.key) == (section, old):
                file.replace(reference.loc, new)
        for loc, key in file.index.qualified:
            renamed = _requalified(key, section, old, new, files)
            if renamed != key:
                file.replace(loc, renamed)


def _described(file: _File, section: str, key: str) -> bool:
    """Whether a coding says what a key means, instead of only using it."""
    return any(
        len(item.model_fields_set - {"key", "names", "at"}) > 0
        for item in getattr(file.index.coding, section)
        if item.key == key
    ) or (section == "sources" and file.document == key)


def _requalified(key: str, section: str, old: str, new: str, files: Sequence[_File]) -> str:
    """Return document:key with the new key in it: as the document, an actor or an end of a tie."""
    document, _, fact = key.partition(":")
    if section == "sources":
        fact = _tie_renamed(fact, LinkType, lambda end: _moved(end, old, new), document, files)
        return _moved(f"{document}:{fact}", old, new)
    if section == "actors" and fact.startswith(f"{old}/"):
        return f"{document}:{new}{fact[len(old) :]}"
    ends = {old: new}
    if section == "actors":
        fact = _tie_renamed(fact, RelationType, lambda end: ends.get(end, end), document, files)
    if section in ("actors", "places"):
        fact = _tie_renamed(fact, ControlType, lambda end: ends.get(end, end), document, files)
    return f"{document}:{fact}"


def _moved(qualified: str, old: str, new: str) -> str:
    """Return document:key with another document."""
    document, colon, key = qualified.partition(":")
    return f"{new}:{key}" if colon and document == old else qualified


def _tie_renamed(
    fact: str,
    types: type[Vocabulary],
    rename_end: Callable[[str], str],
    document: str,
    files: Sequence[_File],
) -> str:
    """Return the key of a tie whose ends have new keys, unless the tie has a key of its own."""
    owners = [file.index.coding for file in files if file.document == document]
    explicit = {tie.key for coding in owners for tie in coding.relations}
    explicit |= {tie.key for coding in owners for tie in coding.links}
    explicit |= {tie.key for coding in owners for tie in coding.control}
    for type in types:
        origin, between, target = fact.partition(f"--{type}--")
        if between and fact not in explicit:
            return f"{rename_end(origin)}{between}{rename_end(target)}"
    return fact


def _join(file: _File, loc: Loc, section: str, new: str) -> None:
    """Reduce a definition to the other key, and add its names to that definition if it is here."""
    tree, source = file.tree, file.source
    if loc == ("document",):
        raise RenameError(
            f"{file.path}: {quoted(file.document)} is a document and {quoted(new)} a source that "
            "exists; a document cannot be joined with another"
        )
    there = next(
        (at for space, at, key in file.index.keys if space == section and key == new), None
    )
    flow, names = tree.extents[loc].flow, _names(tree, loc, source)
    kept = [
        f"{key}: {source[extent.start : extent.end]}"
        for key in KEPT
        if (extent := tree.extents.get((*loc, key))) and there is None
    ]
    reduced = [(key, value) for key, value in _item(file, loc) if key not in ("key", "names")]
    file.reduced += [f"{key}: {value}" for key, value in reduced if there or key not in KEPT]
    line_end = "\r\n" if "\r\n" in source else "\n"
    if there is None and flow:
        kept += [f"names: [{', '.join(names)}]"] if names else []
        extent = tree.extents[loc]
        file.edits.append((extent.start, extent.end, f"{{{', '.join([f'key: {new}', *kept])}}}"))
        return
    start = line_start(source, tree.extents[loc].start)
    end = end_of(tree, loc, source)
    dash = source[start : tree.extents[loc].start]
    indent = " " * len(dash)
    lines = [f"{indent}- {name}" for name in names]
    if there is None:
        block = [f"{dash}key: {new}", *(f"{indent}{field}" for field in kept)]
        block += [f"{indent}names:", *lines] if names else []
        file.edits.append((start, end, line_end.join(block)))
        return
    if tree.extents[loc[:1]].flow:
        raise RenameError(
            f"{file.path}:{tree.lines.line(loc)}: `{loc[0]}` is a list in []; write each item on a "
            "line of its own to join two"
        )
    stop = end + len(line_end) if source[end:].startswith(line_end) else end
    file.edits.append((start, stop, ""))
    if not names:
        return
    theirs = tree.extents.get((*there, "names"))
    if theirs is not None and theirs.flow:
        file.edits.append((theirs.end - 1, theirs.end - 1, f", {', '.join(names)}"))
    elif theirs is not None:
        at = end_of(tree, (*there, "names"), source)
        file.edits.append((at, at, line_end.join(["", *lines])))
    elif tree.extents[there].flow:
        at = tree.extents[there].end - 1
        file.edits.append((at, at, f", names: [{', '.join(names)}]"))
    else:
        at = end_of(tree, there, source)
        file.edits.append((at, at, line_end.join(["", f"{indent}names:", *lines])))


def _item(file: _File, loc: Loc) -> Iterator[tuple[str, str]]:
    """Yield the plain fields of an item of the file."""
    node = file.tree.root[str(loc[0])]
    item = node[int(loc[1])] if isinstance(node, list) else None
    if isinstance(item, dict):
        yield from ((key, value) for key, value in item.items() if isinstance(value, str))


def _names(tree: Tree, loc: Loc, source: str) -> list[str]:
    """Return each of an actor's names as it is written, with its comments."""
    names: Loc = (*loc, "names")
    starts: list[int] = []
    while (*names, len(starts)) in tree.extents:
        starts.append(tree.extents[*names, len(starts)].start)
    written = []
    for n, start in enumerate(starts):
        end = end_of(tree, (*names, n), source)
        if not tree.extents[names].flow:
            comment = re.match(r"[ \t]+#[^\r\n]*", source[end:])
            end += comment.end() if comment else 0
        written.append(source[start:end])
    return written


# --- facts ----------------------------------------------------------------------------------------


def _rename_fact(files: Sequence[_File], old: str, new: str) -> None:
    document, _, key = old.rpartition(":")
    owners = [
        file
        for file in files
        if document in ("", file.document)
        and any(space == "facts" and it == key for space, _, it in file.index.keys)
    ]
    if len(owners) > 1:
        choices = ", ".join(f"{file.document}:{key}" for file in owners)
        raise RenameError(
            f"several documents have a fact {quoted(key)}: {choices}; give one of them"
        )
    for owner in owners:
        if any(space == "facts" and it == new for space, _, it in owner.index.keys):
            raise RenameError(
                f"{owner.path}: there is a fact {quoted(new)} already; move the evidence of "
                f"{quoted(key)} to it by hand"
            )
        _define(owner, key, new)
        for reference in owner.index.references:
            if reference.section in ("events", LINKED) and reference.key == key:
                owner.replace(reference.loc, new)
        for file in files:
            for loc, qualified in file.index.qualified:
                renamed = _fact_requalified(qualified, owner.document, key, new, files)
                if renamed != qualified:
                    file.replace(loc, renamed)


def _fact_requalified(
    qualified: str, owner: str, key: str, new: str, files: Sequence[_File]
) -> str:
    """Return document:key with a fact's new key: as the whole, or as an end of a link."""
    ends = {f"{owner}:{key}": f"{owner}:{new}"}
    if qualified in ends:
        return ends[qualified]
    if qualified.startswith(f"{owner}:{key}#"):  # a name of the event
        return f"{owner}:{new}{qualified.removeprefix(f'{owner}:{key}')}"
    document, _, fact = qualified.partition(":")
    if document == owner:
        ends[key] = new
    fact = _tie_renamed(fact, LinkType, lambda end: ends.get(end, end), document, files)
    return f"{document}:{fact}"


def _define(file: _File, key: str, new: str) -> None:
    for space, loc, it in file.index.keys:
        if space != "facts" or it != key:
            continue
        if (*loc, "key") in file.tree.extents:
            file.replace((*loc, "key"), new)
            continue
        raise RenameError(
            f"{file.path}:{file.tree.lines.line(loc)}: {quoted(key)} is the default key, made of "
            f"both ends; write `key: {new}` there"
        )
