"""What people see of a page: the columns that answer, words for dates, and what all rows share."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from wcwidth import wcswidth

from output.answer import FEW, MOST, answer
from output.formats import Format
from output.page import Cell, Page, PageColumn
from output.table import table
from output.wording import counted
from tests.databases import on_sqlite
from tests.island_reports import book, own, sourcebook
from tests.render_cases import TEXTS, harmless, show
from tests.terminal import terminal

__all__ = ["book", "own"]  # fixtures

# What is shown of a page doesn't depend on the engine.
pytestmark = [on_sqlite, pytest.mark.usefixtures("sourcebooks")]

COLUMNS = (
    PageColumn("part", section=True),
    PageColumn("key", detail=True),
    PageColumn("date", "date", label="Date"),
    PageColumn("what", main=True, label="What happened, or was said"),
    PageColumn("certainty", usually="asserted", label="Certainty"),
    PageColumn("place", label="Place"),
    PageColumn("source", "documents", label="Source"),
    PageColumn("passage", "passage", label="¶"),
)
ROWS: list[tuple[Cell, ...]] = [
    ("Within", "a", "2015-10-14~", "A battle", "asserted", "Aleppo", "gazette", "¶1; ¶2; ¶5"),
    ("Within", "b", "2015", "A visit", "alleged", "Aleppo", "gazette", "¶3"),
    ("Longer", "c", None, "An alliance", "asserted", "Aleppo", "gazette", "¶1; ¶2; ¶3; ¶9"),
]
PAGE = Page(COLUMNS, ROWS, title="Timeline", condensed=True, cite="The {}".format)


def seen(page: Page) -> list[tuple[str, list[str], list[list[Cell]]]]:
    """Return the sections of an answer: heading, headings of columns, and rows as stored."""
    return [
        (
            section.heading,
            [column.heading for column in section.columns],
            list(map(list, section.rows)),
        )
        for section in answer(page).sections
    ]


def test_a_section_of_empty_rows_keeps_the_column_that_answers() -> None:
    columns = [PageColumn("part", section=True), PageColumn("kind"), PageColumn("what", main=True)]
    rows = [("¶1", "event", "A visit"), ("¶2", None, None)]
    page = Page(columns, rows, title="Coverage", condensed=True)
    assert seen(page)[1] == ("¶2", ["what"], [[None]])
    assert "¶2\nwhat\n" in "".join(table(answer(page), 40))


def test_people_see_what_answers_and_what_all_rows_share_once() -> None:
    prepared = answer(PAGE)
    assert prepared.shared == "Place “Aleppo”"
    assert prepared.sources == ["The gazette"]
    assert prepared.notes == ["Certainty: asserted unless a row says otherwise."]
    assert prepared.size == "3 rows"
    assert seen(PAGE) == [
        (
            "Within",
            ["Date", "What happened, or was said", "Certainty", "¶"],
            [
                ["2015-10-14~", "A battle", None, "¶1; ¶2; ¶5"],
                ["2015", "A visit", "alleged", "¶3"],
            ],
        ),
        ("Longer", ["What happened, or was said", "¶"], [["An alliance", "¶1; ¶2; ¶3; ¶9"]]),
    ]


def test_a_table_says_it_with_dates_in_words_and_passages_as_numbers() -> None:
    assert show(PAGE, Format.TABLE, width=60).splitlines() == [
        "TIMELINE                                              3 rows",
        "In every row: Place “Aleppo”.",
        "",
        "Within",
        "Date               What happened, or was  Certainty  ¶",
        "                   said",
        "-----------------  ---------------------  ---------  -------",
        "about 14 Oct 2015  A battle                          1, 2, 5",
        "2015               A visit                alleged    3",
        "",
        "Longer",
        "What happened, or was said  ¶",
        "--------------------------  ------",
        "An alliance                 1–3, 9",
        "",
        "Certainty: asserted unless a row says otherwise.",
        "From The gazette.",
    ]


def test_null_where_empty_means_the_usual_is_not_empty() -> None:
    rows = [*ROWS, ("Longer", "d", None, "A truce", None, "Homs", "gazette", "¶4")]
    [_, (_, headings, shown)] = seen(replace(PAGE, rows=rows))
    assert [row[headings.index("Certainty")] for row in shown] == [None, "–"]


def test_beside_dates_null_is_undated_and_where_nothing_is_dated_the_column_goes() -> None:
    columns = [
        PageColumn("part", section=True),
        PageColumn("date", "date", undated=True),
        PageColumn("what"),
    ]
    rows: list[tuple[Cell, ...]] = [
        ("Said", "2015-11", "A"),
        ("Said", None, "B"),
        ("Known", None, "C"),
    ]
    page = Page(columns, rows, condensed=True)
    assert seen(page) == [
        ("Said", ["date", "what"], [["2015-11", "A"], ["undated", "B"]]),
        ("Known", ["what"], [["C"]]),
    ]
    assert show(page, Format.CSV).splitlines()[2] == "Said,,B"


def test_no_number_is_an_empty_cell_without_a_note() -> None:
    columns = [PageColumn("actor"), PageColumn("events", "integer", usually="0")]
    page = Page(columns, [("Iran", 2), ("Syria", 0)], unit="actor", condensed=True)
    assert seen(page) == [("", ["actor", "events"], [["Iran", 2], ["Syria", None]])]
    assert answer(page).notes == []
    assert answer(page).size == "2 actors"


def test_a_count_is_in_the_words_of_the_report() -> None:
    assert counted(1, "entry | entries") == "1 entry"
    assert counted(2, "entry | entries") == "2 entries"
    assert counted(0, "pair") == "no pairs"


def test_a_caption_says_how_many_rows_there_are_without_filters() -> None:
    few = replace(PAGE, unit="pair", total=lambda: 44)
    assert answer(few).size == f"{len(ROWS)} of 44 pairs"
    assert answer(replace(few, total=lambda: len(ROWS))).size == f"{len(ROWS)} pairs"
    assert answer(replace(few, limit=1)).size == f"the first 1 of {len(ROWS)} pairs"


def test_documents_stay_where_rows_come_from_several() -> None:
    rows = [*ROWS, ("Longer", "d", None, "A truce", "alleged", "Homs", "bulletin", "¶4")]
    prepared = answer(replace(PAGE, rows=rows))
    assert "Source" in [column.heading for column in prepared.columns]
    assert prepared.sources == ["The bulletin (bulletin)", "The gazette (gazette)"]
    crowd = [(*row[:6], f"d{n}", row[7]) for n, row in enumerate(ROWS * 2)]
    assert answer(replace(PAGE, rows=crowd)).sources == []
    alone = answer(replace(PAGE, rows=rows, document="The only one"))
    assert "Source" not in [column.heading for column in alone.columns]
    assert alone.sources == ["The only one"]


def test_one_row_keeps_its_columns_and_none_has_a_caption_all_the_same() -> None:
    single = answer(replace(PAGE, rows=ROWS[:1]))
    assert single.shared == ""
    assert "Certainty: asserted unless a row says otherwise." in single.notes
    none = replace(PAGE, rows=[])
    assert answer(none).size == "no rows"
    shown = show(replace(none, legend=["A legend."]), Format.TABLE, width=60)
    assert shown.split() == ["TIMELINE", "no", "rows"]


@pytest.mark.parametrize("count", [1, 2])
def test_a_column_that_is_empty_throughout_goes_however_few_the_rows(count: int) -> None:
    rows = [("Within", "a", None, "A battle", "asserted", None, "gazette", "¶1")] * count
    prepared = answer(replace(PAGE, rows=rows))
    assert [column.heading for column in prepared.columns] == ["What happened, or was said", "¶"]
    assert prepared.shared == ("Certainty “asserted”" if count > 1 else "")


def test_rows_that_are_all_alike_are_shown() -> None:
    page = Page([PageColumn("a"), PageColumn("b")], [("x", 1), ("x", 1)], condensed=True)
    assert seen(page) == [("", ["a", "b"], [["x", 1], ["x", 1]])]


def test_columns_that_were_asked_for_are_shown_whatever_they_say() -> None:
    page = replace(PAGE, condensed=False)
    [(heading, headings, shown)] = seen(page)
    assert heading == ""
    assert len(headings) == len(COLUMNS)
    assert shown == list(map(list, ROWS))
    assert (answer(page).shared, answer(page).notes, answer(page).sources) == ("", [], [])


@pytest.mark.parametrize("format", [Format.CSV, Format.TSV, Format.JSON, Format.JSONL])
def test_programs_get_every_column_as_stored(format: Format) -> None:
    assert show(PAGE, format) == show(replace(PAGE, condensed=False), format)
    assert "2015-10-14~" in show(PAGE, format)


def many(count: int) -> Iterator[Sequence[Cell]]:
    for n in range(count):
        yield (
            f"part {n // 1000}",
            f"k{n}",
            "2015",
            f"what {n}",
            "asserted",
            "Homs",
            "gazette",
            "¶1",
        )


def test_a_long_answer_keeps_its_columns_and_is_read_once_row_by_row() -> None:
    read = 0

    def rows() -> Iterator[Sequence[Cell]]:
        nonlocal read
        for row in many(MOST * 2):
            read += 1
            yield row

    prepared = answer(replace(PAGE, rows=rows()))
    assert read == MOST + 1
    assert prepared.size == f"more than {MOST:,} rows"
    assert prepared.shared == ""
    assert prepared.notes == ["Certainty: asserted unless a row says otherwise."]
    counts = [
        (section.heading, len(section.columns), len(list(section.rows)))
        for section in prepared.sections
    ]
    assert counts == [(f"part {n}", 6, 1000) for n in range(MOST * 2 // 1000)]
    table = show(replace(PAGE, rows=list(many(MOST * 2))), Format.TABLE, width=100)
    assert f"\n{MOST * 2:,} rows.\n" in table


def test_a_limit_says_what_it_leaves_out() -> None:
    assert answer(replace(PAGE, limit=2)).size == "the first 2 of 3 rows"
    assert answer(replace(PAGE, limit=3)).size == "3 rows"
    assert len([row for _, _, rows in seen(replace(PAGE, limit=2)) for row in rows]) == 2
    long = answer(replace(PAGE, rows=many(MOST * 2), limit=5))
    assert long.size == f"the first 5 of more than {MOST:,} rows"
    assert sum(len(list(section.rows)) for section in long.sections) == 5
    assert (
        answer(Page([PageColumn("a")], ((n,) for n in range(FEW + 1)))).size
        == "more than 1,000 rows"
    )


# --- through the real command ---------------------------------------------------------------------


def literal(value: str) -> str:
    return "'" + value.replace("'", "''").replace("\0", "") + "'"


@pytest.fixture
def hostile(own: Path) -> list[str]:
    """The options that ask a report full of hostile text."""
    title = "Evil \x9b31m \u202eword"
    values = [text for text in TEXTS if "\ud83d" not in text]
    queries = [
        f"select {literal(part)} as part, {literal(text)} as date, {literal(text)} as what,\n"
        f"{literal(text)} as rank, {literal(text)} as source, {literal(text)} as passage"
        for part in ("\x1b[31mred", "حزب الله 叙利亚")
        for text in values
    ]
    header = (
        f"-- {title}\n-- Is it so?\n--\n-- Columns\n--   part     text, section  a part\n"
        f"--   date     date  when\n--   what     text, main, as {title}  what\n"
        "--   rank     text, usually usual  how\n--   source   documents  keys\n"
        f"--   passage  passage  where\n--\n-- Legend\n--   {title}\n\n"
    )
    (own / "evil.sql").write_text(header + "\nunion all\n".join(queries), encoding="utf-8")
    return ["report", "--reports", str(own), "evil"]


@pytest.mark.parametrize("width", ["40", "80", "100", "0"])
def test_hostile_text_neither_steers_nor_breaks_a_table(
    book: str, hostile: list[str], width: str
) -> None:
    done = sourcebook(book, *hostile, "--width", width)
    assert done.returncode == 0
    assert harmless(done.stdout)
    assert done.stdout.startswith(r"EVIL \x9b31M")
    if width != "0":
        assert max(map(wcswidth, done.stdout.splitlines())) <= int(width)
    assert r"\x1b[31mred" in done.stdout
    assert "حزب الله 叙利亚" in done.stdout


@pytest.mark.parametrize("ending", [".md", ".html", ".xlsx", ".txt"])
def test_hostile_text_is_written_to_every_file_for_people(
    book: str, hostile: list[str], tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"file{ending}"
    done = sourcebook(book, *hostile, "-o", file)
    assert (done.returncode, done.stdout) == (0, "")
    if ending != ".xlsx":
        assert harmless(file.read_text(encoding="utf-8"))


ENDINGS = {
    ".csv": "quote,",
    ".tsv": "quote\t",
    ".json": "[",
    ".jsonl": "{",
    ".md": "#",
    ".html": "<!DOCTYPE html>",
    ".xlsx": "PK",
    ".txt": "QUOTES",
    ".CSV": "quote,",
}


@pytest.mark.parametrize(("ending", "start"), ENDINGS.items())
def test_the_ending_of_the_file_decides_the_format(
    book: str, tmp_path: Path, ending: str, start: str
) -> None:
    file = tmp_path / f"answer{ending}"
    done = sourcebook(book, "report", "quotes", "-o", file)
    assert (done.returncode, done.stdout) == (0, "")
    assert file.read_bytes().startswith(start.encode())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["report", "quotes", "-o", "a.doc"],
            "-o a.doc: no format has the extension .doc; use one of",
        ),
        (["report", "quotes", "--format", "json", "-o", "a.csv"], "-o a.csv is for --format csv"),
        (["report", "quotes", "-o", "a.csv", "--format", "json"], "-o a.csv is for --format csv"),
        (["report", "--format", "json", "quotes", "-o", "a.csv"], "-o a.csv is for --format csv"),
        (["sql", "select 1", "-o", "a.csv", "--format", "json"], "-o a.csv is for --format csv"),
        (["sql", "select 1", "--format", "json", "-o", "a.csv"], "-o a.csv is for --format csv"),
        (["tables", "-o", "a.parquet"], "no format has the extension .parquet"),
        (["search", "alma", "-o", "a.\x1b[31m"], r"no format has the extension .\x1b[31m"),
    ],
)
def test_a_contradiction_and_an_unknown_ending_are_refused_in_a_line(
    book: str, options: list[str], message: str
) -> None:
    done = sourcebook(book, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr.splitlines()[-1]
    assert not Path("a.csv").exists()


def test_an_ending_that_is_unknown_is_fine_beside_a_format(book: str, tmp_path: Path) -> None:
    file = tmp_path / "answer.data"
    assert sourcebook(book, "report", "quotes", "--format", "csv", "-o", file).returncode == 0
    assert file.read_text(encoding="utf-8").startswith("quote,")


def test_a_width_is_asked_for_or_that_of_the_surroundings(book: str) -> None:
    def widest(*options: str, **variables: str) -> int:
        done = sourcebook(book, "report", "timeline", *options, **variables)
        return max(map(wcswidth, done.stdout.splitlines()))

    assert 80 < widest(COLUMNS="") <= 100
    assert 50 < widest(COLUMNS="60") <= 60
    assert 60 < widest("--width", "70", COLUMNS="60") <= 70
    assert widest("--width", "0", COLUMNS="60") > 100
    assert widest("--width", "1") <= 20


def test_a_limit_is_said_in_every_format(book: str) -> None:
    table = sourcebook(book, "report", "quotes", "--limit", "2")
    assert re.match(r"QUOTES +the first 2 of 3 statements\n", table.stdout)
    lines = sourcebook(book, "report", "quotes", "--limit", "2", "--format", "jsonl")
    assert len(list(map(json.loads, lines.stdout.splitlines()))) == 2
    assert "stopped after 2 rows; leave --limit out for all" in lines.stderr
    whole = sourcebook(book, "report", "quotes", "--limit", "3", "--format", "jsonl")
    assert "stopped" not in whole.stderr


@pytest.mark.parametrize("format", ["table", "markdown", "html", "csv", "json"])
def test_any_columns_are_shown_in_any_format(book: str, format: str) -> None:
    done = sourcebook(book, "report", "quotes", "--columns", "source,quote", "--format", format)
    assert done.returncode == 0
    assert "bulletin:claim" in done.stdout
    assert "Alma" not in done.stdout.partition("Who said what")[0]
    wrong = sourcebook(book, "report", "quotes", "--columns", "soruce", "--format", format)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "there is no column 'soruce'; there are: quote," in wrong.stderr


def test_filters_and_names_are_in_the_caption(book: str) -> None:
    done = sourcebook(
        book, "report", "timeline", "--from", "autumn 2015", "--to", "2020-7", "--actor", "almans"
    )
    caption = done.stdout.splitlines()
    assert caption[0].startswith("TIMELINE: Alma ")
    assert caption[2] == "Autumn 2015 to July 2020."
    title = sourcebook(book, "report", "actor", "--actor", "the almans").stdout.splitlines()[0]
    assert title.startswith("ACTOR: Alma  ")
    page = sourcebook(
        book,
        "report",
        "actor",
        "--actor",
        "almans",
        "--format",
        "json",
        "--meta",
        SOURCE_DATE_EPOCH="1464739200",
    )
    meta = json.loads(page.stdout)["meta"]
    assert meta["title"] == "Actor: Alma"
    assert meta["command"] == "sourcebook report actor --actor almans"
    assert meta["date"] == "2016-06-01"
    wrong = sourcebook(book, "report", "quotes", SOURCE_DATE_EPOCH="soon")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "SOURCE_DATE_EPOCH isn't a number of seconds since 1970" in wrong.stderr


def test_an_answer_longer_than_the_terminal_goes_through_the_pager(
    book: str, tmp_path: Path
) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\ncat\n", encoding="utf-8")
    pager.chmod(0o755)
    with terminal("--db", book, "report", "timeline", "--columns", "all", PAGER=str(pager)) as long:
        shown = long.wait("all columns, as stored")
        assert long.end() == 0
    assert "PAGED" in shown
    with terminal(
        "--db", book, "report", "quotes", "--columns", "quote", PAGER=str(pager)
    ) as short:
        shown = short.wait("all columns, as stored")
        assert short.end() == 0
    assert "PAGED" not in shown


def test_only_text_goes_to_a_terminal(book: str) -> None:
    with terminal("--db", book, "report", "quotes", "--format", "xlsx") as screen:
        screen.wait("a terminal can't show a workbook: add -o FILE.xlsx")
        assert screen.end() == 2
