"""What goes in comes out, in every format, and can do no harm on the way."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from output.destination import destination
from output.formats import Format, render
from output.page import Cell, Json, Page, PageColumn, cell_text
from schema.escape import visible
from tests.render_cases import HARD, PAGE, TEXTS, harmless, hostile, no_deadline, one_column, show

GOLDEN = Path(__file__).parent / "golden" / "render"

WRITTEN = [format for format in Format if format is not Format.XLSX]
"""The formats that are text."""


# --- golden files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "format", "width", "raw"),
    [
        ("piped.txt", Format.TABLE, None, False),
        ("wide.txt", Format.TABLE, 100, False),
        ("narrow.txt", Format.TABLE, 40, False),
        ("rows.md", Format.MARKDOWN, None, False),
        ("rows.csv", Format.CSV, None, False),
        ("raw.csv", Format.CSV, None, True),
        ("rows.tsv", Format.TSV, None, False),
        ("rows.json", Format.JSON, None, False),
        ("rows.jsonl", Format.JSONL, None, False),
        ("page.html", Format.HTML, None, False),
    ],
)
def test_hard_values_are_written_as_in_the_golden_file(
    name: str, format: Format, width: int | None, raw: bool, tmp_path: Path
) -> None:
    with destination(tmp_path / name) as out:
        assert render(PAGE, format, out, width=width, raw=raw) == len(HARD)
    written = (tmp_path / name).read_bytes()
    if "WRITE_GOLDEN" in os.environ:  # then read them: they are what users will see
        (GOLDEN / name).write_bytes(written)
    assert written == (GOLDEN / name).read_bytes()


# --- what goes in comes out -----------------------------------------------------------------------

any_text = st.text(max_size=40)
cells = st.one_of(
    any_text,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
)
tables = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), max_size=5).map(
        lambda rows: Page([PageColumn(f"c{i}") for i in range(n)], rows)
    )
)


@no_deadline
@given(tables)
@example(one_column(*TEXTS))
def test_raw_csv_is_read_back_equal(page: Page) -> None:
    names, *rows = csv.reader(io.StringIO(show(page, Format.CSV, raw=True), newline=""))
    assert names == [column.name for column in page.columns]
    assert rows == [[cell_text(value) for value in row] for row in page.rows]


def test_csv_tells_null_from_empty_text() -> None:
    page = Page((PageColumn("a"), PageColumn("b")), [(None, ""), ("", None), (None, None)])
    assert show(page, Format.CSV) == 'a,b\n,""\n"",\n,\n'


def test_a_lone_null_in_csv_is_still_a_row() -> None:
    assert list(csv.reader([*show(one_column(None), Format.CSV).splitlines()])) == [["value"], [""]]


@no_deadline
@given(tables)
@example(one_column(*TEXTS))
def test_tsv_is_read_back_equal(page: Page) -> None:
    def read(cell: str) -> str | None:
        back = {r"\t": "\t", r"\n": "\n", r"\r": "\r", r"\\": "\\"}
        return None if cell == r"\N" else re.sub(r"\\.", lambda actual: back[actual[0]], cell)

    _, *lines = show(page, Format.TSV).removesuffix("\n").split("\n")
    assert [[read(cell) for cell in line.split("\t")] for line in lines] == [
        [None if value is None else cell_text(value) for value in row] for row in page.rows
    ]


@no_deadline
@given(tables)
def test_json_and_jsonl_are_read_back_equal_types_included(page: Page) -> None:
    expected = [
        {column.name: value for column, value in zip(page.columns, row, strict=True)}
        for row in page.rows
    ]
    lines = show(page, Format.JSONL).removesuffix("\n").split("\n")
    for rows in (
        json.loads(show(page, Format.JSON)),
        json.loads(show(replace(page, meta={"hash": "x"}), Format.JSON))["rows"],
        [json.loads(line) for line in lines if line],
    ):
        assert repr(rows) == repr(expected)  # which tells 1, 1.0 and true apart


def test_json_names_the_database_when_told_to() -> None:
    assert json.loads(show(replace(one_column(1), meta={"hash": 'a"b'}), Format.JSON)) == {
        "meta": {"hash": 'a"b'},
        "rows": [{"value": 1}],
    }


def test_json_has_no_number_that_json_does_not_know() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    page = one_column(float("nan"), float("inf"), float("-inf"))
    rows = json.loads(show(page, Format.JSON), parse_constant=refuse)
    assert [row["value"] for row in rows] == ["NaN", "Infinity", "-Infinity"]


@no_deadline
@given(any_text)
@example("".join(TEXTS).replace("\ud83d", ""))
@example("\U000e0041\u202e\x9b")
def test_json_writes_no_character_that_steers_and_loses_none(value: str) -> None:
    written = show(one_column(value), Format.JSONL)
    assert harmless(written)
    assert json.loads(written) == {"value": value}


def test_two_columns_of_one_name_both_reach_json() -> None:
    page = Page([PageColumn("id"), PageColumn("id"), PageColumn("id_2")], [(1, 2, 3)])
    assert json.loads(show(page, Format.JSON)) == [{"id": 1, "id_2": 2, "id_2_2": 3}]


@pytest.mark.parametrize("format", WRITTEN)
def test_a_page_without_rows_is_still_well_formed(format: Format) -> None:
    written = show(replace(PAGE, rows=[]), format, width=80)
    assert (written == "") == (format is Format.JSONL)
    if format is Format.JSON:
        assert json.loads(written)["rows"] == []


# --- spreadsheets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        *(
            "=1+1",
            "+1+1",
            "-1-1",
            "@A1",
            "\tx",
            "\rx",
            "\nx",
            " =1",
            "\u00a0=1",
            "\u3000+1",
            "\u200b=1",
        ),
        *(
            "\0=1",
            "\ufeff-1",
            "\uff1d1",
            "\uff0b1",
            "\uff0d1",
            "\uff20A1",
            "\u22121",
            "\u2800=1",
            "\ufe0f=1",
            "\u0301=1",
            "\u3164=1",
            "\ufe661",
            '=1,"x"',
            "=1\n",
        ),
    ],
)
def test_csv_text_is_never_a_formula_unless_raw(value: str) -> None:
    def read(raw: bool) -> str:
        written = show(one_column(value), Format.CSV, raw=raw)
        return list(csv.reader(io.StringIO(written, newline="")))[1][0]

    assert read(raw=False) == "'" + value
    assert read(raw=True) == value


@pytest.mark.parametrize("value", [-5, -0.5, 1e300, "5-1", "a=b", "'", "x@y", "–", "0042", "1.20"])
def test_csv_leaves_numbers_and_other_text_alone(value: Cell) -> None:
    assert show(one_column(value), Format.CSV, raw=False) == f"value\n{value}\n"


def test_a_column_name_is_not_a_formula_either() -> None:
    assert show(Page([PageColumn("=cmd()")], []), Format.CSV) == "'=cmd()\n"


@pytest.mark.parametrize(
    ("value", "neutral"),
    [
        ("x;=cmd|a!A0", "x;'=cmd|a!A0"),
        ("x; -1; +2", "x;' -1;' +2"),
        ("x\n=1", "x\n'=1"),
        ("x\r\n\u2800=1", "x\r\n'\u2800=1"),
        ("x\t@A1", "x\t'@A1"),
        ('x;"=1', "x;'\"=1"),
        ('x;""=1', 'x;\'""=1'),
        (";=1", ";'=1"),
        ("=1;=1", "'=1;'=1"),
        ("x;'=1", "x;'=1"),
        ("Iran; Russia; a-b", "Iran; Russia; a-b"),
        ("(-1); a = b", "(-1); a = b"),
        (Json('["x;=1"]'), """["x;'=1"]"""),
    ],
)
def test_csv_has_no_formula_where_a_spreadsheet_splits_at_semicolons(
    value: str, neutral: str
) -> None:
    assert list(csv.reader(io.StringIO(show(one_column(value), Format.CSV), newline="")))[1] == [
        neutral
    ]


@no_deadline
@given(st.text("=+-@\u2212\uff1d;\t\r\n\" \u2800\u3164\ufe0f\u0301a,'0", max_size=12))
def test_a_semicolon_never_uncovers_a_formula(value: str) -> None:
    """Read the file as a spreadsheet does that splits at semicolons, after another column."""
    page = Page((PageColumn("key"), PageColumn("value")), [(value, value), ("k", value)])
    written = show(page, Format.CSV)
    for cells in csv.reader(io.StringIO(written, newline=""), delimiter=";"):
        for cell in cells:
            seen = cell.lstrip(" \t\r\n\u2800\u3164\ufe0f\u0301")
            assert not seen.startswith(tuple("=+-@\u2212\uff1d")), (written, cell)


@pytest.mark.parametrize(
    "value",
    [
        *("-0043", "-0043-03-15", "-0043/-0040", "-0043~", "-004X", "-0043-23?", "-0043/.."),
        *("-43", "-12.5", "+1e-5"),
    ],
)
def test_csv_leaves_dates_and_numbers_as_they_are_stored(value: str) -> None:
    assert show(one_column(value, Json("-1.50")), Format.CSV) == f"value\n{value}\n-1.50\n"


@pytest.mark.parametrize("value", ["-0043;=1", "-0043 BC", "-43-1", "+49 30", "-1e"])
def test_nothing_else_may_start_with_a_sign(value: str) -> None:
    neutral = value.replace("=", "'=")
    assert show(one_column(value), Format.CSV) == f"value\n'{neutral}\n"


def test_csv_is_written_in_linear_time() -> None:
    for value in ("\n" * 10**5, ";" * 10**5, ";" + " !" * 10**5):
        started = time.process_time()
        show(one_column(value), Format.CSV)
        assert time.process_time() - started < 2


# --- terminals ------------------------------------------------------------------------------------


@no_deadline
@given(hostile, st.sampled_from([Format.TABLE, Format.MARKDOWN, Format.HTML]))
def test_no_format_for_people_lets_data_steer(value: str, format: Format) -> None:
    page = Page(
        [
            PageColumn("s", section=True),
            PageColumn(value, meaning=value, label=value, usually=value),
        ],
        [(value, value), (value, "x")],
        value,
        value,
        value,
        [value],
        {value: value, "content": value, "date": value},
        document=value,
        condensed=True,
    )
    assert harmless(show(page, format))
    assert harmless(show(page, Format.TABLE, width=40))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\u202eb", r"a\u202eb"),
        ("\n\r\t\0", r"\n\r\t\x00"),
        ("\ud83d", r"\ud83d"),
        ("\U000e0041", r"\U000e0041"),
        ("ad\u200dmin", r"ad\u200dmin"),
        ("م\u200c", r"م\u200c"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("نیم\u200cفصل", "نیم\u200cفصل"),
        (r"C:\temp", r"C:\temp"),
    ],
)
def test_what_hides_is_shown_and_what_writing_needs_is_left(value: str, shown: str) -> None:
    assert visible(value) == shown


# --- streaming ------------------------------------------------------------------------------------


class FullError(Exception):
    """The reader has had enough."""


class Sink(io.StringIO):
    """Forgets what it is given, and stops after so many lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.left = lines

    def write(self, written: str) -> int:
        self.left -= written.count("\n")
        if self.left < 0:
            raise FullError
        return len(written)

    def writelines(self, lines: object) -> None:
        assert isinstance(lines, Iterator)
        for line in lines:
            self.write(line)


COLUMNS = (
    PageColumn("n", "integer"),
    PageColumn("key"),
    PageColumn("x", "real"),
    PageColumn("title"),
)


def many(rows: int) -> Iterator[tuple[Cell, ...]]:
    for n in range(rows):
        yield n, f"key-{n}", None if n % 3 else n / 7, f"what happened, number {n}"


@pytest.mark.parametrize("format", WRITTEN)
@pytest.mark.parametrize("width", [None, 60])
def test_rows_are_written_before_the_last_is_read(format: Format, width: int | None) -> None:
    taken = 0

    def rows() -> Iterator[tuple[Cell, ...]]:
        nonlocal taken
        for row in many(10_000):
            taken += 1
            yield row

    with pytest.raises(FullError):
        render(Page(COLUMNS, rows()), format, Sink(1500), width=width)
    assert taken <= (2000 if format is Format.TABLE else 1501)


@pytest.mark.parametrize("format", WRITTEN)
def test_many_rows_need_little_memory(format: Format) -> None:
    # Tracing is slow, so there are just enough rows to exceed this if they were kept. A table
    # remembers the first thousand, csv 20,000 cells.
    rows, most = {Format.CSV: (40_000, 12_000_000), Format.TABLE: (4_000, 2_000_000)}.get(
        format, (2_000, 300_000)
    )
    render(Page(COLUMNS, many(1)), format, Sink(10**9), width=100)  # imports what it is made with
    tracemalloc.start()
    try:
        assert render(Page(COLUMNS, many(rows)), format, Sink(10**9), width=100) == rows
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


# --- surroundings ---------------------------------------------------------------------------------


def test_stdout_has_the_same_bytes_whatever_the_locale(tmp_path: Path) -> None:
    program = (
        "from tests.test_render import *\n"
        "with destination(None) as out:\n    for format in WRITTEN: render(PAGE, format, out)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ
        | {
            "LC_ALL": "C",
            "PYTHONUTF8": "0",
            "PYTHONIOENCODING": "ascii",
        },
        capture_output=True,
        check=True,
        cwd=GOLDEN.parents[2],
    )
    with destination(tmp_path / "file") as out:
        for format in WRITTEN:
            render(PAGE, format, out)
    assert printed.stdout == (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("format", [format for format in WRITTEN if format is not Format.TABLE])
def test_a_format_imports_nothing_that_only_others_need(format: Format) -> None:
    foreign = {"tabulate", "wcwidth", "sqlalchemy", "pydantic", "yaml", "alembic"}
    if format not in {Format.MARKDOWN, Format.HTML}:
        foreign.add("html")
    program = (
        "import io, sys\n"
        "from output.formats import Format, render\n"
        "from output.page import Page, PageColumn\n"
        f"render(Page([PageColumn('a')], [('é',)]), Format({str(format)!r}), io.StringIO())\n"
        f"print(*{foreign} & set(sys.modules))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=GOLDEN.parents[2]
    )
    assert printed.stdout.decode().split() == []
