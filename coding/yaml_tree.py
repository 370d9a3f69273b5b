"""The YAML that a coding may use: mappings, lists and text, each with its line.

Parses events with a stack of its own, so that deep nesting cannot exhaust Python's; uses libyaml if
PyYAML has it. Every scalar stays text: `no`, `2015-11-04` and `0042` too. Refuses anchors and
aliases (a few lines of them expand to gigabytes), tags, duplicate keys, keys that are not text,
keys without a value, several documents, more than `MAX_DEPTH` levels or `MAX_NODES` nodes, and
characters that could control a terminal or hide text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from coding.faults import Fault, InvalidInputError, Severity, quoted
from coding.format import CONTROL

MAX_DEPTH = 20
"""How deep lists and mappings may be nested; the format needs seven levels."""

MAX_NODES = 500_000
"""How many lists, mappings, texts and keys a file may have; a long article has some 20,000."""

_FORBIDDEN = re.compile(rf"(?![\t\n\r]){CONTROL.pattern}")
"""What no coding may contain; YAML and the format check line ends and tabs."""

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Loc = tuple[str | int, ...]
"""A path through the tree: keys, and indices from 0, as in pydantic."""
Node = str | list["Node"] | dict[str, "Node"] | None


@dataclass(frozen=True)
class Lines:
    """The line of everything in a coding file, for faults."""

    file: str
    numbers: dict[Loc, int] = field(default_factory=dict)
    tree: Node = None

    def line(self, loc: Loc) -> int | None:
        """Return the line of a location, or of the nearest parent that has one; from 1."""
        loc = self._there(loc)[0]
        while loc and loc not in self.numbers:
            loc = loc[:-1]
        return self.numbers.get(loc)

    def where(self, loc: Loc) -> str:
        """Return the path for people, with items by key: `events[a-visit].evidence[0].at`.

        It ends where the file does: `doer: iran` means a list of one but has no `[0]`.
        """
        return self._there(loc)[1]

    def _there(self, loc: Loc) -> tuple[Loc, str]:
        """Return the part of a location that the file has, and its path."""
        node, path = self.tree, ""
        found: list[str | int] = []
        for part in loc:
            if isinstance(node, dict) and isinstance(part, int):
                continue  # a list of one, written without brackets
            if isinstance(node, dict) and isinstance(part, str) and part in node:
                node = node[part]
                path += f".{part}" if path else part
            elif isinstance(node, list) and isinstance(part, int) and part < len(node):
                node = node[part]
                path += f"[{_name(node) or part}]"
            else:
                break
            found.append(part)
        return tuple(found), path

    def fault(
        self, rule: str, loc: Loc, message: str, severity: Severity = Severity.ERROR
    ) -> Fault:
        """Return a fault at this location."""
        return Fault(rule, severity, self.file, self.line(loc), self.where(loc), message)


def _name(node: Node) -> str | None:
    """Return the key of an item; a relation or link has one by default."""
    if not isinstance(node, dict):
        return None
    key = node.get("key") or node.get("fact")
    if isinstance(key, str):
        return key[:161]
    ends = [node.get(end) for end in ("from", "type", "to")]
    return "--".join(str(end)[:80] for end in ends) if all(ends) else None


class Extent(NamedTuple):
    """The characters of the file that a node takes, for pinning to rewrite it."""

    start: int
    end: int
    """The same as start for a block collection, which ends with its last item."""
    style: str
    """`'`, `"`, `|` or `>` for a scalar, `[` or `{` for a flow collection, `-` or `:` for a block
    collection, "" for plain text."""
    text: str = ""
    """The text of a scalar."""

    @property
    def flow(self) -> bool:
        """Whether this is a list or mapping in brackets."""
        return self.style in ("[", "{")


@dataclass
class Tree:
    """A whole file, and the faults in its YAML."""

    lines: Lines
    extents: dict[Loc, Extent] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    faulty: set[Loc] = field(default_factory=set)
    """Locations with faults: other faults there are only consequences."""

    @property
    def root(self) -> dict[str, Node]:
        """The top mapping."""
        return self.lines.tree if isinstance(self.lines.tree, dict) else {}


def parse(text: str, file: str) -> Tree:
    """Parse YAML into a tree with its faults; raises InvalidInputError where no tree is left."""
    fault = _control(text, file)
    if fault:
        raise InvalidInputError([fault])
    builder = _TreeBuilder(file)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: huge numbers
        raise InvalidInputError([*builder.faults, _malformed(error, file)]) from None
    return builder.tree()


def _control(text: str, file: str) -> Fault | None:
    """Return a fault for the first forbidden character, with the number of others."""
    found = _FORBIDDEN.search(text)
    if not found:
        return None
    at, others = found.start(), len(_FORBIDDEN.findall(text)) - 1
    column = at - max(text.rfind(end, 0, at) for end in "\r\n")
    more = f", and {others:,} more follow" if others else ""
    message = (
        f"column {column} contains the control character U+{ord(text[at]):04X}; remove it{more}"
    )
    line = len(re.findall("\r\n|\r|\n", text[:at])) + 1
    return Fault("control-character", Severity.ERROR, file, line, "", message)


_HINTS = {
    "cannot start any token": "; indent with blanks, not tabs, quote text that begins like this",
    "mapping values are not allowed": "; put quotes around text that contains “: ”",
    "did not find expected": "; look for a wrong indent or a stray quotation mark",
    "could not find expected ':'": "; look for a key without a colon above",
}


def _malformed(error: Exception, file: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    column = f" at column {mark.column + 1}" if mark else ""
    hint = next((hint for text, hint in _HINTS.items() if text in problem), "")
    context = getattr(error, "context", None)
    message = f"is not YAML: {problem}{f' {context}' if context else ''}{column}{hint}"
    return Fault(
        "not-yaml", Severity.ERROR, file, mark.line + 1 if mark else None, "", message[:500]
    )


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


@dataclass
class _Frame:
    """An open collection."""

    value: list[Node] | dict[str, Node]
    loc: Loc | None
    """None if it is ignored: it is a key, or the value of a refused key."""
    key: str | None = None
    """In a mapping: the key whose value comes next."""
    skip: bool = False
    """Whether that value is ignored."""


class _TreeBuilder:
    """Builds the tree from the events of the parser."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._stack: list[_Frame] = []
        self._documents = 0
        self._nodes = 0
        self._root: Node = None
        self._numbers: dict[Loc, int] = {}
        self._extents: dict[Loc, Extent] = {}
        self._late: list[tuple[str, Loc, int, str]] = []
        self._faulty: set[Loc] = set()

    @property
    def faults(self) -> list[Fault]:
        """The faults found so far."""
        lines = Lines(self._file, self._numbers, self._root)
        return [
            Fault(rule, Severity.ERROR, self._file, line, lines.where(loc), message)
            for rule, loc, line, message in self._late
        ]

    def tree(self) -> Tree:
        """Return the tree; raises InvalidInputError unless it is a mapping."""
        if not isinstance(self._root, dict):
            what = "is empty" if self._root is None else "has no keys and values"
            message = f"{what}; a coding begins with `format: 1` (docs/format.md)"
            fault = Fault("not-yaml", Severity.ERROR, self._file, None, "", message)
            raise InvalidInputError([*(self.faults if self._root is not None else []), fault])
        lines = Lines(self._file, self._numbers, self._root)
        return Tree(lines, self._extents, self.faults, self._faulty)

    def take(self, event: yaml.Event) -> None:
        """Process an event of the parser."""
        if isinstance(event, yaml.NodeEvent):
            self._nodes += 1
            if self._nodes > MAX_NODES:
                self._stop(event, f"is past {MAX_NODES:,} keys and values; split the coding")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            self._node(event, None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "begins a second document; a coding is one, remove `---`")

    def _fault(self, rule: str, event: yaml.Event, message: str, loc: Loc | None) -> None:
        if loc is None:
            loc = next((frame.loc for frame in self._stack[::-1] if frame.loc is not None), ())
        else:
            self._faulty.add(loc)
        self._late.append((rule, loc, _line(event), message))

    def _stop(self, event: yaml.Event, message: str) -> None:
        self._fault("not-plain", event, message, None)
        raise InvalidInputError(self.faults)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(event, frame, frame.value)
            return
        empty = not event.value and not event.style
        loc = self._node(event, None if empty else event.value)
        if loc is None:
            return
        self._extents[loc] = Extent(_start(event), _end(event), event.style or "", event.value)
        if empty and loc:
            message = "has no value; write one, or remove the key"
            if self._extents[loc[:-1]].flow:
                message = "has no value; write one, or put quotes around text that contains a comma"
            self._fault("no-value", event, message, loc)
        self._check(event, loc)

    def _key(self, event: yaml.ScalarEvent, frame: _Frame, value: dict[str, Node]) -> None:
        key, line = event.value, _line(event)
        frame.key = key
        loc = (*frame.loc, key) if frame.loc is not None else None
        self._foreign(event, None)
        self._check(event, None)
        if key in value:
            first = self._numbers.get(loc, line) if loc else line
            message = f"has {quoted(key)} twice, first on line {first}; keep one"
            self._fault("key-twice", event, message, None)
            frame.skip = True
        elif not key:
            self._fault("no-key", event, "has a value without a key; write one", None)
            frame.skip = True
        else:
            value[key] = None
            if loc is not None:
                self._numbers[loc] = line

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        value: list[Node] | dict[str, Node] = (
            [] if isinstance(event, yaml.SequenceStartEvent) else {}
        )
        loc = self._node(event, value)
        if len(self._stack) == MAX_DEPTH:
            self._stop(event, f"is nested more than {MAX_DEPTH} levels deep; no coding needs that")
        if loc is not None:
            style = ("[{" if event.flow_style else "-:")[isinstance(value, dict)]
            self._extents[loc] = Extent(_start(event), _start(event), style)
        self._stack.append(_Frame(value, loc))

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        frame = self._stack.pop()
        if frame.loc is not None and self._extents[frame.loc].flow:
            self._extents[frame.loc] = self._extents[frame.loc]._replace(end=_end(event))

    def _node(self, event: yaml.NodeEvent, value: Node) -> Loc | None:
        """Add a value to the tree; return its location, or None if it is ignored."""
        loc: Loc | None = ()
        if not self._stack:
            self._root = value
            self._numbers[()] = _line(event)
        else:
            frame = self._stack[-1]
            if isinstance(frame.value, list):
                loc = None if frame.loc is None else (*frame.loc, len(frame.value))
                frame.value.append(value)
                if loc is not None:
                    self._numbers[loc] = _line(event)
            elif frame.key is None:
                message = "has a list, a mapping or an alias for a key; keys are text"
                self._fault("not-plain", event, message, None)
                frame.key, frame.skip, loc = "", True, None
            else:
                loc = None if frame.loc is None or frame.skip else (*frame.loc, frame.key)
                if not frame.skip:
                    frame.value[frame.key] = value
                frame.key, frame.skip = None, False
        self._foreign(event, loc)
        return loc

    def _foreign(self, event: yaml.NodeEvent, loc: Loc | None) -> None:
        if isinstance(event, yaml.AliasEvent):
            message = f"has the alias *{event.anchor}; write out what it means"
            self._fault("not-plain", event, message, loc)
            return
        if event.anchor is not None:
            message = f"has the anchor &{event.anchor}; remove it"
            self._fault("not-plain", event, message, loc)
        tag = getattr(event, "tag", None)
        if tag is not None:
            message = f"has the tag {tag}; remove it, everything is text here"
            self._fault("not-plain", event, message, loc)

    def _check(self, event: yaml.ScalarEvent, loc: Loc | None) -> None:
        """Refuse control characters written as escapes, which only double quotes allow."""
        if event.style != '"':
            return
        found = _FORBIDDEN.search(event.value)
        if found:
            message = f"contains the control character U+{ord(found[0]):04X}; remove it"
            self._fault("control-character", event, message, loc)
