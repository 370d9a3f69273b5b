"""What README.md says is true: its commands run in order, and its figures are the article's.

The answers that it shows are generated (docs/build.py), and tests/test_docs.py compares them.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import sourcebook
from cli import sourcebook as command_line
from tests.databases import create_shipped, on_sqlite

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(heading: str) -> list[list[str]]:
    """Return the commands in the first block of a section."""
    section = README.partition(f"\n## {heading}\n")[2]
    block = re.search(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert block
    return [shlex.split(line, comments=True) for line in block[1].splitlines()]


def reviewed(coding: Path) -> None:
    """Remove the marks of a draft, as a person does who agrees with everything."""
    text = coding.read_text(encoding="utf-8")
    text = re.sub(r"^ +(?:draft|unsure): .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r", (?:draft: true|unsure: (?:\"[^\"]*\"|[^,}]*))", "", text)
    coding.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("heading", "made"),
    [
        ("Save and share", {"timeline.xlsx", "book.xlsx", "answers"}),
        ("Code your own text", {"my.db", "coding.yaml"}),
    ],
)
def test_its_commands_run(tmp_path: Path, heading: str, made: set[str]) -> None:
    shutil.copy(ROOT / "docs" / "example.txt", tmp_path / "text.txt")
    with contextlib.chdir(tmp_path):
        create_shipped("sourcebook.db")
        for program, *arguments in commands(heading):
            done = CliRunner().invoke(command_line, arguments)
            assert program == "sourcebook"
            assert done.exit_code in (0, 3), (arguments, done.stderr)  # 3: check has warnings
            if "review" in arguments:
                reviewed(tmp_path / "coding.yaml")
    assert made <= {path.name for path in tmp_path.iterdir()}


@on_sqlite
def test_its_figures_are_those_of_the_article(shipped: str) -> None:
    with sourcebook.open(shipped) as book:
        [(passages, facts, names, places)] = book.sql("""
            select
              (select count(*) from passages),
              (select count(*) from facts where kind not in ('name', 'event-name')),
              (select count(*) from actor_names),
              (select count(*) from spans)
        """)
    text = " ".join(README.split())
    assert f"The article has {passages} passages; its coding has {facts} facts and" in text
    assert f"{names} names, supported by more than 700 places in the text" in text
    assert 700 < places < 800


def test_its_extras_are_those_that_can_be_installed() -> None:
    table = README.partition("| extra | adds |\n")[2].partition("\n\n")[0]
    listed = set(
        re.findall(r"`([a-z]+)`(?=[,| ])", re.sub(r"\|[^|]*\|$", "|", table, flags=re.MULTILINE))
    )
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    optional = project.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    assert listed == set(re.findall(r"^([a-z]+) = \[", optional, re.MULTILINE))


def test_its_glossary_has_the_words_that_answers_use() -> None:
    table = README.partition("| word | meaning |\n")[2].partition("\n\n")[0]
    words = set(re.findall(r"^\| (\w+) \|", table, re.MULTILINE))
    assert {"coding", "passage", "voice", "modality", "certainty"} <= words


def test_it_asks_ten_questions() -> None:
    questions = re.findall(r"^\*\*(\d+)\. .*\?\*\*", README, re.MULTILINE)
    assert questions == [str(n) for n in range(1, 11)]
