"""The YAML that a coding may use: mappings, lists and text, each with its line.

Every scalar stays text: `no`, `2015-11-04` and `0042` too. Refused are anchors and aliases (a few
lines of them expand to gigabytes), tags, duplicate keys, keys that are not text, keys without a
value, several documents, more than `MAX_DEPTH` levels or `MAX_NODES` nodes, and characters that
could control a terminal or hide text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, NoReturn

import yaml

from coding.faults import Fault, InvalidInputError, Severity, quoted
from coding.format import CONTROL

MAX_DEPTH = 20
"""How deep lists and mappings may be nested; the format needs seven levels."""

MAX_NODES = 500_000
"""How many lists, mappings, texts and keys a file may have; a long article has some 20,000."""

_FORBIDDEN = re.compile(rf"(?![\t\n\r]){CONTROL.pattern}")
"""What no coding may contain; YAML and the format check line ends and tabs."""

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's, if PyYAML has it

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
        loc = self._resolve(loc)[0]
        while loc and loc not in self.numbers:
            loc = loc[:-1]
        return self.numbers.get(loc)

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
    parser = _Parser(file)
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


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


class _Parser:
    """Builds a tree by recursive descent; `_bounded` limits how far it descends."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._events: Iterator[yaml.Event] = iter(())
        self._top: list[Node] = []
        """The top node. Children are added as they come, so that faults can name their place."""
        self._numbers: dict[Loc, int] = {}
        self._extents: dict[Loc, Extent] = {}
        self._findings: list[tuple[str, Loc, int, str]] = []
        self._faulty: set[Loc] = set()

    def parse(self, text: str) -> Tree:
        """Return the tree; raises InvalidInputError unless it is a mapping."""
        self._events = self._bounded(text)
        for event in self._events:
            self._node(event, (), self._top.append)
        lines = self._lines()
        if isinstance(lines.tree, dict):
            return Tree(lines, self._extents, self.faults(), self._faulty)
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

    def _lines(self) -> Lines:
        return Lines(self._file, self._numbers, self._top[0] if self._top else None)

    def _bounded(self, text: str) -> Iterator[yaml.Event]:
        """Yield where nodes begin and end; raises InvalidInputError beyond the limits."""
        nodes = depth = documents = 0
        for event in yaml.parse(text, Loader=LOADER):
            nodes += isinstance(event, yaml.NodeEvent)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if nodes > MAX_NODES:
                self._stop(event, f"is past {MAX_NODES:,} keys and values; split the coding")
            if depth > MAX_DEPTH:
                levels = f"is nested more than {MAX_DEPTH} levels deep"
                self._stop(event, f"{levels}; no coding needs that")
            if documents > 1:
                self._stop(event, "begins a second document; a coding is one, remove `---`")
            if isinstance(event, (yaml.NodeEvent, yaml.CollectionEndEvent)):
                yield event

    def _stop(self, event: yaml.Event, message: str) -> NoReturn:
        self._fault("not-plain", event, message, ())
        raise InvalidInputError(self.faults())

    def _fault(self, rule: str, event: yaml.Event, message: str, loc: Loc) -> None:
        self._findings.append((rule, loc, _line(event), message))

    def _node(self, event: yaml.Event, loc: Loc, add: Callable[[Node], object]) -> None:
        """Parse the node that begins with an event, children included, and add it to its parent."""
        self._numbers.setdefault(loc, _line(event))  # a value keeps the line of its key
        before = len(self._findings)
        self._refuse_extras(event, loc)
        if isinstance(event, yaml.ScalarEvent):
            empty = not event.value and not event.style
            add(None if empty else event.value)
            self._extents[loc] = Extent(_start(event), _end(event), event.style or "", event.value)
            if empty and loc:
                remedy = "or remove the key"
                if self._extents[loc[:-1]].flow:
                    remedy = "or put quotes around text that contains a comma"
                self._fault("no-value", event, f"has no value; write one, {remedy}", loc)
        if len(self._findings) > before:
            self._faulty.add(loc)
        if isinstance(event, yaml.AliasEvent):
            add(None)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._collection(event, loc, add)

    def _collection(
        self, first: yaml.CollectionStartEvent, loc: Loc, add: Callable[[Node], object]
    ) -> None:
        value: list[Node] | dict[str, Node] = (
            [] if isinstance(first, yaml.SequenceStartEvent) else {}
        )
        add(value)
        style = ("[{" if first.flow_style else "-:")[isinstance(value, dict)]
        start = _start(first)
        self._extents[loc] = Extent(start, start, style)
        while not isinstance(event := next(self._events), yaml.CollectionEndEvent):
            if isinstance(value, list):
                self._node(event, (*loc, len(value)), value.append)
            else:
                self._pair(event, loc, value)
        if first.flow_style:
            self._extents[loc] = Extent(start, _end(event), style)

    def _pair(self, event: yaml.Event, loc: Loc, mapping: dict[str, Node]) -> None:
        """Parse a key and its value; skip both if the key is refused."""
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
            place = (*loc, event.value)
            self._numbers[place] = _line(event)
            self._node(next(self._events), place, partial(mapping.__setitem__, event.value))
            return
        self._skip(event)
        self._skip(next(self._events))

    def _skip(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            while not isinstance(child := next(self._events), yaml.CollectionEndEvent):
                self._skip(child)

    def _refuse_extras(self, event: yaml.Event, loc: Loc) -> None:
        """Refuse aliases, anchors, tags, and control characters written as escapes."""
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            message = f"has the alias *{anchor}; write out what it means"
            self._fault("not-plain", event, message, loc)
        elif anchor is not None:
            self._fault("not-plain", event, f"has the anchor &{anchor}; remove it", loc)
        if tag is not None:
            message = f"has the tag {tag}; remove it, everything is text here"
            self._fault("not-plain", event, message, loc)
        if isinstance(event, yaml.ScalarEvent) and (match := _FORBIDDEN.search(event.value)):
            message = f"contains the control character U+{ord(match[0]):04X}; remove it"
            self._fault("control-character", event, message, loc)
