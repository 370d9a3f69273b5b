"""Reads a coding file from untrusted hands: returns a `Coding`, or all reasons why it is none.

coding/yaml_tree.py parses the YAML and coding/format.py validates it; this file joins the two and
turns what pydantic reports into words that a coder understands, with line and key.
Whatever the file contains, only `InvalidInputError` is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from coding.faults import Fault, InvalidInputError, quoted
from coding.format import Coding
from coding.text import read_file
from coding.yaml_tree import LineNumbers, Loc, Tree, parse
from output.wording import counted
from schema.suggest import did_you_mean

MAX_CODING = 10_000_000
"""The largest coding that is read, in bytes; that of a long article has some 200,000."""


def read_coding(path: Path) -> tuple[Coding, LineNumbers]:
    """Read a coding file; raises InvalidInputError with all its faults."""
    return parse_coding(read_file(path, MAX_CODING), str(path))


def parse_coding(text: str, file: str) -> tuple[Coding, LineNumbers]:
    """Parse a coding; `file` names it in faults."""
    tree = parse(text, file)
    faults = tree.faults
    try:
        coding = Coding.model_validate(tree.root)
    except ValidationError as error:
        faults = faults + _explained(error, tree)
    else:
        if not faults:
            return coding, tree.lines
    raise InvalidInputError(faults)


def _explained(error: ValidationError, tree: Tree) -> list[Fault]:
    """Return what pydantic found, except where the YAML is faulty already."""
    faults = []
    unpinned: list[Loc] = []
    parents = {loc[:n] for loc in tree.faulty for n in range(len(loc) + 1)}
    for details in error.errors(include_url=False):
        # Pydantic ends the place of a refused key with "[key]", which a key may be called too.
        loc = details["loc"]
        if loc[-1:] == ("[key]",) and loc not in tree.lines.numbers:
            loc = loc[:-1]
        if any(loc[:n] in tree.faulty for n in range(1, len(loc) + 1)):
            continue
        if details["type"] == "value_error" and loc in parents:
            continue  # the whole item is refused, perhaps for the field that has no value
        if loc[-1:] == ("at",) and _QUOTED_PLACE.search(str(details["input"])):
            unpinned.append(loc)
            continue
        rule, message = _words(details, loc)
        faults.append(tree.lines.fault(rule, loc, message))
    if unpinned:  # one message: a new coding has hundreds of them
        message = f"{quoted(tree.lines.text(unpinned[0]))} is not pinned"
        if len(unpinned) > 1:
            others = len(unpinned) - 1
            message += f", nor {'is' if others == 1 else 'are'} {counted(others, 'place')} below"
        message += "; run `sourcebook pin FILE --text TEXT`"
        faults.append(tree.lines.fault("ill-formed", unpinned[0], message))
    return faults


def _words(details: ErrorDetails, loc: Loc) -> tuple[str, str]:
    """Return the rule that was broken, and the message."""
    kind, given = details["type"], details["input"]
    name = str(loc[-1]) if loc else ""
    context = details.get("ctx", {})
    if kind == "missing":
        return "missing-field", _missing(loc)
    if kind == "extra_forbidden":
        return "unknown-field", _unknown(loc)
    if kind in ("enum", "literal_error"):
        return "not-in-vocabulary", _no_member(name, given, str(context["expected"]))
    if kind == "string_pattern_mismatch":
        return "ill-formed", _mismatch(name, str(given), str(context["pattern"]))
    if kind == "value_error":
        return "ill-formed", str(context["error"])
    say = _SAY.get(kind)
    return "ill-formed", say(given, context) if say else f"{details['msg']}: {_given(given)}"


def _given(given: object) -> str:
    if isinstance(given, str):
        return quoted(given)
    kinds = {type(None): "nothing", list: "a list", dict: "keys and values"}
    return kinds.get(type(given), quoted(str(given)))


_Say = Callable[[Any, Mapping[str, Any]], str]


def _mapping(given: object, _: object) -> str:
    return f"is {_given(given)}; write keys and values, as `key: value`"


def _whole(given: object, _: object) -> str:
    return f"{_given(given)} is not a whole number; write only digits"


_SAY: dict[str, _Say] = {
    "bool_parsing": lambda given, _: f"{_given(given)} is neither true nor false",
    "bool_type": lambda given, _: f"is {_given(given)}; write true or false",
    "dict_type": _mapping,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "int_parsing": _whole,
    "int_parsing_size": _whole,
    "int_from_float": _whole,
    "int_type": _whole,
    "greater_than_equal": lambda given, ctx: (
        f"{_given(given)} is too small; the least is {ctx['ge']}"
    ),
    "less_than_equal": lambda given, ctx: f"{_given(given)} is too large; the most is {ctx['le']}",
    "list_type": lambda given, _: (
        f"is {_given(given)}; write a list: each item after a hyphen, or [one, two]"
    ),
    "string_type": lambda given, _: f"is {_given(given)}; write a single text",
    "string_too_short": lambda *_: "has no text; write some, or remove the key",
    "string_too_long": lambda given, ctx: (
        f"has {len(given):,} characters, and may have {ctx['max_length']:,}; shorten it"
    ),
    "too_long": lambda _, ctx: f"has too many items; it may have {ctx['max_length']:,}",
    "too_short": lambda *_: "is an empty list; add an item, or remove the key",
}
"""Messages for pydantic's types of error, made from the value and the context."""


def _missing(loc: Loc) -> str:
    field = _fields(loc[:-1]).get(str(loc[-1]))
    meaning = field.description if field else None
    return f"needs `{loc[-1]}`{f': {meaning}' if meaning else ''}"


def _unknown(loc: Loc) -> str:
    name, known = str(loc[-1]), list(_fields(loc[:-1]))
    hint = did_you_mean(name, known, ".")
    return f"there is no key {quoted(name)} here{hint} There are: {', '.join(known)}"


def _fields(loc: Loc) -> dict[str, FieldInfo]:
    """Return the keys that an item may have, as a coding writes them."""
    fields = _written(Coding)
    for part in loc:
        field = fields.get(part) if isinstance(part, str) else None
        if field is not None:
            model = _model(field.annotation)
            fields = _written(model) if model else {}
    return fields


def _written(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model(annotation: Any) -> type[BaseModel] | None:
    """Return the model in an annotation: itself, or in a list, a dict or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner: Sequence[Any] = get_args(annotation)
    if get_origin(annotation) is Annotated:
        inner = inner[:1]
    return next((model for part in inner if (model := _model(part))), None)


def _no_member(name: str, given: object, expected: str) -> str:
    if name == "format":
        return f"format {_given(given)} is unknown; this version reads format {expected}"
    known = re.findall(r"'([^']*)'", expected)
    hint = did_you_mean(given, known, ".") if isinstance(given, str) else "."
    # A wrong key of a mapping has no field of its own to name.
    name = "a role here" if name == given else f"a value of {name}"
    return f"{_given(given)} is not {name}{hint} There are: {', '.join(known)}"


_QUOTED_PLACE = re.compile(r'[0-9]+\s+"')


def _mismatch(name: str, given: str, pattern: str) -> str:
    if name == "at":
        return (
            f"{quoted(given)} is not a locator; write passage:start-end as in 2:330-338, or only "
            "the passage; separate several by a comma and a space"
        )
    if name == "hash":
        return f"{quoted(given)} is not a SHA-256; `sourcebook pin FILE --text TEXT` writes it"
    if name == "language":
        return f"{quoted(given)} is not a language; write its code, such as en, fa or zh-Hant"
    either = ", or document:key for another document's" if ":" in pattern else ""
    meant = slug(given)
    hint = f"; {meant} would do" if meant else ""
    return f"{quoted(given)} is not a key: use lower-case letters, digits and hyphens{either}{hint}"


def slug(text: str) -> str:
    """Return the key most like a text; empty if none of its characters fit."""
    from anyascii import anyascii

    plain = "".join(
        letter if letter.isascii() else anyascii(letter).replace("'", "") for letter in text[:200]
    ).lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-")
