"""A saved answer says what was asked, and of which data, in every format with room for it."""

from __future__ import annotations

import html
import json
import re
import shlex
from pathlib import Path

import openpyxl
import pytest

from tests.island_reports import HASH, book, sourcebook

__all__ = ["book"]  # a fixture

DAY = {"SOURCE_DATE_EPOCH": "1464739200"}
ASKED = ("timeline", "--actor", "Zoë Ångström", "--from", "2011", "--to", "2020-06")
TEXTS = (
    "Timeline: Zoë Ångström",
    "What happened, in what order, and how sure are the dates?",
    "2011 to June 2020.",
    "sourcebook report timeline --actor 'Zoë Ångström' --from 2011 --to 2020-06",
)


def said_in(path: Path) -> str:
    """Return everything that a reader finds in a saved answer."""
    if path.suffix == ".xlsx":
        sheets = openpyxl.load_workbook(path).worksheets
        rows = (row for sheet in sheets for row in sheet.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return "\n".join(json.loads(text)["meta"].values())
    if path.suffix == ".html":
        return html.unescape(
            re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)
        )
    return html.unescape(text.replace("\\", ""))


@pytest.mark.parametrize("ending", ["html", "md", "xlsx", "json"])
def test_a_saved_answer_states_question_filters_and_data(
    book: str, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"answer.{ending}"
    meta = ["--meta"] if ending == "json" else []
    written = []
    for _ in range(2):
        done = sourcebook(book, "report", *ASKED, "-o", path, *meta, **DAY)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        written.append(path.read_bytes())
    assert written[0] == written[1]
    message = said_in(path)
    for text in TEXTS:
        assert text in message
    assert HASH[:12] in message
    assert "2016-06-01" in message or "1 June 2016" in message


def test_a_title_names_whom_the_answer_is_about(book: str, tmp_path: Path) -> None:
    for ending in ("html", "md", "xlsx"):
        path = tmp_path / f"answer.{ending}"
        assert sourcebook(book, "report", "actor", "zoe", "-o", path, **DAY).returncode == 0
        assert "Actor: Zoë Ångström" in said_in(path)
    workbook = openpyxl.load_workbook(tmp_path / "answer.xlsx")
    assert workbook.sheetnames == ["Actor Zoë Ångström", "About"]


@pytest.mark.parametrize(
    "command",
    [
        "documents",
        "passage bulletin 1-3",
        "search harbour --kind event --kind quote --limit 3",
        "search --quote 'no red line' --speaker alma",
    ],
)
def test_a_saved_answer_states_its_command(book: str, tmp_path: Path, command: str) -> None:
    path = tmp_path / "answer.html"
    # Options that change no row aren't part of the question.
    done = sourcebook(book, *shlex.split(command), "--width", "80", "--timeout", "9", "-o", path)
    assert done.returncode == 0, done.stderr
    assert re.search(rf"sourcebook {re.escape(command)}\s", said_in(path))
