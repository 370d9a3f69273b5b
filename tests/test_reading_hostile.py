"""Hostile codings: their cost grows no faster than their size."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from coding.rules import MAX_SUGGESTIONS
from coding.validation import check_file
from tests.test_load_many import COMMAND, ROOT, calls

HEAD = """format: 1
coder: Tests
document: {key: d, title: D, language: en, published: 2020-03-10}
passages: [{length: 100, hash: HASH}]
""".replace("HASH", "0" * 64)
EVIDENCE = "evidence: [{at: 1}]"


def repeat(count: int, line: Callable[[int], str]) -> str:
    return "".join(map(line, range(count)))


def chain(count: int) -> str:
    through = ", ".join(["s"] * count)
    return f"{HEAD}events: [{{key: e, title: E, evidence: [{{at: 1, through: [{through}]}}]}}]\n"


HOSTILE: dict[str, Callable[[int], str]] = {
    "a chain": chain,
    "places within places": lambda count: (
        f"{HEAD}places:\n"
        + repeat(count, lambda n: f"- {{key: p{n}, name: P, kind: city, within: p{n + 1}}}\n")
    ),
    "places within themselves": lambda count: (
        f"{HEAD}places:\n"
        + repeat(
            count, lambda n: f"- {{key: p{n}, name: P, kind: city, within: p{(n + 1) % count}}}\n"
        )
    ),
    "unknown keys": lambda count: (
        f"{HEAD}places:\n"
        + repeat(count, lambda n: f"- {{key: p{n}, name: P, kind: city, within: q{n}}}\n")
    ),
    "missing values and wrong ones": lambda count: (
        f"{HEAD}events:\n"
        + repeat(count, lambda n: f"- key: e{n}\n  title:\n")
        + "quotes:\n"
        + repeat(count, lambda n: f"- {{key: q{n}, directness: direct, says: S}}\n")
    ),
    "links": lambda count: (
        f"{HEAD}events:\n"
        + repeat(count, lambda n: f"- {{key: e{n}, title: E, {EVIDENCE}}}\n")
        + "links:\n"
        + repeat(count, lambda n: f"- {{from: e{n}, type: follows, to: e{n // 2}, {EVIDENCE}}}\n")
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_work_grows_with_the_size_of_the_coding(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "coding.yaml"

    def work(count: int) -> int:
        path.write_text(HOSTILE[kind](count), encoding="utf-8")
        return calls(lambda: check_file(path))

    work(50)  # imports
    small, large = work(150), work(600)
    assert large < 6 * small


def test_only_the_first_unknown_keys_get_a_suggestion(tmp_path: Path) -> None:
    path = tmp_path / "coding.yaml"
    path.write_text(HOSTILE["unknown keys"](2 * MAX_SUGGESTIONS), encoding="utf-8")
    unknown = [fault for fault in check_file(path)[0] if fault.rule == "unknown-key"]
    assert len(unknown) == 2 * MAX_SUGGESTIONS
    suggested = sum("did you mean" in fault.message for fault in unknown)
    assert MAX_SUGGESTIONS / 2 < suggested <= MAX_SUGGESTIONS


def limited(megabytes: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command with limited memory."""
    size = megabytes * 1_000_000
    return subprocess.run(
        [*COMMAND, "sourcebook.db", *map(str, arguments)],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != "SOURCEBOOK_DB"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_chain_of_thousands_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "coding.yaml"
    path.write_text(chain(15_000), encoding="utf-8")
    done = limited(600, "check", path)
    assert "has too many items; it may have 10" in done.stdout
    assert done.stderr == "1 error, no warnings, no notes\n"


def test_too_little_memory_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "coding.yaml"
    path.write_text(f"{HEAD}topics:\n" + repeat(150_000, lambda n: f"- {{key: t{n}}}\n"))
    done = limited(200, "check", path)
    assert done.returncode == 1
    assert done.stderr == "Error: there is not enough memory for this\n"


def test_a_key_may_look_like_pydantics_mark_of_a_key(tmp_path: Path) -> None:
    coding = tmp_path / "coding.yaml"
    coding.write_text("'[key]': null\n", encoding="utf-8")
    assert "[key]" in {fault.where for fault in check_file(coding)[0]}
