"""`documents` and `passage`: what is loaded, and what was coded from a passage."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import sourcebook
from tests.databases import Files, Server, create, on_sqlite

ROOT = Path(__file__).parent.parent
ARTICLE = "stand-together-or-fall-apart"
EXAMPLE = [str(ROOT / "docs" / "example.yaml"), "--text", str(ROOT / "docs" / "example.txt")]


def run(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(sourcebook, ["--db", database, *arguments])


def rows(database: str, *arguments: str) -> list[dict[str, str]]:
    result = run(database, *arguments, "--format", "csv")
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def printed(database: str, *arguments: str) -> str:
    result = run(database, *arguments, "--format", "markdown")
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refusal(database: str, *arguments: str) -> str:
    result = run(database, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()[-1]


@pytest.fixture(scope="module")
def two(sourcebooks: Files | Server) -> Iterator[str]:
    """A sourcebook of two documents, of which one keeps its text."""
    made = sourcebooks.shipped()
    assert run(made, "load", *EXAMPLE, "--keep-text").exit_code == 0
    yield made
    sourcebooks.remove(made)


# --- documents ------------------------------------------------------------------------------------


def test_a_single_document_is_described_below_the_table(shipped: str) -> None:
    text = printed(shipped, "documents")
    [row] = [line for line in text.splitlines() if line.startswith("| Aron Lund")]
    assert " | 31 May 2016 | 28 | 394 | " in row
    assert "Carnegie Middle East Center, http" in text
    assert "The text is not kept. Coded by Sourcebook." in text


def test_several_documents_are_listed(two: str) -> None:
    lund, hallin = rows(two, "documents")
    assert (lund["document"], lund["author"], lund["passages"]) == (ARTICLE, "Aron Lund", "28")
    assert (lund["facts"], lund["text"], lund["published"]) == ("394", "not kept", "2016-05-31")
    assert lund["url"] == "http://carnegie-mec.org/diwan/63699"
    assert (hallin["author"], hallin["text"]) == ("Mira Hallin", "kept")
    assert hallin["loaded_at"].startswith(hallin["loaded"] + "T")
    assert "| Mira Hallin | Two Sides of the Sound | 18 Jun 2021 |" in printed(two, "documents")


def test_nothing_is_loaded(tmp_path: Path) -> None:
    empty = create(tmp_path / "empty.db")
    assert rows(empty, "documents") == []
    assert refusal(empty, "passage", "1") == "Error: no document is loaded"


# --- passage --------------------------------------------------------------------------------------


def test_a_passage_shows_what_was_coded_from_it(shipped: str) -> None:
    result = run(shipped, "passage", "10", "--format", "json")
    coded = json.loads(result.stdout)
    assert {row["passage"] for row in coded} == {"¶10"}
    [visit] = [row for row in coded if row["what"] == "Alleged: Soleimani visits Putin in Moscow"]
    assert (visit["certainty"], visit["words"]) == ("alleged", None)
    assert visit["through"] == "An unattributed report of Soleimani's visit to Moscow in July 2015"
    assert "text" not in {row["kind"] for row in coded}
    kinds = [row["kind"] == "name" for row in coded]
    assert kinds == sorted(kinds)  # names come last
    assert f"the text of {ARTICLE} is not kept" in result.stderr
    assert "sourcebook load CODING --text TEXT --keep-text" in result.stderr


def test_a_passage_is_printed_where_its_text_is_kept(two: str) -> None:
    text = (ROOT / "docs" / "example.txt").read_text(encoding="utf-8").split("\n")
    passages = [" ".join(line.split()) for line in text if line.strip()]
    result = run(two, "passage", "two", "sides", "2", "--format", "json")
    assert "two sides: understood as “Two Sides of the Sound”\n" in result.stderr
    first, *coded = json.loads(result.stdout)
    assert (first["kind"], first["what"]) == ("text", passages[1])
    assert all(row["words"] in passages[1] for row in coded)
    assert "Ostrand depends on Velmora for grain" in {row["what"] for row in coded}


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (["2-4"], [2, 3, 4]),
        (["¶¶2–3"], [2, 3]),
        (["3", "1"], [1, 3]),
        (["1,3"], [1, 3]),
        (["5", "1-2", "2"], [1, 2, 5]),
    ],
)
def test_several_numbers_and_ranges(two: str, asked: list[str], numbers: list[int]) -> None:
    actual = rows(two, "passage", "two-sides-of-the-sound", *asked)
    assert list(dict.fromkeys(row["passage"] for row in actual)) == [f"¶{n}" for n in numbers]


def test_passages_have_headings_and_a_citation(two: str) -> None:
    text = printed(two, "passage", "hallin", "2-3")
    assert "¶2" in text
    assert "¶3" in text
    assert "From Mira Hallin, “Two Sides of the Sound”, 18 June 2021, ¶¶ 2–3." in text


@on_sqlite
def test_what_is_no_passage_is_refused(two: str, shipped: str) -> None:
    assert refusal(shipped, "passage", "99") == (
        "Error: there is no ¶ 99; the document has ¶ 1 to 28"
    )
    for numbers in ("20-29", "29-30", "1-999999999", "999999999"):
        assert "there is no ¶" in refusal(shipped, "passage", numbers)
        assert "; the document has ¶ 1 to 28" in refusal(shipped, "passage", numbers)
    assert "there is no ¶ 0; the" in refusal(shipped, "passage", "0-3")
    for numbers in ("5-2", "¶5–2"):
        assert refusal(shipped, "passage", numbers) == (
            f"Error: {numbers}: the second number is smaller than the first"
        )
    assert "Error: give the document, then the number" in refusal(shipped, "passage", "")
    assert "there is no ¶ 0" in refusal(shipped, "passage", "0")
    assert "'ten' is not the number of a passage" in refusal(shipped, "passage", "1", "ten")
    assert "there is no document 'nobody'" in refusal(shipped, "passage", "nobody", "1")
    for asked in (["10"], ["lund"]):
        assert "Error: give the document, then the number" in refusal(two, "passage", *asked)


@on_sqlite
def test_copies_answer_alike(shipped: str, fed_file: Path, on_spark: str) -> None:
    for command in (("documents",), ("passage", "10", "13-14")):
        expected = rows(shipped, *command)
        assert rows(str(fed_file), *command) == expected, command
        assert rows(on_spark, *command) == expected, command
