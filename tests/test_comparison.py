"""Comparing two codings of one text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coding.comparison import Agreement, CodingDifference, Comparison, ComparisonError
from coding.reading import parse_coding
from tests.test_cli import ROOT, run
from tests.valid_coding import VALID_CODING

EXAMPLE = (ROOT / "docs/example.yaml").read_text(encoding="utf-8")


def compared(a: str, b: str) -> Comparison:
    return Comparison(parse_coding(a, "a.yaml")[0], parse_coding(b, "b.yaml")[0])


def test_a_coding_agrees_with_itself_in_everything() -> None:
    comparison = compared(EXAMPLE, EXAMPLE)
    assert comparison.differences() == []
    assert all(row.agree == 1 and row.alpha in (None, 1) for row in comparison.agreement())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "  modality: denied\n  place: tarn\n",
            "  place: sound\n",
            {"modality": ("denied", "actual"), "place": ("tarn", "sound")},
        ),
        (
            "who: {doer: jonas-arvel, receiver: velmora-state}",
            "who: {doer: irena-dasko, receiver: velmora-state}",
            {"doer": ("jonas-arvel", "irena-dasko")},
        ),
    ],
)
def test_where_the_codings_differ(old: str, new: str, expected: dict[str, tuple[str, str]]) -> None:
    if old not in EXAMPLE:
        pytest.fail(f"the example has no {old}")
    rows = compared(EXAMPLE, EXAMPLE.replace(old, new)).differences()
    actual = {row.difference.partition(" of ")[0]: (row.a, row.b) for row in rows}
    assert expected.items() <= actual.items()


def test_how_far_a_review_has_come_is_no_difference() -> None:
    fact = "- key: nets-given-up\n"
    drafted = EXAMPLE.replace(fact, f"{fact}  draft: true\n  unsure: who says it?\n")
    assert drafted != EXAMPLE
    assert compared(EXAMPLE, drafted).differences() == []


def test_what_only_one_coding_has() -> None:
    start = VALID_CODING.index("quotes:")
    end = VALID_CODING.index("positions:")
    rows = compared(VALID_CODING, VALID_CODING[:start] + VALID_CODING[end:]).differences()
    assert {(row.kind, row.difference, row.b) for row in rows} == {("quote", "only in A", None)}
    back = compared(VALID_CODING[:start] + VALID_CODING[end:], VALID_CODING).differences()
    assert {(row.kind, row.difference, row.a) for row in back} == {("quote", "only in B", None)}


def test_agreement_counts_characters_and_pairs() -> None:
    """By hand: of 10 characters one coder marks 4, the other 6, 4 of them the same."""
    head = (
        "format: 1\ncoder: A\ndocument: {key: d, title: T, language: en, published: 2020}\n"
        f"passages: [{{length: 10, hash: {'0' * 64}}}]\nevents:\n"
    )
    event = "- {{key: e, title: E, {extra}evidence: [{{at: 1:{at}}}]}}\n"
    a = head + event.format(at="0-4", extra="modality: intended, ")
    b = head + event.format(at="0-6", extra="")
    comparison = compared(a, b)
    rows = {(row.kind, row.on): row for row in comparison.agreement()}
    # Alpha of nominal values: 1 - (n - 1) * o / sum(n_c * n_k), n values in all, o disagreeing.
    alpha = 1 - (20 - 1) * 4 / (2 * 10 * 10)
    assert rows["event", "where"] == Agreement("event", "where", 1, 1, 0.8, round(alpha, 3))
    assert rows["event", "modality"][2:] == (1, 1, 0.0, 0.0)
    assert comparison.differences() == [
        CodingDifference("event", "¶1", "modality of “E”", "intended", "actual")
    ]


def test_codings_of_different_texts_are_refused() -> None:
    with pytest.raises(ComparisonError, match="code different texts: their passages differ"):
        compared(EXAMPLE, VALID_CODING)


def test_the_command_prints_differences_and_agreement(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(VALID_CODING, encoding="utf-8")
    other = VALID_CODING.replace("doer: sudland-state", "doer: ana-writer", 1)
    (tmp_path / "b.yaml").write_text(other, encoding="utf-8")
    done = run("compare", "a.yaml", "b.yaml", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr[:25]) == (0, "A is a.yaml, B is b.yaml;")
    (row,) = json.loads(done.stdout)
    assert (row["kind"], row["a"], row["b"]) == ("event", "sudland-state", "ana-writer")
    done = run("compare", "a.yaml", "b.yaml", "--agreement", "--format", "json", cwd=tmp_path)
    agreement = {(row["kind"], row["on"]): row["agree"] for row in json.loads(done.stdout)}
    assert agreement["event", "doer"] < 1
    assert agreement["event", "where"] == 1
    missing = run("compare", "a.yaml", "c.yaml", cwd=tmp_path)
    assert missing.returncode == 1
    assert "c.yaml" in missing.stderr
