"""Workbooks as openpyxl reads them: text is text, days are days, and the last sheet explains."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import example, given
from openpyxl.cell import Cell as SheetCell
from openpyxl.utils.escape import unescape
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from output import xlsx
from output.answer import answer
from output.page import Cell, Page, PageColumn
from output.xlsx import xlsx_book
from schema.escape import visible
from tests.island_reports import book, sourcebook
from tests.render_cases import HARD, PAGE, TEXTS, hostile

__all__ = ["book"]  # a fixture

FORMULAS = ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "{=1}", "\t=1", "=HYPERLINK(1)"]
LINKS = ["https://e.org", "mailto:a@e.org", "internal:About!A1", "external:c.xlsx", "ftp://e.org"]
NUMBERS = ["0042", "1.20", "1e5", "80,443", "2015", "true", "#N/A", "_x0041_", " "]


def write(*pages: Page, name: str = "") -> bytes:
    file = io.BytesIO()
    with xlsx_book(file) as opened:
        for page in pages:
            opened.add(answer(page), name)
    return file.getvalue()


def load(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def sheet(workbook: Workbook, n: int = 0) -> Worksheet:
    actual = workbook.worksheets[n]
    assert isinstance(actual, Worksheet)
    return actual


def cells(sheet: Worksheet) -> list[list[SheetCell]]:
    return [list(row) for row in sheet.iter_rows(min_row=2)]


def about(workbook: Workbook) -> list[tuple[str, str]]:
    assert workbook.sheetnames[-1] == "About"
    rows = sheet(workbook, -1).iter_rows(values_only=True)
    return [(str(term or ""), unescape(str(meaning or ""))) for term, meaning in rows]


# --- values ---------------------------------------------------------------------------------------


def lines_visible(value: str) -> str:
    """Return what is shown of a text; XML has no place for two characters that mean nothing."""
    shown = "\n".join(map(visible, value.split("\n")))
    return shown.replace("\ufffe", r"\ufffe").replace("\uffff", r"\uffff")


@pytest.mark.parametrize("value", [*FORMULAS, *LINKS, *NUMBERS, *TEXTS])
def test_text_is_text(value: str) -> None:
    page = Page([PageColumn("value"), PageColumn("n", "integer")], [(value, 1)])
    data = write(page)
    [[cell, number]] = cells(sheet(load(data)))
    assert (unescape(str(cell.value)), cell.data_type) == (lines_visible(value), "s")
    assert cell.hyperlink is None
    assert (number.value, number.data_type) == (1, "n")
    written = ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in written
    assert b"hyperlink" not in written


@given(hostile)
@example("]]></t></is></c>")
@example("&amp;<br>")
@example("\ufffe\uffff")
@example("👩" * 20)
def test_any_text_comes_out_as_it_went_in(value: str) -> None:
    page = Page(
        [PageColumn("c"), PageColumn(value or "-", meaning=value)], [("x", value)], value, value
    )
    workbook = load(write(page))
    [[_, cell]] = cells(sheet(workbook))
    assert unescape(str(cell.value)) == lines_visible(value)
    assert len(workbook.sheetnames) == 2
    assert ("question", lines_visible(value)) in about(workbook) or not value


def test_the_hardest_values_are_all_there() -> None:
    workbook = load(write(PAGE))
    rows = cells(sheet(workbook))
    assert [row[0].value for row in rows] == [key for key, *_ in HARD]
    by_key = {str(row[0].value): [cell.value for cell in row[1:]] for row in rows}
    assert by_key["null"] == [None, None, None]
    assert by_key["truth"] == [True, 1, 1]
    assert by_key["80,443"] == ["two ports", str(2**63), 0.1]  # Excel would round it
    assert by_key["formula"][2] == "NaN"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2015-08-26", datetime(2015, 8, 26)),  # noqa: DTZ001 - Excel knows no zones
        ("1900-03-01", datetime(1900, 3, 1)),  # noqa: DTZ001
        ("1900-02-28", "28 Feb 1900"),  # Excel's calendar has a 29 February 1900
        ("2015-08-26~", "about 26 Aug 2015"),
        ("2015-08", "August 2015"),
        ("[2015-08-26..2015-09-29]", "between 26 Aug and 29 Sep 2015"),
        ("-0043-03-15", "15 Mar 44 BC"),
        ("9999-99-99", "9999-99-99"),
    ],
)
def test_whole_days_are_dates_and_others_are_words(value: str, shown: datetime | str) -> None:
    [[cell]] = cells(sheet(load(write(Page([PageColumn("date", "date")], [(value,)])))))
    assert cell.value == shown
    assert cell.is_date == isinstance(shown, datetime)


def test_a_text_that_is_too_long_says_so() -> None:
    longest, longer = "x" + "👩" * 16_383, "y" * 40_000
    rows = cells(sheet(load(write(Page([PageColumn("c")], [(longest,), (longer,)])))))
    assert rows[0][0].value == longest
    cut = str(rows[1][0].value)
    assert len(cut) == 32_767
    assert cut.endswith(" … [cut here: Excel holds 32,767 characters, and the text has 40,000]")


def test_too_many_rows_go_on_in_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 4)  # Excel's own limit takes a minute to reach
    workbook = load(write(Page([PageColumn("n", "integer")], [(n,) for n in range(7)], "Many")))
    assert workbook.sheetnames == ["Many", "Many (2)", "Many (3)", "About"]
    values = [[row[0].value for row in cells(sheet(workbook, n))] for n in range(3)]
    assert values == [[0, 1, 2], [3, 4, 5], [6]]
    assert ("rows", "7 rows") in about(workbook)


# --- how it looks ---------------------------------------------------------------------------------

SECTIONS = Page(
    [
        PageColumn("part", section=True, label="Part"),
        PageColumn("what", main=True, label="What"),
        PageColumn("when", "date", label="When"),
        PageColumn("certainty", usually="asserted", label="Certainty", meaning="how it is stated"),
        PageColumn("passage", "passage"),
    ],
    [
        ("Dated", "They meet", "2015-08-26", "asserted", "¶1; ¶2"),
        ("Dated", "They part" * 30, "2015", "alleged", "¶3"),
        ("Undated", "They talk", None, "asserted", "¶4"),
    ],
    title="Actor: Ali Khamenei",
    question="What does he do?",
    filters="Ali Khamenei; July 2015 to December 2015",
    legend=["Nothing is left out."],
    meta={"command": "sourcebook report actor khamenei", "date": "2016-06-01", "content": "c" * 64},
    document="Aron Lund, “Stand Together”",
    condensed=True,
)


def test_a_sheet_is_a_table_to_filter_with_the_section_as_a_column() -> None:
    workbook = load(write(SECTIONS))
    assert workbook.sheetnames == ["Actor Ali Khamenei", "About"]
    first = sheet(workbook)
    headings = [column.heading for column in SECTIONS.columns]
    assert [cell.value for cell in first[1]] == headings
    assert [[cell.value for cell in row] for row in cells(first)] == [
        ["Dated", "They meet", datetime(2015, 8, 26), None, "1, 2"],  # noqa: DTZ001
        ["Dated", "They part" * 30, "2015", "alleged", "3"],
        ["Undated", "They talk", None, None, "4"],
    ]
    assert (first.freeze_panes, first.auto_filter.ref) == ("A2", "A1:E4")
    widths = {name: column.width for name, column in first.column_dimensions.items()}
    assert 5 < widths["A"] < widths["E"] < widths["C"] < widths["B"] < 75
    assert cells(first)[1][1].alignment.wrap_text
    assert first.print_title_rows == "$1:$1"
    assert (first.page_setup.paperSize, first.page_setup.orientation) == (9, "landscape")


def test_the_last_sheet_says_what_was_asked_and_what_words_mean() -> None:
    message = about(load(write(SECTIONS)))
    for line in [
        ("Actor: Ali Khamenei", ""),
        ("question", "What does he do?"),
        ("filters", "Ali Khamenei; July 2015 to December 2015"),
        ("rows", "3 rows"),
        ("note", "Nothing is left out."),
        ("from", "Aron Lund, “Stand Together”."),
        ("command", "sourcebook report actor khamenei"),
        ("content", "c" * 64),
        ("column Certainty", "how it is stated"),
        ("Certainty: asserted", "flat, in the document's own voice"),
        ("Certainty: alleged", "relayed with distance, or from an unnamed voice"),
    ]:
        assert line in message
    assert not [term for term, _ in message if term.startswith("Certainty: inferred")]


def test_names_of_sheets_are_valid_and_unique() -> None:
    titles = ["a:b/c\\d?e*f[g]", "A B C D E F G", "'quoted'", "History", "about", "x" * 40]
    titles += ["x" * 40, "", "\u202e"]
    pages = [Page([PageColumn("c")], [("v",)], title) for title in titles]
    names = load(write(*pages)).sheetnames
    assert names == [
        *("a b c d e f g", "A B C D E F G (2)", "quoted", "History (2)", "about (2)"),
        *("x" * 31, f"{'x' * 27} (2)", "Rows", "u202e", "About"),
    ]
    assert len({name.casefold() for name in names}) == len(names)


def test_the_same_data_are_the_same_bytes() -> None:
    first = write(SECTIONS)
    assert first == write(SECTIONS)
    assert load(first).properties.created == datetime(2016, 6, 1)  # noqa: DTZ001


# --- the command ----------------------------------------------------------------------------------


def test_a_report_is_a_workbook(book: str, tmp_path: Path) -> None:
    path = tmp_path / "timeline.xlsx"
    day = {"SOURCE_DATE_EPOCH": "1464739200"}
    for _ in range(2):
        done = sourcebook(book, "report", "timeline", "--actor", "zoe", "-o", path, **day)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        written = path.read_bytes()
        path.unlink()
    path.write_bytes(written)
    workbook = load(written)
    message = dict(about(workbook))
    assert message["question"] == "What happened, in what order, and how sure are the dates?"
    assert message["command"] == "sourcebook report timeline --actor zoe"
    assert message["date"] == "2016-06-01"
    assert workbook.properties.created == datetime(2016, 6, 1)  # noqa: DTZ001
    assert message["content"] == "c0ffee" + "0" * 58
    assert sheet(workbook).auto_filter.ref
    rows: list[Cell] = [row[0].value for row in cells(sheet(workbook))]
    assert rows
