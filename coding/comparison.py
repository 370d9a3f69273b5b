"""Comparing two codings of one text: what only one has, where they differ, how far they agree.

Facts of the two are paired by kind: the same key or the same tie first, then those whose evidence
shares most characters. Agreement on where something is coded is counted by character of the text;
agreement on a field, by pair of facts. Both are given as a share and as Krippendorff's alpha
(K. Krippendorff, Content Analysis, 2004, chapter 11), which is 1 for full agreement and 0 for what
chance alone would bring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from coding.faults import quoted
from coding.format import Coding
from coding.items import Content, ItemKey, items_of
from database.errors import SourcebookError, how_to_install
from schema.vocabulary import FactKind

OVERLAP = 0.3
"""The least share of characters that two facts must have in common to be one."""

MAX_UNITS = 100_000
"""Of a longer text, this many characters are counted, in proportion: alpha hardly changes."""

NOT_COMPARED = ("title", "summary", "says", "statement", "draft", "unsure")
"""Fields in the coders' own words, and how far their review has come."""

LABELS = ("title", "text", "says", "statement", "name")
"""The fields that show a reader which fact is meant."""


class ComparisonError(SourcebookError):
    """Two codings that cannot be compared; the message says why."""


class CodingDifference(NamedTuple):
    """A difference between two codings, as a row."""

    kind: str
    passage: str
    difference: str
    """only in A, only in B, or the field that differs."""
    a: str | None
    b: str | None


class Agreement(NamedTuple):
    """How far two codings agree on one thing, as a row."""

    kind: str
    on: str
    """where: which characters are coded as this kind; otherwise a field of paired facts."""
    a: int
    """How many facts A has; of a field, how many pairs there are."""
    b: int
    agree: float
    """The share of characters or pairs on which both agree, from 0 to 1."""
    alpha: float | None
    """Krippendorff's alpha; None where there is only one value, for which it is undefined."""


class _Fact(NamedTuple):
    """A fact as it is compared."""

    key: ItemKey
    characters: frozenset[tuple[int, int]]
    fields: dict[str, str | None]
    label: str
    passage: str


class Comparison:
    """Two codings of one text, with their facts paired."""

    def __init__(self, a: Coding, b: Coding) -> None:
        """Pair the facts. Raises ComparisonError if the codings are of different texts."""
        lengths = [passage.length for passage in a.passages]
        if [passage.hash for passage in a.passages] != [passage.hash for passage in b.passages]:
            raise ComparisonError(
                "the two code different texts: their passages differ; pin both to the same text"
            )
        self._size = sum(lengths)
        self._a, self._b = _facts(a), _facts(b)
        self.pairs = [pair for kind in FactKind for pair in _paired(self._a[kind], self._b[kind])]

    def differences(self) -> list[CodingDifference]:
        """Return all differences, in the order of the text."""
        rows: list[tuple[tuple[int, int], CodingDifference]] = []
        paired_a = {id(a) for a, _ in self.pairs}
        paired_b = {id(b) for _, b in self.pairs}
        for kind in FactKind:
            for fact in self._a[kind]:
                if id(fact) not in paired_a:
                    row = CodingDifference(kind, fact.passage, "only in A", fact.label, None)
                    rows.append((_first(fact), row))
            for fact in self._b[kind]:
                if id(fact) not in paired_b:
                    row = CodingDifference(kind, fact.passage, "only in B", None, fact.label)
                    rows.append((_first(fact), row))
        for a, b in self.pairs:
            for name in a.fields | b.fields:
                values = a.fields.get(name), b.fields.get(name)
                if values[0] != values[1]:
                    label = f"{name} of {quoted(a.label, 60)}"
                    rows.append(
                        (_first(a), CodingDifference(a.key.kind, a.passage, label, *values))
                    )
        return [
            row for _, row in sorted(rows, key=lambda it: (it[0], it[1].kind, it[1].difference))
        ]

    def agreement(self) -> Iterator[Agreement]:
        """Yield how far the two agree, by kind: on where they are, then on each field."""
        for kind in FactKind:
            a, b = self._a[kind], self._b[kind]
            if not (a or b):
                continue
            in_a = frozenset().union(*(fact.characters for fact in a))
            in_b = frozenset().union(*(fact.characters for fact in b))
            both, either = len(in_a & in_b), len(in_a | in_b)
            units = {("1", "1"): both, ("0", "0"): self._size - either}
            units["1", "0"] = either - both
            agree = (units["1", "1"] + units["0", "0"]) / self._size
            yield Agreement(kind, "where", len(a), len(b), round(agree, 3), _alpha(units))
            pairs = [pair for pair in self.pairs if pair[0].key.kind == kind]
            for name in dict.fromkeys(name for x, y in pairs for name in x.fields | y.fields):
                values = Counter(
                    (str(x.fields.get(name)), str(y.fields.get(name))) for x, y in pairs
                )
                same = sum(count for (x, y), count in values.items() if x == y)
                share = round(same / len(pairs), 3)
                yield Agreement(kind, name, len(pairs), len(pairs), share, _alpha(values))


def _facts(coding: Coding) -> dict[str, list[_Fact]]:
    facts: dict[str, list[_Fact]] = {kind: [] for kind in FactKind}
    for key, content in items_of(coding).items():
        if key.kind in facts:
            facts[key.kind].append(_fact(key, content))
    return facts


def _fact(key: ItemKey, content: Content) -> _Fact:
    evidence = content["evidence"]
    spans = [span for piece in evidence for span in piece["spans"]]
    fields: dict[str, str | None] = {
        name: None if value is None else str(value)
        for name, value in content.items()
        if not isinstance(value, list) and name not in NOT_COMPARED
    }
    for actor, role, *_ in content.get("participants", ()):
        fields[role] = _joined([*(fields.get(role) or "").split(", "), actor])
    for name in ("modality", "certainty"):
        fields[name] = _joined(piece[name] for piece in evidence)
    fields["voices"] = _joined(" > ".join(piece["through"]) for piece in evidence)
    label = next((content[name] for name in LABELS if content.get(name)), key.key)
    numbers = sorted({passage for passage, *_ in spans})
    return _Fact(
        key,
        frozenset((number, at) for number, start, end in spans for at in range(start, end)),
        fields,
        label,
        "; ".join(f"¶{number}" for number in numbers),
    )


def _joined(values: Iterable[Any]) -> str | None:
    return ", ".join(sorted({str(value) for value in values if value})) or None


def _first(fact: _Fact) -> tuple[int, int]:
    return min(fact.characters, default=(0, 0))


def _paired(a: Sequence[_Fact], b: Sequence[_Fact]) -> list[tuple[_Fact, _Fact]]:
    """Pair facts of one kind: each with at most one, the best pairs first."""
    scored = []
    for n, fact in enumerate(a):
        for m, other in enumerate(b):
            union = len(fact.characters | other.characters)
            overlap = len(fact.characters & other.characters) / union if union else 0.0
            same_key = fact.key == other.key
            if same_key or overlap >= OVERLAP:
                same = sum(value == other.fields.get(name) for name, value in fact.fields.items())
                scored.append((same_key, overlap, same, -n, -m))
    free_a, free_b = set(range(len(a))), set(range(len(b)))
    pairs = []
    for *_, n, m in sorted(scored, reverse=True):
        if -n in free_a and -m in free_b:
            free_a.remove(-n)
            free_b.remove(-m)
            pairs.append((-n, -m))
    return [(a[n], b[m]) for n, m in sorted(pairs)]


def _alpha(units: Mapping[tuple[str, str], int]) -> float | None:
    """Return Krippendorff's alpha of nominal values, from how often each pair of them occurs."""
    values = sorted({value for pair in units if units[pair] for value in pair})
    if len(values) < 2:
        return None
    try:
        import krippendorff
        import numpy as np
    except ModuleNotFoundError as error:
        raise ComparisonError(
            f"agreement needs {error.name}: {how_to_install('krippendorff')}"
        ) from None
    scale = max(1, sum(units.values()) // MAX_UNITS)
    counts = np.array(
        [
            [pair.count(value) for value in values]
            for pair, times in units.items()
            for _ in range(-(-times // scale))
        ]
    )
    alpha = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    return round(float(alpha), 3)
