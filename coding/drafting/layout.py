"""Writes a drafted coding as YAML, in the layout of the codings that ship."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

WIDTH = 120
"""An item that fits into a line of this length is written on one."""

Item = Mapping[str, Any]

_PLAIN = re.compile(r"[^\W_][^\n]*")
_FLOW = re.compile(r"[,\[\]{}]")


def written(head: Item, sections: Mapping[str, Sequence[Item]], comments: Sequence[str]) -> str:
    """Return the text of a coding: its head, then each section that has items."""
    lines = [f"# {comment}" for comment in comments]
    for key, value in head.items():
        lines += _block(key, value, "")
    for name, items in sections.items():
        if items:
            lines += ["", f"{name}:"]
            for item in items:
                lines += _item(item, "")
    return "\n".join(lines) + "\n"


def _block(key: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield f"{indent}{key}:"
        for name, inner in value.items():
            yield from _block(name, inner, indent + "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        flow = f"{indent}{key}: {_flow(value)}"
        if len(flow) <= WIDTH and not any(isinstance(item, Mapping) for item in value):
            yield flow
        else:
            yield f"{indent}{key}:"
            for item in value:
                yield from _item(item, indent)
    else:
        yield f"{indent}{key}: {scalar(value)}"


def _item(item: Any, indent: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{indent}- {scalar(item)}"
        return
    flow = f"{indent}- {_flow(item)}"
    if len(flow) <= WIDTH and (
        len(item) < 4 or not item.keys() & {"evidence", "names", "statement"}
    ):
        yield flow
        return
    lead = f"{indent}- "
    for key, value in item.items():
        lines = list(_block(key, value, indent + "  "))
        if isinstance(value, Mapping):
            short = f"{indent}  {key}: {_flow(value)}"
            lines = [short] if len(short) <= WIDTH else lines
        yield lead + lines[0][len(indent) + 2 :]
        yield from lines[1:]
        lead = f"{indent}  "


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return scalar(value, flow=True)


def scalar(value: Any, *, flow: bool = False) -> str:
    """Return a value as YAML: plain if it reads back as itself, else in quotation marks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if _PLAIN.fullmatch(text) and not (flow and _FLOW.search(text)) and _reads_back(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _reads_back(text: str) -> bool:
    if text.endswith(":") or ": " in text or " #" in text or text != text.strip():
        return False
    try:
        node = yaml.compose(text)
    except yaml.YAMLError:
        return False
    return node is not None and node.value == text
