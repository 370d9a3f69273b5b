"""The YAML that a coding may use: mappings, lists and text, each with its line.

Every scalar stays text: `no`, `2015-11-04` and `0042` too. Refused are anchors and aliases (a few
lines of them expand to gigabytes), tags, duplicate keys, keys that are not text, keys without a
value, several documents, more than `MAX_DEPTH` levels or `MAX_NODES` nodes, and characters that
could control a terminal or hide text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, NoReturn

import yaml

from coding.faults import Fault, InvalidInputError, Severity, quoted
from coding.values import CONTROL

MAX_DEPTH = 20
"""How deep lists and mappings may be nested; the format needs seven levels."""

MAX_NODES = 500_000
"""How many lists, mappings, texts and keys a file may have; a long article has some 20,000."""

_FORBIDDEN = re.compile(rf"(?![\t\n\r]){CONTROL.pattern}")
"""What no coding may contain; YAML and the format check line ends and tabs."""

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's, if PyYAML has it

_LEVELS = {
    yaml.ScalarEvent: 0,
    yaml.AliasEvent: 0,
    yaml.SequenceStartEvent: 1,
    yaml.MappingStartEvent: 1,
    yaml.SequenceEndEvent: -1,
    yaml.MappingEndEvent: -1,
}
"""How many levels deeper the tree is after an event."""

Loc = tuple[str | int, ...]
"""A path through the tree: keys, and indices from 0, as in pydantic."""
Node = str | list["Node"] | dict[str, "Node"] | None


@dataclass(frozen=True)
class LineNumbers:
    """The line of everything in a coding file, for faults."""

    file: str
    numbers: dict[Loc, int] = field(default_factory=dict)
    tree: Node = None

    def line(self, loc: Loc) -> int | None:
        """Return the line of a location, or of the nearest parent that has one; from 1."""
        return self.place(loc)[0]

    def place(self, loc: Loc) -> tuple[int | None, str]:
        """Return the line of a location and its path."""
        loc, path = self._resolve(loc)
        while loc and loc not in self.numbers:
            loc = loc[:-1]
        return self.numbers.get(loc), path

    def where(self, loc: Loc) -> str:
        """Return the path for people, with items by key: `events[a-visit].evidence[0].at`.

        It ends where the file does: `doer: iran` means a list of one but has no `[0]`.
        """
        return self._resolve(loc)[1]

    def known(self, loc: Loc) -> Loc:
        """Return the part of a location that the file has: `doer: iran` is a list of one."""
        return self._resolve(loc)[0]

    def text(self, loc: Loc) -> str:
        """Return the text that the file has at a location; "" if it has none there."""
        node = self.tree
        for part in self.known(loc):
            node = node[part]  # type: ignore[index] # a location that the tree has
        return node if isinstance(node, str) else ""

    def _resolve(self, loc: Loc) -> tuple[Loc, str]:
        """Return the part of a location that the file has, and its path."""
        node, path = self.tree, ""
        known: list[str | int] = []
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
            known.append(part)
        return tuple(known), path

    def fault(
        self, rule: str, loc: Loc, message: str, severity: Severity = Severity.ERROR
    ) -> Fault:
        """Return a fault at this location."""
        return Fault(rule, severity, self.file, *self.place(loc), message)


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

    lines: LineNumbers
    events: dict[Loc, tuple[yaml.NodeEvent, yaml.Event]] = field(default_factory=dict)
    """The first and the last event of each collection, and of each text if extents are wanted."""
    faults: list[Fault] = field(default_factory=list)
    faulty: set[Loc] = field(default_factory=set)
    """Locations with faults: other faults there are only consequences."""

    @property
    def root(self) -> dict[str, Node]:
        """The top mapping."""
        return self.lines.tree if isinstance(self.lines.tree, dict) else {}

    @cached_property
    def extents(self) -> dict[Loc, Extent]:
        """Where each node is in the file."""
        return {loc: _extent(*events) for loc, events in self.events.items()}


def parse(text: str, file: str, *, extents: bool = False) -> Tree:
    """Parse YAML into a tree with its faults; raises InvalidInputError where no tree is left.

    `extents` also notes where each node is, for whoever rewrites the file.
    """
    fault = _control(text, file)
    if fault:
        raise InvalidInputError([fault])
    parser = _Parser(file, extents=extents)
    try:
        return parser.parse(text)
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: huge numbers
        raise InvalidInputError([*parser.faults(), _malformed(error, file)]) from None


def _control(text: str, file: str) -> Fault | None:
    """Return a fault for the first forbidden character, with the number of others."""
    match = _FORBIDDEN.search(text)
    if not match:
        return None
    at, others = match.start(), len(_FORBIDDEN.findall(text)) - 1
    column = at - max(text.rfind(end, 0, at) for end in "\r\n")
    more = f", and {others:,} more follow" if others else ""
    message = (
        f"column {column} contains the control character U+{ord(text[at]):04X}; remove it{more}"
    )
    line = len(re.findall("\r\n|\r|\n", text[:at])) + 1
    return Fault("control-character", Severity.ERROR, file, line, "", message)


_HINTS = {
    "cannot start any token": "; indent with spaces, not tabs, quote text that begins like this",
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


def _extent(first: yaml.NodeEvent, last: yaml.Event) -> Extent:
    start = first.start_mark.index if first.start_mark else 0
    end = last.end_mark.index if last.end_mark else 0
    if isinstance(first, yaml.ScalarEvent):
        return Extent(start, end, first.style or "", first.value)
    flow, mapping = last is not first, isinstance(first, yaml.MappingStartEvent)
    return Extent(start, end if flow else start, ("[{" if flow else "-:")[mapping])


class _Parser:
    """Builds a tree by recursive descent; `_bounded` limits how far it descends."""

    def __init__(self, file: str, *, extents: bool) -> None:
        self._file = file
        self._extents = extents
        self._events: Iterator[yaml.Event] = iter(())
        self._top: list[Node] = []
        """The top node. Children are added as they come, so that faults can name their place."""
        self._numbers: dict[Loc, int] = {}
        self._ends: dict[Loc, tuple[yaml.NodeEvent, yaml.Event]] = {}
        self._findings: list[tuple[str, Loc, int, str]] = []
        self._faulty: set[Loc] = set()

    def parse(self, text: str) -> Tree:
        """Return the tree; raises InvalidInputError unless it is a mapping."""
        self._events = self._bounded(text)
        for event in self._events:
            self._numbers[()] = _line(event)
            self._top.append(node := self._node(event, ()))
            if isinstance(event, yaml.CollectionStartEvent) and isinstance(node, (list, dict)):
                self._children(event, node, ())
        lines = self._lines()
        if isinstance(lines.tree, dict):
            return Tree(lines, self._ends, self.faults(), self._faulty)
        what = "is empty" if lines.tree is None else "has no keys and values"
        message = f"{what}; a coding begins with `format: 1` (docs/format.md)"
        fault = Fault("not-yaml", Severity.ERROR, self._file, None, "", message)
        raise InvalidInputError([*(self.faults() if lines.tree is not None else []), fault])

    def faults(self) -> list[Fault]:
        """Return the faults found so far."""
        lines = self._lines()
        return [
            Fault(rule, Severity.ERROR, self._file, line, lines.where(loc), message)
            for rule, loc, line, message in self._findings
        ]

    def _lines(self) -> LineNumbers:
        return LineNumbers(self._file, self._numbers, self._top[0] if self._top else None)

    def _bounded(self, text: str) -> Iterator[yaml.Event]:
        """Yield where nodes begin and end; raises InvalidInputError beyond the limits."""
        nodes = depth = documents = 0
        next_event = LOADER(text).get_event  # yaml.parse asks twice for each
        for event in iter(next_event, None):
            levels = _LEVELS.get(type(event))
            if levels is None:
                documents += isinstance(event, yaml.DocumentStartEvent)
                if documents > 1:
                    self._stop(event, "begins a second document; a coding is one, remove `---`")
                continue
            nodes += levels >= 0
            if nodes > MAX_NODES:
                self._stop(event, f"is past {MAX_NODES:,} keys and values; split the coding")
            depth += levels
            if depth > MAX_DEPTH:
                message = f"is nested more than {MAX_DEPTH} levels deep; no coding needs that"
                self._stop(event, message)
            yield event

    def _stop(self, event: yaml.Event, message: str) -> NoReturn:
        self._fault("not-plain", event, message, ())
        raise InvalidInputError(self.faults())

    def _fault(self, rule: str, event: yaml.Event, message: str, loc: Loc) -> None:
        self._findings.append((rule, loc, _line(event), message))

    def _node(self, event: yaml.Event, loc: Loc) -> Node:
        """Return the node that begins with an event, a collection still without its children."""
        before = len(self._findings)
        self._refuse_extras(event, loc)
        value: Node = None
        if isinstance(event, yaml.ScalarEvent):
            if event.value or event.style:
                value = event.value
            elif loc:
                remedy = "or remove the key"
                if getattr(self._ends[loc[:-1]][0], "flow_style", False):
                    remedy = "or put quotes around text that contains a comma"
                self._fault("no-value", event, f"has no value; write one, {remedy}", loc)
            if self._extents:
                self._ends[loc] = event, event
        elif isinstance(event, yaml.CollectionStartEvent):
            value = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        if len(self._findings) > before:
            self._faulty.add(loc)
        return value

    def _children(
        self, first: yaml.CollectionStartEvent, parent: list[Node] | dict[str, Node], loc: Loc
    ) -> None:
        """Parse what a collection holds into it."""
        self._ends[loc] = first, first
        while not isinstance(event := next(self._events), yaml.CollectionEndEvent):
            if isinstance(parent, list):
                place = (*loc, len(parent))
                self._numbers[place] = _line(event)
                node = self._node(event, place)
                parent.append(node)
            elif (key := self._key(event, loc, parent)) is None:
                self._skip(event)
                self._skip(next(self._events))
                continue
            else:
                place = (*loc, key)
                self._numbers[place] = _line(event)  # a value has the line of its key
                event = next(self._events)
                node = parent[key] = self._node(event, place)
            if isinstance(event, yaml.CollectionStartEvent) and isinstance(node, (list, dict)):
                self._children(event, node, place)
        if first.flow_style:
            self._ends[loc] = first, event

    def _key(self, event: yaml.Event, loc: Loc, mapping: dict[str, Node]) -> str | None:
        """Return the next key of a mapping; None, with a fault, if it is refused."""
        self._refuse_extras(event, loc)
        if not isinstance(event, yaml.ScalarEvent):
            message = "has a list, a mapping or an alias for a key; keys are text"
            self._fault("not-plain", event, message, loc)
        elif event.value in mapping:
            first = self._numbers[(*loc, event.value)]
            message = f"has {quoted(event.value)} twice, first on line {first}; keep one"
            self._fault("key-twice", event, message, loc)
        elif not event.value:
            self._fault("no-key", event, "has a value without a key; write one", loc)
        else:
            return event.value
        return None

    def _skip(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            while not isinstance(child := next(self._events), yaml.CollectionEndEvent):
                self._skip(child)

    def _refuse_extras(self, event: yaml.Event, loc: Loc) -> None:
        """Refuse aliases, anchors, tags, and control characters written as escapes."""
        scalar = event if isinstance(event, yaml.ScalarEvent) else None
        if scalar and scalar.anchor is None and scalar.tag is None and scalar.style != '"':
            return
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            message = f"has the alias *{anchor}; write out what it means"
            self._fault("not-plain", event, message, loc)
        elif anchor is not None:
            self._fault("not-plain", event, f"has the anchor &{anchor}; remove it", loc)
        if tag is not None:
            message = f"has the tag {tag}; remove it, everything is text here"
            self._fault("not-plain", event, message, loc)
        if scalar and (match := _FORBIDDEN.search(scalar.value)):
            message = f"contains the control character U+{ord(match[0]):04X}; remove it"
            self._fault("control-character", event, message, loc)
