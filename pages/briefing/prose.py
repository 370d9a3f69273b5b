"""Sentences of a briefing: facts in running text, with their notes; ties that are alike as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from database.derived.sentences import within
from pages.briefing.footnotes import NoteReference
from pages.statements import Statement
from schema.date_words import date_in_words
from schema.vocabulary import FactKind


class Code(str):
    """A command, to be shown as code."""

    __slots__ = ()


Piece = str | NoteReference | Code


@dataclass(frozen=True)
class Sentence:
    """A sentence in pieces, with its tag in front."""

    pieces: tuple[Piece, ...]
    tag: str = ""
    css: str = ""


Refer = Callable[[Statement], NoteReference]

DAY_FIRST = re.compile("[0-9]{1,2}(?:,| or| [A-Z][a-z])")
COMPLETE = re.compile("between|since|until|to |from|in or ")
"""Dates in words that need no preposition."""


def plain(*pieces: Piece) -> Sentence:
    """Return a sentence that states no fact of the sourcebook's: it has no tag."""
    return Sentence(pieces)


def dated(edtf: str) -> str:
    """Return a date as a sentence begins with it: On 26 August 2015, or In November 2015."""
    words = date_in_words(edtf, full=True)
    if words.startswith("about "):
        return f"Around {words.removeprefix('about ')}"
    if COMPLETE.match(words):
        return f"{words[0].upper()}{words[1:]}"
    if " to " in words:
        return f"From {words}"
    return f"{'On' if DAY_FIRST.match(words) else 'In'} {words}"


def in_time(statement: Statement) -> str:
    """Return the bare sentence of a fact with its date in front, and the words of a quote."""
    bare = statement.bare
    if statement.quoted and statement.quoted not in bare:
        bare = f"{bare}: “{statement.quoted}”"
    if statement.date and statement.kind in (FactKind.EVENT, FactKind.QUOTE):
        lasting = f" (“{statement.duration}”)" if statement.duration else ""
        return f"{dated(statement.date)}, {within(bare)}{lasting}"
    return f"{bare} ({statement.when})" if statement.when else bare


def full_stop(text: str) -> str:
    """Return a text that ends as a sentence."""
    return text if text.endswith((".", "!", "?", "…", ".”", "!”", "?”")) else f"{text}."


def sentence(statement: Statement, refer: Refer, *more: Piece) -> Sentence:
    """Return a fact as a sentence with its tag and its note; `more` follows it."""
    pieces = (full_stop(in_time(statement)), refer(statement), *more)
    return Sentence(pieces, statement.tag, statement.css)


MOST_QUOTED = 80
"""Characters of a quote in a lead."""

IN_WORDS = {
    "": "{}",
    "expected": "It is expected that {}",
    "possible": "It is possible that {}",
    "alleged": "It is alleged that {}",
    "rumoured": "It is rumoured that {}",
    "reported": "It is reported that {}",
    "held unlikely": "It is held unlikely that {}",
    "ruled out": "It is ruled out that {}",
}
"""How a lead states what isn't a plain fact; what isn't listed has its tag in front."""


def spoken(statement: Statement, refer: Refer, *, dated: bool = True) -> Sentence:
    """Return a fact as a sentence that says itself how it is stated, if there are words for it.

    The date is left out of a sentence that follows one of the same date, and a long quote out of
    one that says the same in other words.
    """
    words = IN_WORDS.get(statement.tag)
    if words is None:
        return sentence(statement, refer)
    if len(statement.quoted or "") > MOST_QUOTED:
        statement = replace(statement, quoted=None)
    text = in_time(statement if dated else replace(statement, date=None))
    if statement.tag:
        opens = text.startswith(statement.bare)
        text = within(text) if opens else f"{text[:1].lower()}{text[1:]}"
    return Sentence((full_stop(words.format(text)), refer(statement)))


# --- ties -----------------------------------------------------------------------------------------


class Tie(NamedTuple):
    """A tie, in the parts of its sentence: who, verb, whom, and what follows."""

    statement: Statement
    first: str
    verb: str
    second: str
    rest: str


def ties(
    statements: Iterable[Statement], refer: Refer, templates: dict[str, str]
) -> list[Sentence]:
    """Return ties as sentences: those that differ in just one part are one sentence.

    `templates` has the sentence of each type of tie.
    """
    split = [(statement, _split(statement)) for statement in statements]
    remaining = [tie for _, tie in split if tie]
    sentences: list[tuple[int, Sentence]] = []
    order = {statement.id: n for n, (statement, _) in enumerate(split)}
    for varying in ("rest", "second", "first"):
        groups: dict[tuple[object, ...], list[Tie]] = {}
        for tie in remaining:
            groups.setdefault(_shared(tie, varying), []).append(tie)
        remaining = []
        for group in groups.values():
            if len(group) == 1 or (varying == "rest" and not all(it.rest for it in group)):
                remaining += group
            else:
                n = order[group[0].statement.id]
                sentences.append((n, _joined(group, varying, refer, templates)))
    singles = {it.statement.id for it in remaining}
    for statement, parts in split:
        if parts is None or statement.id in singles:
            sentences.append((order[statement.id], sentence(statement, refer)))
    return [it for _, it in sorted(sentences, key=lambda pair: pair[0])]


def _split(statement: Statement) -> Tie | None:
    """Return the parts of the sentence of a tie; None if it can't be split."""
    ends = {part.role: part for part in statement.participants}
    if {*ends} != {"from", "to"}:
        return None
    first, second = ends["from"].name, within(ends["to"].name)
    if not statement.bare.startswith(first):
        return None
    verb, separator, rest = statement.bare[len(first) :].partition(second)
    return Tie(statement, first, verb, second, rest) if separator else None


def _shared(tie: Tie, varying: str) -> tuple[object, ...]:
    """Return all in which ties must agree that differ in this part alone."""
    statement = tie.statement
    # The verb of several isn't that of one.
    parts = {"first": tie.first, "verb": tie.verb, "second": tie.second, "rest": tie.rest}
    if varying == "first":
        parts["verb"] = ""
    return (
        statement.type,
        statement.tag,
        statement.when,
        *(value for name, value in parts.items() if name != varying),
    )


def _joined(
    group: Sequence[Tie], varying: str, refer: Refer, templates: dict[str, str]
) -> Sentence:
    tie = group[0]
    when = f" ({tie.statement.when})" if tie.statement.when else ""
    verb = tie.verb
    if varying == "first":
        verb = _plural(templates.get(tie.statement.type or "", "")) or verb
    before, after = {
        "rest": (f"{tie.first}{verb}{tie.second} ", when),
        "second": (f"{tie.first}{verb}", f"{tie.rest}{when}"),
        "first": ("", f"{verb}{tie.second}{tie.rest}{when}"),
    }[varying]
    items = [getattr(it, varying).lstrip() for it in group]
    if varying == "first":
        items = [items[0], *map(within, items[1:])]
    listing = series([*zip(items, (refer(it.statement) for it in group), strict=True)], f"{after}.")
    return Sentence((before, *listing), tie.statement.tag, tie.statement.css)


def _plural(template: str) -> str:
    """Return the verb of several actors in the sentence of a type of tie."""
    match = re.fullmatch(r"{from}([^\[]*){to}.*", template)
    return re.sub(r"{[^{}|]*\|([^{}]*)}", r"\1", match[1]) if match else ""


def series(items: Sequence[tuple[str, NoteReference]], end: str = "") -> list[Piece]:
    """Return texts with their notes as a sentence lists them; `end` follows the last text."""
    pieces: list[Piece] = []
    for n, (text, reference) in enumerate(items):
        left = len(items) - 1 - n
        pieces += [f"{text}{',' if left > 1 else ''}{'' if left else end}", reference]
        pieces += [(" " if left > 1 else " and ")] if left else []
    return pieces
