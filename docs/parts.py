"""The generated parts of hand-written pages, by the name in their mark."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from coding import error_ids
from coding.rules import RULES
from coding.text import read_text
from reports import header
from schema import dictionary, vocabulary
from schema.vocabulary import RELATIONS, RelationType

FOLDER = Path(__file__).parent


def fenced(language: str, text: str) -> str:
    """Return text as a block of code, whatever it holds."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("^`{3,}", text, re.MULTILINE)), 3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def code(text: str) -> str:
    """Return text as a span of code, which may be in a cell."""
    return f"`{text}`"


def plain(text: str) -> str:
    """Return Markdown that shows the text as it is, also in a cell."""
    return re.sub(r"[\\`*<|~$]", r"\\\g<0>", text)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def values(values_of: type[vocabulary.Vocabulary]) -> str:
    """Return a table of the values of a closed vocabulary with their meanings."""
    if values_of is RelationType:
        return table(
            ("value", "from, to", "to, from"),
            (
                (
                    code(tie),
                    plain(tie.meaning),
                    "the same" if RELATIONS[tie].symmetric else plain(RELATIONS[tie].inverse),
                )
                for tie in RelationType
            ),
        )
    meanings = ((code(value), plain(value.meaning)) for value in values_of)
    return table(("value", "meaning"), meanings)


def _vocabulary(name: str) -> str:
    named = getattr(vocabulary, name, None)
    if not (isinstance(named, type) and issubclass(named, vocabulary.Vocabulary)):
        raise LookupError(f"there is no vocabulary {name}")
    return values(named)


def _rules(_: str) -> str:
    return table(
        ("rule", "severity", "what it asks for"),
        ((code(rule.id), rule.severity, plain(rule.meaning)) for rule in RULES),
    )


def _refusals(group: str) -> str:
    refusals: Mapping[str, str] | None = getattr(error_ids, group.upper(), None)
    if refusals is None:
        raise LookupError(f"there are no refusals {group}")
    return table(
        ("rule", "what it asks for"),
        ((code(rule), meaning) for rule, meaning in refusals.items()),
    )


def _text(numbers: str) -> str:
    """Quote passages of the example."""
    passages = read_text(FOLDER / "example.txt")
    wanted = [int(number) for number in numbers.split(", ")]
    for number in wanted:
        if not 1 <= number <= len(passages):
            raise LookupError(f"the example has no ¶{number}")
    return "\n>\n".join(f"> ¶{number} {passages[number - 1]}" for number in wanted)


def _coding(what: str) -> str:
    """Show an item of the example's coding unchanged; `what` is `SECTION WORDS-IN-IT`."""
    section, _, words = what.partition(" ")
    lines = (FOLDER / "example.yaml").read_text(encoding="utf-8").split("\n")
    if f"{section}:" not in lines:
        raise LookupError(f"the example has no section {section}")
    items: list[list[str]] = []
    for line in lines[lines.index(f"{section}:") + 1 :]:
        if line.startswith("- "):
            items.append([line])
        elif line.startswith(" ") and items:
            items[-1].append(line)
        else:
            break
    for item in items:
        if words in "\n".join(item):
            return fenced("yaml", "\n".join([f"{section}:", *item]))
    raise LookupError(f"nothing in {section} of the example holds {words}")


def _head(_: str) -> str:
    """Show how the example's coding begins, up to its third passage."""
    text = (FOLDER / "example.yaml").read_text(encoding="utf-8")
    start = text.index("format: 1")
    passages = [match.end() for match in re.finditer(r"^- \{length.*\n", text, re.MULTILINE)]
    return fenced("yaml", f"{text[start : passages[2]]}# and so on, one for each passage")


def _diagram(_: str) -> str:
    return fenced("mermaid", dictionary.mermaid(compact=True))


def _report_header(_: str) -> str:
    """Explain the header of a report, with the docstring of the module that reads it."""
    _, example, rules = re.split(
        r"((?:^    .*\n|^\n)+)(?=\S)", header.__doc__ or "", maxsplit=1, flags=re.MULTILINE
    )
    return fenced("sql", textwrap.dedent(example.strip("\n"))) + "\n" + rules


PARTS: Mapping[str, Callable[[str], str]] = {
    "coding": _coding,
    "diagram": _diagram,
    "head": _head,
    "refusals": _refusals,
    "report-header": _report_header,
    "rules": _rules,
    "text": _text,
    "vocabulary": _vocabulary,
}
